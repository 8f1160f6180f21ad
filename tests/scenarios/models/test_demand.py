"""Demand: trips are those of the tables, hour by hour; each segment has its own chance; new floor space adds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from scenarios.models.day_profiles import FREE_DAY_FACTOR
from scenarios.models.demand import Demand, Trips, draw_trips, expected_trips
from scenarios.models.demand_plan import BICYCLE, BUS, CAR, MOTORCYCLE, TRUCK, Summary, plan_demand
from scenarios.models.land_rates import PURPOSES
from scenarios.models.mode_choice import Journeys
from scenarios.models.trip_ends import TripEnds
from scenarios.models.zones import make_zones
from scenarios.traffic.demand_params import DemandParams
from scenarios.traffic.params import CLASSES
from twin.chance import stream

N, DAY_S = 24, 86_400.0
ROW = {p: k for k, p in enumerate(PURPOSES)}


def town(*, gates: tuple[int, ...] = (0, 23), hotels: float = 10.0) -> TripEnds:
    """24 nodes on a line, 200 m apart: homes to the left, work to the right, a shop at every other node."""
    homes = np.where(np.arange(N) < 16, 50.0, 0.0)
    pulls = np.tile(np.where(np.arange(N) >= 12, 10.0, 0.0), (len(PURPOSES), 1))
    pulls[ROW["shop"]] = np.arange(N) % 2
    hotel = np.zeros(N)
    hotel[4] = hotels
    return TripEnds(homes, pulls, hotel, np.full(N, 1.0), np.array(gates, dtype=np.int64), ())


def plan(ends: TripEnds | None = None, surveyed: TripEnds | None = None, **params: Any) -> tuple[Demand, Summary]:
    surveyed = town() if surveyed is None else surveyed
    ends = surveyed if ends is None else ends
    xy = np.stack([200.0 * np.arange(N), np.zeros(N)], axis=1)
    zones = make_zones(surveyed.households + 5.0 * surveyed.attraction.sum(axis=0), surveyed.gateways, xy,
                       np.ones(N, bool), 6)  # fmt: skip
    at = xy[zones.node, 0] / 1000.0
    km = np.abs(at[:, None] - at) + 0.2
    journeys = Journeys(km, km * 5.0, km * 2.4, km * 2.4, np.full(len(at), 3.0), km)
    rules = DemandParams(**params).plan_rules
    return plan_demand(ends, surveyed, zones, journeys, rules, np.where(zones.gateway, 1000.0, 0.0))


def streams(seed: int = 1) -> Callable[[str], Generator]:
    return lambda name: stream(seed, name)


def draw(demand: Demand, window_h: tuple[float, float] = (0.0, 24.0), seed: int = 1, **params: Any) -> Trips:
    rules = DemandParams(**params).day_rules
    window = (3600.0 * window_h[0], 3600.0 * window_h[1])
    return draw_trips(demand, rules, window_s=window, midnight_s=0.0, rng=streams(seed))[0]


def of(demand: Demand, trips: Trips, segment: str) -> Trips:
    rows = [k for k, f in enumerate(demand.flows) if f.segment == segment]
    chosen = np.isin(trips.segment, rows)
    return Trips(*(getattr(trips, c)[chosen] for c in ("depart_s", "origin", "zone", "kind", "segment")))


def same(a: Trips, b: Trips) -> bool:
    return all(np.array_equal(getattr(a, c), getattr(b, c)) for c in ("depart_s", "origin", "zone", "kind"))


def test_the_classes_are_those_of_the_scenario() -> None:
    rows = {"motorcycle": MOTORCYCLE, "car": CAR, "bus": BUS, "truck": TRUCK, "bicycle": BICYCLE}
    assert tuple(sorted(rows, key=lambda name: rows[name])) == CLASSES


def test_people_make_the_tours_of_the_table_and_go_home_again() -> None:
    demand, summary = plan()
    params = DemandParams()
    assert summary.trips[ROW["work"]] == pytest.approx(2 * 800 * params.work_tours)
    assert summary.trips[ROW["tourism"]] == pytest.approx(2 * 10 * params.hotel_tours)
    np.testing.assert_allclose(summary.mode_share.sum(axis=1), 1.0)
    flows = {f.name: f.vehicles for f in demand.flows}
    for purpose in PURPOSES:
        np.testing.assert_array_equal(flows[f"{purpose}/out"], flows[f"{purpose}/back"].transpose(0, 2, 1))


def test_vehicles_are_people_over_occupancy() -> None:
    one, two = (plan(motorcycle_occupancy=n)[0].per_day()[:, MOTORCYCLE] for n in (1.0, 2.0))
    names = [f.name for f in plan()[0].flows]
    work, escort = names.index("work/out"), names.index("escort/out")
    assert two[work] == pytest.approx(one[work] / 2, rel=1e-6)
    assert two[escort] == one[escort], "the parent of an escort is one vehicle"


def test_a_day_holds_the_expected_trips_of_every_flow_and_class() -> None:
    demand, _ = plan()
    days = [draw_trips(demand, DemandParams().day_rules, window_s=(0.0, DAY_S), midnight_s=0.0, rng=streams(s))
            for s in range(20)]  # fmt: skip
    drawn = np.array([len(trips.depart_s) + off for trips, off in days])
    expected = demand.per_day().sum()
    assert abs(drawn.mean() - expected) < 4 * np.sqrt(expected / 20)
    assert 0.3 < drawn.var() / expected < 2.2, "counts are Poisson"
    # What stays off the roads takes from each cell alike, so classes and flows are compared where nothing can.
    through = next(k for k, f in enumerate(demand.flows) if f.name == "through")
    kinds = np.sum([np.bincount(t.kind[t.segment == through], minlength=5) for t, _ in days], axis=0) / 20
    np.testing.assert_allclose(kinds, demand.per_day()[through], rtol=0.1, atol=4.0)


def test_trips_are_the_sum_of_their_segments() -> None:
    demand, _ = plan()
    trips = draw(demand)
    parts = [of(demand, trips, s) for s in {f.segment for f in demand.flows}]
    assert sum(len(p.depart_s) for p in parts) == len(trips.depart_s) > 5000
    assert all(len(p.depart_s) > 0 for p in parts)


@given(st.integers(0, 1000), st.floats(-30.0, 40.0), st.floats(0.1, 30.0))
@settings(deadline=None, max_examples=20)
def test_trips_are_in_order_in_the_window_and_leave_their_node(seed: int, start_h: float, hours: float) -> None:
    demand, _ = plan()
    trips = draw(demand, (start_h, start_h + hours), seed)
    assert np.all(np.diff(trips.depart_s) >= 0)
    assert np.all((trips.depart_s >= 3600 * start_h) & (trips.depart_s < 3600 * (start_h + hours)))
    assert np.all(demand.zones.node[trips.zone] != trips.origin)


def test_the_trips_of_an_hour_are_the_same_in_every_window() -> None:
    demand, _ = plan()
    day, morning = draw(demand), draw(demand, (6.5, 8.25))
    within = (day.depart_s >= 6.5 * 3600) & (day.depart_s < 8.25 * 3600)
    assert np.array_equal(day.depart_s[within], morning.depart_s)
    assert np.array_equal(day.origin[within], morning.origin)


def test_a_segment_that_changes_changes_no_other() -> None:
    demand, _ = plan()
    before, after = draw(demand), draw(demand, segment_factors={"tourism": 3.0})
    fewer = plan(school_tours=0.1)[0]
    for segment in ("work", "shop", "freight", "external", "through"):
        assert same(of(demand, before, segment), of(demand, after, segment))
        assert same(of(demand, before, segment), of(fewer, draw(fewer), segment))
    assert len(of(demand, after, "tourism").depart_s) > 2 * len(of(demand, before, "tourism").depart_s)


def test_more_trips_are_the_same_and_some_more() -> None:
    demand, _ = plan()
    few, many = (of(demand, draw(demand, (7.0, 8.0), demand_scale=s), "work") for s in (1.0, 2.0))
    assert set(few.depart_s.tolist()) < set(many.depart_s.tolist())


def test_a_friday_night_becomes_a_saturday() -> None:
    demand, _ = plan()
    dates = {"thu": date(2026, 11, 26), "fri": date(2026, 11, 27)}
    rules = {d: DemandParams(date=on).day_rules for d, on in dates.items()}
    night = (18 * 3600.0, 50 * 3600.0)
    expected = {d: expected_trips(demand, r, window_s=night, midnight_s=0.0) for d, r in rules.items()}
    assert expected["fri"] < 0.95 * expected["thu"], "fewer go to work on Saturday"
    thursday, friday = (draw(demand, (18.0, 50.0), date=on) for on in dates.values())
    for trips in (thursday, friday):
        assert {0, 1, 2} == set((trips.depart_s // DAY_S).astype(int).tolist())
    before = friday.depart_s < DAY_S
    assert np.array_equal(friday.depart_s[before], thursday.depart_s[thursday.depart_s < DAY_S])
    work = [np.count_nonzero(of(demand, t, "work").depart_s >= DAY_S) for t in (thursday, friday)]
    assert work[1] / work[0] == pytest.approx(FREE_DAY_FACTOR["work"], abs=0.08)


def test_a_whole_day_from_any_hour_expects_the_same() -> None:
    demand, _ = plan()
    rules = DemandParams(date=date(2026, 11, 23)).day_rules
    wanted = expected_trips(demand, rules, window_s=(0.0, DAY_S), midnight_s=0.0)
    assert wanted == pytest.approx(demand.per_day().sum())
    for start_h in (5, 17, 23):
        window = (3600.0 * start_h, 3600.0 * start_h + DAY_S)
        assert expected_trips(demand, rules, window_s=window, midnight_s=0.0) == pytest.approx(wanted)


def test_a_festival_brings_leisure_tourists_and_visitors() -> None:
    demand, _ = plan()
    plain, festive = draw(demand), draw(demand, festival_factor=2.0)
    for segment, more in (("leisure", True), ("tourism", True), ("external", True), ("work", False)):
        a, b = (len(of(demand, t, segment).depart_s) for t in (plain, festive))
        assert b > 1.6 * a if more else a == b


def test_own_peaks_replace_those_of_the_table() -> None:
    demand, _ = plan(peaks={"work/out": ((1.0, 3.0, 0.1),)})
    trips = draw(demand)
    out = next(k for k, f in enumerate(demand.flows) if f.name == "work/out")
    at_h = trips.depart_s[trips.segment == out] / 3600.0
    assert len(at_h) > 300
    assert np.all((at_h > 2.3) & (at_h < 3.7))


def test_zero_demand_is_no_trip() -> None:
    demand, _ = plan()
    assert len(draw(demand, demand_scale=0.0).depart_s) == 0
    nobody: dict[str, Any] = {f"{p}_tours": 0.0 for p in PURPOSES if p != "tourism"}
    empty, summary = plan(**nobody, hotel_tours=0.0, truck_factor=0.0, trips_per_gateway=0.0)
    assert summary.trips.sum() == 0
    assert empty.per_day().sum() == 0
    assert len(draw(empty).depart_s) == 0


def test_gateways_alone_send_traffic_in_out_and_through() -> None:
    nobody: dict[str, Any] = {f"{p}_tours": 0.0 for p in PURPOSES if p != "tourism"}
    demand, _ = plan(**nobody, hotel_tours=0.0, truck_factor=0.0, trips_per_gateway=4000.0, through_share=0.25)
    sums = {f.name: float(f.vehicles.sum()) for f in demand.flows if f.vehicles.sum() > 0}
    # Two gateways with 4,000 trips each: half in, half out; a quarter goes on, and is both.
    assert sums == pytest.approx({"external/in": 3000.0, "external/out": 3000.0, "through": 1000.0}, rel=1e-6)
    trips = draw(demand)
    gates = demand.zones.node[demand.zones.gateway]
    inbound, outbound = np.isin(trips.origin, gates), demand.zones.gateway[trips.zone]
    assert np.all(inbound | outbound)
    through = of(demand, trips, "through")
    assert np.all(np.isin(through.origin, gates) & demand.zones.gateway[through.zone])


@pytest.mark.parametrize("gates", [(), (0,), (0, 12, 23)])
def test_any_number_of_gateways_will_do(gates: tuple[int, ...]) -> None:
    demand, _ = plan(surveyed=town(gates=gates))
    through = next(f for f in demand.flows if f.name == "through").vehicles.sum(axis=0)
    assert (through.sum() > 0) == (len(gates) > 1)
    assert np.trace(through) < 0.01 * max(float(through.sum()), 1.0)


def test_a_tower_adds_trips_and_takes_none_away() -> None:
    before, tower = town(), town()
    pulls = tower.attraction.copy()
    pulls[ROW["shop"], 20] += 6.0
    tower = replace(tower, attraction=pulls)
    (plain, at_first), (built, then) = plan(before), plan(tower, before)
    # A shop at 12 nodes before, and half as much again in the tower.
    assert then.trips[ROW["shop"]] == pytest.approx(1.5 * at_first.trips[ROW["shop"]])
    rows = {f.name: (a.sum(), b.sum()) for f, a, b in zip(plain.flows, plain.per_day(), built.per_day(), strict=True)}
    a, b = rows["shop/out"]
    assert b > 1.5 * a, "it lies far out: few walk there"
    assert rows["work/out"][0] == rows["work/out"][1]
    shop = next(k for k, f in enumerate(plain.flows) if f.name == "shop/out")
    into = [d.flows[shop].vehicles.sum(axis=(0, 1)) for d in (plain, built)]
    zone = plain.zones.of_node[20]
    others = np.arange(len(into[0])) != zone
    np.testing.assert_allclose(into[1][others], into[0][others], rtol=0.15)
    assert into[1][zone] > into[0][zone] + 0.8 * (b - a)


def test_new_homes_add_trips() -> None:
    homes = town().households.copy()
    homes[2] += 400.0
    plain, _ = plan()
    more, _ = plan(replace(town(), households=homes), town())
    work = [d.per_day()[0].sum() for d in (plain, more)]
    assert work[1] / work[0] == pytest.approx(1.5, abs=0.05)


def test_cars_start_where_a_car_can_stand() -> None:
    demand, _ = plan()
    hub = demand.zones.hub.copy()
    hub[1::2] = hub[0::2]
    trips = draw(replace(demand, zones=replace(demand.zones, hub=hub)))
    cars = np.isin(trips.kind, [CAR, BUS, TRUCK])
    assert np.all(trips.origin[cars] % 2 == 0)
    assert np.any(trips.origin[~cars] % 2 == 1)


def test_short_trips_stay_in_their_zone_and_drive_to_its_node() -> None:
    demand, summary = plan(gravity_per_min=2.0)
    assert summary.within_zone[ROW["shop"]] > 0.2
    trips = of(demand, draw(demand), "shop")
    assert np.any(demand.zones.of_node[trips.origin] == trips.zone)


def test_a_school_has_the_pupils_who_live_around_it() -> None:
    """Two schools of one size, one among three quarters of the homes: pupils go to the near one, workers fill both."""
    home = np.where(np.arange(24) < 12, 30.0, 10.0)
    pull = np.zeros((len(PURPOSES), 24))
    pull[:, [0, 23]] = 100.0
    ends = replace(town(), households=home, attraction=pull)
    demand, _ = plan(ends, gravity_per_min=2.0)
    into = {
        p: np.array([next(f for f in demand.flows if f.name == f"{p}/out").vehicles.sum(axis=(0, 1))])
        for p in ("school", "work")
    }
    share = {p: float(v.max() / v.sum()) for p, v in into.items()}
    assert share["school"] > 0.65
    assert share["work"] == pytest.approx(0.5, abs=0.05)
