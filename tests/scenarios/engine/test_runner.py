"""A run: the same question the same bytes, changes on time, errors that keep their name, cancellation, progress."""

from pathlib import Path

import numpy as np
import pytest

import scenarios
from scenarios.engine.progress import CancelFile, Progress, ProgressFile
from scenarios.engine.store import ResultStore
from scenarios.engine.timeline import Inject
from tests.scenarios.plugins import dice
from twin.city.interventions import CloseStreet
from twin.errors import InvalidIntervention, InvalidParams, NoPath, PluginFailed, RunCancelled, UnknownItem
from twin.testing.toy import toy_city


def test_same_question_same_bytes_and_another_seed_another_answer() -> None:
    first, again = (scenarios.run(toy_city(), dice, seed=7) for _ in range(2))
    other = scenarios.run(toy_city(), dice, seed=8)
    assert first.files() == again.files()
    assert first == again
    assert (first.run_id, first.value("total")) != (other.run_id, other.value("total"))
    assert first.series["count"].time_s.tolist() == [0.0, 600.0, 1200.0, 1800.0, 2400.0, 3000.0]
    np.testing.assert_array_equal(first.series["count"].values[:, 0], [0, 9, 19, 29, 39, 49])


def test_run_id_depends_on_every_part_of_the_question() -> None:
    city, closed = toy_city(), CloseStreet("Lê Lợi")
    questions = [
        scenarios.ask(city, dice),
        scenarios.ask(city, dice, seed=2),
        scenarios.ask(city, dice, params={"sides": 7}),
        scenarios.ask(city, dice, interventions=[closed]),
        scenarios.ask(city, dice, timeline=[Inject(60.0, closed)]),
        scenarios.ask(city, dice, timeline=[Inject(60.0, closed, 120.0)]),
        scenarios.ask(scenarios.ask(city, dice).city, "traffic"),
    ]
    assert len({q.run_id for q in questions}) == len(questions)
    assert scenarios.ask(city, dice, params={"replications": 5}).run_id == questions[0].run_id


def test_timeline_changes_the_city_and_takes_it_back() -> None:
    params = {"sides": 1, "duration_min": 10}
    street = CloseStreet("Lê Lợi")
    always = scenarios.run(toy_city(), dice, params=params, interventions=[street])
    assert always.value("total") == 9.0
    # Throws at 60, 120, … 540 s; the street is closed in [180, 360).
    for_a_while = scenarios.run(toy_city(), dice, params=params, timeline=[Inject(180.0, street, 360.0)])
    assert for_a_while.value("total") == 3.0


def test_wrong_change_is_refused_before_the_clock_turns() -> None:
    seen: list[Progress] = []
    with pytest.raises(InvalidIntervention, match="no street of this city"):
        scenarios.run(toy_city(), dice, timeline=[Inject(60.0, CloseStreet("Không Có"))], report=seen.append)
    assert seen == []


def test_wrong_parameters_are_all_named() -> None:
    with pytest.raises(InvalidParams, match=r"sides = 0: .*; colour = 'red': "):
        scenarios.ask(toy_city(), dice, params={"sides": 0, "colour": "red"})
    with pytest.raises(UnknownItem, match="no such scenario; installed: bike-share, traffic"):
        scenarios.ask(toy_city(), "earthquake")


def test_plugin_error_keeps_its_name_even_where_simpy_cannot_copy_it() -> None:
    with pytest.raises(PluginFailed, match="OddError: odd in dice"):
        scenarios.run(toy_city(), dice, params={"fail": 1})


def test_error_of_the_twin_passes_unchanged() -> None:
    with pytest.raises(NoPath, match="no way"):
        scenarios.run(toy_city(), dice, params={"fail": 2})


def test_cancelled_run_stops_and_leaves_nothing(tmp_path: Path) -> None:
    store, flag = ResultStore(tmp_path / "runs"), CancelFile(tmp_path / "cancel")
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.fraction > 0.5:
            flag.cancel()

    with pytest.raises(RunCancelled, match="of simulated time"):
        scenarios.run(toy_city(), dice, store=store, report=report, cancelled=flag)
    assert 0.5 < seen[-1].fraction < 0.6
    assert store.ids() == []


def test_progress_rises_to_one_and_goes_through_a_file(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "progress.jsonl")
    assert file.latest() is None
    scenarios.run(toy_city(), dice, report=file)
    last = file.latest()
    assert last is not None
    assert (last.fraction, last.sim_s, last.text.vi) == (1.0, 3600.0, "Hoàn tất")
    assert len((tmp_path / "progress.jsonl").read_text().splitlines()) > 90


def test_what_is_not_declared_cannot_be_reported() -> None:
    run = scenarios.Run(scenarios.ask(toy_city(), dice), toy_city())
    with pytest.raises(UnknownItem, match="declares no such variable"):
        run.record("depth", [1.0])
    with pytest.raises(UnknownItem, match="declares no such indicator"):
        run.indicator("deaths", 0.0)
    with pytest.raises(UnknownItem, match="declares no such group"):
        run.indicator("total", 0.0, "elephants")
