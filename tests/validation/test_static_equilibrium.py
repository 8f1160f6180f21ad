"""Published equilibria of the Transportation Networks collection: objective, gap and link flows.

Objectives: the collection's READMEs, or Beckmann's function at its best known flows. Tolerance: 1e-8 relative.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_data.readers.tntp import read_tntp_flows, read_tntp_network, read_tntp_nodes
from gis_data.readers.tntp_trips import read_tntp_trips
from scenarios.models.assignment import assign, objective
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
pytestmark = pytest.mark.shared
PUBLISHED = {
    "SiouxFalls/SiouxFalls": 4231335.28710744,
    "Anaheim/Anaheim": 1286032.171096,
    "Chicago-Sketch/ChicagoSketch": 17313018.7387477,
}


def _files(shared: Path, name: str) -> tuple[StaticNetwork, F64]:
    network = read_tntp_network(shared / "tntp" / f"{name}_net.tntp")
    return network, read_tntp_trips(shared / "tntp" / f"{name}_trips.tntp", network)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_optimum_is_reached(shared: Path, name: str) -> None:
    network, trips = _files(shared, name)
    found = assign(network, trips, gap=1e-12)
    given = read_tntp_flows(shared / "tntp" / f"{name}_flow.tntp", network)
    unique = network.strictly_increasing
    assert found.relative_gap <= 1e-12
    assert found.objective == pytest.approx(PUBLISHED[name], rel=1e-12)
    assert objective(network, given.flow) == pytest.approx(PUBLISHED[name], rel=1e-12)
    assert np.abs(found.flow - given.flow)[unique].max() < 1e-6 * given.flow.max()
    np.testing.assert_allclose(found.cost, given.cost, rtol=1e-6, atol=1e-9)
    assert abs(_gap_by_scipy(network, trips, found.flow) - found.relative_gap) < 1e-12


def test_a_network_without_published_flows_is_at_equilibrium_too(shared: Path) -> None:
    network, trips = _files(shared, "Eastern-Massachusetts/EMA")
    found = assign(network, trips, gap=1e-12)
    assert found.converged
    assert abs(_gap_by_scipy(network, trips, found.flow)) < 2e-12


def test_braess_of_the_collection_costs_92(shared: Path) -> None:
    network, trips = _files(shared, "Braess-Example/Braess")
    assert assign(network, trips, gap=1e-13).least_cost[0, 0, 1] == pytest.approx(92.0, abs=1e-6)


def test_published_weights_are_known_without_the_readme(shared: Path, tmp_path: Path) -> None:
    alone = tmp_path / "net.tntp"
    alone.write_bytes((shared / "tntp" / "Chicago-Sketch" / "ChicagoSketch_net.tntp").read_bytes())
    network = read_tntp_network(alone)
    assert (network.toll_weight, network.distance_weight) == (0.02, 0.04)


def test_a_warm_start_saves_most_of_the_work(shared: Path) -> None:
    network, trips = _files(shared, "Anaheim/Anaheim")
    old = assign(network, trips, gap=1e-10)
    cold = assign(network, trips * 1.01, gap=1e-8)
    warm = assign(network, trips * 1.01, gap=1e-8, start=old)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-8)
    assert warm.iterations < cold.iterations


def test_nodes_of_the_collection_have_coordinates(shared: Path) -> None:
    network, _ = _files(shared, "SiouxFalls/SiouxFalls")
    xy = read_tntp_nodes(shared / "tntp" / "SiouxFalls" / "SiouxFalls_node.tntp", network)
    assert np.isfinite(xy).all()


def _gap_by_scipy(network: StaticNetwork, trips: F64, flow: F64) -> float:
    """1 − Σ demand · least cost / Σ flow · cost, with nothing of ours but the network's numbers."""
    cost = network.free_time * (1 + network.b * (flow / network.capacity) ** network.power)
    cost = cost + network.toll_weight * network.toll + network.distance_weight * network.length
    shape = (network.n_nodes, network.n_nodes)
    least = np.zeros(trips.shape)
    for zone in range(network.n_zones):
        usable = (network.tail >= network.first_thru_node) | (network.tail == zone)
        graph = csr_array((cost[usable], (network.tail[usable], network.head[usable])), shape=shape)
        least[zone] = dijkstra(graph, indices=[zone])[0, : network.n_zones]
    wanted = trips * ~np.eye(len(trips), dtype=np.bool_)
    return float(1 - (wanted * least).sum() / (flow @ cost))
