"""What was observed of floods in Huế: the facts that models are checked against, never part of the city."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal, TypeVar, cast, get_args

from gis_data.hue.columns import TABLES
from twin.errors import SchemaError

LOCAL = timezone(timedelta(hours=7), "ICT")
"""Vietnam's time, the whole year."""

Confidence = Literal["high", "medium", "low"]
Kind = Literal["observed", "derived", "rising", "forecast"]
Cause = Literal["river", "rain"]

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class FloodPeak:
    """The crest of a flood at a gauge.

    Attributes
    ----------
    peaked_on, at_local : date, datetime or None
        The hour is None where no source gives it.
    level_m : float [m]
        Above the gauge's datum.
    alarm_passed : int
        Highest of today's alarm levels that was passed, 0 for none.
    kind
        ``rising``: the last reading before an unpublished crest; ``derived``: from an alarm level or a difference.
    """

    event_id: str
    gauge_id: str
    peaked_on: date
    at_local: datetime | None
    level_m: float
    alarm_passed: int
    confidence: Confidence
    kind: Kind
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class StageObservation:
    """A water level read at a gauge at an hour [m above the gauge's datum]."""

    gauge_id: str
    at_local: datetime
    level_m: float
    kind: Kind
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class StreetDepth:
    """Water on streets, with the river's stage at Kim Long at that hour.

    Attributes
    ----------
    at_local : datetime or None
        None where a threshold is reported, not an event.
    places : tuple of str
        Streets or areas the depths hold for.
    depth_m, kim_long_m : (least, most) [m]
        NaN where not reported.
    """

    at_local: datetime | None
    places: tuple[str, ...]
    depth_m: tuple[float, float]
    kim_long_m: tuple[float, float]
    cause: Cause
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class FacilityDepth:
    """Highest water inside a surveyed school or clinic.

    Attributes
    ----------
    place_id : str
        Id among the city's places.
    event : str
        Year and month of the flood.
    depth_m : float [m]
        Above the floor; NaN where the answer was in words.
    height_above_road_m : float [m]
        Of the floor; negative where it lies below the road.
    """

    place_id: str
    event: str
    depth_m: float
    height_above_road_m: float
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class RainTotal:
    """Rain fallen at a station between two hours [mm]."""

    station: str
    from_local: datetime
    to_local: datetime
    rain_mm: float
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class ReservoirObservation:
    """Level and flows of one dam, or of several together; NaN where not reported."""

    reservoir_ids: tuple[str, ...]
    at_local: datetime
    level_m: float
    inflow_m3s: float
    outflow_m3s: float
    confidence: Confidence
    source: str
    note: str


class _Cells:
    """One row of a table; a cell that cannot be read names its file, row and column."""

    def __init__(self, file: str, row: int, cells: dict[str, str]) -> None:
        self._file, self._row, self._cells = file, row, cells

    def text(self, field: str) -> str:
        """The cell as written."""
        return self._cells[field]

    def level(self, field: str) -> float:
        """The number, NaN for an empty cell."""
        return self._read(field, float, "a number") if self._cells[field] else math.nan

    def moment(self, field: str) -> datetime | None:
        """The local time, None for an empty cell."""
        if not self._cells[field]:
            return None
        return self._read(field, datetime.fromisoformat, "a local time").replace(tzinfo=LOCAL)

    def hour(self, field: str) -> datetime:
        """The local time, which must be there."""
        found = self.moment(field)
        if found is None:
            raise self._fault(field, "a local time")
        return found

    def one_of(self, field: str, words: tuple[str, ...]) -> str:
        """The cell, which must be one of the words."""
        if self._cells[field] not in words:
            raise self._fault(field, " or ".join(words))
        return self._cells[field]

    def confidence(self) -> Confidence:
        """How far the row may be trusted."""
        return cast("Confidence", self.one_of("confidence", get_args(Confidence)))

    def kind(self) -> Kind:
        """What kind of reading it is."""
        return cast("Kind", self.one_of("kind", get_args(Kind)))

    def day(self, field: str) -> date:
        """The day."""
        return self._read(field, date.fromisoformat, "a day")

    def _read(self, field: str, read: Callable[[str], _Row], wanted: str) -> _Row:
        try:
            return read(self._cells[field])
        except ValueError as error:
            raise self._fault(field, wanted) from error

    def _fault(self, field: str, wanted: str) -> SchemaError:
        return SchemaError(
            self._file, f"{self._cells[field]!r} is not {wanted}", "Correct the cell.", "", self._row, field
        )


def _rows(file: str, make: Callable[[_Cells], _Row]) -> tuple[_Row, ...]:
    with (TABLES / file).open(encoding="utf-8", newline="") as opened:
        return tuple(make(_Cells(file, row, cells)) for row, cells in enumerate(csv.DictReader(opened), start=1))


def flood_peaks() -> tuple[FloodPeak, ...]:
    """Return the published crests at Kim Long and Phú Ốc, oldest first."""
    return _rows("flood_peaks.csv", _peak)


def _peak(cells: _Cells) -> FloodPeak:
    day, hour = cells.day("peaked_on"), cells.text("time_of_day")
    return FloodPeak(
        event_id=cells.text("event_id"),
        gauge_id=cells.text("gauge_id"),
        peaked_on=day,
        at_local=datetime.combine(day, time.fromisoformat(hour), LOCAL) if hour else None,
        level_m=cells.level("level_m"),
        alarm_passed=int(cells.one_of("alarm_passed", ("0", "1", "2", "3"))),
        confidence=cells.confidence(),
        kind=cells.kind(),
        source=cells.text("source"),
        note=cells.text("note"),
    )


def stage_observations(gauge_id: str) -> tuple[StageObservation, ...]:
    """Return the levels read at a gauge, oldest first; empty for a gauge without any."""
    return tuple(seen for seen in _rows("stage_observations.csv", _stage) if seen.gauge_id == gauge_id)


def _stage(cells: _Cells) -> StageObservation:
    return StageObservation(
        gauge_id=cells.text("gauge_id"),
        at_local=cells.hour("at_local"),
        level_m=cells.level("level_m"),
        kind=cells.kind(),
        confidence=cells.confidence(),
        source=cells.text("source"),
        note=cells.text("note"),
    )


def street_depths() -> tuple[StreetDepth, ...]:
    """Return the reported depths on streets, oldest first, thresholds last."""
    return _rows("street_depths.csv", _street)


def _street(cells: _Cells) -> StreetDepth:
    return StreetDepth(
        at_local=cells.moment("at_local"),
        places=tuple(cells.text("place").split("|")),
        depth_m=(cells.level("depth_min_m"), cells.level("depth_max_m")),
        kim_long_m=(cells.level("kim_long_min_m"), cells.level("kim_long_max_m")),
        cause=cast("Cause", cells.one_of("cause", get_args(Cause))),
        confidence=cells.confidence(),
        source=cells.text("source"),
        note=cells.text("note"),
    )


def facility_depths() -> tuple[FacilityDepth, ...]:
    """Return the depths inside the surveyed schools and clinics."""
    return _rows("facility_depths.csv", _facility)


def _facility(cells: _Cells) -> FacilityDepth:
    return FacilityDepth(
        place_id=cells.text("place_id"),
        event=cells.text("event"),
        depth_m=cells.level("depth_m"),
        height_above_road_m=cells.level("height_above_road_m"),
        confidence=cells.confidence(),
        source=cells.text("source"),
        note=cells.text("note"),
    )


def rain_totals() -> tuple[RainTotal, ...]:
    """Return the published rain totals."""
    return _rows("rainfall.csv", _rain)


def _rain(cells: _Cells) -> RainTotal:
    return RainTotal(
        station=cells.text("station"),
        from_local=cells.hour("from_local"),
        to_local=cells.hour("to_local"),
        rain_mm=cells.level("rain_mm"),
        confidence=cells.confidence(),
        source=cells.text("source"),
        note=cells.text("note"),
    )


def reservoir_observations() -> tuple[ReservoirObservation, ...]:
    """Return the published levels and flows of the three dams, oldest first."""
    return _rows("reservoir_observations.csv", _dam)


def _dam(cells: _Cells) -> ReservoirObservation:
    return ReservoirObservation(
        reservoir_ids=tuple(cells.text("reservoir_ids").split()),
        at_local=cells.hour("at_local"),
        level_m=cells.level("level_m"),
        inflow_m3s=cells.level("inflow_m3s"),
        outflow_m3s=cells.level("outflow_m3s"),
        confidence=cells.confidence(),
        source=cells.text("source"),
        note=cells.text("note"),
    )
