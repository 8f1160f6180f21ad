"""A junction's plan from a run's flows: before and after, and what another share of motorcycles does to it."""

import numpy as np
import pytest

from scenarios.models.signal_study import SHIFTS, JunctionStudy, study_junctions, with_share, worst_junctions
from twin.city.roads import Signals
from twin.errors import InvalidParams, UnknownItem

PCU = np.array([0.25, 1.0])
FLOW = np.array([[600.0, 700.0, 200.0, 100.0], [350.0, 425.0, 100.0, 200.0]])
SATURATION = np.full(4, 1800.0)


def two_junctions() -> Signals:
    """Junctions p (approaches 0 and 1) and q (2 and 3), two stages each in 90 s."""
    return Signals(
        ids=np.array(["p", "q"]), node=np.array([0, 1], np.int32), xy_m=np.zeros((2, 2)), cycle_s=np.full(2, 90.0),
        offset_s=np.zeros(2), green_first=np.array([0, 2, 4]), green_link=np.arange(4, dtype=np.int32),
        green_from_s=np.array([0.0, 66.0] * 2), green_to_s=np.array([62.0, 86.0] * 2),
        provenance=np.full(2, "drawn"), accuracy_m=np.ones(2), source=np.full(2, "test"),
    )  # fmt: skip


def _study(flow: np.ndarray) -> tuple[Signals, list[JunctionStudy]]:
    return study_junctions(two_junctions(), ["p"], flow_veh_h=flow, pcu=PCU, saturation_pcu_h=SATURATION, motorcycle=0)


def test_cycle_and_splits_by_hand() -> None:
    """q = 500 and 600 PCU/h, Y = 1100/1800, L = 8 s: C = 17 / (1 - Y) = 43.7, so 44 s, 36 s of green as 5 to 6."""
    made, (study,) = _study(FLOW)
    assert study.before.flow_pcu_h.tolist() == [500.0, 600.0]
    assert study.after is not None
    assert study.after.cycle_s == 44.0
    assert study.after.green_s == pytest.approx([36 * 5 / 11, 36 * 6 / 11])
    assert study.after.mean_delay_s < study.before.mean_delay_s
    assert made.cycle_s.tolist() == [44.0, 90.0]
    assert made.green_to_s[2:].tolist() == [62.0, 86.0]


def test_more_motorcycles_in_place_of_cars_shorten_the_wait() -> None:
    _, (study,) = _study(FLOW)
    assert study.motorcycle_share == pytest.approx(1300 / 2075)
    assert [c.motorcycle_share - study.motorcycle_share for c in study.cases] == pytest.approx(SHIFTS)
    for delays in ([c.present_delay_s for c in study.cases], [c.planned_delay_s for c in study.cases]):
        assert delays == sorted(delays, reverse=True)
    other = with_share(FLOW[:, :2], 0, study.cases[-1].motorcycle_share)
    again = _study(np.hstack([other, FLOW[:, 2:]]))[1][0]
    assert again.after is not None
    assert again.after.cycle_s == study.cases[-1].webster_cycle_s
    assert again.before.mean_delay_s == pytest.approx(study.cases[-1].present_delay_s)


def test_another_share_keeps_the_vehicles_of_each_approach() -> None:
    flow = np.array([[800.0, 0.0, 100.0], [300.0, 600.0, 50.0], [20.0, 10.0, 50.0]])
    other = with_share(flow, 0, 0.3)
    assert other.sum(axis=0) == pytest.approx(flow.sum(axis=0))
    assert other[0].sum() == pytest.approx(0.3 * flow.sum())
    assert other[1, [0, 2]] / other[2, [0, 2]] == pytest.approx(flow[1, [0, 2]] / flow[2, [0, 2]])
    assert other[:, 1].tolist() == flow[:, 1].tolist()
    with pytest.raises(InvalidParams, match=r"0.9 is not from 0.00 to 0.68"):
        with_share(flow, 0, 0.9)


def test_a_junction_that_no_cycle_serves_keeps_its_plan_and_says_why() -> None:
    made, (study,) = _study(2.0 * FLOW)
    assert study.after is None
    assert "sum to 1.22" in study.reason
    assert made.cycle_s.tolist() == [90.0, 90.0]


def test_the_worst_come_first_and_the_unknown_is_refused() -> None:
    q = PCU @ FLOW
    assert worst_junctions(two_junctions(), 5, flow_pcu_h=q, saturation_pcu_h=SATURATION) == ["p", "q"]
    assert worst_junctions(two_junctions(), 5, flow_pcu_h=q * [0, 0, 1, 1], saturation_pcu_h=SATURATION) == ["q"]
    with pytest.raises(UnknownItem, match="no signal has this id"):
        study_junctions(two_junctions(), ["x"], flow_veh_h=FLOW, pcu=PCU, saturation_pcu_h=SATURATION, motorcycle=0)
