"""Streets of the embedded Huế: enough of them, joined without slips, dry, through the real gates, near known points."""

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis_data.hue.build import hue
from gis_data.hue.columns import TABLES
from gis_data.hue.noding import MERGE_M, node_streets
from gis_data.hue.roads import roads_of
from gis_data.hue.streets import read_streets
from gis_data.projection import project
from twin.city.ragged import lines_of
from twin.city.roads import MOTOR

RIVER_BRIDGES = {
    "Cầu Tuần": None,
    "Cầu Nguyễn Hoàng": 380.0,
    "Cầu Dã Viên": 542.0,
    "Cầu Bạch Hổ": None,
    "Cầu Phú Xuân": 374.0,
    "Cầu Trường Tiền": 402.6,
    "Cầu Chợ Dinh": None,
    "Cầu Phú Lưu": None,
}
"""Over the Hương, with the published length [m] where there is one (HUE_DATA §2.4)."""

GATES = {
    "front": {"Nguyễn Trãi", "Cửa Quảng Đức", "Cửa Ngăn", "Đinh Tiên Hoàng"},  # Nhà Đồ, Quảng Đức, Ngăn, Thượng Tứ
    "north-east": {"Mai Thúc Loan", "Kẻ Trài"},  # Đông Ba, Trài
    "north-west": {"Đinh Tiên Hoàng", "Nguyễn Trãi"},  # Hậu, An Hòa
    "south-west": {"Yết Kiêu", "Thái Phiên"},  # Hữu, Chánh Tây
}
"""The ten gates of the Citadel, by the street that passes under each."""

ADDRESSES = [
    ("Nguyễn Chí Diểu", 107.58274, 16.4748),
    ("Hoàng Quang", 107.65319, 16.55385),
    ("Lê Ngô Cát", 107.56302, 16.43592),
    ("Trần Cao Vân", 107.59165, 16.46569),
    ("Phan Đình Phùng", 107.59234, 16.45699),
    ("Phan Đình Phùng", 107.59828, 16.45691),
    ("Nguyễn Hữu Thọ", 107.60221, 16.4603),
    ("Mai Thúc Loan", 107.58248, 16.47701),
    ("Đinh Tiên Hoàng", 107.585, 16.46926),
    ("Kim Long", 107.56318, 16.45898),
    ("Hải Triều", 107.60067, 16.45679),
    ("Huyền Trân Công Chúa", 107.56268, 16.43363),
    ("Huyền Trân Công Chúa", 107.56489, 16.42622),
    ("Đặng Thái Thân", 107.57288, 16.47139),
    ("Hàn Mặc Tử", 107.5955, 16.47455),
    ("Đào Duy Từ", 107.58333, 16.48013),
    ("Bao Vinh", 107.57736, 16.49441),
    ("Hùng Vương", 107.59357, 16.46511),
]
"""House numbers with published coordinates (HUE_DATA §1, control points): street, longitude, latitude."""


def _lines() -> NDArray[np.object_]:
    roads = hue().roads
    return lines_of(roads.xy_m, roads.first_vertex)


def _water(*kinds: str) -> shapely.Geometry:
    water = hue().water
    return shapely.union_all(water.shapes()[np.isin(water.kind, kinds)])


def test_there_are_at_least_two_hundred_named_streets_besides_the_bridges() -> None:
    names = {name for name in hue().roads.name.tolist() if not name.startswith(("Cầu ", "Đường dẫn"))}
    assert len(names) >= 200


def test_streets_stay_out_of_the_water_but_for_bridges_and_the_causeway() -> None:
    roads = hue().roads
    wet = shapely.length(shapely.intersection(_lines(), _water("river", "canal", "lake", "lagoon")))
    lying_in_it = set(roads.name[(wet > 1.0) & ~roads.bridge].tolist())
    assert lying_in_it == {"Đập Đá"}


def test_every_bridge_spans_water() -> None:
    roads = hue().roads
    over = shapely.intersects(_lines(), _water("river", "canal", "lagoon"))
    assert set(roads.name[roads.bridge & ~over].tolist()) == set()


@pytest.mark.parametrize("name", RIVER_BRIDGES)
def test_bridges_of_the_river_land_on_both_banks(name: str) -> None:
    city = hue()
    river = city.water.shapes()[city.water.index_of("huong-surface")]
    bridge = shapely.line_merge(shapely.union_all(_lines()[city.roads.links_named(name)]))
    assert bridge.geom_type == "LineString"
    ends = [shapely.Point(bridge.coords[k]) for k in (0, -1)]
    assert bridge.intersects(river)
    assert not any(end.intersects(river) for end in ends)
    published = RIVER_BRIDGES[name]
    assert published is None or bridge.length == pytest.approx(published, rel=0.1)


def test_only_bridges_cross_the_river() -> None:
    city = hue()
    river = lines_of(city.waterways.xy_m, city.waterways.first_vertex)[city.waterways.index_of("huong")]
    crossing = {str(name) for name in city.roads.name[shapely.intersects(_lines(), river)]}
    assert crossing == set(RIVER_BRIDGES) - {"Cầu Phú Lưu"}  # it joins Cồn Hến to the right bank only


def test_the_citadel_is_left_by_its_ten_gates_only() -> None:
    city = hue()
    moat = city.water.shapes()[city.water.index_of("hao-kinh-thanh")]
    wall = shapely.Polygon(moat.geoms[0].interiors[0])
    x, y = wall.centroid.coords[0]
    found: dict[str, set[str]] = {side: set() for side in GATES}
    for name, line in zip(city.roads.name.tolist(), _lines(), strict=True):
        for px, py in shapely.get_coordinates(line.intersection(wall.exterior)):
            turned = (math.degrees(math.atan2(py - y, px - x)) - 38.8 + 45.0) % 360.0
            side = ("north-east", "north-west", "south-west", "front")[int(turned // 90.0)]
            found[side].add(name)
    assert found == GATES


@pytest.mark.parametrize(
    ("name", "along"),
    [
        ("23 Tháng 8", True),
        ("Mai Thúc Loan", True),
        ("Yết Kiêu", True),
        ("Lương Ngọc Quyến", True),
        ("Đinh Tiên Hoàng", False),
        ("Đoàn Thị Điểm", False),
        ("Nguyễn Trãi", False),
        ("Tôn Thất Thiệp", False),
    ],
)
def test_the_citadel_grid_is_turned_by_38_8_degrees(name: str, along: bool) -> None:  # noqa: FBT001 # a test table
    xy = shapely.get_coordinates(_lines()[hue().roads.links_named(name)])
    axis = np.linalg.svd(xy - xy.mean(axis=0), full_matrices=False)[2][0]
    bearing = math.degrees(math.atan2(axis[1], axis[0])) % 180.0
    assert bearing == pytest.approx(38.8 if along else 128.8, abs=2.0)


def test_published_addresses_lie_by_their_streets() -> None:
    roads, lines = hue().roads, _lines()
    xy = project(np.array([row[1:] for row in ADDRESSES], dtype=float), "EPSG:4326", "EPSG:9214")
    away = [
        shapely.union_all(lines[roads.links_named(street)]).distance(shapely.Point(p))
        for (street, *_), p in zip(ADDRESSES, xy, strict=True)
    ]
    assert np.median(away) < 20.0
    assert max(away) < 100.0


def test_no_two_links_lie_on_each_other() -> None:
    sections = node_streets(read_streets(TABLES))
    lines = np.array([s.line for s in sections], dtype=object)
    tree = shapely.STRtree(lines)
    for i, line in enumerate(lines):
        for j in tree.query(line, predicate="dwithin", distance=MERGE_M):
            if j > i:
                shared = line.intersection(lines[j].buffer(MERGE_M)).length
                assert shared < 45.0, f"{sections[i].street_id} and {sections[j].street_id} run together {shared:.0f} m"


def test_junction_angles_and_bends_are_those_of_streets() -> None:
    sections = node_streets(read_streets(TABLES))
    leaving: dict[int, list[float]] = {}
    for s in sections:
        for node, line in ((s.start, s.line), (s.end, s.line.reverse())):
            step = np.subtract(line.interpolate(12.0).coords[0], line.coords[0])
            leaving.setdefault(node, []).append(math.degrees(math.atan2(step[1], step[0])))
        steps = np.diff(shapely.get_coordinates(s.line), axis=0)
        headings = np.degrees(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
        assert (np.abs(np.diff(headings)) < 95.0).all(), f"{s.street_id} has a hook"
    for angles in leaving.values():
        ordered = sorted(angles)
        gaps = [b - a for a, b in pairwise([*ordered, ordered[0] + 360.0])]
        assert len(angles) == 1 or min(gaps) > 18.0


def test_nothing_hangs_loose_but_real_dead_ends() -> None:
    roads = roads_of(TABLES)
    neighbours = [set() for _ in range(roads.n_nodes)]  # type: list[set[int]]
    for a, b in zip(roads.tail.tolist(), roads.head.tolist(), strict=True):
        neighbours[a].add(b)
        neighbours[b].add(a)
    loose = [k for k, near in enumerate(neighbours) if len(near) == 1]
    lengths = roads.length_m[np.isin(roads.tail, loose) | np.isin(roads.head, loose)]
    assert lengths.min() > 100.0
    assert roads.length_m.min() > MERGE_M


def test_gateways_are_ends_of_roads() -> None:
    city = hue()
    gateways = np.flatnonzero(city.places.kind == "gateway")
    assert len(gateways) >= 8
    for k in gateways:
        away = np.hypot(*(city.roads.node_xy_m - city.places.xy_m[k]).T)
        node = int(away.argmin())
        assert away[node] < 5.0, city.places.name[k]
        assert int((city.roads.tail == node).sum()) == 1, city.places.name[k]


def test_the_causeway_has_a_level_and_the_rail_bridge_no_motor_traffic() -> None:
    roads = hue().roads
    assert (roads.surface_m[roads.links_named("Đập Đá")] == 2.2).all()
    assert not roads.bridge[roads.links_named("Đập Đá")].any()
    assert not (roads.modes[roads.links_named("Cầu Bạch Hổ")] & MOTOR).any()


def _write_tables(folder: Path, streets: dict[str, tuple[str, list[tuple[int, int]]]]) -> None:
    columns = (
        "street_id,name,road_class,lanes,width_m,oneway,speed_kmh,bridge,modes,surface_m,provenance,accuracy_m,source"
    )
    with (folder / "streets.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns.split(","))
        for key, (oneway, _) in streets.items():
            rows.writerow([key, key, "tertiary", 2, 7, oneway, 40, 0, "motor walk", "", "drawn", 50, "toy"])
    with (folder / "street_points.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["street_id", "seq", "lon", "lat"])
        for key, (_, points) in streets.items():
            rows.writerows([key, k, 107.58 + x / 106_700.0, 16.46 + y / 110_640.0] for k, (x, y) in enumerate(points))


def test_a_oneway_street_has_no_reverse_twin(tmp_path: Path) -> None:
    _write_tables(tmp_path, {"a": ("1", [(0, 0), (200, 0)]), "b": ("0", [(100, -100), (100, 100)])})
    roads = roads_of(tmp_path)
    there = set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
    assert len(roads) == 2 + 4
    for a, b, one in zip(roads.tail.tolist(), roads.head.tolist(), roads.oneway, strict=True):
        assert ((b, a) in there) != one
    assert (roads.width_m[roads.oneway] == 7.0).all()
    assert (roads.width_m[~roads.oneway] == 3.5).all()


def test_slips_of_the_pen_are_mended(tmp_path: Path) -> None:
    streets = {
        "main": ("0", [(0, 0), (400, 0)]),
        "short-of-it": ("0", [(100, 10), (100, 200)]),
        "beyond-it": ("0", [(300, -18), (300, 200)]),
        "drawn-twice": ("0", [(100, 2), (300, 2)]),
        "far-away": ("0", [(200, 40), (200, 150)]),
    }
    _write_tables(tmp_path, streets)
    roads = roads_of(tmp_path)
    assert roads.n_nodes == 8
    names, counts = np.unique(roads.name, return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "main": 6,
        "short-of-it": 2,
        "beyond-it": 2,
        "far-away": 2,
    }
