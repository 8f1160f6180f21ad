"""Usual times: a share of the running time where nobody crosses, a queue's wait at stop lines, the red of signals."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.network import road_network
from scenarios.models.usual_times import green_share, usual_times_s
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from twin.testing.toy import toy_city

NET = road_network(two_banks(), RULES)
BRIDGE, CORNER = (two_banks().roads.index_of(i) for i in ("21-26", "1-0"))


def slower_s(flow_pcu_h: float, link: int) -> float:
    """Return what a flow adds to the time of a link."""
    return float((usual_times_s(NET, np.full(len(NET.tail), flow_pcu_h)) - NET.time_s)[0, link])


def test_where_nobody_crosses_a_street_slows_by_the_bureaus_share() -> None:
    assert slower_s(1950.0, CORNER) == pytest.approx(0.15 * 15.0)
    assert slower_s(0.0, CORNER) == 0.0


def test_at_a_stop_line_people_wait_for_half_of_what_is_too_much() -> None:
    """An hour of a fifth more than the 975 PCU/h of the approach: the mean wait is a tenth of an hour."""
    running_s = 0.15 * 33.0 * 1.2**4
    assert slower_s(1.2 * 975.0, BRIDGE) - running_s == pytest.approx(0.1 * 3600.0, rel=0.05)
    assert slower_s(0.3 * 975.0, BRIDGE) < 3.0
    waits = [slower_s(q, BRIDGE) for q in np.linspace(0.0, 3000.0, 40)]
    assert np.all(np.diff(waits) > 0)


def test_a_signal_gives_its_share_of_green_and_makes_wait_for_it() -> None:
    net = road_network(toy_city(), RULES)
    assert green_share(net).tolist() == [0.45, 1.0, 1.0, 0.45]
    empty_s = usual_times_s(net, np.zeros(4)) - net.time_s
    assert empty_s[0].tolist() == pytest.approx([0.5 * 60.0 * 0.55**2, 0.0, 0.0, 0.5 * 60.0 * 0.55**2])
    full_s = usual_times_s(net, np.full(4, 0.45 * 1800.0)) - net.time_s
    assert full_s[0, 0] > empty_s[0, 0] + 20.0, "green for 810 PCU/h is full with them"
    assert full_s[0, 1] < 5.0
    held = replace(net, green_to_s=net.green_from_s)
    assert np.isfinite(usual_times_s(held, np.full(4, 100.0))).all(), "no green at all is a long wait, not an error"
