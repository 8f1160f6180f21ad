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
def load(t: Tables, row: int, demand: F64, volume: F64) -> None:
    """Add what travels from every node to every destination to each link of its way: all or nothing.

    Parameters
    ----------
    t : Tables
    row : int
    demand : (D, N)
    volume : (L,)
        Added to in place.
    """
    n_l = len(t.head)
    seen = n_l + 2  # added to what comes after a link, above every link there is
    after, inflow, to_come = np.empty(n_l, np.int32), np.zeros(n_l), np.zeros(n_l, np.int32)
    used = np.empty(n_l, np.int32)
    for d in range(demand.shape[0]):
        _links_after(t, row, d, after)
        n = 0
        for v in range(demand.shape[1]):
            if demand[d, v] == 0.0:
                continue
            link = link_of(t, v, t.first_turn[row, d, v])
            if link >= 0:
                inflow[link] += demand[d, v]
            while link >= 0 and after[link] < n_l:
                used[n], then = link, after[link]
                n += 1
                after[link] += seen
                link = then
                if link >= 0:
                    to_come[link] += 1
        for k in range(n):
            after[used[k]] -= seen
        _pass_on(used[:n], after, to_come, inflow, volume)


@kernel
def _links_after(t: Tables, row: int, d: int, after: I32) -> None:
    next_turn, out_first, out_link, head = t.next_turn, t.out_first, t.out_link, t.head
    for link in range(len(head)):
        turn = next_turn[row, d, link]
        after[link] = NOWHERE if turn >= THERE else out_link[out_first[head[link]] + turn]
        if turn == THERE:
            after[link] = ARRIVED


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
def cost_along(t: Tables, row: int, time_s: F64) -> F64:
    """Return how long the ways of a row take from each node by other times than they were found by.

    Parameters
    ----------
    t : Tables
    row : int
    time_s : (L,) [s]

    Returns
    -------
    (D, N) [s]
        Infinite where there is no way.
    """
    n_d, n, n_l = t.first_turn.shape[1], t.first_turn.shape[2], len(t.head)
    cost, rest = np.empty((n_d, n)), np.empty(n_l)
    way, after = np.empty(n_l, np.int32), np.empty(n_l, np.int32)
    for d in range(n_d):
        _links_after(t, row, d, after)
        for link in range(n_l):
            rest[link] = np.nan
        for v in range(n):
            at = link_of(t, v, t.first_turn[row, d, v])
            m = 0
            while at >= 0 and np.isnan(rest[at]):
                way[m] = at
                m += 1
                at = after[at]
            so_far = rest[at] if at >= 0 else (0.0 if at == ARRIVED else np.inf)
            for k in range(m - 1, -1, -1):
                so_far += time_s[way[k]]
                rest[way[k]] = so_far
            cost[d, v] = so_far
    return cost


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
