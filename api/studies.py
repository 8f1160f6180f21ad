"""Questions to the laboratory: from names as people type them to a checked question, and from runs to plain answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios import ask, registry
from scenarios import study as compare_with_baseline
from scenarios.engine.compare import Comparison, Difference, estimate
from scenarios.engine.progress import Report
from scenarios.engine.question import Question
from scenarios.engine.replicate import answer_all
from scenarios.engine.result import RunResult
from scenarios.engine.store import ResultStore
from scenarios.engine.timeline import KINDS, ChangingCity, never_in_force
from scenarios.scenario import Scenario
from scenarios.traffic.verdict import verdict
from twin.city.city import City
from twin.city.interventions import CloseLink, CloseStreet, Intervention, apply
from twin.city.sections import near
from twin.errors import InvalidParams, SchemaError, UnknownItem
from twin.live.state import LiveState
from twin.variables import Text, VariableSpec

BETTER: Mapping[str, str] = {
    "completed": "higher", "mean_speed_kmh": "higher", "unfinished": "lower", "unreachable": "lower",
    "cut_off": "lower", "mean_travel_time_s": "lower", "mean_delay_s": "lower", "time_spent_veh_h": "lower",
    "queue_max_veh": "lower",
    "gridlocks": "lower", "gridlocked_links": "lower", "co2_kg": "lower", "nox_kg": "lower", "pm25_kg": "lower",
    "co_kg": "lower", "energy_mj": "lower", "hospital_10min_percent": "higher", "hospital_15min_percent": "higher",
    "market_10min_percent": "higher", "market_15min_percent": "higher", "hospital_mean_min": "lower",
    "market_mean_min": "lower", "hospital_cut_off_percent": "lower", "market_cut_off_percent": "lower",
    "speed_kmh": "higher", "delay_veh_h": "lower", "delay_s": "lower", "queue_veh": "lower", "vc": "lower",
    "vc_max": "lower", "pm25_g": "lower", "lost_pct": "lower",
    "walked_on_pct": "lower", "no_dock_pct": "lower", "truck_km": "lower", "covered_pct": "higher",
}  # fmt: skip
"""Which direction of an indicator is good, where it is beyond dispute."""
TOTALS = frozenset({"time_spent_veh_h", "co2_kg", "nox_kg", "pm25_kg", "co_kg", "energy_mj"})
"""Sums over all trips: where one world completes surely fewer trips, less of them is neither good nor bad."""
COUNTS = frozenset({"completed", "unfinished", "unreachable", "cut_off"})
"""Parts of all trips: where one world has surely more trips, more of them is neither good nor bad."""


def question(
    city: City,
    scenario: str,
    *,
    params: Mapping[str, Any],
    interventions: Sequence[Intervention] = (),
    seed: int = 1,
    state: LiveState | None = None,
) -> Question:
    """Return a question whose scenario, parameters and changes fit the city.

    Raises
    ------
    UnknownItem
        No such scenario, link or street; near matches are named.
    InvalidParams
        A parameter is unknown or outside its bounds; all faults together, near matches named.
    InvalidIntervention
        A change cannot be made to this city.
    """
    found = scenario_named(scenario)
    known = list(found.params.model_fields)
    unknown = [key for key in params if key not in known]
    if unknown:
        faults = [f"no parameter {key}{near(key, known)}" for key in unknown]
        raise InvalidParams(scenario, f"{'; '.join(faults)}; parameters: {', '.join(known)}")
    made = ask(city, found, params=params, interventions=interventions, seed=seed, state=state)
    ChangingCity(city, made.interventions, made.timeline, made.params)
    return made


def scenario_named(name: str) -> Scenario[Any]:
    """Return an installed scenario.

    Raises
    ------
    UnknownItem
        None has the name; near matches are named.
    PluginFailed
        It is installed but cannot be used.
    """
    names = [e.name for e in registry.installed()]
    if name not in names:
        raise UnknownItem(name, f"no such scenario{near(name, names)}; installed: {', '.join(names) or 'none'}")
    return registry.get(name)


def scenario_list(city: City) -> list[dict[str, Any]]:
    """Return the installed scenarios with their parameters as JSON schema, and what may be changed in this city."""
    lacking = {"raise-ground"} if city.terrain is None else set()
    lacking |= set() if len(city.openings) else {"network-as-of"}
    lacking |= set() if len(city.parcels) else {"land-use", "floor-area"}
    kinds = [kind for kind in KINDS if kind not in lacking]
    found = []
    for entry in registry.installed():
        made = entry.scenario
        found.append(
            {
                "name": entry.name,
                "title": made.title._asdict() if made else {"vi": entry.name, "en": entry.name},
                "version": made.version if made else "",
                "params": made.params.model_json_schema() if made else {},
                "interventions": kinds if made else [],
                "available": made is not None,
                "reason": entry.reason or None,
            }
        )
    return found


@dataclass(frozen=True)
class Study:
    """A question answered on the command line: its numbers, and the comparison where something was changed.

    Attributes
    ----------
    scenario : str
    run_ids, baseline_ids : tuple of str
        Ids in the store of results; no baseline where nothing was changed.
    indicators : list of dict
        As `summary` or `differences` give them.
    comparison : Comparison or None
    verdict : list of dict
        What the comparison says, a text each.
    notes : list of dict
        Texts under ``vi`` and ``en``.
    folder : Path
        Where the runs are stored.
    """

    scenario: str
    run_ids: tuple[str, ...]
    baseline_ids: tuple[str, ...]
    indicators: list[dict[str, Any]]
    comparison: Comparison | None
    verdict: list[dict[str, str]]
    notes: list[dict[str, str]]
    folder: Path

    def facts(self) -> dict[str, Any]:
        """Return the answer ready for JSON."""
        return {
            "scenario": self.scenario,
            "runs": list(self.run_ids),
            "baseline": list(self.baseline_ids),
            "verdict": self.verdict,
            "indicators": self.indicators,
            "notes": self.notes,
            "folder": str(self.folder),
        }


def study(question: Question, out: Path, *, workers: int, report: Report) -> Study:
    """Answer a question; with changes to the city, together with its baseline. The answer is also left as a file.

    Raises
    ------
    TwinError
        A run failed, or the folder cannot be written.
    """
    store = ResultStore(out / "results")
    name = question.scenario.name
    try:
        if question.interventions:
            made = compare_with_baseline(question, workers=workers, store=store, report=report)
            notes = [n._asdict() for n in made.notes]
            idle = never_in_force(question.interventions, question.params)
            said = [v._asdict() for v in verdict(question.city, made, question.interventions, idle=idle)]
            found = Study(name, made.whatif_ids, made.baseline_ids, differences(made), made, said, notes, store.folder)
        else:
            questions = question.replications(question.params.replications)
            runs = answer_all(questions, workers=workers, store=store, report=report)
            notes = [n._asdict() for n in dict.fromkeys(n for r in runs for n in r.notes)]
            found = Study(name, tuple(r.run_id for r in runs), (), summary(runs), None, [], notes, store.folder)
        text = json.dumps(found.facts(), ensure_ascii=False, indent=1)
        (out / f"{name}-{question.run_id[:12]}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        raise SchemaError(str(out), f"cannot be written ({error})", "Give a folder that can be written.") from error
    return found


def closure(city: City, name: str) -> Intervention:
    """Return the closure of a street by its name, or of one link by its id.

    Raises
    ------
    UnknownItem
        Neither a street nor a link has the name; near matches are named, also for names typed without accents.
    """
    if len(city.roads.links_named(name)):
        return CloseStreet(name)
    if np.any(city.roads.ids == name):
        return CloseLink((name,))
    streets = np.unique(city.roads.name[city.roads.name != ""]).tolist()
    raise UnknownItem(name, f"no street of {city.name} has this name, and no link this id{near(name, streets)}")


def touched(city: City, change: Intervention) -> list[str]:
    """Return the ids of the links a change alters, of signals the links that lead to them.

    Raises
    ------
    RequestError
        The change cannot be made to this city.
    """
    changed = apply(city, [change])
    before, after = city.roads, changed.roads
    differs = np.zeros(len(before), dtype=bool)
    for column in ("modes", "tail", "free_speed_mps", "capacity_pcu_h", "lanes"):
        differs |= getattr(before, column) != getattr(after, column)
    if changed.signals is not city.signals:
        nodes = changed.signals.node[~np.isin(changed.signals.ids, city.signals.ids)]
        differs |= np.isin(before.head, nodes)
    return [str(i) for i in before.ids[differs]]


def summary(results: Sequence[RunResult]) -> list[dict[str, Any]]:
    """Return the indicators of replications: mean, and interval of confidence where there are two or more."""
    specs, found = results[0].specs, []
    for indicator in results[0].indicators:
        values = [
            i.value for r in results for i in r.indicators if (i.key, i.group) == (indicator.key, indicator.group)
        ]
        e = estimate(values)
        interval = None if e.half_width is None else [e.mean - e.half_width, e.mean + e.half_width]
        found.append(
            _about(specs[indicator.key], indicator.group, results[0].groups)
            | {"value": _number(e.mean), "ci": interval}
        )
    return found


def differences(made: Comparison) -> list[dict[str, Any]]:
    """Return the indicators of a comparison: both means, the paired difference and its interval."""
    found = []
    surely = {(d.key, d.group) for d in made.indicators if abs(d.difference.mean) > _half(d)}
    for d in made.indicators:
        half = d.difference.half_width
        mean = d.difference.mean
        found.append(
            _about(made.specs[d.key], d.group, made.groups)
            | {
                "a": _number(d.baseline.mean),
                "b": _number(d.whatif.mean),
                "difference": _number(mean),
                "ci": None if half is None else [mean - half, mean + half],
                "level": made.level,
                "better": None if _beside_the_point(d, surely) else BETTER.get(d.key),
            }
        )
    return found


def _beside_the_point(d: Difference, surely: Collection[tuple[str, str]]) -> bool:
    """Say whether a sum or a count differs as there are surely other trips, so that it is neither good nor bad."""
    of_trips = d.key in TOTALS and ("completed", d.group) in surely
    return of_trips or (d.key in COUNTS and ("trips", d.group) in surely)


def _half(d: Difference) -> float:
    return d.difference.half_width or 0.0


def mean_series(results: Sequence[RunResult], variable: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the times ``(n,)`` [s] and a variable's mean over replications ``(n, m)``.

    Raises
    ------
    UnknownItem
        The runs recorded no such variable; near matches are named.
    """
    recorded = results[0].series
    if variable not in recorded:
        raise UnknownItem(variable, f"no such series{near(variable, recorded)}; recorded: {', '.join(recorded)}")
    total = np.zeros(recorded[variable].values.shape)
    known = np.zeros(total.shape)
    for result in results:
        values = np.asarray(result.series[variable].values, dtype=np.float64)
        total += np.nan_to_num(values, nan=0.0)
        known += ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return recorded[variable].time_s, total / known


def spec_json(spec: VariableSpec) -> dict[str, Any]:
    """Return what a variable means: key, unit, place and title."""
    return {"key": spec.key, "unit": spec.unit, "place": spec.place, "title": spec.title._asdict()}


def _about(spec: VariableSpec, group: str, groups: Mapping[str, Text]) -> dict[str, Any]:
    title = groups[group]._asdict() if group in groups else None
    return {"key": spec.key, "title": spec.title._asdict(), "unit": spec.unit, "mode": group, "mode_title": title}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
