"""When a change is in force: hours of the day, weekdays and dates, in local time, also across midnight."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, get_args

from twin.errors import InvalidIntervention

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""In the order of `datetime.date.weekday`."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some days; the hours after midnight belong to the day on which the window began.

    Local time of Vietnam, which has no summer time: every day has 24 hours.

    Attributes
    ----------
    from_time, to_time : str
        ``HH:mm``; an end not after its start is on the next day, so 18:00 to 02:00 is eight hours.
    days : tuple of str
        Weekdays on which it begins, of `WEEKDAYS`; empty for all.
    first_day, last_day : date or None
        The first and last day on which it begins, both included; None for no bound.

    Raises
    ------
    InvalidIntervention
        An hour is no hour, a window has no length, or the last day is before the first.
    """

    from_time: str = "00:00"
    to_time: str = "24:00"
    days: tuple[Weekday, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        for text in (self.from_time, self.to_time):
            if not _CLOCK.fullmatch(text):
                why = "an hour of the day is written HH:mm, from 00:00 to 24:00"
                raise InvalidIntervention(f"window {text}", why, "giờ viết HH:mm, từ 00:00 đến 24:00")
        if self.from_time in (self.to_time, "24:00"):
            why = "it ends when it begins; a whole day is 00:00 to 24:00"
            at, vi = f"window {self.from_time}–{self.to_time}", "kết thúc ngay lúc bắt đầu; cả ngày là 00:00 đến 24:00"
            raise InvalidIntervention(at, why, vi)
        if unknown := [day for day in self.days if day not in WEEKDAYS]:
            raise InvalidIntervention(f"weekday {unknown[0]}", f"no such day; one of {', '.join(WEEKDAYS)}")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            why, vi = f"it ends before it starts on {self.first_day}", "ngày cuối trước ngày đầu"
            raise InvalidIntervention(f"window until {self.last_day}", why, vi)

    @property
    def from_min(self) -> int:
        """Minute of the day at which it begins."""
        return _minute(self.from_time)

    @property
    def to_min(self) -> int:
        """Minute, counted from the midnight of the day it began on, at which it ends: up to 2,880."""
        end = _minute(self.to_time)
        return end if end > self.from_min else end + 24 * 60

    def begins_on(self, day: date) -> bool:
        """Say whether the window begins on a day."""
        return (
            (not self.days or WEEKDAYS[day.weekday()] in self.days)
            and (self.first_day is None or day >= self.first_day)
            and (self.last_day is None or day <= self.last_day)
        )


def spans(windows: Iterable[Window], begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return when any of the windows is open between two moments: half-open spans in order that do not touch.

    Parameters
    ----------
    windows
    begin, end
        Local time without a zone; spans are cut at both.
    """
    found: list[tuple[datetime, datetime]] = []
    for window in windows:
        day = max(begin.date() - _DAY, window.first_day or date.min)
        last = min(end.date(), window.last_day or date.max)
        while day <= last:
            if window.begins_on(day):
                midnight = datetime.combine(day, time())
                opens = max(midnight + timedelta(minutes=window.from_min), begin)
                shuts = min(midnight + timedelta(minutes=window.to_min), end)
                found += [(opens, shuts)] if opens < shuts else []
            day += _DAY
    joined: list[tuple[datetime, datetime]] = []
    for opens, shuts in sorted(found):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(shuts, joined[-1][1]))
        else:
            joined.append((opens, shuts))
    return joined


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
