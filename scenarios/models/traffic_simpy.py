"""The traffic engine in plain SimPy, two processes per link: the readable oracle, and what runs without a compiler.

Legend: L links, V vehicles, G groups (who runs how fast). p is a vehicle's PCU, h a headway [s/PCU].

Rules
-----
1. A vehicle that enters a link at t can leave it from t + time_s[group, link] on. Heads of the stop line leave in the
   order in which they reach it, p · h_exit apart, and only while their signal is green.
2. A link lets a vehicle in at t iff tat - burst · h_entry <= t, and then tat = max(tat, t) + p · h_entry: a bucket of
   tokens, so that the long-run inflow is the capacity and a random bunch is not held up that a stream would pass.
3. A link also needs room, any at all: its vehicles and the holes on their way back take less than `room_pcu`. A hole
   left by a vehicle travels back in wave_s and is filled in at the rate of the stop line, p · h_exit: so jams grow and
   dissolve at the diagram's wave speed. In a jam the last vehicle may stand with its tail over the link's start.
4. Heads that wait for one link are served by start tags in proportion to their weights; departures from home are one
   more stream, with the link's own weight. Everyone behind a waiting head waits with it.
5. At the end of its way a vehicle leaves through the stop line. Nobody is ever moved without room.

References
----------
G. F. Newell, Transp. Res. B 27 (1993), doi:10.1016/0191-2615(93)90038-C (the diagram and its waves).
P. Goyal, H. M. Vin, H. Cheng, IEEE/ACM Trans. Netw. 5 (1997), doi:10.1109/90.649569 (start tags of rule 4).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import EventPriority

from scenarios.models.traffic import Streets
from scenarios.models.traffic_types import BURST_PCU

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Process = Generator[simpy.Event, Any, None]
Waiter = tuple[float, int, "SimpyLink | None", int, simpy.Event]
_EPS = 1e-6
_LAST = EventPriority(2)
_TICKS_PER_S = float(1 << 26)


@dataclass(frozen=True, kw_only=True)
class Links:
    """Links as the engine sees them.

    Attributes
    ----------
    time_s : (G, L) [s]
        Without other traffic.
    entry_headway_s, exit_headway_s : (L,) [s/PCU]
    room_pcu : (L,) [PCU]
    wave_s : (L,) [s]
        Length over the backward wave's speed.
    weight : (L,)
        Share at a merge.
    cycle_s, offset_s, green_first, green_from_s, green_to_s : (L,), (L,), (L + 1,), (n,), (n,) [s]
        Signal at the link's end; cycle 0 where there is none.
    """

    time_s: F64
    entry_headway_s: F64
    exit_headway_s: F64
    room_pcu: F64
    wave_s: F64
    weight: F64
    cycle_s: F64
    offset_s: F64
    green_first: I32
    green_from_s: F64
    green_to_s: F64


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """Vehicles with fixed ways, in order of departure.

    Attributes
    ----------
    depart_s : (V,) [s]
    pcu, group : (V,)
    route_first, route_link : (V + 1,), (n,)
        Links of each way, at least one.
    """

    depart_s: F64
    pcu: F64
    group: I32
    route_first: I32
    route_link: I32


def simulate(links: Links, journeys: Journeys, *, until_s: float = inf, burst: float = BURST_PCU) -> F64:
    """Return when each vehicle arrives ``(V,)`` [s]; NaN for those that are still under way at the end.

    Parameters
    ----------
    until_s : [s]
    burst : [PCU]
    """
    model = _Model(links, journeys, burst)
    model.env.run(until=None if until_s == inf else until_s)
    return model.arrive_s


def bare(streets: Streets, route_first: I32, route_link: I32, depart_s: F64) -> tuple[Links, Journeys]:
    """Return links without signals and vehicles of one class, from the arrays of `simulate` of the compiled engine."""
    n, v = len(np.asarray(streets.tail)), len(depart_s)
    capacity, room, wave_s = (
        np.broadcast_to(np.asarray(a, float), n) for a in (streets.capacity_veh_s, streets.room_veh, streets.wave_s)
    )
    return Links(
        time_s=np.broadcast_to(np.asarray(streets.time_s, float), n)[None, :], entry_headway_s=1.0 / capacity,
        exit_headway_s=1.0 / capacity, room_pcu=room, wave_s=wave_s,
        weight=capacity if streets.weight is None else np.broadcast_to(np.asarray(streets.weight, float), n),
        cycle_s=np.zeros(n), offset_s=np.zeros(n), green_first=np.zeros(n + 1, np.int32), green_from_s=np.zeros(0),
        green_to_s=np.zeros(0),
    ), Journeys(
        depart_s=depart_s, pcu=np.ones(v), group=np.zeros(v, np.int32), route_first=route_first, route_link=route_link
    )  # fmt: skip


@dataclass(slots=True, eq=False)
class SimpyLink:
    """A link with its queue, its holes on their way back, and those who wait for it."""

    index: int
    h_in: float
    h_out: float
    room: float
    wave: float
    weight: float
    signal: tuple[float, float, tuple[tuple[float, float], ...]] | None
    running: list[tuple[float, int, int]] = field(default_factory=list)
    holes: deque[tuple[float, float]] = field(default_factory=deque)
    waiting: list[Waiter] = field(default_factory=list)
    home: deque[int] = field(default_factory=deque)
    finish: dict[int, float] = field(default_factory=dict)
    occupied: float = 0.0
    tat_in: float = -inf
    tat_out: float = -inf
    virtual: float = 0.0
    empty: simpy.Event | None = None
    calm: simpy.Event | None = None
    full: simpy.Event | None = None
    asleep: bool = False
    serving: simpy.Process = field(init=False)

    def green_from(self, t: float) -> float:
        """Return the first moment from t on at which the stop line shows green."""
        if self.signal is None:
            return t
        cycle, offset, windows = self.signal
        phase = (t - offset) % cycle
        if any(a <= phase < b for a, b in windows):
            return t
        return t + min((a - phase) % cycle for a, _ in windows) + 1e-6

    def opens_at(self, t: float, burst: float) -> float:
        """Return since or from when the next vehicle may enter as things stand at t; infinite while full."""
        while self.holes and self.holes[0][0] + self.holes[0][1] * self.h_out < t:
            self.occupied -= self.holes.popleft()[1]
        at = self.tat_in - burst * self.h_in
        over = self.occupied - self.room
        if over < -_EPS:
            return at
        for released, freed in self.holes:
            if over < freed - _EPS:
                return max(at, released + over * self.h_out)
            over -= freed
        return inf


class _Model:
    def __init__(self, links: Links, journeys: Journeys, burst: float) -> None:
        self.env, self.burst, self.tickets = simpy.Environment(), burst, 0
        self.links = [_link(links, i) for i in range(len(links.room_pcu))]
        self.time_s, self.pcu = _ticks(links.time_s).tolist(), journeys.pcu.tolist()
        self.group, self.way = journeys.group.tolist(), journeys.route_link.tolist()
        self.at, self.last = journeys.route_first[:-1].tolist(), journeys.route_first[1:].tolist()
        self.arrive_s = np.full(len(journeys.depart_s), np.nan)
        self.env.process(self.departures(_ticks(journeys.depart_s).tolist()))
        for link in self.links:
            self.env.process(self.entrance(link))
            link.serving = self.env.process(self.stop_line(link))

    def departures(self, depart_s: list[float]) -> Process:
        """Let vehicles leave home, one after the other."""
        for v, at in enumerate(depart_s):
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            to = self.links[self.way[self.at[v]]]
            to.home.append(v)
            if len(to.home) == 1 and not self.try_enter(to, None, v):
                self.wait(to, None, v)

    def stop_line(self, link: SimpyLink) -> Process:
        """Serve the vehicles at a link's end."""
        env = self.env
        while True:
            if not link.running:
                link.empty = env.event()
                yield link.empty
            reached, _, v = link.running[0]
            ready = link.green_from(max(reached, link.tat_out))
            if ready > env.now:
                link.asleep = True
                try:
                    yield env.timeout(ready - env.now)
                except simpy.Interrupt:  # overtaken by a faster vehicle
                    continue
                finally:
                    link.asleep = False
            if self.at[v] + 1 == self.last[v]:
                self.arrive_s[v] = env.now
                self.leave(link, v)
                continue
            to = self.links[self.way[self.at[v] + 1]]
            if not self.try_enter(to, link, v):
                yield self.wait(to, link, v)

    def entrance(self, link: SimpyLink) -> Process:
        """Let waiting heads into a link, the least start tag first."""
        env = self.env
        while True:
            if not link.waiting:
                link.calm = env.event()
                yield link.calm
            at = link.opens_at(env.now, self.burst)
            if at == inf:
                link.full = env.event()
                yield link.full
                continue
            yield self.last_of_all_at(max(at, env.now))
            if link.opens_at(env.now, self.burst) <= env.now:
                tag, _, origin, v, entered = heappop(link.waiting)
                self.enter(link, origin, v, tag)
                entered.succeed()

    def last_of_all_at(self, at: float) -> simpy.Event:
        """Return an event after all others of a moment."""
        event = self.env.event()
        event._ok, event._value = True, None  # noqa: SLF001 # what Timeout does, with another priority
        self.env.schedule(event, priority=_LAST, delay=at - self.env.now)
        return event

    def try_enter(self, to: SimpyLink, origin: SimpyLink | None, v: int) -> bool:
        """Enter at once where nobody waits and the link has been open; who comes as it opens is served by rank."""
        if to.waiting or to.opens_at(self.env.now, self.burst) >= self.env.now:
            return False
        self.enter(to, origin, v, self.tag(to, origin))
        return True

    def wait(self, to: SimpyLink, origin: SimpyLink | None, v: int) -> simpy.Event:
        """Join those who wait for a link; the event happens once the vehicle has entered."""
        entered = self.env.event()
        self.tickets += 1
        heappush(to.waiting, (self.tag(to, origin), self.tickets, origin, v, entered))
        if to.calm is not None and not to.calm.triggered:
            to.calm.succeed()
        return entered

    def tag(self, to: SimpyLink, origin: SimpyLink | None) -> float:
        """Return a stream's start tag."""
        return max(to.virtual, to.finish.get(-1 if origin is None else origin.index, 0.0))

    def enter(self, to: SimpyLink, origin: SimpyLink | None, v: int, tag: float) -> None:
        """Move a vehicle from the link before, or from home, into a link."""
        now, p = self.env.now, self.pcu[v]
        to.virtual = tag
        to.finish[-1 if origin is None else origin.index] = tag + p / (to if origin is None else origin).weight
        to.tat_in = max(to.tat_in, now) + p * to.h_in
        to.occupied += p
        if origin is None:
            to.home.popleft()
            if to.home:
                self.wait(to, None, to.home[0])
        else:
            self.leave(origin, v)
            self.at[v] += 1
        self.tickets += 1
        run = (now + self.time_s[self.group[v]][to.index], self.tickets, v)
        heappush(to.running, run)
        if to.empty is not None and not to.empty.triggered:
            to.empty.succeed()
        elif to.asleep and to.running[0] is run:
            to.serving.interrupt()

    def leave(self, link: SimpyLink, v: int) -> None:
        """Take the head off its link; its room comes free when the wave has reached the link's beginning."""
        now, p = self.env.now, self.pcu[v]
        heappop(link.running)
        link.tat_out = now + p * link.h_out
        link.holes.append((now + link.wave, p))
        if link.full is not None and not link.full.triggered:
            link.full.succeed()


def _link(s: Links, i: int) -> SimpyLink:
    signal = None
    if s.cycle_s[i] > 0.0:
        k = slice(s.green_first[i], s.green_first[i + 1])
        windows = tuple(zip(s.green_from_s[k].tolist(), s.green_to_s[k].tolist(), strict=True))
        signal = (float(s.cycle_s[i]), float(s.offset_s[i]), windows)
    return SimpyLink(
        i, float(_ticks(s.entry_headway_s[i])), float(_ticks(s.exit_headway_s[i])), float(s.room_pcu[i]),
        float(_ticks(s.wave_s[i])), float(s.weight[i]), signal,
    )  # fmt: skip


def _ticks(duration_s: F64) -> F64:
    """Round to whole ticks of 15 ns, so that sums are exact and equal moments are equal."""
    return np.round(duration_s * _TICKS_PER_S) / _TICKS_PER_S
