"""A repaired tree is the shortest-way tree: labels as scipy's Dijkstra gives them, whatever the costs were before."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.kernels.assignment_tree import Graph, Scratch, settle

F64 = NDArray[np.float64]
N = 9


def _graph(pairs: list[tuple[int, int]]) -> Graph:
    ends = np.array(sorted(set(pairs)), dtype=np.int32).reshape(-1, 2)
    tail, head = np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])
    first = np.searchsorted(tail, np.arange(N + 1)).astype(np.int32)
    return Graph(first, tail, head, np.ones(N, dtype=np.bool_))


def _labels(graph: Graph, cost: F64, pred: NDArray[np.int32]) -> F64:
    n = 2 * len(cost) + 1
    work = Scratch(np.empty(N), np.empty(N), np.empty(n), np.empty(n, np.int32), np.empty(N, np.int32))
    settle(graph, cost, 0, pred, work)
    return work.label


def _dijkstra(graph: Graph, cost: F64) -> F64:
    links = csr_array((cost, (graph.tail, graph.head)), shape=(N, N))
    return np.asarray(dijkstra(links, indices=[0])[0], dtype=np.float64)


@settings(deadline=None, max_examples=60)
@given(
    pairs=st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] != p[1]), min_size=1),
    costs=st.lists(st.lists(st.floats(0.001, 100.0), min_size=N * N, max_size=N * N), min_size=2, max_size=4),
)
def test_labels_stay_the_shortest_ones_as_costs_change(pairs: list[tuple[int, int]], costs: list[list[float]]) -> None:
    graph = _graph(pairs)
    pred = np.full(N, -1, np.int32)
    for cost in (np.array(c[: len(graph.tail)]) for c in costs):
        labels = _labels(graph, cost, pred)
        np.testing.assert_allclose(labels, _dijkstra(graph, cost), rtol=1e-13)
        for node in np.flatnonzero(pred >= 0):
            tail = graph.tail[pred[node]]
            assert labels[node] == labels[tail] + cost[pred[node]]


def test_links_without_cost_in_a_ring_leave_a_tree() -> None:
    graph = _graph([(0, 1), (1, 2), (2, 3), (3, 1), (2, 1), (1, 3), (0, 3)])
    pred = np.full(N, -1, np.int32)
    for first in (1.0, 5.0, 0.0, 3.0):
        cost = np.where(graph.tail == 0, [first if h == 1 else 2.0 for h in graph.head], 0.0)
        labels = _labels(graph, cost, pred)
        assert labels[1:4].tolist() == [min(first, 2.0)] * 3
        for node in (1, 2, 3):
            steps = 0
            while pred[node] >= 0:
                node, steps = int(graph.tail[pred[node]]), steps + 1
            assert (node, steps <= 3) == (0, True)


def test_a_node_that_may_not_be_passed_is_reached_and_left_only_as_the_origin() -> None:
    graph = _graph([(0, 1), (1, 2), (0, 3), (3, 2)])
    graph = graph._replace(crossable=np.array([False, False, True, True, *[True] * 5]))
    cost = np.array([1.0, 5.0, 1.0, 5.0])  # 0-1, 0-3, 1-2, 3-2
    labels = _labels(graph, cost, np.full(N, -1, np.int32))
    assert labels[:4].tolist() == [0.0, 1.0, 10.0, 5.0]
