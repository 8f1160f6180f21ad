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
