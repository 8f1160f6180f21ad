"""From a network and a trip table to the arrays of the kernels, and the loop of checks and sweeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.kernels import assignment as kernels
from twin.kernels import assignment_paths as chains
from twin.kernels.assignment_cost import Delay, areas
from twin.kernels.assignment_tree import Graph, Scratch
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_SWEEPS = 30
"""Limit of sweeps between two looks for new paths."""
_ENOUGH = 0.03
"""Excess cost, as a share of the excess at the last check, at which new paths are looked for."""
_SLACK = 0.2
"""A path is added where it saves a pair more than this share of a pair's mean excess: less can wait."""
_ASIDE = 0.01
"""Share of a pair's mean excess up to which a pair is left alone for the rest of the sweeps."""
_GAPS = 1.2
"""Paths held for one in use, from which on the others are cleared away."""
_STILL = 10
"""Checks without a smaller gap after which rounding is what is left."""
_LINKS_PER_PATH = 16


@dataclass(frozen=True)
class Problem:
    """A network and who wants to go where, in the order of the kernels.

    Attributes
    ----------
    graph, delay, fixed
        Links sorted by tail.
    order : (L,)
        The network's link of each sorted one.
    demand : chains.Demand
    """

    graph: Graph
    delay: Delay
    fixed: F64
    order: I64
    demand: chains.Demand

    def load(self) -> kernels.Load:
        """Return empty links."""
        n = len(self.order)
        return kernels.Load(
            self.fixed,
            np.zeros(self.fixed.shape),
            np.zeros(n),
            np.zeros(n),
            np.zeros(n),
            np.zeros(self.fixed.shape),
            np.zeros(n, np.int8),
        )

    def scratch(self) -> Scratch:
        """Return work space for trees."""
        n, m = len(self.graph.crossable), len(self.order)
        return Scratch(
            np.empty(n), np.empty(n), np.empty(2 * m + 1), np.empty(2 * m + 1, np.int32), np.empty(n, np.int32)
        )

    def no_trees(self) -> I32:
        """Return trees that are not known."""
        return np.full((len(self.demand.origin), len(self.graph.crossable)), -1, dtype=np.int32)

    def no_paths(self) -> chains.Paths:
        """Return pairs without paths."""
        m = len(self.demand.volume)
        room = 2 * m + 1
        return chains.Paths(
            np.full(m, chains.NONE, np.int32), np.empty(room, np.int32), np.empty(room, np.int64),
            np.empty(room, np.int32), np.zeros(room), np.empty(_LINKS_PER_PATH * room, np.int32),
            np.zeros(3, np.int64), np.zeros(m, np.bool_),
        )  # fmt: skip


@dataclass(frozen=True)
class Solution:
    """What the loop found, in the order of the kernels.

    Attributes
    ----------
    load : kernels.Load
    paths : chains.Paths
    least : (M,)
    relative_gap : float
    objective : float
    iterations : int
    """

    load: kernels.Load
    paths: chains.Paths
    least: F64
    relative_gap: float
    objective: float
    iterations: int


def make_problem(network: StaticNetwork, volume: F64, fixed: F64) -> Problem:
    """Sort a network and its demand for the kernels.

    Parameters
    ----------
    network : StaticNetwork
    volume : (C, Z, Z) [PCU]
    fixed : (C, L)
        Cost on top of the time.
    """
    order = np.argsort(network.tail, kind="stable")
    tail, head = network.tail[order].astype(np.int32), network.head[order].astype(np.int32)
    first = np.searchsorted(tail, np.arange(network.n_nodes + 1)).astype(np.int32)
    graph = Graph(first, tail, head, _crossable(network))
    of = make_delay(network)
    delay = Delay(of.free_time[order], of.capacity[order], of.b[order], of.power[order], of.conical[order])
    return Problem(graph, delay, np.ascontiguousarray(fixed[:, order]), order, make_demand(volume))


def make_delay(network: StaticNetwork) -> Delay:
    """Return the volume–delay functions of the links, in the network's order."""
    numbers = (network.free_time, network.capacity, network.b, network.power)
    free_time, capacity, b, power = (np.ascontiguousarray(a, dtype=np.float64) for a in numbers)
    return Delay(free_time, capacity, b, power, network.is_conical)


def make_demand(volume: F64) -> chains.Demand:
    """Return the pairs with demand, by class and origin.

    Parameters
    ----------
    volume : (C, Z, Z) [PCU]
    """
    kind, origin, destination = np.nonzero(volume * ~np.eye(volume.shape[1], dtype=np.bool_))
    commodity, first = np.unique(kind * volume.shape[1] + origin, return_index=True)
    return chains.Demand(
        (commodity % volume.shape[1]).astype(np.int32),
        (commodity // volume.shape[1]).astype(np.int32),
        np.append(first, len(origin)).astype(np.int32),
        destination.astype(np.int32),
        volume[kind, origin, destination],
    )


def _crossable(network: StaticNetwork) -> NDArray[np.bool_]:
    """Nodes a shortest way may pass: from the first thru node on, and with more than one neighbour."""
    ends = np.stack([np.append(network.tail, network.head), np.append(network.head, network.tail)])
    neighbours = np.unique(ends[:, ends[0] != ends[1]], axis=1)
    several = np.bincount(neighbours[0], minlength=network.n_nodes) > 1
    return np.asarray(several & (np.arange(network.n_nodes) >= network.first_thru_node))


def free_least_costs(problem: Problem) -> tuple[F64, I32]:
    """Return every pair's least cost on the empty network (M,), infinite without a way, and the trees."""
    load, trees = problem.load(), problem.no_trees()
    kernels.refresh(problem.delay, load)
    least = np.empty(len(problem.demand.volume))
    kernels.least_costs(problem.graph, problem.demand, load, trees, problem.scratch(), least)
    return least, trees


def solve(problem: Problem, trees: I32, paths: chains.Paths, *, gap: float, max_iterations: int) -> Solution:
    """Equilibrate until the exact relative gap is small enough, or no longer falls.

    Parameters
    ----------
    problem : Problem
    trees : (K, N)
        Trees of earlier costs.
    paths : chains.Paths
        Paths of a warm start, or none.
    gap : float
    max_iterations : int
    """
    graph, delay, demand = problem.graph, problem.delay, problem.demand
    load, work = problem.load(), problem.scratch()
    least = np.empty(len(demand.volume))
    _sum(problem, load, paths)
    paths = kernels.load_empty(delay, graph, demand, load, trees, work, paths)
    best, still, iteration, exact = np.inf, 0, 0, False
    slack = 0.0
    while True:
        paths = kernels.price(graph, demand, load, trees, work, paths, least, slack)
        spent = cost_of(load.class_flow, load.cost)
        excess = spent - float(np.sum(demand.volume * least))
        now = max(excess / spent, 0.0) if spent > 0.0 else 0.0
        still = 0 if now < best else still + 1
        best = min(best, now)
        ends = now <= gap or iteration >= max_iterations or still >= _STILL
        if ends and exact:
            break
        exact = ends
        if ends:
            _sum(problem, load, paths)
            continue
        slack = _SLACK * excess / len(least)
        if paths.used[0] > _GAPS * paths.used[2]:
            chains.compact(paths)
        kernels.equilibrate(delay, demand, load, paths, _SWEEPS, _ENOUGH * excess, _ASIDE * excess / len(least))
        iteration += 1
    fixed = cost_of(load.class_flow, problem.fixed)
    objective = float(areas(delay, load.flow).sum()) + fixed
    return Solution(load, paths, least, now, objective, iteration)


def cost_of(flow: F64, cost: F64) -> float:
    """Return Σ flow · cost over links with flow; the cost of a link that may not be used is infinite."""
    used = flow > 0.0  # summed in pairs, as numpy does: a product by BLAS starts threads and rounds more
    return float(np.sum(flow[used] * cost[used]))


def _sum(problem: Problem, load: kernels.Load, paths: chains.Paths) -> None:
    """Set flows and costs from the paths, so that no rounding gathers."""
    chains.sum_flows(problem.demand, paths, load.class_flow)
    load.flow[:] = load.class_flow.sum(axis=0)
    kernels.refresh(problem.delay, load)


def warm_up() -> None:
    """Compile or load the kernel that small networks do not need."""
    nowhere = np.empty(0, np.int32), np.empty(0), np.empty(0, np.int64)
    none = chains.Paths(nowhere[0], *nowhere[:1], nowhere[2], nowhere[0], nowhere[1], nowhere[0],
                        np.zeros(3, np.int64), np.zeros(0, np.bool_))  # fmt: skip
    chains.compact(none)
