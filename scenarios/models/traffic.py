"""A queue model of traffic over a city's roads: vehicles of the kernel, ways of two groups, closures at any time.

*Equation*: see `twin.kernels.traffic` (queues in space) and `twin.kernels.paths` (ways).
*Assumptions*: see `scenarios.models.routes` for who takes which way; all know of a closure at once. Who has no way left
under way leaves the road where the way ends, and is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork, allowed_links
from scenarios.models.routes import Routes
from scenarios.models.way_choice import Informed
from twin.city.city import City

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_SMOOTHING = 0.5


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


class TrafficModel:
    """Vehicles on a city's roads; moved by the clock, changed by closures.

    Parameters
    ----------
    net
        The roads at the start.
    routes
        The ways people take.
    trips
    row : (V,)
        Row of `routes` each driver follows.
    pcu, group : (C,)
        Of each class.
    informed
        Those who look at the traffic under way.
    """

    def __init__(
        self, net: RoadNetwork, routes: Routes, trips: Trips, *, row: I32, pcu: F64, group: I32, informed: Informed
    ) -> None:
        # Imported here: numba takes half a second that listing the scenarios should not cost.
        from twin.kernels import traffic as kernel
        from twin.kernels import traffic_state as t

        self._kernel, self.net, self.routes, self._allowed = kernel, net, routes, net.allowed
        self._informed = informed
        v, n = len(trips.depart_s), len(net.tail)
        # Copies, so that the compiler sees one kind of array: writeable.
        self.links = t.Links(
            net.time_s.copy(), net.headway_s.copy(), net.room.copy(), net.cycle_s.copy(), net.offset_s.copy(),
            net.green_first.copy(), net.green_from_s.copy(), net.green_to_s.copy(), net.length_m.copy(), pcu.copy(),
            np.round(1000 * pcu).astype(np.int32),
        )  # fmt: skip
        self.cars = t.Vehicles(
            trips.depart_s.copy(), trips.origin.copy(), trips.zone.copy(), trips.kind.copy(), group[trips.kind],
            row.copy(), np.full(v, np.nan), np.full(v, np.nan), np.zeros(v, np.int32), np.full(v, -1, np.int32),
            np.zeros(v),
        )  # fmt: skip
        self.state = t.new_state(n, v)
        self.tables = routes.tables
        self.slowness = np.ones(n)
        self.standing_links = 0
        self._interval_from_s = 0.0

    def advance(self, until_s: float) -> None:
        """Move all vehicles to a time, excluded."""
        self._kernel.advance(self.links, self.cars, self.state, self.tables, until_s)

    def update_ways(self, now_s: float, next_s: float) -> None:
        """Let those who know the traffic look for better ways by the times of the last intervals."""
        from twin.kernels.traffic_state import ON_ROAD, TO_COME

        for group, free_s in enumerate(self.net.time_s):
            row = self.routes.informed(group)
            self.routes.time_s[row] = free_s * self.slowness
            self.routes.search(row, self._allowed)
        status = self.cars.status
        self._informed.look(
            self.cars.ways, link=self.cars.link, on_road=status == ON_ROAD, to_come=status == TO_COME, until_s=next_s
        )
        self._kernel.reconsider(self.state, len(self.cars.depart_s), now_s)

    def change(self, city: City, now_s: float) -> None:
        """Take over which links are open: everybody who is not yet on a closed link finds another way."""
        self._allowed = allowed_links(city)
        for row in range(len(self.routes.time_s)):
            self.routes.search(row, self._allowed)
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
