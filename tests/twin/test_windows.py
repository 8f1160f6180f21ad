"""Hours, weekdays and dates of an order: what a clock that ticks every minute would say."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.city.windows import WEEKDAYS, Window, spans
from twin.errors import InvalidIntervention

MINUTE = timedelta(minutes=1)
clock = st.integers(0, 24 * 12).map(lambda k: f"{k * 5 // 60:02d}:{k * 5 % 60:02d}")
days = st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=4).map(tuple)
near = st.dates(date(2026, 12, 28), date(2027, 1, 4))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start = draw(clock.filter(lambda c: c != "24:00"))
    end = draw(clock.filter(lambda c: c != start))
    first, last = draw(st.none() | near), draw(st.none() | near)
    if first and last and last < first:
        first, last = last, first
    return Window(start, end, draw(days), first, last)


def _open_at(window: Window, moment: datetime) -> bool:
    """Say it as a person with a watch would: the day's hours, or those left over from the evening before."""
    now, yesterday = moment.strftime("%H:%M"), moment.date() - timedelta(days=1)
    over_midnight = window.to_time < window.from_time

    def _starts(day: date) -> bool:
        if window.days and WEEKDAYS[day.weekday()] not in window.days:
            return False
        return (window.first_day or date.min) <= day <= (window.last_day or date.max)

    today = _starts(moment.date()) and now >= window.from_time and (over_midnight or now < window.to_time)
    return today or (over_midnight and _starts(yesterday) and now < window.to_time)


@settings(max_examples=60, deadline=None)
@given(st.lists(windows(), min_size=1, max_size=3), near, st.integers(0, 1439), st.integers(1, 3000))
def test_spans_are_what_a_clock_says_minute_by_minute(
    several: list[Window], day: date, minute: int, length: int
) -> None:
    begin = datetime.combine(day, time()) + minute * MINUTE
    found = spans(several, begin, begin + length * MINUTE)
    assert all(a < b for a, b in found)
    assert all(b < c for (_, b), (c, _) in pairwise(found)), "in order, and apart"
    for k in range(length):
        moment = begin + k * MINUTE
        expected = any(_open_at(w, moment) for w in several)
        assert any(a <= moment < b for a, b in found) == expected, moment


def test_a_weekend_of_walking_streets() -> None:
    walking = Window("18:00", "02:00", ("fri", "sat", "sun"))
    found = spans([walking], datetime(2026, 11, 25), datetime(2026, 12, 2))
    assert found == [(datetime(2026, 11, d, 18), datetime(2026, 11, d + 1, 2)) for d in (27, 28, 29)]
    assert spans([walking], datetime(2026, 11, 30), datetime(2026, 11, 30, 1)) == [
        (datetime(2026, 11, 30), datetime(2026, 11, 30, 1))
    ]


def test_every_day_has_24_hours() -> None:
    """Vietnam has no summer time: also on the days when Europe changes its clocks."""
    for sunday in (date(2026, 3, 29), date(2026, 10, 25)):
        ((a, b),) = spans([Window(first_day=sunday, last_day=sunday)], datetime(2026, 1, 1), datetime(2027, 1, 1))
        assert b - a == timedelta(hours=24)


def test_days_in_a_row_join_to_one_span() -> None:
    whole = Window(first_day=date(2027, 4, 27), last_day=date(2027, 4, 30))
    assert spans([whole], datetime(2027, 1, 1), datetime(2028, 1, 1)) == [(datetime(2027, 4, 27), datetime(2027, 5, 1))]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: Window("6:30", "08:30"), "an hour of the day is written HH:mm"),
        (lambda: Window("18:00", "25:00"), "from 00:00 to 24:00"),
        (lambda: Window("18:00", "18:00"), "it ends when it begins; a whole day is 00:00 to 24:00"),
        (lambda: Window("24:00", "02:00"), "it ends when it begins"),
        (lambda: Window(days=("friday",)), "no such day; one of mon, tue"),  # type: ignore[arg-type] # as from JSON
        (lambda: Window(first_day=date(2027, 5, 1), last_day=date(2027, 4, 30)), "ends before it starts on 2027-05-01"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(wrong: Callable[[], Window], why: str) -> None:
    with pytest.raises(InvalidIntervention, match=why):
        wrong()
