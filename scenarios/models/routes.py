"""Which ways people take: habits that share the roads among them, the latest times for those who know, bicycles apart.

*Equation*: habits are the all-or-nothing ways of the first K steps of the method of successive averages: step k takes
the fastest ways by t = t₀ · (1 + 0.15 (x / c)⁴), x the mean volume of the steps before it [PCU/h], c the stop line's
capacity. A driver keeps to one of them by chance, so the mean volume of all habits is the K-step assignment.
*Assumptions*: habits know the day's usual demand and the changes made before the run, not the traffic of the day.
*References*: Bureau of Public Roads, Traffic Assignment Manual (1964); Y. Sheffi, Urban Transportation Networks (1985),
chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.network import RoadNetwork

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

BPR_ALPHA, BPR_BETA = 0.15, 4.0


@dataclass(frozen=True)
class Ways:
    """Ways of every group on a network without traffic, to each zone.

    Attributes
    ----------
    next_link, first_link : (G, D, L), (G, D, N)
    cost_s : (G, D, N) [s]
    """

    next_link: I32
    first_link: I32
    cost_s: NDArray[np.float32]


@dataclass(frozen=True)
class Routes:
    """Tables of ways, one row per kind of driver: the habits, then the informed, then the cyclists.

    Attributes
    ----------
    next_link, first_link : (R, D, L), (R, D, N)
        Changed in place by `search`.
    time_s : (R, L) [s]
        Times by which each row chooses.
    zones : (D,)
        Nodes.
    """

    next_link: I32
    first_link: I32
    time_s: F64
    zones: I32

    @property
    def informed(self) -> int:
        """Row of the drivers who know the traffic."""
        return len(self.time_s) - 2

    @property
    def cyclists(self) -> int:
        """Row of the bicycles."""
        return len(self.time_s) - 1

    def search(self, row: int, net: RoadNetwork, allowed: NDArray[np.bool_]) -> None:
        """Find a row's ways again, by its times and the links now open ``(G, L)``."""
        cost_s = np.empty((len(self.zones), net.n_nodes), np.float32)
        group = 1 if row == self.cyclists else 0
        _find(net, self.time_s[row], allowed[group], self.zones, (self.next_link[row], self.first_link[row], cost_s))


def empty_road_ways(net: RoadNetwork, zones: I32) -> Ways:
    """Return the fastest ways without traffic from everywhere to the zones' nodes ``(D,)``."""
    n_g, n_d = len(net.time_s), len(zones)
    ways = Ways(
        np.empty((n_g, n_d, len(net.tail)), np.int32),
        np.empty((n_g, n_d, net.n_nodes), np.int32),
        np.empty((n_g, n_d, net.n_nodes), np.float32),
    )
    for g in range(n_g):
        _find(net, net.time_s[g], net.allowed[g], zones, (ways.next_link[g], ways.first_link[g], ways.cost_s[g]))
    return ways


def make_routes(
    net: RoadNetwork, empty: Ways, zones: I32, origin: I32, zone: I32, weight_pcu_h: F64, habits: int
) -> Routes:
    """Return the habits of motor traffic, and the other rows as they are before the run.

    Parameters
    ----------
    net
    empty
        Ways without traffic.
    zones : (D,)
        Nodes.
    origin, zone : (V,)
        Motor trips.
    weight_pcu_h : (V,) [PCU/h]
        What each of them adds to the flow of its links.
    habits
        K.
    """
    from twin.kernels import paths

    rows = [0] * (habits + 1) + [1]
    routes = Routes(empty.next_link[rows], empty.first_link[rows], net.time_s[rows], zones)
    volume = np.zeros(len(net.tail))
    for k in range(habits + 1):
        if k > 0:
            load = volume / k * net.headway_s / 3600.0
            routes.time_s[k] = net.time_s[0] * (1.0 + BPR_ALPHA * load**BPR_BETA)
            routes.search(k, net, net.allowed)
        taken = paths.Ways(routes.next_link[k], routes.first_link[k], empty.cost_s[0])
        paths.load(taken, origin.copy(), zone.copy(), weight_pcu_h, volume)
    return routes


def _find(
    net: RoadNetwork, time_s: F64, allowed: NDArray[np.bool_], zones: I32, out: tuple[I32, I32, NDArray[np.float32]]
) -> None:
    from twin.kernels import paths

    # Copies, so that the compiler sees one kind of array: writeable.
    graph = paths.Network(
        net.tail.copy(), net.head.copy(), net.in_first.copy(), net.in_link.copy(), net.ban_first.copy(),
        net.ban_to.copy(),
    )  # fmt: skip
    paths.ways_to(graph, time_s.copy(), allowed.copy(), zones.copy(), paths.Ways(*out))
