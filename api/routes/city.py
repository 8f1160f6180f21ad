"""The city and its layers."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Response

from api.context import Parts
from api.layers import MAX_FEATURES, box_of
from api.map.catalogue import city_layers
from api.map.pack import MEDIA_TYPE
from api.schemas.city import CityFacts, FeaturePage, Layer
from api.schemas.common import content, problems
from api.services import bounds_lonlat, city_facts, notices

router = APIRouter(prefix="/api/v1/city", tags=["city"])

GEOJSON = "application/geo+json"
_BBOX = r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$"
_PAGE: dict[int | str, dict[str, Any]] = {200: {"model": FeaturePage, "content": {GEOJSON: {}}}}
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed since the ETag given"}}
IfNoneMatch = Annotated[str | None, Header()]


@router.get("", responses=problems())
def facts(parts: Parts) -> CityFacts:
    """Return what the city holds, where it comes from and what it lacks."""
    found = city_facts(parts.city)
    notice = notices(parts.city)
    extent = {"bounds_lonlat": bounds_lonlat(parts.city), "notice_vi": notice["vi"], "notice_en": notice["en"]}
    return CityFacts.model_validate({**found, **extent, "layers": city_layers(parts.city)})


@router.get("/layers", responses=problems())
def layers(parts: Parts) -> list[Layer]:
    """Return the layers that have features."""
    return [Layer.model_validate(layer) for layer in city_layers(parts.city)]


@router.get("/layers/{key}", response_class=Response, responses={**_PAGE, **problems(404, 422)})
def features(
    parts: Parts,
    key: str,
    limit: Annotated[int, Query(ge=1, le=MAX_FEATURES)] = 1000,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    bbox: Annotated[str | None, Query(description="west,south,east,north [°]", pattern=_BBOX, max_length=200)] = None,
) -> Response:
    """Return a page of a layer as GeoJSON in WGS 84; follow the link ``next`` for more."""
    texts, matched = parts.layers.features(key, limit=limit, offset=offset, box=box_of(bbox) if bbox else None)
    links = [_link(key, "self", limit, offset, bbox)]
    if offset + len(texts) < matched and texts:
        links.append(_link(key, "next", limit, offset + limit, bbox))
    head = FeaturePage(
        type="FeatureCollection", numberMatched=matched, numberReturned=len(texts), links=links, features=[]
    ).model_dump_json()
    body = f"{head.removesuffix('[]}')}[{','.join(texts)}]}}"
    return Response(body, media_type=GEOJSON)


@router.get(
    "/layers/{key}/arrays",
    response_class=Response,
    responses={**content(MEDIA_TYPE, "A layer as typed arrays"), **_UNCHANGED, **problems(404)},
)
def arrays(parts: Parts, key: str, if_none_match: IfNoneMatch = None) -> Response:
    """Return a layer as a binary pack that a browser draws without parsing."""
    pack = parts.layers.pack(key)
    tag = f'"{parts.city.digest[:32]}-{key}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if if_none_match is not None and tag in {t.strip().removeprefix("W/") for t in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(pack, media_type=MEDIA_TYPE, headers=headers)


def _link(key: str, rel: str, limit: int, offset: int, bbox: str | None) -> Any:
    query = {"limit": limit, "offset": offset} | ({"bbox": bbox} if bbox else {})
    return {"rel": rel, "href": f"/api/v1/city/layers/{key}?{urlencode(query, safe=',')}", "type": GEOJSON}
