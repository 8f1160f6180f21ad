"""The traffic kernel's arrays before anything has moved: an empty network and the vehicles that will depart."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernels.agenda import join
from twin.kernels.halves import halves
from twin.kernels.traffic_state import (
    BLOCK,
    F64,
    HOLE,
    I32,
    JUNCTION,
    N_SHARED,
    N_TALLIES,
    QUEUE,
    SEEN,
    TRACE,
    Net,
    Records,
    State,
    Traffic,
    Ways,
)

_LOOKAHEADS_S, _MOST_NODES = (4.0, 3.0, 2.0, 1.5, 1.0, 0.5, 0.0), 16
"""Junctions are made for the longest of these lookaheads that leaves none of them with more nodes."""


def start(
    net: Net, cars: Records, ways: Ways, *, tail: I32, head: I32, n_traces: int = 0, n_watched: int = 64
) -> Traffic:
    """Return an empty network before its vehicles depart; gives each link its holes, movements and junctions in place.

    Parameters
    ----------
    net
    cars : (V,) of `CAR`
        By departure.
    ways
    tail, head : (L,)
        Nodes of the links of `net`.
    n_traces, n_watched
        Room for traced entries and watched vehicles.
    """
    links, n_q, n = net.links, len(net.share), len(net.links)
    n_turns = np.diff(net.out_first)[head]
    size = (links["room"] + net.kinds["store"].max()) // net.kinds["store"].min() + 2
    links["turn_first"], links["move_first"] = net.out_first[head], _starts(n_turns)
    links["ring_first"], links["ring_size"], links["wait_head"] = _starts(size), size, -1
    links["tat_in_s"] = links["tat_out_s"] = -np.inf
    queues = np.zeros(2 * n_q * n, QUEUE)
    for name in ("head", "tail", "waits_for", "wait_next"):
        queues[name] = -1
    least_s = np.minimum(net.time_s.min(axis=0), links["wave_s"])
    of_node = _junctions(tail, head, least_s, len(net.out_first) - 1)
    of_node, part_block = _in_parts(of_node, tail, head, 1.0 / links["in_headway_s"])
    links["ahead"], links["behind"] = of_node[head], of_node[tail]
    junctions, due_link = _places(links, BLOCK * int(part_block[-1]))
    planned, planned_s, next_s = _departures(junctions, cars, ways, of_node, tail)
    block_s = np.minimum.reduceat(next_s, np.arange(0, len(next_s), BLOCK)) if len(next_s) else np.zeros(0)
    state = State(
        queues, np.zeros(size.sum(), HOLE), np.zeros(n_q * n_turns.sum()), np.full(2 * n, np.inf), due_link, junctions,
        next_s, block_s, np.array([lookahead_s(net)]), np.zeros(len(junctions), np.int32),
        np.zeros(len(junctions), np.int32), planned, planned_s,
        np.zeros(N_TALLIES, np.int64), np.full(1, np.nan),
        np.zeros((n, len(net.kinds)), SEEN), np.zeros(n_traces, TRACE), np.full(n_watched, -1, np.int32),
        np.full(n_watched, -1, np.int32), part_block, np.zeros(N_SHARED, np.int64), np.zeros(1),
        np.zeros(len(junctions), np.int32), np.zeros(len(junctions), np.int32), np.zeros(N_TALLIES, np.int64),
        np.zeros(n_traces, TRACE),
    )  # fmt: skip
    return Traffic(net, cars, ways, state)


def lookahead_s(net: Net) -> float:
    """Return the least time in which two junctions feel each other [s]: forward by a vehicle, backward by a hole."""
    between = net.links["ahead"] != net.links["behind"]
    least_s = np.minimum(net.time_s.min(axis=0), net.links["wave_s"])[between]
    return float(least_s.min(initial=np.inf))


def _junctions(tail: I32, head: I32, least_s: NDArray[np.float64], n_nodes: int) -> I32:
    of_node = np.zeros(n_nodes, np.int32)
    for below_s in _LOOKAHEADS_S:
        if join(tail, head, least_s, below_s, of_node) <= _MOST_NODES:
            break
    return of_node


def _in_parts(of_node: I32, tail: I32, head: I32, weight: NDArray[np.float64]) -> tuple[I32, I32]:
    """Number junctions anew: those of one half, of the other, of the border, whole blocks each; return the blocks too.

    Parameters
    ----------
    of_node : (N,)
    tail, head : (L,)
    weight : (L,)
        How much there is to do at a link.
    """
    n = int(of_node.max(initial=-1)) + 1
    a, b = of_node[tail], of_node[head]
    apart = a != b
    at: F64 = np.asarray(np.bincount(a, weight, n) + np.bincount(b, weight, n), np.float64)
    part = halves(a[apart], b[apart], at)
    n_blocks = -(-np.bincount(part, minlength=3) // BLOCK)
    first = np.concatenate([[0], np.cumsum(n_blocks)])
    number = np.empty(n, np.int32)
    for k in range(3):
        mine = np.flatnonzero(part == k)
        number[mine] = BLOCK * first[k] + np.arange(len(mine))
    return number[of_node], first.astype(np.int32)


def _places(links: Records, n_junctions: int) -> tuple[Records, I32]:
    """Give each stop line and entrance its place: junction by junction, stop lines first, in the order of links."""
    n = len(links)
    junction = np.concatenate([links["ahead"], links["behind"]])
    order = np.argsort(junction, kind="stable")
    place = np.empty(2 * n, np.int32)
    place[order] = np.arange(2 * n)
    links["stop"], links["door"] = place[:n], place[n:]
    found = np.zeros(n_junctions, JUNCTION)
    found["n"] = np.bincount(junction, minlength=n_junctions)
    found["n_stops"] = np.bincount(links["ahead"], minlength=n_junctions)
    found["first"] = _starts(found["n"])
    return found, (order % max(n, 1)).astype(np.int32)


def _departures(junctions: Records, cars: Records, ways: Ways, of_node: I32, tail: I32) -> tuple[I32, F64, F64]:
    """Give each junction its planned departures in the order of time; return who, when, and the first of each."""
    node = cars["at"].copy()
    routed = cars["ways"] < 0
    first = ways.route_link[node[routed]]
    node[routed] = np.where(first >= 0, tail[first], 0)
    junction = of_node[node] if len(cars) else np.zeros(0, np.int32)
    planned = np.argsort(junction, kind="stable").astype(np.int32)
    count = np.bincount(junction, minlength=len(junctions))
    junctions["planned"] = _starts(count)
    junctions["planned_end"] = junctions["planned"] + count
    planned_s = cars["depart_s"][planned]
    next_s = np.full(len(junctions), np.inf)
    some = count > 0
    next_s[some] = planned_s[junctions["planned"][some]]
    junctions["depart_s"] = next_s
    return planned, planned_s, next_s


def _starts(size: NDArray[Any]) -> NDArray[np.int64]:
    first: NDArray[np.int64] = np.cumsum(size) - size
    return first
