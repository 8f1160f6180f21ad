"""The public bike share over a day: trips lost at empty stations, riders without a dock, the trucks' kilometres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from scenarios.bike_share.params import BikeShareParams
from scenarios.engine.clock import Phase
from scenarios.engine.run import Run
from scenarios.models.bike_share import BikeShare, Service, Stations, rental_rates
from scenarios.models.bike_trucks import FreeRoads
from scenarios.models.day_profiles import STEPS, cumulated, profile
from scenarios.models.land_rates import PURPOSES
from scenarios.models.station_sites import around, greedy_sites
from scenarios.models.trip_ends import trip_ends
from scenarios.models.zones import least_cost_graph
from scenarios.scenario import MINUTE_S, scenario
from twin.city.city import City
from twin.city.roads import CYCLE, TRUCK, WALK
from twin.errors import InvalidParams
from twin.variables import Text, VariableSpec

F64 = NDArray[np.float64]

_DETOUR = 1.3
_WHO = {"tourism": 0.5, "leisure": 0.3, "shop": 0.1, "school": 0.1}
"""Whose destinations draw rentals: an assumption."""

_HOURS = {"tourism/out": 0.25, "tourism/back": 0.25, "leisure/out": 0.25, "leisure/back": 0.25}
"""Whose hours the rentals have: an assumption."""


def _spec(key: str, unit: str, vi: str, en: str) -> VariableSpec:
    return VariableSpec(key=key, unit=unit, dtype="float64", place="city", title=Text(vi, en))


INDICATORS = (
    _spec("stations", "1", "Số trạm", "Stations"),
    _spec("bikes", "1", "Số xe đạp", "Bikes"),
    _spec("rentals_wanted", "1", "Lượt muốn thuê", "Rentals wanted"),
    _spec("lost_pct", "%", "Lượt mất vì trạm hết xe", "Rentals lost at empty stations"),
    _spec("walked_on_pct", "%", "Lượt phải đi bộ sang trạm khác", "Rentals after a walk to another station"),
    _spec("no_dock_pct", "%", "Lượt trả gặp trạm đầy", "Returns that found no dock"),
    _spec("truck_km", "km", "Quãng đường xe tải điều phối", "Distance of the rebalancing trucks"),
    _spec("truck_trips", "1", "Số chuyến xe tải", "Trips of the trucks"),
    _spec("bikes_moved", "1", "Số xe đạp được chở", "Bikes moved by the trucks"),
    _spec("covered_pct", "%", "Điểm đến trong tầm phục vụ", "Destinations within reach of a station"),
)
SERIES = (
    _spec("riding", "1", "Xe đang được thuê", "Bikes on hire"),
    _spec("empty_stations", "1", "Số trạm hết xe", "Stations without a bike"),
    _spec("full_stations", "1", "Số trạm hết chỗ", "Stations without a dock"),
)


@dataclass(frozen=True)
class _Network:
    """Stations as built or planned: where, how many docks, what lies around them."""

    xy_m: F64
    docks: NDArray[np.int64]
    names: list[str]
    weight: F64
    per_day: float
    covered: float


@scenario(
    "bike-share",
    title={"vi": "Xe đạp công cộng", "en": "Public bike share"},
    params=BikeShareParams,
    variables=SERIES,
    indicators=INDICATORS,
)
def bike_share(run: Run, params: BikeShareParams) -> None:
    """Set up a day of the bike share.

    Rules
    -----
    1. The stations are the city's; where more are asked for, sites are added one by one where they cover most.
    2. Rentals of the stations there are follow the parameter; new ones add rentals by what they cover.
    3. Riders and trucks are processes; no bike is ever lost.
    """
    net = _network(run, params)
    city = run.city
    apart_m = _DETOUR * np.hypot(*(net.xy_m[:, None] - net.xy_m[None]).transpose(2, 0, 1))
    ride_s = apart_m / (params.ride_kmh / 3.6)
    np.fill_diagonal(ride_s, params.round_trip_min * MINUTE_S)
    stations = Stations(net.docks, apart_m, apart_m / (params.walk_kmh / 3.6), ride_s)
    service = Service(
        rentals=rental_rates(net.weight, ride_s, per_day=net.per_day, per_min=params.decay_per_min),
        hourly=_hourly(),
        most_walk_m=params.most_walk_m,
        trucks=params.trucks,
        capacity=params.truck_capacity,
        handle_s=params.handle_s,
        look_s=params.look_s,
        ahead_s=params.ahead_min * MINUTE_S,
        least=params.least_bikes,
        hours_h=(params.truck_from_h, params.truck_to_h),
    )
    model = BikeShare(
        run.env,
        stations,
        service,
        bikes=np.floor(params.fill_share * net.docks + 0.5).astype(np.int64),
        driving=_roads(run, city, net.xy_m, params.traffic_factor),
        midnight_s=params.midnight_s,
        rng=run.rng,
    )
    model.start(params.horizon_s)
    run.note(
        "Lượt thuê và phân bố là giả định theo số liệu thí điểm năm 2022; xe tải theo thời gian đường vắng nhân hệ số.",
        "Rentals and their spread are assumptions by the pilot of 2022; trucks take empty roads' times by a factor.",
    )

    def _record() -> None:
        run.record("riding", [model.riding])
        run.record("empty_stations", [np.count_nonzero(model.stock == 0)])
        run.record("full_stations", [np.count_nonzero(model.stock >= net.docks)])

    run.every(params.interval_min * MINUTE_S, _record, Phase.RECORD)
    run.at_end(lambda: _report(run, model, net))


def _report(run: Run, model: BikeShare, net: _Network) -> None:
    t = model.tally
    wanted, rides = max(t.wanted, 1), max(t.returned, 1)
    numbers = {
        "stations": len(net.docks),
        "bikes": model.bikes,
        "rentals_wanted": t.wanted,
        "lost_pct": 100.0 * t.lost / wanted,
        "walked_on_pct": 100.0 * t.walked_on / wanted,
        "no_dock_pct": 100.0 * t.no_dock / rides,
        "truck_km": t.truck_km,
        "truck_trips": t.truck_trips,
        "bikes_moved": t.moved,
        "covered_pct": 100.0 * net.covered,
    }
    for key, value in numbers.items():
        run.indicator(key, float(value))
    for name, lost, full in zip(net.names, t.lost_at.tolist(), t.full_at.tolist(), strict=True):
        run.note(
            f"Trạm {name}: {lost} lượt mất, {full} lượt gặp trạm đầy.",
            f"Station {name}: {lost} rentals lost, {full} returns without a dock.",
        )


def _network(run: Run, params: BikeShareParams) -> _Network:
    city, own = run.city, run.city.bike_stations
    more = max(params.stations - len(own), 0)
    if 0 < params.stations < len(own):
        run.note(
            f"Thành phố có {len(own)} trạm: không bỏ trạm nào.",
            f"The city has {len(own)} stations: none is taken away.",
        )
    xy, weight, candidates = _destinations(city)
    sites = greedy_sites(xy, weight, own.xy_m, candidates, n=more, reach_m=params.reach_m)
    at = np.concatenate([own.xy_m.reshape(-1, 2), xy[sites]])
    if len(at) == 0:
        run.note(
            "Thành phố chưa có trạm xe đạp: hãy chọn số trạm.",
            "The city has no bike station: ask for a number of them.",
        )
        return _Network(at, np.zeros(0, dtype=np.int64), [], np.zeros(0), 0.0, 0.0)
    names = [*own.name.tolist(), *(_near(city, node) for node in sites.tolist())]
    known = np.concatenate([own.docks, np.full(len(sites), np.nan)])
    docks = np.where(np.isnan(known), float(params.docks), known).astype(np.int64)
    reached = around(xy, weight, at, reach_m=params.reach_m)
    first = around(xy, weight, own.xy_m, reach_m=params.reach_m).sum() if len(own) else reached.sum()
    bikes = params.fill_share * float(docks[: len(own)].sum() if len(own) else docks.sum())
    per_day = params.rentals_per_bike * bikes * float(reached.sum()) / max(float(first), 1e-300)
    if reached.sum() == 0:
        reached, per_day = np.ones(len(at)), params.rentals_per_bike * bikes
    return _Network(at, docks, names, reached, per_day, float(reached.sum() / max(weight.sum(), 1e-300)))


def _destinations(city: City) -> tuple[F64, F64, NDArray[np.int64]]:
    """Return the nodes' places, what draws rentals at each, and the nodes a station may stand at."""
    roads = city.roads
    links = (roads.modes & (CYCLE | WALK)) != 0
    usable = np.zeros(roads.n_nodes, dtype=bool)
    usable[roads.tail[links]] = usable[roads.head[links]] = True
    if not usable.any():
        raise InvalidParams("bike-share", f"the city {city.name} has no road for bicycles")
    ends = trip_ends(city, usable, floor_area_per_household_m2=150.0, households_per_km=100.0)
    weight = np.zeros(roads.n_nodes)
    for purpose, share in _WHO.items():
        pulls = ends.attraction[PURPOSES.index(purpose)]
        weight += share * pulls / max(float(pulls.sum()), 1e-300)
    # A truck has to come to a station; where none may drive at all, bicycles must do.
    streets = links & ((roads.modes & TRUCK) != 0)
    places = np.concatenate([roads.tail[streets], roads.head[streets]]) if streets.any() else np.flatnonzero(usable)
    return roads.node_xy_m, weight, np.unique(places).astype(np.int64)


def _near(city: City, node: int) -> str:
    """Return the street a node lies at, or its number."""
    at = ((city.roads.tail == node) | (city.roads.head == node)) & (city.roads.name != "")
    widest_first = np.flatnonzero(at)[np.argsort(-city.roads.width_m[at], kind="stable")]
    return str(city.roads.name[widest_first[0]]) if len(widest_first) else f"nút {node}"


def _hourly() -> F64:
    whole = sum(share * cumulated(profile(flow, free_day=False)) for flow, share in _HOURS.items())
    return np.diff(np.asarray(whole)[:: STEPS // 24])


def _roads(run: Run, city: City, xy_m: F64, factor: float) -> FreeRoads:
    """Return truck times and lengths of ways between the stations' nearest nodes, each the least without traffic."""
    roads = city.roads
    links = np.flatnonzero((roads.modes & TRUCK) != 0)
    straight_km = _DETOUR * np.hypot(*(xy_m[:, None] - xy_m[None]).transpose(2, 0, 1)) / 1000.0
    if len(links) == 0:
        return FreeRoads(run.env, factor * straight_km * 1000.0 / 5.0, straight_km)
    reach = np.unique(np.concatenate([roads.tail[links], roads.head[links]]))
    node = reach[cKDTree(roads.node_xy_m[reach]).query(xy_m)[1]]
    matrices = []
    for cost in (roads.length_m / roads.free_speed_mps, roads.length_m / 1000.0):
        graph = least_cost_graph(roads.tail[links], roads.head[links], cost[links], roads.n_nodes)
        matrices.append(sparse.csgraph.dijkstra(graph, indices=node)[:, node])
    time_s, km = matrices
    lost = ~np.isfinite(time_s)
    time_s[lost], km[lost] = straight_km[lost] * 1000.0 / 5.0, straight_km[lost]
    return FreeRoads(run.env, factor * time_s, km)
