"""The embedded Huế: one network, dated wards, bridges where the river is, and it says it is a schematic."""

import csv
import unicodedata
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely

from gis_data.city_file import read_city, write_city
from gis_data.hue.build import NOTICE, hue
from gis_data.hue.columns import TABLES
from gis_data.projection import project
from twin.city.interventions import CloseStreet, apply
from twin.city.ragged import lines_of
from twin.city.roads import MOTOR


def _table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _graph(modes: int = MOTOR) -> "nx.DiGraph[int]":
    roads = hue().roads
    open_links = np.flatnonzero(roads.modes & modes)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_edges_from(zip(roads.tail[open_links].tolist(), roads.head[open_links].tolist(), strict=True))
    return graph


def test_every_street_is_reached_from_every_other() -> None:
    assert nx.is_strongly_connected(_graph())
    assert _graph().number_of_nodes() == hue().roads.n_nodes


def test_geometry_agrees_with_length_and_with_the_nodes() -> None:
    roads = hue().roads
    lines = lines_of(roads.xy_m, roads.first_vertex)
    assert np.allclose(shapely.length(lines), roads.length_m)
    starts = shapely.get_coordinates(shapely.get_point(lines, 0))
    assert np.allclose(starts, roads.node_xy_m[roads.tail])


def test_no_row_of_the_street_table_is_lost() -> None:
    drawn = {row["name"] for row in _table("streets.csv")}
    roads = hue().roads
    assert set(roads.name[roads.provenance != "generated"].tolist()) == drawn


def test_river_bridges_stand_in_their_order_downstream() -> None:
    names = "Tuần,Nguyễn Hoàng,Dã Viên,Bạch Hổ,Phú Xuân,Trường Tiền,Chợ Dinh"
    order = [f"Cầu {name}" for name in names.split(",")]
    city = hue()
    river = lines_of(city.waterways.xy_m, city.waterways.first_vertex)[city.waterways.index_of("huong")]
    lines = lines_of(city.roads.xy_m, city.roads.first_vertex)
    stations = []
    for name in order:
        bridge = shapely.union_all(lines[city.roads.links_named(name)])
        assert bridge.distance(river) == 0.0, f"{name} does not cross the Hương"
        stations.append(river.project(bridge.intersection(river).centroid))
    assert stations == sorted(stations)


def test_closing_a_bridge_leaves_the_city_connected_by_the_others() -> None:
    closed = apply(hue(), [CloseStreet("Cầu Trường Tiền")])
    shut = np.flatnonzero(closed.roads.modes == 0)
    assert set(closed.roads.name[shut].tolist()) == {"Cầu Trường Tiền"}
    assert closed.digest != hue().digest


@pytest.mark.parametrize(("day", "count"), [("2022-06-01", 36), ("2025-03-01", 32), ("2025-07-01", 40)])
def test_wards_of_each_date(day: str, count: int) -> None:
    assert len(hue().admin.valid_on(date.fromisoformat(day))) == count


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [("19789", "Phú Nhuận", "Thuận Hóa"), ("19753", "Thuận Lộc", "Phú Xuân"), ("19815", "An Đông", "An Cựu")],
)
def test_reused_codes_are_resolved_by_date(code: str, before: str, after: str) -> None:
    admin = hue().admin
    assert admin.name[admin.find(code, date(2024, 6, 1))] == before
    assert admin.name[admin.find(code, date(2026, 1, 1))] == after


def test_population_and_area_of_2025_sum_to_the_published_totals() -> None:
    admin = hue().admin
    now = admin.valid_on(date(2026, 1, 1))
    assert admin.population[now].sum() == 1_432_986  # HUE_DATA §1
    assert admin.area_km2[admin.valid_on(date(2022, 1, 1))].sum() == pytest.approx(266.46, abs=0.2)  # Yearbook 2022


def test_the_five_smart_wards_are_kept() -> None:
    smart = {row["name"] for row in _table("admin_units.csv") if row["smart_ward_2022"] == "1"}
    assert smart == {"Phú Nhuận", "Thủy Biều", "Phú Hội", "Thuận Hòa", "Tây Lộc"}


@pytest.mark.parametrize("path", sorted(TABLES.iterdir()), ids=lambda p: p.name)
def test_text_is_nfc(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


def test_everything_lies_in_the_city() -> None:
    lon_lat = project(hue().roads.node_xy_m, "EPSG:9214", "EPSG:4326")
    assert (lon_lat.min(axis=0) > [107.3, 16.25]).all()
    assert (lon_lat.max(axis=0) < [107.9, 16.70]).all()


def test_it_says_what_it_is() -> None:
    assert hue().warnings[0] == NOTICE == "A schematic of Huế drawn from published facts; not survey data."


def test_city_file_of_hue_round_trips(tmp_path: Path) -> None:
    path = tmp_path / "hue.gpkg"
    write_city(hue(), path)
    assert read_city(path).digest == hue().digest
