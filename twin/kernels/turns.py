"""Following way tables: whole ways link by link, what they load on the links, and how long they take by other times.

Legend: L links, N nodes, D destinations, R rows of tables, V travellers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel
from twin.kernels.paths import THERE

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

NOWHERE, ARRIVED = -1, -2
"""Values of a link that is none: there is no way; one is at the destination."""


class Tables(NamedTuple):
    """Ways to follow, R rows of them: a traveller keeps to the row it is given.

    Attributes
    ----------
    next_turn, first_turn : (R, D, L), (R, D, N)
        As in `twin.kernels.paths.Ways`.
    out_first, out_link : (N + 1,), (L,)
        Links out of each node: turn k at a node is the k-th.
    head : (L,)
    """

    next_turn: U8
    first_turn: U8
    out_first: I32
    out_link: I32
    head: I32


@kernel
def link_of(t: Tables, node: int, turn: int) -> int:
    """Return the link of a turn at a node, `NOWHERE` or `ARRIVED`."""
    if turn < THERE:
        return int(t.out_link[t.out_first[node] + turn])
    return ARRIVED if turn == THERE else NOWHERE


@kernel
def trace(t: Tables, row: I32, origin: I32, destination: I32) -> tuple[NDArray[np.int64], I32]:
    """Return the links of whole ways, one after the other.

    Parameters
    ----------
    t : Tables
    row, origin, destination : (V,)
        Row of the tables; node; column of the tables.

    Returns
    -------
    first, link : (V + 1,), (n,)
        A way is ``link[first[v] : first[v + 1]]``; empty where one is there already, or where there is no way.
    """
    first = np.zeros(len(row) + 1, np.int64)
    links = np.empty(0, np.int32)
    for fill in range(2):
        n = 0
        for v in range(len(row)):
            turn = t.first_turn[row[v], destination[v], origin[v]]
            link = link_of(t, origin[v], turn)
            while link >= 0:
                if fill == 1:
                    links[n] = link
                n += 1
                link = link_of(t, t.head[link], t.next_turn[row[v], destination[v], link])
            first[v + 1] = n
        if fill == 0:
            links = np.empty(n, np.int32)
    return first, links


@kernel
def load(t: Tables, row: int, origin: I32, destination: I32, weight: F64, volume: F64) -> None:
    """Add what each traveller weighs to every link of its way; quick where they are in the order of destinations.

    Parameters
    ----------
    t : Tables
    row : int
    origin, destination, weight : (V,)
        Node; column of the tables; what it adds.
    volume : (L,)
        Added to in place.
    """
    n_l = len(t.head)
    after, inflow, to_come = np.empty(n_l, np.int32), np.zeros(n_l), np.zeros(n_l, np.int32)
    used, seen = np.empty(n_l, np.int32), np.zeros(n_l, np.int32)
    n, stamp = 0, 1
    for v in range(len(origin)):
        d = destination[v]
        if v > 0 and d != destination[v - 1]:
            _pass_on(used[:n], after, to_come, inflow, volume)
            n, stamp = 0, stamp + 1
        link = link_of(t, origin[v], t.first_turn[row, d, origin[v]])
        if link >= 0:
            inflow[link] += weight[v]
        while link >= 0 and seen[link] != stamp:
            then = link_of(t, t.head[link], t.next_turn[row, d, link])
            used[n], seen[link], after[link] = link, stamp, then
            n += 1
            link = then
            if link >= 0:
                to_come[link] += 1
    _pass_on(used[:n], after, to_come, inflow, volume)


@kernel
def _pass_on(used: I32, after: I32, to_come: I32, inflow: F64, volume: F64) -> None:
    """Let each link pass on what it has, once all the links that lead to it have."""
    for k in range(len(used)):
        link = used[k]
        while link >= 0 and to_come[link] == 0:
            volume[link] += inflow[link]
            to_come[link] = -1
            then = after[link]
            if then >= 0:
                inflow[then] += inflow[link]
                to_come[then] -= 1
            link = then
    for k in range(len(used)):
        inflow[used[k]], to_come[used[k]] = 0.0, 0


@kernel
def times_along(t: Tables, row: int, origin: I32, destination: I32, time_s: F64) -> F64:
    """Return how long each traveller's whole way takes by other times than it was found by.

    Quick where they are in the order of destinations: ways that meet are followed once.

    Parameters
    ----------
    t : Tables
    row : int
    origin, destination : (V,)
        Node; column of the tables.
    time_s : (L,) [s]

    Returns
    -------
    (V,) [s]
        Infinite where there is no way.
    """
    n_l = len(t.head)
    rest, way = np.empty(n_l), np.empty(n_l, np.int32)
    seen, stamp = np.zeros(n_l, np.int32), 1
    taken = np.empty(len(origin))
    for v in range(len(origin)):
        d = destination[v]
        if v > 0 and d != destination[v - 1]:
            stamp += 1
        at, m = link_of(t, origin[v], t.first_turn[row, d, origin[v]]), 0
        while at >= 0 and seen[at] != stamp:
            way[m], seen[at] = at, stamp
            m += 1
            at = link_of(t, t.head[at], t.next_turn[row, d, at])
        so_far = rest[at] if at >= 0 else (0.0 if at == ARRIVED else np.inf)
        for k in range(m - 1, -1, -1):
            so_far += time_s[way[k]]
            rest[way[k]] = so_far
        taken[v] = so_far
    return taken


@kernel
def time_left(t: Tables, row: I32, destination: I32, origin: I32, link: I32, time_s: F64) -> F64:
    """Return how long each traveller still needs from the end of the link it is on, or from its origin.

    Parameters
    ----------
    t : Tables
    row, destination, origin, link : (V,)
        Row and column of the tables; node; link or -1.
    time_s : (R, L) [s]
        Times by which to judge each row.

    Returns
    -------
    (V,) [s]
        Infinite where there is no way.
    """
    left = np.zeros(len(row))
    for v in range(len(row)):
        r, d, on = row[v], destination[v], link[v]
        if on >= 0:
            at = link_of(t, t.head[on], t.next_turn[r, d, on])
        else:
            at = link_of(t, origin[v], t.first_turn[r, d, origin[v]])
        while at >= 0:
            left[v] += time_s[r, at]
            at = link_of(t, t.head[at], t.next_turn[r, d, at])
        if at == NOWHERE:
            left[v] = np.inf
    return left
