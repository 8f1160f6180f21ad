"""Alleys knitted into the street graph: a node where one begins, and only what is joined to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.ops import substring

_TOUCH_M = 0.05
_APART_M = 4.0
"""Two mouths of alleys closer than this share a node."""


@dataclass(frozen=True)
class Piece:
    """A stretch between two nodes.

    Attributes
    ----------
    parent : int
        Row of the line it was cut from: streets first, then alleys.
    line : LineString
        In the direction of the parent.
    start, end : int
        Nodes.
    """

    parent: int
    line: shapely.LineString
    start: int
    end: int


@dataclass
class Web:
    """Streets and alleys with the nodes on them while they are joined.

    Attributes
    ----------
    lines : (n,) lines
        The streets that may be joined, then the alleys.
    ends : (n, 2)
        Nodes at both ends.
    marks : list of dict
        For each line the nodes inside it: distance from its start [m] to node.
    node_xy_m : list of (x, y)
    """

    lines: NDArray[np.object_]
    ends: NDArray[np.int64]
    marks: list[dict[float, int]]
    node_xy_m: list[tuple[float, float]]

    def node_on(self, row: int, point: shapely.Point) -> int:
        """Return the node of a line nearest to a point on it, a new one where none is within 4 m."""
        line, marks = self.lines[row], self.marks[row]
        at = float(line.project(point))
        for edge, node in ((0.0, self.ends[row, 0]), (line.length, self.ends[row, 1])):
            if abs(at - edge) < _APART_M:
                return int(node)
        near = min(marks, key=lambda m: abs(m - at), default=np.inf)
        if abs(near - at) < _APART_M:
            return marks[near]
        where = line.interpolate(at)
        marks[at] = len(self.node_xy_m)
        self.node_xy_m.append((where.x, where.y))
        return marks[at]


def join(
    streets: NDArray[np.object_],
    ends: NDArray[np.int64],
    node_xy_m: NDArray[np.float64],
    alleys: NDArray[np.object_],
    parents: NDArray[np.int64],
) -> tuple[list[Piece], NDArray[np.float64], NDArray[np.int64]]:
    """Return the pieces of streets and alleys between nodes, the nodes, and the parent each alley begins on.

    Rules
    -----
    1. An alley's end with a parent (see `parents_of`) gets a node on it; any other end is dead.
    2. An alley that both begins and ends nowhere, or whose two ends are one node, is dropped.
    3. So is every alley that no chain of alleys joins to a street. Its parent is then -1.
    """
    n_streets = len(streets)
    lines = np.concatenate([streets, alleys])
    first_free = len(node_xy_m)
    web = Web(lines, np.full((len(lines), 2), -1), [{} for _ in lines], [tuple(p) for p in node_xy_m.tolist()])
    web.ends[:n_streets] = ends
    begun = np.full(len(alleys), -1)
    for k, row in enumerate(range(n_streets, len(lines))):
        mouths = [int(p) if p >= 0 and web.ends[p, 0] >= 0 else -1 for p in parents[k]]
        if max(mouths) < 0 or lines[row].length < _APART_M:
            continue
        nodes = [_end_node(web, row, side, mouths[side]) for side in (0, 1)]
        if nodes[0] == nodes[1]:
            continue
        web.ends[row] = nodes
        begun[k] = mouths[0] if mouths[0] >= 0 else mouths[1]
    pieces = [p for row in range(len(lines)) if web.ends[row, 0] >= 0 for p in _pieces(web, row)]
    return _joined(pieces, np.array(web.node_xy_m), first_free, begun, n_streets)


def parents_of(streets: NDArray[np.object_], alleys: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return for each end of each alley ``(k, 2)`` the street, else the earliest alley, it lies on; -1 where none.

    Rows count the streets first, then the alleys; on a line means within 5 cm. A parent was born earlier.
    """
    lines, n_streets = np.concatenate([streets, alleys]), len(streets)
    tree = shapely.STRtree(lines)
    found = np.full((len(alleys), 2), len(lines))
    for side, place in ((0, 0), (1, -1)):
        tips = shapely.get_point(alleys, place)
        of_tip, row = tree.query(tips, predicate="dwithin", distance=_TOUCH_M)
        older = row < n_streets + of_tip
        np.minimum.at(found[:, side], of_tip[older], row[older])
    return np.where(found == len(lines), -1, found)


def _end_node(web: Web, row: int, side: int, parent: int) -> int:
    tip = shapely.get_point(web.lines[row], 0 if side == 0 else -1)
    if parent >= 0:
        return web.node_on(parent, tip)
    web.node_xy_m.append((tip.x, tip.y))
    return len(web.node_xy_m) - 1


def _pieces(web: Web, row: int) -> list[Piece]:
    line = web.lines[row]
    inner = sorted(web.marks[row].items())
    stops = [(0.0, int(web.ends[row, 0])), *inner, (line.length, int(web.ends[row, 1]))]
    made = []
    for (a, start), (b, end) in pairwise(stops):
        if start == end:
            continue
        xy = shapely.get_coordinates(substring(line, a, b) if inner else line)
        xy[0], xy[-1] = web.node_xy_m[start], web.node_xy_m[end]
        made.append(Piece(row, shapely.LineString(xy), start, end))
    return made


def _joined(
    pieces: list[Piece], node_xy_m: NDArray[np.float64], n_old: int, begun: NDArray[np.int64], n_streets: int
) -> tuple[list[Piece], NDArray[np.float64], NDArray[np.int64]]:
    """Drop what hangs on no street and number the nodes anew; the old ones keep their numbers."""
    a, b = np.array([p.start for p in pieces]), np.array([p.end for p in pieces])
    n = len(node_xy_m)
    _, group = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)
    main = np.isin(group, group[:n_old])
    kept = [p for p in pieces if main[p.start]]
    used = np.zeros(n, dtype=bool)
    used[:n_old] = True
    used[[p.start for p in kept]] = True
    used[[p.end for p in kept]] = True
    number = np.cumsum(used) - 1
    alive = np.zeros(n_streets + len(begun), dtype=bool)
    alive[[p.parent for p in kept]] = True
    begun = np.where(alive[n_streets:], begun, -1)
    renumbered = [Piece(p.parent, p.line, int(number[p.start]), int(number[p.end])) for p in kept]
    return renumbered, node_xy_m[used], begun
