"""Waters of the embedded Huế: real banks, islands as holes, the moat around the Citadel, sizes that are published."""

import numpy as np
import pytest
import shapely

from gis_data.hue.build import hue
from twin.city.ragged import lines_of


def _surface(key: str) -> shapely.MultiPolygon:
    water = hue().water
    shape = water.shapes()[water.index_of(key)]
    assert isinstance(shape, shapely.MultiPolygon)
    return shape


def _course(key: str) -> shapely.LineString:
    waterways = hue().waterways
    line = lines_of(waterways.xy_m, waterways.first_vertex)[waterways.index_of(key)]
    assert isinstance(line, shapely.LineString)
    return line


@pytest.mark.parametrize(
    "key", ["huong", "ke-van", "an-hoa", "dong-ba", "an-cuu", "nhu-y", "ngu-ha", "bach-yen", "pho-loi", "bo"]
)
def test_each_water_has_a_course_and_a_surface_around_it(key: str) -> None:
    course, surface = _course(key), _surface(f"{key}-surface")
    assert surface.is_valid
    everything = shapely.union_all(hue().water.shapes())
    assert course.intersection(everything.buffer(1.0)).length > 0.97 * course.length


def test_the_river_is_as_wide_as_its_bridges_say() -> None:
    river, course = _surface("huong-surface"), _course("huong")
    at = {"Cầu Phú Xuân": 374.0, "Cầu Trường Tiền": 402.6}
    roads = hue().roads
    for name, length in at.items():
        bridge = lines_of(roads.xy_m, roads.first_vertex)[roads.links_named(name)][0]
        assert 0.85 * length < bridge.intersection(river).length < length
        assert bridge.intersects(course)


def test_the_two_islands_are_holes_of_the_river() -> None:
    (river,) = _surface("huong-surface").geoms
    islands = sorted((shapely.Polygon(ring) for ring in river.interiors), key=lambda island: island.area)
    assert len(islands) == 2
    da_vien, hen = islands
    assert 8e4 < da_vien.area < 16e4  # 850 m by 185 m at the widest
    assert 20e4 < hen.area < 32e4  # about 26 ha
    order = [_course("huong").project(island.centroid) for island in (da_vien, hen)]
    assert order[0] < order[1]


def test_the_moat_is_one_ring_around_the_square_of_the_citadel() -> None:
    (moat,) = _surface("hao-kinh-thanh").geoms
    assert len(moat.interiors) == 1
    walls = shapely.Polygon(moat.interiors[0])
    assert 4.7e6 < walls.area < 5.7e6  # 520 ha within the walls
    assert 2.0 * moat.area / (moat.exterior.length + walls.exterior.length) == pytest.approx(22.0, abs=3.0)
    corners = shapely.get_coordinates(shapely.oriented_envelope(walls))
    sides = np.hypot(*np.diff(corners, axis=0).T)
    assert sides.max() / sides.min() < 1.15
    assert walls.contains(_surface("hao-hoang-thanh"))


@pytest.mark.parametrize(
    ("upper", "lower"),
    [("ke-van", "huong"), ("dong-ba", "huong"), ("an-cuu", "huong"), ("nhu-y", "huong"), ("bo", "huong"),
     ("pho-loi", "huong"), ("bach-yen", "ke-van"), ("ngu-ha", "dong-ba"), ("an-hoa", "dong-ba")],
)  # fmt: skip
def test_waters_that_join_touch(upper: str, lower: str) -> None:
    assert _surface(f"{upper}-surface").distance(_surface(f"{lower}-surface")) < 30.0


def test_waters_do_not_overlap() -> None:
    water = hue().water
    shapes = water.shapes()
    tree = shapely.STRtree(shapes)
    for i, shape in enumerate(shapes):
        for j in tree.query(shape):
            if j > i:
                shared = shape.intersection(shapes[j]).area
                assert shared < 2_000.0, f"{water.ids[i]} and {water.ids[j]} share {shared:.0f} m2"


def test_kinds_are_waters() -> None:
    assert set(hue().water.kind.tolist()) == {"river", "canal", "moat", "lake", "lagoon"}
    assert set(hue().waterways.kind.tolist()) == {"river", "canal"}


def test_places_with_published_coordinates_stand_dry() -> None:
    places = hue().places
    water = shapely.union_all(hue().water.shapes())
    known = np.flatnonzero((places.provenance == "published-point") & (places.kind != "gateway"))
    assert len(known) > 40
    wet = {str(places.name[k]) for k in known if water.contains(shapely.Point(places.xy_m[k]))}
    assert wet == set()
