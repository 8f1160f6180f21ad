"""The command line answers on its last line, and bad input ends with 1, wrong usage with 2."""

import json
from pathlib import Path

import pyogrio
from typer.testing import CliRunner

from api.cli import app
from gis_data.hue.build import hue


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words])
    return done.exit_code, done.output


def test_info_prints_one_json_object_last() -> None:
    code, text = _run("city", "info", "hue", "--json")
    facts = json.loads(text.splitlines()[-1])
    assert code == 0
    assert facts["links"] == len(hue().roads)
    assert facts["digest"] == hue().digest
    assert {"name", "nodes", "buildings", "admin_units", "area_km2", "crs", "warnings"} <= set(facts)


def test_a_street_counts_once_also_where_people_walk_against_the_traffic(tmp_path: Path) -> None:
    osm, out = tmp_path / "toy.osm", tmp_path / "toy.gpkg"
    nodes = "".join(f'<node id="{i}" version="1" lon="{107.58 + i / 1000}" lat="16.46"/>' for i in (1, 2, 3))
    refs = '<nd ref="1"/><nd ref="2"/>'
    ways = (
        f'<way id="1" version="1">{refs}<tag k="highway" v="primary"/></way>'
        f'<way id="2" version="1"><nd ref="1"/><nd ref="3"/><nd ref="2"/>'
        '<tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>'
    )
    osm.write_text(f'<osm version="0.6">{nodes}{ways}</osm>')
    code, text = _run("city", "build", "--osm", str(osm), "--name", "Toy", "--out", str(out), "--json")
    facts = json.loads(text.splitlines()[-1])
    assert (code, facts["links"]) == (0, 4)
    assert facts["street_km"] == 0.4  # 107 m, and 320 m there and back again


def test_info_for_people_shows_the_notice() -> None:
    code, text = _run("city", "info", "hue")
    assert code == 0
    assert "not survey data" in text


def test_a_missing_file_is_bad_input() -> None:
    code, text = _run("city", "info", "nowhere.gpkg", "--json")
    assert code == 1
    assert json.loads(text.splitlines()[-1]) == {
        "error": "schema-error",
        "message": "nowhere.gpkg: no such city file. Give a city file, or hue for the embedded city.",
    }


def test_a_wrong_option_is_wrong_usage() -> None:
    assert _run("city", "info", "hue", "--colour", "red")[0] == 2


def test_export_in_9214_agrees_with_the_city(tmp_path: Path) -> None:
    out = tmp_path / "roads.gpkg"
    assert _run("city", "export", "hue", "--layer", "roads", "--out", str(out))[0] == 0
    frame = pyogrio.read_dataframe(out)
    assert frame.crs.to_epsg() == 9214
    assert abs(frame.geometry.length.sum() - hue().roads.length_m.sum()) < 1e-6


def test_export_of_an_unknown_layer_lists_the_layers(tmp_path: Path) -> None:
    code, text = _run("city", "export", "hue", "--layer", "sewers", "--out", str(tmp_path / "x.gpkg"))
    assert code == 1
    assert "no such layer; one of roads, turn_bans" in text


def test_building_from_an_elevation_file_without_a_system_asks_for_it_and_takes_it(tmp_path: Path) -> None:
    osm, dem, out = tmp_path / "toy.osm", tmp_path / "a.asc", tmp_path / "toy.gpkg"
    nodes = "".join(f'<node id="{i}" version="1" lon="{107.58 + i / 1000}" lat="16.46"/>' for i in (1, 2))
    way = '<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>'
    osm.write_text(f'<osm version="0.6">{nodes}{way}</osm>')
    dem.write_text("ncols 30\nnrows 30\nxllcorner 560000\nyllcorner 1818000\ncellsize 200\n" + "7 " * 900)
    words = ("city", "build", "--osm", str(osm), "--dem", str(dem), "--name", "Toy", "--out", str(out), "--json")
    code, text = _run(*words)
    assert code == 1
    assert not out.exists()
    assert json.loads(text.splitlines()[-1])["message"] == (
        "a.asc: no reference system is stated. Give it with --dem-crs, e.g. --dem-crs EPSG:9214."
    )
    code, text = _run(*words, "--dem-crs", "EPSG:9214", "--dem-accuracy-m", "0.5", "--dem-offset-m", "-0.3")
    assert code == 0
    facts = json.loads(text.splitlines()[-1])
    assert (facts["links"], facts["height_datum"]) == (2, "the city's own")
    assert "a.asc states no reference system; EPSG:9214 was given for it" in facts["warnings"]
    assert _run("city", "check", str(out))[0] == 0
