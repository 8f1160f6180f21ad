"""Paths of an assignment, in growing arrays.

Legend: L links in order of their tail, N nodes, C classes, K commodities (an origin and a class), M pairs (a commodity
and a destination), P paths. Flows are in PCU. A path holds its links from the destination back to the origin; the paths
of a pair form a chain.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.kernels.assignment_tree import Graph
from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
NONE = -1
_Number = TypeVar("_Number", bound=np.generic)


class Demand(NamedTuple):
    """Who wants to go where.

    Attributes
    ----------
    origin, kind : (K,)
        Node and class of each commodity.
    first : (K + 1,)
        First pair of each commodity.
    destination, volume : (M,)
        Node; flow [PCU], positive.
    """

    origin: I32
    kind: I32
    first: I32
    destination: I32
    volume: F64


class Paths(NamedTuple):
    """Paths in use, in growing arrays.

    Attributes
    ----------
    head : (M,)
        First path of each pair.
    after, start, size : (P,)
        Next path of the pair; place in `link`; number of links.
    flow : (P,) [PCU]
    link : (…)
    used : (3,)
        Paths and links held, removed ones with them; paths in chains.
    on_tree : (M,)
        Pairs whose only path is known to be the tree's.
    """

    head: I32
    after: I32
    start: I64
    size: I32
    flow: F64
    link: I32
    used: I64
    on_tree: NDArray[np.bool_]


@kernel
def sum_flows(demand: Demand, paths: Paths, flow: F64) -> None:
    """Set the flow of each class and link to the sum over all paths.

    Parameters
    ----------
    demand : Demand
    paths : Paths
    flow : (C, L) [PCU]
        Filled in place.
    """
    for kind in range(len(flow)):
        for link in range(len(flow[kind])):
            flow[kind, link] = 0.0
    for k in range(len(demand.origin)):
        row = flow[demand.kind[k]]
        for pair in range(demand.first[k], demand.first[k + 1]):
            path = paths.head[pair]
            while path != NONE:
                carried = paths.flow[path]
                for i in range(paths.start[path], paths.start[path] + paths.size[path]):
                    row[paths.link[i]] += carried
                path = paths.after[path]


@kernel
def collect(paths: Paths, pair: I32, flow: F64, first: I64, link: I32) -> int:
    """Write out the paths with flow, pair after pair, each from origin to destination.

    Parameters
    ----------
    paths : Paths
    pair, flow : (P,)
        Filled in place.
    first : (P + 1,)
        Filled in place.
    link : (…)
        As long as all paths' links; filled in place.

    Returns
    -------
    int
        Number of paths written.
    """
    n = 0
    first[0] = 0
    for m in range(len(paths.head)):
        path = paths.head[m]
        while path != NONE:
            if paths.flow[path] > 0.0:
                pair[n], flow[n] = m, paths.flow[path]
                at, size = paths.start[path], paths.size[path]
                for i in range(size):
                    link[first[n] + i] = paths.link[at + size - 1 - i]
                first[n + 1] = first[n] + size
                n += 1
            path = paths.after[path]
    return n


@kernel
def adopt(paths: Paths, pair: I64, flow: F64, first: I64, keep: I64, link: I32) -> Paths:
    """Add paths that are known: path `keep[k]`, whose links go from origin to destination, to `pair[k]` with `flow[k]`.

    Parameters
    ----------
    paths : Paths
    pair, flow, keep : (n,)
    first, link : (P + 1,), (…)

    Returns
    -------
    Paths
        Larger arrays where the old ones were full.
    """
    longest = 0
    for path in keep:
        longest = max(longest, first[path + 1] - first[path])
    way = np.empty(longest, np.int32)
    for k in range(len(keep)):
        last = first[keep[k] + 1] - 1
        n = last + 1 - first[keep[k]]
        for i in range(n):
            way[i] = link[last - i]
        paths = add(paths, int(pair[k]), way, n)
        paths.flow[paths.used[0] - 1] = flow[k]
    return paths


@kernel
def trace(graph: Graph, pred: I32, node: int, way: I32) -> int:
    """Write the links of a tree's way to a node into `way`, the last one first; return their number."""
    n = 0
    while pred[node] >= 0:
        way[n] = pred[node]
        node = int(graph.tail[pred[node]])
        n += 1
    return n


@kernel
def held(paths: Paths, pair: int, way: I32, n: int) -> bool:
    """Tell whether a pair's chain holds the way of the first `n` links."""
    path = paths.head[pair]
    while path != NONE:
        if paths.size[path] == n:
            same = 0
            at = paths.start[path]
            while same < n and paths.link[at + same] == way[same]:
                same += 1
            if same == n:
                return True
        path = paths.after[path]
    return False


@kernel
def add(paths: Paths, pair: int, way: I32, n: int) -> Paths:
    """Append a path without flow to a pair's chain."""
    p, at = paths.used[0], paths.used[1]
    if p == len(paths.flow) or at + n > len(paths.link):
        more, longer = 2 * len(paths.flow), 2 * len(paths.link) + n
        paths = Paths(
            paths.head,
            _longer(paths.after, more),
            _longer(paths.start, more),
            _longer(paths.size, more),
            _longer(paths.flow, more),
            _longer(paths.link, longer),
            paths.used,
            paths.on_tree,
        )
    for i in range(n):
        paths.link[at + i] = way[i]
    paths.start[p], paths.size[p], paths.flow[p], paths.after[p] = at, n, 0.0, NONE
    if paths.head[pair] == NONE:
        paths.head[pair] = p
    else:
        last = paths.head[pair]
        while paths.after[last] != NONE:
            last = paths.after[last]
        paths.after[last] = p
    paths.used[0], paths.used[1] = p + 1, at + n
    paths.used[2] += 1
    return paths


@kernel
def compact(paths: Paths) -> None:
    """Close the gaps that removed paths have left, and put the paths in the order of their pairs."""
    p = paths.used[0]
    link, flow = _longer(paths.link, len(paths.link)), _longer(paths.flow, p)
    start, size, after = _longer(paths.start, p), _longer(paths.size, p), _longer(paths.after, p)
    n, at = 0, 0
    for pair in range(len(paths.head)):
        path = paths.head[pair]
        if path != NONE:
            paths.head[pair] = n
        while path != NONE:
            paths.flow[n], paths.start[n], paths.size[n] = flow[path], at, size[path]
            for i in range(start[path], start[path] + size[path]):
                paths.link[at] = link[i]
                at += 1
            path = after[path]
            paths.after[n] = NONE if path == NONE else n + 1
            n += 1
    paths.used[0], paths.used[1], paths.used[2] = n, at, n


@kernel
def _longer(old: NDArray[_Number], size: int) -> NDArray[_Number]:
    """Return a copy of another length."""
    new = np.empty(size, old.dtype)
    for i in range(min(len(old), size)):
        new[i] = old[i]
    return new
