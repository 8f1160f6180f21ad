"""Infrastructure layers fill the city's tables by a declared mapping, or say everything that is wrong with them."""

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from gis_data.assemble_land import LandInputs, with_land
from gis_data.city_file import layer_frame, ragged_frames
from gis_data.readers.infrastructure import read_infrastructure
from gis_data.readers.layer_fields import FIELDS, KINDS, WHEN_UNSAID
from gis_data.readers.mapping import read_mapping
from gis_data.tables import joined
from tests.gis_data.cadastre_files import EAST_M, NORTH_M, parcels
from twin.city.city import TABLES, City
from twin.city.hydrology import Gauges
from twin.city.roads import Roads
from twin.city.table import Table, dtypes_of
from twin.errors import SchemaError, ValidationFailed
from twin.testing.toy import toy_city


def _at(*offsets: tuple[float, float]) -> list[tuple[float, float]]:
    return [(EAST_M + x, NORTH_M + y) for x, y in offsets]


def _layer(path: Path, shapes: Sequence[shapely.Geometry], **columns: list[object]) -> None:
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:9214")
    pyogrio.write_dataframe(frame, path)


def _mapping(folder: Path, text: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _read(folder: Path, text: str) -> dict[str, object]:
    tables, _ = read_infrastructure(read_mapping(_mapping(folder, text)))
    return dict(tables)


def _faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ValidationFailed) as caught:
        read_infrastructure(read_mapping(_mapping(folder, text)))
    return [str(f) for f in caught.value.faults]


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/infrastructure.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    sources = read_mapping(_mapping(tmp_path, example))
    assert {s.table for s in sources} == {"drains", "cameras", "places", "parcels"}
    for table in FIELDS:
        assert f"`{table}`" in text, f"{table} is not documented"
        assert all(f"`{f}`" in text for f in FIELDS[table]), f"a field of {table} is not documented"


def test_drains_with_millimetres_and_old_text(tmp_path: Path) -> None:
    lines = [shapely.LineString(_at((0, 0), (50, 0))), shapely.LineString(_at((50, 0), (90, 0)))]
    old = {"SO": ["C1", "C2"], "TEN": ["Cèng ®­êng Lª Lîi", "R·nh"], "D": [800, 1000], "DAU": [1.2, None]}
    frame = gpd.GeoDataFrame(old, geometry=lines, crs="EPSG:9214")
    pyogrio.write_dataframe(frame, tmp_path / "cong.shp", encoding="ISO-8859-1")
    drains = _read(
        tmp_path,
        """
        [[layer]]
        table = "drains"
        file = "cong.shp"
        source = "Sở Xây dựng"
        accuracy_m = 0.3
        [layer.columns]
        ids = "SO"
        name = "TEN"
        width_m = { column = "D", factor = 0.001 }
        invert_from_m = "DAU"
        """,
    )["drains"]
    assert drains.ids.tolist() == ["C1", "C2"]  # type: ignore[attr-defined] # a Drains
    assert drains.name.tolist() == ["Cống đường Lê Lợi", "Rãnh"]  # type: ignore[attr-defined]
    assert drains.width_m.tolist() == [0.8, 1.0]  # type: ignore[attr-defined]
    assert drains.kind.tolist() == ["drain", "drain"]  # type: ignore[attr-defined]
    assert np.array_equal(drains.invert_from_m, [1.2, np.nan], equal_nan=True)  # type: ignore[attr-defined]
    assert drains.source.tolist() == ["Sở Xây dựng"] * 2  # type: ignore[attr-defined]
    assert drains.accuracy_m.tolist() == [0.3] * 2  # type: ignore[attr-defined]


def test_words_are_translated_and_constants_fill_in(tmp_path: Path) -> None:
    _layer(tmp_path / "cam.gpkg", [shapely.Point(_at((3, 4))[0])], LOAI=["Giao thông"])
    cameras = _read(
        tmp_path,
        """
        [[layer]]
        table = "cameras"
        file = "cam.gpkg"
        columns = { purpose = "LOAI" }
        constants = { owner = "HueIOC", height_m = 6 }
        values.purpose = { "Giao thông" = "traffic" }
        """,
    )["cameras"]
    assert cameras.purpose.tolist() == ["traffic"]  # type: ignore[attr-defined] # a Cameras
    assert cameras.owner.tolist() == ["HueIOC"]  # type: ignore[attr-defined]
    assert cameras.height_m.tolist() == [6.0]  # type: ignore[attr-defined]
    assert cameras.status.tolist() == ["unknown"]  # type: ignore[attr-defined]
    assert cameras.link.tolist() == [-1]  # type: ignore[attr-defined]


def test_gauges_carry_their_dated_alarm_scheme(tmp_path: Path) -> None:
    points = [shapely.Point(p) for p in _at((0, 0), (9, 9))]
    _layer(tmp_path / "tram.gpkg", points, T=["Kim Long", "Phụ"], B1=[1.0, None], B2=[2.0, None], B3=[3.5, None])
    gauges = _read(
        tmp_path,
        """
        [[layer]]
        table = "gauges"
        file = "tram.gpkg"
        columns = { name = "T", alarm1_m = "B1", alarm2_m = "B2", alarm3_m = "B3" }
        constants = { datum = "Hòn Dấu", alarm_from = 2020-01-01 }
        """,
    )["gauges"]
    assert isinstance(gauges, Gauges)
    assert gauges.alarm_first.tolist() == [0, 1, 1]
    assert gauges.alarm3_m.tolist() == [3.5]
    assert str(gauges.alarm_from[0]) == "2020-01-01"


def _crossroads(path: Path) -> None:
    lines = [
        shapely.LineString(_at((0, 0), (100, 0), (200, 0))),
        shapely.LineString(_at((100, 0), (100, 80))),
        shapely.LineString(_at((100, 80), (0, 0))),
        shapely.LineString(_at((900, 900), (950, 900))),
    ]
    _layer(
        path,
        lines,
        TEN=["Lê Lợi", "Hà Nội", "Ngô Quyền", "Cụt"],
        CAP=["primary", "secondary", "residential", "residential"],
        CHIEU=["không", "có", "co", "không"],
        RONG=[14.0, None, 5.0, 5.0],
    )


ROADS = """
[[layer]]
table = "roads"
file = "duong.gpkg"
columns = { name = "TEN", road_class = "CAP", oneway = "CHIEU", width_m = "RONG" }
"""


def test_centrelines_become_a_connected_network(tmp_path: Path) -> None:
    _crossroads(tmp_path / "duong.gpkg")
    tables, notes = read_infrastructure(read_mapping(_mapping(tmp_path, ROADS)))
    roads = tables["roads"]
    assert isinstance(roads, Roads)
    # Lê Lợi is cut at the junction and runs both ways; the one-way pair closes the loop; the island is left out
    assert sorted(zip(roads.name.tolist(), roads.length_m.round(3).tolist(), strict=True)) == [
        ("Hà Nội", 80.0),
        ("Lê Lợi", 100.0),
        ("Lê Lợi", 100.0),
        ("Lê Lợi", 100.0),
        ("Lê Lợi", 100.0),
        ("Ngô Quyền", round(float(np.hypot(100, 80)), 3)),
    ]
    assert roads.n_nodes == 4
    assert np.allclose(roads.node_xy_m[roads.tail], roads.xy_m[roads.first_vertex[:-1]])
    assert np.allclose(roads.node_xy_m[roads.head], roads.xy_m[roads.first_vertex[1:] - 1])
    assert set(roads.width_m[roads.name == "Lê Lợi"].tolist()) == {14.0}
    assert notes == ["duong.gpkg: 2 links outside the connected core of the road network left out"]


def test_roads_of_two_layers_are_refused(tmp_path: Path) -> None:
    _crossroads(tmp_path / "duong.gpkg")
    assert _faults(tmp_path, ROADS + ROADS) == [
        "duong.gpkg: a second layer of roads: their junctions would not be found. Put all roads in one layer."
    ]


@pytest.mark.parametrize("table", sorted(set(KINDS) - {"roads"}))
def test_tables_are_joined_row_by_row(table: str) -> None:
    own: Table = getattr(toy_city(), table)
    other = replace(own, ids=np.char.add(own.ids, "-2"))
    both = joined(own, other, "x")
    changed: dict[str, Any] = {table: both}
    frame, more = layer_frame(replace(toy_city(), **changed), table), layer_frame(toy_city(), table)
    assert len(both) == 2 * len(own)
    for half in (frame.iloc[: len(own)], frame.iloc[len(own) :]):
        kept = [c for c in more.columns if c != "ids"]
        assert half[kept].reset_index(drop=True).equals(more[kept])
    for stem, values in ragged_frames(both).items():
        assert len(values) == 2 * len(ragged_frames(own)[stem])
    with pytest.raises(SchemaError, match="Number each feature once"):
        joined(own, own, "x")


def test_a_city_takes_the_layers_and_joins_them(tmp_path: Path) -> None:
    _crossroads(tmp_path / "duong.gpkg")
    house = shapely.box(EAST_M + 2, NORTH_M + 2, EAST_M + 6, NORTH_M + 6)
    _layer(tmp_path / "nha.gpkg", [house], TANG=[2])
    _layer(tmp_path / "cam.gpkg", [shapely.Point(_at((50, 3))[0])], M=["traffic"])
    pyogrio.write_dataframe(parcels(), tmp_path / "thua.gpkg")
    text = """
    [[layer]]
    table = "buildings"
    file = "nha.gpkg"
    columns.storeys = "TANG"
    replace = true
    [[layer]]
    table = "cameras"
    file = "cam.gpkg"
    columns.purpose = "M"
    """
    given = LandInputs(
        parcels=[tmp_path / "thua.gpkg"],
        parcels_date="2025-07-01",
        infrastructure=_mapping(tmp_path, ROADS + text),
    )
    city = with_land(toy_city(), given, say=lambda _: None)
    assert len(city.parcels) == 3
    assert city.buildings.parcel.tolist() == [0]
    assert len(city.cameras) == 2
    assert city.roads.name[city.cameras.link[1]] == "Lê Lợi"
    assert len(city.turn_bans) == len(city.signals) == 0
    assert city.drains.digest() == toy_city().drains.digest()


def test_every_fault_of_every_layer_in_one_report(tmp_path: Path) -> None:
    shapes = [shapely.LineString(_at((0, 0), (9, 0))), shapely.Point(_at((0, 0))[0])]
    _layer(tmp_path / "cong.gpkg", shapes, SO=["1", "1"], D=["to", "-1"])
    _layer(tmp_path / "diem.gpkg", [shapely.Point(_at((0, 0))[0])], SUC=[-5])
    text = """
    [[layer]]
    table = "drains"
    file = "cong.gpkg"
    columns = { ids = "SO", width_m = "D" }
    [[layer]]
    table = "places"
    file = "diem.gpkg"
    columns.capacity = "SUC"
    [[layer]]
    table = "power_zones"
    file = "khong_co.gpkg"
    """
    assert _faults(tmp_path, text) == [
        "cong.gpkg, layer cong, row 1, field D: 'to' is no number. Write digits with a decimal point.",
        "cong.gpkg, layer cong, row 2, field D: '-1' is below 0. Correct the value.",
        "cong.gpkg, layer cong, row 2, field geometry: is a Point, not one line. Give one line a record.",
        "cong.gpkg, layer cong, row 2, field SO: '1' is already on row 1. Number each feature once.",
        "diem.gpkg, layer diem, field kind: no column is mapped. Map it: columns.kind = … or constants.kind = ….",
        "diem.gpkg, layer diem, row 1, field SUC: '-5' is below 0. Correct the value.",
        "khong_co.gpkg: no such file. Check the path.",
    ]


def test_a_wrong_word_names_the_right_ones(tmp_path: Path) -> None:
    _layer(tmp_path / "cam.gpkg", [shapely.Point(_at((0, 0))[0])], M=["trafic"])
    text = '[[layer]]\ntable = "cameras"\nfile = "cam.gpkg"\ncolumns.purpose = "M"'
    assert _faults(tmp_path, text) == [
        "cam.gpkg, layer cam, row 1, field M: 'trafic' is not a value of this column. "
        "Write one of gateway, security, desk, traffic, flood, or translate it in the mapping file."
    ]


def test_a_missing_system_is_asked_for_in_the_mapping_files_words(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"K": ["shelter"]}, geometry=[shapely.Point(_at((0, 0))[0])])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyogrio warns that it writes no system: that is the case
        pyogrio.write_dataframe(frame, tmp_path / "d.shp")
    text = '[[layer]]\ntable = "places"\nfile = "d.shp"\ncolumns.kind = "K"\n'
    assert _faults(tmp_path, text) == [
        'd.shp: no coordinate reference system is stated. Give it with crs, e.g. crs = "EPSG:9214".'
    ]
    given = text.replace("columns.kind", 'crs = "EPSG:9214"\ncolumns.kind')
    assert list(_read(tmp_path, given)) == ["places"]


def test_mistakes_of_the_mapping_file_come_together(tmp_path: Path) -> None:
    text = """
    [[layer]]
    table = "sewers"
    file = "a.gpkg"
    colour = "red"
    [[layer]]
    table = "drains"
    columns = { width = "D", name = 5 }
    file = "a.gpkg"
    [[layer]]
    table = "drains"
    provenance = "guessed"
    """
    faults = _faults(tmp_path, text)
    assert [f.partition(":")[0] for f in faults] == [
        "mapping.toml, row 1, field colour",
        "mapping.toml, row 1, field table",
        "mapping.toml, row 2, field columns.name",
        "mapping.toml, row 2, field columns.width",
        "mapping.toml, row 3",
        "mapping.toml, row 3, field provenance",
    ]
    assert "no table 'sewers'. One of roads, water" in faults[1]


def test_what_is_no_toml_says_so(tmp_path: Path) -> None:
    assert _faults(tmp_path, "[[layer")[0].startswith("mapping.toml: is no TOML (")
    assert _faults(tmp_path, "x = 1") == [
        "mapping.toml: must hold [[layer]] blocks and nothing else. See docs/infrastructure.md for an example."
    ]


def test_every_declared_field_is_a_field_of_its_table() -> None:
    speed = {"roads": {"free_speed_kmh"}}
    for table, fields in FIELDS.items():
        assert KINDS[table] is TABLES[table]
        assert set(fields) - speed.get(table, set()) - {"ids"} <= set(dtypes_of(KINDS[table])), table
    assert all(field in FIELDS[table] for table, field in WHEN_UNSAID)


def test_a_city_without_layers_only_says_so() -> None:
    city = with_land(toy_city(), LandInputs(), say=lambda _: None)
    assert isinstance(city, City)
    assert city.digest == toy_city().digest
    assert city.warnings == ("no cadastre was given: land use is OpenStreetMap's, there are no parcels",)
