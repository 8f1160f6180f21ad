"""A queue model of traffic over a city's roads: vehicles of the kernel, ways of two groups, closures at any time.

*Equation*: see `twin.kernels.traffic` (queues in space) and `twin.kernels.paths` (ways).
*Assumptions*: drivers who know the traffic take, at every update, the fastest way by the times of the last interval,
smoothed; the others, and all cyclists, the fastest way on an empty road; all know of a closure at once. Who has no way
left under way leaves the road where the way ends, and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork, allowed_links
from twin.city.city import City

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_SMOOTHING = 0.5


@dataclass(frozen=True)
class Ways:
    """Ways of every group on a network without traffic, to each zone.

    Attributes
    ----------
    next_link, first_link : (G, D, L), (G, D, N)
    cost_s : (G, D, N) [s]
    """

    next_link: I32
    first_link: I32
    cost_s: NDArray[np.float32]


@dataclass(frozen=True)
class Interval:
    """What the links saw since the last interval.

    Attributes
    ----------
    flow_veh_h : (L,) [veh/h]
        Vehicles that left the link.
    speed_ratio : (L,)
        Time without traffic over time taken, of the vehicles that left; 0 where vehicles stood and none left; NaN where
        there was none.
    queue_veh : (L,) [veh]
        Longest stop-line queue.
    """

    flow_veh_h: NDArray[np.float32]
    speed_ratio: NDArray[np.float32]
    queue_veh: NDArray[np.float32]


def empty_road_ways(net: RoadNetwork, zones: I32) -> Ways:
    """Return the fastest ways without traffic from everywhere to the zones' nodes ``(D,)``."""
    n_g, n_d = len(net.time_s), len(zones)
    ways = Ways(
        np.empty((n_g, n_d, len(net.tail)), np.int32),
        np.empty((n_g, n_d, net.n_nodes), np.int32),
        np.empty((n_g, n_d, net.n_nodes), np.float32),
    )
    for g in range(n_g):
        _find(net, net.time_s[g], net.allowed[g], zones, ways, g)
    return ways


class TrafficModel:
    """Vehicles on a city's roads; moved by the clock, changed by closures.

    Parameters
    ----------
    net
        The roads at the start.
    ways
        Ways of `net` to the zones, without traffic.
    zones : (D,)
        Nodes.
    trips
    pcu : (C,)
        Of each class.
    group : (C,)
        Routing group of each class.
    informed : (V,)
        Who knows the traffic.
    """

    def __init__(
        self,
        net: RoadNetwork,
        ways: Ways,
        zones: I32,
        trips: Trips,
        *,
        pcu: F64,
        group: I32,
        informed: NDArray[np.bool_],
    ) -> None:
        # Imported here: numba takes half a second that listing the scenarios should not cost.
        from twin.kernels import traffic as kernel
        from twin.kernels import traffic_state as t

        self._kernel, self.net, self.zones, self._allowed = kernel, net, zones, net.allowed
        v, n = len(trips.depart_s), len(net.tail)
        # Copies, so that the compiler sees one kind of array: writeable.
        self.links = t.Links(
            net.time_s.copy(), net.headway_s.copy(), net.room.copy(), net.cycle_s.copy(), net.offset_s.copy(),
            net.green_first.copy(), net.green_from_s.copy(), net.green_to_s.copy(), net.length_m.copy(), pcu.copy(),
            np.round(1000 * pcu).astype(np.int32),
        )  # fmt: skip
        self.cars = t.Vehicles(
            trips.depart_s.copy(), trips.origin.copy(), trips.zone.copy(), trips.kind.copy(), group[trips.kind],
            informed.astype(np.int32), np.full(v, np.nan), np.full(v, np.nan), np.zeros(v, np.int32),
            np.full(v, -1, np.int32), np.zeros(v),
        )  # fmt: skip
        self.state = t.new_state(n, v)
        self.tables = t.Tables(np.repeat(ways.next_link, 2, axis=0), np.repeat(ways.first_link, 2, axis=0))
        self.slowness = np.ones(n)
        self.standing_links = 0
        self._interval_from_s = 0.0

    def advance(self, until_s: float) -> None:
        """Move all vehicles to a time, excluded."""
        self._kernel.advance(self.links, self.cars, self.state, self.tables, until_s)

    def update_ways(self, now_s: float) -> None:
        """Let those who know the traffic look for better ways by the times of the last interval."""
        self._informed_ways()
        self._kernel.reconsider(self.state, len(self.cars.depart_s), now_s)

    def change(self, city: City, now_s: float) -> None:
        """Take over which links are open: everybody who is not yet on a closed link finds another way."""
        self._allowed = allowed_links(city)
        for g in range(len(self.net.time_s)):
            self._search(2 * g, self.net.time_s[g], self._allowed[g])
            for table in self.tables:
                table[2 * g + 1] = table[2 * g]
        self._informed_ways()
        self._kernel.reconsider(self.state, len(self.cars.depart_s), now_s)

    def take_interval(self, now_s: float) -> Interval:
        """Return what the links saw since the last call, and begin a new interval."""
        s = self.state
        self.standing_links = self._kernel.find_gridlocks(s, now_s)
        span_s = now_s - self._interval_from_s
        queue = np.maximum(s.queue_max, s.queue_n)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(s.left > 0, s.free_s / s.spent_s, np.where(queue > 0, 0.0, np.nan))
            jam = np.where(queue > 0, np.maximum(span_s / self.net.time_s[0], 1.0), 1.0)
            slow = np.where(s.left > 0, s.spent_s / s.free_s, jam)
        self.slowness = (1 - _SMOOTHING) * self.slowness + _SMOOTHING * slow
        seen = Interval(
            (s.left * (3600.0 / span_s if span_s > 0 else 0.0)).astype(np.float32),
            ratio.astype(np.float32),
            queue.astype(np.float32),
        )
        for sums in (s.entered, s.left, s.spent_s, s.free_s):
            sums[:] = 0
        s.queue_max[:] = s.queue_n
        self._interval_from_s = now_s
        return seen

    def _informed_ways(self) -> None:
        self._search(1, self.net.time_s[0] * self.slowness, self._allowed[0])

    def _search(self, row: int, time_s: F64, allowed: NDArray[np.bool_]) -> None:
        cost_s = np.empty((1, len(self.zones), self.net.n_nodes), np.float32)
        found = Ways(self.tables.next_link[row : row + 1], self.tables.first_link[row : row + 1], cost_s)
        _find(self.net, time_s, allowed, self.zones, found, 0)


def _find(net: RoadNetwork, time_s: F64, allowed: NDArray[np.bool_], zones: I32, out: Ways, row: int) -> None:
    from twin.kernels import paths

    graph = paths.Network(
        *(np.array(a) for a in (net.tail, net.head, net.in_first, net.in_link, net.ban_first, net.ban_to))
    )
    answer = paths.Ways(out.next_link[row], out.first_link[row], out.cost_s[row])
    paths.ways_to(graph, np.array(time_s), np.array(allowed), np.array(zones), answer)
