"""Runs and comparisons: what is asked, and how answers look."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Problem, Shape, Text
from twin.city.interventions import (
    ActuateSignal,
    AddFloorArea,
    CloseLink,
    CloseStreet,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    ReverseOneWay,
    SetCapacity,
    SetDepth,
    SetLandUse,
    SetLanes,
    SetSignal,
    SetSpeed,
    SplitSignal,
)


class RaiseGroundIn(Shape):
    """Raise the ground inside an outline to a level."""

    kind: Literal["raise-ground"]
    outline: list[tuple[float, float]] = Field(min_length=3, max_length=10_000, description="Longitude, latitude [°].")
    level_m: float = Field(ge=-100, le=9_000, description="New level above the city's datum [m].")


InterventionIn = Annotated[
    CloseStreet
    | CloseLink
    | OpenLink
    | NetworkAsOf
    | MakeOneWay
    | ReverseOneWay
    | SetSpeed
    | SetLanes
    | SetCapacity
    | SetDepth
    | SetSignal
    | SplitSignal
    | ActuateSignal
    | SetLandUse
    | AddFloorArea
    | RaiseGroundIn,
    Field(discriminator="kind"),
]
"""The changes of `twin.city.interventions`; an outline is given in longitude and latitude."""


class RunIn(Shape):
    """A what-if: a scenario, its parameters, and changes to the city."""

    scenario: str = Field(min_length=1, max_length=100)
    params: dict[str, Any] = Field(default_factory=dict)
    interventions: list[InterventionIn] = Field(default_factory=list, max_length=1_000)
    seed: int = Field(default=1, ge=0, le=2**53 - 1)
    replications: int | None = Field(default=None, ge=1, le=100, description="Overrides the parameter of this name.")
    start_from: Literal["survey", "live"] = Field(default="survey", alias="from")


class WhatIfOut(Shape):
    """A ready-made what-if that fits the served city: put its parameters and changes into a question."""

    key: str
    title: Text
    source: Text
    params: dict[str, Any]
    interventions: list[dict[str, Any]]


class ChangesIn(Shape):
    """Changes to look at before they are run."""

    interventions: list[InterventionIn] = Field(max_length=1_000)


class ChangeOut(Shape):
    """A change in words, and the links it touches."""

    label: Text
    links: list[str]
    lonlat: tuple[float, float] | None = Field(description="Middle of the parcel it is about; null for streets.")


class OrderIn(Shape):
    """What a traffic order shall say."""

    interventions: list[InterventionIn] = Field(min_length=1, max_length=1_000)
    detours: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(
        default_factory=list, max_length=100, description="Names of streets, or whole sentences in Vietnamese."
    )


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
    change_veh_h: str = Field(description="Mean change of flow over the period, b − a: base64 of int16 [veh/h].")
    change_unclear: str = Field(description="Base64 of a byte a link: 1 where the 95 % interval of its change holds 0.")


class TableName(Shape):
    """A table both runs report."""

    key: str
    title: Text


class Compared(Shape):
    """Two runs side by side."""

    baseline: str
    what_if: str
    verdict: list[Text] = Field(description="What the comparison says, a sentence each; empty where nothing is known.")
    indicators: list[DifferenceOut]
    links: CompareLinks | None = Field(description="Null where the scenario records no traffic by link.")
    tables: list[TableName]
    notes: list[Text]
