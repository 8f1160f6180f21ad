"""Traffic over a city's roads: single vehicles as kinematic waves, changed and watched by SimPy processes at any time.

*Equation*: see `twin.kernels.traffic` (kinematic waves) and `twin.kernels.paths` (ways).
*Assumptions*: see `scenarios.models.routes` for who takes which way; all know of a closure at once. Who has no way left
under way leaves the road where the way ends, and is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

from scenarios.engine.clock import Clock
from scenarios.models.demand import Trips
from scenarios.models.habits import Habits
from scenarios.models.network import RoadNetwork
from scenarios.models.routes import Routes
from scenarios.models.traffic_controls import Links, StreetControls
from scenarios.models.traffic_mate import mover
from scenarios.models.traffic_types import BURST_PCU, DriveEnd, Interval, Kinds, Streets, slower
from scenarios.models.way_choice import Informed
from twin.errors import UnknownItem

if TYPE_CHECKING:
    from twin.kernels.traffic_state import Traffic

__all__ = ["DriveEnd", "Interval", "Kinds", "Streets", "TrafficModel", "simulate"]

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


class TrafficModel(StreetControls):
    """Vehicles on a city's roads; moved by the clock, changed by processes.

    Parameters
    ----------
    net
        The roads at the start.
    routes
        The ways people take.
    trips
    row : (V,)
        Row of `routes` each driver follows.
    kinds
    informed
        Those who look at the traffic under way.
    habits
        What the others are used to.
    clock
        Needed for `drive`.
    traces : int
        Link entries to keep of the vehicles marked by `trace`.
    threads : int
        Cores to use; the result is the same.
    """

    def __init__(
        self, net: RoadNetwork, routes: Routes, trips: Trips, *, row: I32, kinds: Kinds,
        informed: Informed | None = None, habits: Habits | None = None, clock: Clock | None = None, traces: int = 0,
        threads: int = 1,
    ) -> None:  # fmt: skip
        # Imported here: numba takes half a second that listing the scenarios should not cost.
        from scenarios.models import traffic_arrays as arrays
        from twin.kernels import traffic

        cars = arrays.new_cars(trips.depart_s, trips.kind)
        cars["at"], cars["zone"], cars["ways"] = trips.origin, trips.zone, row
        super().__init__(net, routes, kinds, arrays.new_traffic(net, kinds, cars, routes, traces=traces))
        self._move, self._depart, self._arrays = mover(threads), traffic.depart, arrays
        self._clock, self._informed, self._habits, self._n_trips = clock, informed, habits, len(trips.depart_s)
        self._drives: dict[int, simpy.Event] = {}
        self.slowness = np.ones(len(net.tail))
        self.standing_links = 0
        self._interval_from_s = 0.0

    @property
    def cars(self) -> NDArray[Any]:
        """The vehicles: records of `twin.kernels.traffic_state.CAR`, the trips first."""
        return self.t.cars

    def advance(self, until_s: float) -> None:
        """Move all vehicles to a time, excluded; stop at the first end of a drive that a process waits for."""
        self._move(self.t, until_s)
        if self._drives:
            self._tell()

    def drive(self, kind: int, start: int, way: int | Links) -> simpy.Event:
        """Send a vehicle off now; return an event that happens at the exact moment its drive ends.

        Parameters
        ----------
        kind
            Class.
        start
            Node.
        way
            Zone to go to by the ways of the informed; or links, a route of its own.

        Returns
        -------
        simpy.Event
            With a `DriveEnd`.

        Raises
        ------
        UnknownItem
            The route's links do not follow each other from the start.
        """
        if self._clock is None:
            raise UnknownItem("drive", "the model was made without a clock")
        links = None if isinstance(way, int | np.integer) else np.asarray(way, np.int32)
        if links is not None and not self._arrays.is_route(self.net, start, links):
            raise UnknownItem("drive", f"links {links.tolist()} are no way from node {start}")
        now_s, v = float(self._clock.now), len(self.t.cars)
        self.t = self._arrays.with_car(self.t, kind, now_s)
        car = self.t.cars[v]
        if links is None:
            car["ways"] = self.routes.informed(int(self.net.group[kind]))
            car["at"], car["zone"] = start, way
        else:
            car["ways"] = -1
            self.t, car["at"] = self._arrays.with_route(self.t, links)
        self._drives[v] = event = self._clock.event()
        self._depart(self.t, v, now_s)
        self._tell()
        return event

    def _tell(self) -> None:
        from twin.kernels.traffic_state import ARRIVED, N_ENDED

        if self._clock is None:
            return
        tally, cars = self.t.state.tally, self.t.cars
        for v in self.t.state.ended[: tally[N_ENDED]].tolist():
            at_s = float(cars[v]["end_s"])
            self._clock.wake(self._drives.pop(v), at_s, DriveEnd(bool(cars[v]["status"] == ARRIVED), at_s))
        tally[N_ENDED] = 0

    def update_ways(self, now_s: float, next_s: float) -> None:
        """Let those who know the traffic look for better ways by the times of the last intervals."""
        from twin.kernels.traffic_state import ON_ROAD, TO_COME

        for group, time_s in enumerate(self.net.time_s):
            row = self.routes.informed(group)
            slower = self.slowness if group in self.routes.moved else 1.0
            self.routes.time_s[row] = time_s / self._speed * slower
            self.routes.search(row, self._open)
        if self._informed is not None:
            cars = self.t.cars[: self._n_trips]
            status = cars["status"]
            self._informed.look(
                cars["ways"], link=cars["link"], on_road=status == ON_ROAD, to_come=status == TO_COME, until_s=next_s
            )
        self._reconsider(now_s)

    @property
    def link_entries(self) -> int:
        """Entries of vehicles into links so far."""
        from twin.kernels.traffic_state import N_MOVES

        return int(self.t.state.tally[N_MOVES])

    @property
    def gridlocks(self) -> int:
        """Rings of links found that could never move again."""
        from twin.kernels.traffic_state import GRIDLOCKS

        return int(self.t.state.tally[GRIDLOCKS])

    @property
    def first_gridlock_s(self) -> float:
        """When the first of them was found [s]; NaN before."""
        return float(self.t.state.first_gridlock_s[0])

    def renew_habits(self, now_s: float) -> None:
        """Begin another period of the day: other ways are usual, and those who leave in it are used to them."""
        if self._habits is None:
            return
        cars = self.t.cars[: self._n_trips]
        cars["ways"] = self._habits.rows_after(cars["ways"], self._open)
        self._reconsider(now_s)

    def trace(self, vehicles: Links) -> None:
        """Keep the link entries of some vehicles, for as long as there is room for them."""
        from twin.kernels.traffic_state import TRACED

        self.t.cars["mark"][vehicles] |= TRACED

    @property
    def traces(self) -> NDArray[Any]:
        """Entries kept so far: records of `twin.kernels.traffic_state.TRACE` in the order of time."""
        from twin.kernels.traffic_state import N_TRACED

        kept = self.t.state.traces[: self.t.state.tally[N_TRACED]]
        return kept[np.argsort(kept["entered_s"], kind="stable")]

    def queues(self, now_s: float) -> tuple[NDArray[np.int32], F64]:
        """Return the vehicles past their free time on each link now (L,), and the room that all take (L,) [PCU]."""
        n = len(self.net.tail)
        queue, held = np.zeros(n, np.int32), np.zeros(n, np.int64)
        self._kernel.count_queues(self.t, now_s, queue, held)
        return queue, held / 1000.0

    def take_interval(self, now_s: float) -> Interval:
        """Return what the links saw since the last call, and begin a new interval."""
        self.standing_links = self._kernel.find_gridlocks(self.t, now_s)
        seen = self.t.state.seen
        taken = Interval(
            self._interval_from_s, now_s, seen["entered"].T.copy(), seen["left"].T.copy(), seen["spent_s"].T.copy(),
            seen["free_s"].T.copy(), *self.queues(now_s),
        )  # fmt: skip
        self.slowness = slower(self.slowness, taken, self.net.time_s[0])
        seen[:] = 0
        self._interval_from_s = now_s
        return taken

    def _reconsider(self, now_s: float) -> None:
        super()._reconsider(now_s)
        self._tell()


def simulate(
    streets: Streets, route_first: ArrayLike, route_link: ArrayLike, depart_s: ArrayLike, until_s: float = 1e9,
    *, burst: float = BURST_PCU,
) -> tuple[F64, Traffic]:  # fmt: skip
    """Move vehicles of one class over fixed routes; return when each arrives, and the traffic as it stands then.

    Parameters
    ----------
    streets
    route_first, route_link : (V + 1,), (n,)
        Links of each vehicle, one after the other.
    depart_s : (V,) [s]
    until_s : [s]
    burst : [veh]
        Tolerance of the token bucket at a link's entrance.

    Returns
    -------
    arrive_s : (V,) [s]
        NaN for who has not arrived.
    traffic : twin.kernels.traffic_state.Traffic

    Raises
    ------
    InvalidParams
        A time, capacity or room is not a positive number, or a route is none.
    """
    from scenarios.models import traffic_arrays as arrays
    from twin.kernels.traffic import advance

    traffic, order = arrays.bare_traffic(
        streets, np.asarray(route_first, np.int64), np.asarray(route_link, np.int32), np.asarray(depart_s, float), burst
    )
    advance(traffic, until_s)
    arrive_s = np.empty(len(order))
    arrive_s[order] = traffic.cars["arrive_s"]
    return arrive_s, traffic
