"""hue-twin assign: one JSON object with six keys, words in Vietnamese first, 0 good, 1 bad input, 3 gap not reached."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.gis_data.tntp_files import NET, TRIPS, write

KEYS = ["relative_gap", "objective", "iterations", "seconds", "max_abs_flow_error", "objective_of_given_flows"]


def _run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["assign", *map(str, words)])
    return done.exit_code, done.output


def test_json_has_six_keys_and_written_flows_are_the_equilibrium(tmp_path: Path) -> None:
    net, trips, flows, _ = write(tmp_path)
    out = tmp_path / "mine.tntp"
    code, text = _run(net, trips, "--flows", flows, "--out", out, "--json")
    first = json.loads(text.splitlines()[-1])
    assert (code, list(first)) == (0, KEYS)
    assert first["relative_gap"] <= 1e-10
    assert 0 < first["objective"] < first["objective_of_given_flows"]
    assert first["max_abs_flow_error"] > 1
    again = json.loads(_run(net, trips, "--flows", out, "--json")[1].splitlines()[-1])
    assert again["max_abs_flow_error"] < 1e-9
    assert again["objective_of_given_flows"] == pytest.approx(first["objective"], rel=1e-15)
    alone = json.loads(_run(net, trips, "--json")[1].splitlines()[-1])
    assert alone["max_abs_flow_error"] is alone["objective_of_given_flows"] is None


def test_words_are_vietnamese_first(tmp_path: Path) -> None:
    net, trips, flows, _ = write(tmp_path)
    code, text = _run(net, trips, "--flows", flows, "--toll-weight", "0.1", "--conical")
    assert code == 0
    assert "Khe hở tương đối / relative gap: " in text
    assert "Trọng số phí, quãng đường / weights of toll, distance: 0,1, 0" in text


def test_bad_input_ends_with_1_and_names_line_field_and_remedy(tmp_path: Path) -> None:
    net, trips, _, _ = write(tmp_path, net=NET.replace("1.5E+00", "-2"))
    code, text = _run(net, trips, "--json")
    told = json.loads(text.splitlines()[-1])
    assert (code, told["error"]) == (1, "validation-failed")
    assert (told["faults"][0]["row"], told["faults"][0]["column"]) == (11, "free_flow_time")


def test_trips_without_a_way_end_with_1_unless_they_may_be_dropped(tmp_path: Path) -> None:
    net, trips, _, _ = write(tmp_path, net=NET.replace("\t2\t1\t99", "\t1\t2\t99"))
    code, text = _run(net, trips, "--json")
    told = json.loads(text.splitlines()[-1])
    assert (code, told["error"]) == (1, "no-path")
    assert "car 2 → 1" in told["message"]
    code, text = _run(net, trips, "--drop-unreachable")
    assert code == 0
    assert "trips without a way, left out: 10" in text


def test_a_gap_that_is_not_reached_ends_with_3_and_still_answers(tmp_path: Path) -> None:
    net, trips, _, _ = write(tmp_path, trips=TRIPS.replace("1000.0", "9000.0").replace("1012.5", "9012.5"))
    code, text = _run(net, trips, "--gap", "1e-12", "--max-iterations", "1", "--json")
    assert code == 3
    assert json.loads(text.splitlines()[-1])["relative_gap"] > 1e-12


def test_a_wrong_option_is_wrong_usage(tmp_path: Path) -> None:
    net, trips, _, _ = write(tmp_path)
    assert _run(net, trips, "--gap", "-1")[0] == 2
    assert _run(net, trips, "--out", tmp_path / "flows.doc", "--json")[0] == 1
