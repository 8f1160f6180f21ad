"""The engine of single vehicles against a fluid solution of the same kinematic waves: the judge of its token bucket."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.models.traffic import simulate
from scenarios.models.traffic_types import BURST_PCU
from tests.validation.fluid_ltm import Curves, Fluid, node_flows, run
from tests.validation.nets import CAPACITY_VEH_S, fluid, one_way_grid, streets, vehicles


def solved(net: Fluid, dt_s: float = 2.0) -> tuple[float, Curves]:
    """Return the fluid's mean delay [s] and its curves."""
    curves = run(net, dt_s=dt_s, horizon_s=6000.0)
    free_s = [net.time_s[list(way)].sum() for way in net.ways]
    return curves.mean_time_s() - float(np.average(free_s, weights=net.demand * net.until_s)), curves


def delay_s(net: Fluid, *, burst: float = BURST_PCU) -> float:
    """Return the vehicles' mean delay [s]."""
    first, links, depart_s, free_s = vehicles(net)
    arrive_s, _ = simulate(streets(net), first, links, depart_s, burst=burst)
    assert np.isfinite(arrive_s).all()
    return float(np.mean(arrive_s - depart_s - free_s))


CASES = {
    "merge of equals": fluid([(0, 2), (1, 2), (2, 3)], 500.0, [1, 1, 1], [(0, 2), (1, 2)], [0.5, 0.5]),
    "merge of two lanes and one": fluid([(0, 2), (1, 2), (2, 3)], 500.0, [2, 1, 2], [(0, 2), (1, 2)], [1.2, 0.6]),
    "diverge with a narrow branch": fluid([(0, 1), (1, 2), (1, 3)], 500.0, [1, 0.4, 1], [(0, 1), (0, 2)], [0.35, 0.35]),
    "corridor with a lane drop": fluid(
        [(i, i + 1) for i in range(6)], 400.0, [2, 2, 2, 1, 2, 2], [(0, 1, 2, 3, 4, 5), (2, 3, 4)], [0.7, 0.4]
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_queues_at_junctions_are_those_of_the_fluid(case: str) -> None:
    expected, _ = solved(CASES[case])
    assert expected > 60.0, "the case has a queue to speak of"
    assert delay_s(CASES[case]) == pytest.approx(expected, rel=0.01)


def test_a_merge_gives_two_lanes_twice_what_one_gets() -> None:
    _, curves = solved(CASES["merge of two lanes and one"])
    at = int(900.0 / curves.dt_s)
    assert curves.left[at, 0] / curves.left[at, 1] == pytest.approx(2.0, rel=0.02)


def test_fluid_loses_and_invents_nothing() -> None:
    _, curves = solved(one_way_grid(4, 20, 1.3), dt_s=4.0)
    assert np.all(np.diff(curves.entered, axis=0) > -1e-9)
    assert np.all(curves.entered - curves.left > -1e-6)
    assert curves.arrived[-1] == pytest.approx(curves.wanted[-1], abs=0.01)


def test_a_grid_below_capacity_flows_the_better_the_larger_the_burst() -> None:
    """At 0.98 of capacity the fluid waits 0 s; the default keeps two fifths of the 18 s of strict headways."""
    net = one_way_grid(4, 25, 0.98)
    expected, _ = solved(net, dt_s=4.0)
    assert expected < 0.5
    assert delay_s(net, burst=2.0) < 4.0
    assert delay_s(net) < 10.0
    assert delay_s(net, burst=0.0) > 2.0 * delay_s(net)


def test_a_congested_grid_has_the_delay_of_the_fluid() -> None:
    net = one_way_grid(4, 25, 1.4)
    expected, _ = solved(net, dt_s=4.0)
    assert expected > 60.0
    assert delay_s(net) == pytest.approx(expected, rel=0.12)


def test_bursts_of_one_two_and_four_differ_little_where_it_is_congested() -> None:
    net = one_way_grid(4, 25, 1.4)
    assert delay_s(net, burst=1.0) == pytest.approx(delay_s(net, burst=4.0), rel=0.05)


def test_node_shares_what_there_is_by_capacity_and_leaves_no_room_unused() -> None:
    # Two links in of 2 and 1, one link out that takes 1.5: proportional, unless one asks for less than its share.
    capacity, out = np.array([2.0, 1.0]), np.array([1.5])
    assert node_flows(np.array([2.0, 1.0]), np.array([[2.0], [1.0]]), capacity, out) == pytest.approx([1.0, 0.5])
    assert node_flows(np.array([0.4, 1.0]), np.array([[0.4], [1.0]]), capacity, out) == pytest.approx([0.4, 1.0])
    assert pytest.approx(0.7353, abs=1e-4) == CAPACITY_VEH_S
