"""The city is frozen, found by id, and changed only by interventions."""

import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from twin.city.areas import Areas
from twin.city.city import TABLES
from twin.city.interventions import CloseLink, CloseStreet, RaiseGround, apply
from twin.city.roads import ALL_MODES, CYCLE, MOTOR, WALK
from twin.errors import AmbiguousCode, InvalidIntervention, UnknownItem
from twin.testing.toy import toy_admin, toy_city


def test_arrays_refuse_writes_also_after_unpickling() -> None:
    city = toy_city()
    for again in (city, pickle.loads(pickle.dumps(city))):
        with pytest.raises(ValueError, match="read-only"):
            again.roads.length_m[0] = 1.0
        assert again.terrain is not None
        with pytest.raises(ValueError, match="read-only"):
            again.terrain.z_m[0, 0] = 1.0


def test_digest_survives_pickling_and_sees_every_change() -> None:
    city = toy_city()
    assert pickle.loads(pickle.dumps(city)).digest == city.digest
    longer = replace(city.roads, length_m=city.roads.length_m + 1e-9)
    assert replace(city, roads=longer).digest != city.digest
    assert replace(city, crs="EPSG:32648").digest != city.digest
    assert replace(city, name="other").digest == city.digest


def test_csr_lists_each_link_at_its_tail() -> None:
    roads = toy_city().roads
    first, out = roads.csr()
    for node in range(roads.n_nodes):
        assert set(out[first[node] : first[node + 1]]) == set(np.flatnonzero(roads.tail == node))


def test_close_link_shares_untouched_tables() -> None:
    city = toy_city()
    closed = apply(city, [CloseLink(("ab",), MOTOR)])
    assert closed.roads.modes[closed.roads.index_of("ab")] == CYCLE | WALK
    assert closed.roads.length_m is city.roads.length_m
    assert closed.terrain is city.terrain
    assert closed.digest != city.digest
    assert city.roads.modes[0] == MOTOR | CYCLE | WALK


def test_close_street_closes_both_directions() -> None:
    closed = apply(toy_city(), [CloseStreet("lê lợi")])
    assert closed.roads.modes.tolist() == [0, 0, ALL_MODES, ALL_MODES]


def test_unknown_link_and_street_are_named() -> None:
    with pytest.raises(UnknownItem, match="zz: not among the 4 features of roads"):
        apply(toy_city(), [CloseLink(("zz",))])
    with pytest.raises(InvalidIntervention, match="no street of this city has the name"):
        apply(toy_city(), [CloseStreet("Hùng Vương")])


def test_raise_ground_only_raises_and_only_inside() -> None:
    city = toy_city()
    half = ((0.0, 0.0), (20.0, 0.0), (20.0, 40.0), (0.0, 40.0))
    raised = apply(city, [RaiseGround(half, 3.2)])
    assert raised.terrain is not None
    assert city.terrain is not None
    assert np.allclose(raised.terrain.z_m[:, :2], np.maximum(city.terrain.z_m[:, :2], 3.2))
    assert np.array_equal(raised.terrain.z_m[:, 2:], city.terrain.z_m[:, 2:])
    assert raised.roads is city.roads


def test_height_is_read_from_the_cell_under_the_point() -> None:
    terrain = toy_city().terrain
    assert terrain is not None
    heights = terrain.height_at(np.array([[5.0, 35.0], [35.0, 5.0], [-1.0, 5.0]]))
    assert heights[:2].tolist() == [float(terrain.z_m[0, 0]), float(terrain.z_m[3, 3])]
    assert np.isnan(heights[2])


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [("19789", "Phú Nhuận", "Thuận Hóa"), ("19753", "Thuận Lộc", "Phú Xuân"), ("19815", "An Đông", "An Cựu")],
)
def test_reused_codes_need_a_date(code: str, before: str, after: str) -> None:
    admin = toy_admin()
    assert admin.name[admin.find(code, date(2024, 6, 1))] == before
    assert admin.name[admin.find(code, date(2025, 6, 30))] == before
    assert admin.name[admin.find(code, date(2025, 7, 1))] == after
    with pytest.raises(AmbiguousCode, match="give a date"):
        admin.find(code)
    with pytest.raises(UnknownItem, match="01/01/2001"):
        admin.find(code, date(2001, 1, 1))


def test_areas_round_trip_through_flat_arrays() -> None:
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    pair = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])
    shapes = np.array([ring, pair], dtype=object)
    areas = Areas(
        ids=np.array(["a", "b"]),
        provenance=np.array(["drawn", "drawn"]),
        accuracy_m=np.zeros(2),
        source=np.array(["toy", "toy"]),
        kind=np.array(["lake", "lake"]),
        name=np.array(["", ""]),
        **Areas.flatten(shapes),
    )
    assert all(a.equals(b) for a, b in zip(areas.shapes(), shapes, strict=True))


def test_provenance_is_a_closed_vocabulary() -> None:
    places = toy_city().places
    with pytest.raises(ValueError, match="provenance: unknown"):
        replace(places, provenance=np.array(["somewhere"] * len(places)))


def test_an_empty_table_of_every_kind_exists_and_freezes() -> None:
    for kind in TABLES.values():
        table = kind.empty(vocabulary="tt08_2024") if kind.__name__ == "Parcels" else kind.empty()
        assert len(table) == 0
        with pytest.raises(ValueError, match="assignment destination is read-only"):
            table.ids[:] = "x"


def test_the_digest_ignores_what_was_only_remembered() -> None:
    city = toy_city()
    assert city.digest
    assert city.area_km2 > 0
    assert "digest" not in pickle.loads(pickle.dumps(city)).__dict__


def test_alarm_levels_belong_to_a_date() -> None:
    gauges = toy_city().gauges
    assert gauges.alarm_on("kim-long", date(1999, 11, 2)).levels_m == (1.0, 2.0, 3.0)
    assert gauges.alarm_on("kim-long", date(2025, 10, 27)).levels_m == (1.0, 2.0, 3.5)
    assert gauges.alarm_on("kim-long", date(2025, 10, 27)).valid_from == date(2005, 1, 1)
    with pytest.raises(UnknownItem, match="not among the 1 features of gauges"):
        gauges.alarm_on("phu-oc", date(2025, 10, 27))


def test_a_unit_knows_who_took_over_its_area() -> None:
    admin = toy_city().admin
    old = admin.find("19789", date(2024, 6, 1))
    assert admin.name[admin.successors(old)].tolist() == ["Thuận Hóa"]
    assert admin.successors(admin.find("19789", date(2026, 1, 1))).size == 0
