"""What a sensor says: facts with event time, source, quality and uncertainty; no frame, no face, no plate."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Literal

Quality = Literal["measured", "estimated", "suspect"]
HealthStatus = Literal["working", "frozen", "silent", "broken"]

CLASSES = ("motorcycle", "car", "bus", "truck", "bicycle")
"""Vehicle classes of a count, in the order of `VehicleCount.counts`."""

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What every observation carries.

    Attributes
    ----------
    sensor : str
        Id of the camera, station or gauge in the city's tables.
    at_s : [s]
        Event time: when it was so, not when it arrived; seconds since 1 January 1970 UTC.
    source : str
        The feed it came through.
    quality : str
        One of measured, estimated, suspect.
    uncertainty : float or None
        One standard deviation of the main value in its unit; None where the source gives none.
    revision : int
        Raised when a source corrects what it said about the same time.
    """

    sensor: str
    at_s: float
    source: str
    quality: Quality = "measured"
    uncertainty: float | None = None
    revision: int = 0

    def __post_init__(self) -> None:
        _require(bool(self.sensor) and bool(self.source), "sensor and source must be named")
        _require(math.isfinite(self.at_s) and self.at_s >= 0, f"event time {self.at_s} is no time after 1970")
        _require(_positive_or_none(self.uncertainty), f"uncertainty {self.uncertainty} is negative or not finite")
        _require(self.revision >= 0, f"revision {self.revision} is negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleCount(_Reading):
    """Vehicles that passed a camera during a window that ends at the event time.

    Attributes
    ----------
    window_s : [s]
    counts : (n_classes,)
        Vehicles of each of `CLASSES`.
    speed_mps : [m/s] or None
        Mean speed; None where none passed or the camera measures none.
    """

    window_s: float
    counts: tuple[int, int, int, int, int]
    speed_mps: float | None = None
    kind: Literal["vehicle-count"] = "vehicle-count"

    def __post_init__(self) -> None:
        _Reading.__post_init__(self)
        _require(0 < self.window_s <= 24 * _HOUR_S, f"window of {self.window_s} s; a count covers up to a day")
        _require(min(self.counts) >= 0, "a count is negative")
        _require(self.flow_veh_h <= _MAX_FLOW_VEH_H, f"{self.flow_veh_h:.0f} vehicles an hour pass no camera")
        _require(_positive_or_none(self.speed_mps), f"speed {self.speed_mps} is negative or not finite")
        _require((self.speed_mps or 0.0) <= _MAX_SPEED_MPS, f"speed {self.speed_mps} m/s is beyond any road")

    @property
    def flow_veh_h(self) -> float:
        """Flow of all classes [veh/h]."""
        return sum(self.counts) * _HOUR_S / self.window_s


@dataclass(frozen=True, slots=True, kw_only=True)
class DockStatus(_Reading):
    """Bikes and free docks of a bike-share station.

    Attributes
    ----------
    bikes, free_docks : int
    """

    bikes: int
    free_docks: int
    kind: Literal["dock-status"] = "dock-status"

    def __post_init__(self) -> None:
        _Reading.__post_init__(self)
        _require(min(self.bikes, self.free_docks) >= 0, "bikes or docks are negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterLevel(_Reading):
    """Stage of a river gauge.

    Attributes
    ----------
    level_m : [m]
        Above the gauge's datum.
    """

    level_m: float
    kind: Literal["water-level"] = "water-level"

    def __post_init__(self) -> None:
        _Reading.__post_init__(self)
        _require(math.isfinite(self.level_m) and abs(self.level_m) < _MAX_LEVEL_M, f"level {self.level_m} m")


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHealth(_Reading):
    """What is known about a sensor itself: its silence is an observation too.

    Attributes
    ----------
    status : str
        One of working, frozen (repeats itself), silent, broken.
    """

    status: HealthStatus
    kind: Literal["sensor-health"] = "sensor-health"


Measurement = VehicleCount | DockStatus | WaterLevel
Observation = VehicleCount | DockStatus | WaterLevel | SensorHealth

MEASURES: dict[type[Measurement], str] = {VehicleCount: "camera", DockStatus: "bike_station", WaterLevel: "gauge"}
"""The kind of sensor each measurement comes from."""

_MAX_SPEED_MPS = 70.0
_MAX_FLOW_VEH_H = 60_000.0
_MAX_LEVEL_M = 9_000.0


def canonical(observation: Observation) -> str:
    """Return an observation as JSON with sorted keys: equal observations, equal text."""
    return json.dumps(asdict(observation), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def rank(observation: Observation) -> tuple[float, int, str]:
    """Return what decides between two observations of a sensor: later, then corrected, then any fixed order.

    The order is total, so the winner of a set does not depend on the order of arrival.
    """
    return observation.at_s, observation.revision, canonical(observation)


def _positive_or_none(value: float | None) -> bool:
    return value is None or (math.isfinite(value) and value >= 0)


def _require(holds: bool, why: str) -> None:  # noqa: FBT001 # an assertion with words
    if not holds:
        raise ValueError(why)
