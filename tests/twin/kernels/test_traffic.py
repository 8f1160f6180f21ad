"""The queue model against what can be worked out by hand, and against itself."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.kernels.nets import Street, street
from twin.kernels.paths import NO_WAY, THERE
from twin.kernels.traffic import advance, reconsider
from twin.kernels.traffic_state import (
    ARRIVED,
    CUT_OFF,
    DEPARTED,
    GRIDLOCKS,
    N_MOVES,
    ON_ROAD,
    TO_COME,
    UNREACHABLE,
)

ROOT = Path(__file__).parents[3]
LINE = [(0, 1), (1, 2), (2, 3)]
GRID = [(a * 4 + b, c * 4 + d) for a in range(4) for b in range(4) for c, d in
        ((a, b + 1), (a, b - 1), (a + 1, b), (a - 1, b)) if 0 <= c < 4 and 0 <= d < 4]  # fmt: skip


def crowd(n: int, gap_s: float, *, room: float = 8.0, kinds: int = 1) -> Street:
    """Trips over a 4 × 4 grid, drawn from a simple congruence so that every case is the same everywhere."""
    numbers = [(k * 7919 + 13) % 10007 for k in range(n)]
    trips = [(k * gap_s, x % 16, (x % 16 + 1 + x // 16 % 15) % 16) for k, x in enumerate(numbers)]
    return street(GRID, trips, room=room, pcu=(0.25, 1.0, 3.0), kind=[x % kinds for x in numbers])


def digest(s: Street) -> str:
    """SHA-256 over every vehicle's and link's final state."""
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in (*s.cars, *s.state))).hexdigest()


def test_empty_road_takes_exactly_the_free_flow_time() -> None:
    s = street(LINE, [(5.0, 0, 3)], time_s=[7.0, 11.5, 3.25])
    s.run(1000.0)
    assert s.cars.arrive_s.tolist() == [5.0 + 7.0 + 11.5 + 3.25]
    assert s.cars.distance_m.tolist() == [300.0]


def test_horizon_is_half_open() -> None:
    s = street(LINE[:1], [(0.0, 0, 1)])
    s.run(10.0)
    assert s.cars.status.tolist() == [ON_ROAD]
    s.run(10.1)
    assert s.cars.status.tolist() == [ARRIVED]


@pytest.mark.parametrize(("pcu", "per_hour"), [(1.0, 1800), (0.25, 7200), (3.0, 600)])
def test_outflow_of_a_full_link_is_its_capacity_in_pcu(pcu: float, per_hour: int) -> None:
    s = street(LINE[:2], [(0.0, 0, 2)] * 9000, headway_s=[2.0, 1e-9], room=1e5, pcu=(pcu,))
    s.run(10.0)
    s.state.left[:] = 0
    s.run(3610.0)
    assert s.state.left[0] == per_hour


def test_bottleneck_delay_is_vickreys() -> None:
    """Arrivals every 2 s at a stop line of 3 s per vehicle: the k-th waits k seconds."""
    s = street(LINE[:2], [(2.0 * k, 0, 2) for k in range(300)], headway_s=[3.0, 1e-9], room=1e4)
    s.run(1e5)
    waits = s.cars.arrive_s - s.cars.depart_s - 20.0
    np.testing.assert_allclose(waits, np.arange(300.0))


def test_first_in_first_out_on_a_link() -> None:
    s = street(LINE, [(0.5 * k, 0, 3) for k in range(200)], headway_s=[1.0, 2.5, 1.5], room=5.0)
    s.run(1e5)
    assert np.all(np.diff(s.cars.arrive_s) > 0)


def test_spillback_reaches_upstream_and_the_origin() -> None:
    s = street(LINE, [(float(k), 0, 3) for k in range(60)], headway_s=[2.0, 2.0, 1e6], room=10.0)
    s.run(500.0)
    assert s.state.occupied.tolist() == [10_000] * 3
    assert s.state.queue_n.tolist() == [10, 10, 10 - 1 + 1]
    assert np.sum(s.cars.status == TO_COME) == 60 - 31, "the others wait at home; one has arrived"


def test_merge_of_equal_streets_is_served_in_turn() -> None:
    ends = [(0, 2), (1, 2), (2, 3)]
    s = street(ends, [(0.0, k % 2, 3) for k in range(400)], headway_s=[1.0, 1.0, 2.0], room=[200, 200, 10])
    s.run(300.0)
    s.state.left[:] = 0
    s.run(500.0)
    assert s.state.left.tolist() == [50, 50, 100]


def test_signal_lets_through_in_its_green_only() -> None:
    s = street(LINE[:2], [(0.0, 0, 2)] * 500, headway_s=[2.0, 1e-9], room=1e4)
    windows = s.links._replace(
        cycle_s=np.array([60.0, 0.0]), green_first=np.array([0, 1, 1], np.int32),
        green_from_s=np.array([0.0]), green_to_s=np.array([30.0]),
    )  # fmt: skip
    advance(windows, s.cars, s.state, s.tables, 660.0)
    passed = s.cars.arrive_s[s.cars.status == ARRIVED] - 10.0
    assert np.all(passed % 60.0 < 30.0)
    # 10 s of the first green are lost to the way there; every later green passes 15.
    assert len(passed) == 10 + 15 * 9 + 15


def test_ring_of_full_links_is_a_gridlock_and_nobody_jumps() -> None:
    ring = [(0, 1), (1, 2), (2, 0)]
    s = street(ring, [(0.1 * k, k % 3, (k + 2) % 3) for k in range(30)], room=2.0)
    s.run(1000.0)
    assert s.state.tally[GRIDLOCKS] == 1
    assert s.state.locked.tolist() == [1, 1, 1]
    assert np.sum(s.cars.status == ON_ROAD) == 6
    assert s.state.tally[N_MOVES] == 6
    s.run(2000.0)
    assert s.state.tally[GRIDLOCKS] == 1, "the same ring counts once"


def test_another_way_opens_a_gridlock() -> None:
    ring = [(0, 1), (1, 2), (2, 0)]
    trips = [(0.1 * k, k % 3, (k + 2) % 3) for k in range(30)]
    s = street(ring * 2, trips, room=[2.0] * 3 + [50.0] * 3)
    s.run(1000.0)
    assert s.state.locked.tolist() == [1, 1, 1, 0, 0, 0]
    for table in (s.tables.next_turn, s.tables.first_turn):
        table[table < THERE] = 1  # the second of the two links to the next node
    reconsider(s.state, len(s.cars.depart_s), 1000.0)
    s.run(1e5)
    assert s.state.locked.sum() == 0
    assert np.all(s.cars.status == ARRIVED)


def test_without_a_way_a_trip_is_unreachable_and_under_way_it_is_cut_off() -> None:
    s = street(LINE, [(0.0, 0, 3), (0.0, 3, 0), (50.0, 0, 3)])
    advance(s.links, s.cars, s.state, s.tables, 5.0)
    s.tables.next_turn[:, :, 1] = NO_WAY
    s.run(1000.0)
    assert s.cars.status.tolist() == [CUT_OFF, UNREACHABLE, CUT_OFF]
    assert s.state.occupied.tolist() == [0, 0, 0]


@given(st.integers(1, 400), st.floats(0.01, 3.0), st.sampled_from([3.0, 6.0, 30.0]), st.floats(1.0, 2000.0))
@settings(deadline=None, max_examples=60)
def test_no_vehicle_is_lost_and_no_link_overfull(n: int, gap_s: float, room: float, until_s: float) -> None:
    s = crowd(n, gap_s, room=room, kinds=3)
    s.run(until_s)
    cars, state = s.cars, s.state
    counts = np.bincount(cars.status, minlength=5)
    not_in = cars.status == TO_COME
    assert counts.sum() == n
    assert counts[UNREACHABLE] == counts[CUT_OFF] == 0
    assert state.tally[DEPARTED] == n - np.sum(cars.depart_s >= until_s)
    assert np.all(cars.depart_s[not_in] <= cars.depart_s[-1])
    on = cars.status == ON_ROAD
    held = np.bincount(cars.link[on], weights=s.links.store[cars.kind[on]], minlength=len(state.occupied))
    np.testing.assert_array_equal(held, state.occupied)
    assert np.all(state.occupied <= s.links.room)
    assert state.entered.sum() - state.left.sum() == on.sum()


def test_a_busy_network_empties_again() -> None:
    s = crowd(3000, 0.5, room=40.0, kinds=3)
    s.run(1e6)
    assert np.all(s.cars.status == ARRIVED)
    assert s.state.occupied.sum() == s.state.tally[GRIDLOCKS] == 0


def test_stopping_on_the_way_changes_nothing() -> None:
    once, often = crowd(500, 0.3, kinds=3), crowd(500, 0.3, kinds=3)
    advance(once.links, once.cars, once.state, once.tables, 900.0)
    for until_s in np.arange(0.7, 900.0, 0.7):
        advance(often.links, often.cars, often.state, often.tables, float(until_s))
    advance(often.links, often.cars, often.state, often.tables, 900.0)
    assert digest(once) == digest(often)


def test_compiled_equals_interpreted_in_another_process() -> None:
    code = (
        "from tests.twin.kernels.test_traffic import crowd, digest\n"
        "s = crowd(300, 0.4, kinds=3)\ns.run(800.0)\nprint(digest(s))"
    )
    env = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)  # noqa: S603 # own code
    s = crowd(300, 0.4, kinds=3)
    s.run(800.0)
    assert done.stdout.strip() == digest(s)
