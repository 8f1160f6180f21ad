"""Ways people take: habits share parallel streets, the informed avoid a slow one, closures are honoured by all rows."""

import numpy as np
import pytest

from scenarios.models.network import road_network
from scenarios.models.routes import Routes, empty_road_ways, make_routes
from tests.scenarios.cities import two_banks
from tests.scenarios.models.test_network import RULES
from twin.kernels.paths import Ways, load

HOME, WORK = 2, 27
"""Nodes in the middle of either bank: both bridges are equally far."""


def routes_of(pcu_h: float, habits: int = 4, *, home: int = HOME) -> tuple[Routes, np.ndarray]:
    """Return the routes of a stream from home to work, and the share of each habit over the western bridge."""
    city = two_banks()
    net = road_network(city, RULES)
    zones = np.array([WORK], np.int32)
    origin, zone = np.full(1, home, np.int32), np.zeros(1, np.int32)
    routes = make_routes(net, empty_road_ways(net, zones), zones, origin, zone, np.array([pcu_h]), habits)
    west = city.roads.index_of("21-26")
    over = []
    for row in range(habits):
        volume = np.zeros(len(city.roads))
        ways = Ways(routes.next_link[row], routes.first_link[row], np.empty((1, net.n_nodes), np.float32))
        load(ways, origin, zone, np.ones(1), volume)
        over.append(volume[west])
    return routes, np.array(over)


def test_a_light_stream_has_one_habit_and_a_heavy_one_uses_both_bridges() -> None:
    west_of_home = HOME - 1
    assert routes_of(1.0, home=west_of_home)[1].tolist() == [1.0] * 4
    assert routes_of(1500.0)[1].mean() == pytest.approx(0.5)


def test_habits_know_how_slow_a_loaded_street_is() -> None:
    routes, over = routes_of(1500.0)
    net = road_network(two_banks(), RULES)
    bridge = two_banks().roads.index_of("21-26" if over[0] else "23-28")
    # The second habit sees all 1,500 PCU/h on the first one's bridge, whose approach passes 975.
    assert routes.time_s[1, bridge] == pytest.approx(net.time_s[0, bridge] * (1 + 0.15 * (1500 / 975) ** 4))
    np.testing.assert_array_equal(routes.time_s[routes.cyclists], net.time_s[1])


def test_every_row_honours_a_closure() -> None:
    routes, _ = routes_of(1500.0)
    net = road_network(two_banks(), RULES)
    west = two_banks().roads.index_of("21-26")
    allowed = net.allowed.copy()
    allowed[:, west] = False
    for row in range(len(routes.time_s)):
        routes.search(row, net, allowed)
    assert np.all(routes.next_link != west)
    assert np.all(routes.first_link != west)
    assert np.all(routes.first_link[:, 0, HOME] >= 0)
