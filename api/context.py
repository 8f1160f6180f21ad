"""What the routes share: the served city, its layers, the feed and the jobs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.jobs.manager import JobManager
from api.layers import Layers
from api.live.feed import LiveFeed
from api.results import Comparisons
from twin.city.city import City


@dataclass(frozen=True)
class Context:
    """The parts of a running service.

    Attributes
    ----------
    city : City
    layers : Layers
    feed : LiveFeed
    jobs : JobManager
    compared : Comparisons
        The comparisons asked for last.
    tasks : list of Task
        The loops that play the feed and turn the jobs; one that is done has failed.
    """

    city: City
    layers: Layers
    feed: LiveFeed
    jobs: JobManager
    compared: Comparisons = field(default_factory=Comparisons)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


def context_of(request: Request) -> Context:
    """Return the parts of the service a request came to."""
    context: Context = request.app.state.context
    return context


Parts = Annotated[Context, Depends(context_of)]
