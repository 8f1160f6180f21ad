"""What a planner may rely on: a ban by class and hour, no trip lost, nothing from nothing, gridlock said."""

import numpy as np

import scenarios
from scenarios.engine.replicate import answer_all
from scenarios.engine.result import RunResult
from scenarios.engine.timeline import Inject
from scenarios.traffic import demand
from tests.scenarios.cities import two_banks
from twin.city.interventions import CloseStreet, Window
from twin.city.roads import CAR

SHORT = {"duration_min": 30, "warm_up_min": 10, "cool_down_min": 20}
ENDS = ("completed", "unfinished", "unreachable", "cut_off")


def go(*timeline: Inject, **params: float) -> RunResult:
    return scenarios.run(two_banks(), "traffic", params={**SHORT, **params}, timeline=timeline)


def over(result: RunResult, street: str, kind: str) -> np.ndarray:
    """Flow of a class over both directions of a street by interval [veh/h]."""
    links = two_banks().roads.links_named(street)
    return np.asarray(result.series[f"flow_veh_h_{kind}"].values[:, links].sum(axis=1, dtype=np.float64))


def test_a_ban_of_cars_on_a_bridge_for_some_minutes_holds_for_cars_and_then_only() -> None:
    result = go(Inject(300.0, CloseStreet("Cầu Tây", CAR), 1200.0), demand_scale=2.0)
    cars, motorcycles = over(result, "Cầu Tây", "car"), over(result, "Cầu Tây", "motorcycle")
    assert cars[0] > 0
    assert cars[2:4].tolist() == [0.0, 0.0], "who was on the bridge at minute 5 has left it by minute 10"
    assert cars[4:].sum() > 0, "they come back after minute 20"
    assert motorcycles.min() > 0
    assert over(result, "Cầu Đông", "car")[2:4].min() > 0
    assert result.value("unreachable") == result.value("cut_off") == 0
    assert sum(result.value(k) for k in ENDS) == result.value("trips")


def test_a_study_without_an_edit_differs_by_exactly_nothing() -> None:
    """The order is one of a day that is not the run's; the second run shares the first one's city."""
    order = CloseStreet("Cầu Tây", when=(Window("18:00", "22:00", days=("sat",)),))
    question = scenarios.ask(two_banks(), "traffic", params=SHORT, interventions=[order])
    study = scenarios.study(question, workers=2)
    found = {d.difference.mean for d in study.indicators if not np.isnan(d.difference.mean)}
    assert found == {0.0}
    for places in study.places.values():
        assert np.nansum(np.abs(places.difference)) == 0.0


def test_threads_that_share_the_city_answer_like_runs_on_their_own() -> None:
    question = scenarios.ask(two_banks(), "traffic", params=SHORT, interventions=[CloseStreet("Cầu Tây")])
    pair = [question.without_changes(), question]
    together = answer_all(pair, workers=2)
    demand._SURVEYS.clear()
    demand._DRAWN.clear()
    assert [r.files() for r in together] == [r.files() for r in answer_all(pair)]
    assert answer_all([question], workers=2)[0].files() == together[1].files(), "one run on two cores"
    assert over(together[1], "Cầu Tây", "motorcycle").sum() == 0.0
    assert together[0].value("trips") == together[1].value("trips")


def test_a_thousand_times_the_demand_ends_with_a_report_of_gridlock() -> None:
    result = go(demand_scale=1000.0)
    assert result.value("gridlocks") > 0
    assert result.value("gridlocked_links") > 0
    assert any("Kẹt cứng" in note.vi for note in result.notes)
    assert sum(result.value(k) for k in ENDS) == result.value("trips") > 100_000
