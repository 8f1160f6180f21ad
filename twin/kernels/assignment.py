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
from twin.kernels.assignment_paths import NONE, Demand, Paths, add, held, trace
from twin.kernels.assignment_tree import Graph, Scratch, settle
from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]


class Load(NamedTuple):
    """State of the links.

    Attributes
    ----------
    fixed : (C, L)
        Cost of a class on top of the time; infinite where it may not go.
    class_flow : (C, L) [PCU]
    flow, time, slope : (L,)
        Flow of all classes [PCU], travel time, and its derivative by flow.
    cost : (C, L)
        `time + fixed`.
    mark : (L,)
        Work space, zero between calls.
    """

    fixed: F64
    class_flow: F64
    flow: F64
    time: F64
    slope: F64
    cost: F64
    mark: NDArray[np.int8]


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
def price(
    graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, paths: Paths, least: F64, slack: float
) -> Paths:
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
    slack : float
        A path is added where it saves a pair's flow more than this.

    Returns
    -------
    Paths
        Larger arrays where the old ones were full.
    """
    way = np.empty(len(work.label), np.int32)
    for k in range(len(demand.origin)):
        cost = load.cost[demand.kind[k]]
        settle(graph, cost, int(demand.origin[k]), pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            to = int(demand.destination[pair])
            best = work.label[to]
            least[pair] = best
            if paths.on_tree[pair]:
                if best >= work.before[to]:
                    continue
                saved = work.before[to] - best
            else:
                saved = _cost(paths, int(paths.head[pair]), cost) - best
            paths.on_tree[pair] = False
            if saved * demand.volume[pair] > slack:
                n = trace(graph, pred[k], to, way)
                if not held(paths, pair, way, n):
                    paths = add(paths, pair, way, n)
    return paths


@kernel
def _cost(paths: Paths, path: int, cost: F64) -> float:
    total = 0.0
    for i in range(paths.start[path], paths.start[path] + paths.size[path]):
        total += cost[paths.link[i]]
    return total


@kernel
def least_costs(graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, least: F64) -> None:
    """Set the least cost of every pair (M,) at the present costs; infinite where there is no way."""
    for k in range(len(demand.origin)):
        settle(graph, load.cost[demand.kind[k]], int(demand.origin[k]), pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            least[pair] = work.label[demand.destination[pair]]


@kernel
def load_empty(delay: Delay, graph: Graph, demand: Demand, load: Load, pred: I32, work: Scratch, paths: Paths) -> Paths:
    """Put each pair without a path on the best one, commodity after commodity, on the flow of those before."""
    way = np.empty(len(work.label), np.int32)
    for k in range(len(demand.origin)):
        settle(graph, load.cost[demand.kind[k]], int(demand.origin[k]), pred[k], work)
        for pair in range(demand.first[k], demand.first[k + 1]):
            if paths.head[pair] != NONE:
                continue
            n = trace(graph, pred[k], int(demand.destination[pair]), way)
            paths = add(paths, pair, way, n)
            paths.flow[paths.head[pair]] = demand.volume[pair]
            paths.on_tree[pair] = True
            for i in range(n):
                load.class_flow[demand.kind[k], way[i]] += demand.volume[pair]
                load.flow[way[i]] += demand.volume[pair]
                load.mark[way[i]] = 1
        for link in range(len(load.mark)):
            if load.mark[link] == 1:
                load.mark[link] = 0
                _refresh_link(delay, load, link)
    return paths


@kernel
def equilibrate(
    delay: Delay, demand: Demand, load: Load, paths: Paths, sweeps: int, enough: float, aside: float
) -> int:
    """Shift flow among the known paths, sweep after sweep, until the excess cost is small.

    Parameters
    ----------
    delay, demand, load, paths
    sweeps : int
        Limit.
    enough : float
        Excess cost Σ |g| · flow at which to stop.
    aside : float
        Excess cost of a pair up to which it is left alone until the next call.

    Returns
    -------
    int
        Sweeps made.
    """
    several, kind = np.empty(len(demand.volume), np.int32), np.empty(len(demand.volume), np.int32)
    n = 0
    for k in range(len(demand.origin)):
        for pair in range(demand.first[k], demand.first[k + 1]):
            if paths.after[paths.head[pair]] != NONE:
                several[n], kind[n] = pair, demand.kind[k]
                n += 1
    for sweep in range(sweeps):
        total, left = 0.0, 0
        for i in range(n):
            excess = _balance(delay, load, int(kind[i]), paths, int(several[i]))
            total += excess
            if excess > aside:
                several[left], kind[left] = several[i], kind[i]
                left += 1
        if total <= enough or left == 0:
            return sweep + 1
        n = left
    return sweeps


@kernel
def _balance(delay: Delay, load: Load, kind: int, paths: Paths, pair: int) -> float:
    base = int(paths.head[pair])
    before = base
    path = int(paths.after[base])
    excess = 0.0
    while path != NONE:
        excess += _shift(delay, load, kind, paths, base, path)
        if paths.flow[path] <= 0.0:
            paths.after[before] = paths.after[path]
            paths.used[2] -= 1
        else:
            before = path
        path = int(paths.after[before])
    if paths.flow[base] <= 0.0 and paths.after[base] != NONE:
        paths.head[pair] = paths.after[base]
        paths.used[2] -= 1
    return excess


@kernel
def _shift(  # noqa: C901 # one pass over two paths; a call per link would cost more than the link
    delay: Delay, load: Load, kind: int, paths: Paths, base: int, path: int
) -> float:
    """Move flow between two paths towards equal costs; return the excess cost there was."""
    link, mark, cost = paths.link, load.mark, load.cost[kind]
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
    excess: float = abs(g) * room
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
                _change(delay, load, kind, int(link[i]), -step)
        for i in range(a, a_end):
            if mark[link[i]] == 1:
                _change(delay, load, kind, int(link[i]), step)
    for i in range(a, a_end):
        mark[link[i]] = 0
    return excess


@kernel
def _change(delay: Delay, load: Load, kind: int, link: int, more: float) -> None:
    load.class_flow[kind, link] += more
    load.flow[link] += more
    _refresh_link(delay, load, link)
