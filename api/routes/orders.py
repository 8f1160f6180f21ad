"""Traffic orders: the text of the measures of a question or of a run, ready to be checked, printed and signed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.context import Parts
from api.orders import MEDIA, measured_detours, order_text
from api.routes.runs import change_of
from api.schemas.common import RunId, problems
from api.schemas.runs import OrderIn
from scenarios.engine.compare import compare
from scenarios.engine.timeline import parse_intervention
from scenarios.traffic.order import Format

router = APIRouter(prefix="/api/v1", tags=["what-ifs"])

Form = Annotated[Format, Query(description="Plain text, Markdown, or a page to print.")]
_TEXTS = {media.partition(";")[0]: {"schema": {"type": "string"}} for media in MEDIA.values()}
_OK: dict[int | str, dict[str, Any]] = {200: {"description": "The order in Vietnamese, not signed", "content": _TEXTS}}


@router.post("/traffic-orders", response_class=Response, responses={**_OK, **problems(400, 404, 413, 422)})
def traffic_order(parts: Parts, asked: OrderIn, f: Form = "text") -> Response:
    """Return the traffic order of some changes with the ways around that are given."""
    changes = [change_of(parts.city, i) for i in asked.interventions]
    return Response(order_text(changes, asked.detours, f), media_type=MEDIA[f])


@router.get("/runs/{run_id}/order", response_class=Response, responses={**_OK, **problems(404, 409, 422)})
def order_of_run(
    parts: Parts,
    run_id: RunId,
    baseline: Annotated[str | None, Query(pattern=r"^[0-9a-f]{24}$", description="A run without the changes.")] = None,
    f: Form = "html",
) -> Response:
    """Return the traffic order of a run; with its baseline, the ways around are those that gain traffic."""
    record = parts.jobs.get(run_id)
    changes = [parse_intervention(i) for i in record.request["interventions"]]
    detours: list[str] = []
    if baseline is not None:
        made = compare(parts.jobs.answers(baseline), parts.jobs.answers(run_id))
        detours = measured_detours(parts.city, made, changes)
    return Response(order_text(changes, detours, f), media_type=MEDIA[f])
