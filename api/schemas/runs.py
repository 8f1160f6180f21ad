"""Runs and comparisons: what is asked, and how answers look."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Problem, Shape, Text
from twin.city.roads import ALL_MODES

MODE_BITS = "Bits: 1 motorcycle, 2 bicycle, 4 on foot, 8 car, 16 bus, 32 truck."


class CloseStreetIn(Shape):
    """Close every link of a street, named as on the map."""

    kind: Literal["close-street"]
    name: str = Field(min_length=1, max_length=200)
    modes: int = Field(
        default=ALL_MODES,
        ge=1,
        le=ALL_MODES,
        description=MODE_BITS,
    )


class CloseLinkIn(Shape):
    """Close links by their ids; both directions must be named to close both."""

    kind: Literal["close-link"]
    links: list[str] = Field(min_length=1, max_length=10_000)
    modes: int = Field(
        default=ALL_MODES,
        ge=1,
        le=ALL_MODES,
        description=MODE_BITS,
    )


class RaiseGroundIn(Shape):
    """Raise the ground inside an outline to a level."""

    kind: Literal["raise-ground"]
    outline: list[tuple[float, float]] = Field(min_length=3, max_length=10_000, description="Longitude, latitude [°].")
    level_m: float = Field(ge=-100, le=9_000, description="New level above the city's datum [m].")


InterventionIn = Annotated[CloseStreetIn | CloseLinkIn | RaiseGroundIn, Field(discriminator="kind")]


class RunIn(Shape):
    """A what-if: a scenario, its parameters, and changes to the city."""

    scenario: str = Field(min_length=1, max_length=100)
    params: dict[str, Any] = Field(default_factory=dict)
    interventions: list[InterventionIn] = Field(default_factory=list, max_length=1_000)
    seed: int = Field(default=1, ge=0, le=2**53 - 1)
    replications: int | None = Field(default=None, ge=1, le=100, description="Overrides the parameter of this name.")
    start_from: Literal["survey", "live"] = Field(default="survey", alias="from")


class Run(Shape):
    """The status of a run."""

    id: str
    scenario: str
    status: Literal["accepted", "running", "successful", "failed", "dismissed"]
    progress: float = Field(ge=0, le=1)
    sim_time: float = Field(description="Simulated time reached [s]; negative during the warm-up.")
    message: Text
    created: str
    started: str | None
    finished: str | None
    problem: Problem | None
    request: dict[str, Any]
    run_ids: list[str] = Field(description="Ids of the replications in the store of results.")


class IndicatorOut(Shape):
    """A number a run reports: the mean over its replications."""

    key: str
    title: Text
    unit: str
    mode: str = Field(description="Class of vehicle; empty for all.")
    mode_title: Text | None
    value: float | None
    ci: tuple[float, float] | None = Field(description="95 % interval of confidence; null with one replication.")


class VariableOut(Shape):
    """A series a run recorded."""

    key: str
    title: Text
    unit: str
    place: str
    time_s: list[float]


class Result(Shape):
    """The answer of a run."""

    id: str
    manifest: dict[str, Any]
    replications: int
    indicators: list[IndicatorOut]
    variables: list[VariableOut]
    notes: list[Text]


class SeriesOut(Shape):
    """A series: one row per interval, one value per place; null where there is nothing to say."""

    key: str
    title: Text
    unit: str
    place: str
    time_s: list[float]
    values: list[list[float | None]]


class ComparisonIn(Shape):
    """Which runs to put side by side."""

    baseline: str = Field(pattern=r"^[0-9a-f]{24}$")
    what_if: str = Field(pattern=r"^[0-9a-f]{24}$")


class DifferenceOut(Shape):
    """One indicator in both worlds."""

    key: str
    title: Text
    unit: str
    mode: str
    mode_title: Text | None
    a: float | None
    b: float | None
    difference: float | None
    ci: tuple[float, float] | None = Field(description="Interval of the paired difference; null with one pair.")
    level: float
    better: Literal["higher", "lower"] | None


class CompareLinks(Shape):
    """Links in both worlds: one base64 text per interval, coded as in the live state."""

    time_s: list[float]
    ratio_a: list[str]
    ratio_b: list[str]
    flow_a: list[str]
    flow_b: list[str]


class TableName(Shape):
    """A table both runs report."""

    key: str
    title: Text


class Compared(Shape):
    """Two runs side by side."""

    baseline: str
    what_if: str
    indicators: list[DifferenceOut]
    links: CompareLinks | None = Field(description="Null where the scenario records no traffic by link.")
    tables: list[TableName]
    notes: list[Text]
