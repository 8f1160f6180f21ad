"""Accessibility: the shortest times of an independent library, and nobody beyond a closed bridge."""

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.models.accessibility import access, nearest_s
from tests.scenarios.cities import SIDE, two_banks


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(0, 10_000))
def test_times_equal_networkx(seed: int) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    n, m = 12, 40
    tail, head = rng.integers(0, n, (2, m)).astype(np.int32)
    time_s = rng.uniform(1, 90, m)
    places = rng.integers(0, n, 2)
    found = nearest_s(tail, head, time_s, places, n)
    graph: Any = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from(zip(head.tolist(), tail.tolist(), time_s.tolist(), strict=True))
    want = nx.multi_source_dijkstra_path_length(graph, set(places.tolist()))
    np.testing.assert_allclose(found, [want.get(v, np.inf) for v in range(n)])


def test_a_market_across_a_closed_river_is_reached_by_nobody() -> None:
    city = two_banks()
    roads = city.roads
    time_s = roads.length_m / 5.0
    homes = np.zeros(roads.n_nodes)
    homes[: SIDE * SIDE] = 10.0
    everywhere = np.ones(len(roads), dtype=bool)
    found = access(
        city, "market", time_s=time_s, allowed=everywhere, ever=everywhere, households=homes, limits_min=(1.0, 10.0)
    )
    assert found.shares[1.0] == 0.0
    assert found.shares[10.0] == 1.0
    assert found.cut_off == 0.0
    assert 3.0 < found.mean_min < 8.0
    shut = access(city, "market", time_s=time_s, allowed=~roads.bridge, ever=everywhere, households=homes)
    assert (shut.cut_off, shut.shares[15.0]) == (1.0, 0.0)
    assert np.isnan(shut.mean_min)
    assert np.isnan(
        access(city, "hospital", time_s=time_s, allowed=everywhere, ever=everywhere, households=homes).cut_off
    )


def test_slower_roads_never_help() -> None:
    city = two_banks()
    homes = np.ones(city.roads.n_nodes)
    open_links = np.ones(len(city.roads), dtype=bool)
    shares = [
        access(
            city,
            "market",
            time_s=f * city.roads.length_m / 8.0,
            allowed=open_links,
            ever=open_links,
            households=homes,
            limits_min=(2.0,),
        )
        for f in (1.0, 2.0, 4.0)
    ]
    assert shares[0].shares[2.0] > shares[1].shares[2.0] > shares[2].shares[2.0]
    assert shares[1].mean_min == pytest.approx(2 * shares[0].mean_min)


def test_who_lives_in_an_alley_starts_from_the_street() -> None:
    city = two_banks()
    roads = city.roads
    homes = np.zeros(roads.n_nodes)
    homes[0] = 5.0
    alley = (roads.tail == 0) | (roads.head == 0)
    found = access(city, "market", time_s=roads.length_m / 8.0, allowed=~alley, ever=~alley, households=homes)
    assert (found.cut_off, found.shares[10.0]) == (0.0, 1.0)
    shut = access(
        city, "market", time_s=roads.length_m / 8.0, allowed=~alley, ever=~(roads.length_m < 0), households=homes
    )
    assert shut.cut_off == 1.0, "a street closed by the what-if cuts its people off"
