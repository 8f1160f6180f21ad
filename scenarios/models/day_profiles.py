"""When people leave: peaks over the hours of working days and weekends, as densities over the day.

Every peak is an assumption, set by the hours known of Vietnamese cities: schools begin about 07:00 in two shifts,
offices at 07:30, many go home at noon, parents fetch children at 10:45 and 16:30, markets sell from before dawn, the
evening is for eating and walking out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

F64 = NDArray[np.float64]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKEND: Final = frozenset({"sat", "sun"})

STEPS = 288
"""Steps of a day at whose ends a profile's cumulated share is known: 5 minutes."""


class Peak(NamedTuple):
    """A bell of departures, wrapped at midnight.

    Attributes
    ----------
    weight : float
        Relative to the other peaks of the profile.
    at_h, spread_h : [h]
        Middle, and standard deviation.
    """

    weight: float
    at_h: float
    spread_h: float


Peaks = tuple[Peak, ...]


def cumulated(peaks: Peaks) -> F64:
    """Return the share of the day's departures before each step's end, from 0 to 1 ``(STEPS + 1,)``.

    Examples
    --------
    >>> at_noon = cumulated((Peak(1.0, 12.0, 1.0),))
    >>> round(float(at_noon[STEPS // 2]), 6)
    0.5
    """
    at = np.linspace(0.0, 24.0, STEPS + 1)
    total = np.zeros(STEPS + 1)
    for weight, at_h, spread_h in peaks:
        for shift in (-24.0, 0.0, 24.0):
            total += weight * ndtr((at - at_h - shift) / spread_h)
    share: F64 = (total - total[0]) / (total[-1] - total[0])
    return share


def later(peaks: Peaks, hours: float) -> Peaks:
    """Return the peaks, each some hours later: the way home after a stay."""
    return tuple(Peak(p.weight, (p.at_h + hours) % 24.0, p.spread_h) for p in peaks)


_MARKET = (Peak(0.45, 6.1, 1.4), Peak(0.25, 10.0, 2.0), Peak(0.30, 17.3, 1.6))
_ESCORT = (Peak(0.50, 6.80, 0.40), Peak(0.18, 10.9, 0.40), Peak(0.32, 16.6, 0.50))
_ERRANDS = (Peak(0.50, 8.8, 1.3), Peak(0.35, 14.5, 1.3), Peak(0.15, 18.0, 2.0))
_OUT = (Peak(0.10, 5.3, 0.6), Peak(0.10, 9.0, 2.0), Peak(0.18, 15.0, 2.0), Peak(0.62, 18.8, 1.3))
_INTO = (Peak(0.40, 7.2, 1.2), Peak(0.25, 12.5, 3.0), Peak(0.20, 16.5, 1.8), Peak(0.15, 21.0, 3.0))
_OUT_OF = (Peak(0.20, 7.0, 1.5), Peak(0.25, 12.0, 3.0), Peak(0.40, 17.0, 1.3), Peak(0.15, 20.5, 3.0))
_WORK_TO = (Peak(0.44, 7.20, 0.80), Peak(0.22, 13.4, 0.50), Peak(0.34, 11.5, 4.0))
_WORK_FROM = (Peak(0.22, 11.3, 0.50), Peak(0.50, 17.2, 0.80), Peak(0.28, 18.0, 3.5))

WORKING_DAY: Final[dict[str, Peaks]] = {
    "work/out": _WORK_TO,
    "work/back": _WORK_FROM,
    "school/out": (Peak(0.52, 6.80, 0.40), Peak(0.34, 13.1, 0.45), Peak(0.14, 17.6, 0.60)),
    "school/back": (Peak(0.36, 11.2, 0.45), Peak(0.46, 17.0, 0.50), Peak(0.18, 20.5, 0.70)),
    "escort/out": _ESCORT,
    "escort/back": later(_ESCORT, 0.25),
    "shop/out": _MARKET,
    "shop/back": later(_MARKET, 0.8),
    "leisure/out": _OUT,
    "leisure/back": later(_OUT, 1.8),
    "business/out": _ERRANDS,
    "business/back": later(_ERRANDS, 1.3),
    "tourism/out": (Peak(0.40, 8.6, 1.1), Peak(0.25, 14.3, 1.2), Peak(0.35, 18.6, 1.0)),
    "tourism/back": (Peak(0.35, 11.4, 1.0), Peak(0.30, 17.0, 1.0), Peak(0.35, 21.4, 1.1)),
    "freight": (Peak(0.35, 5.5, 1.5), Peak(0.30, 9.5, 1.8), Peak(0.25, 14.5, 2.0), Peak(0.10, 22.5, 2.0)),
    "external/in": _INTO,
    "external/out": _OUT_OF,
    "through": (Peak(0.35, 9.0, 3.0), Peak(0.35, 16.0, 3.0), Peak(0.30, 23.0, 4.0)),
}
"""Departures of a working day, Monday to Friday: an assumption."""

_LATE_MARKET = (Peak(0.50, 7.3, 1.3), Peak(0.20, 10.0, 1.5), Peak(0.30, 17.0, 1.8))
_WEEKEND_OUT = (Peak(0.25, 9.0, 1.6), Peak(0.15, 15.5, 1.6), Peak(0.60, 19.0, 1.4))

FREE_DAY: Final[dict[str, Peaks]] = {
    "shop/out": _LATE_MARKET,
    "shop/back": later(_LATE_MARKET, 0.9),
    "leisure/out": _WEEKEND_OUT,
    "leisure/back": later(_WEEKEND_OUT, 2.3),
}
"""Departures of Saturdays and Sundays, where they differ: an assumption."""

FREE_DAY_FACTOR: Final = {
    "work": 0.45, "school": 0.10, "escort": 0.10, "shop": 1.15, "leisure": 1.50, "business": 0.60, "tourism": 1.30,
    "freight": 0.70, "external": 0.95, "through": 1.00,
}  # fmt: skip
"""Trips of a Saturday or Sunday relative to a working day: an assumption."""

FESTIVE: Final = frozenset({"leisure", "tourism", "external"})
"""Segments the festival factor multiplies."""


def profile(flow: str, *, free_day: bool) -> Peaks:
    """Return the peaks of a flow, such as ``work/out``, on a kind of day."""
    return FREE_DAY.get(flow, WORKING_DAY[flow]) if free_day else WORKING_DAY[flow]
