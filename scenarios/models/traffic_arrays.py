"""The traffic kernel's arrays, made from a network and its trips. Imports the compiler: to be imported when needed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenarios.models.network import RoadNetwork
from scenarios.models.routes import Routes
from scenarios.models.traffic_types import BURST_PCU, Kinds, Streets
from twin.errors import InvalidParams
from twin.kernels import traffic_state as ts
from twin.kernels.traffic_start import start
from twin.kernels.traffic_state import ticks

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_SPARE = 64


def new_cars(depart_s: F64, kind: NDArray[np.integer]) -> NDArray[Any]:
    """Return vehicles that are to come, by departure ``(V,)`` [s] and class ``(V,)``."""
    cars = np.zeros(len(depart_s), ts.CAR)
    cars["depart_s"], cars["kind"] = ticks(depart_s), kind
    for name, value in (("end_s", np.nan), ("entered_s", np.nan), ("arrive_s", np.nan), ("next", -1), ("link", -1)):
        cars[name] = value
    return cars


def new_traffic(net: RoadNetwork, kinds: Kinds, cars: NDArray[Any], routes: Routes, *, traces: int = 0) -> ts.Traffic:
    """Return an empty network and the vehicles that will depart on it, by the routes' ways."""
    ways = ts.Ways(routes.next_turn, routes.first_turn, np.zeros(0, np.int32))
    return start(_network(net, kinds), cars, ways, tail=net.tail, head=net.head, n_traces=traces)


def routed_traffic(net: RoadNetwork, kinds: Kinds, cars: NDArray[Any], route_link: I32) -> ts.Traffic:
    """Return an empty network and vehicles by routes of their own: `cars["at"]` is where each begins; -1 ends one."""
    empty = np.zeros((1, 1, 1), np.uint8)
    ways = ts.Ways(empty, empty.copy(), route_link)
    return start(_network(net, kinds), cars, ways, tail=net.tail, head=net.head)


def _network(net: RoadNetwork, kinds: Kinds) -> ts.Net:
    links = np.zeros(len(net.tail), ts.LINK)
    links["in_headway_s"], links["out_headway_s"] = ticks(net.entry_headway_s), ticks(net.headway_s)
    links["wave_s"], links["tag_per_pcu"], links["length_m"] = ticks(net.wave_s), 1.0 / net.weight, net.length_m
    links["room"] = net.room
    links["signal"] = np.where(net.cycle_s > 0, ts.FIXED, ts.GREEN)
    table = np.zeros(len(kinds.names), ts.KIND)
    table["pcu"], table["store"] = kinds.pcu, np.round(1000.0 * np.array(kinds.store_pcu))
    table["group"], table["queue"] = net.group, kinds.queue
    # Copies, so that the compiler sees one kind of array: writeable.
    return ts.Net(
        links, ticks(net.time_s), net.out_first.copy(), net.out_link.copy(), ticks(net.cycle_s), ticks(net.offset_s),
        net.green_first.copy(), ticks(net.green_from_s), ticks(net.green_to_s), table, np.array(kinds.share), BURST_PCU,
    )  # fmt: skip


def with_car(t: ts.Traffic, kind: int, now_s: float) -> ts.Traffic:
    """Return the traffic with one more vehicle, watched, as its last row; it has still to depart."""
    n = len(t.cars)
    store = t.cars.base if t.cars.base is not None and len(t.cars.base) > n else _grown(t.cars)
    store[n] = new_cars(np.array([now_s]), np.array([kind]))[0]
    store[n]["mark"] = ts.WATCHED
    state = t.state
    if len(state.ended) < len(store) - len(state.planned):
        size = 2 * (len(store) - len(state.planned))
        state = state._replace(ended=np.full(size, -1, np.int32), watched=np.resize(state.watched, size))
    state.watched[state.tally[ts.N_WATCHED]] = n
    state.tally[ts.N_WATCHED] += 1
    return t._replace(cars=store[: n + 1], state=state)


def with_route(t: ts.Traffic, links: I32) -> tuple[ts.Traffic, int]:
    """Return the traffic with one more route of its own, and the route's place."""
    old, n = t.ways.route_link, len(t.ways.route_link)
    end = n + len(links) + 1
    store = old.base if old.base is not None and len(old.base) >= end else _grown(old, end)
    store[n:end] = [*links, -1]
    return t._replace(ways=t.ways._replace(route_link=store[:end])), n


def _grown(old: NDArray[Any], at_least: int = 0) -> NDArray[Any]:
    new = np.zeros(max(len(old) + len(old) // 2 + _SPARE, at_least), old.dtype)
    new[: len(old)] = old
    return new


def is_route(net: RoadNetwork, start: int, links: I32) -> bool:
    """Return whether links follow each other from a node."""
    inside = bool(np.all((links >= 0) & (links < len(net.tail))))
    return len(links) == 0 or (
        inside and net.tail[links[0]] == start and bool(np.all(net.head[links[:-1]] == net.tail[links[1:]]))
    )


def bare_traffic(
    streets: Streets, first: NDArray[np.int64], route: I32, depart_s: F64, burst: float
) -> tuple[ts.Traffic, NDArray[np.int64]]:
    """Return the traffic of `scenarios.models.traffic.simulate`, and which vehicle each of its rows is.

    Raises
    ------
    InvalidParams
        A time, capacity or room is not a positive number, or a route is none.
    """
    tail, head = np.asarray(streets.tail, np.int32), np.asarray(streets.head, np.int32)
    n = len(tail)
    capacity = _all_positive("capacity", streets.capacity_veh_s, n)
    time_s, room = _all_positive("free time", streets.time_s, n), _all_positive("room", streets.room_veh, n)
    own = np.arange(len(route)) != np.repeat(first[:-1], np.diff(first))
    own[:1] = False
    if len(route) and (route.min() < 0 or route.max() >= n or np.any((tail[route] != np.roll(head[route], 1)) & own)):
        raise InvalidParams("routes", "a route has links that do not follow each other")
    n_nodes = int(max(tail.max(), head.max())) + 1
    out_first = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n_nodes))]).astype(np.int32)
    links = np.zeros(n, ts.LINK)
    links["in_headway_s"] = links["out_headway_s"] = ticks(1.0 / capacity)
    links["wave_s"], links["room"] = ticks(np.broadcast_to(np.asarray(streets.wave_s, float), n)), np.round(1000 * room)
    links["tag_per_pcu"] = 1.0 / (capacity if streets.weight is None else _all_positive("weight", streets.weight, n))
    kinds = np.zeros(1, ts.KIND)
    kinds["pcu"], kinds["store"] = 1.0, 1000
    none, none_l, order = np.zeros(0), np.zeros(n), np.argsort(tail, kind="stable").astype(np.int32)
    net = ts.Net(
        links, ticks(time_s)[None, :], out_first, order, none_l, none_l.copy(), np.zeros(n + 1, np.int32), none,
        none.copy(), kinds, np.ones(1), burst,
    )  # fmt: skip
    by_time = np.argsort(depart_s, kind="stable")
    cars = new_cars(depart_s[by_time], np.zeros(len(by_time), np.int64))
    cars["ways"], cars["at"] = -1, (first[:-1] + np.arange(len(by_time)))[by_time]
    ended = np.insert(route, first[1:], -1).astype(np.int32)
    empty = np.zeros((1, 1, 1), np.uint8)
    return start(net, cars, ts.Ways(empty, empty.copy(), ended), tail=tail, head=head), by_time


def _all_positive(what: str, values: ArrayLike, n: int) -> F64:
    found = np.broadcast_to(np.asarray(values, np.float64), n)
    if not np.all(np.isfinite(found) & (found > 0)):
        raise InvalidParams(what, "must be a positive number on every link")
    return found
