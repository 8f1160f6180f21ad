"""Named streets of Huế and how their lines are cut into sections at the crossings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.ops import substring

from gis_data.projection import project
from twin.city.frame import HUE_CRS

_MERGE_M = 8.0
_SHORTEST_M = 0.5


@dataclass(frozen=True, slots=True)
class Street:
    """A street or bridge as drawn: one line in longitude and latitude, with its attributes."""

    street_id: str
    name: str
    road_class: str
    lanes: int
    width_m: float
    oneway: bool
    speed_kmh: float
    bridge: bool
    provenance: str
    accuracy_m: float
    source: str
    line: shapely.LineString


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a street between two nodes, in EPSG:9214 [m]."""

    street_id: str
    line: shapely.LineString
    length_m: float
    start: int
    end: int


def read_streets(folder: Path) -> list[Street]:
    """Return the streets of ``streets.csv`` with the lines of ``street_points.csv``."""
    points: dict[str, list[tuple[float, float]]] = {}
    with (folder / "street_points.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda r: (r["street_id"], int(r["seq"]))):
            points.setdefault(row["street_id"], []).append((float(row["lon"]), float(row["lat"])))
    with (folder / "streets.csv").open(encoding="utf-8", newline="") as file:
        return [_street(row, points[row["street_id"]]) for row in csv.DictReader(file)]


def _street(row: dict[str, str], points: list[tuple[float, float]]) -> Street:
    return Street(
        street_id=row["street_id"],
        name=row["name"],
        road_class=row["road_class"],
        lanes=int(row["lanes"]),
        width_m=float(row["width_m"]),
        oneway=row["oneway"] == "1",
        speed_kmh=float(row["speed_kmh"]),
        bridge=row["bridge"] == "1",
        provenance=row["provenance"],
        accuracy_m=float(row["accuracy_m"]),
        source=row["source"],
        line=shapely.LineString(points),
    )


def node_streets(streets: list[Street], *, snap_m: float = 120.0) -> list[Section]:
    """Return the streets cut at their crossings into one graph.

    Rules
    -----
    1. An end within `snap_m` [m] of another street is drawn onto it; the default is the drawing's own accuracy.
    2. Streets are cut where they cross; a bridge crosses nothing and is met at its two ends only.
    3. Nodes within 8 m become one.
    """
    lines = [shapely.LineString(project(shapely.get_coordinates(s.line), "EPSG:4326", HUE_CRS)) for s in streets]
    lines = [_snapped(i, lines, snap_m) for i in range(len(lines))]
    pieces = [(s.street_id, piece) for i, s in enumerate(streets) for piece in _cut(i, lines, streets)]
    return _numbered(pieces)


def _snapped(i: int, lines: list[shapely.LineString], snap_m: float) -> shapely.LineString:
    xy = shapely.get_coordinates(lines[i])
    others = [line for j, line in enumerate(lines) if j != i]
    tree = shapely.STRtree(others)
    for end in (0, -1):
        point = shapely.Point(xy[end])
        near = tree.query_nearest(point, max_distance=snap_m)
        if len(near):
            target = others[int(near[0])]
            xy[end] = shapely.get_coordinates(target.interpolate(target.project(point)))[0]
    return shapely.LineString(xy)


def _cut(i: int, lines: list[shapely.LineString], streets: list[Street]) -> list[shapely.LineString]:
    line, at = lines[i], {0.0, lines[i].length}
    for j, other in enumerate(lines):
        if j == i or not shapely.dwithin(line, other, 1.0):
            continue
        ends = [shapely.Point(c) for c in (other.coords[0], other.coords[-1])]
        at |= {line.project(p) for p in ends if line.distance(p) < 1.0}
        if not (streets[i].bridge or streets[j].bridge):
            crossing = shapely.get_coordinates(line.intersection(other))
            at |= {line.project(shapely.Point(p)) for p in crossing}
    marks = sorted(at)
    pieces = (substring(line, a, b) for a, b in pairwise(marks) if b - a > _SHORTEST_M)
    return [piece for piece in pieces if isinstance(piece, shapely.LineString)]


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
    return _renumbered(sections)


def _clusters(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    parent = np.arange(len(xy))
    for a, b in sorted(cKDTree(xy).query_pairs(_MERGE_M)):
        low, high = sorted((parent[a], parent[b]))
        parent[parent == high] = low
    return np.unique(parent, return_inverse=True)[1]


def _renumbered(sections: list[Section]) -> list[Section]:
    used = sorted({n for s in sections for n in (s.start, s.end)})
    number = {n: k for k, n in enumerate(used)}
    return [Section(s.street_id, s.line, s.length_m, number[s.start], number[s.end]) for s in sections]
