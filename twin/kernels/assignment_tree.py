"""Least-cost trees of a static network, repaired from one set of link costs to the next.

Legend: L links sorted by tail, N nodes, d label of a node, pred link into a node of the tree. A tree that is known from
earlier costs is labelled again along its links; then only the links that beat a label are followed. Every update is a
strict improvement and no cost is negative, so the tree stays a tree, with zero-cost links as well.

References: E. W. Dijkstra, Numerische Mathematik 1 (1959), doi:10.1007/BF01386390; G. Gallo, Networks 10 (1980),
doi:10.1002/net.3230100103 (reoptimization after a change of lengths).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


class Graph(NamedTuple):
    """Links in order of their tail.

    Attributes
    ----------
    first : (N + 1,)
        First link out of each node.
    tail, head : (L,)
    crossable : (N,)
        Nodes a way may pass; the others are only its ends.
    """

    first: I32
    tail: I32
    head: I32
    crossable: NDArray[np.bool_]


class Scratch(NamedTuple):
    """Work space of `settle`: labels before and after the repair (N,), a heap (N + L,), a stack (N,)."""

    before: F64
    label: F64
    key: F64
    item: I32
    stack: I32


@kernel
def settle(graph: Graph, cost: F64, origin: int, pred: I32, work: Scratch) -> None:
    """Make `pred` the least-cost tree from a node, and `work.label` its labels.

    Parameters
    ----------
    graph : Graph
    cost : (L,)
        Not negative; infinite where the link may not be used.
    origin : int
    pred : (N,)
        The tree for earlier costs, or -1 everywhere (-1 at the origin and at nodes out of reach).
    work : Scratch
        `before` gets the labels along the earlier tree: a node whose way has changed has a smaller label.
    """
    d = work.label
    n_nodes = len(d)
    known = False
    for node in range(n_nodes):
        work.before[node] = np.inf
        if pred[node] >= 0:
            known = True
            d[node] = -1.0
        else:
            d[node] = np.inf
    d[origin] = 0.0
    n = 0
    if not known:
        n = _relax(graph, cost, origin, pred, work, n)
    else:
        for node in range(n_nodes):
            _label(graph, cost, node, pred, work)
        for node in range(n_nodes):
            work.before[node] = d[node]
        for node in range(n_nodes):
            if (graph.crossable[node] or node == origin) and d[node] < np.inf:
                n = _relax(graph, cost, node, pred, work, n)
    while n > 0:
        least, node = work.key[0], int(work.item[0])
        n = _pop(work.key, work.item, n)
        if least <= d[node]:
            n = _relax(graph, cost, node, pred, work, n)


@kernel
def _label(graph: Graph, cost: F64, node: int, pred: I32, work: Scratch) -> None:
    """Label a node along the tree: up to the first labelled node, and down again."""
    d, stack = work.label, work.stack
    top = 0
    while d[node] < 0.0:
        stack[top] = node
        top += 1
        node = int(graph.tail[pred[node]])
    total = d[node]
    while top > 0:
        top -= 1
        node = int(stack[top])
        total += cost[pred[node]]
        d[node] = total


@kernel
def _relax(graph: Graph, cost: F64, node: int, pred: I32, work: Scratch, n: int) -> int:
    d = work.label
    here = d[node]
    for link in range(graph.first[node], graph.first[node + 1]):
        to = int(graph.head[link])
        through = here + cost[link]
        if through < d[to]:
            d[to] = through
            pred[to] = link
            if graph.crossable[to]:
                n = _push(work.key, work.item, n, through, to)
    return n


@kernel
def _push(key: F64, item: I32, n: int, new: float, node: int) -> int:
    i = n
    while i > 0:
        up = (i - 1) >> 1
        if key[up] <= new:
            break
        key[i], item[i] = key[up], item[up]
        i = up
    key[i], item[i] = new, node
    return n + 1


@kernel
def _pop(key: F64, item: I32, n: int) -> int:
    n -= 1
    last, node = key[n], int(item[n])
    i = 0
    child = 1
    while child < n:
        if child + 1 < n and key[child + 1] < key[child]:
            child += 1
        if last <= key[child]:
            break
        key[i], item[i] = key[child], item[child]
        i = child
        child = 2 * i + 1
    key[i], item[i] = last, node
    return n
