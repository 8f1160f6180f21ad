"""Shapes shared by all routes: texts in two languages, problems, links."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

RunId = Annotated[str, Path(pattern=r"^[0-9a-f]{24}$", description="Id of a run.")]


class Shape(BaseModel):
    """Base of every shape: unknown fields of a request are refused."""

    model_config = ConfigDict(extra="forbid")


class Text(Shape):
    """A text for people."""

    vi: str
    en: str


class Problem(BaseModel):
    """A problem document (RFC 9457); ``code`` is stable."""

    type: str
    title: str
    title_vi: str
    status: int
    detail: str = Field(description="What happened exactly, in English.")
    detail_vi: str = Field(default="", description="The same in Vietnamese; empty where it is technical.")
    remedy: str = Field(default="", description="What can be done about it.")
    remedy_vi: str = ""
    code: str
    errors: list[dict[str, Any]] = Field(default_factory=list)


class Link(Shape):
    """A link to another resource."""

    rel: str
    href: str
    type: str


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the problem documents a route may answer with."""
    words = {
        400: "The body is not text",
        404: "No such thing",
        409: "The things named do not fit together",
        413: "The body is too large",
        422: "The request is not valid",
        429: "Too many runs are waiting",
        500: "The service failed",
        503: "A part of the service has stopped",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": words[status], "content": {"application/problem+json": {"schema": schema}}}
        for status in sorted({*statuses, 500})
    }


def content(media_type: str, description: str, schema: dict[str, Any] | None = None) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of an answer that is no JSON model."""
    body = schema or {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": body}}}}
