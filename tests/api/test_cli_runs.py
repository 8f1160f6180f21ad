"""What-ifs and live days on the command line: one JSON object last, 0 good, 1 bad input, 2 wrong usage."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.cli.run import _vietnamese
from gis_data.city_file import write_city
from tests.api.conftest import town_with_sensors
from vision_bridge.sources.replay import read_day

SHORT = ("--set", "duration_min=10", "--set", "warm_up_min=0", "--set", "cool_down_min=5")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a town with traffic."""
    path: Path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_city(town_with_sensors(), path)
    return str(path)


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words])
    return done.exit_code, done.output


def test_a_closed_bridge_is_compared_with_the_town_as_it_is(town: str, tmp_path: Path) -> None:
    words = ("run", "traffic", "--city", town, *SHORT, "--replications", "2", "--workers", "1", "--out", str(tmp_path))
    code, text = _run(*words, "--set", "close=Cầu Tây", "--json")
    facts = json.loads(text.splitlines()[-1])
    assert code == 0
    assert len(facts["runs"]) == len(facts["baseline"]) == 2
    time = next(i for i in facts["indicators"] if (i["key"], i["mode"]) == ("mean_travel_time_s", ""))
    assert time["difference"] > 0
    assert time["ci"] is not None
    stored = {p.parent.name for p in tmp_path.glob("results/*/manifest.json")}
    assert stored == set(facts["runs"]) | set(facts["baseline"])
    (summary,) = tmp_path.glob("traffic-*.json")
    assert json.loads(summary.read_text(encoding="utf-8"))["indicators"] == facts["indicators"]
    _, printed = _run(*words, "--set", "close=Cầu Tây")
    assert facts["verdict"][0]["vi"].startswith("Đóng cầu Tây ")
    assert "".join(printed.split()).startswith("".join(facts["verdict"][0]["vi"].split())), "the verdict comes first"
    assert "[giây]" in printed


def test_a_run_without_changes_prints_a_table_and_its_notes(town: str, tmp_path: Path) -> None:
    code, text = _run("run", "traffic", "--city", town, *SHORT, "--out", str(tmp_path))
    assert code == 0
    assert "Chuyến hoàn thành" in " ".join(text.split())
    assert "not calibrated against counts" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "traffik"), "traffik: no such scenario; did you mean traffic?; installed: bike-share, traffic"),
        (("run", "traffic", "--set", "demandscale=2"), "no parameter demandscale; did you mean demand_scale?"),
        (
            ("run", "traffic", "--set", "demand_scale=9999"),
            "demand_scale = 9999: Input should be less than or equal to 1000",
        ),
        (("run", "traffic", "--set", "demand_scale=much"), "demand_scale = 'much': Input should be a valid number"),
        (("run", "traffic", "--set", "close=cau tay"), "no link this id; did you mean Cầu Tây?"),
        (("run", "traffic", "--change", "close=Cau Tay"), "did you mean Cầu Tây?"),
        (("run", "traffic", "--change", "clos=Cầu Tây"), "did you mean close?"),
        (("run", "traffic", "--what-if", "le-loi"), "no such what-if"),
        (("run", "traffic", "--what-if", "le-loi-festival"), "no street of this city has the name"),
        (("run", "traffic", "--order", "order.md"), "there is no measure of traffic among the changes"),
        (("run", "traffic", "--date", "tomorrow"), "date = 'tomorrow'"),
        (("run", "traffic", "--set", "close=xyzzy"), "xyzzy: no street of two banks has this name"),
    ],
)
def test_a_wrong_question_is_bad_input_with_near_matches(town: str, words: tuple[str, ...], message: str) -> None:
    code, text = _run(*words, "--city", town)
    assert code == 1
    assert message in text
    code, text = _run(*words, "--city", town, "--json")
    assert code == 1
    assert message in json.loads(text.splitlines()[-1])["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("run", "traffic", "--set", "close"),
        ("run", "traffic", "--set", "=3"),
        ("run", "traffic", "--set", "start_h=1", "--set", "start_h=2"),
        ("run", "traffic", "--replications", "0"),
        ("run", "traffic", "--order", "order.pdf"),
        ("serve", "--port", "99999"),
        ("live", "day"),
    ],
)
def test_wrong_usage_ends_with_two(words: tuple[str, ...]) -> None:
    assert _run(*words)[0] == 2


def test_a_link_is_closed_by_its_id(town: str, tmp_path: Path) -> None:
    words = ("run", "traffic", "--city", town, *SHORT, "--set", "close=0-1", "--out", str(tmp_path), "--json")
    code, text = _run(*words)
    assert code == 0
    assert json.loads(text.splitlines()[-1])["baseline"]


def test_a_timed_ban_is_compared_and_its_order_written(town: str, tmp_path: Path) -> None:
    order = tmp_path / "order.md"
    line = "close=Cầu Tây; vehicles=motor; hours=07:02-07:08; days=wed"
    words = ("run", "traffic", "--city", town, *SHORT, "--change", line, "--order", str(order), "--workers", "1")
    facts = {}
    for day in ("2026-11-25", "2026-11-26"):
        code, text = _run(*words, "--date", day, "--out", str(tmp_path), "--json")
        assert code == 0, text
        facts[day] = json.loads(text.splitlines()[-1])
    moved = {day: any(i["difference"] for i in f["indicators"]) for day, f in facts.items()}
    assert moved == {"2026-11-25": True, "2026-11-26": False}, "the order is for Wednesdays"
    assert "Cấm xe cơ giới (ô tô, xe máy) lưu thông trên cầu Tây." in order.read_text(encoding="utf-8")


def test_an_order_is_printed_without_a_run(town: str, tmp_path: Path) -> None:
    words = ("order", "--city", town, "--change", "close=Cầu Tây; vehicles=ô tô", "--detour", "Cầu Đông")
    code, text = _run(*words)
    assert code == 0
    assert "1. Cấm ô tô các loại lưu thông trên cầu Tây.\n   Thời gian: cho đến khi có thông báo mới." in text
    assert "- Đi theo cầu Đông." in text
    page = tmp_path / "order.html"
    assert _run(*words, "--out", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert _run("order", "--city", town)[0] == 1, "an order needs a measure"


def test_a_town_without_the_streets_of_hue_has_no_ready_made_what_ifs(town: str) -> None:
    assert json.loads(_run("what-ifs", "--city", town, "--json")[1].splitlines()[-1]) == {"what_ifs": []}


def test_scenarios_are_listed_with_units_and_defaults() -> None:
    code, text = _run("scenarios")
    assert code == 0
    assert "demand_scale" in text
    found = json.loads(_run("scenarios", "--json")[1].splitlines()[-1])["scenarios"]
    assert found[0]["params"]["properties"]["start_h"]["unit"] == "h"


def test_a_synthetic_day_is_written_and_checked(town: str, tmp_path: Path) -> None:
    out = tmp_path / "day.ndjson"
    code, text = _run("live", "day", "--city", town, "--seed", "3", "--out", str(out), "--on", "2025-11-03", "--json")
    facts = json.loads(text.splitlines()[-1])
    assert code == 0
    assert facts["observations"] == len(read_day(out).observations) == 288 + 144
    assert _run("live", "check", str(out))[0] == 0
    out.write_bytes(out.read_bytes() + b"oops\n")
    code, text = _run("live", "check", str(out))
    assert code == 1
    assert "row 433: no JSON" in text


def test_a_service_of_nothing_is_bad_input(tmp_path: Path) -> None:
    assert _run("serve", "--city", "nowhere.gpkg")[0] == 1
    assert _run("serve", "--city", "hue", "--replay", str(tmp_path / "absent.ndjson"))[0] == 1


def test_numbers_are_printed_as_in_vietnam() -> None:
    assert [_vietnamese(n) for n in (26354.5, -395.5, 8.68, 0.0, None)] == ["26.354", "−396", "8,7", "0,0", "–"]
