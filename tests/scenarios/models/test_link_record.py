"""Records of links: nothing is lost by the bound of memory, only the moment."""

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.models.link_record import LinkRecord, LinkRecorder, Totals, link_times_s, totals

C, L = 2, 3


@dataclass(frozen=True)
class Seen:
    """An interval as a traffic model tells of it."""

    from_s: float
    to_s: float
    left: Any
    spent_s: Any
    free_s: Any
    queue_veh: Any
    occupied_pcu: Any


def seen(k: int, *, step_s: float = 300.0) -> Seen:
    rng = np.random.Generator(np.random.PCG64(k))
    left = rng.integers(0, 90, (C, L)).astype(np.int32)
    free = left * rng.uniform(5.0, 9.0, (C, L))
    queue, stock = rng.integers(0, 30, L), rng.uniform(0, 9, L)
    return Seen(k * step_s, (k + 1) * step_s, left, free * 1.5, free, queue, stock)


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(1, 70), st.integers(200, 2000))
def test_a_bound_makes_steps_longer_and_loses_no_vehicle(n: int, max_bytes: int) -> None:
    bounded, whole = LinkRecorder(max_bytes=max_bytes), LinkRecorder()
    for k in range(n):
        bounded.add(seen(k))
        whole.add(seen(k))
    kept, one = bounded.records(), LinkRecord.of(seen(0)).nbytes
    assert sum(r.nbytes for r in kept) <= max_bytes + 2 * 2 * one, "at most one interval and the open one more"
    assert len(whole.records()) == n
    assert (kept[0].from_s, kept[-1].to_s) == (0.0, n * 300.0)
    assert all(a.to_s == b.from_s for a, b in itertools.pairwise(kept))
    got, want = totals(kept, C, L), totals(whole.records(), C, L)
    assert got.left.tolist() == want.left.tolist()
    np.testing.assert_allclose(got.spent_s, want.spent_s, rtol=1e-5)
    assert got.queue_veh.tolist() == want.queue_veh.tolist()


def test_the_longest_queue_counts_whenever_in_the_interval_it_was_seen() -> None:
    recorder, one = LinkRecorder(max_bytes=1), seen(3)
    looked = np.array([99.0, 0.0, 99.0])
    recorder.add(one, looked)
    recorder.add(one)
    assert recorder.records()[0].queue_veh.tolist() == np.maximum(one.queue_veh, looked).tolist()


def test_many_vehicles_do_not_overflow() -> None:
    record = LinkRecord.of(seen(1))
    big = Seen(
        0.0, 300.0, np.full((C, L), 60_000), record.spent_s, seen(1).free_s, record.queue_veh, record.occupied_pcu
    )
    recorder = LinkRecorder(max_bytes=1)
    for _ in range(4):
        recorder.add(big)
    assert totals(recorder.records(), C, L).left.tolist() == [[240_000.0] * L] * C


def test_times_are_own_then_those_of_others_then_the_whole_period() -> None:
    left = np.array([[2.0, 0.0, 0.0, 0.0], [0.0, 4.0, 0.0, 0.0]])
    spent = np.array([[30.0, 0.0, 0.0, 0.0], [0.0, 120.0, 0.0, 0.0]])
    found = Totals(600.0, left, spent, np.array([20.0, 40.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0, 0.0]))
    free = np.array([[10.0] * 4, [12.0] * 4])
    times = link_times_s(found, free)
    assert times[0].tolist() == [15.0, 30.0, 600.0, 10.0]
    assert times[1].tolist() == [18.0, 30.0, 600.0, 12.0]
    assert found.delay_s.tolist() == [10.0, 80.0, 0.0, 0.0]
    assert found.flow_veh_h.tolist() == pytest.approx([12.0, 24.0, 0.0, 0.0])
