"""Changes in a run: in force within their hours and without effect outside; only changes to land alter who travels."""

from dataclasses import replace
from datetime import date

import numpy as np

import scenarios
from scenarios.engine.result import RunResult
from scenarios.engine.timeline import Inject
from scenarios.traffic.changes import StreetChanges
from scenarios.traffic.detours import LEAST_VEH_H, detours_of
from tests.scenarios.cities import two_banks
from tests.scenarios.traffic.test_traffic import SHORT, WEST, flow, go
from twin.city.city import City
from twin.city.interventions import (
    AddFloorArea,
    CloseStreet,
    MakeOneWay,
    SetCapacity,
    SetSpeed,
    SplitSignal,
    Where,
    Window,
    apply,
)
from twin.city.roads import MOTOR
from twin.testing.toy import toy_city

FRIDAY = date(2026, 11, 27)


def numbers(result: RunResult) -> dict[tuple[str, str], str]:
    """Every indicator to the last bit; what is not defined equals itself."""
    return {(i.key, i.group): i.value.hex() for i in result.indicators}


def test_hours_of_an_order_are_injects_of_the_run() -> None:
    """The run starts at 7: from 7:05 to 7:15 is the same as from 300 s to 900 s."""
    timed = go(CloseStreet("Cầu Tây", when=(Window("07:05", "07:15"),)))
    injected = go(timeline=(Inject(300.0, WEST, 900.0),))
    assert numbers(timed) == numbers(injected)
    assert all(np.array_equal(timed.series[k].values, injected.series[k].values, equal_nan=True) for k in timed.series)
    west = flow(timed, "Cầu Tây")
    assert west[0] > 0
    assert west[2] == 0, "once the bridge has emptied, nobody is on it until it opens again"
    assert west[4:].min() > 0


def test_outside_its_hours_a_change_does_nothing_and_the_run_says_so() -> None:
    untouched = go()
    for window in (Window("18:00", "22:00"), Window("06:00", "09:00", ("sat", "sun"))):
        idle = go(CloseStreet("Cầu Tây", when=(window,)))
        assert numbers(idle) == numbers(untouched)
        assert all(
            np.array_equal(idle.series[k].values, untouched.series[k].values, equal_nan=True) for k in idle.series
        )
        assert any("nằm ngoài thời gian mô phỏng (25/11/2026 06:50 – 25/11/2026 07:50)" in n.vi for n in idle.notes)
    assert not any("nằm ngoài" in n.vi for n in go(WEST).notes)


def test_in_force_from_the_first_moment_is_as_good_as_always() -> None:
    whole_day = go(CloseStreet("Cầu Tây", when=(Window(first_day=date(2026, 11, 25)),)))
    assert numbers(whole_day) == numbers(go(WEST))


def test_a_question_without_changes_differs_from_its_baseline_by_exactly_0() -> None:
    question = scenarios.ask(two_banks(), "traffic", params={**SHORT, "replications": 2})
    assert question.without_changes().run_id == question.run_id
    study = scenarios.study(question)
    assert all(d.difference.mean == 0.0 or np.isnan(d.difference.mean) for d in study.indicators)
    assert not any(np.nan_to_num(p.difference).any() for p in study.places.values())


def test_the_day_is_part_of_the_question() -> None:
    days = (FRIDAY, "2026-11-27", "2026-11-28")
    asked = [scenarios.ask(two_banks(), "traffic", params={**SHORT, "date": d}) for d in days]
    assert asked[0].run_id == asked[1].run_id != asked[2].run_id


def test_a_signal_is_felt_though_no_street_changes() -> None:
    stingy = go(SplitSignal(("Cầu Tây", "Ngang 4 Nam"), 120.0, 0.05))
    assert stingy.value("trips") == go().value("trips")
    assert stingy.value("mean_delay_s") > go().value("mean_delay_s")


def test_a_slow_hour_is_slow_and_the_rest_is_not() -> None:
    """At 3 km/h from 7:00 to 7:10 fewer take the western bridge; at 3 km/h in the evening the morning is as it was."""
    slow, usual = go(SetSpeed(Where("Cầu Tây"), 3.0, when=(Window("07:00", "07:10"),))), go()
    fewer, most = flow(slow, "Cầu Tây"), flow(usual, "Cầu Tây")
    assert fewer[:2].sum() < 0.7 * most[:2].sum()
    assert slow.value("mean_delay_s") > usual.value("mean_delay_s")
    never = go(SetSpeed(Where("Cầu Tây"), 3.0, when=(Window("18:00", "19:00"),)))
    assert numbers(never) == numbers(usual)


def test_one_way_carries_nobody_back() -> None:
    section = Where("Ngang 4 Nam", ("Dọc 1 Nam", "Dọc 3 Nam"))
    result = go(MakeOneWay(section))
    roads = two_banks().roads
    back = [roads.index_of(i) for i in ("22-21", "23-22")]
    there = [roads.index_of(i) for i in ("21-22", "22-23")]
    flows = result.series["flow_veh_h"].values
    bicycles_and_motor = flows[:, back].sum()
    assert bicycles_and_motor == 0
    assert flows[:, there].sum() > 0
    assert result.value("unreachable") == 0


def test_land_decides_who_travels() -> None:
    """A tower of homes on a parcel: more people travel; the streets are as they were."""
    toy = toy_city()
    tower = AddFloorArea(str(toy.parcels.ids[0]), 6000.0, 10, use="residential", households=400.0)
    before, after = (scenarios.run(toy, "traffic", params=SHORT, interventions=c) for c in ((), (tower,)))
    assert after.value("trips") > before.value("trips") + 10


class Told:
    """A model that writes down what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, tuple[int, ...], float]] = []

    def change(self, city: City, now_s: float) -> None:
        self.said.append(("modes", (int((city.roads.modes == 0).sum()),), now_s))

    def set_capacity_factor(self, links: np.ndarray, factor: float, now_s: float) -> None:
        self.said.append((f"capacity {factor:g} at {now_s:g}", tuple(links.tolist()), factor))

    def set_speed_factor(self, links: np.ndarray, factor: float, now_s: float) -> None:
        self.said.append((f"speed {factor:g} at {now_s:g}", tuple(links.tolist()), factor))


def test_speed_and_capacity_are_handed_to_the_model_and_taken_back() -> None:
    town, model = two_banks(), Told()
    hand = StreetChanges(model, town)
    west = tuple(town.roads.links_named("Cầu Tây").tolist())
    changed = apply(town, [SetSpeed(Where("Cầu Tây"), 18.0), SetCapacity(Where("Cầu Tây"), 0.25)])
    hand.hand_over(changed, 60.0)
    hand.hand_over(changed, 90.0)
    hand.hand_over(town, 120.0)
    assert [s[:2] for s in model.said] == [
        ("capacity 0.25 at 60", west), ("speed 0.5 at 60", west), ("modes", (0,)),
        ("modes", (0,)),
        ("capacity 1 at 120", west), ("speed 1 at 120", west), ("modes", (0,)),
    ]  # fmt: skip


def test_the_ways_around_are_the_streets_that_gain_traffic() -> None:
    ban = CloseStreet("Cầu Tây", MOTOR)
    question = scenarios.ask(two_banks(), "traffic", params={**SHORT, "replications": 2}, interventions=[ban])
    study = scenarios.study(question)
    found = detours_of(two_banks(), study.places)
    assert "Cầu Đông" in [d.street for d in found]
    assert "Cầu Tây" not in [d.street for d in found]
    gains = [d.added_veh_h for d in found]
    assert gains == sorted(gains, reverse=True)
    assert min(gains) >= LEAST_VEH_H
    assert "Cầu Đông" not in [d.street for d in detours_of(two_banks(), study.places, but={"Cầu Đông"})]
    assert detours_of(two_banks(), {}) == []
    unnamed = replace(two_banks().roads, name=np.full(len(two_banks().roads), ""))
    assert detours_of(replace(two_banks(), roads=unnamed), study.places) == []
