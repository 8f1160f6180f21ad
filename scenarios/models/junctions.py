"""Junctions, streets and wards: the links and nodes that make them up, and what they are called.

*Assumptions*: nodes where the same named streets meet in one ward are one junction; a street is all links of a name.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.roads import Roads

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_NAMES_SHOWN = 3
OUTSIDE = "outside"
"""Id of the row for what lies in no ward."""


@dataclass(frozen=True)
class Junctions:
    """Places where streets meet; J junctions.

    Attributes
    ----------
    ids, names : (J,) str
    xy_m : (J, 2) [m]
    of_link : (L,)
        Junction at the end of each link; -1 where the end is no junction.
    """

    ids: NDArray[np.str_]
    names: NDArray[np.str_]
    xy_m: F64
    of_link: I64


def junctions(city: City, ward: I64) -> Junctions:
    """Return the junctions of named streets: nodes with at least three sides, one of them with a name.

    Parameters
    ----------
    city
        The unchanged city.
    ward : (N,)
        Ward of each node.
    """
    roads = city.roads
    sides, ward_of = _sides(roads).tolist(), ward.tolist()
    names, capacity = roads.name.tolist(), roads.capacity_pcu_h.tolist()
    labels = {
        node: " – ".join(found)
        for node, links in enumerate(_links_at(roads))
        if sides[node] >= 3 and (found := _names(links, names, capacity))
    }
    places: dict[tuple[str, int], int] = {}
    node_place = [-1] * roads.n_nodes
    first: list[int] = []
    for node, label in labels.items():
        place = places.setdefault((label, ward_of[node] if " – " in label else -2 - node), len(places))
        first += [node] if place == len(first) else []
        node_place[node] = place
    of_node = np.array(node_place, dtype=np.int64)
    used, n = np.flatnonzero(of_node >= 0), len(first)
    count = np.maximum(np.bincount(of_node[used], minlength=n), 1)
    xy = [np.bincount(of_node[used], roads.node_xy_m[used, k], n) / count for k in (0, 1)]
    return Junctions(
        ids=np.array([f"node-{node}" for node in first], dtype=str),
        names=np.array([labels[node] for node in first], dtype=str),
        xy_m=np.column_stack(xy).reshape(-1, 2),
        of_link=of_node[roads.head],
    )


def _sides(roads: Roads) -> I64:
    """Return how many other nodes each node has a link with."""
    ends = np.concatenate([roads.tail * roads.n_nodes + roads.head, roads.head * roads.n_nodes + roads.tail])
    pairs = np.unique(ends.astype(np.int64))
    return np.bincount(pairs // roads.n_nodes, minlength=roads.n_nodes).astype(np.int64)


def _links_at(roads: Roads) -> list[list[int]]:
    """Return the links that start or end at each node."""
    ends = np.concatenate([roads.tail, roads.head])
    order = (np.argsort(ends, kind="stable") % max(len(roads), 1)).tolist()
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=roads.n_nodes))]).tolist()
    return [order[a:b] for a, b in itertools.pairwise(first)]


def _names(links: list[int], names: list[str], capacity: list[float]) -> list[str]:
    """Return the names that meet, the widest street's first."""
    widest: dict[str, float] = {}
    for k in links:
        if name := names[k]:
            widest[name] = max(widest.get(name, 0.0), capacity[k])
    return sorted(widest, key=lambda name: (-widest[name], name))[:_NAMES_SHOWN]


@dataclass(frozen=True)
class Streets:
    """Streets with a name; S streets.

    Attributes
    ----------
    names : (S,) str
    of_link : (L,)
        Street of each link; -1 without a name.
    length_m : (S,) [m]
        Two directions count once.
    xy_m : (S, 2) [m]
        Middle of its ends.
    """

    names: NDArray[np.str_]
    of_link: I64
    length_m: F64
    xy_m: F64


def streets(roads: Roads) -> Streets:
    """Return the streets of unchanged roads."""
    names, index = np.unique(roads.name, return_inverse=True)
    of_name = np.arange(len(names)) - np.isin("", names)
    of_link = of_name[index] if len(names) else np.zeros(0, dtype=np.int64)
    named = np.flatnonzero(of_link >= 0)
    n = int(np.sum(names != ""))
    pair = np.sort(np.column_stack([roads.tail, roads.head]), axis=1)
    _, which, count = np.unique(pair, axis=0, return_inverse=True, return_counts=True)
    single_m = roads.length_m / np.where(_runs_back(roads), np.maximum(count[which.ravel()], 1), 1)
    middle = (roads.node_xy_m[roads.tail] + roads.node_xy_m[roads.head]) / 2
    weight = np.bincount(of_link[named], roads.length_m[named], n)
    xy = [np.bincount(of_link[named], roads.length_m[named] * middle[named, k], n) / weight for k in (0, 1)]
    return Streets(
        names=names[names != ""].astype(str),
        of_link=np.asarray(of_link, dtype=np.int64),
        length_m=np.asarray(np.bincount(of_link[named], single_m[named], n), dtype=np.float64),
        xy_m=np.column_stack(xy).reshape(-1, 2),
    )


def _runs_back(roads: Roads) -> NDArray[np.bool_]:
    """Return which links have one that runs the other way between the same nodes."""
    here = roads.tail.astype(np.int64) * roads.n_nodes + roads.head
    back = roads.head.astype(np.int64) * roads.n_nodes + roads.tail
    return np.isin(back, here)


@dataclass(frozen=True)
class Wards:
    """Wards valid on a day in which there are streets, and a last row for what lies outside; W rows.

    Attributes
    ----------
    ids, names : (W,) str
        ``code@valid_from``; the last id is `OUTSIDE`, its name empty.
    xy_m : (W, 2) [m]
    of_node : (N,)
        Row of each node.
    of_link : (L,)
        Row of the node each link leads to.
    """

    ids: NDArray[np.str_]
    names: NDArray[np.str_]
    xy_m: F64
    of_node: I64
    of_link: I64


def wards(city: City, day: date | None = None) -> Wards:
    """Return the wards with a known outline that are valid on a day; on the last day known unless one is given."""
    admin, roads = city.admin, city.roads
    valid = np.flatnonzero(np.isnat(admin.valid_to)) if day is None else admin.valid_on(day)
    inside = _inside(admin.shapes()[valid], roads.node_xy_m)
    used, of_node = np.unique(np.append(inside, len(valid)), return_inverse=True)
    rows = valid[used[:-1]]
    return Wards(
        ids=np.array([*admin.ids[rows].tolist(), OUTSIDE], dtype=str),
        names=np.array([*admin.name[rows].tolist(), ""], dtype=str),
        xy_m=np.vstack([admin.xy_m[rows].reshape(-1, 2), np.full((1, 2), np.nan)]),
        of_node=np.asarray(of_node[:-1], dtype=np.int64),
        of_link=np.asarray(of_node[:-1][roads.head], dtype=np.int64),
    )


def _inside(shapes: NDArray[np.object_], xy_m: F64) -> I64:
    """Return the first shape that holds each point; one past the last where none does."""
    found = np.full(len(xy_m), len(shapes), dtype=np.int64)
    x, y = xy_m[:, 0], xy_m[:, 1]
    for row in range(len(shapes) - 1, -1, -1):
        west, south, east, north = shapely.bounds(shapes[row])
        near = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if len(near):
            shapely.prepare(shapes[row])
            found[near[shapely.contains_xy(shapes[row], x[near], y[near])]] = row
    return found
