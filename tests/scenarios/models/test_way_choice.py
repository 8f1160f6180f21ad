"""Who takes which way: logit shares at departure, and a band of indifference against flip-flop under way."""

import numpy as np
import pytest

from scenarios.models.network import road_network
from scenarios.models.way_choice import ChoiceRules, Drivers, Informed, habits_taken, rows_with_news, usual_weight
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from tests.scenarios.models.test_routes import HOME, MOTOR, routes_of

N = 4000
EVEN = (np.arange(N) + 0.5) / N
"""Random numbers without chance: shares come out exact."""


def all_from_home() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.full(N, HOME, np.int32), np.zeros(N, np.int32), np.zeros(N, np.int32)


@pytest.mark.parametrize("per_min", [0.0, 0.5, 3.0])
def test_shares_of_the_habits_are_those_of_the_logit(per_min: float) -> None:
    routes = routes_of(1500.0, 2)
    west, east = (two_banks().roads.index_of(i) for i in ("21-26", "23-28"))
    links = [routes.trace(np.array([r]), np.array([HOME]), np.array([0]))[1] for r in (0, 1)]
    assert {west in links[0], west in links[1]} == {True, False}
    bridge = west if west in links[0] else east
    routes.usual_s[MOTOR, bridge] += 90.0
    excess_min = (routes.usual_s[MOTOR, links[0]].sum() - routes.usual_s[MOTOR, links[1]].sum()) / 60.0
    row = habits_taken(routes, *all_from_home(), EVEN, ChoiceRules(per_min=per_min))
    assert np.mean(row == 0) == pytest.approx(1 / (1 + np.exp(per_min * excess_min)), abs=1 / N)
    assert set(row.tolist()) <= {0, 1}


def test_ways_that_more_habits_know_are_taken_more_often() -> None:
    routes = routes_of(1500.0, 3)
    routes.usual_s[:] = 30.0
    routes.next_turn[1], routes.first_turn[1] = routes.next_turn[0], routes.first_turn[0]
    row = habits_taken(routes, *all_from_home(), EVEN, ChoiceRules(per_min=0.0))
    np.testing.assert_allclose(np.bincount(row) / N, [1 / 3] * 3, atol=1 / N)


def test_without_any_way_a_habit_is_taken_all_the_same() -> None:
    routes = routes_of(1500.0, 2)
    routes.usual_s[:] = np.inf
    row = habits_taken(routes, *all_from_home(), EVEN, ChoiceRules())
    assert set(row.tolist()) == {0, 1}


def news(delay_s: float, rules: ChoiceRules) -> float:
    """Return the share of drivers at home who leave their habit when its bridge gets slower."""
    routes = routes_of(1.0, 1)
    time_s = road_network(two_banks(), RULES).time_s.copy()
    way = routes.trace(np.array([0]), np.array([HOME]), np.array([0]))[1]
    bridge = next(i for i in (two_banks().roads.index_of(k) for k in ("21-26", "23-28")) if i in way)
    time_s[MOTOR, bridge] += delay_s
    routes.time_s[routes.informed(MOTOR)] = time_s[MOTOR]
    routes.search(routes.informed(MOTOR), road_network(two_banks(), RULES).allowed)
    origin, zone, group = all_from_home()
    habit, nowhere = np.zeros(N, np.int32), np.full(N, -1, np.int32)
    row = rows_with_news(routes, Drivers(habit, group, origin, zone, nowhere), time_s, EVEN, rules)
    assert set(row.tolist()) <= {0, routes.informed(MOTOR)}
    return float(np.mean(row != 0))


def test_a_gain_within_the_band_moves_few_and_a_large_one_nearly_all() -> None:
    rules = ChoiceRules(per_min=3.0, band_share=0.0, band_min=1.0)
    assert news(0.0, rules) == pytest.approx(1 / (1 + np.exp(3.0)), abs=1 / N)
    assert news(60.0, rules) == pytest.approx(0.5, abs=1 / N)
    assert news(300.0, rules) > 0.99
    shares = [news(d, rules) for d in (0.0, 30.0, 60.0, 120.0)]
    assert shares == sorted(shares), "the more it saves, the more follow it"


def test_the_band_grows_with_the_time_left() -> None:
    assert news(120.0, ChoiceRules(band_share=0.9, band_min=0.0)) < news(
        120.0, ChoiceRules(band_share=0.1, band_min=0.0)
    )


def test_whose_way_is_gone_follows_the_news() -> None:
    assert news(np.inf, ChoiceRules()) == 1.0


def test_usual_flow_is_that_of_the_hours_people_travel_in() -> None:
    # 300 trips in the first hour, 100 in the second: 3/4 of the travellers meet 300 PCU/h, 1/4 meet 100.
    depart_s = np.concatenate([np.linspace(0.0, 3599.0, 300), np.linspace(3601.0, 7200.0, 100)])
    assert usual_weight(depart_s, np.ones(400)).sum() == pytest.approx(0.75 * 300 + 0.25 * 100)
    quarter = usual_weight(np.linspace(0.0, 900.0, 50), np.full(50, 2.0))
    assert quarter.sum() == pytest.approx(2.0 * 50 * 4)
    assert len(usual_weight(np.zeros(0), np.zeros(0))) == 0


def test_only_the_informed_look_and_only_under_way_or_before_they_leave() -> None:
    routes = routes_of(1.0, 1)
    fast = routes.informed(MOTOR)
    routes.time_s[0] = routes.time_s[fast]
    n = 5
    zeros, knows = np.zeros(n, np.int32), np.array([True, True, True, True, False])
    everybody = Informed(
        routes, np.array([0.0, 50.0, 100.0, 10.0, 0.0]), np.full(n, HOME, np.int32), zeros, zeros, zeros,
        taste=np.zeros(n), knows=knows, rules=ChoiceRules(),
    )  # fmt: skip
    row, on_road = zeros.copy(), np.array([True, False, False, False, True])
    to_come = np.array([False, True, True, False, False])
    link = np.full(n, routes.trace(np.array([0]), np.array([HOME]), np.array([0]))[1][0], np.int32)
    everybody.look(row, link=link, on_road=on_road, to_come=to_come, until_s=60.0)
    assert row.tolist() == [fast, fast, 0, 0, 0]
