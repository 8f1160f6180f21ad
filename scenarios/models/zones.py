"""Zones: where trips are headed for, each with one node every class can reach; and how far zones lie apart."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

FRAGMENT = 0.05
"""Nodes of a connected part with fewer than this share of all nodes take no zone."""


@dataclass(frozen=True)
class Zones:
    """Places trips go to, each at one node.

    Attributes
    ----------
    node : (D,)
        Open to every class.
    of_node : (N,)
        Zone of each node.
    hub : (N,)
        Nearest node open to every class: where a car of somebody who lives in an alley stands.
    gateway : (D,)
        Zones at a gateway.
    """

    node: I32
    of_node: I32
    hub: I32
    gateway: Bools

    def sums(self, weight: F64) -> F64:
        """Return a weight of the nodes ``(N,)`` summed over the zones ``(D,)``."""
        return np.asarray(np.bincount(self.of_node, weights=weight, minlength=len(self.node)), dtype=np.float64)


def hubs(tail: I32, head: I32, open_to_all: Bools) -> Bools:
    """Return the nodes joined both ways, by links every class may use, to a good part of the city ``(N,)``.

    Parameters
    ----------
    tail, head : (L,)
    open_to_all : (L,)
    """
    n = int(max(tail.max(initial=-1), head.max(initial=-1))) + 1
    links = np.flatnonzero(open_to_all)
    graph = sparse.coo_array((np.ones(len(links)), (tail[links], head[links])), shape=(n, n))
    _, part = sparse.csgraph.connected_components(graph, directed=True, connection="strong")
    used = np.zeros(n, dtype=bool)
    used[tail[links]] = used[head[links]] = True
    size = np.bincount(part[used], minlength=part.max(initial=0) + 1)
    # A single node is joined to nothing; small fragments are slips of the map.
    return np.asarray(used & (size[part] >= max(2.0, FRAGMENT * used.sum())))


def make_zones(weight: F64, gateways: I64, node_xy_m: F64, is_hub: Bools, limit: int) -> Zones:
    """Return at most `limit` zones, and one for each gateway, of about equal weight, each at its weightiest hub.

    Rules
    -----
    1. Trip ends away from the hubs count at the nearest hub.
    2. A gateway inside a zone becomes a zone of its own; the homes and attractions beside it stay with the old one.

    Parameters
    ----------
    weight : (N,)
    gateways : (n,)
        Nodes.
    node_xy_m : (N, 2) [m]
    is_hub : (N,)
    limit
    """
    at = np.flatnonzero(is_hub)
    hub = at[cKDTree(node_xy_m[at]).query(node_xy_m)[1]].astype(np.int32)
    at_hub: F64 = np.asarray(np.bincount(hub, weights=weight, minlength=len(weight)), dtype=np.float64)
    used = np.flatnonzero(at_hub > 0)
    if len(used) == 0:
        used = at[:1]
    parts = _equal_parts(used, node_xy_m, at_hub, limit)
    node = np.array([rows[np.argmax(at_hub[rows])] for rows in parts], dtype=np.int32)
    zone_of_hub = np.full(len(weight), -1, dtype=np.int32)
    for k, rows in enumerate(parts):
        zone_of_hub[rows] = k
    empty = at[zone_of_hub[at] < 0]
    if len(empty):
        zone_of_hub[empty] = zone_of_hub[used[cKDTree(node_xy_m[used]).query(node_xy_m[empty])[1]]]
    of_node = zone_of_hub[hub]
    gates = np.unique(hub[gateways]).astype(np.int32)
    extra = gates[~np.isin(gates, node)]
    of_node[extra] = np.arange(len(node), len(node) + len(extra), dtype=np.int32)
    node = np.concatenate([node, extra])
    return Zones(node, of_node, hub, np.isin(node, gates))


def _equal_parts(used: I64, xy_m: F64, weight: F64, limit: int) -> list[I64]:
    """Cut the heaviest part in two, across its longer side at half its weight, until there are enough."""
    whole = [(-float(weight[used].sum()), 0, used)]
    single: list[I64] = []
    made = 1
    while whole and len(whole) + len(single) < limit:
        _, _, rows = heapq.heappop(whole)
        if len(rows) == 1:
            single.append(rows)
            continue
        axis = int(np.argmax(np.ptp(xy_m[rows], axis=0)))
        rows = rows[np.lexsort((rows, xy_m[rows, axis]))]
        half = np.searchsorted(np.cumsum(weight[rows]), weight[rows].sum() / 2) + 1
        cut = int(np.clip(half, 1, len(rows) - 1))
        for part in (rows[:cut], rows[cut:]):
            heapq.heappush(whole, (-float(weight[part].sum()), made, part))
            made += 1
    return sorted((*single, *(rows for _, _, rows in whole)), key=lambda rows: int(rows.min()))


def between(zones: Zones, cost: NDArray[np.floating], weight: F64, *, at_hubs: bool = False) -> F64:
    """Return the mean cost from the nodes of each zone, by their weight, to the node of each ``(D, D)``; inf: no way.

    Within a zone that is the mean over its nodes to its own node.

    Parameters
    ----------
    zones
    cost : (D, N)
        From each node to each zone; inf where there is no way.
    weight : (N,)
    at_hubs
        Whether people first go to the nearest hub, as cars must.
    """
    d, n = cost.shape
    start = zones.hub if at_hubs else np.arange(n)
    # A node without weight counts a little, so that a zone without weight has a distance too.
    w = weight + 1e-9 * max(float(weight.max(initial=0.0)), 1e-9)
    pick = sparse.csr_array((w, (start, zones.of_node)), shape=(n, d))
    # Where most of a zone has no way, its trips have none.
    all_of: F64 = np.asarray(pick.sum(axis=0), dtype=np.float64)
    reached = np.isfinite(cost)
    if reached.all() and np.all(all_of > 0):
        summed: F64 = np.asarray(np.asarray(cost, np.float64) @ pick)
        return np.asarray((summed / all_of).T, dtype=np.float64)
    total = np.where(reached, cost, 0.0).astype(np.float64) @ pick
    share = reached.astype(np.float64) @ pick
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(share > 0, total / share, np.inf)
    return np.asarray(np.where(share < 0.5 * all_of, np.inf, mean).T, dtype=np.float64)


def walk_km(tail: I32, head: I32, length_m: F64, walkable: Bools, zones: Zones, *, most_m: float) -> F64:
    """Return the length of the way on foot from each node to each zone ``(D, N)`` [km]; inf beyond `most_m` [m].

    Walkers use a street both ways.
    """
    n, links = len(zones.of_node), np.flatnonzero(walkable)
    low, high = np.minimum(tail[links], head[links]), np.maximum(tail[links], head[links])
    graph = least_cost_graph(low, high, length_m[links], n)
    found = sparse.csgraph.dijkstra(graph, directed=False, indices=zones.node, limit=most_m)
    return np.asarray(found / 1000.0, dtype=np.float64)


def least_cost_graph(tail: I32, head: I32, cost: F64, n: int) -> sparse.csr_array[np.float64]:
    """Return the graph of links ``(L,)`` between n nodes; of parallel links the cheapest counts."""
    order = np.lexsort((cost, head, tail))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    kept = order[first]
    return sparse.csr_array((cost[kept], (tail[kept], head[kept])), shape=(n, n))
