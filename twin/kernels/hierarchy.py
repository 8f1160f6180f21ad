"""What the search for ways needs to know of a network once, whatever the times are: its turns, in a hierarchy.

Rules
-----
1. The graph has the network's nodes. At a node one may turn into every link, so how one came does not matter …
2. … except after a link with a banned turn: it ends at a node of its own, joined to the links that may follow it.
3. Nobody turns back on a shortest way but to get round a ban: past the ban, back, and then on. There turning back has
   its price, so links on which it would be cheaper to turn than to pay in the junction before (there and back in less
   than `TURN_BACK_S`) end at nodes of their own as well. A way that turns further out is never the shortest.
4. So the graph's shortest times from nodes, and from links with a ban, are the network's own. What is left is who would
   have to turn back at once: `twin.kernels.paths` gives him the next best turn.

References: L. Buchhold, D. Wagner, T. Zeitz, M. Zündorf, Customizable contraction hierarchies with turn costs, ATMOS
2020, doi:10.4230/OASIcs.ATMOS.2020.9, puts every link at a node of its own; rule 3 makes a few do.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.elimination import elimination

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]

TURN_BACK_S = 30.0
"""Cost of turning back in the street where there is another way on [s]: an assumption, so that it is a last choice."""

MOST_TURNS = 254
"""Links out of a node: a turn is one byte, and two values are taken."""


class Network(NamedTuple):
    """Links, the links out of each node, and the banned turns, in CSR form.

    Attributes
    ----------
    tail, head : (L,)
    out_first, out_link : (N + 1,), (L,)
    ban_first, ban_to : (L + 1,), (n_bans,)
        Links that may not follow a link.
    """

    tail: I32
    head: I32
    out_first: I32
    out_link: I32
    ban_first: I32
    ban_to: I32


class Hierarchy(NamedTuple):
    """A network's turns in the order of elimination: M ranks, E slots, A arcs, B links with a ban.

    Attributes
    ----------
    node, rank : (M,), (N,)
        Network's node of each rank, -1 for the end of a link by rules 2 and 3; rank of each node.
    up_first, up_to, third : (M + 1,), (E,), (n_triangles,)
        As in `twin.kernels.elimination.Elimination`.
    arc_slot, arc_up, arc_link, arc_back : (A,)
        Slot and direction of each arc, the link it runs over, and whether that is turning back.
    out_first, out_link, out_head, out_end : (M + 1,), (L,)
        Links out of the node of each rank in the network's order, the rank of their head, and of where they end.
    in_first, in_link, in_tail : (M + 1,), (L,)
        Links into the node of each rank, and the rank of their tail.
    banned_link, banned_tail, banned_head : (B,)
        Links with a ban, and the ranks of their tail and head.
    ban_first, ban_to : (B + 1,), (n_bans,)
    seed_first, seed : (N + 1,), (n,)
        Ranks at which ways to a node end.
    least_s : (L,) [s]
        Times below which rule 3 does not hold; 0 where there are no bans.
    """

    node: I32
    rank: I32
    up_first: I32
    up_to: I32
    third: I32
    arc_slot: I32
    arc_up: NDArray[np.bool_]
    arc_link: I32
    arc_back: NDArray[np.bool_]
    out_first: I32
    out_link: I32
    out_head: I32
    out_end: I32
    in_first: I32
    in_link: I32
    in_tail: I32
    banned_link: I32
    banned_tail: I32
    banned_head: I32
    ban_first: I32
    ban_to: I32
    seed_first: I32
    seed: I32
    least_s: F64


def hierarchy(net: Network, least_s: F64) -> Hierarchy:
    """Return the hierarchy of a network, right for all times that are nowhere below `least_s` ``(L,)`` [s].

    Raises
    ------
    ValueError
        A node has more than `MOST_TURNS` links out.
    """
    n_nodes, n_links = len(net.out_first) - 1, len(net.tail)
    if np.diff(net.out_first).max(initial=0) > MOST_TURNS:
        raise ValueError(f"a node has more than {MOST_TURNS} links out")
    banned = np.flatnonzero(np.diff(net.ban_first)).astype(np.int32)
    own = _links_with_an_end_of_their_own(net, banned, least_s)
    end = net.head.copy()
    end[own] = n_nodes + np.arange(len(own))
    arcs = _arcs(net, own, end)
    e = elimination(n_nodes + len(own), arcs[0], arcs[1])
    owner = np.repeat(np.arange(len(e.rank), dtype=np.int64), np.diff(e.up_first))
    low, high = np.minimum(e.rank[arcs[0]], e.rank[arcs[1]]), np.maximum(e.rank[arcs[0]], e.rank[arcs[1]])
    slot = np.searchsorted(owner * len(e.rank) + e.up_to, low.astype(np.int64) * len(e.rank) + high)
    node = np.full(len(e.rank), -1, np.int32)
    node[e.rank[:n_nodes]] = np.arange(n_nodes)
    out_first, out_link = _grouped(e.rank[net.tail[net.out_link]], net.out_link, len(e.rank))
    in_first, in_link = _grouped(e.rank[net.head], np.arange(n_links, dtype=np.int32), len(e.rank))
    seed_first, seed = _grouped(
        np.concatenate([np.arange(n_nodes), net.head[own]]), np.concatenate([e.rank[:n_nodes], e.rank[end[own]]]),
        n_nodes,
    )  # fmt: skip
    visible = net.head.copy()
    visible[banned] = end[banned]
    return Hierarchy(
        node, e.rank[:n_nodes].copy(), e.up_first, e.up_to, e.third, slot.astype(np.int32),
        e.rank[arcs[0]] < e.rank[arcs[1]], arcs[2], arcs[3] == 1, out_first, out_link, e.rank[net.head[out_link]],
        e.rank[visible[out_link]], in_first, in_link, e.rank[net.tail[in_link]], banned, e.rank[net.tail[banned]],
        e.rank[net.head[banned]],
        np.concatenate([[0], np.cumsum(np.diff(net.ban_first)[banned])]).astype(np.int32), net.ban_to.copy(),
        seed_first, seed, least_s.copy() if len(banned) else np.zeros(n_links),
    )  # fmt: skip


def _grouped(owner: NDArray[np.integer], what: I32, n: int) -> tuple[I32, I32]:
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int32)
    return first, what[np.argsort(owner, kind="stable")].astype(np.int32)


def _outs(net: Network, node: int) -> list[int]:
    links: list[int] = net.out_link[net.out_first[node] : net.out_first[node + 1]].tolist()
    return links


def _links_with_an_end_of_their_own(net: Network, banned: I32, least_s: F64) -> NDArray[np.int64]:
    """Return the links of rules 2 and 3, ascending."""
    spent: dict[int, float] = {}

    def _round_trip_s(link: int) -> float:
        back = [b for b in _outs(net, int(net.head[link])) if net.head[b] == net.tail[link]]
        return float(least_s[link] + min((least_s[b] for b in back), default=np.inf))

    heap = [(0.0, i) for b in banned for i in _outs(net, int(net.head[b])) if _round_trip_s(i) < np.inf]
    heapq.heapify(heap)
    while heap:
        so_far, link = heapq.heappop(heap)
        if link in spent:
            continue
        spent[link] = so_far
        for i in _outs(net, int(net.head[link])):
            then = so_far + _round_trip_s(i)
            if then < TURN_BACK_S and i not in spent:
                heapq.heappush(heap, (then, i))
    return np.unique(np.concatenate([banned, np.array(list(spent), np.int64)]).astype(np.int64))


def _arcs(net: Network, own: NDArray[np.int64], end: I32) -> tuple[I32, I32, I32, I32]:
    """Return tail, head, link and whether it is turning back, of every arc between two different nodes."""
    rows = [np.stack([net.tail, end, np.arange(len(end)), np.zeros(len(end), np.int64)])]
    for link in own.tolist():
        banned = net.ban_to[net.ban_first[link] : net.ban_first[link + 1]]
        after = np.array([i for i in _outs(net, int(net.head[link])) if i not in banned], np.int64)
        back = net.head[after] == net.tail[link]
        rows.append(np.stack([np.full(len(after), end[link]), end[after], after, back]))
    tail, head, link, back = np.concatenate(rows, axis=1).astype(np.int32)
    there = tail != head
    return tail[there], head[there], link[there], back[there]
