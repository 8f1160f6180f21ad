"""The map page, its files, deck.gl's bundle and the map's specification."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.context import Parts
from api.map.page import STATIC, bundle_path
from api.map.spec import map_spec
from api.schemas.common import content, problems

router = APIRouter(tags=["map"])

_LONG = "public, max-age=86400"


@router.get("/", response_class=FileResponse, responses=content("text/html", "The map page", {"type": "string"}))
def page() -> FileResponse:
    """Return the map page."""
    return FileResponse(STATIC / "index.html", headers={"cache-control": "no-cache"})


@router.get("/static/deck.js", response_class=FileResponse, responses=content("text/javascript", "deck.gl's bundle"))
def deck() -> FileResponse:
    """Return deck.gl's bundle out of the installed pydeck."""
    return FileResponse(bundle_path(), media_type="text/javascript", headers={"cache-control": _LONG})


@router.get("/api/v1/map/spec", responses=problems(422))
def spec(parts: Parts, lang: Literal["vi", "en"] = "vi") -> dict[str, Any]:
    """Return the map as deck.gl JSON; its layers name the packs they draw."""
    return map_spec(parts.city, lang)
