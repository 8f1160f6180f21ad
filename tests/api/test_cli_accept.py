"""hue-twin accept: a run agrees with its own flows, disagrees with others, and is not calibrated without counts."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app
from gis_data.city_file import write_city
from scenarios.engine.store import ResultStore
from tests.scenarios.cities import two_banks

SHORT = ("--set", "duration_min=20", "--set", "warm_up_min=0", "--set", "cool_down_min=5", "--workers", "1")
BRIDGES = ("21-26", "26-21", "23-28", "28-23")


def _run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, words)])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a town of two banks."""
    path: Path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_city(two_banks(), path)
    return str(path)


@pytest.fixture(scope="module")
def stored(town: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the town."""
    out: Path = tmp_path_factory.mktemp("out")
    code, text = _run("run", "traffic", "--city", town, *SHORT, "--out", out, "--json")
    assert code == 0, text
    return out / "results" / str(json.loads(text.splitlines()[-1])["runs"][0])


def _flows(stored: Path, key: str = "flow_veh_h") -> np.ndarray:
    values = ResultStore(stored.parent).get(stored.name).series[key].values
    return np.asarray(np.mean(np.asarray(values, float), axis=0))


def _table(path: Path, rows: list[list[object]], heading: str = "link,count_veh_h", mark: str = ",") -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=mark).writerows([heading.split(","), *rows])
    return path


def test_a_run_is_accepted_by_its_own_flows_and_not_by_three_times_as_many(
    town: str, stored: Path, tmp_path: Path
) -> None:
    roads, flow = two_banks().roads, _flows(stored)
    rows = [[link, round(flow[roads.index_of(link)], 3)] for link in BRIDGES]
    assert max(value for _, value in rows) > 200.0
    code, text = _run("accept", stored, _table(tmp_path / "c.csv", rows), "--city", town, "--json")
    facts = json.loads(text.splitlines()[-1])
    assert (code, facts["verdict"], facts["n"]) == (0, "accepted", 4)
    assert facts["rmsn"] < 1e-4
    wrong = _table(tmp_path / "w.csv", [[link, 300.0 + 3 * value] for link, value in rows])
    code, text = _run("accept", stored, wrong, "--city", town)
    assert code == 3
    assert text.startswith("Không đạt (n = 4;")
    assert "GEH dưới 5: 0,0 %" in text
    assert "Not accepted" in text


def test_a_street_and_a_direction_stand_for_its_links_and_a_class_for_its_vehicles(
    town: str, stored: Path, tmp_path: Path
) -> None:
    roads = two_banks().roads
    moto = _flows(stored, "flow_veh_h_motorcycle")
    table = _table(
        tmp_path / "s.csv", [["Cầu Tây", "bắc", "motorcycle", "12,5"], ["Cầu Đông", "south", "", ""]],
        "street,direction,class,count_veh_h", ";",
    )  # fmt: skip
    code, text = _run("accept", stored, table, "--city", town, "--json")
    facts = json.loads(text.splitlines()[-1])
    assert code in {0, 3}
    assert (facts["n"], facts["n_missing"]) == (1, 1)
    north, south = facts["places"]
    assert (north["observed_veh_h"], north["modelled_veh_h"]) == (
        12.5,
        pytest.approx(moto[roads.index_of("21-26")], abs=1e-3),
    )
    assert south["modelled_veh_h"] == pytest.approx(_flows(stored)[roads.index_of("28-23")], abs=1e-3)


def test_without_counts_a_run_is_not_calibrated(town: str, stored: Path, tmp_path: Path) -> None:
    for words in ((), (_table(tmp_path / "e.csv", [["21-26", ""]]),)):
        code, text = _run("accept", stored, *words, "--city", town)
        assert code == 3
        assert text.startswith("Chưa hiệu chỉnh: không có số liệu quan trắc")


def test_all_faults_of_a_table_come_in_one_report(town: str, stored: Path, tmp_path: Path) -> None:
    heading = "link,street,direction,class,count_veh_h"
    rows: list[list[object]] = [
        ["21-26", "", "", "", 10], ["21-26", "", "", "", 20], ["99-98", "", "", "", 10],
        ["26-21", "", "", "motorcycl", 10],
        ["", "Cau Tay", "north", "", 10], ["", "Cầu Tây", "up", "", 10], ["", "Cầu Tây", "east", "", 10],
        ["23-28", "", "", "", "many"], ["28-23", "", "", "", -4], ["", "", "", "", 7],
    ]  # fmt: skip
    code, text = _run("accept", stored, _table(tmp_path / "f.csv", rows, heading), "--city", town, "--json")
    faults = json.loads(text.splitlines()[-1])["faults"]
    assert code == 1
    assert [f["row"] for f in faults] == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    told = " ".join(str(f) for f in faults)
    for words in (
        "is counted in row 2 already", "no link has the id 99-98", "did you mean motorcycle?", "did you mean Cầu Tây",
        "'up' is no direction", "has no link that runs east", "'many' is no number", "-4 is below 0", "names no place",
    ):  # fmt: skip
        assert words in told, words
    code, text = _run("accept", stored, _table(tmp_path / "h.csv", [], "link,counts"), "--city", town)
    assert (code, "has the columns link, counts" in text) == (1, True)
