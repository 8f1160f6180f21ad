"""Streets cut at their crossings into the sections of one graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.ops import substring

from gis_data.hue.streets import Street

SNAP_M = 15.0
"""How far from another street an end may be drawn and still meet it: a slip of the pen, not a missing road."""

MERGE_M = 8.0
"""Crossings closer than this are one junction."""

SPUR_M = 20.0
"""A dead end shorter than this is an overshoot of the drawing."""

_TOUCH_M = 1.0
_SHORTEST_M = 0.5


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a street between two nodes, in EPSG:9214 [m]."""

    street_id: str
    line: shapely.LineString
    length_m: float
    start: int
    end: int


def node_streets(streets: list[Street], *, snap_m: float = SNAP_M) -> list[Section]:
    """Return the streets cut at their crossings into one graph.

    Rules
    -----
    1. An end within `snap_m` [m] of another street is drawn onto it: onto its end where that is as near, else onto
       its line.
    2. Streets are cut where they cross; a bridge crosses nothing and is met at its two ends only.
    3. Nodes within 8 m become one.
    4. Dead ends shorter than 20 m, and a second line between the same two nodes that lies on the first, are dropped.
    """
    lines = [street.line for street in streets]
    lines = [_snapped(i, lines, snap_m) for i in range(len(lines))]
    return _tidy(_numbered(_cut(lines, streets)))


def _snapped(i: int, lines: list[shapely.LineString], snap_m: float) -> shapely.LineString:
    xy = shapely.get_coordinates(lines[i])
    others = np.array([line for j, line in enumerate(lines) if j != i], dtype=object)
    tips = shapely.union_all(np.concatenate([shapely.get_point(others, 0), shapely.get_point(others, -1)]))
    for end in (0, -1):
        point = shapely.Point(xy[end])
        distance = shapely.distance(others, point)
        nearest = int(distance.argmin())
        if distance[nearest] > snap_m:
            continue
        tip = shapely.shortest_line(point, tips)
        if tip.length <= max(MERGE_M, float(distance[nearest])):
            xy[end] = tip.coords[-1]
        else:
            xy[end] = shapely.shortest_line(point, others[nearest]).coords[-1]
    return shapely.LineString(xy)


def _cut(lines: list[shapely.LineString], streets: list[Street]) -> list[tuple[str, shapely.LineString]]:
    tree = shapely.STRtree(lines)
    pieces = []
    for i, line in enumerate(lines):
        at = {0.0, float(line.length)}
        for j in tree.query(line, predicate="dwithin", distance=_TOUCH_M):
            if j == i:
                continue
            tips = [shapely.Point(c) for c in (lines[j].coords[0], lines[j].coords[-1])]
            at |= {line.project(p) for p in tips if line.distance(p) < _TOUCH_M}
            if not (streets[i].bridge or streets[j].bridge):
                crossing = shapely.get_coordinates(line.intersection(lines[j]))
                at |= {line.project(shapely.Point(p)) for p in crossing}
        for a, b in pairwise(sorted(at)):
            piece = substring(line, a, b)
            if b - a > _SHORTEST_M and isinstance(piece, shapely.LineString):
                pieces.append((streets[i].street_id, piece))
    return pieces


def _numbered(pieces: list[tuple[str, shapely.LineString]]) -> list[Section]:
    ends = np.array([c for _, piece in pieces for c in (piece.coords[0], piece.coords[-1])])
    node = _clusters(ends)
    centre = np.array([ends[node == k].mean(axis=0) for k in range(node.max() + 1)])
    sections = []
    for k, (street_id, piece) in enumerate(pieces):
        start, end = int(node[2 * k]), int(node[2 * k + 1])
        if start == end:
            continue
        inner = shapely.get_coordinates(piece)[1:-1]
        line = shapely.LineString(np.vstack([centre[start], inner, centre[end]]))
        sections.append(Section(street_id, line, float(line.length), start, end))
    return sections


def _clusters(xy: NDArray[np.float64]) -> NDArray[np.int32]:
    pairs = cKDTree(xy).query_pairs(MERGE_M, output_type="ndarray")
    near = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    _, label = connected_components(near, directed=False)
    return np.asarray(label, dtype=np.int32)


def _tidy(sections: list[Section]) -> list[Section]:
    degree = Counter(n for s in sections for n in (s.start, s.end))
    kept: list[Section] = []
    between: dict[frozenset[int], list[Section]] = {}
    for section in sections:
        dead_end = 1 in (degree[section.start], degree[section.end])
        twins = between.setdefault(frozenset((section.start, section.end)), [])
        if (dead_end and section.length_m < SPUR_M) or any(_same(section, twin) for twin in twins):
            continue
        twins.append(section)
        kept.append(section)
    used = sorted({n for s in kept for n in (s.start, s.end)})
    number = {n: k for k, n in enumerate(used)}
    return [Section(s.street_id, s.line, s.length_m, number[s.start], number[s.end]) for s in kept]


def _same(one: Section, other: Section) -> bool:
    return bool(one.line.hausdorff_distance(other.line) < SNAP_M)
