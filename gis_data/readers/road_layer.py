"""From surveyed centrelines to the directed links of a city."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_data.readers.layer_fields import YES
from gis_data.readers.sources import LayerSource
from gis_data.road_defaults import capacity_pcu_h, default_for
from gis_data.validation import numbers, texts
from twin.city.ragged import flatten
from twin.city.roads import ALL_MODES, CYCLE, WALK, Roads
from twin.errors import TopologyError

_SNAP_M = 0.1
"""[m] Vertices closer than this are one place."""
_PATH = CYCLE | WALK

_Link: TypeAlias = tuple[int, int, int, int, bool]
"""Record, first vertex, last vertex (of the record's line), number of the piece, drawn backward."""


def road_links(
    records: pd.DataFrame,
    shapes: NDArray[np.object_],
    base: dict[str, Any],
    source: LayerSource,
    *,
    file: str,
) -> tuple[Roads, list[str]]:
    """Return the network of centrelines, and what a user must know about it.

    Rules
    -----
    1. Lines meet where they share a vertex (to 0.1 m); crossing lines without one pass over each other.
    2. A two-way street gives two links, each with the lanes of its direction.
    3. Links outside the largest strongly connected part are left out and counted.
    4. What a record does not say (lanes, width, speed) is assumed by its class.

    Raises
    ------
    TopologyError
        No two junctions can be driven to and fro.
    """
    lines = [shapely.get_coordinates(s) for s in shapes]
    places = [[(round(x / _SNAP_M), round(y / _SNAP_M)) for x, y in line] for line in lines]
    uses = Counter(p for line in places for p in line)
    uses.update(p for line in places for p in (line[0], line[-1]))
    oneway = _flags(records, "oneway")
    links: list[_Link] = []
    for record, line in enumerate(places):
        cuts = [k for k, p in enumerate(line) if uses[p] > 1]
        for number, (a, b) in enumerate(pairwise(cuts)):
            links.append((record, a, b, number, False))
            links += [] if oneway[record] else [(record, a, b, number, True)]
    links = [k for k in links if shapely.LineString(lines[k[0]][k[1] : k[2] + 1]).length > 0]
    ends = [(places[r][b], places[r][a]) if back else (places[r][a], places[r][b]) for r, a, b, _, back in links]
    keep = _core(ends)
    if not links or not keep.any():
        raise TopologyError(file, "no two junctions can be driven to and fro", "Join the lines at shared vertices.")
    left_out = len(links) - int(keep.sum())
    links = [k for k, kept in zip(links, keep, strict=True) if kept]
    ends = [e for e, kept in zip(ends, keep, strict=True) if kept]
    notes = [f"{file}: {left_out} links outside the connected core of the road network left out"] if left_out else []
    return _roads(records, lines, links, ends, base, source, oneway), notes


def _flags(records: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    if name not in records:
        return np.zeros(len(records), dtype=bool)
    return np.isin([t.lower() for t in texts(records[name])], YES)


def _core(ends: list[tuple[tuple[int, int], tuple[int, int]]]) -> NDArray[np.bool_]:
    number = {p: i for i, p in enumerate(dict.fromkeys(p for pair in ends for p in pair))}
    pairs = np.array([(number[a], number[b]) for a, b in ends]).reshape(-1, 2)
    if len(pairs) == 0:
        return np.zeros(0, dtype=bool)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(number),) * 2)
    _, label = connected_components(graph, directed=True, connection="strong")
    largest = np.bincount(label).argmax()
    kept: NDArray[np.bool_] = (label[pairs] == largest).all(axis=1)
    return kept


def _said(records: pd.DataFrame, name: str, source: LayerSource, unsaid: list[float]) -> NDArray[np.float64]:
    if name not in records:
        return np.array(unsaid, dtype=np.float64)
    values = numbers(records[name]) * source.factors.get(name, 1.0)
    return np.where(np.isnan(values), unsaid, values)


def _roads(
    records: pd.DataFrame,
    lines: list[NDArray[np.float64]],
    links: list[_Link],
    ends: list[tuple[tuple[int, int], tuple[int, int]]],
    base: dict[str, Any],
    source: LayerSource,
    oneway: NDArray[np.bool_],
) -> Roads:
    row = np.array([r for r, *_ in links])
    backward = [back for *_, back in links]
    drawn = [lines[r][a : b + 1][::-1] if back else lines[r][a : b + 1] for r, a, b, _, back in links]
    xy, first = flatten([shapely.LineString(d) for d in drawn])
    number = {p: i for i, p in enumerate(sorted({p for pair in ends for p in pair}))}
    pairs = np.array([(number[a], number[b]) for a, b in ends], dtype=np.int32)
    nodes = np.zeros((len(number), 2))
    nodes[pairs[:, 0]], nodes[pairs[:, 1]] = xy[first[:-1]], xy[first[1:] - 1]
    classes = texts(records["road_class"])
    defaults = [default_for(c) for c in classes]
    lanes = _said(records, "lanes", source, [float(d.lanes) for d in defaults]).round()
    width = _said(records, "width_m", source, list(lanes * np.array([d.lane_width_m for d in defaults])))
    speed = _said(records, "free_speed_kmh", source, [d.free_speed_kmh for d in defaults])
    names = texts(records["name"]) if "name" in records else [""] * len(records)
    modes = [_PATH if c == "path" else ALL_MODES for c in classes]
    per_record = {name: values[row] for name, values in base.items() if name != "ids"}
    numbered = zip(links, backward, strict=True)
    return Roads(
        ids=np.array([f"{base['ids'][r]}.{k}{'b' if back else 'f'}" for (r, _, _, k, _), back in numbered]),
        node_xy_m=nodes,
        tail=pairs[:, 0],
        head=pairs[:, 1],
        length_m=np.array([shapely.LineString(d).length for d in drawn]),
        road_class=np.array(classes)[row],
        name=np.array(names)[row],
        lanes=lanes[row].astype(np.int8),
        width_m=width[row],
        free_speed_mps=speed[row] / 3.6,
        capacity_pcu_h=np.array([capacity_pcu_h(w) for w in width])[row],
        oneway=oneway[row],
        bridge=_flags(records, "bridge")[row],
        surface_m=_said(records, "surface_m", source, [float("nan")] * len(records))[row],
        modes=np.array(modes, dtype=np.int8)[row],
        xy_m=xy,
        first_vertex=first,
        **per_record,
    )
