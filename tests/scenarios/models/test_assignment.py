"""Nobody can shorten their way at the equilibrium: textbook cases by hand, and random networks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from scenarios.models.assignment import Assignment, UserClass, assign, objective
from twin.errors import InvalidParams, NoPath, ValidationFailed
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]


def network(rows: Sequence[tuple[float, ...]], *, zones: int, first: int = 1) -> StaticNetwork:
    """A network of rows (tail, head, capacity, free time, b, power), nodes counted from 1."""
    table = np.array(rows, dtype=np.float64)
    ends = (table[:, :2] - 1).astype(np.int32)
    zero = np.zeros(len(table))
    return StaticNetwork(
        ends[:, 0], ends[:, 1], table[:, 2], table[:, 3], table[:, 4], table[:, 5], zero, zero,
        n_nodes=int(table[:, :2].max()), n_zones=zones, first_thru_node=first - 1,
    )  # fmt: skip


def trips(zones: int, **volume: float) -> F64:
    """A table of trips such as 1 to 2: `_1_2=6`."""
    table = np.zeros((zones, zones))
    for name, flow in volume.items():
        i, j = (int(k) - 1 for k in name.strip("_").split("_"))
        table[i, j] = flow
    return table


TINY = 1e-8
BRAESS = [(1, 3, 1, TINY, 10 / TINY, 1), (1, 4, 1, 50, 0.02, 1), (3, 2, 1, 50, 0.02, 1), (3, 4, 1, 10, 0.1, 1),
          (4, 2, 1, TINY, 10 / TINY, 1)]  # fmt: skip


def test_braess_a_new_road_makes_everybody_slower() -> None:
    with_road = assign(network(BRAESS, zones=2), trips(2, _1_2=6), gap=1e-13)
    without = assign(network([r for r in BRAESS if r[:2] != (3, 4)], zones=2), trips(2, _1_2=6), gap=1e-13)
    assert with_road.least_cost[0, 0, 1] == pytest.approx(92.0, abs=1e-6)
    assert without.least_cost[0, 0, 1] == pytest.approx(83.0, abs=1e-6)
    assert with_road.flow == pytest.approx([4, 2, 2, 2, 4], abs=1e-6)
    assert max(with_road.relative_gap, without.relative_gap) <= 1e-13


def test_two_roads_share_as_the_equation_says() -> None:
    pair = network([(1, 2, 1000, 10, 0.15, 4), (1, 3, 800, 6, 0.5, 2), (3, 2, 800, 6, 0.5, 2)], zones=2)
    found = assign(pair, trips(2, _1_2=3000), gap=1e-13)

    def difference(x: float) -> float:
        return 10 * (1 + 0.15 * (x / 1000) ** 4) - 12 * (1 + 0.5 * ((3000 - x) / 800) ** 2)

    assert found.flow[0] == pytest.approx(float(brentq(difference, 0, 3000)), rel=1e-9)
    assert found.paths.flow.sum() == pytest.approx(3000, rel=1e-15)
    assert found.converged


def test_conical_functions_share_as_the_equation_says_and_integrate() -> None:
    pair = network([(1, 2, 1000, 10, 1, 4), (1, 3, 800, 6, 1, 7), (3, 2, 800, 6, 1, 7)], zones=2).as_conical()

    def conical(x: float, free: float, capacity: float, a: float) -> float:
        b = (2 * a - 1) / (2 * a - 2)
        y = 1 - x / capacity
        return float(free * (2 + np.sqrt(a * a * y * y + b * b) - a * y - b))

    found = assign(pair, trips(2, _1_2=2500), gap=1e-13)
    x = float(brentq(lambda x: conical(x, 10, 1000, 4) - 2 * conical(2500 - x, 6, 800, 7), 0, 2500))
    assert found.flow[0] == pytest.approx(x, rel=1e-9)
    area = quad(conical, 0, x, args=(10, 1000, 4))[0] + 2 * quad(conical, 0, 2500 - x, args=(6, 800, 7))[0]
    assert found.objective == pytest.approx(area, rel=1e-10)
    at_capacity = replace(pair, conical=np.array([True] * 3))
    assert conical(1000, 10, 1000, 4) == pytest.approx(20)  # Spiess: twice the free time at capacity
    assert objective(at_capacity, np.zeros(3)) == 0.0


def test_classes_share_the_road_but_not_the_toll_nor_the_ban() -> None:
    rows = [(1, 2, 1000.0, 10.0, 0.15, 1), (1, 2, 1000.0, 10.0, 0.15, 1), (1, 2, 1000.0, 40.0, 0, 0)]
    roads = replace(network(rows, zones=2), toll=np.array([0.0, 2.0, 0.0]))
    classes = (
        UserClass(name="car", pcu=1.0, toll_weight=0.25),
        UserClass(name="truck", pcu=2.5, allowed=np.array([False, True, True])),
        UserClass(name="motorcycle", pcu=0.25, toll_weight=0.25),
    )
    tables = np.stack([trips(2, _1_2=900), trips(2, _1_2=100), trips(2, _1_2=400)])
    found = assign(roads, tables, classes=classes, gap=1e-13)
    # PCU on road 1 is x, on road 2 1250 − x: 0.0015 x = 0.0015 (1250 − x) + 0.5
    x = (0.0015 * 1250 + 0.5) / 0.003
    assert found.flow == pytest.approx([x, 1250 - x, 0], rel=1e-9)
    assert found.class_flow[1] == pytest.approx([0, 100, 0], rel=1e-9)
    assert found.class_flow[0].sum() == pytest.approx(900)
    assert found.class_flow[2].sum() == pytest.approx(400)
    assert np.isinf(found.class_cost[1, 0])


def test_links_without_congestion_and_high_powers_are_assigned() -> None:
    rows = [(1, 3, 0, 0, 0, 0), (3, 4, 900, 1, 0.6, 16.5), (3, 4, 500, 1.2, 0.8, 0.0), (3, 4, 300, 1.1, 2.0, 0.5),
            (4, 2, 1, 1, 3e-19, 4.7)]  # fmt: skip
    found = assign(network(rows, zones=2, first=3), trips(2, _1_2=4000, _2_1=0), gap=1e-12)
    assert found.converged
    assert found.time[1:4] == pytest.approx([2.16] * 3, rel=1e-9)  # the constant one, 1.2 · 1.8, sets the cost


def test_zones_before_the_first_thru_node_are_not_crossed() -> None:
    rows = [(1, 2, 9, 1, 0, 0), (2, 3, 9, 1, 0, 0), (1, 4, 9, 5, 0, 0), (4, 3, 9, 5, 0, 0)]
    across = assign(network(rows, zones=3, first=1), trips(3, _1_3=7))
    around = assign(network(rows, zones=3, first=4), trips(3, _1_3=7))
    assert (across.flow.tolist(), around.flow.tolist()) == ([7, 7, 0, 0], [0, 0, 7, 7])


def test_trips_without_a_way_are_named_or_dropped_on_demand() -> None:
    half = network([(1, 2, 9, 1, 0.15, 4), (2, 3, 9, 1, 0.15, 4), (3, 2, 9, 1, 0.15, 4)], zones=3)
    table = trips(3, _1_2=3, _2_1=5, _3_1=2)
    with pytest.raises(NoPath, match=r"2 pairs of zones with 7 PCU have no way: car 2 → 1, car 3 → 1"):
        assign(half, table)
    found = assign(half, table, drop_unreachable=True)
    assert (found.dropped, found.flow.tolist()) == (7.0, [3.0, 0.0, 0.0])


def test_no_trips_is_an_empty_network() -> None:
    found = assign(network(BRAESS, zones=2), np.array([[4.0, 0.0], [0.0, 0.0]]))
    assert (found.flow.sum(), found.relative_gap, found.objective, found.converged) == (0.0, 0.0, 0.0, True)


def test_a_warm_start_reaches_the_equilibrium_of_the_new_demand() -> None:
    old = assign(network(BRAESS, zones=2), trips(2, _1_2=6, _2_1=0), gap=1e-12)
    both = [*BRAESS, (2, 1, 5, 7, 0.15, 4)]
    roads = network(both, zones=2)
    old = assign(roads, trips(2, _1_2=6), gap=1e-12)
    warm = assign(roads, trips(2, _1_2=8, _2_1=4), gap=1e-13, start=old)
    cold = assign(roads, trips(2, _1_2=8, _2_1=4), gap=1e-13)
    assert warm.flow == pytest.approx(cold.flow, abs=1e-6)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"free_time": -1.0}, r"network, layer links, row 1, field free_time: is negative or no number"),
        ({"capacity": 0.0}, r"field capacity: is not positive\. Give the capacity, or b = 0"),
        ({"power": -4.0}, r"field power: is negative"),
        ({"b": float("nan")}, r"field b: is negative or no number"),
        ({"toll": float("inf")}, r"field toll: is not a finite number"),
    ],
)
def test_a_network_that_cannot_be_assigned_is_refused_with_row_and_field(change: dict[str, float], said: str) -> None:
    roads = network(BRAESS, zones=2)
    columns: dict[str, Any] = {k: np.full(5, v) for k, v in change.items()}
    bad = replace(roads, **columns)
    with pytest.raises(ValidationFailed, match=said) as error:
        assign(bad, trips(2, _1_2=6))
    assert len(error.value.faults) == 5


def test_trips_and_classes_that_do_not_fit_are_refused() -> None:
    roads = network(BRAESS, zones=2)
    with pytest.raises(InvalidParams, match=r"shape \(1, 3, 3\); \(1, 2, 2\) is needed"):
        assign(roads, np.zeros((3, 3)))
    with pytest.raises(InvalidParams, match="car from zone 1 to 2: -6"):
        assign(roads, trips(2, _1_2=-6))
    with pytest.raises(InvalidParams, match=r"class ox is 0\.0; give a number above 0"):
        assign(roads, trips(2, _1_2=6), classes=(UserClass(name="ox", pcu=0.0),))
    with pytest.raises(InvalidParams, match="below 0 on link 1 from node 1 to 3"):
        assign(replace(roads, toll=np.full(5, -99.0)), trips(2, _1_2=6), classes=(UserClass(toll_weight=1.0),))


N_NODES, N_ZONES = 8, 4


@st.composite
def cases(draw: st.DrawFn) -> tuple[StaticNetwork, F64]:
    """A strongly connected random network with any mix of functions, and its trips."""
    ring = [(i, i % N_NODES + 1) for i in range(1, N_NODES + 1)]
    more = draw(st.lists(st.tuples(st.integers(1, N_NODES), st.integers(1, N_NODES)), max_size=14))
    rows = [
        (*p, draw(st.floats(50, 500)), draw(st.sampled_from([0.0, 1.0, 2.5, 7.0])), draw(st.sampled_from([0, 0.15, 2])),
         draw(st.sampled_from([0, 1, 4, 4.5])))
        for p in ring + [p for p in more if p[0] != p[1]]
    ]  # fmt: skip
    roads = network(rows, zones=N_ZONES, first=draw(st.sampled_from([1, 2])))
    table = np.array(draw(st.lists(st.sampled_from([0.0, 3.0, 120.0]), min_size=16, max_size=16))).reshape(4, 4)
    return roads, table


@settings(deadline=None, max_examples=50)
@given(cases())
def test_wardrop_holds_and_demand_is_conserved_in_any_network(case: tuple[StaticNetwork, F64]) -> None:
    roads, table = case
    found = assign(roads, table, gap=1e-9, drop_unreachable=True)
    _check_conservation(roads, table, found)
    cost = roads.free_time * (1 + roads.b * (found.flow / roads.capacity) ** roads.power)
    np.testing.assert_allclose(found.cost, cost, rtol=1e-12, atol=1e-12)
    served = np.isfinite(found.least_cost[0])
    least = _least(roads, cost)
    np.testing.assert_allclose(found.least_cost[0][served], least[served], rtol=1e-9, atol=1e-9)
    spent, cheapest = found.flow @ cost, table[served] @ least[served]
    gap = (spent - cheapest) / spent if spent > 0 else 0.0
    assert gap <= 1e-9 + 1e-13
    assert abs(gap - found.relative_gap) < 1e-12
    for p in range(len(found.paths.flow)):
        links = found.paths.link[found.paths.first[p] : found.paths.first[p + 1]]
        assert roads.tail[links[0]] == found.paths.origin[p]
        assert roads.head[links[-1]] == found.paths.destination[p]
        assert (roads.head[links[:-1]] == roads.tail[links[1:]]).all()
        assert (roads.head[links[:-1]] >= roads.first_thru_node).all()


def _check_conservation(roads: StaticNetwork, table: F64, found: Assignment) -> None:
    wanted = table * ~np.eye(N_ZONES, dtype=np.bool_)
    assert found.paths.flow.sum() + found.dropped == pytest.approx(wanted.sum(), rel=1e-12)
    net = np.zeros(N_NODES)
    np.add.at(net, roads.tail, found.flow)
    np.subtract.at(net, roads.head, found.flow)
    kept = np.where(np.isfinite(found.least_cost[0]), wanted, 0.0)
    assert net[:N_ZONES] == pytest.approx(kept.sum(axis=1) - kept.sum(axis=0), abs=1e-9)
    assert net[N_ZONES:] == pytest.approx(0.0, abs=1e-9)


def _least(roads: StaticNetwork, cost: F64) -> F64:
    """Least costs from zone to zone by scipy, one origin after another because of the zones that are not crossed."""
    out = np.full((N_ZONES, N_ZONES), np.inf)
    for zone in range(N_ZONES):
        usable = (roads.tail >= roads.first_thru_node) | (roads.tail == zone)
        dense = np.full((N_NODES, N_NODES), np.inf)
        np.minimum.at(dense, (roads.tail[usable], roads.head[usable]), cost[usable])
        tail, head = np.nonzero(np.isfinite(dense))
        tiny = np.maximum(dense[tail, head], 1e-14)  # scipy drops links that cost nothing
        graph = csr_array((tiny, (tail, head)), shape=dense.shape)
        out[zone] = dijkstra(graph, indices=[zone])[0, :N_ZONES]
    return out
