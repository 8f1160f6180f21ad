"""Turns a question into an answer: applies the changes, sets the scenario up, turns the clock, collects the result."""

from __future__ import annotations

import logging
from functools import partial

from scenarios.engine.clock import Phase
from scenarios.engine.progress import Cancelled, Report
from scenarios.engine.question import Question
from scenarios.engine.result import RunResult
from scenarios.engine.run import Run
from scenarios.engine.store import ResultStore
from scenarios.engine.timeline import Inject
from twin.city.interventions import Intervention, apply
from twin.errors import PluginFailed, TwinError
from twin.variables import Text

STEPS = 100
"""How often a run reports its progress and looks whether it is cancelled."""

_SETTING_UP = Text("Đang chuẩn bị", "Setting up")
_RUNNING = Text("Đang mô phỏng", "Simulating")
_DONE = Text("Hoàn tất", "Done")

log = logging.getLogger(__name__)


def answer(
    question: Question,
    *,
    store: ResultStore | None = None,
    report: Report | None = None,
    cancelled: Cancelled | None = None,
) -> RunResult:
    """Run a question once, or find its answer in the store.

    Raises
    ------
    RequestError
        A change cannot be made to this city.
    RunCancelled
        `cancelled` said so.
    PluginFailed
        The scenario raised something else than an error of the twin; the original is named.
    """
    if store is not None and (found := store.find(question.run_id)) is not None:
        return found
    city = apply(question.city, question.interventions)
    for inject in question.timeline:
        apply(city, [inject.change])
    run = Run(question, city, report=report, cancelled=cancelled)
    _inject(run, question.timeline)
    run.say(_SETTING_UP)
    try:
        question.scenario.setup(run, question.params)
        step_s = (run.env.horizon_s - run.env.begin_s) / STEPS
        run.every(step_s, lambda: run.say(_RUNNING), Phase.RECORD)
        run.env.run(until=run.env.horizon_s)
        result = run.finish()
    except TwinError:
        raise
    except Exception as error:
        log.exception("scenario %s failed", question.scenario.name)
        raise PluginFailed(question.scenario.name, f"{type(error).__name__}: {error}") from error
    if store is not None:
        store.save(result)
    run.say(_DONE)
    return result


def _inject(run: Run, timeline: tuple[Inject, ...]) -> None:
    start, active = run.city, dict[int, Intervention]()

    def _switch(k: int, change: Intervention | None) -> None:
        if change is None:
            active.pop(k, None)
        else:
            active[k] = change
        run.change(apply(start, list(active.values())))

    for k, inject in enumerate(timeline):
        run.at(inject.at_s, partial(_switch, k, inject.change), Phase.INJECT)
        if inject.until_s is not None:
            run.at(inject.until_s, partial(_switch, k, None), Phase.INJECT)
