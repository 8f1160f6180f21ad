"""The demand of a run: new floor space adds trips, closures change nobody's, Huế's day is as large as it is said."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import scenarios
from gis_data.hue.build import hue
from scenarios.engine.run import Run
from scenarios.models.demand import Demand, Trips, expected_trips
from scenarios.models.demand_plan import BICYCLE, CAR, MOTORCYCLE, TRUCK, Summary
from scenarios.models.land_rates import ACTIVITY, PURPOSES, RATES
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways
from scenarios.traffic.demand import draw_demand, find_places
from scenarios.traffic.params import TrafficParams
from scenarios.traffic.scenario import demand_of as drawn_for_a_run
from scenarios.traffic.scenario import road_rules, traffic
from tests.scenarios.cities import two_banks, without_buildings
from tests.scenarios.models.test_trip_ends import with_building
from twin.city.areas import Areas, Places
from twin.city.city import City
from twin.city.interventions import CloseStreet, apply
from twin.city.roads import CYCLE
from twin.errors import InvalidParams
from twin.testing.toy import toy_city

SHOP = PURPOSES.index("shop")


def asked(base: City, city: City | None = None, **params: Any) -> tuple[Run, TrafficParams]:
    """Return a run whose city was changed before it began."""
    values = {"duration_min": 60, "warm_up_min": 0, "cool_down_min": 0, **params}
    question = scenarios.ask(base, traffic, params=values)
    run = Run(question, base if city is None else city)
    return run, TrafficParams.model_validate(values)


def demand_of(base: City, city: City | None = None, **params: Any) -> tuple[Trips, Demand, Summary, Run]:
    run, values = asked(base, city, **params)
    places = find_places(run, values)
    roads = run.city.roads if values.choice_responds else base.roads
    net = road_network(replace(base, roads=roads), road_rules(values))
    ways = empty_road_ways(net, places.zones.node)
    motorcycle, car, bicycle = (ways.cost_s[net.group[k]].astype(float) for k in (MOTORCYCLE, CAR, BICYCLE))
    out = draw_demand(run, values, places, roads, (motorcycle, car, bicycle), midnight_s=values.midnight_s)
    return *out, run


def same(a: Trips, b: Trips) -> bool:
    return all(np.array_equal(getattr(a, c), getattr(b, c)) for c in ("depart_s", "origin", "zone", "kind"))


def test_a_tower_adds_trips_about_it_and_leaves_the_zones() -> None:
    base = two_banks()
    before = demand_of(base)
    # A shopping tower of 20 storeys on the northern bank: 72,000 m², half of the floor there is.
    tower = with_building(base, "commercial", (250.0, 1200.0), 60.0, 20.0)
    after = demand_of(base, tower)
    floor = 25 * 64.0 * RATES["shop"].floor_of_land
    share = after[2].trips[SHOP] / before[2].trips[SHOP] - 1.0
    assert share == pytest.approx(720.0 * RATES["shop"].shop / (floor * RATES["shop"].shop + 750.0), rel=0.1)
    assert np.array_equal(before[1].zones.node, after[1].zones.node)
    zone = after[1].zones.of_node[np.argmin(np.hypot(*(base.roads.node_xy_m - (280.0, 1230.0)).T))]
    into = [np.count_nonzero(d[0].zone == zone) for d in (before, after)]
    assert into[1] > 2 * into[0]


def test_a_parcel_of_another_code_changes_the_trips_in_a_run() -> None:
    toy = toy_city()
    trade = replace(toy, parcels=replace(toy.parcels, use_code=np.array(["TMD", "CLN"])))
    before, after = demand_of(toy, demand_scale=50.0), demand_of(toy, trade, demand_scale=50.0)
    assert after[2].trips[SHOP] > before[2].trips[SHOP]


def test_a_closure_changes_nobodys_trips_unless_choices_respond() -> None:
    base = two_banks()
    closed = apply(base, [CloseStreet("Cầu Tây")])
    assert same(demand_of(base)[0], demand_of(base, closed)[0])
    no_bicycles = apply(base, [CloseStreet(name, CYCLE) for name in ("Cầu Tây", "Cầu Đông")])
    crossing, riders = [], []
    for city in (base, no_bicycles):
        trips, demand, *_ = demand_of(base, city, choice_responds=True)
        crosses = (trips.origin < 25) != (demand.zones.node[trips.zone] < 25)
        crossing.append(np.count_nonzero(crosses & (trips.kind == BICYCLE)))
        riders.append(demand.per_day().sum(axis=0)[MOTORCYCLE])
    assert crossing[0] > 0
    assert crossing[1] == 0, "who cannot ride over the bridge goes by other means"
    assert riders[1] > riders[0]


def test_a_city_without_buildings_land_and_places_still_travels_and_says_on_which_basis() -> None:
    bare = replace(without_buildings(two_banks()), land_use=Areas.empty(), places=Places.empty())
    trips, _, summary, run = demand_of(bare)
    assert len(trips.depart_s) > 0
    assert summary.trips[PURPOSES.index("tourism")] == 0, "no hotel is known"
    said = " ".join(note.en for note in run._notes)
    for words in ("street length (crude assumption)", "by street length", "not calibrated", "No bus lines"):
        assert words in said


def test_more_trips_than_a_run_can_hold_are_thinned_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = demand_of(two_banks())[0]
    monkeypatch.setattr("scenarios.traffic.demand.MOST_TRIPS", len(whole.depart_s) / 4)
    trips, _, _, run = demand_of(two_banks())
    assert len(trips.depart_s) == pytest.approx(len(whole.depart_s) / 4, rel=0.1)
    assert trips.depart_s.mean() == pytest.approx(whole.depart_s.mean(), rel=0.05)
    assert any("of them, evenly, were simulated" in note.en for note in run._notes)


def test_gateways_need_a_class() -> None:
    with pytest.raises(InvalidParams, match="must not all be 0"):
        demand_of(two_banks(), gateway_shares=(0.0,) * 5)


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"date": "holiday"}, "date"),
        ({"segment_factors": {"holidays": 2.0}}, "segment_factors"),
        ({"segment_factors": {"work": -1.0}}, "segment_factors"),
        ({"peaks": {"work/out": ()}}, "peaks"),
        ({"peaks": {"work/out": ((1.0, 25.0, 1.0),)}}, "peaks"),
        ({"peaks": {"work/out": ((0.0, 7.0, 1.0),)}}, "peaks"),
        ({"gateway_shares": (1.0, 0.0)}, "gateway_shares"),
        ({"nest_scale": 0.0}, "nest_scale"),
        ({"work_tours": -1.0}, "work_tours"),
    ],
)
def test_wrong_parameters_are_named(params: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidParams, match=why):
        asked(two_banks(), **params)


def test_the_weekday_of_hue_is_as_large_as_it_is_said_to_be() -> None:
    """About 4.5 vehicle trips a household with trucks, four in five by motorcycle; the morning's peak hour a tenth."""
    city = hue()
    trips, demand, summary, run = demand_of(city, start_h=0.0, duration_min=1440)
    per_class = demand.per_day().sum(axis=0)
    households = float(np.nansum(city.buildings.households))
    gateways = sum(f.vehicles.sum() for f in demand.flows if f.segment in {"external", "through"})
    assert (per_class.sum() - gateways) / households == pytest.approx(4.5, abs=0.2)
    shares = per_class / per_class.sum()
    assert shares[MOTORCYCLE] == pytest.approx(0.79, abs=0.03)
    assert shares[CAR] == pytest.approx(0.10, abs=0.03)
    assert shares[TRUCK] == pytest.approx(0.03, abs=0.01)
    assert shares[BICYCLE] == pytest.approx(0.08, abs=0.03)
    assert len(trips.depart_s) == pytest.approx(per_class.sum(), rel=0.02)
    by_hour = np.bincount((trips.depart_s // 3600).astype(int), minlength=24) / len(trips.depart_s)
    assert 0.085 < by_hour[6:9].max() < 0.115
    assert 0.085 < by_hour[16:19].max() < 0.115
    assert by_hour[0:4].max() < 0.01
    assert 0.05 < float(summary.overall(summary.within_zone)) < 0.15
    assert expected_trips(demand, TrafficParams().day_rules, window_s=(0.0, 86_400.0), midnight_s=0.0) == pytest.approx(
        per_class.sum()
    )
    assert len(run._notes) >= 4


def test_every_land_use_of_hue_is_known() -> None:
    """Land-use codes of the embedded city that attract nobody are farmland, graves, forest and barracks, no other."""
    codes = set(np.unique(hue().parcels.use_code).tolist())
    assert codes - set(ACTIVITY) <= {"LUC", "CLN", "NTD", "RPH", "RSX", "NTS", "CQP", "DGT", "SON", "MNC", "BCS", "HNK"}


def test_the_trips_are_those_a_run_drives() -> None:
    values = {"duration_min": 60, "warm_up_min": 0, "cool_down_min": 0, "demand_scale": 10.0}
    drawn, demand, _ = drawn_for_a_run(toy_city(), params=values, seed=5)
    result = scenarios.run(toy_city(), "traffic", params=values, seed=5)
    assert len(drawn.depart_s) == result.value("trips") > 0
    by_class = np.bincount(drawn.kind, minlength=2)
    assert by_class[MOTORCYCLE] == result.value("trips", "motorcycle")
    assert {demand.flows[k].segment for k in np.unique(drawn.segment)} >= {"work"}
