"""The vehicles of the engine in plain SimPy: where each is, where it goes next, and what the links saw of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork
from scenarios.models.plain_links import Line, Street, rounded
from scenarios.models.routes import Routes
from scenarios.models.traffic_types import DriveEnd, Kinds
from twin.kernels.traffic_state import ARRIVED, ARRIVES, CAR, CUT_OFF, ON_ROAD, TO_COME, TRACE, UNREACHABLE

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


class Fleet:
    """Vehicles, by number; trips first, then drives of processes.

    Parameters
    ----------
    net, routes, kinds
    streets
        One for each link.
    trips
    row : (V,)
        Row of `routes` each driver follows.
    traces
        Link entries to keep of those in `traced`.
    """

    def __init__(
        self, net: RoadNetwork, routes: Routes, kinds: Kinds, streets: list[Street], trips: Trips, *, row: I32,
        traces: int,
    ) -> None:  # fmt: skip
        n, c = len(trips.depart_s), len(kinds.names)
        self._net, self._routes, self._kinds, self._streets, self._room = net, routes, kinds, streets, traces
        self._depart_s: list[float] = trips.depart_s.tolist()
        self._kind: list[int] = trips.kind.tolist()
        self._origin: list[int] = trips.origin.tolist()
        self._zone: list[int] = trips.zone.tolist()
        self.row: list[int] = row.tolist()
        self._status, self._link, self._distance_m = [TO_COME] * n, [-1] * n, [0.0] * n
        self._end_s, self._entered_s, self._arrive_s = [np.nan] * n, [np.nan] * n, [np.nan] * n
        self._group: list[int] = net.group.tolist()
        self._time_s = [[rounded(t) for t in of_group] for of_group in net.time_s.tolist()]
        self._length_m = net.length_m.tolist()
        self._own: dict[int, list[int]] = {}
        self.closed: list[list[bool]] = []
        self.drives: dict[int, simpy.Event] = {}
        self.traced: set[int] = set()
        self._log: list[tuple[float, int, int]] = []
        self.entries = 0
        self._shape = (c, len(streets))
        self._begin_interval()

    def _begin_interval(self) -> None:
        c, n = self._shape
        self._entered, self._left = ([[0] * n for _ in range(c)] for _ in range(2))
        self._spent_s, self._free_s = ([[0.0] * n for _ in range(c)] for _ in range(2))

    def take_seen(self) -> tuple[I32, I32, F64, F64]:
        """Return entries, exits, time spent and free time since the last call ``(C, L)``."""
        seen = (
            np.array(self._entered, np.int32), np.array(self._left, np.int32), np.array(self._spent_s),
            np.array(self._free_s),
        )  # fmt: skip
        self._begin_interval()
        return seen

    def add(self, kind: int, origin: int, zone: int, row: int, depart_s: float, links: list[int] | None) -> int:
        """Add a vehicle that is to depart; return its number."""
        v = len(self._kind)
        self._kind.append(kind)
        self._origin.append(origin)
        self._zone.append(zone)
        self.row.append(row if links is None else -1)
        self._depart_s.append(depart_s)
        self._status.append(TO_COME)
        self._link.append(-1)
        self._distance_m.append(0.0)
        for times in (self._end_s, self._entered_s, self._arrive_s):
            times.append(np.nan)
        if links is not None:
            self._own[v] = [*links[::-1]]
        return v

    def set_time_s(self, link: int, time_s: F64) -> None:
        """Set the free times ``(G,)`` of a link for who enters it from now on."""
        for of_group, value in zip(self._time_s, time_s.tolist(), strict=True):
            of_group[link] = rounded(value)

    def queue_of(self, v: int) -> int:
        """Return the queue of a vehicle's class."""
        return self._kinds.queue[self._kind[v]]

    def first(self, v: int, now: float) -> Street | None:
        """Return a vehicle's first street; None where it is there already or has no way, and then its drive is over."""
        if v in self._own:
            if self._own[v]:
                return self._streets[self._own[v][-1]]
            self._end(v, now, ARRIVED)
            return None
        origin = self._origin[v]
        turn = int(self._routes.first_turn[self.row[v], self._zone[v], origin])
        if turn >= ARRIVES:
            self._end(v, now, ARRIVED if turn == ARRIVES else UNREACHABLE)
            return None
        return self._streets[int(self._net.out_link[self._net.out_first[origin] + turn])]

    def after(self, v: int, link: Street) -> Street | None:
        """Return the street it takes next; None where its drive ends."""
        if v in self._own:
            own = self._own[v]
            return self._streets[own[-2]] if len(own) > 1 else None
        turn = int(self._routes.next_turn[self.row[v], self._zone[v], link.index])
        if turn >= ARRIVES:
            return None
        return self._streets[int(self._net.out_link[self._net.out_first[self._net.head[link.index]] + turn])]

    def pcu_of(self, v: int) -> float:
        """Return a vehicle's PCU."""
        return self._kinds.pcu[self._kind[v]]

    def ready_s(self, v: int) -> float:
        """Return when it reaches its street's end."""
        return self._end_s[v]

    def is_closed(self, v: int, link: Street) -> bool:
        """Return whether a street is closed to its class."""
        return self.closed[self._kind[v]][link.index]

    def entered(self, v: int, link: Street, now: float) -> Line:
        """Take note of an entry; return the queue it joins."""
        kind, k = self._kind[v], link.index
        if v in self._own and self._link[v] >= 0:
            self._own[v].pop()
        self._entered_s[v], self._end_s[v] = now, now + self._time_s[self._group[kind]][k]
        self._link[v], self._status[v] = k, ON_ROAD
        self._entered[kind][k] += 1
        self.entries += 1
        if v in self.traced and len(self._log) < self._room:
            self._log.append((now, v, k))
        return link.lines[self._kinds.queue[kind]]

    def left(self, v: int, link: Street, now: float) -> None:
        """Take note of an exit."""
        kind, k = self._kind[v], link.index
        self._distance_m[v] += self._length_m[k]
        self._left[kind][k] += 1
        self._spent_s[kind][k] += now - self._entered_s[v]
        self._free_s[kind][k] += self._end_s[v] - self._entered_s[v]

    def ended(self, v: int, link: Street, now: float) -> None:
        """Take note of the end of a drive at the end of a street."""
        there = v in self._own or self._routes.next_turn[self.row[v], self._zone[v], link.index] == ARRIVES
        self._end(v, now, ARRIVED if there else CUT_OFF)

    def _end(self, v: int, now: float, status: int) -> None:
        self._status[v], self._link[v], self._end_s[v] = status, -1, now
        if status == ARRIVED:
            self._arrive_s[v] = now
        if v in self.drives:
            self.drives.pop(v).succeed(DriveEnd(status == ARRIVED, now))

    def cars(self) -> NDArray[Any]:
        """Return the vehicles as records of `twin.kernels.traffic_state.CAR`; a copy."""
        cars = np.zeros(len(self._kind), CAR)
        cars["end_s"], cars["entered_s"], cars["arrive_s"] = self._end_s, self._entered_s, self._arrive_s
        cars["depart_s"], cars["distance_m"], cars["next"] = self._depart_s, self._distance_m, -1
        cars["at"], cars["zone"], cars["link"] = self._origin, self._zone, self._link
        cars["ways"], cars["kind"], cars["status"] = self.row, self._kind, self._status
        return cars

    def traces(self) -> NDArray[Any]:
        """Return the entries kept so far: records of `twin.kernels.traffic_state.TRACE`."""
        log = np.zeros(len(self._log), TRACE)
        if self._log:
            log["entered_s"], log["car"], log["link"] = zip(*self._log, strict=True)
        return log
