"""Ways people take: habits share parallel streets, the informed avoid a slow one, closures are honoured by all rows."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.network import RoadNetwork, road_network
from scenarios.models.routes import Router, Routes, empty_road_ways, make_routes
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from twin.kernels.paths import NO_WAY
from twin.kernels.turns import load
from twin.testing.toy import toy_city

HOME, WORK = 2, 27
"""Nodes in the middle of either bank: both bridges are equally far."""

MOTOR, BICYCLES = 0, 1


def routes_of(pcu_h: float, habits: int = 4, *, home: int = HOME, net: RoadNetwork | None = None) -> Routes:
    """Return the routes of a stream of motor vehicles from home to work."""
    net = net or road_network(two_banks(), RULES)
    zones = np.array([WORK, HOME], np.int32)
    origin, zone = np.full(1, home, np.int32), np.zeros(1, np.int32)
    return make_routes(net, empty_road_ways(net, zones), origin, zone, zone, np.array([pcu_h]), habits)


def over(routes: Routes, street: str, *, home: int = HOME) -> np.ndarray:
    """Return the share of each motor habit that uses a link from home to work."""
    link, shares = two_banks().roads.index_of(street), []
    for row in range(routes.informed(MOTOR)):
        volume = np.zeros(routes.next_turn.shape[2])
        load(routes.tables, row, np.array([home], np.int32), np.zeros(1, np.int32), np.ones(1), volume)
        shares.append(volume[link])
    return np.array(shares)


def test_a_light_stream_has_one_habit_and_a_heavy_one_uses_both_bridges() -> None:
    west_of_home = HOME - 1
    assert over(routes_of(1.0, home=west_of_home), "21-26", home=west_of_home).tolist() == [1.0] * 4
    assert over(routes_of(1500.0), "21-26").mean() == pytest.approx(0.5)


def test_habits_know_how_slow_a_loaded_street_is() -> None:
    routes = routes_of(1500.0)
    net = road_network(two_banks(), RULES)
    bridge = two_banks().roads.index_of("21-26" if over(routes, "21-26")[0] else "23-28")
    # The second habit sees all 1,500 PCU/h on the first one's bridge, whose approach passes 975: those who come in an
    # hour wait for half of what is too much, on the mean.
    x, queue_s = 1500 / 975, 1800.0 * (1500 / 975 - 1)
    longer_s = routes.time_s[1, bridge] - net.time_s[MOTOR, bridge] * (1 + 0.15 * x**4)
    assert queue_s < longer_s < queue_s + 10.0
    bicycles = routes.first_row(BICYCLES)
    expected = net.time_s[BICYCLES, bridge] * (1 + 0.15 * x**4) + longer_s
    assert routes.time_s[bicycles + 1, bridge] == pytest.approx(expected), "the same jam"
    assert routes.group.tolist() == [MOTOR] * 5 + [BICYCLES] * 5


def test_groups_keep_to_the_streets_they_may_use() -> None:
    net = road_network(two_banks(), RULES)
    west = two_banks().roads.index_of("21-26")
    allowed = net.allowed.copy()
    allowed[MOTOR, west] = False
    routes = routes_of(1.0, net=replace(net, allowed=allowed))
    origin = np.full(10, HOME - 1, np.int32)
    first, link = routes.trace(np.arange(10, dtype=np.int32), origin, np.zeros(10, np.int32))
    taken = [west in link[first[v] : first[v + 1]] for v in range(10)]
    assert taken == [False] * 5 + [True] * 5


def test_every_row_honours_a_closure_and_finds_the_ways_a_new_search_finds() -> None:
    routes = routes_of(1500.0)
    net = road_network(two_banks(), RULES)
    west = two_banks().roads.index_of("21-26")
    allowed = net.allowed.copy()
    allowed[:, west] = False
    fresh, searched = routes_of(1500.0), []
    for row in range(len(routes.time_s)):
        searched.append(routes.search(row, allowed))
        assert routes.search(row, allowed) == 0
        time_s = np.where(allowed[routes.group[row]], routes.time_s[row], np.inf)
        Router(net, routes.zones).search(time_s, fresh.next_turn[row], fresh.first_turn[row])
    assert set(searched) == {0, 1}, "who comes home never drives over the bridge to work, some habits use the other one"
    np.testing.assert_array_equal(routes.next_turn, fresh.next_turn)
    np.testing.assert_array_equal(routes.first_turn, fresh.first_turn)
    rows = np.arange(len(routes.time_s), dtype=np.int32)
    first, link = routes.trace(rows, np.full(len(rows), HOME, np.int32), np.zeros(len(rows), np.int32))
    assert west not in link
    assert np.all(np.diff(first) > 0)


@pytest.mark.parametrize("seed", range(4))
def test_closing_and_opening_at_random_is_a_search_from_scratch(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    net = road_network(two_banks(), RULES)
    net = replace(net, time_s=net.time_s * rng.uniform(0.2, 3.0, net.time_s.shape))
    routes = routes_of(900.0, 1, net=net)
    allowed, scratch = net.allowed.copy(), Router(net, routes.zones)
    for _ in range(8):
        flipped = rng.integers(0, allowed.shape[1], 3)
        allowed[:, flipped] = rng.random(3) < 0.3
        for row in range(len(routes.time_s)):
            routes.search(row, allowed)
            time_s = np.where(allowed[routes.group[row]], routes.time_s[row], np.inf)
            fresh = routes.next_turn[row].copy(), routes.first_turn[row].copy()
            scratch.search(time_s, *fresh)
            np.testing.assert_array_equal(routes.next_turn[row], fresh[0])
            np.testing.assert_array_equal(routes.first_turn[row], fresh[1])


def test_times_below_the_free_ones_are_searched_as_well() -> None:
    city = toy_city()  # the turn from link 0 into link 1 is banned
    net = road_network(city, RULES)
    router = Router(net, np.arange(net.n_nodes, dtype=np.int32))
    (n_d, n_l, n_n), fast_s = router.shape, net.time_s[MOTOR] / 100.0
    one, other = ((np.empty((n_d, n_l), np.uint8), np.empty((n_d, n_n), np.uint8)) for _ in range(2))
    cost_s = router.costs(fast_s, *one)
    expected = Router(replace(net, time_s=fast_s[None]), router.zones).costs(fast_s, *other)
    np.testing.assert_array_equal(cost_s, expected)
    np.testing.assert_array_equal(one[0], other[0])


def test_where_every_street_is_closed_there_is_no_way() -> None:
    routes = routes_of(1.0)
    routes.search(0, np.zeros((2, routes.next_turn.shape[2]), bool))
    assert np.all(routes.first_turn[0, 0, np.arange(routes.first_turn.shape[2]) != WORK] == NO_WAY)
