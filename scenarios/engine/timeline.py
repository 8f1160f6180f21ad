"""When changes to the city are in force during a run: an exercise's injects, and the hours and days of orders."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from scenarios.scenario import ScenarioParams
from twin.city.city import City
from twin.city.interventions import Intervention, apply
from twin.city.windows import spans
from twin.errors import InvalidIntervention

KINDS: tuple[str, ...] = tuple(sorted(cls.__dataclass_fields__["kind"].default for cls in get_args(Intervention)))
"""The kinds of intervention by the name they have in JSON."""


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


@dataclass(frozen=True, slots=True)
class Spell:
    """A change and when it is in force.

    Attributes
    ----------
    change : Intervention
    spans_s : tuple of (from, to) [s]
        Half-open spans of simulated time, in order; empty where none falls into the run.
    """

    change: Intervention
    spans_s: tuple[tuple[float, float], ...]

    def holds(self, at_s: float) -> bool:
        """Say whether the change is in force at a moment."""
        return any(start <= at_s < stop for start, stop in self.spans_s)


class ChangingCity:
    """A city whose changes come and go.

    Parameters
    ----------
    base
        The city as surveyed.
    interventions
        In order; those without hours are always in force.
    timeline
        Made after them, in order.
    params
        Say on which day and at which hours the run plays.

    Attributes
    ----------
    spells : tuple of Spell

    Raises
    ------
    RequestError
        A change cannot be made to the city with the lasting changes.
    """

    def __init__(
        self,
        base: City,
        interventions: Sequence[Intervention],
        timeline: Sequence[Inject],
        params: ScenarioParams,
    ) -> None:
        self._base = base
        self._made: dict[tuple[int, ...], City] = {(): base}
        whole = ((-math.inf, math.inf),)
        planned = [Spell(c, tuple(_in_run(c, params)) if c.when else whole) for c in interventions]
        injected = [Spell(i.change, ((i.at_s, math.inf if i.until_s is None else i.until_s),)) for i in timeline]
        self.spells = (*planned, *injected)
        lasting = apply(base, [s.change for s in self.spells if s.spans_s == whole])
        for spell in self.spells:
            if spell.spans_s != whole:
                apply(lasting, [spell.change])

    def at(self, at_s: float) -> City:
        """Return the city at a moment; the same one whenever the same changes are in force."""
        active = tuple(k for k, spell in enumerate(self.spells) if spell.holds(at_s))
        if active not in self._made:
            self._made[active] = apply(self._base, [self.spells[k].change for k in active])
        return self._made[active]

    def in_force(self, at_s: float) -> tuple[Intervention, ...]:
        """Return the changes in force at a moment, in the order in which they are made."""
        return tuple(spell.change for spell in self.spells if spell.holds(at_s))

    def moments(self, begin_s: float, horizon_s: float) -> list[float]:
        """Return the moments after the begin and before the horizon at which something comes into force or ends."""
        found = {t for spell in self.spells for span in spell.spans_s for t in span}
        return sorted(t for t in found if begin_s < t < horizon_s)


def _in_run(change: Intervention, params: ScenarioParams) -> list[tuple[float, float]]:
    begin, end = moment_of(params, params.begin_s), moment_of(params, params.horizon_s)
    return [(seconds_of(params, a), seconds_of(params, b)) for a, b in spans(change.when, begin, end)]


def never_in_force(changes: Sequence[Intervention], params: ScenarioParams) -> list[Intervention]:
    """Return the changes whose hours and days fall into no moment of a run with these parameters."""
    return [c for c in changes if c.when and not _in_run(c, params)]


def moment_of(params: ScenarioParams, at_s: float) -> datetime:
    """Return the local date and time of a moment of the run."""
    return datetime.combine(params.date, time()) + timedelta(seconds=at_s - params.midnight_s)


def seconds_of(params: ScenarioParams, moment: datetime) -> float:
    """Return the simulated time [s] of a local date and time."""
    return (moment - datetime.combine(params.date, time())).total_seconds() + params.midnight_s


def intervention_json(change: Intervention) -> dict[str, Any]:
    """Return an intervention as JSON: its kind and its fields."""
    found: dict[str, Any] = _adapter().dump_python(change, mode="json")
    return found


def parse_intervention(data: Mapping[str, Any]) -> Intervention:
    """Return the intervention of its JSON.

    Raises
    ------
    InvalidIntervention
        The kind is unknown or a field is missing or wrong.
    """
    kind = data.get("kind")
    if kind not in KINDS:
        raise InvalidIntervention(str(kind), f"no such kind of intervention; one of {', '.join(KINDS)}")
    try:
        return _adapter().validate_python(dict(data))
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors()]
        raise InvalidIntervention(str(kind), "; ".join(faults)) from None


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Intervention]:
    return TypeAdapter(Annotated[Intervention, Field(discriminator="kind")], config=ConfigDict(extra="forbid"))


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
