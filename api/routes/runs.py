"""Scenarios and their runs: ask, follow, dismiss, read the answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from api import asks, studies
from api.context import Context, Parts
from api.jobs.record import RunRecord
from api.map.pack import MEDIA_TYPE, encode
from api.routes.live import EVENTS, LastEventId, event_stream
from api.schemas.city import ScenarioInfo
from api.schemas.common import RunId, content, problems
from api.schemas.runs import (
    ChangeOut,
    ChangesIn,
    InterventionIn,
    RaiseGroundIn,
    Result,
    Run,
    RunIn,
    SeriesOut,
    WhatIfOut,
)
from api.services import to_city_xy, to_lonlat
from scenarios.engine.question import Question
from scenarios.engine.timeline import intervention_json
from scenarios.traffic.change_labels import change_label
from twin.city.city import City
from twin.city.interventions import AddFloorArea, Intervention, RaiseGround, SetLandUse

router = APIRouter(prefix="/api/v1", tags=["what-ifs"])


@router.get("/scenarios", responses=problems())
def scenarios(parts: Parts) -> list[ScenarioInfo]:
    """Return the installed scenarios with their parameters."""
    return [ScenarioInfo.model_validate(s) for s in studies.scenario_list(parts.city)]


@router.get("/what-ifs", responses=problems())
def what_ifs(parts: Parts) -> list[WhatIfOut]:
    """Return the ready-made what-ifs that fit the served city."""
    return [
        WhatIfOut.model_validate(
            {"key": key, "title": title, "source": source, "params": params}
            | {"interventions": [intervention_json(c) for c in changes]}
        )
        for key, title, source, params, changes in asks.ready_list(parts.city)
    ]


@router.post("/changes", responses=problems(400, 404, 413, 422))
def changes(parts: Parts, asked: ChangesIn) -> list[ChangeOut]:
    """Check changes against the served city, and return each in words with the links it touches."""
    return [
        ChangeOut.model_validate(
            {"label": change_label(made)._asdict(), "links": studies.touched(parts.city, made)}
            | {"lonlat": parcel_lonlat(parts.city, made)}
        )
        for made in (change_of(parts.city, i) for i in asked.interventions)
    ]


@router.post(
    "/runs",
    status_code=201,
    response_model=Run,
    responses={
        200: {"model": Run, "description": "The same question was asked before; this is its run"},
        201: {"headers": {"Location": {"schema": {"type": "string"}, "description": "The run"}}},
        **problems(400, 404, 413, 422, 429),
    },
)
async def submit(parts: Parts, asked: RunIn) -> Response:
    """Ask a what-if; the same question gets the same run and is computed once."""
    question = await run_in_threadpool(_question, parts, asked)
    record, new = parts.jobs.submit(question, asked.start_from)
    headers = {"location": f"/api/v1/runs/{record.id}"}
    return JSONResponse(record.public(), 201 if new else 200, headers=headers)


@router.get("/runs", responses=problems(422))
async def runs(parts: Parts, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[Run]:
    """Return the runs, the latest first."""
    return [_run(r) for r in parts.jobs.records()[:limit]]


@router.get("/runs/{run_id}", responses=problems(404, 422))
async def status(parts: Parts, run_id: RunId) -> Run:
    """Return the status of a run."""
    return _run(parts.jobs.get(run_id))


@router.delete("/runs/{run_id}", responses=problems(404, 422))
async def dismiss(parts: Parts, run_id: RunId) -> Run:
    """Stop a run at once; one that is done stays as it is."""
    return _run(parts.jobs.dismiss(run_id))


@router.get(
    "/runs/{run_id}/events",
    response_class=StreamingResponse,
    responses={
        **content(EVENTS, "Events named progress, the last one done, each with the run's status", {"type": "string"}),
        **problems(404, 422),
    },
)
async def events(parts: Parts, run_id: RunId, last_event_id: LastEventId = None) -> StreamingResponse:
    """Send the status of a run whenever it moves; the stream ends with the run."""
    return event_stream(parts.jobs.hub(run_id), last_event_id)


@router.get("/runs/{run_id}/result", responses=problems(404, 422))
def result(parts: Parts, run_id: RunId) -> Result:
    """Return the answer of a run: its manifest, its numbers with intervals of confidence, and what it recorded."""
    answers = parts.jobs.answers(run_id)
    first = answers[0]
    return Result.model_validate(
        {
            "id": run_id,
            "manifest": dict(first.manifest),
            "replications": len(answers),
            "indicators": studies.summary(answers),
            "variables": [
                studies.spec_json(first.specs[key]) | {"time_s": series.time_s.tolist()}
                for key, series in sorted(first.series.items())
            ],
            "notes": [n._asdict() for n in dict.fromkeys(n for a in answers for n in a.notes)],
        }
    )


@router.get(
    "/runs/{run_id}/series/{variable}",
    response_class=Response,
    responses={
        200: {"model": SeriesOut, "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404, 422),
    },
)
def series(
    parts: Parts,
    run_id: RunId,
    variable: str,
    f: Annotated[Literal["json", "bin"], Query(description="Format")] = "json",
) -> Response:
    """Return a series, the mean over the run's replications: rows are intervals, columns are links."""
    answers = parts.jobs.answers(run_id)
    time_s, values = studies.mean_series(answers, variable)
    about = studies.spec_json(answers[0].specs[variable])
    if f == "bin":
        arrays = {"time_s": time_s.astype(np.float32), "values": values.astype(np.float32).reshape(-1)}
        shape = {"intervals": int(values.shape[0]), "places": int(values.shape[1])}
        return Response(encode(about | shape, arrays), media_type=MEDIA_TYPE)
    rows = [[None if np.isnan(v) else round(float(v), 4) for v in row] for row in values]
    return JSONResponse(about | {"time_s": time_s.tolist(), "values": rows})


def _question(parts: Context, asked: RunIn) -> Question:
    given: dict[str, Any] = dict(asked.params)
    if asked.replications is not None:
        given["replications"] = asked.replications
    return studies.question(
        parts.city,
        asked.scenario,
        params=given,
        interventions=[change_of(parts.city, i) for i in asked.interventions],
        seed=asked.seed,
        state=parts.feed.state if asked.start_from == "live" else None,
    )


def change_of(city: City, asked: InterventionIn) -> Intervention:
    """Return the change a client asked for; an outline is given in longitude and latitude."""
    if not isinstance(asked, RaiseGroundIn):
        return asked
    corners = to_city_xy(city, np.asarray(asked.outline, dtype=np.float64))
    return RaiseGround(tuple((float(x), float(y)) for x, y in corners), asked.level_m)


def parcel_lonlat(city: City, change: Intervention) -> tuple[float, float] | None:
    """Return a point in the parcel that a change of land is about, in longitude and latitude."""
    if not isinstance(change, SetLandUse | AddFloorArea):
        return None
    row = city.parcels.index_of(change.parcel)
    inside = city.parcels.shapes()[row].representative_point()
    lon, lat = to_lonlat(city, np.array([[inside.x, inside.y]]))[0]
    return round(float(lon), 6), round(float(lat), 6)


def _run(record: RunRecord) -> Run:
    return Run.model_validate(record.public())
