"""Fastest ways to a set of destinations for one set of times: the turn to take after every link and from every node.

Legend: L links, N nodes, D destinations, M ranks of the hierarchy, E slots. A turn is the place of the next link among
the links out of the node one stands at.

Rules
-----
1. Each slot's time is the least over its arcs and over the ways that dip to earlier nodes (`customise`).
2. To one destination: climb from it, then take all nodes from the last to the first: d = min (slot + d of its end).
3. Turns whose times differ by less than one part in 10¹¹ are equal: the first in the node's list is taken.
4. After a link into w from x, the node's own first turn is right unless it leads back to x. Then it costs
   `TURN_BACK_S` more, or nothing where there is no other link out; the other turns of w compete with it. Such a turn
   may lead to a node that would send one back to w: its own answer is needed first, so nodes are taken outside in.

References: D. Delling, A. Goldberg, A. Nowatzyk, R. Werneck, PHAST, J. Parallel Distrib. Comput. 73 (2013),
doi:10.1016/j.jpdc.2012.02.007; and those of `twin.kernels.hierarchy`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.hierarchy import TURN_BACK_S, Hierarchy
from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

NO_WAY, THERE = 255, 254
"""Values of a turn: there is none; one has arrived."""

_LESS = 1.0 - 1e-11

LANES = 16
"""Destinations taken together: their costs at a node fill two cache lines, and all nodes of a city fit the cache."""


class Ways(NamedTuple):
    """The answer for one kind of traveller.

    Attributes
    ----------
    next_turn : (D, L)
        Turn to take after a link; `NO_WAY`, or `THERE` where the link ends at the destination.
    first_turn : (D, N)
        Turn to take from a node.
    cost_s : (D, N) [s]
        Time from a node to the destination; infinite where there is no way. Not wanted where it has no rows.
    """

    next_turn: U8
    first_turn: U8
    cost_s: F64


class Metric(NamedTuple):
    """Times of a hierarchy's slots, upwards and downwards, and of the links out of each rank.

    Attributes
    ----------
    up_s, down_s : (E,) [s]
    out_s : (L,) [s]
        In the order of `Hierarchy.out_link`.
    back_s : (M,) [s]
        Price of turning back at the node of a rank.
    """

    up_s: F64
    down_s: F64
    out_s: F64
    back_s: F64


@kernel
def customise(h: Hierarchy, time_s: F64) -> Metric:
    """Return the metric of link times ``(L,)`` [s]: positive, infinite for a link that may not be entered."""
    n_slots, n_ranks = len(h.up_to), len(h.node)
    up_s, down_s = np.full(n_slots, np.inf), np.full(n_slots, np.inf)
    out_s, back_s, price_s = np.empty(len(time_s)), np.empty(n_ranks), np.empty(len(time_s))
    for v in range(n_ranks):
        n_out = 0
        for k in range(h.out_first[v], h.out_first[v + 1]):
            out_s[k] = time_s[h.out_link[k]]
            n_out += out_s[k] < np.inf
        back_s[v] = TURN_BACK_S if n_out > 1 else 0.0
        for k in range(h.out_first[v], h.out_first[v + 1]):
            price_s[h.out_link[k]] = back_s[v]
    for a in range(len(h.arc_slot)):
        link, slot = h.arc_link[a], h.arc_slot[a]
        cost = time_s[link] + (price_s[link] if h.arc_back[a] else 0.0)
        if h.arc_up[a]:
            up_s[slot] = min(up_s[slot], cost)
        else:
            down_s[slot] = min(down_s[slot], cost)
    t = 0
    for v in range(n_ranks):
        for i in range(h.up_first[v], h.up_first[v + 1]):
            for j in range(i + 1, h.up_first[v + 1]):
                slot = h.third[t]
                up_s[slot] = min(up_s[slot], down_s[i] + up_s[j])
                down_s[slot] = min(down_s[slot], down_s[j] + up_s[i])
                t += 1
    return Metric(up_s, down_s, out_s, back_s)


@kernel
def ways_to(h: Hierarchy, m: Metric, destination: I32, row: I32, out: Ways) -> None:
    """Fill rows of `out` with the fastest ways to each destination node, `LANES` destinations at a time.

    Parameters
    ----------
    h : Hierarchy
    m : Metric
    destination, row : (n,)
        Nodes, and the rows of `out` to fill.
    out : Ways
    """
    n, n_d = len(h.node), len(destination)
    d, after = np.empty((n, LANES)), np.empty((n, LANES))
    parent = np.empty((n, LANES), np.int64)
    first, second = np.empty((n, LANES), np.uint8), np.empty((n, LANES), np.uint8)
    target = np.empty(LANES, np.int64)
    for begin in range(0, n_d, LANES):
        for j in range(LANES):
            target[j] = destination[min(begin + j, n_d - 1)]
        _distances(h, m, target, d)
        _first_turns(h, m, d, target, parent, first)
        _second_turns(h, m, d, first, parent, after, second)
        _write(h, d, first, second, parent, out, row[begin : begin + LANES])
        for j in range(min(LANES, n_d - begin)):
            _after_bans(h, m, j, d, after, parent, h.rank[target[j]], out.next_turn[row[begin + j]])


@kernel
def _distances(h: Hierarchy, m: Metric, target: NDArray[np.int64], d: F64) -> None:
    up_first, up_to, up_s, lanes = h.up_first, h.up_to, m.up_s, d.shape[1]
    for v in range(len(d)):
        for j in range(lanes):
            d[v, j] = np.inf
    _climb(h, m, target, d)
    for v in range(len(d) - 1, -1, -1):
        for e in range(up_first[v], up_first[v + 1]):
            u, up = up_to[e], up_s[e]
            for j in range(lanes):
                d[v, j] = min(d[v, j], up + d[u, j])


@kernel
def _climb(h: Hierarchy, m: Metric, target: NDArray[np.int64], d: F64) -> None:
    """Set what leads to each target over later nodes only; few nodes, so one target after the other."""
    up_first, up_to, down_s = h.up_first, h.up_to, m.down_s
    for j in range(len(target)):
        begin, end = h.seed_first[target[j]], h.seed_first[target[j] + 1]
        for k in range(begin, end):
            d[h.seed[k], j] = 0.0
        for k in range(begin, end):
            v = h.seed[k]
            while v >= 0:
                for e in range(up_first[v], up_first[v + 1]):
                    d[up_to[e], j] = min(d[up_to[e], j], down_s[e] + d[v, j])
                v = up_to[up_first[v]] if up_first[v] < up_first[v + 1] else -1


@kernel
def _first_turns(
    h: Hierarchy, m: Metric, d: F64, target: NDArray[np.int64], parent: NDArray[np.int64], first: U8
) -> None:
    """Fill the first turn from each rank, and the rank it leads to."""
    out_first, out_head, out_end, out_s, lanes = h.out_first, h.out_head, h.out_end, m.out_s, d.shape[1]
    best, to, turn = np.empty(lanes), np.empty(lanes, np.int64), np.empty(lanes, np.int64)
    for v in range(len(d)):
        for j in range(lanes):
            best[j], to[j], turn[j] = np.inf, -1, NO_WAY
        begin = out_first[v]
        for k in range(begin, out_first[v + 1]):
            end, head, time, which = out_end[k], np.int64(out_head[k]), out_s[k], np.int64(k - begin)
            for j in range(lanes):
                one, other, old_to, old = time + d[end, j], best[j], to[j], turn[j]
                less = one < other * _LESS
                best[j] = one if less else other
                to[j] = head if less else old_to
                turn[j] = which if less else old
        for j in range(lanes):
            parent[v, j] = to[j]
            first[v, j] = turn[j]
    for j in range(lanes):
        parent[h.rank[target[j]], j] = -1
        first[h.rank[target[j]], j] = THERE


@kernel
def _second_turns(  # noqa: C901 # loops over lanes are vectorised only where they stand, not in a function of their own
    h: Hierarchy, m: Metric, d: F64, first: U8, parent: NDArray[np.int64], after: F64, second: U8
) -> None:
    """Fill the turn at each rank of who comes from where its first turn leads, and the cost of it."""
    n, lanes, back_s, in_first, in_tail = len(d), d.shape[1], m.back_s, h.in_first, h.in_tail
    out_first, out_head, out_end, out_s = h.out_first, h.out_head, h.out_end, m.out_s
    best, cost, to, turn = np.empty(lanes), np.empty(lanes), np.empty(lanes, np.int64), np.empty(lanes, np.int64)
    for v in range(n):
        price = back_s[v]
        for j in range(lanes):
            after[v, j] = d[v, j] + price
    again = np.empty(n, np.bool_)
    for v in range(n):
        again[v] = out_first[v + 1] - out_first[v] > 1
        for j in range(lanes):
            second[v, j] = first[v, j]
    more = True
    while more:
        more = False
        for w in range(n):
            if not again[w]:
                continue
            again[w] = False
            begin, price = out_first[w], back_s[w]
            for j in range(lanes):
                best[j] = d[w, j] + price
                to[j] = parent[w, j]
            for j in range(lanes):
                turn[j] = first[w, j]
            for k in range(begin, out_first[w + 1]):
                end, head, time, which = out_end[k], np.int64(out_head[k]), out_s[k], np.int64(k - begin)
                if end == head:
                    for j in range(lanes):
                        back, on = after[head, j], d[head, j]  # both are read, so that the compiler may vectorise
                        cost[j] = time + (back if parent[head, j] == w else on)
                else:
                    for j in range(lanes):
                        cost[j] = time + d[end, j]
                for j in range(lanes):
                    one, other, old = cost[j], best[j], turn[j]
                    less = (one < other * _LESS) & (to[j] != head)
                    best[j] = one if less else other
                    turn[j] = which if less else old
            changed = 0
            for j in range(lanes):
                changed += best[j] != after[w, j]
            for j in range(lanes):
                second[w, j] = turn[j]
            if changed > 0:
                for j in range(lanes):
                    after[w, j] = best[j]
                more = True
                for k in range(in_first[w], in_first[w + 1]):
                    again[in_tail[k]] = True


@kernel
def _write(h: Hierarchy, d: F64, first: U8, second: U8, parent: NDArray[np.int64], out: Ways, row: I32) -> None:
    nexts, firsts, costs, lanes = out.next_turn, out.first_turn, out.cost_s, len(row)
    in_first, in_link, in_tail, node = h.in_first, h.in_link, h.in_tail, h.node
    for w in range(len(d)):
        for k in range(in_first[w], in_first[w + 1]):
            link, tail = in_link[k], in_tail[k]
            for j in range(lanes):
                nexts[row[j], link] = second[w, j] if parent[w, j] == tail else first[w, j]
        if node[w] >= 0:
            for j in range(lanes):
                firsts[row[j], node[w]] = first[w, j]
            if len(costs) > 0:
                for j in range(lanes):
                    costs[row[j], node[w]] = d[w, j]


@kernel
def _after_bans(
    h: Hierarchy, m: Metric, j: int, d: F64, after: F64, parent: NDArray[np.int64], target: int, nexts: U8
) -> None:
    for b in range(len(h.banned_link)):
        w, best, turn = h.banned_head[b], np.inf, NO_WAY
        for k in range(h.out_first[w], h.out_first[w + 1]):
            price = m.back_s[w] if h.out_head[k] == h.banned_tail[b] else 0.0
            y, end = h.out_head[k], h.out_end[k]
            cost = price + m.out_s[k] + (after[y, j] if y == end and parent[y, j] == w else d[end, j])
            if cost < best * _LESS and not _banned(h, b, h.out_link[k]):
                best, turn = cost, k - h.out_first[w]
        nexts[h.banned_link[b]] = THERE if w == target else turn


@kernel
def _banned(h: Hierarchy, b: int, to: int) -> bool:
    banned = False
    for k in range(h.ban_first[b], h.ban_first[b + 1]):
        banned = banned or h.ban_to[k] == to
    return banned
