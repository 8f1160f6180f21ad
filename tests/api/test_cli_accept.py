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


def _days(stored: Path, off: float, step_min: int = 5) -> list[list[object]]:
    """Return counts of three days around the run's own flow over a bridge, in intervals of the run."""
    series = ResultStore(stored.parent).get(stored.name).series["flow_veh_h"]
    flow = series.values[:, two_banks().roads.index_of(BRIDGES[0])].astype(float)
    return [
        [BRIDGES[0], f"2026-11-{24 + day}", f"07:{step_min * k:02d}", round(value + shift + off, 3)]
        for day, shift in ((0, -60.0), (1, 0.0), (2, 60.0))
        for k, value in enumerate(flow.tolist())
    ]


def test_a_profile_is_judged_over_time_by_fhwa(town: str, stored: Path, tmp_path: Path) -> None:
    heading = "link,date,begin,count_veh_h"
    for off, code, verdict in ((0.0, 0, "accepted"), (200.0, 3, "not accepted")):
        table = _table(tmp_path / f"p{off:.0f}.csv", _days(stored, off), heading)
        done, text = _run("accept", stored, "--profiles", table, "--city", town, "--day", "2026-11-25", "--json")
        facts = json.loads(text.splitlines()[-1])
        assert (done, facts["verdict"]) == (code, verdict)
        (profile,) = facts["profiles"]
        assert (profile["days"], profile["intervals"], profile["from"], profile["to"]) == (3, 4, "07:00", "07:20")
        assert [c["key"] for c in profile["criteria"]] == ["2-sigma", "1-sigma", "critical", "bdae", "bdse"]
        assert all("FHWA" in c["source"] for c in profile["criteria"])
    done, text = _run("accept", stored, "--profiles", table, "--city", town)
    assert (done, "21-26: 07:00–07:20, 4 × 5 min; 3 ngày / days" in text, "Không đạt" in text) == (3, True, True)


def test_wrong_profiles_are_bad_input(town: str, stored: Path, tmp_path: Path) -> None:
    heading, good = "link,date,begin,count_veh_h", _days(stored, 0.0)
    cases: list[tuple[str, list[list[object]], tuple[str, ...], str]] = [
        ("day", [[BRIDGES[0], "24/11", "07:00", 5]], (), "is no day"),
        ("time", [[BRIDGES[0], "2026-11-24", "7h", 5]], (), "is no time"),
        ("gap", [[BRIDGES[0], "2026-11-24", t, 5] for t in ("07:00", "07:05", "07:20")], (), "do not follow"),
        ("one", good[:4], (), "one day has no variation"),
        ("late", [[r[0], r[1], str(r[2]).replace("07", "09"), r[3]] for r in good], (), "lies within the run"),
        ("other", good, ("--day", "2026-12-24"), "none of its days"),
        ("word", good, ("--day", "Tuesday"), "is no day"),
    ]
    for name, rows, words, told in cases:
        table = _table(tmp_path / f"{name}.csv", rows, heading)
        code, text = _run("accept", stored, "--profiles", table, "--city", town, *words, "--json")
        assert (code, told in text) == (1, True), text
