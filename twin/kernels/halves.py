"""A graph cut in two halves and the border between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

I32 = NDArray[np.int32]
BORDER = 2
"""The part of those with a neighbour in the other half."""


def halves(a: I32, b: I32, weight: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cut a graph in two parts, 0 and 1, of about equal weight; return each node's part, `BORDER` between them.

    No node of one part has a neighbour in the other. Nodes are taken in the order of their distance from an outer one
    until half of the weight is reached.

    Parameters
    ----------
    a, b : (E,)
        Ends of the edges.
    weight : (N,)
    """
    n = len(weight)
    one, two = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(one, kind="stable")
    first = np.searchsorted(one[order], np.arange(n + 1)).astype(np.int32)
    other = two[order].astype(np.int32)
    seen = np.empty(n, np.int32)
    _by_distance(first, other, 0, seen)
    _by_distance(first, other, int(seen[-1]) if n else 0, seen)
    half = np.cumsum(weight[seen]) > weight.sum() / 2
    side = np.empty(n, np.uint8)
    side[seen] = half
    part = side.copy()
    cut = side[a] != side[b]
    part[a[cut]] = part[b[cut]] = BORDER
    return part


@kernel
def _by_distance(first: I32, other: I32, start: int, seen: I32) -> None:
    """Fill in all nodes by their distance from a node; then those it does not reach, each from the first of them."""
    n = len(seen)
    known = np.zeros(n, np.bool_)
    at, end, rest, node = 0, 0, 0, start
    while end < n:
        while known[node]:
            node = rest
            rest += 1
        known[node] = True
        seen[end] = node
        end += 1
        while at < end:
            here = seen[at]
            at += 1
            for k in range(first[here], first[here + 1]):
                if not known[other[k]]:
                    known[other[k]] = True
                    seen[end] = other[k]
                    end += 1
