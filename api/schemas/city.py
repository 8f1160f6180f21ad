"""The city, its layers and the scenarios, as clients see them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.schemas.common import Link, Shape, Text


class Layer(Shape):
    """A layer of the city that has features."""

    key: str
    title: Text
    group: str = Field(description="Section of the layer panel.")
    geometry: Literal["none", "point", "line", "area"]
    count: int


class CityFacts(Shape):
    """What a city holds, where it comes from and what it lacks."""

    name: str
    nodes: int
    links: int
    street_km: float = Field(description="Length of the streets [km].")
    named_streets: int
    parcels: int
    buildings: int
    admin_units: int
    area_km2: float = Field(description="Convex hull of the street network [km²].")
    crs: str
    height_datum: str | None
    digest: str
    provenance: dict[str, int]
    warnings: list[str]
    bounds_lonlat: tuple[float, float, float, float] = Field(description="West, south, east, north [°].")
    notice_vi: str
    notice_en: str
    layers: list[Layer]


class FeaturePage(Shape):
    """A page of a layer as GeoJSON in WGS 84."""

    type: Literal["FeatureCollection"]
    numberMatched: int  # noqa: N815 # OGC API - Features names it so
    numberReturned: int  # noqa: N815 # as above
    links: list[Link]
    features: list[dict[str, Any]]


class ScenarioInfo(Shape):
    """An installed scenario; a broken one is listed with its reason."""

    name: str
    title: Text
    version: str
    params: dict[str, Any] = Field(description="JSON schema of the parameters, with unit, vi and en of each.")
    interventions: list[str]
    available: bool
    reason: str | None


class Health(Shape):
    """That the service works, and how its feed does."""

    status: Literal["ok"]
    city: str
    feed: dict[str, int] = Field(description="Observations taken and refused, failures, bad lines.")
    listeners: int
    runs: dict[str, int]
