"""Which ways people take: habits that share the roads among them, and the latest times for those who know.

*Equation*: habits are the all-or-nothing ways of the first K steps of the method of successive averages: step k takes
the fastest ways by the times of `scenarios.models.usual_times` at the mean volume of the steps before it [PCU/h]. See
`scenarios.models.way_choice` for who takes which, and `scenarios.models.habits` for the periods of the day.
*Assumptions*: habits know the usual demand of their part of the day and the streets as they are, not the traffic of the
day.
*References*: Y. Sheffi, Urban Transportation Networks (1985), chapter 5.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenarios.models.network import RoadNetwork
from scenarios.models.usual_times import usual_times_s

if TYPE_CHECKING:
    from twin.kernels import hierarchy
    from twin.kernels.turns import Tables

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]

_THREADS = 2
THREADS = ThreadPoolExecutor(_THREADS, "ways")
"""Searches of all runs of a process; a thread starts with the first of them."""


class Router:
    """Finds the fastest ways on a network to a set of zones; its order of the nodes is made once.

    Parameters
    ----------
    net
        Its free times are taken for the least ever; shorter ones only cost a new order.
    zones : (D,)
        Nodes.
    """

    def __init__(self, net: RoadNetwork, zones: I32) -> None:
        from twin.kernels import hierarchy, paths

        self._kernel, self._make = paths, hierarchy.hierarchy
        self.zones = zones.astype(np.int32)
        order = np.argsort(net.tail, kind="stable").astype(np.int32)
        first = np.concatenate([[0], np.cumsum(np.bincount(net.tail, minlength=net.n_nodes))]).astype(np.int32)
        # Copies, so that the compiler sees one kind of array: writeable.
        self._graph = hierarchy.Network(
            net.tail.copy(), net.head.copy(), first, order, net.ban_first.copy(), net.ban_to.copy()
        )
        self._order: hierarchy.Hierarchy = self._make(self._graph, net.time_s.min(axis=0))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of zones, links and nodes."""
        return len(self.zones), len(self._graph.tail), len(self._graph.out_first) - 1

    def tables(self, next_turn: U8, first_turn: U8) -> Tables:
        """Return way tables ``(R, D, L)`` and ``(R, D, N)`` with what is needed to follow them."""
        from twin.kernels.turns import Tables

        return Tables(next_turn, first_turn, self._graph.out_first, self._graph.out_link, self._graph.head)

    def search(self, time_s: F64, next_turn: U8, first_turn: U8, *, only: I32 | None = None) -> None:
        """Fill the fastest ways to all zones, or only to some.

        Parameters
        ----------
        time_s : (L,) [s]
            Positive; infinite on a link that may not be entered.
        next_turn, first_turn : (D, L), (D, N)
            Filled in place.
        only : (n,)
            Zones whose ways are to be found.
        """
        self._search(time_s, (next_turn, first_turn, np.empty((0, 0))), only)

    def costs(self, time_s: F64, next_turn: U8, first_turn: U8) -> F64:
        """Fill the fastest ways to all zones; return their times from each node ``(D, N)`` [s]."""
        n_d, _, n_nodes = self.shape
        cost_s = np.empty((n_d, n_nodes))
        self._search(time_s, (next_turn, first_turn, cost_s), None)
        return cost_s

    def _search(self, time_s: F64, out: tuple[U8, U8, F64], only: I32 | None) -> None:
        if np.any(time_s < self._order.least_s):
            self._order = self._make(self._graph, np.minimum(time_s, self._order.least_s))
        metric = self._kernel.customise(self._order, np.ascontiguousarray(time_s))
        rows = np.arange(len(self.zones), dtype=np.int32) if only is None else only
        # Threads share the work by halves that are whole multiples of the lanes; no two write to one row.
        lanes = self._kernel.LANES
        size = lanes * -(-len(rows) // (lanes * _THREADS)) or 1
        parts = [rows[k : k + size] for k in range(0, len(rows), size)]

        def _fill(part: I32) -> None:
            self._kernel.ways_to(self._order, metric, self.zones[part], part.copy(), self._kernel.Ways(*out))

        list(THREADS.map(_fill, parts))

    def arrivals(self, node: int) -> NDArray[np.int64]:
        """Return the links into a node."""
        return np.flatnonzero(self._graph.head == node)

    def touched(self, links: NDArray[np.integer], next_turn: U8, first_turn: U8) -> I32:
        """Return the zones on whose ways some of the links are: rows of tables ``(D, L)`` and ``(D, N)``."""
        hit = np.zeros(len(self.zones), np.bool_)
        for link in links:
            node = int(self._graph.tail[link])
            begin, end = self._graph.out_first[node : node + 2]
            turn = int(np.flatnonzero(self._graph.out_link[begin:end] == link)[0])
            hit |= (first_turn[:, node] == turn) | (next_turn[:, self.arrivals(node)] == turn).any(axis=1)
        return np.flatnonzero(hit).astype(np.int32)

    def ways_out(self, open_links: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the open links leave each node ``(N,)``."""
        return np.bincount(self._graph.tail[open_links], minlength=len(self._graph.out_first) - 1)


@dataclass(frozen=True)
class Ways:
    """Ways of every group on a network without traffic, to each zone.

    Attributes
    ----------
    router
    next_turn, first_turn : (G, D, L), (G, D, N)
        As in `twin.kernels.paths.Ways`.
    cost_s : (G, D, N) [s]
        Empty where the times were not wanted.
    """

    router: Router
    next_turn: U8
    first_turn: U8
    cost_s: F32


@dataclass(frozen=True)
class Routes:
    """Tables of ways: of each group, one row for each habit, then one for those who know the traffic.

    Attributes
    ----------
    router
    next_turn, first_turn : (R, D, L), (R, D, N)
        As in `twin.kernels.paths.Ways`; changed in place by `search`.
    time_s, searched_s : (R, L) [s]
        Times by which each row chooses; those of its last search, infinite where it was closed.
    usual_s : (G, L) [s]
        Times the habits make together.
    group : (R,)
        Group of each row.
    """

    router: Router
    next_turn: U8
    first_turn: U8
    time_s: F64
    searched_s: F64
    usual_s: F64
    group: I32

    @property
    def zones(self) -> I32:
        """Nodes of the zones ``(D,)``."""
        return self.router.zones

    @cached_property
    def tables(self) -> Tables:
        """The tables with what is needed to follow them."""
        return self.router.tables(self.next_turn, self.first_turn)

    def first_row(self, group: int) -> int:
        """Return the row of a group's first habit."""
        return int(np.searchsorted(self.group, group))

    def informed(self, group: int) -> int:
        """Return the row of a group's drivers who know the traffic: the last of its rows."""
        return int(np.searchsorted(self.group, group, side="right")) - 1

    @cached_property
    def moved(self) -> list[int]:
        """Groups whose ways the traffic decides: those with habits beside the row of the informed."""
        return [g for g in range(len(self.usual_s)) if self.first_row(g) < self.informed(g)]

    def habit_rows(self, group: int) -> range:
        """Return the rows of a group's habits; a group the traffic does not move has but one row for everything."""
        first, last = self.first_row(group), self.informed(group)
        return range(first, max(last, first + 1))

    def search(self, row: int, allowed: NDArray[np.bool_]) -> int:
        """Find a row's ways again, by its times and the links now open ``(G, L)``; return to how many zones.

        Rules
        -----
        1. Where nothing changed, nothing is searched.
        2. Where links were only closed, ways that do not use them stay the fastest: only the other zones are searched.
        3. A node with a single way out left becomes a dead end, where turning back is free: all are searched.
        """
        time_s, old = np.where(allowed[self.group[row]], self.time_s[row], np.inf), self.searched_s[row]
        changed = np.flatnonzero(time_s != old)
        if len(changed) == 0:
            return 0
        only = None
        if np.isinf(time_s[changed]).all():
            before, now = self.router.ways_out(np.isfinite(old)), self.router.ways_out(np.isfinite(time_s))
            if not np.any((now == 1) & (before > 1)):
                only = self.router.touched(changed, self.next_turn[row], self.first_turn[row])
        self.searched_s[row] = time_s
        self.router.search(time_s, self.next_turn[row], self.first_turn[row], only=only)
        return len(self.zones) if only is None else len(only)

    def trace(self, row: I32, origin: I32, zone: I32) -> tuple[NDArray[np.int64], I32]:
        """Return the whole ways of travellers ``(V,)``, as links one after the other: ``first (V + 1,), link``."""
        from twin.kernels import turns

        first, link = turns.trace(self.tables, row.astype(np.int32), origin.astype(np.int32), zone.astype(np.int32))
        return first, link


def empty_road_ways(net: RoadNetwork, zones: I32, *, costs: bool = True) -> Ways:
    """Return the fastest ways without traffic from everywhere to the zones' nodes ``(D,)``, with or without times."""
    router = Router(net, zones)
    n_g, (n_d, n_l, n_nodes) = len(net.time_s), router.shape
    next_turn, first_turn = np.empty((n_g, n_d, n_l), np.uint8), np.empty((n_g, n_d, n_nodes), np.uint8)
    ways = Ways(router, next_turn, first_turn, np.empty((n_g, n_d, n_nodes) if costs else (0, 0, 0), np.float32))
    for g in range(n_g):
        time_s = np.where(net.allowed[g], net.time_s[g], np.inf)
        if costs:
            ways.cost_s[g] = router.costs(time_s, ways.next_turn[g], ways.first_turn[g])
        else:
            router.search(time_s, ways.next_turn[g], ways.first_turn[g])
    return ways


def make_routes(
    net: RoadNetwork, empty: Ways, origin: I32, zone: I32, group: I32, weight_pcu_h: F64, habits: int,
    steady: Collection[int] = (),
) -> Routes:  # fmt: skip
    """Return the habits of each group, and the rows of those who know the traffic as they are before the run.

    Parameters
    ----------
    net
    empty
        Ways without traffic.
    origin, zone, group : (V,)
        Trips: node, zone, and who makes them.
    weight_pcu_h : (V,) [PCU/h]
        What each of them adds to the flow of its links.
    habits
        K.
    steady
        Groups that go by the empty streets' ways whatever the traffic: a single row each.
    """
    n_rows = [1 if g in steady else habits + 1 for g in range(len(net.time_s))]
    of_row = np.repeat(np.arange(len(net.time_s), dtype=np.int32), n_rows)
    time_s = net.time_s[of_row]
    routes = Routes(
        empty.router, empty.next_turn[of_row], empty.first_turn[of_row], time_s,
        np.where(net.allowed[of_row], time_s, np.inf), net.time_s.copy(), of_row,
    )  # fmt: skip
    find_habits(routes, net, Stream(origin, zone, group, weight_pcu_h), net.allowed)
    for g in routes.moved:
        row = routes.informed(g)
        routes.time_s[row] = routes.usual_s[g]
        routes.search(row, net.allowed)
    return routes


class Stream(NamedTuple):
    """Who travels in a usual hour ``(V,)``: node, zone, group, and what each adds to its links' flow [PCU/h]."""

    origin: I32
    zone: I32
    group: I32
    weight_pcu_h: F64


def find_habits(routes: Routes, net: RoadNetwork, usual: Stream, allowed: NDArray[np.bool_]) -> None:
    """Find the habits of a usual hour anew, in place; the rows of those who know the traffic stay as they are.

    Parameters
    ----------
    routes, net
    usual
    allowed : (G, L)
        Links that are open to each group.
    """
    from twin.kernels import turns

    by_zone, groups = np.argsort(usual.zone, kind="stable"), range(len(net.time_s))
    streams = [Stream(*(column[by_zone[usual.group[by_zone] == g]] for column in usual)) for g in groups]

    def _load(row: int, g: int, volume: F64) -> None:
        turns.load(routes.tables, row, streams[g].origin, streams[g].zone, streams[g].weight_pcu_h, volume)

    volume, always = np.zeros(len(net.tail)), np.zeros(len(net.tail))
    for g in set(groups).difference(routes.moved):
        _load(routes.informed(g), g, always)
    routes.usual_s[:] = net.time_s
    n_habits = max((routes.informed(g) - routes.first_row(g) for g in routes.moved), default=0)
    for k in range(n_habits):
        for g in routes.moved:
            row = routes.first_row(g) + k
            routes.time_s[row] = routes.usual_s[g]
            routes.search(row, allowed)
            _load(row, g, volume)
        routes.usual_s[:] = usual_times_s(net, always + volume / (k + 1))
