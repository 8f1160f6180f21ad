"""Given vehicles on a city's streets: each follows its links; the fastest ways on empty roads fill the gaps of a trip.

*Equation*: see `twin.kernels.traffic` (kinematic waves). Delay is the time from the planned departure to the arrival
less the free time of the links, so it includes the wait for room on the first one.
*Assumptions*: nobody changes the way under way. The fastest ways are those without traffic, as duarouter's are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from scenarios.models.network import RoadNetwork
from scenarios.models.traffic_types import Kinds
from twin.errors import InvalidParams
from twin.given_trips import GivenTrips
from twin.variables import Text

if TYPE_CHECKING:
    from twin.kernels.traffic_state import Traffic

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

_STEP_S = 300.0
"""Between two looks for gridlocks [s]."""
_SOURCES = 64
"""Searches at a time: bounds their memory."""
_WHY = {
    "order": Text("xe có lộ trình bị đứt đoạn", "vehicles whose links do not follow each other"),
    "ban": Text("xe rẽ hướng không được phép", "vehicles that make a movement without a connection"),
    "class": Text("xe đi vào đoạn đường cấm loại xe đó", "vehicles on links that are closed for their class"),
    "way": Text("chuyến không có đường đi", "trips without a way"),
}


@dataclass(frozen=True, kw_only=True)
class GivenRun:
    """What became of the vehicles that were driven; V of them, in the order of departure.

    Attributes
    ----------
    row : (V,)
        Of each vehicle in the given trips.
    depart_s, arrive_s : (V,) [s]
        Planned departure; arrival, NaN where it has not arrived.
    free_s : (V,) [s]
        Time of its links without other traffic.
    distance_m : (V,) [m]
    n_links : (V,)
    link_entries : int
    gridlocks, gridlocked_links : int
        Rings that can never move again, and links that stand for good behind them at the end.
    first_gridlock_s : float [s]
        NaN where there was none.
    end_s : float [s]
        Simulated time at which the run ended.
    left_out : tuple of (int, Text)
        How many vehicles were not driven, and why.
    """

    row: I64
    depart_s: F64
    arrive_s: F64
    free_s: F64
    distance_m: F64
    n_links: I64
    link_entries: int
    gridlocks: int
    gridlocked_links: int
    first_gridlock_s: float
    end_s: float
    left_out: tuple[tuple[int, Text], ...]

    @property
    def travel_s(self) -> F64:
        """Time from planned departure to arrival ``(V,)`` [s]; NaN for who has not arrived."""
        return self.arrive_s - self.depart_s

    @property
    def delay_s(self) -> F64:
        """Travel time less free time ``(V,)`` [s]; NaN for who has not arrived."""
        return self.travel_s - self.free_s


def drive_given(net: RoadNetwork, kinds: Kinds, trips: GivenTrips, *, until_s: float | None = None) -> GivenRun:
    """Drive given vehicles; return when each arrives.

    Parameters
    ----------
    net
    kinds
        Classes in the order of `twin.given_trips.CLASSES`.
    trips
    until_s : [s], optional
        End of the run; else when nobody can move any more.

    Rules
    -----
    1. A vehicle that SUMO would refuse (broken route, movement without connection, link closed for its class, no way)
       is left out and counted.
    2. Gaps are filled by the fastest ways without traffic that its class may take, turn bans kept.
    3. A gridlock is reported, never dissolved: nobody is moved out of the way.

    Raises
    ------
    InvalidParams
        The run would end before the first departure.
    """
    if until_s is not None and len(trips) and until_s <= trips.depart_s[0]:
        first = f"{trips.depart_s[0]:g} s"
        raise InvalidParams("until", f"{until_s:g} s: the first vehicle departs at {first}; give a later end")
    routes, faults = whole_routes(net, trips)
    row = np.array([k for k, way in enumerate(routes) if len(way)], dtype=np.int64)
    ways = [routes[k] for k in row.tolist()]
    group, n_links = net.group[trips.kind[row]], np.array([len(way) for way in ways], dtype=np.int64)
    free_s = np.array([net.time_s[g, way].sum() for g, way in zip(group.tolist(), ways, strict=True)])
    length_m = np.array([net.length_m[way].sum() for way in ways])
    traffic = _traffic(net, kinds, trips.depart_s[row], trips.kind[row], ways)
    standing, end_s = _run(traffic, until_s)
    return _told(
        traffic,
        row=row, free_s=free_s.reshape(-1), distance_m=length_m.reshape(-1), n_links=n_links,
        gridlocked_links=standing, end_s=end_s,
        left_out=tuple((n, _WHY[why]) for why, n in sorted(faults.items())),
    )  # fmt: skip


def whole_routes(net: RoadNetwork, trips: GivenTrips) -> tuple[list[I64], Counter[str]]:
    """Return the links of each vehicle without gaps, empty where it cannot be driven, and by reason how many cannot."""
    graphs = [_movements(net, g) for g in range(len(net.time_s))]
    asked: list[set[tuple[int, int]]] = [set() for _ in graphs]
    given = [trips.route_link[a:b].astype(np.int64) for a, b in zip(trips.route_first, trips.route_first[1:])]  # noqa: B905
    group = net.group[trips.kind].tolist()
    for way, g, whole in zip(given, group, trips.complete.tolist(), strict=True):
        if not whole:
            asked[g].update((a, b) for a, b in zip(way[:-1].tolist(), way[1:].tolist(), strict=True) if a != b)
    found = [_fastest(graph, sorted(pairs)) for graph, pairs in zip(graphs, asked, strict=True)]
    faults: Counter[str] = Counter()
    routes = []
    for way, g, whole in zip(given, group, trips.complete.tolist(), strict=True):
        made, fault = _checked(net, g, way) if whole else _joined(net, g, way, found[g])
        faults[fault] += bool(fault)
        routes.append(made)
    return routes, +faults


def _movements(net: RoadNetwork, g: int) -> sparse.csr_array:
    """Return the permitted movements of a group as a graph of links, weighted by the time of the link entered [s]."""
    n = len(net.tail)
    turns = np.diff(net.out_first)[net.head]
    source = np.repeat(np.arange(n), turns)
    rank = np.arange(len(source)) - np.repeat(np.cumsum(turns) - turns, turns)
    target = net.out_link[net.out_first[net.head[source]] + rank].astype(np.int64)
    banned = np.repeat(np.arange(n), np.diff(net.ban_first)) * n + net.ban_to
    good = net.allowed[g][source] & net.allowed[g][target] & ~np.isin(source * n + target, banned)
    return sparse.csr_array((net.time_s[g][target[good]], (source[good], target[good])), shape=(n, n))


def _fastest(graph: sparse.csr_array, pairs: list[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """Return the links after the first up to the second of each pair; a pair without a way has no entry."""
    targets: dict[int, list[int]] = {}
    for a, b in pairs:
        targets.setdefault(a, []).append(b)
    sources, found = list(targets), {}
    for at in range(0, len(sources), _SOURCES):
        part = sources[at : at + _SOURCES]
        _, before = csgraph.dijkstra(graph, indices=part, return_predecessors=True)
        for k, a in enumerate(part):
            for b in targets[a]:
                if before[k, b] >= 0:
                    found[a, b] = _back(before[k], a, b)
    return found


def _back(before: NDArray[np.int32], a: int, b: int) -> list[int]:
    way = []
    while b != a:
        way.append(b)
        b = int(before[b])
    return way[::-1]


def _joined(net: RoadNetwork, g: int, way: I64, found: dict[tuple[int, int], list[int]]) -> tuple[I64, str]:
    if not net.allowed[g][way].all():
        return way[:0], "class"
    links = way[:1].tolist()
    for a, b in zip(way[:-1].tolist(), way[1:].tolist(), strict=True):
        if a != b and (a, b) not in found:
            return way[:0], "way"
        links += found.get((a, b), [])
    return np.array(links, dtype=np.int64), ""


def _checked(net: RoadNetwork, g: int, way: I64) -> tuple[I64, str]:
    if np.any(net.head[way[:-1]] != net.tail[way[1:]]):
        return way[:0], "order"
    if not net.allowed[g][way].all():
        return way[:0], "class"
    for a, b in zip(way[:-1].tolist(), way[1:].tolist(), strict=True):
        if b in net.ban_to[net.ban_first[a] : net.ban_first[a + 1]]:
            return way[:0], "ban"
    return way, ""


def _traffic(net: RoadNetwork, kinds: Kinds, depart_s: F64, kind: I32, ways: list[I64]) -> Traffic:
    from scenarios.models import traffic_arrays as arrays

    cars = arrays.new_cars(depart_s, kind)
    length = np.array([len(way) + 1 for way in ways], dtype=np.int64)
    cars["ways"], cars["at"] = -1, np.cumsum(length) - length
    ended = [np.append(way, -1) for way in ways] or [np.zeros(0, np.int64)]
    return arrays.routed_traffic(net, kinds, cars, np.concatenate(ended).astype(np.int32))


def _run(traffic: Traffic, until_s: float | None) -> tuple[int, float]:
    """Move the vehicles to the end; return how many links stand for good, and the simulated end [s]."""
    from twin.kernels.agenda import soonest
    from twin.kernels.traffic import advance
    from twin.kernels.traffic_change import find_gridlocks

    cars = traffic.cars
    if not len(cars):
        return 0, 0.0
    now_s, end_s = float(cars["depart_s"][0]), np.inf if until_s is None else until_s
    standing = 0
    while now_s < end_s and soonest(traffic.state) < np.inf:
        now_s = min(now_s + _STEP_S, end_s)
        advance(traffic, now_s)
        standing = find_gridlocks(traffic, now_s)
    return standing, now_s


def _told(
    traffic: Traffic, *, row: I64, free_s: F64, distance_m: F64, n_links: I64, gridlocked_links: int, end_s: float,
    left_out: tuple[tuple[int, Text], ...],
) -> GivenRun:  # fmt: skip
    from twin.kernels.traffic_state import GRIDLOCKS, N_MOVES

    cars, tally = traffic.cars, traffic.state.tally
    return GivenRun(
        row=row, depart_s=cars["depart_s"].copy(), arrive_s=cars["arrive_s"].copy(), free_s=free_s,
        distance_m=distance_m, n_links=n_links, link_entries=int(tally[N_MOVES]), gridlocks=int(tally[GRIDLOCKS]),
        gridlocked_links=gridlocked_links, first_gridlock_s=float(traffic.state.first_gridlock_s[0]), end_s=end_s,
        left_out=left_out,
    )  # fmt: skip
