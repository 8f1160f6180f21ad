"""The three verbs of whoever asks: put a question together, run it, study a change against its baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios import registry
from scenarios.engine.compare import Comparison, compare
from scenarios.engine.progress import Cancelled, Report
from scenarios.engine.question import Question, State
from scenarios.engine.replicate import answer_all
from scenarios.engine.result import RunResult
from scenarios.engine.runner import answer
from scenarios.engine.store import ResultStore
from scenarios.engine.timeline import Inject
from scenarios.scenario import Scenario, ScenarioParams
from twin.city.city import City
from twin.city.interventions import Intervention


def ask(
    city: City,
    scenario: str | Scenario[Any],
    *,
    params: Mapping[str, Any] | ScenarioParams | None = None,
    interventions: Sequence[Intervention] = (),
    timeline: Sequence[Inject] = (),
    seed: int = 1,
    state: State | None = None,
) -> Question:
    """Return a checked question; its `run_id` is known before it is run.

    Raises
    ------
    UnknownItem
        No installed scenario has the name.
    InvalidParams
        A parameter is unknown or outside its bounds.
    """
    found = registry.get(scenario) if isinstance(scenario, str) else scenario
    return Question(found, city, found.parse(params), tuple(interventions), tuple(timeline), seed, state)


def run(
    city: City,
    scenario: str | Scenario[Any],
    *,
    params: Mapping[str, Any] | ScenarioParams | None = None,
    interventions: Sequence[Intervention] = (),
    timeline: Sequence[Inject] = (),
    seed: int = 1,
    state: State | None = None,
    store: ResultStore | None = None,
    report: Report | None = None,
    cancelled: Cancelled | None = None,
) -> RunResult:
    """Run a scenario once on a city and return its result.

    Raises
    ------
    RequestError
        The question cannot be asked of this city.
    RunCancelled
        `cancelled` said so.
    PluginFailed
        The scenario failed; the original error is named.

    Examples
    --------
    >>> from twin.city.interventions import CloseStreet
    >>> from twin.testing.toy import toy_city
    >>> scale = {"demand_scale": 10.0}
    >>> before = run(toy_city(), "traffic", params=scale)
    >>> after = run(toy_city(), "traffic", params=scale, interventions=[CloseStreet("Lê Lợi")])
    >>> before.value("trips") == after.value("trips") > 0
    True
    """
    question = ask(
        city, scenario, params=params, interventions=interventions, timeline=timeline, seed=seed, state=state
    )
    return answer(question, store=store, report=report, cancelled=cancelled)


def study(
    question: Question,
    *,
    workers: int = 1,
    level: float = 0.95,
    store: ResultStore | None = None,
    report: Report | None = None,
    cancelled: Cancelled | None = None,
) -> Comparison:
    """Compare a change with its baseline over `params.replications` paired runs: each pair shares its chance.

    Raises
    ------
    RequestError
        The question cannot be asked of this city.
    RunCancelled
        `cancelled` said so.
    PluginFailed
        The scenario failed; the original error is named.
    """
    n = question.params.replications
    questions = question.without_changes().replications(n) + question.replications(n)
    results = answer_all(questions, workers=workers, store=store, report=report, cancelled=cancelled)
    return compare(results[:n], results[n:], level=level)
