"""The machine's clocks: the one place that asks them."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta


class MonotonicClock:
    """Real seconds that never run backwards: the pace of a replay."""

    def now_s(self) -> float:
        """Return seconds since some moment of this machine [s]."""
        return time.monotonic()


def utc_now() -> str:
    """Return the present as ISO 8601 in UTC, to the millisecond."""
    return iso(datetime.now(UTC).timestamp())  # noqa: TID251 # this module owns the wall clock


def local_today(utc_offset_h: float) -> date:
    """Return today's date where the city is."""
    return (datetime.now(UTC) + timedelta(hours=utc_offset_h)).date()  # noqa: TID251 # as above


def iso(at_s: float) -> str:
    """Return seconds since 1970 UTC as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
