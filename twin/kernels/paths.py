"""Shortest ways to a set of destinations, as the next link to take from every link and node.

Legend: L links, N nodes, D destinations. A way is a sequence of links; a banned turn is a pair of links, so labels are
on links, not on nodes. Since a link's cost does not depend on the link before it, the first labelled link out of a
node is the best continuation for every link into that node that may turn there: each link is labelled once.

Turning back costs `TURN_BACK_S` on top, except at a dead end: it is what a driver does in front of a closed bridge when
the way round is longer.

References: E. W. Dijkstra, Numerische Mathematik 1 (1959), doi:10.1007/BF01386390.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

NO_WAY = -1
THERE = -2
TURN_BACK_S = 30.0
"""Cost of turning back in the street [s]: an assumption, so that it is a last choice."""


class Network(NamedTuple):
    """Links, the links into each node, and the banned turns, in CSR form.

    Attributes
    ----------
    tail, head : (L,)
    in_first, in_link : (N + 1,), (L,)
    ban_first, ban_to : (L + 1,), (n_bans,)
        Links that may not follow a link.
    """

    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    in_first: NDArray[np.int32]
    in_link: NDArray[np.int32]
    ban_first: NDArray[np.int32]
    ban_to: NDArray[np.int32]


class Ways(NamedTuple):
    """The answer for one kind of traveller.

    Attributes
    ----------
    next_link : (D, L)
        Link to take after a link; `NO_WAY`, or `THERE` where the link ends at the destination.
    first_link : (D, N)
        Link to take from a node.
    cost_s : (D, N) [s]
        Time from a node to the destination; infinite where there is no way.
    """

    next_link: NDArray[np.int32]
    first_link: NDArray[np.int32]
    cost_s: NDArray[np.float32]


@kernel
def ways_to(
    net: Network, time_s: NDArray[np.float64], allowed: NDArray[np.bool_], destination: NDArray[np.int32], out: Ways
) -> None:
    """Fill `out` with the fastest ways to each destination node.

    Parameters
    ----------
    net : Network
    time_s : (L,) [s]
        Travel time of each link, positive.
    allowed : (L,)
        Links that may be entered. A link that may not be entered still gets its next link: who is on it finishes it.
    destination : (D,)
        Nodes.
    out : Ways
        Filled in place.
    """
    n_l, n_nodes = len(net.tail), len(net.in_first) - 1
    keys, what = np.empty(2 * n_l + 1), np.empty(2 * n_l + 1, np.int32)
    n_out = np.zeros(n_nodes, np.int32)
    for link in range(n_l):
        if allowed[link]:
            n_out[net.tail[link]] += 1
    for d in range(len(destination)):
        one = Ways(out.next_link[d : d + 1], out.first_link[d : d + 1], out.cost_s[d : d + 1])
        _tree(net, time_s, allowed, n_out, destination[d], one, keys, what)


@kernel
def _tree(  # noqa: C901 # one label-setting loop; a call per label would cost more than the label
    net: Network,
    time_s: NDArray[np.float64],
    allowed: NDArray[np.bool_],
    n_out: NDArray[np.int32],
    target: int,
    one: Ways,
    keys: NDArray[np.float64],
    what: NDArray[np.int32],
) -> None:
    nexts, firsts, costs = one.next_link[0], one.first_link[0], one.cost_s[0]
    n_l = len(nexts)
    nexts[:] = NO_WAY
    firsts[:] = NO_WAY
    costs[:] = np.inf
    left = net.in_first[1:] - net.in_first[:-1]  # links into each node that have no label yet
    firsts[target], costs[target], left[target] = THERE, 0.0, 0
    n = 0
    for k in range(net.in_first[target], net.in_first[target + 1]):
        link = net.in_link[k]
        nexts[link] = THERE
        if allowed[link]:
            n = _push(keys, what, n, time_s[link], link)
    while n > 0:
        cost, item = keys[0], what[0]
        n = _pop(keys, what, n)
        if item >= n_l:
            before = item - n_l
            node = net.head[before]
            if nexts[before] == NO_WAY:
                nexts[before] = firsts[node]
                left[node] -= 1
                tail = net.tail[before]
                if allowed[before] and (left[tail] > 0 or firsts[tail] == NO_WAY):
                    n = _push(keys, what, n, cost + time_s[before], before)
            continue
        node = net.tail[item]
        if firsts[node] == NO_WAY:
            firsts[node], costs[node] = item, cost
        if left[node] == 0:
            continue
        for k in range(net.in_first[node], net.in_first[node + 1]):
            before = net.in_link[k]
            if nexts[before] != NO_WAY or _banned(net, before, item):
                continue
            if net.tail[before] == net.head[item] and n_out[node] > 1:
                if firsts[node] == item:
                    n = _push(keys, what, n, cost + TURN_BACK_S, n_l + before)
                continue
            nexts[before] = item
            left[node] -= 1
            tail = net.tail[before]
            if allowed[before] and (left[tail] > 0 or firsts[tail] == NO_WAY):
                n = _push(keys, what, n, cost + time_s[before], before)


@kernel
def _push(keys: NDArray[np.float64], what: NDArray[np.int32], n: int, key: float, item: int) -> int:
    i = n
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] < key or (keys[up] == key and what[up] <= item):
            break
        keys[i], what[i] = keys[up], what[up]
        i = up
    keys[i], what[i] = key, item
    return n + 1


@kernel
def _pop(keys: NDArray[np.float64], what: NDArray[np.int32], n: int) -> int:
    n -= 1
    key, item = keys[n], what[n]
    i = 0
    child = 1
    while child < n:
        right = child + 1
        if right < n and (keys[right] < keys[child] or (keys[right] == keys[child] and what[right] < what[child])):
            child = right
        if key < keys[child] or (key == keys[child] and item <= what[child]):
            break
        keys[i], what[i] = keys[child], what[child]
        i = child
        child = 2 * i + 1
    keys[i], what[i] = key, item
    return n


@kernel
def _banned(net: Network, link: int, to: int) -> bool:
    banned = False
    for k in range(net.ban_first[link], net.ban_first[link + 1]):
        banned = banned or net.ban_to[k] == to
    return banned


@kernel
def load(
    ways: Ways,
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    weight: NDArray[np.float64],
    volume: NDArray[np.float64],
) -> None:
    """Add the weight of each trip to every link of its way: all or nothing.

    Parameters
    ----------
    ways : Ways
    origin, destination : (V,)
        Node; row of `ways`.
    weight : (V,)
    volume : (L,)
        Added to in place.
    """
    for v in range(len(origin)):
        link = ways.first_link[destination[v], origin[v]]
        while link >= 0:
            volume[link] += weight[v]
            link = ways.next_link[destination[v], link]
