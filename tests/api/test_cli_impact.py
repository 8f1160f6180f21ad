"""hue-twin impact access: hours with a loss of access, in words and as JSON; wrong questions are bad input."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from gis_data.city_file import write_city
from tests.scenarios.models.test_vehicle_access import town

CLOSED = (
    "--change",
    "close=Ngang 0 Nam; hours=18:00-02:00; days=fri",
    "--change",
    "close=Dọc 0 Nam; hours=18:00-02:00",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of the town with two plots."""
    made: Path = tmp_path_factory.mktemp("town") / "town.gpkg"
    write_city(town(), made)
    return str(made)


def _run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["impact", "access", *words])
    return done.exit_code, done.output


def test_hours_of_loss(path: str) -> None:
    code, text = _run("--city", path, *CLOSED, "--date", "2026-11-27", "--json")
    facts = json.loads(text.splitlines()[-1])
    assert (code, facts["affected"]) == (0, ["corner"])
    assert [h["begin"] for h in facts["hours"] if h["parcels"]] == [
        *(f"2026-11-27T{k}:00" for k in range(18, 24)), "2026-11-28T00:00", "2026-11-28T01:00",
    ]  # fmt: skip
    code, text = _run("--city", path, *CLOSED, "--date", "2026-11-27")
    assert "từ / from 27/11/2026 18:00: 1 thửa / parcels; 400 hộ / households" in text
    assert "từ / from 28/11/2026 02:00: 0 thửa / parcels" in text


def test_wrong_questions(path: str) -> None:
    for words, told in (
        (("--date", "friday"), "friday is no day"),
        (("--vehicles", "carr"), "did you mean car"),
        (("--change", "close=Ngang 9"), "no street"),
    ):
        code, text = _run("--city", path, *words, "--json")
        assert (code, told in text) == (1, True), text


def test_a_building_adds_trips_in_proportion_and_a_closure_adds_none(path: str) -> None:
    added = []
    for change in ("close=Ngang 0 Nam", *(f"floor-area=middle; to={m2}; storeys=5" for m2 in (200, 400))):
        done = CliRunner().invoke(app, ["impact", "trips", "--city", path, "--change", change, "--json"])
        assert done.exit_code == 0, done.output
        facts = json.loads(done.output.splitlines()[-1])
        added.append(facts["added_per_day"])
        assert sum(facts["added_by_class"].values()) == pytest.approx(facts["added_per_day"])
        assert 0.0 <= facts["added_in_peak_hour"] <= max(facts["added_per_day"], 0.0)
    assert added[0] == 0.0
    assert 0.0 < added[1] < added[2] <= 2.05 * added[1]


def _facts(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["impact", *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return found


TOWER = ("--change", "floor-area=middle; to=4000; storeys=60")


def test_parking_of_a_tower_spills_to_the_street_where_the_plot_is_too_small(path: str) -> None:
    ample, none = (
        _facts("parking", "--city", path, *TOWER, "--car-places", n, "--motorcycle-places", n) for n in ("1e6", "0")
    )
    assert all(h["car_spilled"] == h["motorcycle_spilled"] == h["unserved_m"] == 0.0 for h in ample["hours"])
    for name in ("car", "motorcycle"):
        wanted = [h[f"{name}_demanded"] for h in none["hours"]]
        assert min(wanted) == 0.0 < max(wanted) == none["most_demanded"][name]
        assert [h[f"{name}_spilled"] for h in none["hours"]] == wanted
        assert max(wanted[8:18]) > max(wanted[:5]), "shops fill by day"
    twice = _facts("parking", "--city", path, "--change", "floor-area=middle; to=8000; storeys=120")
    assert twice["most_demanded"]["car"] == pytest.approx(2.0 * none["most_demanded"]["car"], rel=0.05)
    assert twice["supplied"] == {"car": 80.0, "motorcycle": 320.0}


def test_a_closure_in_the_evening_takes_the_kerb_in_its_hours(path: str) -> None:
    closed = ("--change", "close=Ngang 2 Nam; hours=18:00-22:00")
    hours = _facts("parking", "--city", path, *TOWER, *closed)["hours"]
    kerb = [h["kerb_m"] for h in hours]
    assert set(kerb[:18] + kerb[22:]) == {kerb[0]}
    assert set(kerb[18:22]) == {kerb[18]}
    assert 0.0 < kerb[18] < kerb[0]


def test_parking_needs_a_change_of_land_and_is_told_in_words(path: str) -> None:
    refused = CliRunner().invoke(app, ["impact", "parking", "--city", path, *CLOSED])
    assert (refused.exit_code, "no change of land" in refused.output) == (1, True)
    text = CliRunner().invoke(app, ["impact", "parking", "--city", path, *TOWER, "--car-places", "0"]).output
    assert "Chỗ đỗ / places, ô tô / cars: cần nhiều nhất / most needed" in text
    assert "tràn ra đường / to the street" in text


def test_exposure_is_of_the_hours_of_the_closure_and_of_the_houses_along_it(path: str) -> None:
    hours = _facts("exposure", "--city", path, *CLOSED, "--date", "2026-11-27")["hours"]
    assert len(hours) == 48
    shut = [k for k, h in enumerate(hours) if h["links"]]
    assert shut == [0, 1, *range(18, 26), *range(42, 48)]
    # Both streets from 18:00 to 2:00 on Friday: two sides of 4 blocks of 150 m, with the 9 houses of their corners.
    assert hours[18]["street_m"] == 1200.0
    assert hours[18]["kerb_places"] == pytest.approx(0.5 * 2 * 1200.0 / 6.0)
    assert hours[0]["street_m"] == 600.0, "Dọc 0 Nam alone, every night"
    assert hours[0]["buildings"] < hours[18]["buildings"] <= 9
    assert hours[18]["households"] == 200.0 * hours[18]["buildings"]
    words = CliRunner().invoke(app, ["impact", "exposure", "--city", path, *CLOSED, "--date", "2026-11-27"]).output
    assert "từ / from 27/11/2026 18:00: 1200 m; mất chỗ đỗ / kerb places lost 200;" in words


def test_water_counts_from_the_depth_at_which_a_vehicle_stops(path: str) -> None:
    dry, wet = (
        _facts("exposure", "--city", path, "--change", f"depth=Ngang 0 Nam; to={m}", "--hours", "1")["hours"][0]
        for m in (0.1, 0.4)
    )
    assert (dry["street_m"], dry["buildings"]) == (0.0, 0)
    assert wet["street_m"] == 600.0


def test_a_street_made_one_way_is_no_closed_street(path: str) -> None:
    one_way = ("--change", "one-way=Ngang 0 Nam; between=Dọc 0 Nam..Dọc 4 Nam")
    assert _facts("exposure", "--city", path, *one_way, "--hours", "1")["hours"][0]["links"] == 0
