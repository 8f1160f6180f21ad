"""Static user equilibrium: nobody can shorten their way by choosing another.

*Equation*: cost of a class on a link = time(Σ flow in PCU) + what the class pays on top; at equilibrium every path in
use of a pair costs the least (Wardrop 1952), the minimum of Σ ∫ time + Σ flow · fixed cost (Beckmann 1956).
*Assumptions*: demand is fixed, the period is one steady state, all classes share one time of a link.
*References*: J. G. Wardrop, Proc. ICE 1 (1952), doi:10.1680/ipeds.1952.11259; M. Beckmann et al., Studies in the
Economics of Transportation (1956); the method's papers stand in `twin.kernels.assignment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenarios.models import assignment_solver as solver
from twin.errors import InvalidParams, NoPath
from twin.kernels import assignment_paths as chains
from twin.kernels.assignment_cost import areas
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class UserClass:
    """Who shares the network.

    Attributes
    ----------
    name : str
    pcu : float
        Passenger-car units of one vehicle.
    toll_weight, distance_weight : float, optional
        Time units per unit of toll and of length; the network's when not given.
    allowed : (L,), optional
        Links the class may use; all when not given.
    extra_cost : (L,), optional
        Further fixed cost of the class on each link, in time units.
    """

    name: str = "car"
    pcu: float = 1.0
    toll_weight: float | None = None
    distance_weight: float | None = None
    allowed: Bools | None = field(default=None, repr=False)
    extra_cost: F64 | None = field(default=None, repr=False)

    def fixed_cost(self, network: StaticNetwork) -> F64:
        """Return what the class pays on top of the time : (L,); infinite where it may not go."""
        toll = network.toll_weight if self.toll_weight is None else self.toll_weight
        distance = network.distance_weight if self.distance_weight is None else self.distance_weight
        cost = toll * network.toll + distance * network.length
        if self.extra_cost is not None:
            cost = cost + self.extra_cost
        if self.allowed is not None:
            cost = np.where(self.allowed, cost, np.inf)
        return cost


@dataclass(frozen=True)
class PathFlows:
    """The paths in use; their shares among equal ways are one choice of many, link flows are what is determined.

    Attributes
    ----------
    kind, origin, destination : (P,)
        Class, and zones, counted from 0.
    flow : (P,)
        Vehicles.
    first, link : (P + 1,), (…)
        Links of each path, from origin to destination.
    """

    kind: I32
    origin: I32
    destination: I32
    flow: F64
    first: I64
    link: I32


@dataclass(frozen=True)
class Assignment:
    """A loaded network.

    Attributes
    ----------
    flow : (L,) [PCU]
        All classes together.
    class_flow : (C, L)
        Vehicles.
    time : (L,)
        Travel time at that flow.
    class_cost : (C, L)
        Time and fixed cost.
    relative_gap : float
        1 − Σ demand · least cost / Σ flow · cost, exact at these flows.
    objective : float
        Beckmann's.
    iterations : int
    paths : PathFlows
    least_cost : (C, Z, Z)
        Cost of the best way of each pair with demand; NaN elsewhere.
    dropped : float
        Demand left out because there is no way [PCU].
    converged : bool
    """

    flow: F64
    class_flow: F64
    time: F64
    class_cost: F64
    relative_gap: float
    objective: float
    iterations: int
    paths: PathFlows
    least_cost: F64
    dropped: float
    converged: bool

    @property
    def cost(self) -> F64:
        """Cost of the first class on each link : (L,)."""
        return np.asarray(self.class_cost[0])


def assign(
    network: StaticNetwork,
    trips: F64,
    *,
    gap: float = 1e-6,
    classes: Sequence[UserClass] = (UserClass(),),
    max_iterations: int = 1000,
    drop_unreachable: bool = False,
    start: Assignment | None = None,
) -> Assignment:
    """Return the user equilibrium of a trip table.

    Parameters
    ----------
    network : StaticNetwork
    trips : (Z, Z) or (C, Z, Z)
        Vehicles from zone to zone; the diagonal does not use the network.
    gap : float
        Relative gap at which to stop.
    classes : sequence
        One for each table of trips.
    max_iterations : int
    drop_unreachable : bool
        Leave trips without a way out instead of raising.
    start : Assignment, optional
        An equilibrium of the same network and classes whose paths are tried first.

    Raises
    ------
    ValidationFailed
        The network's numbers cannot be used.
    InvalidParams
        The trips do not fit the network or the classes.
    NoPath
        Trips between zones that no way connects.
    """
    network.check()
    fixed = np.stack([c.fixed_cost(network) for c in classes])
    tables = _tables(network, trips, classes, fixed)
    pcu = np.array([c.pcu for c in classes])
    volume = tables * pcu[:, None, None]
    problem = solver.make_problem(network, volume, fixed)
    least, trees = solver.free_least_costs(problem)
    dropped = 0.0
    if not np.isfinite(least).all():
        lost = _pairs(problem.demand)[:, ~np.isfinite(least)]
        if not drop_unreachable:
            raise NoPath(network.name, _no_way(lost, volume, classes))
        dropped = float(volume[tuple(lost)].sum())
        volume[tuple(lost)] = 0.0
        problem = solver.make_problem(network, volume, fixed)
        least, trees = solver.free_least_costs(problem)
    paths = problem.no_paths() if start is None else _warm(problem, start, pcu)
    found = solver.solve(problem, trees, paths, gap=gap, max_iterations=max_iterations)
    return _result(network, problem, found, pcu, dropped, gap)


_SHOWN = 10
"""Pairs without a way that a message names."""


def objective(network: StaticNetwork, flow: F64, *, user: UserClass | None = None) -> float:
    """Return Beckmann's objective of flows (L,) of one class."""
    fixed = (user or UserClass()).fixed_cost(network)
    return float(areas(solver.make_delay(network), flow).sum()) + solver.cost_of(flow, fixed)


def warm_up() -> None:
    """Compile or load the kernels, so that the next assignment takes its own time only."""
    one, many = np.ones(4), np.full(4, 2.0)
    links = np.array([[0, 0, 2, 2], [1, 2, 1, 1]], dtype=np.int32)
    network = StaticNetwork(links[0], links[1], one, many, one, one, one, one, n_nodes=3, n_zones=2)
    found = assign(network, np.array([[0.0, 9.0], [0.0, 0.0]]), gap=1e-12)
    objective(network, found.flow)
    solver.warm_up()


def _tables(network: StaticNetwork, trips: F64, classes: Sequence[UserClass], fixed: F64) -> F64:
    """Return the trips as (C, Z, Z), or say what is wrong with them or the classes."""
    tables = np.asarray(trips, dtype=np.float64)
    tables = tables[None] if tables.ndim == 2 else tables
    shape = (len(classes), network.n_zones, network.n_zones)
    if tables.shape != shape:
        raise InvalidParams("trips", f"have the shape {tables.shape}; {shape} is needed: classes, zones, zones")
    if not (np.isfinite(tables).all() and (tables >= 0).all()):
        kind, row, column = np.argwhere(~(tables >= 0) | np.isinf(tables))[0]
        where = f"{classes[kind].name} from zone {row + 1} to {column + 1}"
        raise InvalidParams("trips", f"{where}: {tables[kind, row, column]}; give 0 or more")
    for k, one in enumerate(classes):
        if not (one.pcu > 0 and np.isfinite(one.pcu)):
            raise InvalidParams("pcu", f"of class {one.name} is {one.pcu}; give a number above 0")
        bad = ~(fixed[k] + network.free_time >= 0)
        if bad.any():
            link = int(np.argmax(bad))
            where = f"link {link + 1} from node {network.tail[link] + 1} to {network.head[link] + 1}"
            raise InvalidParams("cost", f"of class {one.name} is below 0 on {where}; check tolls and weights")
    return tables


def _pairs(demand: chains.Demand) -> I32:
    """Return class, origin and destination of each pair : (3, M)."""
    commodity = np.repeat(np.arange(len(demand.origin)), np.diff(demand.first))
    return np.stack([demand.kind[commodity], demand.origin[commodity], demand.destination])


def _no_way(lost: I32, volume: F64, classes: Sequence[UserClass]) -> str:
    named = [f"{classes[k].name} {i + 1} → {j + 1}" for k, i, j in lost.T[:_SHOWN]]
    more = f" … and {lost.shape[1] - _SHOWN} more" if lost.shape[1] > _SHOWN else ""
    total = volume[tuple(lost)].sum()
    return (
        f"{lost.shape[1]} pairs of zones with {total:g} PCU have no way: {', '.join(named)}{more}. "
        "Connect the zones, check the first thru node, or leave these trips out"
    )


def _warm(problem: solver.Problem, start: Assignment, pcu: F64) -> chains.Paths:
    """Return the paths of an earlier equilibrium, with the flows of the present demand."""
    old, pairs = start.paths, _pairs(problem.demand)
    n_zones = start.least_cost.shape[1]
    keys = np.ravel_multi_index(tuple(pairs), (len(pcu), n_zones, n_zones))
    key = np.ravel_multi_index((old.kind, old.origin, old.destination), (len(pcu), n_zones, n_zones))
    pair = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
    place = np.empty(len(problem.order), dtype=np.int32)
    place[problem.order] = np.arange(len(place))
    barred = np.isinf(problem.fixed[np.repeat(old.kind, np.diff(old.first)), place[old.link]])
    open_ways = np.bincount(np.repeat(np.arange(len(key)), np.diff(old.first)), weights=barred, minlength=len(key)) == 0
    keep = np.flatnonzero(open_ways & (keys[pair] == key)) if len(keys) else np.empty(0, np.int64)
    carried = np.bincount(pair[keep], weights=old.flow[keep], minlength=len(keys))
    flow = old.flow[keep] * (problem.demand.volume / np.where(carried > 0, carried, 1.0))[pair[keep]]
    return chains.adopt(problem.no_paths(), pair[keep], flow, old.first, keep, place[old.link])


def _result(
    network: StaticNetwork, problem: solver.Problem, found: solver.Solution, pcu: F64, dropped: float, gap: float
) -> Assignment:
    back = np.empty(len(problem.order), dtype=np.int64)
    back[problem.order] = np.arange(len(back))
    n_paths, n_links = found.paths.used[:2]
    pair, flow = np.empty(n_paths, np.int32), np.empty(n_paths)
    first, link = np.zeros(n_paths + 1, np.int64), np.empty(n_links, np.int32)
    n = chains.collect(found.paths, pair, flow, first, link)
    kind, origin, destination = _pairs(problem.demand)[:, pair[:n]].astype(np.int32)
    least = np.full((len(pcu), network.n_zones, network.n_zones), np.nan)
    least[tuple(_pairs(problem.demand))] = found.least
    return Assignment(
        flow=found.load.flow[back],
        class_flow=found.load.class_flow[:, back] / pcu[:, None],
        time=found.load.time[back],
        class_cost=found.load.cost[:, back],
        relative_gap=found.relative_gap,
        objective=found.objective,
        iterations=found.iterations,
        paths=PathFlows(
            kind, origin, destination, flow[:n] / pcu[kind], first[: n + 1],
            problem.order[link[: first[n]]].astype(np.int32),
        ),
        least_cost=least,
        dropped=dropped,
        converged=found.relative_gap <= gap,
    )  # fmt: skip
