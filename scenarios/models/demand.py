"""Trips over the hours of a day: tours from homes and hotels by purpose, mode and hour; trucks; and the gateways.

*Equation*: see `gravity` (who goes where), `mode_choice` (how), `day_profiles` (when). A tour is two trips: out and
back. Counts in each hour are Poisson.
*Assumptions*: rates, decay, coefficients and profiles are parameters, flagged as assumptions. A change of land use adds
tours in proportion to what it adds at either end, and takes none away elsewhere; a closure changes nobody's tours. Who
shares a vehicle counts as one vehicle; a bus trip is a vehicle at a stated load. A trip within a zone runs from its
node to the zone's own node; one that begins at that node stays off the roads.
*References*: J. de D. Ortúzar, L. G. Willumsen, Modelling Transport, 4th ed. (2011), ch. 4–6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scenarios.models.day_profiles import DAYS, FESTIVE, FREE_DAY_FACTOR, STEPS, WEEKEND, Peaks, cumulated
from scenarios.models.zones import Zones

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_DAY_S, _HOUR_S = 86_400.0, 3_600.0
_STEPS_H = STEPS // 24


@dataclass(frozen=True)
class Trips:
    """Trips in order of departure.

    Attributes
    ----------
    depart_s : (V,) [s]
    origin : (V,)
        Node.
    zone : (V,)
    kind : (V,)
        Row of the classes' table.
    segment : (V,)
        Row of `Demand.flows`: why the trip is made.
    """

    depart_s: F64
    origin: I32
    zone: I32
    kind: I32
    segment: I32


@dataclass(frozen=True)
class Flow:
    """Vehicle trips of one kind of traveller in one direction, such as ``work/out``.

    Attributes
    ----------
    name : str
    vehicles : (C, Z, Z) [1/d]
        Expected on a working day, by class, from zone to zone.
    start : (N,)
        Weight of each node as the place of departure within its zone.
    peaks : (working day, free day)
    """

    name: str
    vehicles: NDArray[np.float32]
    start: F64
    peaks: tuple[Peaks, Peaks]

    @property
    def segment(self) -> str:
        """Whose trips they are, such as ``work``."""
        return self.name.split("/")[0]


@dataclass(frozen=True)
class Demand:
    """Everything that decides the trips of any hour; draw as often as wanted.

    Attributes
    ----------
    zones
    flows : tuple of Flow
    four_wheeled : (C,)
        Classes that start at a hub.
    """

    zones: Zones
    flows: tuple[Flow, ...]
    four_wheeled: NDArray[np.bool_]

    def per_day(self) -> F64:
        """Return the expected vehicle trips of a working day by flow and class ``(F, C)``."""
        return np.array([f.vehicles.sum(axis=(1, 2), dtype=np.float64) for f in self.flows])


@dataclass(frozen=True, kw_only=True)
class DayRules:
    """Which day it is, and how much of it.

    Attributes
    ----------
    day : str
        One of `DAYS`: the day at whose midnight the count of hours begins; the next ones follow.
    scale : float
        Factor on all trips.
    festival : float
        Factor on leisure, tourists and the gateways.
    factors : mapping of str to float
        Of single segments.
    """

    day: str
    scale: float = 1.0
    festival: float = 1.0
    factors: Mapping[str, float]

    def factor(self, segment: str, day: int) -> float:
        """Return the factor of a segment, some days after the first."""
        free = DAYS[(DAYS.index(self.day) + day) % 7] in WEEKEND
        kind = FREE_DAY_FACTOR[segment] if free else 1.0
        return self.scale * self.factors.get(segment, 1.0) * kind * (self.festival if segment in FESTIVE else 1.0)

    def is_free(self, day: int) -> bool:
        """Return whether it is a Saturday or Sunday, some days after the first."""
        return DAYS[(DAYS.index(self.day) + day) % 7] in WEEKEND


def draw_trips(
    demand: Demand,
    rules: DayRules,
    *,
    window_s: tuple[float, float],
    midnight_s: float,
    rng: Callable[[str], Generator],
) -> tuple[Trips, int]:
    """Draw the trips that depart in a window, and count those that stay off the roads.

    Rules
    -----
    1. Each flow, day and hour has its own random streams: the trips of an hour are the same in every window that holds
       it, and a flow that changes does not change another.
    2. More trips of a flow are the same trips and some more.

    Parameters
    ----------
    demand, rules
    window_s : (float, float) [s]
        Simulated time, half open.
    midnight_s : [s]
        Simulated time of the first day's midnight.
    rng : callable
        Named random streams.
    """
    blocks = _hours(window_s, midnight_s)
    parts = [_drawn(demand, k, rules, blocks, rng) for k in range(len(demand.flows))]
    depart_s = np.concatenate([p[0] for p in parts]) + midnight_s
    origin, zone, kind = (np.concatenate([p[c] for p in parts]) for c in (1, 2, 3))
    segment = np.repeat(np.arange(len(parts), dtype=np.int32), [len(p[0]) for p in parts])
    inside = (depart_s >= window_s[0]) & (depart_s < window_s[1])
    moves = origin != demand.zones.node[zone]
    keep = np.flatnonzero(inside & moves)
    keep = keep[np.argsort(depart_s[keep], kind="stable")]
    trips = Trips(depart_s[keep], origin[keep], zone[keep], kind[keep], segment[keep])
    return trips, int(np.count_nonzero(inside & ~moves))


def expected_trips(demand: Demand, rules: DayRules, *, window_s: tuple[float, float], midnight_s: float) -> float:
    """Return how many vehicle trips the hours of a window hold on average."""
    per_day = demand.per_day().sum(axis=1)
    total = 0.0
    for flow, n in zip(demand.flows, per_day.tolist(), strict=True):
        shapes = [cumulated(p)[::_STEPS_H] for p in flow.peaks]
        for block in _hours(window_s, midnight_s):
            day, hour = divmod(block, 24)
            share = shapes[rules.is_free(day)]
            total += n * rules.factor(flow.segment, day) * float(share[hour + 1] - share[hour])
    return total


def _hours(window_s: tuple[float, float], midnight_s: float) -> range:
    """Return the clock hours a window touches, counted from the first midnight."""
    return range(int((window_s[0] - midnight_s) // _HOUR_S), int(-((midnight_s - window_s[1]) // _HOUR_S)))


def _drawn(
    demand: Demand, row: int, rules: DayRules, blocks: range, rng: Callable[[str], Generator]
) -> tuple[F64, I32, I32, I32]:
    """Return departure [s from midnight], node, zone and class of a flow's trips over whole hours."""
    flow, z = demand.flows[row], len(demand.zones.node)
    cells = np.cumsum(flow.vehicles.reshape(-1), dtype=np.float64)
    per_day = float(cells[-1]) if len(cells) else 0.0
    chance, depart = [np.zeros((0, 3))], [np.zeros(0)]
    at_s = np.linspace(0.0, _DAY_S, STEPS + 1)
    shapes = [cumulated(p) for p in flow.peaks]
    for block in blocks:
        day, hour = divmod(block, 24)
        share = shapes[rules.is_free(day)]
        low, high = share[hour * _STEPS_H], share[(hour + 1) * _STEPS_H]
        expected = per_day * rules.factor(flow.segment, day) * (high - low)
        name = f"demand/{flow.name}/{day}/{hour}"
        n = int(rng(f"{name}/count").poisson(expected)) if expected > 0 else 0
        if n == 0:
            continue
        u = rng(name).random((n, 4))
        chance.append(u[:, 1:])
        depart.append(day * _DAY_S + np.interp(low + u[:, 0] * (high - low), share, at_s))
    u = np.concatenate(chance)
    cell = np.minimum(np.searchsorted(cells, u[:, 0] * per_day, side="right"), len(cells) - 1)
    kind, pair = np.divmod(cell, z * z)
    start, end = np.divmod(pair, z)
    origin = _nodes(flow.start, demand.zones, start, u[:, 1])
    origin = np.where(demand.four_wheeled[kind], demand.zones.hub[origin], origin)
    return np.concatenate(depart), origin.astype(np.int32), end.astype(np.int32), kind.astype(np.int32)


def _nodes(weight: F64, zones: Zones, zone: I64, u: F64) -> I64:
    """Return a node of each given zone by weight; the zone's own where none has weight."""
    order = np.argsort(zones.of_node, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(weight[order])])
    first = np.searchsorted(zones.of_node[order], np.arange(len(zones.node) + 1))
    low, high = summed[first[zone]], summed[first[zone + 1]]
    found = np.searchsorted(summed, low + u * (high - low), side="right") - 1
    # Rounding may step over the last node of a zone, or onto one without weight before it.
    found = np.clip(found, first[zone], np.maximum(first[zone + 1] - 1, first[zone]))
    return np.where(high > low, order[np.minimum(found, len(order) - 1)], zones.node[zone])
