"""Traffic on a working day: a thin but honest queue model, with time-dependent demand from land use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.clock import Phase
from scenarios.engine.run import Run
from scenarios.models.demand import DemandRules, Trips, Zones, draw_trips, make_zones
from scenarios.models.network import RoadNetwork, RoadRules, road_network
from scenarios.models.routes import Ways, empty_road_ways, make_routes
from scenarios.models.traffic import TrafficModel
from scenarios.models.trip_ends import trip_ends
from scenarios.models.way_choice import Informed, habits_taken, usual_weight
from scenarios.scenario import MINUTE_S, scenario
from scenarios.traffic.changes import refuse_timed
from scenarios.traffic.indicators import GROUPS, INDICATORS, SERIES, report
from scenarios.traffic.params import CLASSES, GROUP_OF_CLASS, PCU, TrafficParams
from twin.errors import InvalidParams
from twin.variables import Text

NOT_FOLLOWED = frozenset({"signal", "signal-split", "speed", "lanes", "capacity"})
"""Kinds of changes the model takes over at the start of a run only."""


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
    1. The trips are those of the unchanged streets: a closure alters ways and times, never who travels where; a change
       to land alters who travels.
    2. Only trips that depart in the period count; the warm-up fills the streets, the cool-down lets trips end.
    3. Closures before the run are in `run.city`; later ones arrive through the timeline.
    """
    refuse_timed(run.question.interventions, NOT_FOLLOWED)
    rules = _road_rules(params)
    base = road_network(run.base, rules)
    zones, trips, ways = _demand(run, params, base)
    run.say(Text("Đã có nhu cầu đi lại", "Demand drawn"))
    net, empty = base, ways
    if run.city is not run.base:
        net = road_network(run.city, rules)
        empty = empty_road_ways(net, zones.node)
    group, pcu = np.array(GROUP_OF_CLASS, dtype=np.int32), np.array([PCU[name] for name in CLASSES])
    of_trip = group[trips.kind]
    weight_pcu_h = usual_weight(trips.depart_s, pcu[trips.kind])
    routes = make_routes(net, empty, trips.origin, trips.zone, of_trip, weight_pcu_h, params.habits)
    taste = run.rng("traffic/habits").random(len(of_trip))
    habit = habits_taken(routes, trips.origin, trips.zone, of_trip, taste, params.choice)
    knows = run.rng("traffic/informed").random(len(of_trip)) < params.informed_share
    informed = Informed(
        routes, trips.depart_s, trips.origin, trips.zone, of_trip, habit, knows=knows, rules=params.choice,
        taste=run.rng("traffic/news").random(len(of_trip)),
    )  # fmt: skip
    fastest = np.array([routes.informed(g) for g in range(len(net.time_s))], dtype=np.int32)[of_trip]
    row = np.where(knows, fastest, habit)
    model = TrafficModel(net, routes, trips, row=row, pcu=pcu, group=group, informed=informed)
    free_s = ways.cost_s[group[trips.kind], trips.zone, trips.origin].astype(np.float64)
    _schedule(run, params, model, free_s)


def _road_rules(params: TrafficParams) -> RoadRules:
    return RoadRules(
        cycle_mps=params.bicycle_kmh / 3.6,
        junction_delay_s=params.junction_delay_s,
        junction_share=params.junction_share,
        jam_m=params.jam_m,
        lane_m=3.5,
        largest_pcu=max(PCU.values()),
    )


def _demand(run: Run, params: TrafficParams, net: RoadNetwork) -> tuple[Zones, Trips, Ways]:
    if sum(params.shares) == 0 or sum(params.hourly) == 0:
        raise InvalidParams("traffic", "the shares of the classes and of the hours must not all be 0")
    n = net.n_nodes
    motor = net.allowed[0]
    usable = (np.bincount(net.tail[motor], minlength=n) > 0) & (np.bincount(net.head[motor], minlength=n) > 0)
    if not usable.any():
        raise InvalidParams("traffic", f"the city {run.base.name} has no road for motor vehicles")
    ends = trip_ends(
        replace(run.base, parcels=run.city.parcels, buildings=run.city.buildings, land_use=run.city.land_use),
        usable,
        floor_area_per_household_m2=params.floor_area_per_household_m2,
        households_per_km=params.households_per_km,
    )
    for note in ends.notes:
        run.note(*note)
    run.note(
        "Mô hình hàng chờ đơn giản; nhu cầu là giả định, chưa hiệu chỉnh theo số đếm xe.",
        "A simple queue model; the demand is an assumption, not calibrated against counts.",
    )
    zones = make_zones(ends, run.base.roads.node_xy_m, params.zones)
    ways = empty_road_ways(net, zones.node)
    rules = DemandRules(
        per_household=params.trips_per_household * params.demand_scale,
        per_gateway=params.trips_per_gateway * params.demand_scale,
        hourly=params.hourly,
        homeward=params.homeward,
        kinds=params.shares,
        per_min=params.gravity_per_min,
    )
    window_s = (params.begin_s, params.horizon_s)
    trips = draw_trips(ends, zones, ways.cost_s[0], rules, window_s=window_s, midnight_s=params.midnight_s, rng=run.rng)
    return zones, trips, ways


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
    run.every(
        update_s,
        lambda: model.update_ways(run.now_s, run.now_s + update_s),
        Phase.NETWORK,
        first_s=params.begin_s + update_s,
    )
    run.at_end(_finish)
