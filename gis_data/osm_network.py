"""From OpenStreetMap ways to the directed links of a city."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_data.projection import project
from gis_data.readers.osm import OsmWay
from gis_data.road_defaults import capacity_pcu_h, default_for
from twin.city.ragged import flatten
from twin.city.roads import MOTOR, Roads
from twin.errors import TopologyError

SOURCE = "OpenStreetMap (ODbL)"
_ACCURACY_M = 5.0
"""[m] Assumed accuracy of OpenStreetMap centrelines, drawn on aerial images."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A way between two junctions, drawn from tail to head."""

    way: OsmWay
    number: int
    tail: int
    head: int
    line: shapely.LineString


def network(ways: list[OsmWay], *, crs: str, file: str) -> tuple[Roads, list[str]]:
    """Return the road network and what a user must know about it.

    Rules
    -----
    1. Ways are cut where they share a node with another way or with themselves.
    2. Two-way streets give two links, each with the lanes of its direction.
    3. Links for motor vehicles outside the largest strongly connected part are left out and counted, as are pieces
       without length.

    Raises
    ------
    TopologyError
        No motor link is left.
    """
    pieces, zero = _pieces(ways, crs)
    links = [(p, back) for p in pieces for back in (False, True)]
    links = [(p, b) for p, b in links if (p.way.traffic.modes_backward if b else p.way.traffic.modes_forward)]
    keep = _core(links)
    left_out = len(links) - int(keep.sum())
    links = [link for link, kept in zip(links, keep, strict=True) if kept]
    if not links:
        raise TopologyError(file, "no two junctions can be driven to and fro", "Take a larger extract.")
    notes = [f"{zero} pieces of zero length left out"] if zero else []
    notes += [f"{left_out} links outside the connected core of the road network left out"] if left_out else []
    unsaid = sum(np.isnan(p.way.traffic.maxspeed_kmh) for p, _ in links)
    notes.append(f"speed assumed by class on {unsaid} of {len(links)} links; capacity assumed by width on all")
    return _roads(links), notes


def _pieces(ways: list[OsmWay], crs: str) -> tuple[list[_Piece], int]:
    uses = Counter(n for way in ways for n in way.nodes)
    uses.update(n for way in ways for n in (way.nodes[0], way.nodes[-1]))
    lon_lat = np.array([p for way in ways for p in way.lon_lat])
    xy = project(lon_lat, "EPSG:4326", crs)
    pieces, zero, at = [], 0, 0
    for way in ways:
        cuts = [i for i, n in enumerate(way.nodes) if uses[n] > 1]
        for k, (a, b) in enumerate(pairwise(cuts)):
            line = shapely.LineString(xy[at + a : at + b + 1])
            if line.length > 0:
                pieces.append(_Piece(way, k, way.nodes[a], way.nodes[b], line))
            zero += line.length == 0
        at += len(way.nodes)
    return pieces, zero


def _core(links: list[tuple[_Piece, bool]]) -> NDArray[np.bool_]:
    """Mark the links to keep: motor links between nodes of the largest strong component, and walkable links at them."""
    number = {n: i for i, n in enumerate(sorted({n for p, _ in links for n in (p.tail, p.head)}))}
    ends = np.array([(number[p.head], number[p.tail]) if b else (number[p.tail], number[p.head]) for p, b in links])
    modes = np.array([p.way.traffic.modes_backward if b else p.way.traffic.modes_forward for p, b in links])
    motor = (modes & MOTOR) > 0
    shape = (len(number), len(number))
    graph = coo_array((np.ones(int(motor.sum())), (ends[motor, 0], ends[motor, 1])), shape=shape)
    _, label = connected_components(graph, directed=True, connection="strong")
    in_core = label == np.bincount(label).argmax()
    keep = in_core[ends].all(axis=1)
    # Walking and cycling links join the core where the whole of their connected part touches it.
    loose = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=shape)
    _, part = connected_components(loose, directed=False)
    touched = np.isin(part, np.unique(part[in_core]))
    reached: NDArray[np.bool_] = keep | (~motor & touched[ends].all(axis=1))
    return reached


def _roads(links: list[tuple[_Piece, bool]]) -> Roads:
    lines = [p.line.reverse() if back else p.line for p, back in links]
    xy, first = flatten(lines)
    osm_nodes = sorted({n for p, _ in links for n in (p.tail, p.head)})
    number = {n: i for i, n in enumerate(osm_nodes)}
    ends = np.array([(number[p.head], number[p.tail]) if b else (number[p.tail], number[p.head]) for p, b in links])
    nodes = np.zeros((len(osm_nodes), 2))
    nodes[ends[:, 0]], nodes[ends[:, 1]] = xy[first[:-1]], xy[first[1:] - 1]
    said = [p.way.traffic for p, _ in links]
    default = [default_for(t.road_class) for t in said]
    stated = [t.lanes_backward if back else t.lanes_forward for t, (_, back) in zip(said, links, strict=True)]
    lanes = np.array([n or d.lanes for n, d in zip(stated, default, strict=True)])
    width = lanes * np.array([d.lane_width_m for d in default])
    speed = np.array([t.maxspeed_kmh for t in said])
    speed = np.where(np.isnan(speed), [d.free_speed_kmh for d in default], speed)
    return Roads(
        ids=np.array([f"w{p.way.way_id}.{p.number}{'b' if back else 'f'}" for p, back in links]),
        node_xy_m=nodes,
        tail=ends[:, 0].astype(np.int32),
        head=ends[:, 1].astype(np.int32),
        length_m=shapely.length(np.asarray(lines, dtype=object)),
        road_class=np.array([t.road_class for t in said]),
        name=np.array([t.name for t in said]),
        lanes=lanes.astype(np.int8),
        width_m=width,
        free_speed_mps=speed / 3.6,
        capacity_pcu_h=np.array([capacity_pcu_h(w) for w in width]),
        oneway=np.array([t.oneway for t in said]),
        bridge=np.array([t.bridge for t in said]),
        surface_m=np.full(len(links), np.nan),
        modes=np.array([p.way.traffic.modes_backward if b else p.way.traffic.modes_forward for p, b in links], np.int8),
        xy_m=xy,
        first_vertex=first,
        provenance=np.full(len(links), "surveyed"),
        accuracy_m=np.full(len(links), _ACCURACY_M),
        source=np.full(len(links), SOURCE),
    )
