"""The traffic kernel: nobody lost, nobody moved without room, the same bytes however often it is stopped."""

import hashlib
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.kernels.streets import MILLI, Street, street
from twin.kernels import traffic_start
from twin.kernels.agenda import soonest
from twin.kernels.halves import BORDER, halves
from twin.kernels.traffic import advance, follow
from twin.kernels.traffic_change import count_queues, find_gridlocks, reconsider, wake
from twin.kernels.traffic_state import (
    ARRIVED,
    CALLED,
    CUT_OFF,
    DONE,
    GRIDLOCKS,
    N_ENDED,
    N_MOVES,
    N_TRACED,
    N_WATCHED,
    NO_TURN,
    ON_ROAD,
    RED,
    STOPPED,
    TAKEN,
    TO_COME,
    TRACED,
    UNREACHABLE,
    WATCHED,
)

ROOT = Path(__file__).parents[3]
LINE = [(0, 1), (1, 2), (2, 3)]
RING = [(0, 1), (1, 2), (2, 0)]
GRID = [(a * 4 + b, c * 4 + d) for a in range(4) for b in range(4) for c, d in
        ((a, b + 1), (a, b - 1), (a + 1, b), (a - 1, b)) if 0 <= c < 4 and 0 <= d < 4]  # fmt: skip


def crowd(
    n: int, gap_s: float, *, room: float = 8.0, kinds: int = 1, queues: bool = False, wave_s: float | None = None
) -> Street:
    """Trips over a 4 × 4 grid, drawn from a simple congruence so that every case is the same everywhere."""
    numbers = [(k * 7919 + 13) % 10007 for k in range(n)]
    trips = [(k * gap_s, x % 16, (x % 16 + 1 + x // 16 % 15) % 16) for k, x in enumerate(numbers)]
    kind = [x % kinds for x in numbers]
    queue = [0, 1, 1] if queues else None
    return street(GRID, trips, room=room, pcu=(0.25, 1.0, 3.0), kind=kind, queue=queue, wave_s=wave_s)


def digest(s: Street) -> str:
    """SHA-256 over every vehicle's and link's final state."""
    of_a_step = {"acting", "coming", "mate_acting", "mate_coming", "shared", "step_to_s"}
    state = [a for name, a in s.t.state._asdict().items() if name not in of_a_step]
    parts: tuple[Any, ...] = (s.t.cars, s.t.net.links, *state)
    # Field by field: what lies between the fields of a record is nobody's.
    fields = [a[name] for a in parts for name in a.dtype.names or ()] + [a for a in parts if a.dtype.names is None]
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in fields)).hexdigest()


def test_empty_road_takes_exactly_the_free_flow_time() -> None:
    s = street(LINE, [(5.0, 0, 3)], time_s=[7.0, 11.5, 3.25])
    s.run(1000.0)
    assert s.t.cars["arrive_s"].tolist() == [5.0 + 7.0 + 11.5 + 3.25]
    assert s.t.cars["distance_m"].tolist() == [300.0]


def test_horizon_is_half_open() -> None:
    s = street(LINE[:1], [(0.0, 0, 1)])
    s.run(10.0)
    assert s.t.cars["status"].tolist() == [ON_ROAD]
    s.run(10.1)
    assert s.t.cars["status"].tolist() == [ARRIVED]


def test_first_in_first_out_within_a_queue() -> None:
    s = street(LINE, [(0.5 * k, 0, 3) for k in range(200)], headway_s=[1.0, 2.5, 1.5], room=5.0, wave_s=1.0)
    s.run(1e5)
    assert np.all(np.diff(s.t.cars["arrive_s"]) > 0)


def test_motorcycles_seep_past_queued_cars() -> None:
    """Cars wait for a full link to the left; motorcycles straight on pass, unless all share a queue."""
    ends = [(0, 1), (1, 2), (1, 3)]
    trips = [(float(k), 0, 2 if k % 2 else 3) for k in range(40)]
    waits = {}
    for queue in ([0, 0], [0, 1]):
        s = street(
            ends, trips, headway_s=[0.5, 1e4, 0.5], entry_s=0.5, room=[60.0, 2.0, 60.0], wave_s=1.0, pcu=(0.25, 1.0),
            kind=[k % 2 for k in range(40)], queue=queue,
        )  # fmt: skip
        s.run(200.0)
        motorcycles = s.t.cars["kind"] == 0
        waits[queue[1]] = np.sum(s.t.cars["status"][motorcycles] == ARRIVED)
    assert waits[1] == 20, "all pass"
    assert waits[0] < 8, "behind the third car nobody passes"


def test_queues_share_a_stop_line_by_their_weights() -> None:
    """Both queues always full; twice the weight is two thirds of the PCU: at 0.25 a vehicle, eight to one."""
    trips = [(0.0, 0, 2)] * 3000
    kinds = [k % 2 for k in range(3000)]
    s = street(LINE[:2], trips, headway_s=[2.0, 1e-6], entry_s=1e-6, room=[1e4, 1e4], wave_s=0.0, pcu=(0.25, 1.0),
               kind=kinds, queue=[0, 1], share=[2.0, 1.0])  # fmt: skip
    s.run(610.0)
    left = s.t.state.seen["left"][0]
    assert left[0] * 0.25 + left[1] == pytest.approx(300.0, abs=1.0)
    assert left[0] == pytest.approx(8 * left[1], abs=8)


def test_full_links_spill_back_to_the_origin() -> None:
    s = street(
        LINE, [(float(k), 0, 3) for k in range(60)], headway_s=[2.0, 2.0, 1e6], entry_s=2.0, room=10.0, wave_s=2.0
    )
    s.run(500.0)
    assert s.on_link().tolist() == [10, 10, 10]
    assert np.sum(s.t.cars["status"] == TO_COME) == 60 - 31, "the others wait at home; one has arrived"


def test_ring_of_full_links_is_a_gridlock_and_nobody_jumps() -> None:
    s = street(RING, [(0.1 * k, k % 3, (k + 2) % 3) for k in range(30)], room=2.0, wave_s=0.0)
    s.run(1000.0)
    assert s.t.state.tally[GRIDLOCKS] == 1
    assert s.t.net.links["locked"].tolist() == [1, 1, 1]
    assert find_gridlocks(s.t, 1000.0) == 3
    assert np.sum(s.t.cars["status"] == ON_ROAD) == 6
    assert s.t.state.tally[N_MOVES] == 6
    s.run(2000.0)
    assert s.t.state.tally[GRIDLOCKS] == 1, "the same ring counts once"
    assert soonest(s.t.state) == np.inf, "who stands for good costs nothing"


def test_street_behind_a_gridlock_stands_with_it_and_one_beside_it_does_not() -> None:
    """Links 3 and 4 lead into the ring, link 5 to a dead end: a queue on a red light is not a gridlock."""
    ends = [*RING, (3, 0), (4, 3), (5, 6), (6, 7)]
    trips = [(0.1 * k, k % 3, (k + 2) % 3) for k in range(30)]
    trips += [(10.0 + k, 4, 1) for k in range(20)] + [(40.0 + k, 5, 7) for k in range(20)]
    s = street(ends, trips, room=2.0, wave_s=0.0)
    s.t.net.links["signal"][6] = RED
    s.run(1000.0)
    assert find_gridlocks(s.t, 1000.0) == 5
    assert s.t.net.links["locked"].tolist() == [1, 1, 1, 0, 0, 0, 0]


def test_another_way_opens_a_gridlock() -> None:
    trips = [(0.1 * k, k % 3, (k + 2) % 3) for k in range(30)]
    s = street(RING * 2, trips, room=[2.0] * 3 + [50.0] * 3, wave_s=0.0)
    s.run(1000.0)
    assert s.t.net.links["locked"].tolist() == [1, 1, 1, 0, 0, 0]
    # Out of each node leads first the link of the inner ring, then that of the outer one.
    for table in s.t.ways[:2]:
        table[table == 0] = 1
    reconsider(s.t, 1000.0)
    s.run(1e5)
    assert s.t.net.links["locked"].sum() == 0
    assert s.arrived() == 30


def test_thousandfold_demand_ends_in_a_gridlock_and_costs_no_more_than_its_departures() -> None:
    n = 100_000
    trips = [(0.001 * k, k % 8, (k + 6) % 8) for k in range(n)]
    s = street([(k, (k + 1) % 8) for k in range(8)], trips, room=30.0, pcu=(0.25, 1.0, 3.0),
               kind=[k // 8 % 3 for k in range(n)], queue=[0, 1, 1])  # fmt: skip
    s.run(1e6)
    assert s.t.state.tally[GRIDLOCKS] == 1
    assert find_gridlocks(s.t, 1e6) == 8
    assert s.to_depart() == 0
    assert s.arrived() < 1000
    assert s.t.state.tally[N_MOVES] < 10_000
    assert soonest(s.t.state) == np.inf


def test_without_a_way_a_trip_is_unreachable_and_under_way_it_is_cut_off() -> None:
    s = street(LINE, [(0.0, 0, 3), (0.0, 3, 0), (50.0, 0, 3)])
    advance(s.t, 5.0)
    s.t.ways.next_turn[0, :, 1] = NO_TURN
    reconsider(s.t, 5.0)
    s.run(1000.0)
    assert s.t.cars["status"].tolist() == [CUT_OFF, UNREACHABLE, CUT_OFF]
    assert s.on_link().sum() == 0


def test_closed_gate_holds_one_class_and_lets_the_others_pass() -> None:
    trips = [(float(k), 0, 3) for k in range(20)]
    s = street(LINE, trips, pcu=(0.25, 1.0), kind=[k % 2 for k in range(20)], queue=[0, 1])
    s.t.net.links["closed"][1] = 1 << 1
    s.run(500.0)
    assert s.t.cars["status"][0::2].tolist() == [ARRIVED] * 10
    assert s.on_link().tolist() == [10, 0, 0], "cars wait before the gate, and no motorcycle behind them"
    assert s.t.state.tally[GRIDLOCKS] == 0
    s.t.net.links["closed"][1] = 0
    reconsider(s.t, 500.0)
    s.run(1000.0)
    assert s.arrived() == 20
    assert s.t.cars["arrive_s"][1] == 520.0


def test_gate_that_closes_at_home_holds_departures() -> None:
    s = street(LINE, [(0.0, 0, 3), (100.0, 0, 3)])
    s.t.net.links["closed"][0] = 1
    s.run(90.0)
    assert s.t.cars["status"].tolist() == [TO_COME, TO_COME]
    s.t.net.links["closed"][0] = 0
    reconsider(s.t, 90.0)
    s.run(200.0)
    assert s.t.cars["arrive_s"].tolist() == [120.0, 130.0]


def test_incident_takes_capacity_away_and_gives_it_back() -> None:
    s = street(LINE[:2], [(0.0, 0, 2)] * 2000, headway_s=2.0, entry_s=1e-6, room=1e4, wave_s=0.0)
    counts: list[int] = []
    for until_s, headway_s in ((1010.0, 2.0), (2010.0, 20.0), (3010.0, 2.0)):
        s.t.net.links["out_headway_s"][0] = headway_s
        wake(s.t, np.array([0]), max(until_s - 1000.0, 0.0))
        s.run(until_s)
        counts.append(s.left()[0] - sum(counts))
    assert counts == [500, 50, 500]


def test_nearly_closed_street_recovers_at_once() -> None:
    s = street(LINE[:2], [(0.0, 0, 2)] * 10, headway_s=2.0, entry_s=2.0, room=1e4, wave_s=0.0)
    s.t.net.links["out_headway_s"][0] = s.t.net.links["in_headway_s"][0] = 1e6
    s.run(100.0)
    s.t.net.links["out_headway_s"][0] = s.t.net.links["in_headway_s"][0] = 2.0
    wake(s.t, np.array([0]), 100.0)
    s.run(200.0)
    assert s.arrived() == 10


def test_watched_vehicle_stops_the_kernel_at_its_exact_arrival() -> None:
    s = street(LINE, [(0.0, 0, 3), (0.0, 0, 2), (50.0, 0, 3)])
    s.t.cars["mark"][1], s.t.state.watched[0], s.t.state.tally[N_WATCHED] = WATCHED, 1, 1
    advance(s.t, 1000.0)
    assert s.t.state.tally[N_ENDED] == 1
    assert s.t.state.ended[0] == 1
    assert s.t.cars["end_s"][1] == s.t.cars["arrive_s"][1] == 22.0
    assert s.t.cars["status"][2] == TO_COME, "nothing after that moment has happened"
    s.run(1000.0)
    assert s.arrived() == 3


def test_traces_are_kept_of_marked_vehicles_and_bounded() -> None:
    t = street(LINE, [(0.0, 0, 3), (1.0, 0, 3)], n_traces=2).t
    t.cars["mark"][1] = TRACED
    advance(t, 1000.0)
    assert t.state.tally[N_TRACED] == 2
    assert [(x["car"], x["link"], x["entered_s"]) for x in t.state.traces] == [(1, 0, 1.0), (1, 1, 12.0)]


def test_queues_and_room_are_counted() -> None:
    s = street(LINE[:2], [(0.0, 0, 2)] * 10, headway_s=[100.0, 1.0], entry_s=0.1, room=50.0, wave_s=1.0, pcu=(0.25,))
    s.run(50.0)
    waiting, held = np.zeros(2, np.int32), np.zeros(2, np.int64)
    count_queues(s.t, 50.0, waiting, held)
    assert (waiting.tolist(), held.tolist()) == ([8, 0], [8 * 250, 0])


@given(st.integers(1, 400), st.floats(0.01, 3.0), st.sampled_from([1.0, 3.0, 6.0, 30.0]), st.floats(1.0, 2000.0),
       st.booleans())  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_no_vehicle_is_lost_and_no_link_overfull(
    n: int, gap_s: float, room: float, until_s: float, queues: bool,  # noqa: FBT001 # drawn
) -> None:  # fmt: skip
    s = crowd(n, gap_s, room=room, kinds=3, queues=queues)
    s.run(until_s)
    cars, state, links = s.t.cars, s.t.state, s.t.net.links
    counts = np.bincount(cars["status"], minlength=5)
    assert counts.sum() == n
    assert counts[UNREACHABLE] == counts[CUT_OFF] == 0
    assert s.to_depart() == np.sum(cars["depart_s"] >= until_s)
    on = cars["status"] == ON_ROAD
    held = np.bincount(cars["link"][on], weights=s.t.net.kinds["store"][cars["kind"][on]], minlength=len(links))
    ring = [np.roll(state.holes["store"][f : f + z], -h)[:k].sum() for f, z, h, k in
            zip(links["ring_first"], links["ring_size"], links["ring_head"], links["ring_n"], strict=True)]  # fmt: skip
    np.testing.assert_array_equal(held + ring, links["occupied"])
    assert np.all(held < links["room"] + 3 * MILLI), "at most the last vehicle's tail is outside"
    assert np.all(links["ring_n"] <= links["ring_size"])
    assert state.seen["entered"].sum() - state.seen["left"].sum() == on.sum()
    queued = np.zeros(len(links), np.int32)
    count_queues(s.t, until_s, queued, held.astype(np.int64))
    assert np.all(queued <= s.on_link())


@given(st.integers(2, 60), st.floats(1.0, 40.0), st.booleans())
@settings(deadline=None, max_examples=40)
def test_free_flow_never_gridlocks_and_every_network_without_gridlock_empties(
    n: int, room: float, queues: bool,  # noqa: FBT001 # drawn
) -> None:  # fmt: skip
    s = crowd(n * 10, 2.0, room=room, kinds=3, queues=queues)
    s.run(1e6)
    standing = find_gridlocks(s.t, 1e6)
    assert (s.arrived() == n * 10) == (standing == 0)
    assert soonest(s.t.state) == np.inf
    assert (s.on_link().sum() > 0) == (standing > 0)


def test_a_busy_network_empties_again() -> None:
    s = crowd(3000, 0.5, room=40.0, kinds=3)
    s.run(1e6)
    assert s.arrived() == 3000
    assert s.t.state.tally[GRIDLOCKS] == 0


@pytest.mark.parametrize("wave_s", [None, 0.0])
@pytest.mark.parametrize("queues", [False, True])
def test_junctions_that_go_ahead_of_each_other_do_what_one_list_of_all_events_would_do(
    monkeypatch: pytest.MonkeyPatch, wave_s: float | None, queues: bool,  # noqa: FBT001 # drawn
) -> None:  # fmt: skip
    """A network that is one junction keeps all its events in one order; without lookahead each moment is a step."""
    found = []
    for below_s, most_nodes, at_most_s in ((np.inf, 16, np.inf), (0.0, 1, np.inf), (0.0, 1, 0.0)):
        monkeypatch.setattr(traffic_start, "_LOOKAHEADS_S", (below_s,))
        monkeypatch.setattr(traffic_start, "_MOST_NODES", most_nodes)
        s = crowd(600, 0.4, room=6.0, kinds=3, queues=queues, wave_s=wave_s)
        s.t.state.lookahead_s[0] = min(s.t.state.lookahead_s[0], at_most_s)
        s.run(260.0)
        found.append(
            (np.count_nonzero(s.t.state.junctions["n"]), s.t.cars.tobytes(), s.t.state.seen.tobytes(), s.left())
        )
    assert [junctions for junctions, *_ in found] == [1, 16, 16]
    assert found[0][1:] == found[1][1:] == found[2][1:]
    assert 0 < s.arrived() < 600


def test_another_thread_may_take_half_of_each_step() -> None:
    """Whether it does, and how often it gets around to it, changes nobody's drive by a bit."""
    alone = crowd(3000, 0.5, room=40.0, kinds=3, queues=True)
    _through_the_hour(alone)
    alone.t.state.shared[STOPPED] = 1
    follow(alone.t)  # compiles it: the thread below shall begin at once
    assert alone.t.state.shared[TAKEN] == alone.t.state.shared[CALLED] > 0
    taken = 0
    for _ in range(20):  # on a machine with one free core the thread may come too late
        helped = crowd(3000, 0.5, room=40.0, kinds=3, queues=True)
        mate = Thread(target=follow, args=(helped.t,))
        mate.start()
        _through_the_hour(helped)
        helped.t.state.shared[STOPPED] = 1
        mate.join()
        assert digest(helped) == digest(alone)
        taken = max(taken, int(helped.t.state.shared[DONE]))
        if taken > 0:
            break
    assert taken > 0


def _through_the_hour(s: Street) -> None:
    for until_s in range(60, 3600, 60):
        advance(s.t, float(until_s))


def test_halves_of_a_network_do_not_touch() -> None:
    """Of a grid, each half has about half of the weight, and only the border has neighbours in both."""
    a, b = np.array(GRID, np.int32).T
    part = halves(a, b, np.ones(16))
    for one, other in zip(part[a], part[b], strict=True):
        assert one == other or BORDER in {one, other}
    assert min(np.count_nonzero(part == 0), np.count_nonzero(part == 1)) >= 2
    assert np.array_equal(np.unique(halves(a[:0], b[:0], np.ones(4))), [0, 1]), "who has no neighbours is in a half"


def test_stopping_on_the_way_changes_nothing() -> None:
    once, often = (crowd(500, 0.3, kinds=3, queues=True) for _ in range(2))
    advance(once.t, 900.0)
    for until_s in np.arange(0.7, 900.0, 0.7):
        advance(often.t, float(until_s))
    advance(often.t, 900.0)
    assert digest(once) == digest(often)


def test_asking_everybody_to_reconsider_changes_no_one_who_has_nothing_new_to_see() -> None:
    """A waiter keeps its place: the same vehicles arrive, none later than a turn at the merge costs."""
    plain, asked = (crowd(400, 1.0, room=20.0, kinds=3, queues=True) for _ in range(2))
    plain.run(1e6)
    for until_s in np.arange(10.0, 3000.0, 10.0):
        advance(asked.t, float(until_s))
        reconsider(asked.t, float(until_s))
    asked.run(1e6)
    assert plain.arrived() == asked.arrived() == 400
    assert np.nanmean(asked.travel_s) == pytest.approx(np.nanmean(plain.travel_s), rel=0.02)


def test_compiled_equals_interpreted_in_another_process() -> None:
    code = (
        "from tests.twin.kernels.test_traffic import crowd, digest\n"
        "s = crowd(300, 0.4, kinds=3, queues=True)\ns.run(800.0)\nprint(digest(s))"
    )
    env = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)  # noqa: S603 # own code
    s = crowd(300, 0.4, kinds=3, queues=True)
    s.run(800.0)
    assert done.stdout.strip() == digest(s)
