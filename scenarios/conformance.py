"""What every scenario must keep, ours included: texts, bounds, defaults that run, declared outputs, one answer."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from scenarios.engine.question import Question
from scenarios.engine.result import RunResult
from scenarios.engine.runner import answer
from scenarios.engine.store import ResultStore
from scenarios.scenario import Scenario, ScenarioParams
from twin.city.city import City
from twin.testing.toy import toy_city
from twin.variables import Text


def check(scenario: Scenario[Any], *, city: City | None = None) -> tuple[str, ...]:
    """Return what a scenario breaks, one sentence each; empty where it conforms.

    Rules
    -----
    1. Its name is kebab-case; every text is there in both languages, in NFC.
    2. Every parameter has a unit, both texts, a default, and bounds where it is a number.
    3. The defaults run.
    4. It reports and records every indicator and variable it declares.
    5. The same question gives the same bytes, and they read back equal.

    Parameters
    ----------
    scenario
    city
        The city to run on; the toy city unless given.
    """
    faults = [*_texts(scenario), *_params(scenario.params)]
    if any("no default" in f for f in faults):
        return tuple(faults)
    question = Question(scenario, toy_city() if city is None else city, scenario.parse(None))
    try:
        first, second = answer(question), answer(question)
    except Exception as error:  # noqa: BLE001 # whatever a plugin raises is what it breaks
        return (*faults, f"the defaults do not run: {type(error).__name__}: {error}")
    return (*faults, *_outputs(scenario, first), *_same(first, second))


def _texts(scenario: Scenario[Any]) -> list[str]:
    faults = []
    if not scenario.name.replace("-", "").isalnum() or scenario.name != scenario.name.lower():
        faults.append(f"the name {scenario.name!r} is not kebab-case")
    texts = {scenario.name: scenario.title} | scenario.groups | {v.key: v.title for v in _specs(scenario)}
    texts |= {t.key: t.title for t in scenario.tables.values()}
    return faults + [f"{name}: {why}" for name, text in texts.items() for why in _text(text)]


def _text(text: Text) -> list[str]:
    faults = [f"no text in {lang}" for lang, words in text._asdict().items() if not words.strip()]
    return faults + [f"{words!r} is not in NFC" for words in text if not unicodedata.is_normalized("NFC", words)]


def _params(params: type[ScenarioParams]) -> list[str]:
    faults = []
    for name, field in params.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if field.is_required():
            faults.append(f"parameter {name}: no default")
        faults += [f"parameter {name}: no {key}" for key in ("unit", "vi", "en") if not extra.get(key)]
        bounds = {attribute for m in field.metadata for attribute in ("ge", "gt", "le", "lt") if hasattr(m, attribute)}
        number = field.annotation in {int, float}
        if number and not (bounds & {"ge", "gt"} and bounds & {"le", "lt"}):
            faults.append(f"parameter {name}: a number without both bounds")
    return faults


def _outputs(scenario: Scenario[Any], result: RunResult) -> list[str]:
    missing = set(scenario.variables) - set(result.series)
    faults = [f"variable {key} is declared but not recorded" for key in sorted(missing)]
    faults += [f"table {key} is declared but not reported" for key in sorted(set(scenario.tables) - set(result.tables))]
    silent = set(scenario.indicators) - {i.key for i in result.indicators}
    return faults + [f"indicator {key} is declared but not reported" for key in sorted(silent)]


def _same(first: RunResult, second: RunResult) -> list[str]:
    faults = []
    if first.files() != second.files():
        faults.append("the same question gave two answers")
    with tempfile.TemporaryDirectory() as folder:
        store = ResultStore(Path(folder))
        store.save(first)
        if store.get(first.run_id) != first:
            faults.append("the result does not read back equal")
    return faults


def _specs(scenario: Scenario[Any]) -> list[Any]:
    columns = [c for t in scenario.tables.values() for c in t.columns]
    return [*scenario.variables.values(), *scenario.indicators.values(), *columns]
