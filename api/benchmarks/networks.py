"""Bare networks of one class as this project's whole engine wants them, with ways looked up in a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from api.benchmarks.grids import JAM_VEH_M, REACTION_S
from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork
from scenarios.models.routes import Router, Routes
from scenarios.models.traffic import Kinds, TrafficModel
from twin.city.roads import CAR

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

CARS = Kinds(names=("car",), modes=(CAR,), pcu=(1.0,), store_pcu=(1.0,), queue=(0,), share=(1.0,))


def one_class_network(tail: I32, head: I32, length_m: F64, speed_mps: F64, lanes: I32) -> RoadNetwork:
    """Return links with Newell's diagram in each lane: no signals, no bans, one class that may go everywhere.

    Parameters
    ----------
    tail, head : (L,)
    length_m : (L,) [m]
    speed_mps : (L,) [m/s]
    lanes : (L,)
    """
    n, n_nodes = len(tail), int(max(tail.max(), head.max())) + 1
    lane = speed_mps * JAM_VEH_M
    headway_s, none = (lane * REACTION_S + 1.0) / (lanes * lane), np.zeros(n)

    def _by(node: I32) -> tuple[I32, I32]:
        first = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=n_nodes))]).astype(np.int32)
        return first, np.argsort(node, kind="stable").astype(np.int32)

    out, into = _by(tail), _by(head)
    return RoadNetwork(
        tail=tail,
        head=head,
        length_m=length_m,
        time_s=(length_m / speed_mps)[None, :],
        entry_headway_s=headway_s,
        headway_s=headway_s,
        room=np.round(1000.0 * length_m * JAM_VEH_M * lanes).astype(np.int32),
        wave_s=length_m * JAM_VEH_M * REACTION_S,
        weight=1.0 / headway_s,
        allowed=np.ones((1, n), np.bool_),
        group=np.zeros(1, np.int32),
        cycle_s=none,
        offset_s=none,
        green_first=np.zeros(n + 1, np.int32),
        green_from_s=none[:0],
        green_to_s=none[:0],
        out_first=out[0],
        out_link=out[1],
        in_first=into[0],
        in_link=into[1],
        ban_first=np.zeros(n + 1, np.int32),
        ban_to=np.zeros(0, np.int32),
    )


def tables_of_ways(net: RoadNetwork, zones: I32) -> Routes:
    """Return the fastest ways without traffic from everywhere to the zones' nodes ``(D,)``, a table for each group.

    They are in the rows of those who know the traffic; the row before each, a habit, is never filled.
    """
    router = Router(net, zones.astype(np.int32))
    n_d, n_l, n_nodes = router.shape
    of_row = np.repeat(np.arange(len(net.time_s), dtype=np.int32), 2)
    routes = Routes(
        router, np.empty((len(of_row), n_d, n_l), np.uint8), np.empty((len(of_row), n_d, n_nodes), np.uint8),
        net.time_s[of_row], np.full((len(of_row), n_l), np.nan), net.time_s.copy(), of_row,
    )  # fmt: skip
    for group in range(len(net.time_s)):
        routes.search(routes.informed(group), net.allowed)
    return routes


def drive_with_news(
    net: RoadNetwork, depart_s: F64, origin: I32, destination: I32, *, update_s: float, until_s: float
) -> TrafficModel:
    """Move vehicles from node to node by the fastest ways, looked up again at an interval by the times seen.

    Parameters
    ----------
    net
    depart_s : (V,) [s]
        In order.
    origin, destination : (V,)
        Nodes.
    update_s, until_s : [s]
    """
    zones, column = np.unique(destination, return_inverse=True)
    none, routes = np.zeros(len(origin), np.int32), tables_of_ways(net, zones)
    trips = Trips(depart_s, origin.astype(np.int32), column.astype(np.int32), none, none)
    model = TrafficModel(net, routes, trips, row=none + np.int32(routes.informed(0)), kinds=CARS)
    now_s = 0.0
    while now_s < until_s:
        now_s = min(now_s + update_s, until_s)
        model.advance(now_s)
        model.take_interval(now_s)
        if now_s < until_s:
            model.update_ways(now_s, now_s + update_s)
    return model
