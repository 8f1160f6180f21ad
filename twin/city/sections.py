"""Streets by name: whole, from one cross street to another, or link by link; wrong names get near ones."""

from __future__ import annotations

import difflib
import unicodedata
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.city.roads import Roads
from twin.errors import InvalidIntervention

Rows = NDArray[np.int64]

_NEAR, _SHOWN = 0.6, 3


@dataclass(frozen=True, slots=True)
class Where:
    """A part of the street network.

    Attributes
    ----------
    street : str
        Name as on the map; case does not count.
    between : (str, str) or None
        Two streets that cross it: only the section from the one to the other, in both directions.
    links : tuple of str
        Link ids, instead of a street.

    Raises
    ------
    InvalidIntervention
        It names neither a street nor links, or both, or a section of no street.
    """

    street: str = ""
    between: tuple[str, str] | None = None
    links: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.street) == bool(self.links):
            raise InvalidIntervention("where", "name either a street or links")
        if self.between is not None and not self.street:
            raise InvalidIntervention("where", "a section needs the name of its street")

    def label(self) -> str:
        """Return the street and its section, or the links, as one short text."""
        if self.between is None:
            return self.street or ", ".join(self.links)
        return f"{self.street} ({self.between[0]} – {self.between[1]})"


def rows_of(roads: Roads, where: Where) -> Rows:
    """Return the links of a part of the network, both directions.

    Raises
    ------
    UnknownItem
        A named link does not exist.
    InvalidIntervention
        No street has the name, or the section does not exist; near names are given.
    """
    if where.links:
        return np.array([roads.index_of(i) for i in where.links], dtype=np.int64)
    rows = street(roads, where.street)
    if where.between is None:
        return rows
    path = _path(roads, rows, where)
    there = set(pairwise(path))
    both = there | {(b, a) for a, b in there}
    ends = zip(roads.tail[rows].tolist(), roads.head[rows].tolist(), strict=True)
    return rows[[pair in both for pair in ends]]


def along(roads: Roads, where: Where) -> tuple[Rows, Rows]:
    """Return a section's links from its first cross street to its second, and those that lead back.

    Raises
    ------
    UnknownItem, InvalidIntervention
        As for `rows_of`; also where links are named instead of a section, as they have no direction.
    """
    if where.between is None:
        why = "say in which direction: between which two cross streets, from the first to the second"
        raise InvalidIntervention(where.label(), why, "cần nói rõ chiều đi: từ đường giao cắt nào đến đường nào")
    rows = street(roads, where.street)
    path = _path(roads, rows, where)
    there = set(pairwise(path))
    ends = list(zip(roads.tail[rows].tolist(), roads.head[rows].tolist(), strict=True))
    return rows[[pair in there for pair in ends]], rows[[(b, a) in there for a, b in ends]]


def street(roads: Roads, name: str) -> Rows:
    """Return the links of a street.

    Raises
    ------
    InvalidIntervention
        No street has the name; near names are given, also for names typed without accents.
    """
    rows = roads.links_named(name)
    if len(rows) == 0:
        names = np.unique(roads.name[roads.name != ""]).tolist()
        why = f"no street of this city has the name{near(name, names)}"
        raise InvalidIntervention(name, why, f"không có đường nào tên như vậy{near_vi(name, names)}")
    return rows


def crossing(roads: Roads, first: str, second: str) -> Rows:
    """Return the nodes where two streets meet.

    Raises
    ------
    InvalidIntervention
        A street does not exist, or they do not meet; the streets the first one meets are named.
    """
    rows, others = street(roads, first), street(roads, second)
    nodes = np.intersect1d(_nodes(roads, rows), _nodes(roads, others))
    if len(nodes) == 0:
        met = crossings(roads, rows)
        words = near(second, met) or (f"; it meets {', '.join(met)}" if met else "")
        vi = near_vi(second, met) or (f"; đường {first} giao với {', '.join(met)}" if met else "")
        at = f"{first} – {second}"
        raise InvalidIntervention(at, f"the two streets do not meet{words}", f"hai đường không giao nhau{vi}")
    return nodes


def crossings(roads: Roads, rows: Rows) -> list[str]:
    """Return the names of the streets that some links meet, generated alleys left out."""
    nodes = np.zeros(roads.n_nodes, dtype=bool)
    nodes[_nodes(roads, rows)] = True
    touch = (nodes[roads.tail] | nodes[roads.head]) & (roads.name != "") & (roads.provenance != "generated")
    own = set(roads.name[rows].tolist())
    return sorted(set(roads.name[touch].tolist()) - own)


def near(word: str, choices: Iterable[str]) -> str:
    """Return ``; did you mean …?`` for the choices that look like a word, or nothing; accents and case do not count."""
    close = _close_to(word, choices)
    return f"; did you mean {' or '.join(close)}?" if close else ""


def near_vi(word: str, choices: Iterable[str]) -> str:
    """Return what `near` returns, in Vietnamese."""
    close = _close_to(word, choices)
    return f"; có phải {' hoặc '.join(close)}?" if close else ""


def _close_to(word: str, choices: Iterable[str]) -> list[str]:
    folded: dict[str, str] = {}
    for choice in choices:
        folded.setdefault(plain(choice), choice)
    return [folded[c] for c in difflib.get_close_matches(plain(word), folded, n=_SHOWN, cutoff=_NEAR)]


def plain(text: str) -> str:
    """Return a text in small letters without accents; đ becomes d."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("-", "_")


def _nodes(roads: Roads, rows: Rows) -> Rows:
    return np.unique(np.concatenate([roads.tail[rows], roads.head[rows]])).astype(np.int64)


def _path(roads: Roads, rows: Rows, where: Where) -> list[int]:
    """Return the nodes of the section with the fewest links between the two cross streets, along the street itself."""
    first, second = where.between or ("", "")
    starts, goals = (set(crossing(roads, where.street, other).tolist()) for other in (first, second))
    if starts & goals:
        why = "the section has no length: both streets cross at the same junction"
        vi = "đoạn này không có chiều dài: hai đường cắt tại cùng một nút giao"
        raise InvalidIntervention(where.label(), why, vi)
    beside: dict[int, list[int]] = {}
    for a, b in zip(roads.tail[rows].tolist(), roads.head[rows].tolist(), strict=True):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    came: dict[int, int] = dict.fromkeys(sorted(starts), -1)
    queue = deque(came)
    while queue:
        node = queue.popleft()
        if node in goals:
            path = [node]
            while came[path[-1]] >= 0:
                path.append(came[path[-1]])
            return path[::-1]
        for other in beside[node]:
            if other not in came:
                came[other] = node
                queue.append(other)
    why = "the street does not run from the one to the other without a gap"
    raise InvalidIntervention(where.label(), why, "đường không chạy liền từ đầu này đến đầu kia")
