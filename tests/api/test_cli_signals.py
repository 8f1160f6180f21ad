"""hue-twin signals: a badly timed junction is retimed from a run's flows, and a run with the plan loses less time."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app
from gis_data.city_file import write_city
from tests.scenarios.cities import two_banks
from twin.city.city import City
from twin.city.roads import Signals

SHORT = ("--set", "duration_min=20", "--set", "warm_up_min=0", "--set", "cool_down_min=10", "--workers", "1")
BRIDGE = 21


def town_with_a_bad_signal() -> City:
    """Two banks; at the southern end of Cầu Tây the streets along the bank have green nearly all the time."""
    city = two_banks()
    roads = city.roads
    here = np.flatnonzero(roads.head == BRIDGE).astype(np.int32)
    along = np.char.startswith(roads.name[here], "Ngang")
    signals = Signals(
        ids=np.array(["den-1"]), node=np.array([BRIDGE], np.int32), xy_m=roads.node_xy_m[[BRIDGE]],
        cycle_s=np.array([120.0]), offset_s=np.zeros(1), green_first=np.array([0, len(here)]), green_link=here,
        green_from_s=np.where(along, 0.0, 104.0), green_to_s=np.where(along, 100.0, 116.0),
        provenance=np.array(["drawn"]), accuracy_m=np.ones(1), source=np.array(["test"]),
    )  # fmt: skip
    return replace(city, signals=signals)


def _run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, words)])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the town."""
    path: Path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_city(town_with_a_bad_signal(), path)
    return str(path)


@pytest.fixture(scope="module")
def stored(town: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the town."""
    out: Path = tmp_path_factory.mktemp("out")
    code, text = _run("run", "traffic", "--city", town, *SHORT, "--out", out, "--json")
    assert code == 0, text
    return out / "results" / str(json.loads(text.splitlines()[-1])["runs"][0])


def test_the_plan_it_writes_shortens_the_delay_of_a_run(town: str, stored: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    code, text = _run("signals", stored, "--city", town, "--junctions", "den-1", "--out", plan, "--json")
    assert code == 0, text
    (junction,) = json.loads(text.splitlines()[-1])["junctions"]
    assert junction["after"]["mean_delay_s"] < junction["before"]["mean_delay_s"]
    assert junction["after"]["cycle_s"] < 120.0
    assert 0.0 < junction["motorcycle_share"] < 1.0
    (change,) = json.loads(plan.read_text(encoding="utf-8"))["changes"]
    assert (change["kind"], change["cycle_s"]) == ("signal", junction["after"]["cycle_s"])
    code, text = _run("run", "traffic", "--city", town, *SHORT, "--change", f"@{plan}", "--out", tmp_path, "--json")
    assert code == 0, text
    found = {(i["key"], i["mode"]): i for i in json.loads(text.splitlines()[-1])["indicators"]}
    assert found["mean_delay_s", ""]["difference"] < 0


def test_words_are_vietnamese_first(town: str, stored: Path) -> None:
    code, text = _run("signals", stored, "--city", town)
    assert code == 0
    assert "Hiện trạng / before: C = 120 s; chậm trễ / delay " in text
    assert "Xe máy / motorcycles " in text
    assert "nút quá tải có nhu cầu cao hơn" in text


def test_what_cannot_be_answered_is_bad_input(town: str, stored: Path, tmp_path: Path) -> None:
    for words, told in (
        ((stored, "--city", town, "--junctions", "den-9"), "no signal has this id"),
        ((tmp_path, "--city", town), "holds no stored run"),
        ((stored, "--city", town, "--from-min", "500"), "no interval of the run lies within 500"),
    ):
        code, text = _run("signals", *words, "--json")
        assert code == 1
        assert told in json.loads(text.splitlines()[-1])["message"]
    other = tmp_path / "other.gpkg"
    write_city(two_banks(), other)
    code, text = _run("signals", stored, "--city", other, "--json")
    assert (code, "is not the city of this run" in text) == (1, True)
