"""Accessibility: how many households reach the nearest hospital or market in time, by the travel times of a run.

*Equation*: time from a node to the nearest of several places is the shortest path over link times, searched backwards
from all places at once (Dijkstra).
*Assumptions*: households stand at their nearest node and places at theirs; where a class cannot drive at all, such as a
car in an alley, people start from the nearest street where it can. Turn bans are not looked at, access and parking cost
nothing; the vehicle enters only links open to its class.
*References*: E. W. Dijkstra, Numer. Math. 1 (1959), doi:10.1007/BF01386390; share within a limit: the cumulative
opportunity measure, K. T. Geurs, B. van Wee, J. Transp. Geogr. 12 (2004), doi:10.1016/j.jtrangeo.2003.10.005.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from twin.city.city import City

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Access:
    """How well households reach the nearest place of a kind.

    Attributes
    ----------
    shares : dict of float to float
        Share of households by limit [min].
    mean_min : float
        Mean time of those who can reach one [min]; NaN where nobody can.
    cut_off : float
        Share of households from which no place can be reached.
    """

    shares: dict[float, float]
    mean_min: float
    cut_off: float


def nearest_s(
    tail: NDArray[np.int32], head: NDArray[np.int32], time_s: F64, places: NDArray[np.integer], n: int
) -> F64:
    """Return the time from each node to the nearest of some nodes ``(n,)`` [s]; infinite where none can be reached.

    Parameters
    ----------
    tail, head : (L,)
        Of the links that may be used.
    time_s : (L,) [s]
    places
        Nodes to reach.
    n
        Number of nodes.

    Examples
    --------
    >>> tail, head = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    >>> nearest_s(tail, head, np.array([10.0, 20.0, 90.0]), np.array([2]), 4).tolist()
    [30.0, 20.0, 0.0, inf]
    """
    if len(places) == 0:
        return np.full(n, np.inf)
    order = np.lexsort((time_s, tail, head))
    tail, head, time_s = tail[order], head[order], time_s[order]
    first = np.ones(len(order), dtype=bool)  # of parallel links the quickest: the matrix would add them up
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    back = csr_matrix((time_s[first], (head[first], tail[first])), shape=(n, n))
    found: F64 = dijkstra(back, indices=np.unique(places), min_only=True)
    return found


def places_nodes(city: City, kind: str, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the nodes of the places of a kind: the nearest one that can be used."""
    at = city.places.xy_m[city.places.kind == kind]
    nodes = np.flatnonzero(usable)
    if len(at) == 0 or len(nodes) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(nodes[KDTree(city.roads.node_xy_m[nodes]).query(at)[1]], dtype=np.int64)


def access(
    city: City,
    kind: str,
    *,
    time_s: F64,
    allowed: NDArray[np.bool_],
    ever: NDArray[np.bool_],
    households: F64,
    limits_min: tuple[float, ...] = (10.0, 15.0),
) -> Access:
    """Return how well households reach the nearest place of a kind.

    Parameters
    ----------
    city
    kind
        Of place, e.g. ``hospital``.
    time_s : (L,) [s]
        Time on each link.
    allowed : (L,)
        Links the class may enter.
    ever : (L,)
        Links it may enter in the unchanged city: who lives elsewhere starts from the nearest node of these.
    households : (N,)
        At each node.
    limits_min
        [min]
    """
    roads = city.roads
    open_links = np.flatnonzero(allowed)
    usable = np.zeros(roads.n_nodes, dtype=bool)
    usable[roads.head[open_links]] = True
    nodes = places_nodes(city, kind, usable)
    s = nearest_s(roads.tail[open_links], roads.head[open_links], time_s[open_links], nodes, roads.n_nodes)
    households = _at_streets(city, households, ever)
    total = households.sum()
    if total == 0 or len(nodes) == 0:
        return Access(dict.fromkeys(limits_min, np.nan), np.nan, np.nan)
    shares = {limit: float(households[s <= 60.0 * limit].sum() / total) for limit in limits_min}
    reached = np.isfinite(s)
    served = households[reached].sum()
    mean_min = float((households[reached] * s[reached]).sum() / served / 60.0) if served > 0 else np.nan
    return Access(shares, mean_min, float(households[~reached].sum() / total))


def _at_streets(city: City, households: F64, ever: NDArray[np.bool_]) -> F64:
    """Return households ``(N,)`` moved to the nearest node from which one may drive."""
    roads = city.roads
    starts = np.zeros(roads.n_nodes, dtype=bool)
    starts[roads.tail[ever]] = True
    away, nodes = np.flatnonzero(~starts & (households > 0)), np.flatnonzero(starts)
    if len(away) == 0 or len(nodes) == 0:
        return households
    moved = np.where(starts, households, 0.0)
    nearest = nodes[KDTree(roads.node_xy_m[nodes]).query(roads.node_xy_m[away])[1]]
    np.add.at(moved, nearest, households[away])
    return moved
