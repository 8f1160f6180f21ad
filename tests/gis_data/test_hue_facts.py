"""Cameras, bike stations, community teams, places and rivers of the embedded Huế."""

from datetime import date

import numpy as np
import pytest
import shapely

from gis_data.hue.build import hue
from gis_data.hue.columns import read_table
from gis_data.hue.places import places_of_hue, share_out
from twin.city.ragged import lines_of
from twin.errors import UnknownItem


def test_cameras_are_as_many_as_published() -> None:
    cameras = hue().cameras
    count = {str(p): int(n) for p, n in zip(*np.unique(cameras.purpose, return_counts=True), strict=True)}
    assert count == {"gateway": 7, "desk": 36, "security": 42}
    places = {purpose: {tuple(xy) for xy in cameras.xy_m[cameras.purpose == purpose]} for purpose in count}
    assert len(places["gateway"]) == 4
    assert len(places["security"]) == 15


def test_each_of_the_36_wards_has_its_desk_camera_inside() -> None:
    city = hue()
    shapes = city.admin.shapes()
    wards = city.admin.valid_on(date(2022, 6, 1))
    desks = city.cameras.xy_m[city.cameras.purpose == "desk"]
    inside = np.array([shapely.contains_xy(shapes[row], desks) for row in wards])
    assert (inside.sum(axis=0) == 1).all()
    assert (inside.sum(axis=1) == 1).all()


@pytest.mark.parametrize(
    ("camera", "ward"),
    [
        ("gateway-1-1", "Hải Dương"),
        ("gateway-2-1", "Thuận An"),
        ("gateway-3-1", "An Đông"),
        ("gateway-4-1", "Hương An"),
    ],
)
def test_gateway_cameras_stand_in_the_wards_they_were_published_for(camera: str, ward: str) -> None:
    city = hue()
    here = shapely.Point(city.cameras.xy_m[city.cameras.index_of(camera)])
    shapes = city.admin.shapes()
    holders = [city.admin.name[row] for row in city.admin.valid_on(date(2022, 6, 1)) if shapes[row].contains(here)]
    assert holders == [ward]


def test_what_is_assumed_of_a_camera_says_so() -> None:
    cameras = hue().cameras
    assumed = cameras.purpose != "gateway"
    assert set(cameras.provenance[assumed]) == {"generated"}
    assert all("assum" in source for source in cameras.source)
    assert all(owner.startswith(("Trung tâm", "UBND")) for owner in cameras.owner)


def test_only_counting_cameras_are_tied_to_a_link_and_they_look_along_it() -> None:
    city = hue()
    cameras = city.cameras
    tied = np.flatnonzero(cameras.link >= 0)
    assert set(cameras.purpose[tied]) == {"gateway"}
    lines = lines_of(city.roads.xy_m, city.roads.first_vertex)
    for row in tied:
        line = lines[cameras.link[row]]
        assert line.distance(shapely.Point(cameras.xy_m[row])) <= cameras.accuracy_m[row]
    assert len(tied) == 7
    pair = [int(cameras.link[cameras.index_of(f"gateway-4-{k}")]) for k in (1, 2)]
    assert pair[0] != pair[1]  # one looks out of the city, one into it


def test_the_seven_bike_stations_of_the_pilot() -> None:
    stations = hue().bike_stations
    assert len(stations) == 7
    assert (stations.docks == 20).all()


def test_community_teams_add_up_and_stand_in_their_wards() -> None:
    city = hue()
    rows = np.flatnonzero(city.places.kind == "community-team")
    assert len(rows) == 353
    assert city.places.capacity[rows].sum() == 1544
    assert set(city.places.provenance[rows]) == {"generated"}
    shapes = city.admin.shapes()
    for ward in read_table("community_teams.csv").to_dict("records"):
        code = ward["ward"].partition("@")[0]
        mine = [r for r in rows if city.places.ids[r].startswith(f"team-{code}-")]
        assert len(mine) == int(ward["teams"])
        assert shapely.contains_xy(shapes[city.admin.index_of(ward["ward"])], city.places.xy_m[mine]).all()
    assert "Tổ công nghệ số cộng đồng 3 – Phú Hội" in city.places.name


def test_largest_remainders_get_what_is_left_over() -> None:
    assert share_out(10, np.array([1.0, 1.0, 1.0])).tolist() == [4, 3, 3]
    assert share_out(7, np.array([0.9, 4.6, 1.5])).tolist() == [1, 5, 1]


def test_teams_are_shared_by_population() -> None:
    admin, table = hue().admin, read_table("community_teams.csv")
    people = np.array([admin.population[admin.index_of(ward)] for ward in table["ward"]])
    assert share_out(353, people).tolist() == table["teams"].astype(int).tolist()
    assert share_out(1544, people).tolist() == table["members"].astype(int).tolist()


def test_positions_of_teams_are_the_same_every_time() -> None:
    assert np.array_equal(places_of_hue(hue().admin, hue().water).xy_m, hue().places.xy_m)


def test_shelters_have_a_capacity_and_the_wrong_coordinate_is_corrected() -> None:
    city = hue()
    places = city.places
    shelters = places.capacity[places.kind == "shelter"]
    assert len(shelters) == 18
    assert shelters.sum() == 2015  # of the survey
    ward = city.admin.shapes()[city.admin.find("19909", date(2026, 1, 1))]
    assert ward.contains(shapely.Point(places.xy_m[places.index_of("truong-mam-non-phu-thanh")]))


@pytest.mark.parametrize("kind", ["hospital", "school", "clinic", "market", "depot", "boat_launch", "heritage"])
def test_places_of_each_kind_exist(kind: str) -> None:
    assert (hue().places.kind == kind).sum() >= 2


def test_what_stands_on_land_is_not_drawn_in_the_water() -> None:
    city = hue()
    water = shapely.union_all(city.water.shapes())
    afloat = {"boat_launch", "walkway", "beach", "gateway"}
    on_bridges = {"do-xe-cau-nguyen-hoang", "do-xe-cau-phat-lat"}
    wet = shapely.contains_xy(water, city.places.xy_m) & ~np.isin(city.places.kind, list(afloat))
    assert set(city.places.ids[wet]) <= on_bridges
    assert not shapely.contains_xy(water, city.cameras.xy_m).any()
    assert not shapely.contains_xy(water, city.bike_stations.xy_m).any()
    assert not shapely.contains_xy(water, city.admin.xy_m).any()


def test_boats_are_launched_at_the_water() -> None:
    city = hue()
    water = shapely.union_all(city.water.shapes())
    for row in np.flatnonzero(city.places.kind == "boat_launch"):
        assert water.distance(shapely.Point(city.places.xy_m[row])) <= city.places.accuracy_m[row], city.places.ids[row]


def test_refuges_for_vehicles_hold_what_was_published() -> None:
    places = hue().places
    assert places.capacity[places.index_of("aeon-mall-hue-oto")] == 1200
    assert places.capacity[places.index_of("aeon-mall-hue-xe-may")] == 8000
    assert np.isnan(places.capacity[places.index_of("do-xe-cau-nguyen-hoang")])


@pytest.mark.parametrize(
    ("gauge", "day", "levels"),
    [
        ("kim-long", date(2025, 10, 27), (1.0, 2.0, 3.5)),
        ("kim-long", date(1999, 12, 4), (np.nan, np.nan, 3.0)),
        ("phu-oc", date(2025, 10, 27), (1.5, 3.0, 4.5)),
    ],
)
def test_alarm_levels_belong_to_a_gauge_and_a_date(gauge: str, day: date, levels: tuple[float, float, float]) -> None:
    assert hue().gauges.alarm_on(gauge, day).levels_m == pytest.approx(levels, nan_ok=True)


def test_no_alarm_scheme_is_known_before_the_first() -> None:
    with pytest.raises(UnknownItem):
        hue().gauges.alarm_on("phu-oc", date(1999, 11, 2))


def test_dams_gates_and_tide() -> None:
    city = hue()
    dams = city.reservoirs
    assert dict(zip(dams.name.tolist(), dams.normal_level_m.tolist(), strict=True)) == {
        "Tả Trạch": 45.0, "Bình Điền": 85.0, "Hương Điền": 58.0,
    }  # fmt: skip
    assert set(city.gates.kind) == {"barrage", "weir", "sluice"}
    tide = city.tides
    assert 2 * float(tide.m2_m[0] + tide.s2_m[0]) == pytest.approx(0.45, abs=0.05)  # spring range of 0.4-0.5 m
    assert "assumption" in tide.source[0]


def test_the_barrage_and_the_weir_stand_on_the_water_they_close() -> None:
    city = hue()
    rivers = lines_of(city.waterways.xy_m, city.waterways.first_vertex)
    for gate in ("thao-long", "dap-da"):
        here = shapely.Point(city.gates.xy_m[city.gates.index_of(gate)])
        assert min(line.distance(here) for line in rivers) < 250.0
