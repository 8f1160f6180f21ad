"""User equilibrium over paths: Newton shifts of flow between two paths of an origin–destination pair.

Legend: L links in order of their tail, N nodes, C classes, K commodities (an origin and a class), M pairs (a commodity
and a destination), P paths. Flows are in PCU. A path holds its links from the destination back to the origin; the paths
of a pair form a chain.

*Method*: (1) flows are summed from the paths, so that no rounding gathers; (2) each commodity's least-cost tree gives
the exact gap and a new path where it is cheaper; (3) sweeps over the pairs with several paths: flow moves between the
first path and each other one by g / h, g the difference of cost over the links they do not share, h the slope of g,
within what they carry; costs follow every shift at once.

References: R. Jayakrishnan et al., Transportation Research Record 1443 (1994); J. Xie, Y. Nie, X. Liu, Transportation
Research Record 2672 (2018), doi:10.1177/0361198118774236; M. Florian, I. Constantin, D. Florian, TRR 2090 (2009),
doi:10.3141/2090-02.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.assignment_cost import Delay, time_and_slope
from twin.kernels.assignment_tree import Graph, Scratch, settle
from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
NONE = -1


class Demand(NamedTuple):
    """Who wants to go where.

    Attributes
    ----------
    origin, kind : (K,)
        Node and class of each commodity.
    first : (K + 1,)
        First pair of each commodity.
    destination, volume : (M,)
        Node; flow [PCU], positive.
    """

    origin: I32
    kind: I32
    first: I32
    destination: I32
    volume: F64


class Load(NamedTuple):
    """State of the links.

    Attributes
    ----------
    fixed : (C, L)
        Cost of a class on top of the time; infinite where it may not go.
    flow, time, slope : (L,)
        Flow of all classes [PCU], travel time, and its derivative by flow.
    cost : (C, L)
        `time + fixed`.
    mark : (L,)
        Work space, zero between calls.
    """

    fixed: F64
    flow: F64
    time: F64
    slope: F64
    cost: F64
    mark: NDArray[np.int8]


class Paths(NamedTuple):
    """Paths in use, in growing arrays.

    Attributes
    ----------
    head : (M,)
        First path of each pair.
    after, start, size : (P,)
        Next path of the pair; place in `link`; number of links.
    flow : (P,) [PCU]
    link : (…)
    used : (2,)
        Number of paths and of links held.
    """

    head: I32
    after: I32
    start: I64
    size: I32
    flow: F64
    link: I32
    used: I64


@kernel
def refresh(delay: Delay, load: Load) -> None:
    """Set the times, slopes and costs of all links from their flows."""
    for link in range(len(load.flow)):
        _refresh_link(delay, load, link)


@kernel
def _refresh_link(delay: Delay, load: Load, link: int) -> None:
    time, slope = time_and_slope(delay, link, load.flow[link])
    load.time[link], load.slope[link] = time, slope
    for kind in range(len(load.fixed)):
        load.cost[kind, link] = time + load.fixed[kind, link]


@kernel
def sum_flows(demand: Demand, paths: Paths, flow: F64) -> None:
    """Set the flow of each class and link to the sum over all paths.

    Parameters
    ----------
    demand : Demand
    paths : Paths
    flow : (C, L) [PCU]
        Filled in place.
    """
    flow[:] = 0.0
    for k in range(len(demand.origin)):
        row = flow[demand.kind[k]]
        for pair in range(demand.first[k], demand.first[k + 1]):
            path = paths.head[pair]
            while path != NONE:
                carried = paths.flow[path]
                for i in range(paths.start[path], paths.start[path] + paths.size[path]):
                    row[paths.link[i]] += carried
                path = paths.after[path]


@kernel
def collect(paths: Paths, pair: I32, flow: F64, first: I64, link: I32) -> int:
    """Write out the paths with flow, pair after pair, each from origin to destination.

    Parameters
    ----------
    paths : Paths
    pair, flow : (P,)
        Filled in place.
    first : (P + 1,)
        Filled in place.
    link : (…)
        As long as all paths' links; filled in place.

    Returns
    -------
    int
        Number of paths written.
    """
    n = 0
    first[0] = 0
    for m in range(len(paths.head)):
        path = paths.head[m]
        while path != NONE:
            if paths.flow[path] > 0.0:
                pair[n], flow[n] = m, paths.flow[path]
                at, size = paths.start[path], paths.size[path]
                for i in range(size):
                    link[first[n] + i] = paths.link[at + size - 1 - i]
                first[n + 1] = first[n] + size
                n += 1
            path = paths.after[path]
    return n


@kernel
def adopt(paths: Paths, pair: I64, flow: F64, first: I64, keep: I64, link: I32) -> Paths:
    """Add paths that are known: path `keep[k]`, whose links go from origin to destination, to `pair[k]` with `flow[k]`.

    Parameters
    ----------
    paths : Paths
    pair, flow, keep : (n,)
    first, link : (P + 1,), (…)

    Returns
    -------
    Paths
        Larger arrays where the old ones were full.
    """
    for k in range(len(keep)):
        path = keep[k]
        way = link[first[path] : first[path + 1]][::-1].copy()
        paths = _add(paths, pair[k], way, len(way))
        paths.flow[paths.used[0] - 1] = flow[k]
    return paths


@kernel
def price(graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, paths: Paths, least: F64) -> Paths:
    """Find every pair's least cost at the present costs, and add the paths that reach it.

    Parameters
    ----------
    graph, demand, load
    pred : (K, N)
        Trees; repaired in place.
    work : Scratch
    paths : Paths
    least : (M,)
        Least costs, filled in place.

    Returns
    -------
    Paths
        Larger arrays where the old ones were full.
    """
    way = np.empty(len(work.label), np.int32)
    for k in range(len(demand.origin)):
        cost = load.cost[demand.kind[k]]
        settle(graph, cost, demand.origin[k], pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            to = demand.destination[pair]
            least[pair] = work.label[to]
            head = paths.head[pair]
            if head != NONE and paths.after[head] == NONE and work.label[to] >= work.before[to]:
                old = 0.0
                for i in range(paths.start[head] + paths.size[head] - 1, paths.start[head] - 1, -1):
                    old += cost[paths.link[i]]
                if old <= work.label[to]:
                    continue
            n = _trace(graph, pred[k], to, way)
            if not _held(paths, pair, way, n):
                paths = _add(paths, pair, way, n)
    return paths


@kernel
def least_costs(graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, least: F64) -> None:
    """Set the least cost of every pair (M,) at the present costs; infinite where there is no way."""
    for k in range(len(demand.origin)):
        settle(graph, load.cost[demand.kind[k]], demand.origin[k], pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            least[pair] = work.label[demand.destination[pair]]


@kernel
def load_empty(delay: Delay, graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, paths: Paths) -> Paths:
    """Put each pair without a path on the best one, commodity after commodity, on the flow of those before."""
    way = np.empty(len(work.label), np.int32)
    for k in range(len(demand.origin)):
        settle(graph, load.cost[demand.kind[k]], demand.origin[k], pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            if paths.head[pair] != NONE:
                continue
            n = _trace(graph, pred[k], demand.destination[pair], way)
            paths = _add(paths, pair, way, n)
            paths.flow[paths.head[pair]] = demand.volume[pair]
            for i in range(n):
                load.flow[way[i]] += demand.volume[pair]
                load.mark[way[i]] = 1
        for link in range(len(load.mark)):
            if load.mark[link] == 1:
                load.mark[link] = 0
                _refresh_link(delay, load, link)
    return paths


@kernel
def _trace(graph: Graph, pred: I32, node: int, way: I32) -> int:
    n = 0
    while pred[node] >= 0:
        way[n] = pred[node]
        node = graph.tail[pred[node]]
        n += 1
    return n


@kernel
def _held(paths: Paths, pair: int, way: I32, n: int) -> bool:
    path = paths.head[pair]
    while path != NONE:
        if paths.size[path] == n:
            same = 0
            at = paths.start[path]
            while same < n and paths.link[at + same] == way[same]:
                same += 1
            if same == n:
                return True
        path = paths.after[path]
    return False


@kernel
def _add(paths: Paths, pair: int, way: I32, n: int) -> Paths:
    """Append a path without flow to a pair's chain."""
    p, at = paths.used
    if p == len(paths.flow) or at + n > len(paths.link):
        more, longer = 2 * len(paths.flow), 2 * len(paths.link) + n
        paths = Paths(
            paths.head,
            _longer(paths.after, more),
            _longer(paths.start, more),
            _longer(paths.size, more),
            _longer(paths.flow, more),
            _longer(paths.link, longer),
            paths.used,
        )
    paths.link[at : at + n] = way[:n]
    paths.start[p], paths.size[p], paths.flow[p], paths.after[p] = at, n, 0.0, NONE
    if paths.head[pair] == NONE:
        paths.head[pair] = p
    else:
        last = paths.head[pair]
        while paths.after[last] != NONE:
            last = paths.after[last]
        paths.after[last] = p
    paths.used[0], paths.used[1] = p + 1, at + n
    return paths


@kernel
def _longer(old: NDArray[np.generic], size: int) -> NDArray[np.generic]:
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new


@kernel
def equilibrate(delay: Delay, demand: Demand, load: Load, paths: Paths, sweeps: int, enough: float) -> int:
    """Shift flow among the known paths, sweep after sweep, until the excess cost is small.

    Parameters
    ----------
    delay, demand, load, paths
    sweeps : int
        Limit.
    enough : float
        Excess cost Σ |g| · flow at which to stop.

    Returns
    -------
    int
        Sweeps made.
    """
    for sweep in range(sweeps):
        excess = 0.0
        for k in range(len(demand.origin)):
            cost = load.cost[demand.kind[k]]
            for pair in range(demand.first[k], demand.first[k + 1]):
                if paths.after[paths.head[pair]] != NONE:
                    excess += _balance(delay, load, cost, paths, pair)
        if excess <= enough:
            return sweep + 1
    return sweeps


@kernel
def _balance(delay: Delay, load: Load, cost: F64, paths: Paths, pair: int) -> float:
    base = paths.head[pair]
    before = base
    path = paths.after[base]
    excess = 0.0
    while path != NONE:
        excess += _shift(delay, load, cost, paths, base, path)
        if paths.flow[path] <= 0.0:
            paths.after[before] = paths.after[path]
        else:
            before = path
        path = paths.after[before]
    if paths.flow[base] <= 0.0 and paths.after[base] != NONE:
        paths.head[pair] = paths.after[base]
    return excess


@kernel
def _shift(delay: Delay, load: Load, cost: F64, paths: Paths, base: int, path: int) -> float:
    """Move flow between two paths towards equal costs; return the excess cost there was."""
    link, mark = paths.link, load.mark
    a, b = paths.start[base], paths.start[path]
    a_end, b_end = a + paths.size[base], b + paths.size[path]
    while a < a_end and b < b_end and link[a] == link[b]:
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and link[a_end - 1] == link[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    for i in range(a, a_end):
        mark[link[i]] = 1
    g, h = 0.0, 0.0
    for i in range(b, b_end):
        here = link[i]
        if mark[here] == 1:
            mark[here] = 2
        else:
            g += cost[here]
            h += load.slope[here]
    for i in range(a, a_end):
        here = link[i]
        if mark[here] == 1:
            g -= cost[here]
            h += load.slope[here]
    room = paths.flow[path] if g > 0.0 else paths.flow[base]
    excess = abs(g) * room
    step = np.inf if h <= 0.0 else abs(g) / h
    step = min(step, room) if g != 0.0 else 0.0
    if step > 0.0:
        all_of_it = step == room
        step = step if g > 0.0 else -step
        paths.flow[path] -= step
        paths.flow[base] += step
        if all_of_it:
            paths.flow[path if g > 0.0 else base] = 0.0
        for i in range(b, b_end):
            if mark[link[i]] == 0:
                load.flow[link[i]] -= step
                _refresh_link(delay, load, link[i])
        for i in range(a, a_end):
            if mark[link[i]] == 1:
                load.flow[link[i]] += step
                _refresh_link(delay, load, link[i])
    for i in range(a, a_end):
        mark[link[i]] = 0
    return excess
