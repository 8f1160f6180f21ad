"""What is asked of a scenario, and the id under which the answer is kept."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

from scenarios.engine.timeline import Inject, intervention_json, timeline_json
from scenarios.scenario import Scenario, ScenarioParams
from twin.chance import replication_seed
from twin.city.city import City
from twin.city.interventions import Intervention

_LIBRARIES = ("numpy", "numba", "scipy", "simpy")


class State(Protocol):
    """A live state a run can start from."""

    @property
    def digest(self) -> str:
        """SHA-256 of its content."""


@dataclass(frozen=True)
class Question:
    """A city, changes to it, a scenario, its parameters and a seed.

    Attributes
    ----------
    scenario : Scenario
    city : City
        As surveyed, before any change.
    params : ScenarioParams
    interventions : tuple of Intervention
        Made before the run.
    timeline : tuple of Inject
        Made during the run.
    seed : int
    state : State or None
        The live state to start from.
    """

    scenario: Scenario[Any]
    city: City
    params: ScenarioParams
    interventions: tuple[Intervention, ...] = ()
    timeline: tuple[Inject, ...] = ()
    seed: int = 1
    state: State | None = None

    def identity(self) -> dict[str, Any]:
        """Return everything the answer depends on, ready for JSON."""
        return {
            "scenario": self.scenario.name,
            "scenario_version": self.scenario.version,
            "code_version": code_version(self.scenario.module),
            "city": self.city.name,
            "city_digest": self.city.digest,
            "state_digest": self.state.digest if self.state is not None else None,
            "params": self.params.canonical(),
            "interventions": [intervention_json(i) for i in self.interventions],
            "timeline": timeline_json(self.timeline),
            "seed": self.seed,
        }

    @cached_property
    def run_id(self) -> str:
        """SHA-256 of the identity: the same question has the same id, on every machine."""
        return hashlib.sha256(canonical_json({**self.identity(), "city": ""})).hexdigest()

    def replications(self, n: int) -> list[Question]:
        """Return the question with the seeds of `n` replications: other questions of this seed get the same seeds."""
        return [replace(self, seed=replication_seed(self.seed, k)) for k in range(n)]

    def without_changes(self) -> Question:
        """Return the baseline: the same question of the city as it is."""
        return replace(self, interventions=(), timeline=())


def canonical_json(value: Any) -> bytes:
    """Return JSON with sorted keys and no free choice, as UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@lru_cache(maxsize=32)
def code_version(module: str) -> str:
    """Return the distribution's version and a digest of the code a scenario of `module` runs on."""
    h = hashlib.sha256("".join(f"{name} {_version(name)}\n" for name in _LIBRARIES).encode())
    for package in sorted({"twin", "scenarios", module.partition(".")[0]}):
        for name, text in _sources(package):
            h.update(f"{name}\n{len(text)}\n".encode() + text)
    return f"{version('hue-twin')}+{h.hexdigest()[:16]}"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # numba may be missing: nothing is compiled then
        return "none"


def _sources(package: str) -> Sequence[tuple[str, bytes]]:
    file = getattr(sys.modules.get(package), "__file__", None)
    if file is None:
        return ()
    path = Path(file)
    files = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    return [(f.relative_to(path.parent).as_posix(), f.read_bytes()) for f in files]
