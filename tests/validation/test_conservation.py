"""Nobody is lost and nobody jumps: random networks, all classes, choice under way, closures and incidents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from api.benchmarks.networks import one_class_network, tables_of_ways
from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork
from scenarios.models.traffic import TrafficModel
from scenarios.traffic.params import CLASSES, MODES
from scenarios.traffic.scenario import vehicle_kinds
from twin.chance import stream
from twin.kernels.traffic_state import ARRIVED, CUT_OFF, ON_ROAD, TICKS_PER_S, TO_COME, UNREACHABLE

GROUP = np.array([0, 1, 1, 1, 2], np.int32)
"""Two-wheelers, four-wheeled vehicles, bicycles: the last two as slow or as hindered as their streets make them."""
UNTIL_S, STEP_S = 1800.0, 200.0


def random_network(chance: np.random.Generator, n_nodes: int) -> RoadNetwork:
    """Return a ring with chords in both directions: every node can be reached, links of 5 to 400 m, some for few."""
    chords = chance.integers(0, n_nodes, (n_nodes // 3, 2))
    pairs = np.concatenate([np.stack([np.arange(n_nodes), np.roll(np.arange(n_nodes), -1)], axis=1), chords])
    pairs = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]].astype(np.int32)
    n = len(pairs)
    length_m = chance.uniform(5.0, 400.0, n)
    net = one_class_network(
        pairs[:, 0].copy(),
        pairs[:, 1].copy(),
        length_m,
        chance.uniform(4.0, 15.0, n),
        chance.integers(1, 4, n).astype(np.int32),
    )
    time_s = np.stack([net.time_s[0], net.time_s[0], np.maximum(net.time_s[0], length_m / 3.0)])
    allowed = np.ones((3, n), np.bool_)
    allowed[1] = chance.uniform(0.0, 1.0, n) < 0.9  # alleys
    least_room = np.ceil(1000.0 * (time_s.min(axis=0) + net.wave_s) / net.headway_s)
    return replace(
        net, time_s=time_s, allowed=allowed, group=GROUP, room=np.maximum(net.room, least_room).astype(np.int32)
    )


def crowd(chance: np.random.Generator, net: RoadNetwork, n: int) -> TrafficModel:
    """Return vehicles of all classes from anywhere to three zones, all of whose link entries are kept."""
    zones = chance.choice(net.n_nodes, 3, replace=False).astype(np.int32)
    rush_s = chance.uniform(30.0, 900.0)
    trips = Trips(
        np.sort(chance.uniform(0.0, rush_s, n)), chance.integers(0, net.n_nodes, n).astype(np.int32),
        chance.integers(0, 3, n).astype(np.int32), chance.integers(0, len(CLASSES), n).astype(np.int32),
        np.zeros(n, np.int32),
    )  # fmt: skip
    routes = tables_of_ways(net, zones)
    row = np.array([routes.informed(g) for g in range(3)], np.int32)[net.group[trips.kind]]
    model = TrafficModel(net, routes, trips, row=row, kinds=vehicle_kinds(), traces=400 * n)
    model.trace(np.arange(n))
    return model


def drive(chance: np.random.Generator, model: TrafficModel) -> NDArray[np.int64]:
    """Move everybody while links are closed to classes, slowed and opened; return entries less exits of each link."""
    on_link = np.zeros(len(model.net.tail), np.int64)
    for now_s in np.arange(STEP_S, UNTIL_S + STEP_S, STEP_S):
        model.advance(now_s)
        seen = model.take_interval(now_s)
        on_link += seen.entered.sum(axis=0) - seen.left.sum(axis=0)
        some = chance.choice(len(on_link), 3, replace=False)
        kind = int(chance.integers(0, len(MODES)))
        model.set_gate(kind, some, is_open=bool(chance.uniform() < 0.3), now_s=now_s)
        model.set_capacity_factor(some, float(chance.uniform(0.02, 1.0)), now_s)
        model.update_ways(now_s, now_s + STEP_S)
    return on_link


@given(st.integers(0, 2**32), st.integers(5, 30), st.integers(1, 1000))
@settings(deadline=None, max_examples=25)
def test_every_vehicle_is_somewhere_and_got_there_link_by_link(seed: int, n_nodes: int, n: int) -> None:
    chance = stream(seed, "random network")
    net = random_network(chance, n_nodes)
    model = crowd(chance, net, n)
    on_link = drive(chance, model)
    cars, traces = model.cars, model.traces
    counts = np.bincount(cars["status"], minlength=5)
    assert counts[[TO_COME, ON_ROAD, ARRIVED, UNREACHABLE, CUT_OFF]].sum() == n
    on = cars["status"] == ON_ROAD
    np.testing.assert_array_equal(np.bincount(cars["link"][on], minlength=len(on_link)), on_link)

    order = np.lexsort((traces["entered_s"], traces["car"]))
    car, link, at_s = (traces[name][order] for name in ("car", "link", "entered_s"))
    follows = car[1:] == car[:-1]
    np.testing.assert_array_equal(net.head[link[:-1]][follows], net.tail[link[1:]][follows])
    least_s = net.time_s[net.group[cars["kind"][car]], link] - 1.0 / TICKS_PER_S
    assert np.all((at_s[1:] - at_s[:-1] >= least_s[:-1])[follows]), "no link in less than its free time"
    first, last = np.flatnonzero(np.diff(car, prepend=-1)), np.flatnonzero(np.diff(car, append=-1))
    assert np.all(at_s[first] >= cars["depart_s"][car[first]]), "nobody leaves early"
    done = last[cars["status"][car[last]] == ARRIVED]
    assert np.all(cars["arrive_s"][car[done]] - at_s[done] >= least_s[done])
    np.testing.assert_array_equal(net.head[link[done]], model.routes.zones[cars["zone"][car[done]]])
