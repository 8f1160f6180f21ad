"""Where trips begin and end: homes, floor space by what is done there, and the basis said; zones of equal weight."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from scenarios.models.land_rates import ACTIVITY, PURPOSES, RATES
from scenarios.models.trip_ends import TripEnds, trip_ends
from scenarios.models.zones import between, hubs, make_zones, walk_km
from scenarios.traffic.demand_params import DemandParams
from tests.scenarios.cities import BLOCK_M, origin, two_banks, without_buildings
from twin.chance import stream
from twin.city.areas import Areas, Places
from twin.city.city import City
from twin.city.land import Buildings
from twin.testing.toy import toy_city

SOUTH = slice(0, 25)
SHOP, SCHOOL, TOURISM = (PURPOSES.index(p) for p in ("shop", "school", "tourism"))


def ends_of(city: City) -> TripEnds:
    return trip_ends(city, np.ones(city.roads.n_nodes, bool), floor_area_per_household_m2=100.0, households_per_km=50.0)


def with_building(city: City, kind: str, xy: tuple[float, float], side_m: float, storeys: float) -> City:
    b = city.buildings
    x, y = xy
    shapes = np.append(b.shapes(), [shapely.box(x, y, x + side_m, y + side_m)])
    new: dict[str, Any] = {
        "ids": "new", "kind": kind, "name": "", "storeys": storeys, "floor_level_m": np.nan, "households": 0.0,
        "parcel": np.int32(-1), "provenance": "drawn", "accuracy_m": 1.0, "source": "test",
    }  # fmt: skip
    values = {name: np.append(getattr(b, name), v) for name, v in new.items()}
    return replace(city, buildings=Buildings(**values, **Buildings.flatten(shapes)))


def test_homes_are_households_else_floor_area_else_street_length() -> None:
    by_household = ends_of(two_banks())
    assert by_household.households.sum() == 25 * 200
    assert by_household.households[SOUTH].sum() == 25 * 200
    assert "households of the building table" in by_household.notes[0].en
    unknown = two_banks().buildings
    unknown = replace(unknown, households=np.full(len(unknown), np.nan))
    by_floor = ends_of(replace(two_banks(), buildings=unknown))
    # 25 houses of 100 m² on two storeys, 100 m² each household.
    assert by_floor.households.sum() == pytest.approx(50.0)
    city = without_buildings(two_banks())
    by_street = ends_of(city)
    assert by_street.households.sum() == pytest.approx(50.0 * city.roads.length_m.sum() / 2000.0)
    assert "street length" in by_street.notes[0].en


def test_attraction_is_the_floor_space_of_the_land() -> None:
    pulls = ends_of(two_banks()).attraction[SHOP]
    # Homes: 25 of 200 m². Commerce: 25 plots of 6,400 m² with a floor of 0.8; the market stands by itself.
    assert pulls[SOUTH].sum() == pytest.approx(25 * 2.0 * RATES["dwelling"].shop)
    land = 25 * 64.0 * RATES["shop"].floor_of_land * RATES["shop"].shop
    assert pulls[25:].sum() == pytest.approx(land + 30.0 * RATES["market"].shop)


def test_a_parcel_counts_by_its_building_and_dwelling_wins() -> None:
    ends = ends_of(toy_city())
    # ODT and CLN make a dwelling of 144 m² on two storeys; the market is a place without a building.
    assert ends.attraction[SHOP].sum() == pytest.approx(2.88 * RATES["dwelling"].shop + 30.0 * RATES["market"].shop)
    assert ends.households.sum() == 3.0


def test_a_house_on_land_of_another_use_is_of_that_use() -> None:
    toy = toy_city()
    trade = replace(toy.parcels, use_code=np.array(["TMD", "CLN"]))
    pulls = ends_of(replace(toy, parcels=trade, places=Places.empty())).attraction[SHOP]
    assert pulls.sum() == pytest.approx(2.88 * RATES["shop"].shop)


def test_a_bare_parcel_counts_by_its_area_and_a_garden_does_not() -> None:
    toy = without_buildings(toy_city())
    trade = replace(toy.parcels, use_code=np.array(["TMD", "CLN"]), legal_area_m2=np.array([np.nan]))
    drawn = ends_of(replace(toy, parcels=trade, places=Places.empty())).attraction[SHOP]
    assert drawn.sum() == pytest.approx(12.0 * RATES["shop"].floor_of_land * RATES["shop"].shop)
    legal = replace(trade, legal_area_m2=np.array([600.0]))
    assert ends_of(replace(toy, parcels=legal, places=Places.empty())).attraction[SHOP].sum() == pytest.approx(
        drawn.sum() / 2
    )


def test_a_place_that_is_a_building_counts_once() -> None:
    city = two_banks()
    at = city.places.xy_m[0]
    before = ends_of(city).attraction[SHOP].sum()
    near = with_building(city, "market", (float(at[0]), float(at[1])), 10.0, 1.0)
    assert ends_of(near).attraction[SHOP].sum() == pytest.approx(
        before - 29.0 * RATES["market"].shop - 1.0 * RATES["shop"].shop
    ), "and its floor is not left over for the land around it"
    far = with_building(city, "market", (float(at[0]) + 900.0, float(at[1])), 10.0, 1.0)
    assert ends_of(far).attraction[SHOP].sum() == pytest.approx(before + 1.0 * RATES["market"].shop)


def test_a_purpose_without_destinations_takes_the_others_and_says_so() -> None:
    ends = ends_of(two_banks())
    assert ends.attraction[SCHOOL].sum() > 0
    assert any("school" in n.en and "no destinations of its own" in n.en.lower() for n in ends.notes)
    schooled = ends_of(with_building(two_banks(), "school", (0.0, 0.0), 20.0, 2.0))
    assert schooled.attraction[SCHOOL].sum() == pytest.approx(8.0 * RATES["school"].school)


def test_a_city_of_streets_only_has_trips_by_their_length() -> None:
    city = without_buildings(two_banks())
    ends = ends_of(replace(city, land_use=Areas.empty(), places=Places.empty()))
    assert "street length" in ends.notes[1].en
    assert np.ptp(ends.attraction.sum(axis=1)) == 0
    assert ends.attraction.sum() == pytest.approx(len(PURPOSES) * city.roads.length_m.sum())


def test_hotels_send_tourists_and_trucks_follow_the_shops() -> None:
    city = with_building(two_banks(), "hotel", (0.0, 0.0), 20.0, 5.0)
    ends = ends_of(city)
    assert ends.hotels.sum() == pytest.approx(20.0)
    assert ends.hotels[0] > 0
    assert ends.trucks.sum() > ends_of(without_buildings(two_banks())).trucks[25:].sum()


def test_large_land_use_is_shared_by_the_nodes_within_it() -> None:
    city = without_buildings(two_banks())
    north = city.roads.node_xy_m[25:]
    whole = shapely.box(*(north.min(axis=0) - 10), *(north.max(axis=0) + 10))
    lot = shapely.box(-900, -900, -800, -800)
    land = Areas(
        ids=np.array(["bank", "lot"]), kind=np.array(["commercial", "retail"]), name=np.array(["", ""]),
        **Areas.flatten(np.array([whole, lot], dtype=object)), **origin(2),
    )  # fmt: skip
    pulls = ends_of(replace(city, land_use=land, places=Places.empty())).attraction[SHOP]
    rate = RATES["shop"].floor_of_land * RATES["shop"].shop / 100.0
    np.testing.assert_allclose(pulls[25:], whole.area * rate / 25)
    assert pulls[0] == pytest.approx(lot.area * rate), "an area without a node goes to the nearest"
    assert pulls[1:25].sum() == 0


def test_every_activity_is_in_the_table() -> None:
    assert set(ACTIVITY.values()) <= set(RATES)
    assert set(DemandParams().plan_rules.tours) == set(PURPOSES)
    assert all(len(r) == len(RATES["none"]) and min(r) >= 0 for r in RATES.values())


def test_zones_are_few_and_keep_all_weight() -> None:
    city = two_banks()
    weight = ends_of(city).households + 1.0
    for limit in (2, 10, 49, 50):
        zones = make_zones(weight, np.zeros(0, np.int64), city.roads.node_xy_m, np.ones(50, bool), limit)
        assert len(zones.node) <= limit
        assert zones.sums(weight).sum() == pytest.approx(weight.sum())
        assert np.array_equal(zones.of_node[zones.node], np.arange(len(zones.node)))


def test_no_zone_outweighs_the_others_however_the_nodes_lie() -> None:
    """A dense town in a wide country: square cells would make it one zone."""
    rng = stream(1, "towns")
    xy = np.concatenate([rng.normal(0, 300, (900, 2)), rng.uniform(-20_000, 20_000, (100, 2))])
    zones = make_zones(np.ones(1000), np.zeros(0, np.int64), xy, np.ones(1000, bool), 64)
    assert len(zones.node) == 64
    assert zones.sums(np.ones(1000)).max() < 2 * 1000 / 64


def test_an_alley_belongs_to_the_zone_of_the_street_a_car_can_reach() -> None:
    xy = np.array([[0.0, 0.0], [10.0, 0.0], [100.0, 0.0], [110.0, 0.0]])
    is_hub = np.array([True, False, True, False])
    zones = make_zones(np.array([1.0, 50.0, 1.0, 5.0]), np.array([3]), xy, is_hub, 4)
    assert zones.hub.tolist() == [0, 0, 2, 2]
    assert set(zones.node.tolist()) == {0, 2}
    assert zones.of_node[1] == zones.of_node[0]
    assert zones.gateway[zones.of_node[3]], "a gateway in an alley is at the street"


def test_hubs_are_joined_both_ways_and_fragments_have_none() -> None:
    # A ring of 40 nodes, a pair apart from it, a one-way spur.
    tail = np.array([*range(40), 40, 41, 0], dtype=np.int32)
    head = np.array([*range(1, 40), 0, 41, 40, 42], dtype=np.int32)
    found = hubs(tail, head, np.ones(len(tail), bool))
    assert found[:40].all()
    assert found[40:].sum() == 0, "two nodes of 43 are a slip of the map, the spur has no way back"
    island = np.array([43, 44, 45], dtype=np.int32)
    ends = np.concatenate([tail, island]), np.concatenate([head, np.roll(island, 1)])
    assert hubs(*ends, np.ones(46, bool))[43:].all(), "three of 46 are an island with zones of its own"


def test_walkers_go_both_ways_and_no_farther_than_they_may() -> None:
    city = two_banks()
    r = city.roads
    zones = make_zones(np.ones(50), np.zeros(0, np.int64), r.node_xy_m, np.ones(50, bool), 50)
    one_way = np.arange(len(r)) < len(r) // 2
    km = walk_km(r.tail, r.head, r.length_m, one_way, zones, most_m=1000.0)
    row = np.flatnonzero(zones.node == 24)[0]
    assert km[row, 24] == 0
    assert km[row, 23] == pytest.approx(BLOCK_M / 1000.0)
    assert np.isinf(km[row, 0]), "1.2 km are too far"
    apart = between(zones, km, np.ones(50))
    assert apart[zones.of_node[23], row] == pytest.approx(BLOCK_M / 1000.0)
