"""Paired replications: common chance, honest intervals, errors that come back from worker processes."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

import scenarios
from scenarios.engine.compare import compare, estimate
from scenarios.engine.paired import mean_known
from scenarios.engine.progress import CancelFile, Progress
from scenarios.engine.replicate import answer_all
from scenarios.engine.store import ResultStore
from tests.scenarios.plugins import dice
from twin.city.interventions import CloseStreet
from twin.errors import NotComparable, PluginFailed, RunCancelled
from twin.testing.toy import toy_city

CLOSED = (CloseStreet("Lê Lợi"),)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
@example([1.0, 1.0], 0.95)
@example([0.0, 0.0], 0.95)
def test_interval_equals_scipys(values: list[float], level: float) -> None:
    e = estimate(values, level=level)
    if len(values) == 2 and values[0] == values[1] != 0.0:
        assert e.half_width is None  # two that agree are a coincidence, not certainty
        return
    assert e.half_width is not None
    error = float(stats.sem(values))
    low, high = stats.t.interval(level, len(values) - 1, loc=e.mean, scale=error) if error > 0 else (e.mean, e.mean)
    assert e.mean - e.half_width == pytest.approx(low, abs=1e-6)
    assert e.mean + e.half_width == pytest.approx(high, abs=1e-6)


def test_one_run_has_no_interval_and_nobody_has_no_mean() -> None:
    assert estimate([3.0, math.nan]) == estimate([3.0])
    assert estimate([3.0]).half_width is None
    assert math.isnan(estimate([math.nan]).mean)


def test_pairs_share_their_chance() -> None:
    """A closed street adds exactly 1 to each of 59 throws, so the paired difference has no spread at all."""
    question = scenarios.ask(toy_city(), dice, params={"replications": 4}, interventions=CLOSED)
    result = scenarios.study(question)
    (total,) = result.indicators
    assert (total.difference.mean, total.difference.half_width, total.difference.n) == (59.0, 0.0, 4)
    assert total.baseline.half_width is not None
    assert total.baseline.half_width > 0
    assert result.places["count"].difference.tolist() == [0.0]
    assert result.places["count"].half_width.tolist() == [0.0]


def test_process_pool_gives_the_same_answers(tmp_path: Path) -> None:
    questions = scenarios.ask(toy_city(), dice).replications(3)
    seen: list[Progress] = []
    store = ResultStore(tmp_path)
    pooled = answer_all(questions, workers=2, store=store, report=seen.append)
    assert pooled == answer_all(questions)
    assert store.ids() == sorted(q.run_id for q in questions)
    assert seen[-1].fraction == 1.0
    assert [p.fraction for p in seen] == sorted({p.fraction for p in seen})


def test_errors_survive_the_process_pool(tmp_path: Path) -> None:
    questions = scenarios.ask(toy_city(), dice, params={"fail": 1}).replications(2)
    with pytest.raises(PluginFailed, match="OddError: odd in dice"):
        answer_all(questions, workers=2)
    flag = CancelFile(tmp_path / "cancel")
    flag.cancel()
    with pytest.raises(RunCancelled):
        answer_all(scenarios.ask(toy_city(), dice).replications(2), workers=2, cancelled=flag)


def test_only_the_change_may_differ() -> None:
    a = [scenarios.run(toy_city(), dice, seed=1)]
    with pytest.raises(NotComparable, match="1 baseline runs against 0"):
        compare(a, [])
    with pytest.raises(NotComparable, match="seeds 1 and 2"):
        compare(a, [scenarios.run(toy_city(), dice, seed=2)])
    with pytest.raises(NotComparable, match="params differs"):
        compare(a, [scenarios.run(toy_city(), dice, params={"sides": 2})])


def test_places_ignore_what_has_no_value() -> None:
    with np.errstate(all="raise"):
        assert mean_known(np.array([[1.0, np.nan], [3.0, np.nan]]))[0] == 2.0
        assert np.isnan(mean_known(np.array([[1.0, np.nan], [3.0, np.nan]]))[1])


def test_two_runs_that_happen_to_agree_are_no_certainty() -> None:
    assert estimate([81.0, 81.0]).half_width is None
    assert estimate([0.0, 0.0]).half_width == 0.0
    assert estimate([81.0, 81.0, 81.0]).half_width == 0.0
