"""Habits by part of the day: a quiet evening has other ways than a busy morning, and a closure is known by then."""

import numpy as np
import pytest

from scenarios.models.demand import Trips
from scenarios.models.habits import Habits, begin_s, period_of
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways
from scenarios.models.way_choice import ChoiceRules
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from tests.scenarios.models.test_routes import HOME, WORK

HOUR_S = 3600.0
NET = road_network(two_banks(), RULES)
WEST = two_banks().roads.index_of("21-26")


def day(morning: int, evening: int, *, steady: tuple[int, ...] = (), kind: int = 0) -> Habits:
    """Return the habits of a day: cars from the western side of home to work at seven, and again at eight at night."""
    depart_s = np.concatenate([np.linspace(7.0, 7.99, morning), np.linspace(20.0, 20.99, evening)]) * HOUR_S
    n = len(depart_s)
    trips = Trips(
        depart_s, np.full(n, HOME - 1, np.int32), np.zeros(n, np.int32), np.full(n, kind, np.int32),
        np.zeros(n, np.int32),
    )  # fmt: skip
    return Habits(
        NET, empty_road_ways(NET, np.array([WORK, HOME], np.int32)), trips, pcu=np.ones(n),
        taste=(np.arange(n) + 0.5) / n, midnight_s=0.0, rules=ChoiceRules(per_min=0.1), n_habits=4, steady=steady,
    )  # fmt: skip


def over_west(habits: Habits, who: slice) -> float:
    """Return the share of trips whose habit is the western bridge."""
    row = habits.taken[who]
    n = len(row)
    first, link = habits.routes.trace(row, np.full(n, HOME - 1, np.int32), np.zeros(n, np.int32))
    return float(np.mean([WEST in link[first[v] : first[v + 1]] for v in range(n)]))


def test_parts_of_the_day_follow_each_other_over_midnight() -> None:
    hours = np.array([-0.5, 0.0, 5.99, 6.0, 9.0, 15.99, 16.0, 19.0, 23.99, 24.0])
    assert period_of(hours * HOUR_S, 0.0).tolist() == [-1, 0, 0, 1, 2, 2, 3, 4, 4, 5]
    assert period_of(np.zeros(1), midnight_s=-7.0 * HOUR_S).tolist() == [1], "the run begins at seven"
    assert [begin_s(p, 0.0) / HOUR_S for p in (0, 1, 4, 5, 6)] == [0.0, 6.0, 19.0, 24.0, 30.0]


def test_a_busy_morning_uses_both_bridges_and_a_quiet_evening_the_near_one() -> None:
    habits = day(2000, 40)
    morning, evening = slice(0, 2000), slice(2000, None)
    assert habits.moments_s == [19.0 * HOUR_S]
    assert 0.3 < over_west(habits, morning) < 0.7
    before = habits.taken[morning].copy()
    who = habits.renew(NET.allowed)
    assert who.tolist() == list(range(2000, 2040))
    assert over_west(habits, evening) == 1.0
    assert np.array_equal(habits.taken[morning], before)
    assert habits.moments_s == []


def test_the_evening_knows_what_was_closed_since() -> None:
    habits = day(500, 40)
    allowed = NET.allowed.copy()
    allowed[:, WEST] = False
    habits.renew(allowed)
    assert over_west(habits, slice(500, None)) == 0.0


@pytest.mark.parametrize("steady", [(), (1,)])
def test_whom_the_traffic_does_not_move_keeps_to_the_way_of_empty_streets(steady: tuple[int, ...]) -> None:
    habits = day(4000, 10, steady=steady, kind=4)
    assert habits.routes.group.tolist() == [0] * 5 + ([1] if steady else [1] * 5)
    assert (over_west(habits, slice(0, 4000)) == 1.0) == bool(steady)


def test_a_day_without_trips_has_no_habits_to_renew() -> None:
    habits = day(0, 0)
    assert (len(habits.taken), habits.moments_s) == (0, [])
