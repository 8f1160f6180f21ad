"""Watches the sensors themselves: one that repeats itself is frozen, one that stops speaking is silent."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twin.live.freshness import SILENT_CADENCES, Freshness, freshness
from twin.live.observation import Observation, SensorHealth, VehicleCount
from twin.live.state import LiveState

FROZEN_REPEATS = 4
"""Equal counts of every class and equal speed so often in a row are no chance on a street with traffic."""

WATCH = "watch"


class HealthWatch:
    """Turns what sensors do into observations about them; the same stream gives the same reports at any pace."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[object, int]] = {}
        self._reported: dict[str, str] = {}

    def heard(self, observations: Iterable[Observation]) -> list[SensorHealth]:
        """Return reports on cameras that began or ceased to repeat themselves."""
        found: list[SensorHealth] = []
        for seen in observations:
            if not isinstance(seen, VehicleCount):
                continue
            value = (seen.counts, seen.speed_mps)
            before, times = self._last.get(seen.sensor, (None, 0))
            times = times + 1 if value == before and any(seen.counts) else 1
            self._last[seen.sensor] = (value, times)
            if times == FROZEN_REPEATS:
                found += self._report(seen.sensor, "frozen", seen.at_s)
            elif times == 1 and self._reported.get(seen.sensor) == "frozen":
                found += self._report(seen.sensor, "working", seen.at_s)
        return found

    def missed(self, state: LiveState) -> list[SensorHealth]:
        """Return reports on sensors that fell silent, dated when their silence was complete."""
        found: list[SensorHealth] = []
        for k in np.flatnonzero(freshness(state) == Freshness.SILENT):
            known = state.latest[k]
            if known is None:
                continue
            since_s = known.at_s + SILENT_CADENCES * float(state.sensors.cadence_s[k])
            if since_s <= state.as_of_s:
                found += self._report(known.sensor, "silent", since_s, once=f"silent since {known.at_s}")
        return found

    def _report(self, sensor: str, status: str, at_s: float, *, once: str = "") -> list[SensorHealth]:
        if self._reported.get(sensor) == (once or status):
            return []
        self._reported[sensor] = once or status
        return [SensorHealth(sensor=sensor, at_s=at_s, source=WATCH, status=status)]  # type: ignore[arg-type] # one of its words
