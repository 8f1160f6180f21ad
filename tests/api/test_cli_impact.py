"""hue-twin impact access: hours with a loss of access, in words and as JSON; wrong questions are bad input."""

import json
from pathlib import Path

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
