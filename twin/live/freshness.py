"""How far each sensor can be trusted now: fresh, stale or silent, by the cadence it declared."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from twin.live.observation import Measurement, SensorHealth
from twin.live.state import LiveState


class Freshness(IntEnum):
    """What a map may do with a value: draw it as live, grey it, or say that nothing is known."""

    FRESH = 0
    STALE = 1
    SILENT = 2


FRESH_CADENCES, SILENT_CADENCES = 2.0, 6.0
"""Fresh up to two missed reports, silent from six on."""


def freshness(state: LiveState) -> NDArray[np.uint8]:
    """Return the `Freshness` of each sensor ``(n_sensors,)`` at the state's moment.

    Rules
    -----
    1. By age against the declared cadence; a sensor that never spoke is silent.
    2. A report on the sensor itself counts from its time on, until a later measurement (silence) or a later report
       (a frozen or broken sensor goes on talking) lifts it: silent and broken are silent, frozen is stale at best.
    3. A suspect measurement is stale at best.
    """
    found = np.full(len(state.sensors), Freshness.SILENT, dtype=np.uint8)
    for k, (known, health) in enumerate(zip(state.latest, state.health, strict=True)):
        if known is not None:
            found[k] = max(_by_age(state, k, known), _by_health(known, health))
    return found


def _by_age(state: LiveState, k: int, known: Measurement) -> Freshness:
    cadences = (state.as_of_s - known.at_s) / float(state.sensors.cadence_s[k])
    if cadences >= SILENT_CADENCES:
        return Freshness.SILENT
    return Freshness.STALE if cadences > FRESH_CADENCES or known.quality == "suspect" else Freshness.FRESH


def _by_health(known: Measurement, health: SensorHealth | None) -> Freshness:
    if health is None or health.status == "working":
        return Freshness.FRESH
    if health.status == "frozen":
        return Freshness.STALE
    if health.status == "silent" and known.at_s > health.at_s:
        return Freshness.FRESH
    return Freshness.SILENT
