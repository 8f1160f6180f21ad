"""Signals during a run: plans that come and go at their hours, and junctions that their vehicles decide."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.engine.timeline import Inject
from scenarios.models.actuated import Actuation, actuated_signal
from scenarios.models.network import road_network
from scenarios.traffic.change_labels import change_label
from scenarios.traffic.order import traffic_order
from scenarios.traffic.signals import decided_by_vehicles
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from tests.scenarios.models.test_traffic import model
from tests.scenarios.traffic.test_changes import numbers
from tests.scenarios.traffic.test_traffic import flow, go
from twin.city.changes_signals import signal_node
from twin.city.interventions import ActuateSignal, Intervention, SplitSignal, Window, apply
from twin.errors import InvalidIntervention
from twin.kernels.traffic_state import GREEN, RED

WEST = ("Cầu Tây", "Ngang 4 Nam")
STINGY = SplitSignal(WEST, 120.0, 0.05)


def test_a_plan_for_some_minutes_is_felt_in_them_and_not_before() -> None:
    usual, timed = go(), go(replace(STINGY, when=(Window("07:10", "07:20"),)))
    assert numbers(timed) == numbers(go(timeline=(Inject(600.0, STINGY, 1200.0),)))
    town = two_banks()
    waits = next(k for k in town.roads.links_named("Cầu Tây") if town.roads.head[k] == signal_node(town, WEST))
    before, hours = (r.series["flow_veh_h"].values[:, waits] for r in (usual, timed))
    assert np.array_equal(hours[:2], before[:2]), "until 7:10 the run is the one without a change, to the last bit"
    assert hours[2:4].sum() < 0.6 * before[2:4].sum()
    assert hours[4] > 2.0 * before[4], "what waited goes as soon as the old plan is back"
    assert timed.value("mean_delay_s") > usual.value("mean_delay_s")


def test_a_plan_in_force_from_the_start_is_as_good_as_always() -> None:
    assert numbers(go(replace(STINGY, when=(Window("00:00", "24:00"),)))) == numbers(go(STINGY))


def test_a_plan_taken_back_leaves_no_trace_in_the_model() -> None:
    clock, traffic = model(10, 1.0)
    town = two_banks()
    plain, retimed = (road_network(c, RULES) for c in (town, apply(town, [STINGY])))
    traffic.set_plans(plain, clock.now)
    first = traffic.t.net
    kept = first.links.copy(), first.time_s.copy()
    traffic.set_plans(retimed, clock.now)
    ends = np.flatnonzero(town.roads.head == signal_node(town, WEST))
    assert np.array_equal(np.flatnonzero(traffic.t.net.links["signal"]), ends)
    assert np.all(traffic.t.net.links["out_headway_s"][ends] < kept[0]["out_headway_s"][ends])
    traffic.set_plans(plain, clock.now)
    now = traffic.t.net
    assert np.array_equal(now.links, kept[0])
    assert np.array_equal(now.time_s, kept[1])
    for name in ("cycle_s", "offset_s", "green_first", "green_from_s", "green_to_s"):
        assert np.array_equal(getattr(now, name), getattr(first, name))


def test_a_signal_that_reacts_costs_less_than_a_fixed_one_and_says_what_it_did() -> None:
    fixed, reacts = go(SplitSignal(WEST, 88.0, 0.5)), go(ActuateSignal(WEST))
    assert reacts.value("trips") == fixed.value("trips")
    assert reacts.value("mean_delay_s") < fixed.value("mean_delay_s")
    assert any(n.vi.startswith("Đèn Cầu Tây × Ngang 4 Nam điều khiển theo xe: ") for n in reacts.notes)
    assert numbers(go(ActuateSignal(WEST, when=(Window("18:00", "19:00"),)))) == numbers(go())


def test_after_its_hours_the_junction_is_as_it_was() -> None:
    """Until 7:10 as without it; afterwards no approach is left at red."""
    timed, usual = go(ActuateSignal(WEST, when=(Window("07:10", "07:15"),))), go()
    assert np.array_equal(flow(timed, "Cầu Tây")[:2], flow(usual, "Cầu Tây")[:2])
    assert not np.array_equal(flow(timed, "Cầu Tây"), flow(usual, "Cầu Tây"))
    assert timed.value("completed") == timed.value("trips")
    assert any("điều khiển theo xe" in n.vi for n in timed.notes)


def test_a_controller_that_stops_hands_back_the_plan() -> None:
    clock, traffic = model(10, 1.0)
    stages = [np.array([k], np.int32) for k in (30, 36)]
    rules = Actuation(min_green_s=7.0, max_green_s=40.0, gap_s=3.0, lost_s=4.0)
    process = clock.process(actuated_signal(clock, traffic, stages, rules))
    clock.run(until=20.0)
    assert traffic.t.net.links["signal"][[30, 36]].tolist() == [GREEN, RED]
    process.interrupt()
    clock.run(until=21.0)
    assert traffic.t.net.links["signal"][[30, 36]].tolist() == [GREEN, GREEN]


@pytest.mark.parametrize(
    ("changes", "reacts"),
    [
        ((ActuateSignal(WEST),), True),
        ((ActuateSignal(WEST), STINGY), False),
        ((STINGY, ActuateSignal(WEST)), True),
    ],
)
def test_the_last_change_of_a_junction_counts(changes: tuple[Intervention, ...], reacts: bool) -> None:  # noqa: FBT001 # a case
    assert bool(decided_by_vehicles(apply(two_banks(), changes), changes)) is reacts


def test_stages_are_those_of_the_plan_there_is_else_a_stage_for_each_street() -> None:
    town = two_banks()
    split = ActuateSignal(WEST, max_green_s=30.0).plan(town)
    assert split.cycle_s == 68.0
    bridge = {str(town.roads.ids[k]) for k in np.flatnonzero(town.roads.head == signal_node(town, WEST))}
    assert {g.link for g in split.greens} == bridge
    planned = apply(town, [STINGY])
    assert {(g.link, g.from_s > 0) for g in ActuateSignal(WEST).plan(planned).greens} == {
        (g.link, g.from_s > 0) for g in split.greens
    }
    with pytest.raises(InvalidIntervention, match="span within 0"):
        ActuateSignal(WEST, min_green_s=50.0)
    with pytest.raises(InvalidIntervention, match="no stage end"):
        ActuateSignal(WEST, gap_s=0.0)


def test_the_words_of_a_signal_that_reacts() -> None:
    change = ActuateSignal(("Hùng Vương", "Bến Nghé"), when=(Window("16:30", "18:30"),))
    assert change_label(change).vi == (
        "Hùng Vương × Bến Nghé: đèn theo lượng xe, xanh 7–40 giây · từ 16:30 đến 18:30 hằng ngày"
    )
    assert (
        "Đèn tín hiệu tại nút giao đường Hùng Vương – đường Bến Nghé điều khiển theo lượng xe đến: thời gian xanh mỗi "
        "pha từ 7 đến 40 giây."
    ) in traffic_order([change]).render()


def test_a_plan_is_told_with_the_green_of_each_street() -> None:
    change = SplitSignal(("Hùng Vương", "Bến Nghé"), 60.0, 0.75, when=(Window("16:30", "18:30"),))
    assert change.greens_s == (39.0, 13.0)
    assert change_label(change).vi == (
        "Hùng Vương × Bến Nghé: đèn chu kỳ 60 giây, xanh 39 + 13 giây · từ 16:30 đến 18:30 hằng ngày"
    )
    assert (
        "Điều chỉnh đèn tín hiệu tại nút giao đường Hùng Vương – đường Bến Nghé: chu kỳ 60 giây, xanh 39 giây cho "
        "đường Hùng Vương và 13 giây cho đường Bến Nghé."
    ) in traffic_order([change]).render()
    assert "Không cần: không có đoạn đường nào bị cấm." in traffic_order([change]).render()
