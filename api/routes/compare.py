"""Two runs side by side."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import studies
from api.context import Context, Parts
from api.live.payload import flow_bytes, ratio_bytes
from api.results import whole_change
from api.schemas.common import problems
from api.schemas.runs import Compared, ComparisonIn
from scenarios.engine.compare import Comparison
from scenarios.engine.result import RunResult
from scenarios.engine.timeline import never_in_force, parse_intervention
from scenarios.registry import get as scenario_named
from scenarios.traffic.verdict import verdict
from twin.variables import Text

router = APIRouter(prefix="/api/v1", tags=["what-ifs"])

RATIO, FLOW = "speed_ratio", "flow_veh_h"
RunQuery = Annotated[str, Query(pattern=r"^[0-9a-f]{24}$")]


@router.post("/comparisons", responses=problems(400, 404, 409, 413, 422))
def comparisons(parts: Parts, asked: ComparisonIn) -> Compared:
    """Compare a what-if with its baseline."""
    return _compared(parts, asked.baseline, asked.what_if)


@router.get("/compare", responses=problems(404, 409, 422))
def compare_runs(parts: Parts, a: RunQuery, b: RunQuery) -> Compared:
    """Compare run b with run a; both must have asked the same question but for the changes."""
    return _compared(parts, a, b)


def _compared(parts: Context, baseline: str, what_if: str) -> Compared:
    before, after = parts.jobs.answers(baseline), parts.jobs.answers(what_if)
    made = parts.compared.of(baseline, what_if, parts.jobs.answers)
    asked = parts.jobs.get(what_if).request
    changes = [parse_intervention(i) for i in asked["interventions"]]
    idle = never_in_force(changes, scenario_named(asked["scenario"]).parse(asked["params"]))
    return Compared.model_validate(
        {
            "baseline": baseline,
            "what_if": what_if,
            "verdict": [v._asdict() for v in verdict(parts.city, made, changes, idle=idle)],
            "indicators": studies.differences(made),
            "links": _links(made, before, after) if {RATIO, FLOW} <= set(made.places) else None,
            "tables": [{"key": t.spec.key, "title": t.spec.title._asdict()} for t in made.tables.values()],
            "notes": [n._asdict() for n in _notes(before, after)],
        }
    )


def _notes(before: list[RunResult], after: list[RunResult]) -> list[Text]:
    """Return the notes of both worlds, those of one alone with the letter it has on the page."""
    a, b = (dict.fromkeys(n for run in runs for n in run.notes) for runs in (before, after))
    alone = [("A", n) for n in a if n not in b] + [("B", n) for n in b if n not in a]
    return [*(n for n in a if n in b), *(Text(f"{side}: {n.vi}", f"{side}: {n.en}") for side, n in alone)]


def _links(made: Comparison, before: list[RunResult], after: list[RunResult]) -> dict[str, Any]:
    time_s, ratio_a = studies.mean_series(before, RATIO)
    _, ratio_b = studies.mean_series(after, RATIO)
    _, flow_a = studies.mean_series(before, FLOW)
    _, flow_b = studies.mean_series(after, FLOW)
    return {
        "time_s": time_s.tolist(),
        "ratio_a": [ratio_bytes(row) for row in ratio_a],
        "ratio_b": [ratio_bytes(row) for row in ratio_b],
        "flow_a": [flow_bytes(row) for row in flow_a],
        "flow_b": [flow_bytes(row) for row in flow_b],
        **whole_change(made.places[FLOW]),
    }
