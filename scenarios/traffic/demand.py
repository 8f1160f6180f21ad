"""The demand of a run: zones and homes of the surveyed city, land as it is asked about, trips of the run's hours."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.question import canonical_json
from scenarios.engine.run import Run
from scenarios.engine.shared import Shared
from scenarios.models.demand import Demand, Trips, draw_trips, expected_trips
from scenarios.models.demand_plan import Summary, plan_demand
from scenarios.models.mode_choice import Journeys, station_walk_min
from scenarios.models.routes import THREADS
from scenarios.models.trip_ends import TripEnds, trip_ends
from scenarios.models.zones import Zones, between, hubs, make_zones, walk_km
from scenarios.traffic.demand_params import DemandParams
from twin.city.city import City
from twin.city.roads import MOTOR, MOTORCYCLE, WALK, Roads
from twin.errors import InvalidParams
from twin.variables import Text

F64 = NDArray[np.float64]

DETOUR = 1.3
"""Length of a way relative to the straight line, for costs and estimates: an assumption."""

STATION_M = 800.0
"""Farthest bike station people walk to [m]: an assumption."""

MOST_TRIPS = 1.5e6
"""Where a run would draw more trips, so many of them are simulated, and it says so: more than a city's streets hold at
once, so that the answer, a gridlock, is the same."""


@dataclass(frozen=True)
class Places:
    """Where people of the run live and go to.

    Attributes
    ----------
    ends, surveyed
        With the changes of land, and without.
    zones
    """

    ends: TripEnds
    surveyed: TripEnds
    zones: Zones


def find_places(run: Run, params: DemandParams) -> Places:
    """Return homes, destinations and zones: those of the surveyed roads, with the land as the run has it.

    Raises
    ------
    InvalidParams
        The city has no road for motorcycles.
    """
    places = places_of(run.base, run.city, params)
    for note in places.ends.notes:
        run.note(*note)
    return places


def places_of(base: City, city: City, params: DemandParams) -> Places:
    """Return homes, destinations and zones of the roads of `base` with the land of `city`.

    Raises
    ------
    InvalidParams
        The city has no road for motorcycles.
    """
    usable = _both_ways(base.roads, (base.roads.modes & MOTORCYCLE) != 0)
    if not usable.any():
        raise InvalidParams("traffic", f"the city {base.name} has no road for motor vehicles")
    key = (base.digest, params.floor_area_per_household_m2, params.households_per_km, params.zones)
    surveyed, zones = _SURVEYS.get(key, lambda: _survey(base, usable, params))
    same = all(getattr(city, name) is getattr(base, name) for name in _LAND)
    ends = surveyed if same else _ends(replace(base, **{n: getattr(city, n) for n in _LAND}), usable, params)
    return Places(ends, surveyed, zones)


def _survey(base: City, usable: NDArray[np.bool_], params: DemandParams) -> tuple[TripEnds, Zones]:
    """Return homes, destinations and zones of the surveyed land, so that a change of land moves no zone."""
    ends, xy = _ends(base, usable, params), base.roads.node_xy_m
    return ends, make_zones(_weight(ends), ends.gateways, xy, _hubs(base.roads, usable), params.zones)


def demand_of(
    city: City, params: DemandParams, places: Places, roads: Roads, cost_s: tuple[F64, F64, F64]
) -> tuple[Demand, Summary]:
    """Return the demand of a working day, before anything is drawn; see `draw_demand`."""
    journeys = _journeys(city, params, places, roads, cost_s)
    weight = _gate_weight(roads, places.zones)
    return plan_demand(places.ends, places.surveyed, places.zones, journeys, params.plan_rules, weight)


def draw_demand(
    run: Run, params: DemandParams, places: Places, roads: Roads, cost_s: tuple[F64, F64, F64], *, midnight_s: float,
    shared: Hashable = None,
) -> tuple[Trips, Demand, Summary]:  # fmt: skip
    """Return the trips of the run's hours, and the demand of the day they are drawn from.

    Parameters
    ----------
    run, params, places
    roads
        Those people have in mind when they choose where and how to go: the surveyed ones, unless choices respond.
    cost_s : three of (D, N) [s]
        Times without traffic from each node to each zone on these roads, by motorcycle, car and bicycle; inf: no way.
    midnight_s : [s]
        Simulated time of the first day's midnight.
    shared
        Where roads and times are those of the surveyed city: what made these times. Another run of the city with the
        same parameters and seed then takes the trips drawn here.

    Raises
    ------
    InvalidParams
        Gateways have trips of no class.
    """
    if sum(params.gateway_shares) == 0 and params.trips_per_gateway > 0:
        raise InvalidParams("traffic", "gateway_shares must not all be 0 where gateways have trips")

    def _make() -> _Drawn:
        return _draw(run, params, places, roads, cost_s, midnight_s)

    # The chance of the trips comes from streams nothing else asks for, so a run may take what another one drew.
    land = places.ends is places.surveyed and run.city.bike_stations is run.base.bike_stations
    key = (run.base.digest, run.question.seed, midnight_s, canonical_json(params.canonical()), shared)
    drawn = _DRAWN.get(key, _make) if land and shared is not None else _make()
    if drawn.expected > MOST_TRIPS:
        run.note(
            f"Nhu cầu là {drawn.expected:.0f} lượt xe; chỉ {MOST_TRIPS:.0f} lượt, chia đều, được đưa vào mô phỏng.",
            f"The demand is {drawn.expected:.0f} vehicle trips; only {MOST_TRIPS:.0f} of them, evenly, were simulated.",
        )
    _say(run, params, drawn.demand, drawn.summary, drawn.off / max(drawn.off + len(drawn.trips.depart_s), 1))
    return drawn.trips, drawn.demand, drawn.summary


@dataclass(frozen=True)
class _Drawn:
    trips: Trips
    demand: Demand
    summary: Summary
    off: int
    expected: float


_SURVEYS: Shared[tuple[TripEnds, Zones]] = Shared(2)
_DRAWN: Shared[_Drawn] = Shared(2)


def _draw(
    run: Run, params: DemandParams, places: Places, roads: Roads, cost_s: tuple[F64, F64, F64], midnight_s: float
) -> _Drawn:
    day, window_s = params.day_rules, (params.begin_s, params.horizon_s)
    demand, summary = demand_of(run.city, params, places, roads, cost_s)
    expected = expected_trips(demand, day, window_s=window_s, midnight_s=midnight_s)
    if expected > MOST_TRIPS:
        day = replace(day, scale=day.scale * MOST_TRIPS / expected)
    trips, off = draw_trips(demand, day, window_s=window_s, midnight_s=midnight_s, rng=run.rng)
    return _Drawn(trips, demand, summary, off, expected)


_LAND = ("parcels", "buildings", "land_use", "places")


def _ends(city: City, usable: NDArray[np.bool_], params: DemandParams) -> TripEnds:
    return trip_ends(
        city,
        usable,
        floor_area_per_household_m2=params.floor_area_per_household_m2,
        households_per_km=params.households_per_km,
    )


def _both_ways(roads: Roads, links: NDArray[np.bool_]) -> NDArray[np.bool_]:
    n = roads.n_nodes
    out, into = (np.bincount(end[links], minlength=n) > 0 for end in (roads.tail, roads.head))
    return np.asarray(out & into)


def _hubs(roads: Roads, usable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the nodes all classes reach; where a city has none, those motorcycles reach."""
    for links in ((roads.modes & MOTOR) == MOTOR, (roads.modes & MOTORCYCLE) != 0):
        found = np.zeros(roads.n_nodes, dtype=bool)
        some = hubs(roads.tail, roads.head, links)
        found[: len(some)] = some
        if found.any():
            return found
    return usable


def _weight(ends: TripEnds) -> F64:
    """Return what zones are cut by: homes and attractions, each half ``(N,)``."""
    pulls = ends.attraction / np.maximum(ends.attraction.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(ends.households / max(ends.households.sum(), 1e-300) + pulls.mean(axis=0))


def _journeys(city: City, params: DemandParams, places: Places, roads: Roads, cost_s: tuple[F64, F64, F64]) -> Journeys:
    zones, weight, xy = places.zones, _weight(places.surveyed), roads.node_xy_m
    walk = (roads.modes & WALK) != 0
    on_foot = walk_km(roads.tail, roads.head, roads.length_m, walk, zones, most_m=1000.0 * params.most_walk_km)
    x_m, y_m = (np.subtract.outer(xy[zones.node, axis], xy[:, axis]) for axis in (0, 1))
    straight_km = DETOUR / 1000.0 * np.hypot(x_m, y_m)
    walk_km_, cycle_s, motorcycle_s, car_s, km = THREADS.map(
        lambda job: between(zones, job[0], weight, at_hubs=job[1]),
        [(on_foot, False), (cost_s[2], False), (cost_s[0], False), (cost_s[1], True), (straight_km, False)],
    )
    return Journeys(
        walk_km=walk_km_,
        cycle_min=cycle_s / 60.0,
        motorcycle_min=motorcycle_s / 60.0,
        car_min=car_s / 60.0,
        station_min=station_walk_min(
            xy[zones.node], city.bike_stations.xy_m, walk_kmh=params.walk_kmh, most_m=STATION_M
        ),
        km=km,
    )


def _gate_weight(roads: Roads, zones: Zones) -> F64:
    """Return the capacity of the roads at each gateway ``(Z,)`` [PCU/h]; 0 at the other zones."""
    n = roads.n_nodes
    there = sum(np.bincount(end, weights=roads.capacity_pcu_h, minlength=n) for end in (roads.tail, roads.head))
    return np.where(zones.gateway, np.asarray(there)[zones.node], 0.0)


def _say(run: Run, params: DemandParams, demand: Demand, summary: Summary, off: float) -> None:
    people, vehicles = summary.trips.sum(), demand.per_day().sum()
    share = (100.0 * summary.overall(summary.mode_share)).tolist()
    vi = ", ".join(f"{name.vi} {_vi(v)} %" for name, v in zip(_MODE_NAMES, share, strict=True))
    en = ", ".join(f"{name.en} {v:.1f} %" for name, v in zip(_MODE_NAMES, share, strict=True))
    run.note(
        f"Ngày làm việc: {_grouped(people)} lượt người ({vi}); {_grouped(vehicles)} lượt xe, kể cả xe tải và cửa ngõ. "
        "Mọi suất là giả định, chưa hiệu chỉnh theo số đếm xe.",
        f"A working day: {people:,.0f} trips of people ({en}); {vehicles:,.0f} vehicle trips with trucks and gateways. "
        "Every rate is an assumption, not calibrated against counts.",
    )
    inside, off = 100.0 * float(summary.overall(summary.within_zone)), 100.0 * off
    run.note(
        f"{_vi(inside)} % lượt người trong cùng một vùng; {_vi(off)} % lượt xe bắt đầu ngay tại nút của vùng đến "
        "và không lên đường.",
        f"{inside:.1f} % of people's trips stay in one zone; {off:.1f} % of vehicle trips begin at the very "
        "node they head for and stay off the roads.",
    )
    load = params.bus_occupancy
    run.note(
        f"Chưa có tuyến xe buýt trong dữ liệu: lượt buýt là xe chở {load:.0f} khách theo đường ngắn nhất của khách.",
        f"No bus lines are in the data: bus trips are vehicles with {load:.0f} passengers on the passengers' own ways.",
    )


_MODE_NAMES = (
    Text("đi bộ", "walk"), Text("xe đạp", "bicycle"), Text("xe đạp công cộng", "bike share"),
    Text("xe máy", "motorcycle"), Text("ô tô", "car"), Text("xe buýt", "bus"),
)  # fmt: skip


def _grouped(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _vi(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
