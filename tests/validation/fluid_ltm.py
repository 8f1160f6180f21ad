"""A fluid link-transmission model in small steps: the independent judge of the engine of single vehicles.

Legend: L links, C commodities (a way and its demand), P places (a link on a commodity's way), T steps of `dt_s`.

1. A link is two cumulative curves, one at each end. It can send what has been on it for length/u, and can receive what
   left it length/w ago plus its room; neither more than its capacity (Newell 1993; Yperman's link transmission model).
2. What leaves a link is mixed as it came in: the curve of each commodity at the exit is that at the entrance, read at
   the moment at which the total was what it is now at the exit (first in, first out; Daganzo 1995).
3. A node gives each link into it the largest flow that the links out of it, shared in proportion to the capacities of
   those who ask, and first in, first out allow (Tampère et al. 2011, unsignalized junction).
4. Commodities begin in a vertical queue before their first link, one for each first link, with that link's capacity.

References: G. F. Newell, Transp. Res. B 27 (1993), doi:10.1016/0191-2615(93)90038-C; C. F. Daganzo, Transp. Res. B 29
(1995), doi:10.1016/0191-2615(94)00022-R; C. M. J. Tampère, R. Corthout, D. Cattrysse, L. H. Immers, Transp. Res. B 45
(2011), doi:10.1016/j.trb.2010.06.004.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Fluid:
    """Links, and commodities with their ways and a constant demand from 0 to `until_s`.

    Attributes
    ----------
    tail, head : (L,)
    time_s, wave_s : (L,) [s]
        Length over free-flow and over wave speed; at least one step each.
    capacity, exit_capacity : (L,) [veh/s]
    room : (L,) [veh]
    ways : C tuples of links
    demand : (C,) [veh/s]
    until_s : (C,) [s]
        End of each demand.
    """

    tail: I32
    head: I32
    time_s: F64
    wave_s: F64
    capacity: F64
    exit_capacity: F64
    room: F64
    ways: tuple[tuple[int, ...], ...]
    demand: F64
    until_s: F64


@dataclass(frozen=True)
class Curves:
    """Cumulative vehicles, step by step.

    Attributes
    ----------
    dt_s : [s]
    wanted, arrived : (T, C) [veh]
        Demand so far, and what has reached the end of its way.
    entered, left : (T, L) [veh]
    """

    dt_s: float
    wanted: F64
    arrived: F64
    entered: F64
    left: F64

    def mean_time_s(self) -> float:
        """Mean time from the wish to depart to the arrival [s]; all must have arrived."""
        assert abs(self.wanted[-1].sum() - self.arrived[-1].sum()) < 1e-3 * self.wanted[-1].sum()
        return float((self.wanted - self.arrived).sum() * self.dt_s / self.wanted[-1].sum())


def run(
    net: Fluid, *, dt_s: float, horizon_s: float, departures: tuple[F64, NDArray[np.integer]] | None = None
) -> Curves:
    """Solve the model until all have arrived, at most up to the horizon.

    With `departures`, times and commodities of single vehicles, these are the demand, as random as they are.
    """
    return _Solver(net, dt_s, round(horizon_s / dt_s), departures).run()


class _Solver:
    def __init__(
        self, net: Fluid, dt: float, steps: int, departures: tuple[F64, NDArray[np.integer]] | None = None
    ) -> None:
        self.net, self.dt, self.steps = net, dt, steps
        n_links, n_ways = len(net.tail), len(net.ways)
        self.link = np.array([link for way in net.ways for link in way], np.int32)
        self.first = np.cumsum([0] + [len(way) for way in net.ways])
        self.last = self.first[1:] - 1
        self.following = np.arange(1, len(self.link) + 1)
        self.following[self.last] = -1
        self.places = [np.flatnonzero(self.link == i) for i in range(n_links)]
        self.starts = [np.array([c for c in range(n_ways) if net.ways[c][0] == i], np.int32) for i in range(n_links)]
        self.into = np.zeros((steps + 1, len(self.link)))  # per place, cumulative at the link's entrance
        self.out = np.zeros((steps + 1, len(self.link)))
        self.total_in, self.total_out = np.zeros((steps + 1, n_links)), np.zeros((steps + 1, n_links))
        self.nodes = [
            (np.flatnonzero(net.head == n), np.flatnonzero(net.tail == n))
            for n in range(max(net.tail.max(), net.head.max()) + 1)
        ]
        times = np.arange(steps + 1)[:, None] * dt
        self.wanted = net.demand * np.minimum(times, net.until_s)
        if departures is not None:
            self.wanted = np.zeros((steps + 1, n_ways))
            np.add.at(self.wanted, (np.ceil(departures[0] / dt).astype(int), departures[1]), 1.0)
            self.wanted = np.cumsum(self.wanted, axis=0)
        self.home_total = np.stack([self.wanted[:, s].sum(axis=1) for s in self.starts], axis=1)

    def run(self) -> Curves:
        for k in range(self.steps):
            self.into[k + 1], self.out[k + 1] = self.into[k], self.out[k]
            receive = self._receive(k)
            send = self._send(k)
            for ins, outs in self.nodes:
                self._node(k, ins, outs, send, receive)
            self.total_in[k + 1] = [self.into[k + 1, p].sum() for p in self.places]
            self.total_out[k + 1] = [self.out[k + 1, p].sum() for p in self.places]
            if self.out[k + 1, self.last].sum() > self.wanted[-1].sum() - 1e-3:
                break
        t = slice(0, k + 2)
        return Curves(self.dt, self.wanted[t], self.out[t, self.last], self.total_in[t], self.total_out[t])

    def _at(self, curve: F64, time_s: F64) -> F64:
        """Read a curve (T, n) of each column at its own time (n,); 0 before the start."""
        x = np.maximum(time_s / self.dt, 0.0)
        k = np.minimum(x.astype(int), self.steps - 1)
        i = np.arange(curve.shape[1])
        return np.asarray(curve[k, i] + (x - k) * (curve[k + 1, i] - curve[k, i]))

    def _send(self, k: int) -> F64:
        reached = self._at(self.total_in, (k + 1) * self.dt - self.net.time_s)
        return np.asarray(np.clip(reached - self.total_out[k], 0.0, self.net.exit_capacity * self.dt))

    def _receive(self, k: int) -> F64:
        freed = self._at(self.total_out, (k + 1) * self.dt - self.net.wave_s)
        return np.asarray(np.clip(freed + self.net.room - self.total_in[k], 0.0, self.net.capacity * self.dt))

    @staticmethod
    def _mix(total: F64, parts: F64, gone_parts: F64, amount: float) -> F64:
        """Return the commodities of the next `amount` that leaves, first in, first out."""
        target = gone_parts.sum() + amount
        j = min(max(int(np.searchsorted(total, target - 1e-12)), 1), len(total) - 1)
        step = total[j] - total[j - 1]
        share = min((target - total[j - 1]) / step, 1.0) if step > 0 else 0.0
        then = parts[j - 1] + share * (parts[j] - parts[j - 1])
        mixed = np.maximum(then - gone_parts, 0.0)
        return np.asarray(mixed * (amount / mixed.sum() if mixed.sum() > 0 else 0.0))

    def _node(self, k: int, ins: NDArray[np.intp], outs: NDArray[np.intp], send: F64, receive: F64) -> None:
        """Move one step's flow through a node: sinks take all, links out share what they can receive."""
        askers = [self._from_link(k, i, send[i]) for i in ins if send[i] > 0]
        askers += [a for o in outs if (a := self._from_home(k, o)) is not None]
        want = np.array([[a.toward(o) for o in outs] for a in askers]).reshape(len(askers), len(outs))
        sent = np.array([a.amount for a in askers])
        weight = np.array([a.capacity for a in askers])
        q = node_flows(sent, want, weight, receive[outs])
        for a, flow in zip(askers, q, strict=True):
            if flow > 0:
                self._move(k, a, flow)

    def _from_link(self, k: int, i: int, amount: float) -> _Asker:
        p = self.places[i]
        parts = self._mix(self.total_in[: k + 1, i], self.into[:, p], self.out[k, p], amount)
        to = np.where(self.following[p] >= 0, self.link[self.following[p]], -1)
        return _Asker(i, p, parts, to, amount, self.net.exit_capacity[i])

    def _from_home(self, k: int, o: int) -> _Asker | None:
        c = self.starts[o]
        p = self.first[c]
        gone = self.into[k, p]
        amount = self.home_total[k + 1, o] - gone.sum() if len(c) else 0.0
        if amount <= 1e-12:
            return None
        amount = min(amount, self.net.capacity[o] * self.dt)
        parts = self._mix(self.home_total[: k + 2, o], self.wanted[:, c], gone, amount)
        return _Asker(-1, p, parts, np.full(len(c), o), amount, self.net.capacity[o])

    def _move(self, k: int, a: _Asker, flow: float) -> None:
        if a.link < 0:
            self.into[k + 1, a.places] += a.parts * (flow / a.amount)
            return
        parts = self._mix(self.total_in[: k + 1, a.link], self.into[:, a.places], self.out[k, a.places], flow)
        self.out[k + 1, a.places] += parts
        on = self.following[a.places]
        self.into[k + 1, on[on >= 0]] += parts[on >= 0]


@dataclass(frozen=True)
class _Asker:
    link: int
    places: NDArray[np.intp]
    parts: F64
    to: NDArray[np.integer]
    amount: float
    capacity: float

    def toward(self, out: int) -> float:
        """Return how much of what is sent goes to a link."""
        return float(self.parts[self.to == out].sum())


def node_flows(send: F64, want: F64, capacity: F64, receive: F64) -> F64:
    """Return the flow out of each link into a node (I,) by the oriented-capacity-proportional rule.

    Parameters
    ----------
    send : (I,)
    want : (I, J)
        Parts of `send` by link out; what is left over leaves the network.
    capacity : (I,)
    receive : (J,)
    """
    q = np.zeros(len(send))
    share = want / np.where(send > 0, send, 1.0)[:, None]
    oriented = share * capacity[:, None]
    left, asking = receive.astype(float).copy(), want > 1e-12
    open_in = send > 0
    while open_in.any():
        demand = (oriented * (asking & open_in[:, None])).sum(axis=0)
        busy = demand > 0
        if not busy.any():
            q[open_in] = send[open_in]
            break
        level = np.where(busy, left / np.where(busy, demand, 1.0), np.inf)
        j = int(np.argmin(level))
        here = open_in & asking[:, j]
        free = here & (send <= level[j] * capacity + 1e-15)
        done = free if free.any() else here
        q[done] = send[done] if free.any() else level[j] * capacity[done]
        left = np.maximum(left - (q[:, None] * share)[done].sum(axis=0), 0.0)
        open_in &= ~done
        if not free.any():
            asking[:, j] = False
    return q
