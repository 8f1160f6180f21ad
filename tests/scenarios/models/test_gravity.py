"""Who goes where: margins met to 1e-9, near before far, and a clear word where no matrix exists."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.models.gravity import TOLERANCE, deterrence, furness
from twin.chance import stream
from twin.errors import ModelError


def margins(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = stream(seed, "margins")
    rows, columns = rng.exponential(100.0, n), rng.exponential(100.0, n)
    rows[rng.random(n) < 0.3] = 0.0
    columns[rng.random(n) < 0.3] = 0.0
    rows[0], columns[-1] = 50.0, 70.0
    return rng.uniform(0.0, 40.0, (n, n)), rows, columns * rows.sum() / columns.sum()


@given(st.integers(1, 40), st.integers(0, 10_000), st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=40)
def test_margins_are_met(n: int, seed: int, per_min: float) -> None:
    time_min, rows, columns = margins(n, seed)
    trips = furness(deterrence(time_min, per_min), rows, columns)
    assert np.all(trips >= 0)
    for axis, wanted in ((1, rows), (0, columns)):
        np.testing.assert_allclose(trips.sum(axis=axis), wanted, rtol=TOLERANCE, atol=TOLERANCE)


def test_hand_example() -> None:
    """Two towns, β = ln 2 / 10 min: odds of staying over crossing are 4 to 1 each way, so 2/3 stay: √4 : 1."""
    time_min = np.array([[0.0, 10.0], [10.0, 0.0]])
    trips = furness(deterrence(time_min, np.log(2.0) / 10.0), np.array([90.0, 90.0]), np.array([90.0, 90.0]))
    np.testing.assert_allclose(trips, [[60.0, 30.0], [30.0, 60.0]], rtol=1e-9)
    # The product of odds is that of the seed whatever the margins: the sign of a gravity model.
    trips = furness(deterrence(time_min, np.log(2.0) / 10.0), np.array([50.0, 130.0]), np.array([120.0, 60.0]))
    assert trips[0, 0] * trips[1, 1] / (trips[0, 1] * trips[1, 0]) == pytest.approx(4.0, rel=1e-8)


def test_mean_length_falls_as_time_weighs_more_and_has_its_known_limits() -> None:
    time_min, rows, columns = margins(30, 1)

    def mean_min(per_min: float) -> float:
        trips = furness(deterrence(time_min, per_min), rows, columns)
        return float((trips * time_min).sum() / trips.sum())

    # Without deterrence everybody picks at random: the mean over the product of the margins.
    free = rows[:, None] * columns / rows.sum()
    assert mean_min(0.0) == pytest.approx((free * time_min).sum() / free.sum())
    lengths = [mean_min(b) for b in (0.0, 0.05, 0.2, 0.8)]
    assert all(a > b for a, b in itertools.pairwise(lengths))


def test_pairs_without_a_way_are_used_only_where_the_margins_leave_no_choice() -> None:
    inf = np.inf
    time_min = np.array([[1.0, inf], [inf, 1.0]])
    fits = furness(deterrence(time_min, 0.3), np.array([40.0, 60.0]), np.array([40.0, 60.0]))
    assert fits[0, 1] + fits[1, 0] < 1e-3
    for more in (1e-4, 1.0, 30.0):
        off = furness(deterrence(time_min, 0.3), np.array([40.0 + more, 60.0 - more]), np.array([40.0, 60.0]))
        assert off[0, 1] == pytest.approx(more, abs=1e-3)
    short = furness(deterrence(time_min, 0.3), np.array([70.0, 30.0]), np.array([40.0, 60.0]))
    assert short[0, 1] == pytest.approx(30.0, abs=1e-3)


def test_nobody_travels_where_nothing_is_produced() -> None:
    assert furness(np.ones((3, 3)), np.zeros(3), np.zeros(3)).sum() == 0


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "why"),
    [
        (np.ones((2, 2)), [1.0, 2.0], [1.0, 1.0], "rows sum to 3, columns to 2"),
        (np.ones((2, 2)), [-1.0, 2.0], [0.5, 0.5], "not negative"),
        (np.ones((2, 2)), [np.nan, 2.0], [0.5, 0.5], "finite"),
        (np.eye(2), [1.0, 3.0], [2.0, 2.0], "do not balance"),
        (np.array([[1.0, 0.0], [1.0, 0.0]]), [1.0, 1.0], [1.0, 1.0], "no destination or origin"),
    ],
)
def test_impossible_margins_are_refused(seed: np.ndarray, rows: list[float], columns: list[float], why: str) -> None:
    with pytest.raises(ModelError, match=why):
        furness(seed, np.array(rows), np.array(columns))


def test_negative_times_are_refused() -> None:
    with pytest.raises(ModelError, match="0 or more"):
        deterrence(np.array([[-1.0]]), 0.1)
