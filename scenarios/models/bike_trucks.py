"""What the trucks of the bike share drive on: fixed times, or streets with traffic."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_CLOSED_S = 300.0


class Driving(Protocol):
    """What drives the trucks: free roads, or a traffic model."""

    def drive(self, start: int, end: int) -> simpy.Event:
        """Return the event of arriving at a station from another; its value is the length driven [km]."""


@dataclass(frozen=True)
class FreeRoads:
    """Trucks drive in fixed times, whatever the traffic.

    Attributes
    ----------
    env
    time_s, km : (S, S) [s], [km]
    """

    env: simpy.Environment
    time_s: F64
    km: F64

    def drive(self, start: int, end: int) -> simpy.Event:
        """Return the arrival after the fixed time."""
        return self.env.timeout(float(self.time_s[start, end]), value=float(self.km[start, end]))


class Streets(Protocol):
    """Streets with traffic on them: what `OnStreets` asks of a traffic model."""

    def drive(self, kind: int, start: int, way: NDArray[np.int32]) -> simpy.Event:
        """Return the event of the end of a drive; its value says by `arrived` whether the way was open to its end."""


@dataclass(frozen=True)
class OnStreets:
    """Trucks drive in the traffic of a model, each time by the same streets.

    Attributes
    ----------
    env, streets
    kind : int
        Class of the trucks.
    node : (S,)
        Of each station.
    ways : dict of (int, int) to (n,)
        Links from station to station.
    km : (S, S) [km]
    """

    env: simpy.Environment
    streets: Streets
    kind: int
    node: I64
    ways: dict[tuple[int, int], NDArray[np.int32]]
    km: F64

    def drive(self, start: int, end: int) -> simpy.Event:
        """Return the arrival; a truck that finds its way closed waits and tries again."""
        return self.env.process(self._arrived(start, end))

    def _arrived(self, start: int, end: int) -> Generator[simpy.Event, Any, float]:
        way = self.ways[start, end]
        while len(way):
            drive = yield self.streets.drive(self.kind, int(self.node[start]), way)
            if drive.arrived:
                break
            yield self.env.timeout(_CLOSED_S)
        return float(self.km[start, end])
