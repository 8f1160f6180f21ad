"""Following the tables: whole ways, what they load on the links, and what they cost by other times."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twin.kernels.nets import network, tables, ways
from twin.kernels.turns import Tables, load, time_left, times_along, trace

I32 = np.int32

# 0 ⇄ 1 ⇄ 2 in a row, and 3 that nobody can leave
ROW = [(0, 1), (1, 0), (1, 2), (2, 1), (2, 3)]


def row_tables() -> Tables:
    net = network(ROW)
    return tables(net, ways(net, np.array([1.0, 2.0, 4.0, 8.0, 16.0]), [2, 0]))


@st.composite
def towns(draw: st.DrawFn) -> tuple[Tables, np.ndarray, np.ndarray]:
    """Tables to every node of a random network, the times they were found by, and other times."""
    n = draw(st.integers(2, 8))
    nodes = st.integers(0, n - 1)
    two_way = draw(st.lists(st.tuples(nodes, nodes), min_size=1, max_size=14))
    net = network([*two_way, *((b, a) for a, b in two_way[::2])])
    seconds = st.lists(st.floats(0.5, 60.0), min_size=len(net.tail), max_size=len(net.tail))
    time_s, other_s = np.array(draw(seconds)), np.array(draw(seconds))
    return tables(net, ways(net, time_s, range(len(net.out_first) - 1))), time_s, other_s


def all_pairs(t: Tables) -> tuple[np.ndarray, np.ndarray]:
    n_d, n = t.first_turn.shape[1:]
    return np.tile(np.arange(n, dtype=I32), n_d), np.repeat(np.arange(n_d, dtype=I32), n)


def test_whole_ways_come_one_after_the_other() -> None:
    origin, to = np.array([0, 2, 3, 2], I32), np.array([0, 0, 0, 1], I32)
    first, link = trace(row_tables(), np.zeros(4, I32), origin, to)
    assert first.tolist() == [0, 2, 2, 2, 4]
    assert link.tolist() == [0, 2, 3, 1]


@given(towns())
@settings(deadline=None)
def test_a_whole_way_is_connected_and_takes_the_time_it_was_found_by(
    town: tuple[Tables, np.ndarray, np.ndarray],
) -> None:
    t, time_s, _ = town
    origin, to = all_pairs(t)
    first, link = trace(t, np.zeros(len(origin), I32), origin, to)
    cost_s = times_along(t, 0, origin, to, time_s)
    tail = np.repeat(np.arange(len(t.out_first) - 1), np.diff(t.out_first))[np.argsort(t.out_link)]
    for v in range(len(origin)):
        way = link[first[v] : first[v + 1]]
        assert np.all(t.head[way[:-1]] == tail[way[1:]])
        if len(way):
            assert (tail[way[0]], t.head[way[-1]]) == (origin[v], to[v])
            assert time_s[way].sum() == pytest.approx(cost_s[v])
        else:
            assert cost_s[v] == (0.0 if origin[v] == to[v] else np.inf)


@given(towns(), st.data())
@settings(deadline=None)
def test_all_or_nothing_loads_every_link_of_every_way(
    town: tuple[Tables, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    t, _, _ = town
    origin, to = all_pairs(t)
    weight = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(origin), max_size=len(origin))), float)
    volume = np.full(len(t.head), 7.0)
    load(t, 0, origin, to, weight, volume)
    first, link = trace(t, np.zeros(len(origin), I32), origin, to)
    expected = 7.0 + np.bincount(link, weights=np.repeat(weight, np.diff(first)), minlength=len(t.head))
    np.testing.assert_array_equal(volume, expected)


@given(towns())
@settings(deadline=None)
def test_ways_are_judged_by_other_times_from_nodes_and_from_links(town: tuple[Tables, np.ndarray, np.ndarray]) -> None:
    t, _, other_s = town
    origin, to = all_pairs(t)
    first, link = trace(t, np.zeros(len(origin), I32), origin, to)
    rows, no_link = np.zeros(len(origin), I32), np.full(len(origin), -1, I32)
    left = time_left(t, rows, to, origin, no_link, other_s[None])
    np.testing.assert_allclose(left, times_along(t, 0, origin, to, other_s))
    begun = np.flatnonzero(np.diff(first))
    on = link[first[begun]]
    rest = time_left(t, rows[begun], to[begun], origin[begun], on, other_s[None])
    np.testing.assert_allclose(rest + other_s[on], left[begun])


def test_a_single_link_is_loaded_once() -> None:
    net = network([(0, 1)])
    t, volume = tables(net, ways(net, np.ones(1), [1, 1])), np.zeros(1)
    load(t, 0, np.array([0, 1, 0], I32), np.array([0, 0, 1], I32), np.array([2.0, 1.0, 3.0]), volume)
    assert volume.tolist() == [5.0]
