"""An exercise's timeline: changes to the city at given moments, some of them for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from twin.city.interventions import Intervention
from twin.errors import InvalidIntervention

KINDS: dict[str, type[Any]] = {cls.__name__: cls for cls in get_args(Intervention)}
"""Interventions by the name they have in JSON."""


@dataclass(frozen=True, slots=True)
class Inject:
    """A change at a moment of the run.

    Attributes
    ----------
    at_s : [s]
        Simulated time; 0 is the first moment that counts.
    change : Intervention
    until_s : [s] or None
        When it is taken back; None for never.
    """

    at_s: float
    change: Intervention
    until_s: float | None = None

    def __post_init__(self) -> None:
        if self.until_s is not None and self.until_s <= self.at_s:
            raise InvalidIntervention("timeline", f"ends at {self.until_s} s, not after its start at {self.at_s} s")


def intervention_json(change: Intervention) -> dict[str, Any]:
    """Return an intervention as JSON: its kind and its fields."""
    return {"kind": type(change).__name__, **asdict(change)}


def parse_intervention(data: Mapping[str, Any]) -> Intervention:
    """Return the intervention of its JSON.

    Raises
    ------
    InvalidIntervention
        The kind is unknown or a field is missing or wrong.
    """
    rest = dict(data)
    kind = rest.pop("kind", None)
    if kind not in KINDS:
        raise InvalidIntervention(str(kind), f"no such kind of intervention; one of {', '.join(KINDS)}")
    try:
        made: Intervention = TypeAdapter(KINDS[kind]).validate_python(rest)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise InvalidIntervention(kind, "; ".join(faults)) from None
    return made


def timeline_json(timeline: Sequence[Inject]) -> list[dict[str, Any]]:
    """Return a timeline as JSON."""
    return [{"at_s": i.at_s, "until_s": i.until_s, "change": intervention_json(i.change)} for i in timeline]


def parse_timeline(data: Sequence[Mapping[str, Any]]) -> tuple[Inject, ...]:
    """Return the timeline of its JSON.

    Raises
    ------
    InvalidIntervention
        An entry lacks its time or its change, or a change is wrong.
    """
    made = []
    for k, entry in enumerate(data):
        if not isinstance(entry.get("at_s"), int | float) or not isinstance(entry.get("change"), Mapping):
            raise InvalidIntervention(f"timeline entry {k + 1}", "needs at_s [s] and change")
        made.append(Inject(float(entry["at_s"]), parse_intervention(entry["change"]), entry.get("until_s")))
    return tuple(made)
