"""What is due next at the junctions: their stop lines, their entrances and the departures from home.

A junction is a node, or several that short links join. What happens at one is felt at another after `lookahead_s`
at the earliest, the least time a vehicle needs forward or a hole backward between two of them. So all junctions may go
ahead for so long one after the other, each in the order of time: a single list of all events would lead to the same.
A stop line or an entrance has at most one moment due. At one moment departures come first, then stop lines, then
entrances, each in the order of their links.

Reference: K. M. Chandy, J. Misra, Distributed simulation, IEEE Trans. Softw. Eng. 5 (1979),
doi:10.1109/TSE.1979.230182.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import inlined, kernel, lean
from twin.kernels.traffic_state import BLOCK, State, Traffic


@inlined
def plan_exit(t: Traffic, link: int, at_s: float) -> None:
    """Let a link's stop line act at a time; an earlier moment that is due stays."""
    one = t.net.links[link]
    _plan(t.state, one["stop"], one["ahead"], at_s)


@inlined
def plan_entry(t: Traffic, link: int, at_s: float) -> None:
    """Let a link's entrance act at a time; an earlier moment that is due stays."""
    one = t.net.links[link]
    _plan(t.state, one["door"], one["behind"], at_s)


@inlined
def _plan(s: State, place: int, junction: int, at_s: float) -> None:
    if at_s < s.due_s[place]:
        s.due_s[place] = at_s
        if at_s < s.next_s[junction]:
            s.next_s[junction] = at_s
            block = junction // BLOCK
            s.block_s[block] = min(s.block_s[block], at_s)


@inlined
def has_entry_due(t: Traffic, link: int) -> bool:
    """Return whether a link's entrance is to act."""
    return bool(t.state.due_s[t.net.links[link]["door"]] < np.inf)


@inlined
def next_place(s: State, junction: int) -> tuple[int, float]:
    """Return the place that acts next at a junction, and when; -1 for a departure."""
    one = s.junctions[junction]
    found, at_s = -1, np.inf
    for place in range(one["first"], one["first"] + one["n"]):
        if s.due_s[place] < at_s:
            found, at_s = place, s.due_s[place]
    if one["depart_s"] <= at_s:
        return -1, one["depart_s"]
    return found, at_s


@inlined
def next_departure(s: State, junction: int) -> int:
    """Take the next vehicle that departs at a junction from the plan."""
    one = s.junctions[junction]
    v = s.planned[one["planned"]]
    one["planned"] += 1
    one["depart_s"] = s.planned_s[one["planned"]] if one["planned"] < one["planned_end"] else np.inf
    return int(v)


@lean
def soonest(s: State) -> float:
    """Return when anything happens next; infinite where nothing does."""
    at_s = np.inf
    for block in range(len(s.block_s)):
        at_s = min(at_s, s.block_s[block])
    return at_s


@inlined
def due_before(s: State, first_block: int, end_block: int, to_s: float) -> int:
    """List the junctions of some blocks that act before a time in `State.acting`; return how many they are."""
    n = 0
    for block in range(first_block, end_block):
        if s.block_s[block] < to_s:
            least_s = np.inf
            for junction in range(block * BLOCK, min(block * BLOCK + BLOCK, len(s.next_s))):
                if s.next_s[junction] < to_s:
                    s.acting[n] = junction
                    n += 1
                else:
                    least_s = min(least_s, s.next_s[junction])
            s.block_s[block] = least_s
    return n


@kernel
def join(tail: NDArray[np.int32], head: NDArray[np.int32], least_s: NDArray[np.float64], below_s: float,
         junction: NDArray[np.int32]) -> int:  # fmt: skip
    """Number junctions: nodes that links of less than a lookahead join are one. Return the most nodes of any.

    Parameters
    ----------
    tail, head : (L,)
    least_s : (L,) [s]
        Least time in which the two ends of a link feel each other.
    below_s : [s]
    junction : (N,)
        Filled in.
    """
    for node in range(len(junction)):
        junction[node] = node
    for link in range(len(tail)):
        if least_s[link] < below_s:
            a, b = _root(junction, tail[link]), _root(junction, head[link])
            junction[max(a, b)] = min(a, b)
    size, n = np.zeros(len(junction), np.int32), 0
    for node in range(len(junction)):
        root = _root(junction, node)
        size[root] += 1
        junction[node] = root
    for node in range(len(junction)):  # a root is its junction's first node, so it is numbered before its others
        root = junction[node]
        if root == node:
            junction[node] = n
            n += 1
        else:
            junction[node] = junction[root]
    return int(size.max()) if len(size) else 0


@kernel
def _root(junction: NDArray[np.int32], node: int) -> int:
    while junction[node] != node:
        junction[node] = junction[junction[node]]
        node = junction[node]
    return node
