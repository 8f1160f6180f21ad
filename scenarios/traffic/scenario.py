"""Traffic on a working day: vehicles as kinematic waves, with time-dependent demand from land use."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from scenarios.engine.clock import Phase
from scenarios.engine.question import Question
from scenarios.engine.run import Run
from scenarios.engine.shared import Shared
from scenarios.models.demand import Demand, Trips
from scenarios.models.demand_plan import Summary
from scenarios.models.habits import Habits
from scenarios.models.link_record import LinkRecorder
from scenarios.models.network import RoadNetwork, RoadRules, road_network
from scenarios.models.routes import Ways, empty_road_ways
from scenarios.models.traffic import Kinds, TrafficModel
from scenarios.models.traffic_plain import PlainTraffic
from scenarios.models.way_choice import Informed
from scenarios.scenario import MINUTE_S, scenario
from scenarios.traffic.changes import StreetChanges
from scenarios.traffic.city_indicators import ACCESS, EMISSIONS
from scenarios.traffic.classes import CLASS_TITLES
from scenarios.traffic.demand import Places, draw_demand, find_places
from scenarios.traffic.engines import AnyTraffic, engine_of
from scenarios.traffic.indicators import INDICATORS, report
from scenarios.traffic.link_series import SERIES
from scenarios.traffic.outputs import Asked, leave_behind
from scenarios.traffic.params import CLASSES, MODES, PCU, QUEUE_OF_CLASS, QUEUE_SHARE, STEADY, TrafficParams
from scenarios.traffic.signals import SignalChanges
from scenarios.traffic.tables import TABLES
from scenarios.traffic.tracks import MAX_POINTS, sample
from twin.city.city import City
from twin.variables import Text

LOOKS = 7
"""Looks at the queues in an interval: where it lasts whole minutes, the looks do not keep step with usual cycles."""


@scenario(
    "traffic",
    title={"vi": "Giao thông (mô phỏng từng xe)", "en": "Traffic (single vehicles)"},
    params=TrafficParams,
    variables=SERIES,
    indicators=(*INDICATORS, *EMISSIONS, *ACCESS),
    groups=CLASS_TITLES,
    tables=TABLES,
    compiled=True,
)
def traffic(run: Run, params: TrafficParams) -> None:
    """Set up a period of a working day on the city's streets.

    Rules
    -----
    1. The trips are those of the unchanged streets: a closure alters ways and times, never who travels where, unless
       choices respond; a change to land alters who travels.
    2. Only trips that depart in the period count; the warm-up fills the streets, the cool-down lets trips end.
    3. Closures before the run are in `run.city`; later ones arrive through the timeline.
    """
    rules = road_rules(params)
    places = find_places(run, params)
    base, ways = _surveyed(run, rules, places)
    net, empty = base, ways
    if run.city is not run.base or run.coming:
        net = road_network(run.city, rules, later=run.coming)
        empty = empty_road_ways(net, places.zones.node, costs=params.choice_responds)
    trips, _, _ = _drawn(run, params, places, (net, empty) if params.choice_responds else (base, ways))
    run.say(Text("Đã có nhu cầu đi lại", "Demand drawn"))
    habits = Habits(
        net, empty, trips, pcu=np.array(vehicle_kinds().pcu)[trips.kind],
        taste=run.rng("traffic/habits").random(len(trips.kind)), midnight_s=params.midnight_s, rules=params.choice,
        n_habits=params.habits, steady=steady_groups(net),
    )  # fmt: skip
    model = _model(run, params, net, habits, trips)
    for moment_s in habits.moments_s:
        run.at(moment_s, lambda: model.renew_habits(run.now_s), Phase.NETWORK)
    free_s = ways.cost_s[base.group[trips.kind], trips.zone, trips.origin].astype(np.float64)
    _schedule(run, params, model, Asked(trips.origin, free_s, places.ends.households))


_STREETS: Shared[tuple[RoadNetwork, Ways]] = Shared(2)


def _surveyed(run: Run, rules: RoadRules, places: Places) -> tuple[RoadNetwork, Ways]:
    """Return the surveyed network and its ways without traffic; the router is the run's own."""

    def _make() -> tuple[RoadNetwork, Ways]:
        net = road_network(run.base, rules)
        return net, empty_road_ways(net, places.zones.node)

    net, ways = _STREETS.get((run.base.digest, rules, places.zones.node.tobytes()), _make)
    return net, replace(ways, router=copy(ways.router))


def demand_of(city: City, *, params: Mapping[str, Any] | None = None, seed: int = 1) -> tuple[Trips, Demand, Summary]:
    """Return who travels when, where to, by what and why, without driving anybody: the same trips a run would draw.

    Parameters
    ----------
    city
    params
        Of the scenario, by name; those of the hours say which trips are drawn.
    seed

    Raises
    ------
    InvalidParams
        A parameter is unknown or outside its bounds, or the city has no road for motorcycles.
    """
    values = traffic.parse(params)
    run = Run(Question(traffic, city, values, (), (), seed, None), city)
    places, net = find_places(run, values), road_network(city, road_rules(values))
    return _drawn(run, values, places, (net, empty_road_ways(net, places.zones.node)))


def _drawn(
    run: Run, params: TrafficParams, places: Places, known: tuple[RoadNetwork, Ways]
) -> tuple[Trips, Demand, Summary]:
    """Return the trips, chosen by the times people know without traffic, and what they are drawn from."""
    net, ways = known
    roads = run.city.roads if params.choice_responds else run.base.roads
    motorcycle, car, bicycle = (
        ways.cost_s[net.group[CLASSES.index(name)]].astype(np.float64) for name in ("motorcycle", "car", "bicycle")
    )
    surveyed = run.city is run.base or not params.choice_responds
    return draw_demand(
        run, params, places, roads, (motorcycle, car, bicycle), midnight_s=params.midnight_s,
        shared=road_rules(params) if surveyed else None,
    )  # fmt: skip


def _model(run: Run, params: TrafficParams, net: RoadNetwork, habits: Habits, trips: Trips) -> AnyTraffic:
    """Return the vehicles on their ways: a habit each, and news of the traffic for those who follow it."""
    of_trip, routes, habit = net.group[trips.kind], habits.routes, habits.taken
    knows = run.rng("traffic/informed").random(len(of_trip)) < params.informed_share
    informed = Informed(
        routes, trips.depart_s, trips.origin, trips.zone, of_trip, habit, knows=knows, rules=params.choice,
        taste=run.rng("traffic/news").random(len(of_trip)),
    )  # fmt: skip
    fastest = np.array([routes.informed(g) for g in range(len(net.time_s))], dtype=np.int32)[of_trip]
    row = np.where(knows, fastest, habit)
    make = partial(TrafficModel, threads=run.threads) if engine_of(run, params) == "compiled" else PlainTraffic
    model: AnyTraffic = make(
        net,
        routes,
        trips,
        row=row,
        kinds=vehicle_kinds(),
        informed=informed,
        habits=habits,
        clock=run.env,
        traces=MAX_POINTS,
    )
    model.trace(sample(trips.depart_s, before_s=params.duration_min * MINUTE_S))
    return model


def steady_groups(net: RoadNetwork) -> set[int]:
    """Return the groups made of classes only whose ways the traffic does not change."""
    return set(net.group.tolist()).difference(np.delete(net.group, list(STEADY)).tolist())


def vehicle_kinds() -> Kinds:
    """Return the classes of vehicles as the streets see them."""
    pcu = tuple(PCU[name] for name in CLASSES)
    return Kinds(names=CLASSES, modes=MODES, pcu=pcu, store_pcu=pcu, queue=QUEUE_OF_CLASS, share=QUEUE_SHARE)


def road_rules(params: TrafficParams) -> RoadRules:
    """Return how a street's figures become the traffic engine's."""
    return RoadRules(
        modes=MODES,
        most_mps=(params.motorcycle_kmh / 3.6, np.inf, np.inf, np.inf, params.bicycle_kmh / 3.6),
        junction_delay_s=params.junction_delay_s,
        junction_share=params.junction_share,
        jam_m=params.jam_m,
        lane_m=3.5,
    )


def _schedule(run: Run, params: TrafficParams, model: AnyTraffic, asked: Asked) -> None:
    step_s, end_s = params.interval_min * MINUTE_S, params.duration_min * MINUTE_S
    recorder, looked_veh = LinkRecorder(), np.zeros(len(run.base.roads), dtype=np.int32)

    def _look() -> None:
        np.maximum(looked_veh, model.queues(run.now_s)[0], out=looked_veh)

    def _record() -> None:
        seen = model.take_interval(run.now_s)
        if 0.0 < run.now_s <= end_s:
            recorder.add(seen, looked_veh)
        looked_veh[:] = 0

    def _finish() -> None:
        _record()
        longest_veh = max((float(r.queue_veh.max(initial=0.0)) for r in recorder.records()), default=0.0)
        report(run, model, asked.free_s, longest_veh)
        signals.report()
        leave_behind(run, model, recorder, asked, end_s)

    run.carry(model)
    signals, streets = SignalChanges(run, model, road_rules(params)), StreetChanges(model, run.city)
    run.on_change(signals.hand_over)
    run.on_change(lambda: streets.hand_over(run.city, run.now_s))
    begin_s = step_s * np.ceil(params.begin_s / step_s)
    run.every(step_s, _record, Phase.RECORD, first_s=float(begin_s))
    run.every(step_s / LOOKS, _look, Phase.RECORD, first_s=float(begin_s + step_s / LOOKS))
    update_s = params.update_min * MINUTE_S
    run.every(
        update_s,
        lambda: model.update_ways(run.now_s, run.now_s + update_s),
        Phase.NETWORK,
        first_s=params.begin_s + update_s,
    )
    run.at_end(_finish)
