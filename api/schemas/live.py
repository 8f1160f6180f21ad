"""The live state, as the map reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Shape, Text

FreshnessWord = Literal["fresh", "stale", "silent"]


class FeedSource(Shape):
    """Where the live values come from."""

    kind: Literal["replay", "synthetic"]
    label: Text
    speed_x: float


class LinkValues(Shape):
    """Values by link, in the order of the roads; only links that a fresh camera sees have any."""

    ratio: str = Field(description="Base64 of uint8: speed over free flow × 100, up to 200; 255 = not observed.")
    flow_veh_h: str = Field(description="Base64 of little-endian uint16 [veh/h]; 65535 = not observed.")


class Station(Shape):
    """A bike-share station; values of a silent one are null."""

    id: str
    bikes: int | None
    docks: int | None
    as_of: str | None


class GaugeLevel(Shape):
    """A river gauge; values of a silent one are null."""

    id: str
    level_m: float | None
    as_of: str | None
    alarm: int | None = Field(description="Alarm level 0 to 3 on that day; null where no scheme was in force.")


class SensorState(Shape):
    """A sensor and whether it still speaks."""

    id: str
    kind: Literal["camera", "bike_station", "gauge"]
    health: FreshnessWord
    last: str | None = Field(description="Event time of its last measurement.")


class Live(Shape):
    """The live state of the city."""

    as_of: str
    source: FeedSource
    links: LinkValues
    stations: list[Station]
    gauges: list[GaugeLevel]
    sensors: list[SensorState]
    counts: dict[FreshnessWord, int]
