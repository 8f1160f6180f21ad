"""Demand: as many trips as households and hour say, to where the land use is, near before far."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.models.demand import DemandRules, Trips, Zones, draw_trips, make_zones
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways
from scenarios.models.trip_ends import TripEnds, trip_ends
from tests.scenarios.cities import origin, two_banks, without_buildings
from tests.scenarios.models.test_network import RULES
from twin.chance import stream
from twin.city.areas import Areas, Places
from twin.city.city import City
from twin.testing.toy import toy_city

HOURLY = tuple(float(h in (7, 8)) for h in range(24))
SOUTH = slice(0, 25)


def ends_of(city: City) -> TripEnds:
    return trip_ends(city, np.ones(city.roads.n_nodes, bool), floor_area_per_household_m2=100.0, households_per_km=50.0)


def draw(seed: int = 1, *, homeward: float = 0.0, per_min: float = 0.1, hours: float = 1.0) -> tuple[Zones, Trips]:
    city = two_banks()
    ends = ends_of(city)
    zones = make_zones(ends, city.roads.node_xy_m, 40)
    cost_s = empty_road_ways(road_network(city, RULES), zones.node).cost_s[0]
    rules = DemandRules(
        per_household=2.0, per_gateway=0.0, hourly=HOURLY, homeward=(homeward,) * 24, kinds=(0.8, 0.2), per_min=per_min
    )
    window = (0.0, hours * 3600.0)
    return zones, draw_trips(
        ends, zones, cost_s, rules, window_s=window, midnight_s=-7 * 3600.0, rng=lambda n: stream(seed, n)
    )


def test_homes_are_households_else_floor_area_else_street_length() -> None:
    by_household = ends_of(two_banks())
    assert by_household.households.sum() == 25 * 200
    assert by_household.households[SOUTH].sum() == 25 * 200
    assert "households of the building table" in by_household.notes[0].en
    city = without_buildings(two_banks())
    by_street = ends_of(city)
    assert by_street.households.sum() == pytest.approx(50.0 * city.roads.length_m.sum() / 2000.0)
    assert "street length" in by_street.notes[0].en


def test_attraction_is_where_the_land_use_is() -> None:
    pulls = ends_of(two_banks()).attraction
    assert pulls[SOUTH].sum() == 0
    # 25 plots of 0.64 ha of commerce at 60 trips per hectare, and a market.
    assert pulls.sum() == pytest.approx(25 * 0.64 * 60.0 + 400.0)


def test_parcels_count_by_code_and_area() -> None:
    ends = ends_of(toy_city())
    # 900 m² of ODT at 6 trips per hectare, CLN attracts nobody; a market.
    assert ends.attraction.sum() == pytest.approx(0.09 * 6.0 + 400.0)
    assert ends.households.sum() == 3.0


def test_number_of_trips_is_poisson_about_the_profile() -> None:
    counts = np.array([len(draw(seed)[1].depart_s) for seed in range(60)])
    # 5,000 households, 2 trips a day, half of them in this hour.
    assert abs(counts.mean() - 5000) < 4 * np.sqrt(5000 / 60)
    assert 0.6 < counts.var() / 5000 < 1.6


@given(st.integers(0, 1000), st.floats(0.1, 3.0))
@settings(deadline=None, max_examples=15)
def test_trips_are_in_order_and_in_the_window(seed: int, hours: float) -> None:
    zones, trips = draw(seed, hours=hours)
    assert np.all(np.diff(trips.depart_s) >= 0)
    assert np.all((trips.depart_s >= 0) & (trips.depart_s < hours * 3600.0))
    assert np.all(trips.origin < 25)
    assert np.all(zones.node[trips.zone] >= 25)


def test_evening_trips_go_the_other_way() -> None:
    zones, trips = draw(homeward=1.0)
    assert np.all(trips.origin >= 25)
    assert np.all(zones.node[trips.zone] < 25)


def test_near_attracts_more_than_far() -> None:
    city = two_banks()

    def mean_m(per_min: float) -> float:
        zones, trips = draw(per_min=per_min)
        xy = city.roads.node_xy_m
        return float(np.mean(np.hypot(*(xy[trips.origin] - xy[zones.node[trips.zone]]).T)))

    assert mean_m(2.0) < mean_m(0.5) < mean_m(0.0)


def test_zones_are_few_and_keep_all_weight() -> None:
    city = two_banks()
    ends = ends_of(city)
    for limit in (2, 10, 49, 50):
        zones = make_zones(ends, city.roads.node_xy_m, limit)
        assert len(zones.node) <= limit
        assert zones.households.sum() == pytest.approx(ends.households.sum())
        assert zones.attraction.sum() == pytest.approx(ends.attraction.sum())
        assert np.array_equal(zones.of_node[zones.node], np.arange(len(zones.node)))


def test_no_zone_outweighs_the_others_however_the_nodes_lie() -> None:
    """A dense town in a wide country: square cells would make it one zone."""
    rng = stream(1, "towns")
    xy = np.concatenate([rng.normal(0, 300, (900, 2)), rng.uniform(-20_000, 20_000, (100, 2))])
    ends = TripEnds(np.ones(1000), np.ones(1000), np.zeros(0, dtype=np.int64), ())
    zones = make_zones(ends, xy, 64)
    assert len(zones.node) == 64
    assert zones.households.max() < 2 * zones.households.mean()


def test_large_land_use_is_shared_by_the_nodes_within_it() -> None:
    city = two_banks()
    north = city.roads.node_xy_m[25:]
    whole = shapely.box(*(north.min(axis=0) - 10), *(north.max(axis=0) + 10))
    lot = shapely.box(-900, -900, -800, -800)
    land = Areas(
        ids=np.array(["bank", "lot"]), kind=np.array(["commercial", "retail"]), name=np.array(["", ""]),
        **Areas.flatten(np.array([whole, lot], dtype=object)), **origin(2),
    )  # fmt: skip
    pulls = ends_of(replace(city, land_use=land, places=Places.empty())).attraction
    np.testing.assert_allclose(pulls[25:], whole.area / 1e4 * 60.0 / 25)
    assert pulls[0] == pytest.approx(120.0), "an area without a node goes to the nearest"
    assert pulls[1:25].sum() == 0


def test_gateway_trips_go_in_and_out() -> None:
    city = two_banks()
    ends = ends_of(city)
    ends = TripEnds(ends.households * 0.0 + (ends.households > 0), ends.attraction, np.array([0, 49]), ends.notes)
    zones = make_zones(ends, city.roads.node_xy_m, 40)
    assert set(zones.node[zones.gateway].tolist()) == {0, 49}
    cost_s = empty_road_ways(road_network(city, RULES), zones.node).cost_s[0]
    rules = DemandRules(
        per_household=0.0, per_gateway=1000.0, hourly=HOURLY, homeward=(0.5,) * 24, kinds=(1.0,), per_min=0.1
    )
    trips = draw_trips(
        ends, zones, cost_s, rules, window_s=(0.0, 3600.0), midnight_s=-7 * 3600.0, rng=lambda n: stream(1, n)
    )
    inbound = np.isin(trips.origin, [0, 49]) & ~zones.gateway[trips.zone]
    outbound = zones.gateway[trips.zone]
    assert len(trips.depart_s) == pytest.approx(1000, abs=4 * np.sqrt(1000))
    assert np.all(inbound | outbound)
    assert inbound.mean() == pytest.approx(0.5, abs=0.07)
