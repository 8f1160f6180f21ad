"""A hierarchy of a graph's nodes: eliminated one by one, fewest neighbours first, each joined to its later neighbours.

Legend: M nodes, E slots. Nodes are renamed by rank: node 0 is eliminated first. A slot joins a node to a later one, in
both directions. Where two later neighbours of a node are joined, the three slots form a triangle; a shortest way
between any two nodes climbs the slots and then descends, whatever the times are.

References: J. Dibbelt, B. Strasser, D. Wagner, Customizable contraction hierarchies, J. Exp. Algorithmics 21 (2016),
doi:10.1145/2886843; A. George, J. Liu, The evolution of the minimum degree ordering algorithm, SIAM Review 31 (1989),
doi:10.1137/1031001.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

I32 = NDArray[np.int32]
Int = TypeVar("Int", np.int32, np.int64)


class Elimination(NamedTuple):
    """The order of the nodes and their later neighbours; depends on who is joined to whom only, never on times.

    Attributes
    ----------
    rank : (M,)
        Place of each node in the order.
    up_first, up_to : (M + 1,), (E,)
        Later neighbours of the node of each rank, ascending.
    third : (n_triangles,)
        Slot that joins two later neighbours of a node, for every pair of them, node by node.
    """

    rank: I32
    up_first: I32
    up_to: I32
    third: I32


def elimination(n_nodes: int, tail: I32, head: I32) -> Elimination:
    """Return the hierarchy of a graph of ``n_nodes`` whose arcs run from `tail` to `head` ``(n_arcs,)``."""
    low, high = np.minimum(tail, head).astype(np.int64), np.maximum(tail, head)
    pairs = np.unique((low * n_nodes + high)[low != high])
    one, other = pairs // max(n_nodes, 1), pairs % max(n_nodes, 1)
    here, there = np.concatenate([one, other]), np.concatenate([other, one])
    by_node = np.lexsort((there, here))
    first = np.concatenate([[0], np.cumsum(np.bincount(here, minlength=n_nodes))])
    order, up_first, later = _eliminate(first.astype(np.int64), np.diff(first), there[by_node].astype(np.int32))
    rank = np.empty(n_nodes, np.int32)
    rank[order] = np.arange(n_nodes, dtype=np.int32)
    owner = np.repeat(np.arange(n_nodes), np.diff(up_first))
    up_to = rank[later]
    up_to = up_to[np.lexsort((up_to, owner))]
    return Elimination(rank, up_first, up_to, _third(up_first, up_to))


@kernel
def _eliminate(first: NDArray[np.int64], size: NDArray[np.int64], to: I32) -> tuple[I32, I32, I32]:
    """Return the order, and each node's neighbours at its elimination; equal degrees by index."""
    n = len(size)
    start, pool, used = first.copy(), _longer(to, 4 * len(to) + 64), len(to)
    keys, n_keys = np.empty(4 * n + 64, np.int64), 0
    order, up_first, up = np.empty(n, np.int32), np.zeros(n + 1, np.int32), np.empty(4 * n + 64, np.int32)
    for v in range(n):
        n_keys = _push(keys, n_keys, size[v] * n + v)
    done = 0
    while done < n:
        key = keys[0]
        n_keys = _pop(keys, n_keys)
        v = key % n
        if size[v] != key // n:
            continue
        s, m = start[v], size[v]
        order[done], size[v] = v, -1
        up_first[done + 1] = up_first[done] + m
        up, keys = _room(up, up_first[done + 1]), _room(keys, n_keys + m)
        for k in range(m):
            up[up_first[done] + k] = pool[s + k]
        done += 1
        for k in range(m):
            u = pool[s + k]
            pool = _room(pool, used + m + size[u])
            size[u], start[u] = _joined(pool, used, start[u], size[u], s, m, u, v), used
            used += size[u]
            n_keys = _push(keys, n_keys, size[u] * n + u)
    return order, up_first, up[: up_first[n]]


@kernel
def _joined(pool: I32, at: int, a: int, n_a: int, b: int, n_b: int, u: int, v: int) -> int:
    """Write the union of two ascending lists without u and v; return its length."""
    begin, end_a, end_b = at, a + n_a, b + n_b
    while a < end_a or b < end_b:
        if b >= end_b or (a < end_a and pool[a] <= pool[b]):
            x = pool[a]
            if b < end_b and pool[b] == x:
                b += 1
            a += 1
        else:
            x = pool[b]
            b += 1
        if x != u and x != v:
            pool[at] = x
            at += 1
    return at - begin


@kernel
def _third(up_first: I32, up_to: I32) -> I32:
    n_triangles = 0
    for v in range(len(up_first) - 1):
        m = up_first[v + 1] - up_first[v]
        n_triangles += m * (m - 1) // 2
    third, t = np.empty(n_triangles, np.int32), 0
    for v in range(len(up_first) - 1):
        for i in range(up_first[v], up_first[v + 1]):
            slot = up_first[up_to[i]]
            for j in range(i + 1, up_first[v + 1]):
                while up_to[slot] != up_to[j]:
                    slot += 1
                third[t] = slot
                t += 1
    return third


@kernel
def _longer(values: NDArray[Int], length: int) -> NDArray[Int]:
    more = np.empty(length, values.dtype)
    for i in range(len(values)):
        more[i] = values[i]
    return more


@kernel
def _room(values: NDArray[Int], length: int) -> NDArray[Int]:
    return values if length <= len(values) else _longer(values, 2 * length)


@kernel
def _push(keys: NDArray[np.int64], n: int, key: int) -> int:
    i = n
    while i > 0 and keys[(i - 1) >> 1] > key:
        keys[i] = keys[(i - 1) >> 1]
        i = (i - 1) >> 1
    keys[i] = key
    return n + 1


@kernel
def _pop(keys: NDArray[np.int64], n: int) -> int:
    n -= 1
    key, i, child = keys[n], 0, 1
    while child < n:
        if child + 1 < n and keys[child + 1] < keys[child]:
            child += 1
        if key <= keys[child]:
            break
        keys[i] = keys[child]
        i = child
        child = 2 * i + 1
    keys[i] = key
    return n
