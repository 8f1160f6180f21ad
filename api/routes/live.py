"""The live state, once and as a stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from api.context import Parts
from api.live.hub import Hub
from api.schemas.common import content, problems
from api.schemas.live import Live

router = APIRouter(prefix="/api/v1/live", tags=["live"])

EVENTS = "text/event-stream"
LastEventId = Annotated[str | None, Header(description="Number of the last event the client has.")]


@router.get("", response_class=Response, responses={200: {"model": Live}, **problems()})
def now(parts: Parts) -> Response:
    """Return the live state of the city."""
    return Response(parts.feed.payload, media_type="application/json", headers={"cache-control": "no-store"})


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={
        **content(EVENTS, "Events named state, each with the whole live state", {"type": "string"}),
        **problems(),
    },
)
async def stream(parts: Parts, last_event_id: LastEventId = None) -> StreamingResponse:
    """Send the live state whenever it moves, as server-sent events."""
    return event_stream(parts.feed.hub, last_event_id)


def event_stream(hub: Hub, last_event_id: str | None) -> StreamingResponse:
    """Return the stream of a hub."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(hub.stream(last_event_id), media_type=EVENTS, headers=headers)
