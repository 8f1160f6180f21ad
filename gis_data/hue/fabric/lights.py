"""Traffic lights where main streets cross: fixed-time plans, assumed and flagged as such."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.roads import Roads, Signals

SOURCE = "generated: main crossings; the timing is an assumption"
_RANK = {"trunk": 3, "primary": 3, "secondary": 2}
_LEAST_LEGS = 3
_LEAST_RANK = 5
"""Sum of the ranks of the two greatest streets that meet: a primary and a secondary street, or more."""
_CLEARANCE_S = 5.0
"""[s] Amber and all-red between two phases."""
_GREEN_S = {3: 35.0, 2: 25.0, 1: 20.0}
_APART_M = 120.0


@dataclass(frozen=True)
class _Plan:
    node: int
    cycle_s: float
    windows: list[tuple[int, float, float]]


def signals_of(roads: Roads) -> Signals:
    """Return the signals of the main crossings.

    Rules
    -----
    1. A crossing of at least three legs of which two different streets are main ones has lights; of crossings within
       120 m only the greatest.
    2. Two phases: the greatest street's direction, then the rest. Green by class, 5 s between phases.
    """
    plans = [_plan(roads, node) for node in _crossings(roads)]
    windows = [w for p in plans for w in p.windows]
    node = np.array([p.node for p in plans], dtype=np.int32)
    first = np.cumsum([0, *(len(p.windows) for p in plans)], dtype=np.int64)
    n = len(plans)
    return Signals(
        ids=np.array([f"signal-{k + 1}" for k in range(n)], dtype=np.str_),
        node=node,
        xy_m=roads.node_xy_m[node].reshape(-1, 2),
        cycle_s=np.array([p.cycle_s for p in plans]),
        offset_s=np.zeros(n),
        green_first=first,
        green_link=np.array([w[0] for w in windows], dtype=np.int32),
        green_from_s=np.array([w[1] for w in windows], dtype=np.float64),
        green_to_s=np.array([w[2] for w in windows], dtype=np.float64),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def _crossings(roads: Roads) -> list[int]:
    rank = np.array([_RANK.get(c, 0) for c in roads.road_class.tolist()])
    main = np.flatnonzero(rank)
    candidates = []
    for node in np.unique(roads.head[main]).tolist():
        into = np.flatnonzero(roads.head == node)
        out = np.flatnonzero(roads.tail == node)
        legs = np.unique([*roads.tail[into], *roads.head[out]])
        best: dict[str, int] = {}
        for k in [*into.tolist(), *out.tolist()]:
            if rank[k] and not roads.bridge[k]:
                best[str(roads.name[k])] = max(best.get(str(roads.name[k]), 0), int(rank[k]))
        score = sum(sorted(best.values())[-2:]) if len(best) > 1 else 0
        if len(legs) >= _LEAST_LEGS and score >= _LEAST_RANK:
            candidates.append((-score, -len(legs), node))
    chosen: list[int] = []
    for _, _, node in sorted(candidates):
        away = np.linalg.norm(roads.node_xy_m[chosen] - roads.node_xy_m[node], axis=1) if chosen else np.array([np.inf])
        if away.min() >= _APART_M:
            chosen.append(node)
    return sorted(chosen)


def _plan(roads: Roads, node: int) -> _Plan:
    into = np.flatnonzero(roads.head == node)
    rank = np.array([_RANK.get(str(roads.road_class[k]), 1) for k in into])
    heading = _headings(roads, into)
    lead = heading[int(np.argmax(rank))]
    apart = np.abs((heading - lead + np.pi / 2) % np.pi - np.pi / 2)
    first = apart < np.pi / 4
    windows, start = [], 0.0
    for phase in (into[first], into[~first]):
        if len(phase):
            green = _GREEN_S[max(_RANK.get(str(roads.road_class[k]), 1) for k in phase)]
            windows += [(int(k), start, start + green) for k in phase]
            start += green + _CLEARANCE_S
    return _Plan(node, start, windows)


def _headings(roads: Roads, links: NDArray[np.int64]) -> NDArray[np.float64]:
    last = roads.first_vertex[links + 1] - 1
    step = roads.xy_m[last] - roads.xy_m[last - 1]
    return np.arctan2(step[:, 1], step[:, 0])
