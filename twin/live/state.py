"""The live state: the latest word of every sensor; a pure fold over observations in any order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from twin.city.city import City
from twin.live.observation import MEASURES, Measurement, Observation, SensorHealth, canonical, rank
from twin.live.sensors import Sensors, sensors_of


@dataclass(frozen=True, kw_only=True, eq=False)
class LiveState:
    """What is known of a city at a moment.

    Attributes
    ----------
    sensors : Sensors
    as_of_s : [s]
        The moment the state speaks of, seconds since 1970 UTC; freshness counts from here.
    latest : (n_sensors,) of Measurement or None
        The last measurement of each sensor.
    health : (n_sensors,) of SensorHealth or None
        The last thing said about each sensor itself.
    """

    sensors: Sensors
    as_of_s: float
    latest: tuple[Measurement | None, ...]
    health: tuple[SensorHealth | None, ...]

    def at(self, as_of_s: float) -> LiveState:
        """Return the same knowledge, looked at from another moment."""
        return self if as_of_s == self.as_of_s else replace(self, as_of_s=as_of_s)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the sensors, the moment and everything known."""
        h = hashlib.sha256(f"{self.sensors.digest()}{self.as_of_s!r}".encode())
        for known in (*self.latest, *self.health):
            h.update(b"-" if known is None else canonical(known).encode())
            h.update(b"\n")
        return h.hexdigest()

    def __getstate__(self) -> dict[str, object]:
        kept = ("sensors", "as_of_s", "latest", "health")
        return {name: getattr(self, name) for name in kept}


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A city and its live state: what a what-if from now starts from.

    Attributes
    ----------
    city : City
    state : LiveState
    """

    city: City
    state: LiveState


def unknown_state(city: City, as_of_s: float) -> LiveState:
    """Return the state of a city before any observation."""
    sensors = sensors_of(city)
    nothing = (None,) * len(sensors)
    return LiveState(sensors=sensors, as_of_s=as_of_s, latest=nothing, health=nothing)


def advance(state: LiveState, observation: Observation) -> LiveState:
    """Return the state after an observation.

    Rules
    -----
    1. Pure and total: any observation is taken; one of a sensor the city does not have, or of the wrong kind for its
       sensor, changes nothing.
    2. Idempotent and order-tolerant: per sensor the greatest by `rank` stays, so any permutation with any repetition
       of the same observations ends in the same state.
    """
    return advance_all(state, (observation,))


def advance_all(state: LiveState, observations: Iterable[Observation]) -> LiveState:
    """Return the state after several observations; the same as `advance` one by one."""
    latest, health = list(state.latest), list(state.health)
    for seen in observations:
        k = position_of(state, seen)
        if k is None:
            continue
        if isinstance(seen, SensorHealth):
            before = health[k]
            health[k] = seen if before is None or rank(seen) > rank(before) else before
        else:
            known = latest[k]
            latest[k] = seen if known is None or rank(seen) > rank(known) else known
    return replace(state, latest=tuple(latest), health=tuple(health))


def position_of(state: LiveState, observation: Observation) -> int | None:
    """Return the position of an observation's sensor; None where the city has no such sensor of that kind."""
    k = state.sensors.positions.get(observation.sensor)
    if k is None or isinstance(observation, SensorHealth):
        return k
    return k if state.sensors.kind[k] == MEASURES[type(observation)] else None
