"""From OpenStreetMap ways to the directed links of a city, its forbidden turns and its signals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.osm_pieces import Core, Cut, Piece, core_of, cut_ways, join_pieces
from gis_data.osm_turns import Turns, resolve_turns
from gis_data.readers.osm import OsmExtract
from gis_data.road_defaults import capacity_pcu_h, default_for
from twin.city.ragged import flatten
from twin.city.roads import MOTOR, Roads
from twin.errors import TopologyError

SOURCE = "OpenStreetMap (ODbL)"
ACCURACY_M = 5.0
"""[m] Assumed accuracy of what OpenStreetMap draws on aerial images."""


@dataclass(frozen=True, slots=True)
class Network:
    """The street network of an extract.

    Attributes
    ----------
    roads : Roads
    turns : Turns
        Forbidden movements as pairs of rows of `roads`.
    signal_id, signal_node : (n,) str, (n,) int32
        Traffic signals and their node.
    underground : (n_links,) bool
        Links in tunnels, whose surface the terrain does not tell.
    notes : list of str
        What a user must know, one sentence each.
    """

    roads: Roads
    turns: Turns
    signal_id: NDArray[np.str_]
    signal_node: NDArray[np.int32]
    underground: NDArray[np.bool_]
    notes: list[str]


def network(extract: OsmExtract, *, crs: str, file: str, join: bool = True) -> Network:
    """Return the road network and what a user must know about it.

    Rules
    -----
    1. Ways are cut at junctions, signals and the ends of turn restrictions; pieces without length make one node of two.
    2. What cannot be reached and left again is dropped, per mode, and counted (`osm_pieces.core_of`).
    3. Pieces that meet end to end and agree in everything become one link, unless `join` is False.
    4. Two-way streets give two links, each with the lanes and the limit of its direction.

    Raises
    ------
    TopologyError
        No two junctions can be driven to and fro.
    """
    cut = cut_ways(extract.ways, crs=crs, also_at=_fixed_nodes(extract))
    core = core_of(cut.pieces) if cut.pieces else Core([], 0, 0.0, 0, 0.0)
    if not any((p.traffic.modes_forward | p.traffic.modes_backward) & MOTOR for p in core.pieces):
        raise TopologyError(file, "no two junctions can be driven to and fro", "Take a larger extract.")
    fixed = {cut.same_node.get(n, n) for n in _fixed_nodes(extract)}
    pieces = join_pieces(core.pieces, keep=fixed) if join else core.pieces
    both = [seen for p in pieces for seen in (p, p.reversed())]
    directed = [(p, "fb"[i % 2]) for i, p in enumerate(both) if p.traffic.modes_forward]
    links = [p for p, _ in directed]
    turns = resolve_turns(extract.restrictions, links, same_node=cut.same_node)
    osm_nodes = sorted({n for p in links for n in (p.tail, p.head)})
    number = {n: i for i, n in enumerate(osm_nodes)}
    signals = sorted({cut.same_node.get(n, n) for n in extract.signals} & set(number))
    return Network(
        roads=_roads(directed, number),
        turns=turns,
        signal_id=np.array([f"n{n}" for n in signals], dtype=np.str_),
        signal_node=np.array([number[n] for n in signals], dtype=np.int32),
        underground=np.array([p.traffic.tunnel for p in links]),
        notes=_notes(cut, core, links, turns, extract, len(signals)),
    )


def _fixed_nodes(extract: OsmExtract) -> set[int]:
    """Nodes that stay: signals, the nodes turns go through, and both ends of the ways they go through."""
    through = {w for r in extract.restrictions for w in r.via_ways}
    ends = {n for way in extract.ways if way.way_id in through for n in (way.nodes[0], way.nodes[-1])}
    return {*extract.signals, *(r.via_node for r in extract.restrictions if r.via_node is not None), *ends}


def _notes(cut: Cut, core: Core, links: list[Piece], turns: Turns, extract: OsmExtract, signals: int) -> list[str]:
    notes = [f"{cut.zero_pieces} pieces of zero length: their nodes were made one"] if cut.zero_pieces else []
    if core.dropped:
        notes.append(
            f"{core.dropped} pieces of street ({core.dropped_km:.1f} km) outside the connected core were left out"
        )
    if core.closed:
        notes.append(
            f"{core.closed} pieces of street ({core.closed_km:.1f} km) cannot be driven to and back: "
            "open to people on foot or bicycle only"
        )
    left_out: Counter[str] = extract.turns_left_out + turns.left_out
    if left_out or turns.kept:
        why = ", ".join(f"{n} {reason}" for reason, n in sorted(left_out.items()))
        why = f"; left out: {why}" if why else ""
        notes.append(f"{turns.kept} turn restrictions kept as {len(turns.pairs)} forbidden movements{why}")
    if signals:
        notes.append(f"{signals} traffic signals without timing: OpenStreetMap gives none")
    passed = {n for way in extract.ways for n in way.nodes} & set(extract.barriers)
    if passed:
        kinds = Counter(extract.barriers[n] for n in passed)
        named = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items(), key=lambda p: (-p[1], p[0])))
        notes.append(f"{len(passed)} barriers on streets are taken as open ({named})")
    unsaid = sum(p.traffic.speed_forward_kmh is None for p in links)
    notes.append(f"speed assumed by class on {unsaid} of {len(links)} links; capacity assumed by width on all")
    return notes


def _roads(directed: list[tuple[Piece, str]], number: dict[int, int]) -> Roads:
    links = [p for p, _ in directed]
    xy, first = flatten([p.line for p in links])
    tail, head = (np.array([number[n] for n in at]) for at in ([p.tail for p in links], [p.head for p in links]))
    nodes = np.zeros((len(number), 2))
    nodes[tail], nodes[head] = xy[first[:-1]], xy[first[1:] - 1]
    said = [p.traffic for p in links]
    default = [default_for(t.road_class) for t in said]
    lanes = np.array([t.lanes_forward or d.lanes for t, d in zip(said, default, strict=True)])
    against = [0 if t.oneway else t.lanes_backward or d.lanes for t, d in zip(said, default, strict=True)]
    assumed = lanes * np.array([d.lane_width_m for d in default])
    width = np.array([np.nan if t.width_m is None else t.width_m for t in said]) * lanes / (lanes + against)
    width = np.where(np.isnan(width), assumed, width)
    speed = [t.speed_forward_kmh or d.free_speed_kmh for t, d in zip(said, default, strict=True)]
    return Roads(
        ids=np.array([f"{p.stem}{way}" for p, way in directed]),
        node_xy_m=nodes,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        length_m=shapely.length(np.array([p.line for p in links], dtype=object)),
        road_class=np.array([t.road_class for t in said]),
        name=np.array([t.name for t in said]),
        lanes=lanes.astype(np.int8),
        width_m=width,
        free_speed_mps=np.array(speed) / 3.6,
        capacity_pcu_h=np.array([capacity_pcu_h(w) for w in width]),
        oneway=np.array([t.oneway for t in said]),
        bridge=np.array([t.bridge for t in said]),
        surface_m=np.full(len(links), np.nan),
        modes=np.array([t.modes_forward for t in said], np.int8),
        xy_m=xy,
        first_vertex=first,
        provenance=np.full(len(links), "surveyed"),
        accuracy_m=np.full(len(links), ACCURACY_M),
        source=np.full(len(links), SOURCE),
    )
