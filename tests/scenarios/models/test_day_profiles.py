"""When people leave: every profile is a distribution over the day, peaks lie where they are said to."""

import numpy as np
import pytest

from scenarios.models.day_profiles import DAYS, FREE_DAY, FREE_DAY_FACTOR, STEPS, WORKING_DAY, Peak, cumulated, profile


def step_of(hour: float) -> int:
    return round(hour * STEPS / 24)


@pytest.mark.parametrize("flow", sorted(WORKING_DAY))
def test_every_profile_covers_the_day_once(flow: str) -> None:
    for free in (False, True):
        share = cumulated(profile(flow, free_day=free))
        assert share[0] == 0
        assert share[-1] == pytest.approx(1.0)
        assert np.all(np.diff(share) >= 0)


def test_a_peak_at_midnight_is_wrapped() -> None:
    share = cumulated((Peak(1.0, 0.0, 1.0),))
    late, early = 1.0 - share[step_of(22.0)], share[step_of(2.0)]
    assert late == pytest.approx(early)
    assert late + early == pytest.approx(0.954, abs=0.002)


def test_schools_peak_about_seven_and_the_evening_is_for_going_out() -> None:
    def between(flow: str, low: float, high: float) -> float:
        share = cumulated(profile(flow, free_day=False))
        return float(share[step_of(high)] - share[step_of(low)])

    assert between("school/out", 6.0, 7.5) > 0.4
    assert between("school/out", 12.25, 14.0) > 0.25, "the second shift"
    assert between("escort/out", 10.25, 11.5) > 0.1, "fetched at noon"
    assert between("escort/out", 15.5, 17.5) > 0.25
    assert between("shop/out", 4.0, 8.0) > 0.35, "the morning market"
    assert between("leisure/out", 17.0, 21.0) > 0.5
    assert between("through", 0.0, 5.0) > 0.1, "the night is not empty"


def test_people_are_back_after_they_left() -> None:
    """At every hour of the day from 4 o'clock on, no more have come back than have gone out."""
    for segment in ("work", "school", "escort", "shop", "leisure", "business", "tourism"):
        for free in (False, True):
            out, back = (cumulated(profile(f"{segment}/{way}", free_day=free)) for way in ("out", "back"))
            from_4 = slice(step_of(4.0), None)
            assert np.all((out - out[from_4.start])[from_4] >= (back - back[from_4.start])[from_4] - 0.06), segment


def test_every_segment_has_a_factor_for_free_days() -> None:
    assert {f.split("/")[0] for f in WORKING_DAY} == set(FREE_DAY_FACTOR)
    assert set(FREE_DAY) <= set(WORKING_DAY)
    assert len(DAYS) == 7
