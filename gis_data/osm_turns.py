"""Turn restrictions on the links of a city: which movement from link to link is not allowed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gis_data.osm_pieces import Piece
from gis_data.readers.osm_turns import OsmRestriction
from twin.city.roads import MOTOR

_LONGEST_VIA = 8
_OUTSIDE = "at streets outside the network"
_AMBIGUOUS = "ambiguous at a way that is not cut there"
_THREE = "through a way that pairs of links cannot express"


@dataclass(frozen=True, slots=True)
class Turns:
    """Movements that are not allowed.

    Attributes
    ----------
    pairs : (n, 2) int32
        From link, to link; sorted, each once.
    kept : int
        Restrictions that became pairs.
    left_out : Counter
        Restrictions that did not, by reason.
    """

    pairs: NDArray[np.int32]
    kept: int
    left_out: Counter[str]


def resolve_turns(
    restrictions: Sequence[OsmRestriction], links: Sequence[Piece], *, same_node: Mapping[int, int]
) -> Turns:
    """Return the forbidden pairs of links.

    Rules
    -----
    1. Only links of motor vehicles are bound; every link is seen in its direction of travel.
    2. ``no_…`` forbids from → to; ``only_…`` forbids every other movement out of from, turning back as well.
    3. Through a way, a pair is used only where it forbids exactly what is meant: nobody else comes into the way
       before the pair, nobody can leave it after. Turning back on the way itself is not looked at.
    4. What cannot be told apart or expressed is counted, never guessed.
    """
    index = _Index(links)
    pairs: set[tuple[int, int]] = set()
    left_out: Counter[str] = Counter()
    for one in sorted(restrictions, key=lambda r: (bool(r.via_ways), r.relation_id)):
        if one.via_node is None:
            found = _through_ways(one, index, pairs)
        else:
            found = _at_node(one, index, same_node.get(one.via_node, one.via_node))
        if isinstance(found, str):
            left_out[found] += 1
        else:
            pairs |= found
    array = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    return Turns(array, len(restrictions) - left_out.total(), left_out)


class _Index:
    """Links by where they arrive and leave."""

    def __init__(self, links: Sequence[Piece]) -> None:
        self.links = links
        self.arriving: defaultdict[int, list[int]] = defaultdict(list)
        self.leaving: defaultdict[int, list[int]] = defaultdict(list)
        for i, link in enumerate(links):
            if link.traffic.modes_forward & MOTOR:
                self.arriving[link.head].append(i)
                self.leaving[link.tail].append(i)

    def turned_back(self, link: int, other: int) -> bool:
        """Whether two links are the two directions of one street."""
        return self.links[link].stem == self.links[other].stem and link != other

    def entries(self, link: int, banned: set[tuple[int, int]]) -> list[int]:
        """Links from which one comes onto a link without turning back."""
        at = self.arriving[self.links[link].tail]
        return [k for k in at if not self.turned_back(k, link) and (k, link) not in banned]

    def exits(self, link: int, banned: set[tuple[int, int]]) -> list[int]:
        """Links onto which one leaves a link without turning back."""
        at = self.leaving[self.links[link].head]
        return [k for k in at if not self.turned_back(k, link) and (link, k) not in banned]


def _at_node(one: OsmRestriction, index: _Index, node: int) -> set[tuple[int, int]] | str:
    sources = [i for i in index.arriving[node] if index.links[i].last_way in one.from_ways]
    targets = [i for i in index.leaving[node] if index.links[i].first_way in one.to_ways]
    if not sources or not targets:
        return _OUTSIDE
    if one.u_turn and one.from_ways == one.to_ways and not one.only:
        back = {(i, k) for i in sources for k in targets if index.turned_back(i, k)}
        return back or _OUTSIDE
    if len(sources) > len(one.from_ways) or len(targets) > len(one.to_ways):
        return _AMBIGUOUS
    if one.only:
        return {(i, k) for i in sources for k in index.leaving[node] if k not in targets}
    return {(i, k) for i in sources for k in targets}


def _through_ways(one: OsmRestriction, index: _Index, banned: set[tuple[int, int]]) -> set[tuple[int, int]] | str:
    ends = {link.tail for link in index.links if link.first_way in one.via_ways}
    starts = [i for node in ends for i in index.arriving[node] if index.links[i].last_way in one.from_ways]
    paths = [path for i in starts for path in _paths([i], one, index)]
    if not paths:
        return _OUTSIDE
    if len(paths) > 1:
        return _AMBIGUOUS
    path = paths[0]
    forced_in = [all(k == path[j - 1] for k in index.entries(path[j], banned)) for j in range(1, len(path) - 1)]
    if one.only:
        if not all(forced_in):
            return _THREE
        return {(a, k) for a, b in pairwise(path[1:]) for k in index.leaving[index.links[a].head] if k != b}
    forced_out = [all(k == path[j + 1] for k in index.exits(path[j], banned)) for j in range(1, len(path) - 1)]
    for at in range(len(path) - 1):
        if all(forced_in[:at]) and all(forced_out[at:]):
            return {(path[at], path[at + 1])}
    return _THREE


def _paths(path: list[int], one: OsmRestriction, index: _Index) -> Iterator[list[int]]:
    """Give every way along the via ways from the last link of a path to a link of the to way, no node twice."""
    links = index.links
    for k in index.leaving[links[path[-1]].head]:
        if len(path) > 1 and links[k].first_way in one.to_ways and not index.turned_back(k, path[-1]):
            yield [*path, k]
            continue
        along = {links[k].first_way, links[k].last_way} <= set(one.via_ways) and len(path) <= _LONGEST_VIA
        if along and links[k].head not in {links[j].head for j in path}:
            yield from _paths([*path, k], one, index)
