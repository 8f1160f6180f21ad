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
from scenarios.engine.timeline import ChangingCity, moment_of
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
    threads: int = 1,
) -> RunResult:
    """Run a question once, or find its answer in the store; on more than one core where its models can.

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
    params = question.params
    city = ChangingCity(question.city, question.interventions, question.timeline, params)
    moments_s = city.moments(params.begin_s, params.horizon_s)
    coming = [city.at(t) for t in moments_s]
    run = Run(question, city.at(params.begin_s), coming=coming, report=report, cancelled=cancelled, threads=threads)
    run.in_force = city.in_force(params.begin_s)
    for moment_s in moments_s:
        run.at(moment_s, partial(_switch, run, city, moment_s), Phase.INJECT)
    _note_idle(run, city)
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


def _switch(run: Run, city: ChangingCity, moment_s: float) -> None:
    run.in_force = city.in_force(moment_s)
    run.change(city.at(moment_s))


def _note_idle(run: Run, city: ChangingCity) -> None:
    """Say which changes have no effect because their hours lie outside the run."""
    idle = sum(not spell.spans_s for spell in city.spells)
    if idle:
        params = run.question.params
        begin, end = (moment_of(params, t).strftime("%d/%m/%Y %H:%M") for t in (params.begin_s, params.horizon_s))
        run.note(
            f"{idle} thay đổi có giờ hiệu lực nằm ngoài thời gian mô phỏng ({begin} – {end}) nên không có tác dụng.",
            f"The hours of {idle} changes lie outside the run ({begin} – {end}), so they have no effect.",
        )
