"""A binary heap in three arrays: key, tie-breaker, what; equal keys leave in the order of their tie-breakers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def push(keys: Floats, ties: Ints, what: Ints, n: int, key: float, tie: int, item: int) -> int:
    """Add an item to a heap of ``n``; return its new size. The arrays must have room."""
    i = n
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] < key or (keys[up] == key and ties[up] <= tie):
            break
        keys[i], ties[i], what[i] = keys[up], ties[up], what[up]
        i = up
    keys[i], ties[i], what[i] = key, tie, item
    return n + 1


@kernel
def pop(keys: Floats, ties: Ints, what: Ints, n: int) -> int:
    """Take the first item out of a heap of ``n``; return its new size. Read element 0 before."""
    n -= 1
    key, tie, item = keys[n], ties[n], what[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        right = child + 1
        if right < n and (keys[right] < keys[child] or (keys[right] == keys[child] and ties[right] < ties[child])):
            child = right
        if key < keys[child] or (key == keys[child] and tie <= ties[child]):
            break
        keys[i], ties[i], what[i] = keys[child], ties[child], what[child]
        i = child
    keys[i], ties[i], what[i] = key, tie, item
    return n
