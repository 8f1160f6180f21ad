"""`hue-twin city build` with a cadastre: a city with parcels, or a report and no file."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from typer.testing import CliRunner

from api.cli import app
from gis_data.city_file import read_city
from gis_data.export import export_layer
from gis_data.projection import project
from tests.gis_data.cadastre_files import EAST_M, NORTH_M, parcels


@pytest.fixture
def osm(tmp_path: Path) -> Path:
    """A square of streets around the parcels of the tests, and one house on the first parcel."""
    corners = np.array([[-50, -50], [150, -50], [150, 150], [-50, 150], [1, 1], [8, 1], [8, 8], [1, 8]])
    lon_lat = project(corners + np.array([EAST_M, NORTH_M]), "EPSG:9214", "EPSG:4326")
    lines = ["<osm version='0.6'>"]
    lines += [f"<node id='{k + 1}' lon='{x:.8f}' lat='{y:.8f}' version='1'/>" for k, (x, y) in enumerate(lon_lat)]
    for way, nodes, tag in ((1, (1, 2, 3, 4, 1), "highway' v='residential"), (2, (5, 6, 7, 8, 5), "building' v='yes")):
        refs = "".join(f"<nd ref='{n}'/>" for n in nodes)
        lines.append(f"<way id='{way}' version='1'>{refs}<tag k='{tag}'/></way>")
    path = tmp_path / "hue.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def _build(osm: Path, *words: str) -> tuple[int, dict[str, object], Path]:
    out = osm.parent / "hue.gpkg"
    fixed = ["city", "build", "--osm", str(osm), "--name", "Huế", "--out", str(out), "--json"]
    done = CliRunner().invoke(app, [*fixed, *words])
    return done.exit_code, json.loads(done.output.splitlines()[-1]), out


def test_a_city_with_parcels_of_two_files(osm: Path) -> None:
    first, second = osm.parent / "a.gpkg", osm.parent / "b.shp"
    pyogrio.write_dataframe(parcels(TENCHU=["Nguyễn Văn Kín"] * 3), first)
    pyogrio.write_dataframe(parcels(SHTO=[13, 13, 13]), second)
    code, facts, out = _build(osm, "--parcels", str(first), "--parcels", str(second), "--parcels-date", "2025-07-01")
    assert code == 0
    assert facts["parcels"] == 6
    warnings = facts["warnings"]
    assert isinstance(warnings, list)
    assert any(w.startswith("1 personal columns were not read: a.gpkg: TENCHU (3 records)") for w in warnings)
    assert "wards are the built-in ones of Huế, with generalised outlines" in warnings
    assert not any("ward codes" in w for w in warnings)
    city = read_city(out)
    assert city.parcels.find("19789", "13", "2") == 4
    assert city.buildings.parcel.tolist() == [0]
    assert "Nguyễn Văn Kín".encode() not in out.read_bytes()


def test_ward_codes_of_hue_need_their_date(osm: Path) -> None:
    path = osm.parent / "a.gpkg"
    pyogrio.write_dataframe(parcels(), path)
    code, told, _ = _build(osm, "--parcels", str(path))
    assert code == 1
    assert str(told["message"]).startswith("a.gpkg, layer a, row 1, field MAXA: 19789: meant several units (")
    code, facts, _ = _build(osm, "--parcels", str(path), "--parcels-date", "01/07/2024")
    assert code == 0
    assert facts["parcels"] == 3


def test_bad_parcels_give_a_report_and_no_city(osm: Path) -> None:
    path = osm.parent / "a.gpkg"
    pyogrio.write_dataframe(parcels(DIENTICH=["1", "x", "y"]), path)
    code, told, out = _build(osm, "--parcels", str(path))
    assert code == 1
    assert told["error"] == "validation-failed"
    faults = told["faults"]
    assert isinstance(faults, list)
    assert [(f["row"], f["column"], f["why"]) for f in faults] == [
        (2, "DIENTICH", "'x' is no number"),
        (3, "DIENTICH", "'y' is no number"),
    ]
    assert not out.exists()


def test_a_failed_build_leaves_the_old_city(osm: Path) -> None:
    code, _, out = _build(osm)
    assert code == 0
    before = out.read_bytes()
    assert _build(osm, "--parcels", "nowhere.gpkg", "--infrastructure", "nowhere.toml")[:2] == (
        1,
        {
            "error": "validation-failed",
            "message": "nowhere.toml: no such file. Check the path.\nnowhere.gpkg: no such file. Check the path.",
            "faults": [
                {
                    "code": "schema-error",
                    "file": name,
                    "layer": "",
                    "row": None,
                    "column": "",
                    "why": "no such file",
                    "remedy": "Check the path.",
                }
                for name in ("nowhere.toml", "nowhere.gpkg")
            ],
        },
    )
    assert out.read_bytes() == before


def test_a_shapefile_leaves_in_utf8_and_says_so(osm: Path) -> None:
    pyogrio.write_dataframe(parcels(LOAIDAT=["Đất lạ", "ODT", "ODT"]), osm.parent / "a.gpkg")
    given = ("--parcels", str(osm.parent / "a.gpkg"), "--parcels-date", "2025-07-01")
    code, _, out = _build(osm, *given, "--swap-xy")
    assert code == 1  # the axes were right
    assert _build(osm, *given)[0] == 0
    shp = osm.parent / "out.shp"
    city = read_city(out)
    named = replace(city, roads=replace(city.roads, name=np.full(len(city.roads), "Đường Nguyễn Huệ")))
    export_layer(named, "roads", shp, file_format="shp")
    read = pyogrio.read_dataframe(shp)
    assert set(read["name"]) == {"Đường Nguyễn Huệ"}
    assert read["free_speed"].tolist() == city.roads.free_speed_mps.tolist()
    assert shp.with_suffix(".cpg").read_text(encoding="ascii").strip() == "UTF-8"
