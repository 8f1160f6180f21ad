"""Whether the service lives and is ready."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter

from api.context import Context, Parts
from api.schemas.city import Health
from api.schemas.common import problems
from twin.errors import NotReady

router = APIRouter(tags=["operations"])


@router.get("/healthz", responses=problems())
def healthz(parts: Parts) -> Health:
    """Return that the process lives, and how its feed does."""
    return _health(parts)


@router.get("/readyz", responses=problems(503))
def readyz(parts: Parts) -> Health:
    """Return that the feed plays and runs are turned; a part that stopped is named."""
    stopped = [task.get_name() for task in parts.tasks if task.done()]
    if stopped:
        raise NotReady(", ".join(stopped), "has stopped; restart the service, its log has the reason")
    return _health(parts)


def _health(parts: Context) -> Health:
    runs = Counter(r.status for r in parts.jobs.records())
    return Health(
        status="ok",
        city=parts.city.name,
        feed=parts.feed.counts,
        listeners=parts.feed.hub.listeners,
        runs={str(status): n for status, n in runs.items()},
    )
