"""Traffic on a working day: a thin but honest queue model, with time-dependent demand from land use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.clock import Phase
from scenarios.engine.run import Run
from scenarios.models.demand import Trips
from scenarios.models.network import RoadRules, road_network
from scenarios.models.routes import Routes, Ways, empty_road_ways, make_routes
from scenarios.models.traffic import TrafficModel
from scenarios.scenario import HOUR_S, MINUTE_S, scenario
from scenarios.traffic.demand import Places, draw_demand, find_places
from scenarios.traffic.indicators import GROUPS, INDICATORS, SERIES, report
from scenarios.traffic.params import CLASSES, GROUP_OF_CLASS, PCU, TrafficParams
from twin.variables import Text


@scenario(
    "traffic",
    title={"vi": "Giao thông (mô hình hàng chờ)", "en": "Traffic (queue model)"},
    params=TrafficParams,
    variables=SERIES,
    indicators=INDICATORS,
    groups=GROUPS,
)
def traffic(run: Run, params: TrafficParams) -> None:
    """Set up a period of a working day on the city's streets.

    Rules
    -----
    1. The trips are those of the unchanged city: a change alters ways and times, never who travels where.
    2. Only trips that depart in the period count; the warm-up fills the streets, the cool-down lets trips end.
    3. Closures before the run are in `run.city`; later ones arrive through the timeline.
    """
    rules = _road_rules(params)
    base = road_network(run.base, rules)
    places = find_places(run, params)
    zones = places.zones
    net, ways = base, empty_road_ways(base, zones.node)
    empty = ways
    if run.city.roads is not run.base.roads:
        net = road_network(run.city, rules)
        empty = empty_road_ways(net, zones.node)
    trips = _demand(run, params, places, empty if params.choice_responds else ways)
    run.say(Text("Đã có nhu cầu đi lại", "Demand drawn"))
    group, pcu = np.array(GROUP_OF_CLASS, dtype=np.int32), np.array([PCU[name] for name in CLASSES])
    motor = np.flatnonzero(group[trips.kind] == 0)
    hours = (params.horizon_s - params.begin_s) / HOUR_S
    weight_pcu_h = pcu[trips.kind[motor]] / hours
    routes = make_routes(net, empty, zones.node, trips.origin[motor], trips.zone[motor], weight_pcu_h, params.habits)
    row = _rows(run, params, routes, group[trips.kind])
    model = TrafficModel(net, routes, trips, row=row, pcu=pcu, group=group)
    free_s = ways.cost_s[group[trips.kind], trips.zone, trips.origin].astype(np.float64)
    _schedule(run, params, model, free_s)


def _rows(run: Run, params: TrafficParams, routes: Routes, group: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return which ways each driver follows: a habit, the traffic, or a bicycle's."""
    habit = run.rng("traffic/habits").integers(0, params.habits, len(group))
    informed = run.rng("traffic/informed").random(len(group)) < params.informed_share
    motor = np.where(informed, routes.informed, habit)
    return np.where(group == 0, motor, routes.cyclists).astype(np.int32)


def _road_rules(params: TrafficParams) -> RoadRules:
    return RoadRules(
        cycle_mps=params.bicycle_kmh / 3.6,
        junction_delay_s=params.junction_delay_s,
        junction_share=params.junction_share,
        jam_m=params.jam_m,
        lane_m=3.5,
        largest_pcu=max(PCU.values()),
    )


def _demand(run: Run, params: TrafficParams, places: Places, ways: Ways) -> Trips:
    """Return the trips: of the surveyed roads, unless the choices of destination and mode respond to the change."""
    run.note(
        "Mô hình hàng chờ đơn giản.",
        "A simple queue model.",
    )
    roads = run.city.roads if params.choice_responds else run.base.roads
    motor, cycle = (np.where(ways.cost_s[g] < np.inf, ways.cost_s[g], np.inf) for g in (0, 1))
    trips, _, _ = draw_demand(run, params, places, roads, (motor, motor, cycle), midnight_s=params.midnight_s)
    return trips


def _schedule(run: Run, params: TrafficParams, model: TrafficModel, free_s: NDArray[np.float64]) -> None:
    step_s, end_s = params.interval_min * MINUTE_S, params.duration_min * MINUTE_S
    longest = [0.0]

    def _record() -> None:
        seen = model.take_interval(run.now_s)
        if 0.0 < run.now_s <= end_s:
            longest[0] = max(longest[0], float(seen.queue_veh.max(initial=0.0)))
            run.record("flow_veh_h", seen.flow_veh_h)
            run.record("speed_ratio", seen.speed_ratio)
            run.record("queue_veh", seen.queue_veh)

    def _finish() -> None:
        _record()
        report(run, model, free_s, longest[0])

    run.carry(model)
    run.on_change(lambda: model.change(run.city, run.now_s))
    begin_s = step_s * np.ceil(params.begin_s / step_s)
    run.every(step_s, _record, Phase.RECORD, first_s=float(begin_s))
    update_s = params.update_min * MINUTE_S
    run.every(update_s, lambda: model.update_ways(run.now_s), Phase.NETWORK, first_s=params.begin_s + update_s)
    run.at_end(_finish)
