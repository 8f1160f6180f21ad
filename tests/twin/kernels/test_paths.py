"""Ways are shortest, honour bans and closures, and turn back only where nothing else is left."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.kernels.line_graph import costs_to, turns_of
from tests.twin.kernels.nets import network, tables, ways
from twin.kernels.elimination import elimination
from twin.kernels.hierarchy import MOST_TURNS, TURN_BACK_S, Network, hierarchy
from twin.kernels.paths import LANES, NO_WAY, THERE, Ways, customise, ways_to
from twin.kernels.turns import NOWHERE, Tables, link_of

# 0 ⇄ 1 ⇄ 2 in a row
ROW = [(0, 1), (1, 0), (1, 2), (2, 1)]

Case = tuple[Network, np.ndarray, np.ndarray]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A network with dead ends, loops, parallel links and bans; its free times, and others with closures."""
    n = draw(st.integers(2, 9))
    nodes = st.integers(0, n - 1)
    one_way = draw(st.lists(st.tuples(nodes, nodes), max_size=8))
    two_way = draw(st.lists(st.tuples(nodes, nodes), min_size=1, max_size=12))
    ends = one_way + two_way + [(b, a) for a, b in two_way]
    pairs = [(b, i) for b in range(len(ends)) for i in range(len(ends)) if ends[b][1] == ends[i][0]]
    bans = draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True)) if pairs else []
    lengths = st.sampled_from([0.25, 1.0, 2.0, 3.0, 5.0, 8.0, 20.0, 40.0]) | st.floats(0.1, 60.0)
    free_s = np.array(draw(st.lists(lengths, min_size=len(ends), max_size=len(ends))))
    slow = np.array(
        draw(st.lists(st.sampled_from([1.0, 1.0, 1.0, 3.0, np.inf]), min_size=len(ends), max_size=len(ends)))
    )
    return network(ends, bans), free_s, free_s * slow


def cost_of_way(t: Tables, time_s: np.ndarray, prices: dict[tuple[int, int], float], d: int, link: int) -> float:
    """Time of the way the tables give after a link; infinite where they give none. A turn not allowed is a KeyError."""
    spent = 0.0
    for _ in range(len(time_s) + 1):
        after = link_of(t, int(t.head[link]), int(t.next_turn[0, d, link]))
        if after < 0:
            return np.inf if after == NOWHERE else spent
        spent += time_s[after] + prices[link, after]
        link = after
    raise AssertionError("the way never ends")


@given(cases())
@settings(deadline=None, max_examples=200)
def test_every_way_takes_the_least_time_there_is(case: Case) -> None:
    net, free_s, time_s = case
    nodes = range(len(net.out_first) - 1)
    out = ways(net, free_s, nodes)
    h = hierarchy(net, free_s)
    ways_to(h, customise(h, time_s), np.arange(len(nodes), dtype=np.int32), np.arange(len(nodes), dtype=np.int32), out)
    t, prices = tables(net, out), turns_of(net, time_s)
    for d in nodes:
        after, node = costs_to(net, time_s, d)
        np.testing.assert_allclose(out.cost_s[d], node, rtol=1e-9)
        found = [cost_of_way(t, time_s, prices, d, link) for link in range(len(net.tail))]
        np.testing.assert_allclose(found, after, rtol=1e-9)
        for v in nodes:
            link = link_of(t, v, int(out.first_turn[d, v]))
            assert (link == NOWHERE) == np.isinf(node[v])
            if link >= 0:
                assert time_s[link] + after[link] == pytest.approx(node[v], rel=1e-9)


def test_a_grid_with_equal_streets_takes_the_first_of_equal_turns_and_always_the_same() -> None:
    side = 12
    at = np.arange(side * side).reshape(side, side)
    across, down = (at[:, :-1], at[:, 1:]), (at[:-1], at[1:])
    pairs = [(int(a), int(b)) for p, q in (across, down) for a, b in zip(p.ravel(), q.ravel(), strict=True)]
    net = network([*pairs, *((b, a) for a, b in pairs)])
    time_s = np.full(len(net.tail), 0.1)
    found = ways(net, time_s, range(side * side))
    again = ways(net, time_s, range(side * side)[::-1])
    np.testing.assert_array_equal(found.next_turn, again.next_turn[::-1])
    for d in (0, 77, side * side - 1):
        _, node = costs_to(net, time_s, d)
        np.testing.assert_allclose(found.cost_s[d], node, rtol=1e-12)
        for v in range(side * side):
            outs = net.out_link[net.out_first[v] : net.out_first[v + 1]]
            equal = np.flatnonzero(node[net.head[outs]] + 0.1 <= node[v] * (1 + 1e-9))
            assert v == d or found.first_turn[d, v] == equal[0]


def test_any_number_of_destinations_gives_the_same_rows() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    pairs = [(int(a), int(b)) for a, b in rng.integers(0, 40, (70, 2))]
    net = network([*pairs, *((b, a) for a, b in pairs)])
    time_s = rng.uniform(1.0, 30.0, len(net.tail))
    nodes = list(range(len(net.out_first) - 1))
    whole = ways(net, time_s, nodes)
    for n in (1, LANES, LANES + 1):
        part = ways(net, time_s, nodes[:n])
        np.testing.assert_array_equal(part.next_turn, whole.next_turn[:n])
        np.testing.assert_array_equal(part.first_turn, whole.first_turn[:n])
        np.testing.assert_array_equal(part.cost_s, whole.cost_s[:n])


def test_only_the_rows_asked_for_are_written() -> None:
    net = network(ROW)
    out = Ways(np.full((3, 4), 9, np.uint8), np.full((3, 3), 9, np.uint8), np.full((3, 3), -1.0))
    h = hierarchy(net, np.ones(4))
    ways_to(h, customise(h, np.ones(4)), np.array([2], np.int32), np.array([1], np.int32), out)
    assert out.cost_s.tolist() == [[-1.0] * 3, [2.0, 1.0, 0.0], [-1.0] * 3]
    assert (out.next_turn[[0, 2]] == 9).all()
    assert out.first_turn[1].tolist() == [0, 1, THERE]


def test_banned_turn_is_not_taken() -> None:
    # From 0 to 3 over 1; straight on is banned, the way round over 2 is allowed.
    ends = [(0, 1), (1, 3), (1, 2), (2, 1)]
    times = np.array([1.0, 1.0, 5.0, 5.0])
    banned = ways(network(ends, bans=[(0, 1)]), times, [3])
    assert ways(network(ends), times, [3]).next_turn[0, 0] == 0
    assert banned.next_turn[0].tolist() == [1, THERE, 0, 0]
    assert banned.cost_s[0, 0] == 12.0


def test_a_ban_is_got_round_by_turning_back_further_on_where_that_is_cheapest() -> None:
    # 0 → 1 → 3 is banned at 1. Past 1 the street 1 ⇄ 2 ⇄ 4 goes on to a dead end: turn at 2 for a price, or there.
    ends = [(0, 1), (1, 3), (1, 2), (2, 1), (2, 4), (4, 2)]
    for to_the_end_s, expected in ((2.0, 1 + 5 + 2 + 2 + 5 + 1), (16.0, 1 + 5 + TURN_BACK_S + 5 + 1)):
        times = np.array([1.0, 1.0, 5.0, 5.0, to_the_end_s, to_the_end_s])
        assert ways(network(ends, bans=[(0, 1)]), times, [3]).cost_s[0, 0] == expected


def test_who_is_on_a_closed_link_finishes_it() -> None:
    allowed = np.array([False, True, True, True])
    found = ways(network(ROW), np.ones(4), [2], allowed)
    assert found.next_turn[0, 0] == 1
    assert found.first_turn[0, 0] == NO_WAY


def test_before_a_closed_bridge_one_turns_back_at_a_price() -> None:
    # The bridge 1 → 2 is closed, 0 → 2 is the other way; past it there is the dead end 1 ⇄ 4 to turn in.
    ends = [(0, 1), (1, 0), (1, 2), (0, 2), (1, 4), (4, 1)]
    allowed = np.array([True, True, False, True, True, True])
    net = network(ends)
    for there_and_back_s, after in ((2.0, 4), (TURN_BACK_S + 2.0, 1)):
        times = np.array([1.0, 1.0, 1.0, 1.0, there_and_back_s / 2, there_and_back_s / 2])
        found = ways(net, times, [2], allowed)
        t = tables(net, found)
        taken = [link_of(t, int(net.head[k]), int(found.next_turn[0, k])) for k in (0, 4, 5)]
        assert taken == [after, 5, 1], "at a dead end there is nothing but to turn"
        assert found.cost_s[0, 1] == 2.0


def test_a_node_of_a_thousand_streets_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 254 links out"):
        hierarchy(network([(0, k + 1) for k in range(MOST_TURNS + 1)]), np.ones(MOST_TURNS + 1))


@given(st.integers(1, 30), st.data())
@settings(deadline=None)
def test_later_neighbours_of_a_node_are_joined_in_the_hierarchy(n: int, data: st.DataObject) -> None:
    node = st.integers(0, n - 1)
    pairs = data.draw(st.lists(st.tuples(node, node), max_size=60))
    tail, head = (np.array([p[k] for p in pairs], np.int32) for k in (0, 1))
    e = elimination(n, tail, head)
    assert sorted(e.rank.tolist()) == list(range(n))
    up = [e.up_to[e.up_first[v] : e.up_first[v + 1]].tolist() for v in range(n)]
    for v, later in enumerate(up):
        assert later == sorted(set(later))
        assert all(u > v for u in later)
        assert all(b in up[a] for k, a in enumerate(later) for b in later[k + 1 :])
    joined = {(v, u) for v in range(n) for u in up[v]}
    ranks = e.rank[tail], e.rank[head]
    assert {(int(a), int(b)) for a, b in zip(np.minimum(*ranks), np.maximum(*ranks), strict=True) if a != b} <= joined
