"""The long comparisons with UXsim, vehicle by vehicle, at the size of the bench: `make validate` prints their figures.

Not part of `make test`, whose smaller ones are in `test_oracles`.
"""

from __future__ import annotations

import numpy as np
import pytest

from api.benchmarks.grids import Work, grid_work
from tests.validation.test_oracles import compiled, uxsim


@pytest.mark.parametrize(("within_s", "least"), [(3600.0, 0.99), (1800.0, 0.99)])
def test_fifty_thousand_vehicles_of_a_grid_take_as_long_as_in_uxsim(within_s: float, least: float) -> None:
    """In an hour, and in half of one, where the busiest streets are near their capacity."""
    work = grid_work(
        20, spacing_m=286.0, jitter=0.0, vehicles=50_000, last_departure_s=within_s, until_s=7200.0, seed=1
    )
    ours_s, theirs_s = compiled(work), uxsim(work)
    print(_line(f"20 × 20, 50,000 vehicles in {within_s:.0f} s", work, ours_s, theirs_s))  # noqa: T201 # a report
    assert np.corrcoef(ours_s, theirs_s)[0, 1] >= least
    assert np.mean(ours_s) == pytest.approx(np.mean(theirs_s), rel=0.02)


def _line(name: str, work: Work, ours_s: np.ndarray, theirs_s: np.ndarray) -> str:
    delays_s = [np.mean(taken_s - work.free_time_s) for taken_s in (theirs_s, ours_s)]
    correlation = np.corrcoef(ours_s, theirs_s)[0, 1]
    return (
        f"{name}: mean times UXsim {np.mean(theirs_s):.1f} s, ours {np.mean(ours_s):.1f} s; mean delays "
        f"{delays_s[0]:.2f} s, {delays_s[1]:.2f} s; correlation of times {correlation:.5f}, of delays "
        f"{np.corrcoef(ours_s - work.free_time_s, theirs_s - work.free_time_s)[0, 1]:.4f}"
    )
