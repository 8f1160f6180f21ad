"""Ways are shortest, honour bans and closures, and turn back only where nothing else is left."""

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.kernels.nets import network, ways
from twin.kernels.paths import NO_WAY, THERE, TURN_BACK_S

# 0 ⇄ 1 ⇄ 2 in a row
ROW = [(0, 1), (1, 0), (1, 2), (2, 1)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[float]]:
    n = draw(st.integers(3, 8))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] != p[1])
    ends = draw(st.lists(pairs, min_size=2, max_size=25, unique=True))
    times = draw(st.lists(st.integers(1, 50), min_size=len(ends), max_size=len(ends)))
    return ends, [float(t) for t in times]


@given(graphs())
@settings(deadline=None)
def test_cost_equals_networkx(graph: tuple[list[tuple[int, int]], list[float]]) -> None:
    ends, times = graph
    net = network(ends)
    g: nx.DiGraph[int] = nx.DiGraph()
    g.add_nodes_from(range(len(net.in_first) - 1))
    g.add_weighted_edges_from((a, b, t) for (a, b), t in zip(ends, times, strict=True))
    found = ways(net, np.array(times), range(len(g)))
    for target in g:
        best = nx.shortest_path_length(g.reverse(), target, weight="weight")
        expected = np.array([best.get(node, np.inf) for node in g])
        np.testing.assert_array_equal(found.cost_s[target], expected)


@given(graphs())
@settings(deadline=None)
def test_following_the_next_link_gets_there(graph: tuple[list[tuple[int, int]], list[float]]) -> None:
    ends, times = graph
    net = network(ends)
    found = ways(net, np.array(times), [0])
    for node in range(1, len(net.in_first) - 1):
        link, spent = int(found.first_link[0, node]), 0.0
        while link >= 0:
            spent += times[link]
            link = int(found.next_link[0, link])
        assert (link == THERE and spent == found.cost_s[0, node]) or not np.isfinite(found.cost_s[0, node])


def test_banned_turn_is_not_taken() -> None:
    # From 0 to 3 over 1; straight on is banned, the way round over 2 is allowed.
    ends = [(0, 1), (1, 3), (1, 2), (2, 1)]
    times = np.array([1.0, 1.0, 5.0, 5.0])
    banned = ways(network(ends, bans=[(0, 1)]), times, [3])
    assert ways(network(ends), times, [3]).next_link[0, 0] == 1
    assert banned.next_link[0].tolist() == [2, THERE, 3, 1]
    assert banned.cost_s[0, 0] == 12.0


def test_who_is_on_a_closed_link_finishes_it() -> None:
    allowed = np.array([False, True, True, True])
    found = ways(network(ROW), np.ones(4), [2], allowed)
    assert found.next_link[0, 0] == 2
    assert found.first_link[0, 0] == NO_WAY


def test_before_a_closed_bridge_one_turns_back_at_a_price() -> None:
    # The bridge 1 → 2 is closed, 0 → 2 is the other way; past it there is the dead end 1 ⇄ 4 to turn in.
    ends = [(0, 1), (1, 0), (1, 2), (0, 2), (1, 4), (4, 1)]
    allowed = np.array([True, True, False, True, True, True])
    for there_and_back_s, after in ((2.0, 4), (TURN_BACK_S + 2.0, 1)):
        times = np.array([1.0, 1.0, 1.0, 1.0, there_and_back_s / 2, there_and_back_s / 2])
        found = ways(network(ends), times, [2], allowed)
        assert found.next_link[0, 0] == after
        assert found.next_link[0, 4] == 5, "at a dead end there is nothing but to turn"
        assert found.next_link[0, 5] == 1
        assert found.cost_s[0, 1] == 2.0
