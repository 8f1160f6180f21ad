"""Counts by the time of the day on several days of one kind: what a run's profile over time is judged by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis_data.readers.counts import COLUMNS, Count, count_of, table_rows
from gis_data.validation import Faults
from twin.city.roads import Roads

PROFILE_COLUMNS = (*COLUMNS, "date", "begin")


@dataclass(frozen=True)
class CountProfile:
    """What was counted at a place, interval by interval.

    Attributes
    ----------
    place : Count
        Where, and of which class; its own count is that of the first row.
    days : tuple of date
        Those without a gap.
    begin_min : (T,) [min]
        Beginnings of the intervals, from midnight, equally far apart.
    step_min : float [min]
    count_veh_h : (D, T) [veh/h]
    n_gaps : int
        Days left out because an interval of theirs has no count.
    """

    place: Count
    days: tuple[date, ...]
    begin_min: NDArray[np.float64]
    step_min: float
    count_veh_h: NDArray[np.float64]
    n_gaps: int


def read_count_profiles(path: Path, roads: Roads) -> tuple[CountProfile, ...]:
    """Return the profiles of a CSV: the columns of `read_counts`, with a date and the beginning of the interval.

    Rules
    -----
    1. A row is an hourly rate of one interval of one day: ``date`` YYYY-MM-DD, ``begin`` HH:MM local time.
    2. The intervals of a place are equally long and follow each other.
    3. A day that lacks one of them is left out.

    Raises
    ------
    ValidationFailed
        Every row that cannot be used, and places whose intervals do not follow each other.
    SchemaError
        The file cannot be read, or lacks its columns.
    """
    faults = Faults(path.name)
    places: dict[tuple[str, str], Count] = {}
    cells: dict[tuple[str, str], dict[tuple[date, float], float]] = defaultdict(dict)
    for line, row in table_rows(path, PROFILE_COLUMNS, ("date", "begin")):
        count = count_of(row, roads, faults, line)
        when = _when(row, faults, line)
        key = count.label, count.kind
        places.setdefault(key, count)
        if when is None:
            continue
        if when in cells[key]:
            faults.add(f"{count.label} has this interval twice", "Keep one count.", record=line)
        cells[key][when] = count.count_veh_h
    made = [_profile(place, cells[key], faults) for key, place in places.items() if cells[key]]
    faults.raise_if_any()
    return tuple(p for p in made if p is not None)


def _when(row: dict[str, str], faults: Faults, line: int) -> tuple[date, float] | None:
    try:
        day = date.fromisoformat(row.get("date", ""))
    except ValueError:
        faults.add(f"{row.get('date')!r} is no day", "Write it as 2026-11-27.", record=line, column="date")
        return None
    try:
        at = time.fromisoformat(row.get("begin", ""))
    except ValueError:
        faults.add(f"{row.get('begin')!r} is no time", "Write it as 07:15.", record=line, column="begin")
        return None
    return day, 60.0 * at.hour + at.minute + at.second / 60.0


def _profile(place: Count, cells: dict[tuple[date, float], float], faults: Faults) -> CountProfile | None:
    begins = sorted({at for _, at in cells})
    gaps = np.diff(begins)
    if len(begins) < 2 or np.ptp(gaps) > 1e-6:
        faults.add(f"the intervals of {place.label} do not follow each other", "Give two or more, equally long.")
        return None
    days = sorted({day for day, _ in cells})
    table = np.array([[cells.get((day, at), np.nan) for at in begins] for day in days])
    whole = np.isfinite(table).all(axis=1)
    kept = tuple(day for day, is_whole in zip(days, whole.tolist(), strict=True) if is_whole)
    return CountProfile(place, kept, np.array(begins), float(gaps[0]), table[whole], int((~whole).sum()))
