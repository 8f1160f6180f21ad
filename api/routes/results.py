"""What runs leave behind: tables, tracks, and links as files for GIS and spreadsheets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from api import results
from api.context import Parts
from api.map.pack import MEDIA_TYPE
from api.results import MEDIA_TYPES, Format, Lang
from api.schemas.common import RunId, content, problems
from api.schemas.results import TableOut

router = APIRouter(prefix="/api/v1", tags=["what-ifs"])

RunQuery = Annotated[str, Query(pattern=r"^[0-9a-f]{24}$", description="Id of a run.")]
Limit = Annotated[int | None, Query(ge=0, le=100_000, description="Most rows; 0 for all, the table's own if absent.")]
By = Annotated[str | None, Query(max_length=100, description="Column by which rows are put in order.")]
TableFormat = Literal["json", "csv"]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TABLE: dict[int | str, dict[str, Any]] = {200: {"model": TableOut, "content": {"text/csv": _BINARY}}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A file", "content": {kind.partition(";")[0]: _BINARY for kind in MEDIA_TYPES.values()}}
}


@router.get("/runs/{run_id}/tables/{key}", response_class=Response, responses={**_TABLE, **problems(404, 422)})
def table(
    parts: Parts,
    run_id: RunId,
    key: str,
    by: By = None,
    limit: Limit = None,
    f: TableFormat = "json",
    lang: Lang = "vi",
) -> Response:
    """Return a table of a run, the mean over its replications; as CSV always the whole of it."""
    found = results.mean_table(parts.jobs.answers(run_id), key)
    if f == "csv":
        return _file(results.table_csv(found, lang=lang, both=False), "csv", f"{key}-{run_id[:8]}")
    return JSONResponse(results.table_json(parts.city, found, by=by, limit=limit))


@router.get("/compare/tables/{key}", response_class=Response, responses={**_TABLE, **problems(404, 409, 422)})
def compared_table(
    parts: Parts,
    key: str,
    a: RunQuery,
    b: RunQuery,
    by: By = None,
    order: Annotated[Literal["difference", "value"], Query(description="Order by b − a, or by b.")] = "difference",
    limit: Limit = None,
    f: TableFormat = "json",
    lang: Lang = "vi",
) -> Response:
    """Return a table of run b beside that of run a, with paired differences; as CSV always the whole of it."""
    found = results.difference_of(parts.compared.of(a, b, parts.jobs.answers), key)
    if f == "csv":
        return _file(results.table_csv(found, lang=lang, both=True), "csv", f"{key}-{a[:8]}-{b[:8]}")
    return JSONResponse(results.table_json(parts.city, found, by=by, difference=order == "difference", limit=limit))


@router.get("/runs/{run_id}/links", response_class=Response, responses={**_FILE, **problems(404, 422)})
def links(parts: Parts, run_id: RunId, f: Format = "geojson") -> Response:
    """Return the links with the means of what a run recorded, for GIS."""
    frame = results.links_frame(parts.city, parts.jobs.answers(run_id))
    return _file(results.written(frame, f), f, f"links-{run_id[:8]}")


@router.get("/compare/links", response_class=Response, responses={**_FILE, **problems(404, 409, 422)})
def compared_links(parts: Parts, a: RunQuery, b: RunQuery, f: Format = "geojson") -> Response:
    """Return the links with the means of two runs and their differences, for GIS."""
    parts.compared.of(a, b, parts.jobs.answers)
    frame = results.compared_links(parts.city, parts.jobs.answers(a), parts.jobs.answers(b))
    return _file(results.written(frame, f), f, f"links-{a[:8]}-{b[:8]}")


@router.get(
    "/runs/{run_id}/tracks",
    response_class=Response,
    responses={**content(MEDIA_TYPE, "Tracks of a sample of vehicles as typed arrays"), **problems(404, 422)},
)
def tracks(parts: Parts, run_id: RunId) -> Response:
    """Return where a sample of vehicles went: class, links and times of entry."""
    return Response(results.tracks_pack(parts.jobs.answers(run_id)), media_type=MEDIA_TYPE)


def _file(body: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(body, media_type=MEDIA_TYPES[kind], headers=headers)
