"""Traffic over a city's roads in plain SimPy: what runs where there is no compiler, or where it is asked for.

It takes and gives what `scenarios.models.traffic.TrafficModel` does. The ways are searched by the same functions, which
are slow without a compiler.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from scenarios.engine.clock import Clock
from scenarios.models.demand import Trips
from scenarios.models.habits import Habits
from scenarios.models.network import RoadNetwork, allowed_links
from scenarios.models.plain_fleet import Fleet
from scenarios.models.plain_links import Street, rounded
from scenarios.models.plain_streets import StreetProcesses
from scenarios.models.routes import Routes
from scenarios.models.traffic_controls import Links, positive, replanned
from scenarios.models.traffic_types import BURST_PCU, Interval, Kinds, slower
from scenarios.models.way_choice import Informed
from twin.city.city import City
from twin.errors import UnknownItem
from twin.kernels.traffic_state import ON_ROAD, TO_COME

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Signal = tuple[float, float, tuple[tuple[float, float], ...]] | None


class PlainTraffic:
    """Vehicles on a city's roads as processes of a clock.

    Parameters
    ----------
    net, routes, trips, row, kinds, informed, habits, clock, traces
        As of `scenarios.models.traffic.TrafficModel`; there must be a clock.
    """

    def __init__(
        self, net: RoadNetwork, routes: Routes, trips: Trips, *, row: I32, kinds: Kinds, clock: Clock,
        informed: Informed | None = None, habits: Habits | None = None, traces: int = 0,
    ) -> None:  # fmt: skip
        self._habits = habits
        self.net, self.routes, self.kinds, self.slowness = net, routes, kinds, np.ones(len(net.tail))
        self._clock, self._informed, self._n_trips = clock, informed, len(trips.depart_s)
        allowed = net.allowed[net.group]
        self._by_city, self._by_gate = ~allowed, np.zeros_like(allowed)
        self._capacity, self._speed = np.ones(len(net.tail)), np.ones(len(net.tail))
        streets = [
            Street(
                k, rounded(net.entry_headway_s[k]), rounded(net.headway_s[k]), float(net.room[k]) / 1000.0,
                rounded(net.wave_s[k]), float(net.weight[k]), signal_of(net, k),
            )
            for k in range(len(net.tail))
        ]  # fmt: skip
        self._fleet = Fleet(net, routes, kinds, streets, trips, row=row, traces=traces)
        self._streets = StreetProcesses(clock, streets, self._fleet, burst=BURST_PCU, share=kinds.share)
        self._put_gates()
        self.standing_links, self.gridlocks, self.first_gridlock_s = 0, 0, np.nan
        self._interval_from_s = 0.0
        clock.process(self._departures(trips.depart_s.tolist()))

    @property
    def cars(self) -> NDArray[Any]:
        """The vehicles: records of `twin.kernels.traffic_state.CAR`, the trips first."""
        return self._fleet.cars()

    @property
    def traces(self) -> NDArray[Any]:
        """Entries kept so far, in the order of time."""
        return self._fleet.traces()

    @property
    def link_entries(self) -> int:
        """Entries of vehicles into links so far."""
        return self._fleet.entries

    def trace(self, vehicles: Links) -> None:
        """Keep the link entries of some vehicles, for as long as there is room for them."""
        self._fleet.traced.update(np.asarray(vehicles).tolist())

    def advance(self, until_s: float) -> None:
        """Do nothing: the vehicles move by the clock's own events."""

    def drive(self, kind: int, start: int, way: int | Links) -> simpy.Event:
        """Send a vehicle off now to a zone, or over links; return an event that happens as its drive ends.

        Raises
        ------
        UnknownItem
            The route's links do not follow each other from the start.
        """
        links = None
        if not isinstance(way, int | np.integer):
            links = [int(k) for k in way]
            nodes = [start, *(int(self.net.head[k]) for k in links if 0 <= k < len(self.net.tail))]
            if len(nodes) <= len(links) or any(self.net.tail[k] != at for k, at in zip(links, nodes, strict=False)):
                raise UnknownItem("drive", f"links {links} are no way from node {start}")
        informed = self.routes.informed(int(self.net.group[kind]))
        zone = int(way) if isinstance(way, int | np.integer) else 0
        v = self._fleet.add(kind, start, zone, informed, float(self._clock.now), links)
        self._fleet.drives[v] = event = self._clock.event()
        self._depart(v)
        return event

    def _departures(self, depart_s: list[float]) -> Generator[simpy.Event, Any, None]:
        for v, at_s in enumerate(depart_s):
            if at_s > self._clock.now:
                yield self._clock.timeout(at_s - self._clock.now)
            self._depart(v)

    def _depart(self, v: int) -> None:
        to = self._fleet.first(v, self._clock.now)
        if to is not None:
            self._streets.depart(v, to, self._fleet.queue_of(v))

    def change(self, city: City, now_s: float) -> None:
        """Take over which links are open to whom: everybody who is not yet on a closed link finds another way."""
        self._by_city = ~allowed_links(city, self.kinds.modes)
        self._regate(now_s)

    def set_gate(self, kind: int, links: Links, *, is_open: bool, now_s: float, reroute: bool = True) -> None:
        """Open or close the entrance of links to a class; see `StreetControls.set_gate`."""
        self._by_gate[kind, links] = not is_open
        self._regate(now_s, reroute=reroute)

    def set_capacity_factor(self, links: Links, factor: float, now_s: float) -> None:  # noqa: ARG002 # the clock knows
        """Multiply the capacity of links, entrance and stop line, from now on."""
        self._capacity[links] = positive("capacity factor", factor)
        self._take(links)

    def set_speed_factor(self, links: Links, factor: float, now_s: float) -> None:  # noqa: ARG002 # the clock knows
        """Multiply the free speed of links for who enters them from now on."""
        self._speed[links] = positive("speed factor", factor)
        self._take(links)

    def set_green(self, links: Links, now_s: float, *, is_green: bool | None) -> None:  # noqa: ARG002 # the clock knows
        """Give links green or red from now on, as a signal that reacts does; None goes back to the fixed plan."""
        for k in np.asarray(links).tolist():
            street = self._streets.streets[k]
            street.held = is_green is False
            street.signal = signal_of(self.net, k) if is_green is None else None
        self._take(links)

    def set_plans(self, net: RoadNetwork, now_s: float) -> None:
        """Take over the signals' fixed plans, and what goes with them at a stop line, from the same streets."""
        links = replanned(self.net, net)
        self.net = net
        self.set_green(links, now_s, is_green=None)

    def last_at_line_s(self, links: Links, now_s: float) -> F64:
        """Return when a vehicle was last at each stop line ``(n,)`` [s]: now where one stands there."""
        ready_s, streets = self._fleet.ready_s, [self._streets.streets[k] for k in np.asarray(links).tolist()]
        stands = [any(line.cars and ready_s(line.cars[0]) <= now_s for line in one.lines) for one in streets]
        return np.where(stands, now_s, np.minimum([one.tat_out for one in streets], now_s))

    def _take(self, links: Links) -> None:
        """Hand the present headways and times of links to the streets."""
        net, most_pcu = self.net, max(self.kinds.pcu)
        for k in np.asarray(links).tolist():
            street = self._streets.streets[k]
            street.h_in = rounded(net.entry_headway_s[k] / self._capacity[k])
            street.h_out = rounded(net.headway_s[k] / self._capacity[k])
            street.weight = float(net.weight[k])
            self._fleet.set_time_s(k, net.time_s[:, k] / self._speed[k])
            self._streets.look_again(street, most_pcu)

    def _regate(self, now_s: float, *, reroute: bool = True) -> None:
        self._put_gates()
        if reroute:
            for row in range(len(self.routes.time_s)):
                self.routes.search(row, self._open)
        self._reconsider(now_s)

    def _put_gates(self) -> None:
        closed = self._by_city | self._by_gate
        self._fleet.closed = closed.tolist()
        self._open = np.stack([~closed[self.net.group == g].any(axis=0) for g in range(len(self.net.time_s))])

    def _reconsider(self, now_s: float) -> None:  # noqa: ARG002 # the clock knows
        for v in self._streets.reconsider():
            self._depart(v)

    def update_ways(self, now_s: float, next_s: float) -> None:
        """Let those who know the traffic look for better ways by the times of the last intervals."""
        for group, time_s in enumerate(self.net.time_s):
            row = self.routes.informed(group)
            as_seen = self.slowness if group in self.routes.moved else 1.0
            self.routes.time_s[row] = time_s / self._speed * as_seen
            self.routes.search(row, self._open)
        if self._informed is not None:
            cars = self.cars[: self._n_trips]
            status, row_of = cars["status"], cars["ways"].astype(np.int32)
            self._informed.look(
                row_of, link=cars["link"], on_road=status == ON_ROAD, to_come=status == TO_COME, until_s=next_s
            )
            self._fleet.row[: self._n_trips] = row_of.tolist()
        self._reconsider(now_s)

    def renew_habits(self, now_s: float) -> None:
        """Begin another period of the day; see `scenarios.models.traffic.TrafficModel.renew_habits`."""
        if self._habits is not None:
            row = self._habits.rows_after(self.cars["ways"][: self._n_trips], self._open)
            self._fleet.row[: self._n_trips] = row.tolist()
            self._reconsider(now_s)

    def queues(self, now_s: float) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return the queues of now; see `scenarios.models.traffic.TrafficModel.queues`."""
        queue, held = np.zeros(len(self.net.tail), np.int32), np.zeros(len(self.net.tail))
        for street in self._streets.streets:
            cars = [v for line in street.lines for v in line.cars]
            queue[street.index] = sum(self._fleet.ready_s(v) <= now_s for v in cars)
            held[street.index] = sum(self._fleet.pcu_of(v) for v in cars)
        return queue, held

    def take_interval(self, now_s: float) -> Interval:
        """Return what the links saw since the last call, and begin a new interval."""
        self._find_gridlocks(now_s)
        taken = Interval(self._interval_from_s, now_s, *self._fleet.take_seen(), *self.queues(now_s))
        self.slowness = slower(self.slowness, taken, self.net.time_s[0])
        self._interval_from_s = now_s
        return taken

    def _find_gridlocks(self, now_s: float) -> None:
        rings, self.standing_links = self._streets.find_gridlocks(now_s)
        self.gridlocks += rings
        if rings and np.isnan(self.first_gridlock_s):
            self.first_gridlock_s = now_s


def signal_of(net: RoadNetwork, link: int) -> Signal:
    """Return a link's cycle, offset and greens [s]; None where it has no signal."""
    if not net.cycle_s[link] > 0.0:
        return None
    k = slice(int(net.green_first[link]), int(net.green_first[link + 1]))
    windows = tuple(zip(net.green_from_s[k].tolist(), net.green_to_s[k].tolist(), strict=True))
    return float(net.cycle_s[link]), float(net.offset_s[link]), windows
