"""Traffic under the clock: drives resumed to the second, gates, incidents, signals, intervals, traces."""

from collections.abc import Generator
from functools import partial
from threading import Thread
from typing import Any

import numpy as np
import pytest
import simpy

from scenarios.engine.clock import Clock, Phase
from scenarios.models.demand import Trips
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways, make_routes
from scenarios.models.traffic import DriveEnd, Kinds, TrafficModel
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import MODES, RULES
from twin.city.interventions import CloseStreet, apply
from twin.errors import InvalidParams, UnknownItem
from twin.kernels.traffic_state import ARRIVED

HOME, WORK = 2, 27
CITY = two_banks()
KINDS = Kinds(
    names=("motorcycle", "car", "bus", "truck", "bicycle"), modes=MODES, pcu=(0.29, 1.0, 3.1, 2.5, 0.41),
    store_pcu=(0.29, 1.0, 3.1, 2.5, 0.41), queue=(0, 1, 1, 1, 2), share=(2.0, 1.0, 1.0),
)  # fmt: skip


def bridges() -> list[int]:
    """The links over the two bridges, northwards."""
    return [CITY.roads.index_of(i) for i in ("21-26", "23-28")]


def model(
    n: int, gap_s: float, *, horizon_s: float = 1e5, traces: int = 0, threads: int = 1
) -> tuple[Clock, TrafficModel]:
    """Trips of all classes from home to work, and a clock that carries them."""
    net = road_network(CITY, RULES)
    zones, clock = np.array([WORK], np.int32), Clock(0.0, horizon_s)
    kind = (np.arange(n) * 7 % 5).astype(np.int32)
    depart_s, none = np.arange(n, dtype=np.float64) * gap_s, np.zeros(n, np.int32)
    trips = Trips(depart_s, np.full(n, HOME, np.int32), none, kind, none)
    weight = np.array(KINDS.pcu)[kind] * 3600.0 / max(n * gap_s, 1.0)
    routes = make_routes(net, empty_road_ways(net, zones), trips.origin, trips.zone, net.group[kind], weight, 2)
    row = np.array([routes.first_row(int(g)) + k % 2 for k, g in enumerate(net.group[kind])], np.int32)
    made = TrafficModel(net, routes, trips, row=row, kinds=KINDS, clock=clock, traces=traces, threads=threads)
    clock.carry(made)
    return clock, made


def test_a_crew_is_resumed_at_the_exact_moment_of_its_arrival() -> None:
    clock, traffic = model(400, 1.0)
    log: list[tuple[float, DriveEnd]] = []

    def crew() -> Generator[simpy.Event, Any, None]:
        yield clock.timeout(123.456)
        for way in (0, [CITY.roads.index_of("27-28")]):
            end = yield traffic.drive(1, HOME if way == 0 else WORK, way)
            log.append((clock.now, end))

    clock.process(crew())
    clock.run(until=2000.0)
    assert [end.arrived for _, end in log] == [True, True]
    for k, (now, end) in enumerate(log):
        assert now == end.at_s == traffic.cars["arrive_s"][400 + k]
    assert log[0][0] > 123.456 + 60.0
    assert traffic.cars["depart_s"][401] == pytest.approx(log[0][0], abs=1e-7), "it leaves when it is told to"
    assert np.all(traffic.cars["status"] == ARRIVED)


def test_drives_leave_at_once_and_not_behind_the_trips_of_the_hours_to_come() -> None:
    clock, traffic = model(2000, 10.0)
    ends: list[float] = []

    def crews() -> Generator[simpy.Event, Any, None]:
        for _ in range(100):
            yield clock.timeout(1.0)
            clock.process(crew())

    def crew() -> Generator[simpy.Event, Any, None]:
        end = yield traffic.drive(0, HOME, 0)
        ends.append(end.at_s)

    clock.process(crews())
    clock.run(until=500.0)
    assert len(ends) == 100
    assert ends == sorted(ends)


def test_watching_does_not_change_what_is_watched() -> None:
    clock, traffic = model(400, 1.0)
    clock.run(until=3000.0)
    again, watched = model(400, 1.0)
    again.every(1.0, lambda: None, Phase.RECORD)
    again.run(until=3000.0)
    np.testing.assert_array_equal(traffic.cars["arrive_s"], watched.cars["arrive_s"])


def test_a_drive_without_a_way_ends_at_once_or_where_the_way_ends() -> None:
    clock, traffic = model(1, 1.0)
    log: list[DriveEnd] = []

    def crew() -> Generator[simpy.Event, Any, None]:
        clock.at(
            20.0,
            lambda: traffic.change(apply(CITY, [CloseStreet("Cầu Tây"), CloseStreet("Cầu Đông")]), 20.0),
            Phase.INJECT,
        )
        log.append((yield traffic.drive(1, HOME, 0)))
        log.append((yield traffic.drive(1, HOME, 0)))

    clock.process(crew())
    clock.run(until=1000.0)
    assert [end.arrived for end in log] == [False, False]
    assert 20.0 < log[0].at_s == log[1].at_s < 200.0


def test_a_drive_over_links_that_do_not_follow_each_other_is_refused() -> None:
    _, traffic = model(1, 1.0)
    with pytest.raises(UnknownItem, match="no way from node 2"):
        traffic.drive(1, HOME, bridges())


def test_gate_for_trucks_sends_trucks_the_other_way_and_nobody_else() -> None:
    clock, traffic = model(600, 2.0)
    west, _ = bridges()
    clock.at(0.0, lambda: traffic.set_gate(3, [west], is_open=False, now_s=0.0, reroute=False), Phase.INJECT)
    clock.run(until=3000.0)
    entered = traffic.take_interval(3000.0).entered
    assert entered[3, west] == 0
    assert entered[:3, west].min() > 0
    waiting = traffic.cars["status"][traffic.cars["kind"] == 3] != ARRIVED
    assert waiting.any(), "without other ways they wait before the gate"
    traffic.set_gate(3, [west], is_open=True, now_s=3000.0)
    clock.run(until=9000.0)
    assert np.all(traffic.cars["status"] == ARRIVED)
    assert traffic.take_interval(9000.0).entered[3, west] > 0


def test_closure_turns_everybody_and_reopening_brings_them_back() -> None:
    clock, traffic = model(1500, 1.0)
    west, east = bridges()
    seen = []
    closed = apply(CITY, [CloseStreet("Cầu Tây")])
    clock.at(500.0, lambda: traffic.change(closed, 500.0), Phase.INJECT)
    clock.at(1000.0, lambda: traffic.change(CITY, 1000.0), Phase.INJECT)
    clock.every(500.0, lambda: seen.append(traffic.take_interval(clock.now).entered.sum(axis=0)), Phase.RECORD)
    clock.run(until=2501.0)
    assert [bool(x[west]) for x in seen[1:4]] == [True, False, True]
    assert all(x[east] > 0 for x in seen[1:4])


def test_incident_halves_a_bridge_and_a_flood_slows_it() -> None:
    travel = {}
    for what in ("nothing", "incident", "water"):
        clock, traffic = model(1200, 0.6)
        if what == "incident":
            clock.at(0.0, lambda t=traffic: t.set_capacity_factor(bridges(), 0.2, 0.0), Phase.NETWORK)  # type: ignore[misc]
        if what == "water":
            clock.at(0.0, lambda t=traffic: t.set_speed_factor(bridges(), 0.25, 0.0), Phase.WATER)  # type: ignore[misc]
        clock.run(until=1e5)
        travel[what] = np.mean(traffic.cars["arrive_s"] - traffic.cars["depart_s"])
    assert travel["incident"] > travel["nothing"] + 60.0
    # 300 m at 10 m/s, then at 2.5 m/s: 90 s more for who is not a bicycle.
    assert travel["water"] > travel["nothing"] + 60.0


def test_factors_must_be_positive() -> None:
    _, traffic = model(1, 1.0)
    for change in (traffic.set_capacity_factor, traffic.set_speed_factor):
        with pytest.raises(InvalidParams, match="close the gate"):
            change([0], 0.0, 0.0)


def test_actuated_signal_holds_and_releases() -> None:
    clock, traffic = model(300, 2.0)
    approach = [k for k in range(len(CITY.roads)) if CITY.roads.head[k] in (21, 23)]

    def signal() -> Generator[simpy.Event, Any, None]:
        traffic.set_green(approach, clock.now, is_green=False)
        yield clock.timeout(400.0)
        assert traffic.take_interval(clock.now).left[:, bridges()].sum() == 0
        traffic.set_green(approach, clock.now, is_green=True)

    clock.process(signal())
    clock.run(until=5000.0)
    assert np.all(traffic.cars["status"] == ARRIVED)
    assert np.min(traffic.cars["arrive_s"]) > 400.0


def test_intervals_add_up_and_are_by_class() -> None:
    clock, traffic = model(400, 1.0)
    taken = []
    clock.every(100.0, lambda: taken.append(traffic.take_interval(clock.now)), Phase.RECORD)
    clock.run(until=3001.0)
    assert [(i.from_s, i.to_s) for i in taken[1:3]] == [(0.0, 100.0), (100.0, 200.0)]
    assert taken[1].entered.shape == (5, len(CITY.roads))
    first = np.sum([i.entered for i in taken], axis=0)
    np.testing.assert_array_equal(first, np.sum([i.left for i in taken], axis=0))
    for kind in range(5):
        assert first[kind, bridges()].sum() == np.sum(traffic.cars["kind"] == kind)
    assert all(np.all(i.spent_s >= i.free_s - 1e-6) for i in taken)
    assert max(i.queue_veh.max() for i in taken) > 0
    assert taken[-1].occupied_pcu.sum() == 0.0
    assert taken[2].occupied_pcu.sum() > 0.0


def test_traces_follow_the_chosen_vehicles() -> None:
    clock, traffic = model(50, 5.0, traces=1000)
    traffic.trace([7, 11])
    clock.run(until=3000.0)
    assert set(traffic.traces["car"].tolist()) == {7, 11}
    way = CITY.roads.tail[traffic.traces["link"][traffic.traces["car"] == 7]]
    assert way[0] == HOME
    assert np.all(np.diff(traffic.traces["entered_s"]) >= 0)


def test_two_cores_move_everybody_as_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a crew on its way in between, and steps called out to a second thread before and after it."""
    started: list[str] = []
    begin = Thread.start

    def _start(thread: Thread) -> None:
        started.append(thread.name)
        begin(thread)

    monkeypatch.setattr(Thread, "start", _start)
    found = []
    for threads in (1, 2):
        clock, traffic = model(400, 1.0, traces=5000, threads=threads)
        traffic.trace(np.arange(0, 400, 3))
        begun = len(started)
        clock.process(_send(clock, traffic))
        clock.every(1000.0, partial(_look, traffic, clock), Phase.RECORD)
        clock.run(until=3001.0)
        found.append((traffic.cars.tobytes(), traffic.traces.tobytes(), traffic.link_entries))
    assert len(started) - begun >= 2
    assert found[0] == found[1]


def _look(traffic: TrafficModel, clock: Clock) -> None:
    traffic.take_interval(clock.now)


def _send(clock: Clock, traffic: TrafficModel) -> Generator[Any, Any, None]:
    yield clock.timeout(350.0)
    end: DriveEnd = yield traffic.drive(1, HOME, 0)
    assert end.arrived
