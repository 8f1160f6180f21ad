"""The service: one factory that puts the parts together, and a lifespan that plays the feed and turns the jobs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from api import problems, services, studies
from api.clock import MonotonicClock, local_today, utc_now
from api.context import Context
from api.jobs.manager import JobManager
from api.jobs.record import STATE, RunFolder, RunRecord
from api.layers import Layers
from api.live.feed import FeedPlan, LiveFeed
from api.map.page import STATIC
from api.routes import city, compare, health, live, orders, pages, results, runs
from api.schemas.common import Problem
from api.schemas.common import problems as problem_responses
from api.security import BodyLimit, SecurityHeaders
from scenarios.engine.question import Question
from scenarios.engine.timeline import parse_intervention
from twin.city.city import City
from twin.errors import SchemaError, TwinError
from twin.live.state import LiveState, advance_all, unknown_state
from vision_bridge.codec import read_lines
from vision_bridge.sources.synthetic import HUE_UTC_OFFSET_H

if TYPE_CHECKING:
    from api.settings import Settings

log = logging.getLogger(__name__)

DESCRIPTION = """Bản sao số của thành phố: hiện trạng, dữ liệu trực tiếp và các kịch bản giả định.

A city's digital twin: the city as surveyed, as it is now, and what-ifs. Errors are problem documents (RFC 9457)."""


def create_app(settings: Settings, *, served: City | None = None) -> FastAPI:
    """Return the service of a city.

    Parameters
    ----------
    settings
    served
        The city; opened as the settings name it unless given.

    Raises
    ------
    SchemaError
        The city or the recorded day cannot be read.
    """
    opened = services.open_city(settings.city, cache=settings.cache) if served is None else served
    plan = FeedPlan(
        replay=settings.replay,
        day=local_today(HUE_UTC_OFFSET_H),
        seed=settings.seed,
        speed_x=settings.speed_x,
        start_h=settings.start_h,
    )
    jobs = JobManager(
        settings.out, workers=settings.workers, slots=settings.slots, queue_limit=settings.queue_limit, now=utc_now
    )
    parts = Context(opened, Layers(opened), LiveFeed(opened, plan, MonotonicClock()), jobs)
    jobs.recover(lambda record, folder: _ask_again(opened, record, folder))
    app = FastAPI(
        title="Huế twin",
        description=DESCRIPTION,
        version=version("hue-twin"),
        docs_url=None,  # their pages load from a CDN
        redoc_url=None,
        lifespan=_lifespan(parts, settings.tick_s),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
            Middleware(BodyLimit),
        ],
    )
    app.state.context = parts
    log.info("city %s %s", opened.name, opened.digest[:12])  # the digest is made here and not at the first question
    routers = [module.router for module in (pages, health, city, live, runs, compare, orders, results)]
    for router in routers:
        app.include_router(router)
    problems.install(app, [route for router in routers for route in router.routes])
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _describe(app)
    return app


def _lifespan(parts: Context, tick_s: float) -> Any:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        """Play the feed and turn the jobs while the service runs."""
        loops = {"live feed": parts.feed.play(tick_s), "runs": parts.jobs.serve()}
        tasks = parts.tasks
        tasks += [asyncio.create_task(loop, name=name) for name, loop in loops.items()]
        for task in tasks:
            task.add_done_callback(_say_if_broken)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            parts.feed.hub.close()
            parts.jobs.close()

    return lifespan


def _say_if_broken(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("a part of the service stopped", exc_info=error)


def _describe(app: FastAPI) -> None:
    """Put the problem document's schema into the OpenAPI document, and take FastAPI's own error shapes out."""
    make = app.openapi
    described = problem_responses(422)

    def openapi() -> dict[str, Any]:
        """Return the OpenAPI document."""
        if app.openapi_schema is None:
            made = make()
            schemas = made["components"]["schemas"]
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            schemas["Problem"] = Problem.model_json_schema()
            for operation in (o for path in made["paths"].values() for o in path.values()):
                if "422" in operation["responses"]:
                    operation["responses"]["422"] = described[422]
        return app.openapi_schema or make()

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _ask_again(opened: City, record: RunRecord, folder: RunFolder) -> Question:
    asked = record.request
    if asked["city_digest"] != opened.digest:
        raise ValueError("The city changed since the run was asked for; ask again.")
    try:
        return studies.question(
            opened,
            asked["scenario"],
            params=asked["params"],
            interventions=[parse_intervention(i) for i in asked["interventions"]],
            seed=asked["seed"],
            state=_state(opened, folder) if asked["from"] == "live" else None,
        )
    except TwinError as error:
        raise ValueError(str(error)) from error


def _state(opened: City, folder: RunFolder) -> LiveState:
    with (folder.path / STATE).open("rb") as file:
        as_of_s = float(json.loads(file.readline())["as_of_s"])
        known = [o for o in read_lines(file, file=STATE) if not isinstance(o, SchemaError)]
    return advance_all(unknown_state(opened, as_of_s), known)
