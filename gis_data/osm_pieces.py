"""From OpenStreetMap ways to the pieces between junctions: cut, kept where connected, and joined end to end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.connectivity import largest_part, without_stranded_cars
from gis_data.projection import project
from gis_data.readers.osm import OsmWay
from gis_data.readers.osm_tags import WayTraffic
from twin.city.roads import CYCLE, MOTOR, WALK


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of street between two nodes, drawn from tail to head, with its traffic as seen in that direction.

    Attributes
    ----------
    stem : str
        Stable id without direction: the way, and the piece's number along it.
    first_way, last_way : int
        The way the piece leaves its tail with, and the way it reaches its head with.
    """

    stem: str
    tail: int
    head: int
    traffic: WayTraffic
    line: shapely.LineString
    first_way: int
    last_way: int

    def reversed(self) -> Piece:
        """Return the piece as seen when it is drawn from its other end."""
        return Piece(
            self.stem,
            self.head,
            self.tail,
            self.traffic.reversed(),
            self.line.reverse(),
            self.last_way,
            self.first_way,
        )


@dataclass(frozen=True, slots=True)
class Cut:
    """Pieces, and under which id each node goes whose neighbour lay at the same place."""

    pieces: list[Piece]
    same_node: dict[int, int]
    zero_pieces: int


def cut_ways(ways: list[OsmWay], *, crs: str, also_at: Collection[int]) -> Cut:
    """Return the pieces of ways between the nodes they share.

    Rules
    -----
    1. Ways are cut where they share a node with another way or with themselves, and at the nodes of `also_at`.
    2. A ring that only one other way touches is cut in its middle too: a link must have two ends.
    3. A piece without length has no link: its two nodes become one, under the smaller id.
    """
    uses = Counter(n for way in ways for n in way.nodes)
    uses.update(n for way in ways for n in (way.nodes[0], way.nodes[-1]))
    uses.update(set(uses) & set(also_at))
    xy = project(np.array([p for way in ways for p in way.lon_lat]), "EPSG:4326", crs)
    pieces: list[Piece] = []
    flat: list[tuple[int, int]] = []
    numbers: Counter[int] = Counter()
    at = 0
    for way in ways:
        cuts = [i for i, n in enumerate(way.nodes) if uses[n] > 1]
        rings = [(a + b) // 2 for a, b in pairwise(cuts) if way.nodes[a] == way.nodes[b]]
        for a, b in pairwise(sorted(cuts + rings)):
            stem = f"w{way.way_id}.{numbers[way.way_id]}"
            numbers[way.way_id] += 1
            line = shapely.LineString(xy[at + a : at + b + 1])
            if line.length > 0:
                piece = Piece(stem, way.nodes[a], way.nodes[b], way.traffic, line, way.way_id, way.way_id)
                pieces.append(piece)
            else:
                flat.append((way.nodes[a], way.nodes[b]))
        at += len(way.nodes)
    same = _same_node(flat)
    pieces = [replace(p, tail=same.get(p.tail, p.tail), head=same.get(p.head, p.head)) for p in pieces]
    return Cut(pieces, same, len(flat))


def _same_node(pairs: list[tuple[int, int]]) -> dict[int, int]:
    root: dict[int, int] = {}

    def _find(node: int) -> int:
        while root.get(node, node) != node:
            node = root[node]
        return node

    for a, b in pairs:
        low, high = sorted((_find(a), _find(b)))
        root[high] = low
    return {node: _find(node) for node in root}


@dataclass(frozen=True, slots=True)
class Core:
    """The connected pieces and what was lost.

    Attributes
    ----------
    pieces : list of Piece
        Each open only to the modes that can come from and go to the rest of the city on it.
    dropped, dropped_km : int, float
        Pieces nobody can come to and go from.
    closed, closed_km : int, float
        Pieces kept for people on foot or bicycle that no vehicle can drive to and back from.
    """

    pieces: list[Piece]
    dropped: int
    dropped_km: float
    closed: int
    closed_km: float


def core_of(pieces: list[Piece]) -> Core:
    """Return the pieces that hang together.

    Rules
    -----
    1. Motor vehicles: the largest part of the network in which every node is reached from every other.
    2. Bicycles, people on foot: of the parts in which they reach every node, the one with most nodes of the motor
       part; a cycle path or footpath that does not join it is dropped.
    3. A piece keeps the modes of which it lies in the part; without any it is dropped.
    """
    number = {n: i for i, n in enumerate(sorted({n for p in pieces for n in (p.tail, p.head)}))}
    tail, head = (np.array([number[n] for n in ends]) for ends in ([p.tail for p in pieces], [p.head for p in pieces]))
    forward = np.array([p.traffic.modes_forward for p in pieces])
    backward = np.array([p.traffic.modes_backward for p in pieces])
    kept_f, kept_b = np.zeros_like(forward), np.zeros_like(backward)
    wanted = np.ones(len(number), dtype=bool)
    for mode in (MOTOR, CYCLE, WALK):
        there, back = forward & mode, backward & mode
        edges = np.concatenate([np.stack([tail, head])[:, there > 0], np.stack([head, tail])[:, back > 0]], axis=1)
        part = largest_part(edges, wanted)
        if mode == MOTOR:
            wanted = part
        inside = part[tail] & part[head]
        kept_f |= np.where(inside, there, 0)
        kept_b |= np.where(inside, back, 0)
    both = np.concatenate([kept_f, kept_b])
    ends = np.concatenate([tail, head]), np.concatenate([head, tail])
    kept_f, kept_b = np.split(without_stranded_cars(*ends, both), 2)
    return _core(pieces, kept_f, kept_b)


def _core(pieces: list[Piece], kept_f: NDArray[np.int64], kept_b: NDArray[np.int64]) -> Core:
    kept: list[Piece] = []
    dropped, closed = [], []
    for piece, f, b in zip(pieces, kept_f.tolist(), kept_b.tolist(), strict=True):
        traffic = piece.traffic
        if not f | b:
            dropped.append(piece.line.length)
            continue
        if (traffic.modes_forward | traffic.modes_backward) & MOTOR and not (f | b) & MOTOR:
            closed.append(piece.line.length)
        kept.append(replace(piece, traffic=replace(traffic, modes_forward=f, modes_backward=b)))
    return Core(kept, len(dropped), sum(dropped) / 1000, len(closed), sum(closed) / 1000)


def join_pieces(pieces: list[Piece], *, keep: Collection[int]) -> list[Piece]:
    """Return longer pieces: two that meet end to end at a node nobody else meets, and agree in everything, become one.

    Rules
    -----
    1. The nodes of `keep` stay.
    2. The geometry keeps every vertex; the id is that of the piece with the smallest stem, in its direction.
    3. A chain that comes back to its own start is left as it is: a link must have two ends.
    """
    ends: defaultdict[int, list[int]] = defaultdict(list)
    for i, piece in enumerate(pieces):
        ends[piece.tail].append(i)
        ends[piece.head].append(i)
    open_nodes = {n for n, at in ends.items() if n not in keep and _agree(n, [pieces[i] for i in at])}
    done: set[int] = set()
    joined: list[Piece] = []
    for i in sorted(range(len(pieces)), key=lambda k: _order(pieces[k].stem)):
        if i in done:
            continue
        chain = _chain(i, pieces, ends, open_nodes)
        done.update(k for k, _ in chain)
        parts = [pieces[k].reversed() if back else pieces[k] for k, back in chain]
        loop = parts[0].tail == parts[-1].head
        joined += [pieces[k] for k, _ in chain] if loop else [_join(parts, pieces[i].stem)]
    return joined


def _order(stem: str) -> tuple[int, int]:
    way, _, number = stem[1:].partition(".")
    return int(way), int(number)


def _agree(node: int, at: list[Piece]) -> bool:
    if len(at) != 2 or at[0] is at[1]:
        return False
    inward = at[0] if at[0].head == node else at[0].reversed()
    outward = at[1] if at[1].tail == node else at[1].reversed()
    return inward.traffic == outward.traffic


def _chain(start: int, pieces: list[Piece], ends: dict[int, list[int]], open_nodes: set[int]) -> list[tuple[int, bool]]:
    """Return the pieces joined to one, in order, each with whether it runs against its drawing."""
    seen = {start}

    def _follow(node: int, at: int) -> Iterable[tuple[int, bool]]:
        while node in open_nodes:
            other = next(k for k in ends[node] if k != at)
            if other in seen:
                return
            seen.add(other)
            back = pieces[other].head == node
            yield other, back
            node, at = (pieces[other].tail if back else pieces[other].head), other

    after = list(_follow(pieces[start].head, start))
    before = [(k, not back) for k, back in _follow(pieces[start].tail, start)]
    return [*reversed(before), (start, False), *after]


def _join(parts: list[Piece], stem: str) -> Piece:
    xy = [shapely.get_coordinates(p.line) for p in parts]
    line = shapely.LineString(np.concatenate([xy[0], *[more[1:] for more in xy[1:]]]))
    traffic = parts[0].traffic
    return Piece(stem, parts[0].tail, parts[-1].head, traffic, line, parts[0].first_way, parts[-1].last_way)
