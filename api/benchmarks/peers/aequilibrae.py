"""AequilibraE's bi-conjugate Frank-Wolfe on a network of the TNTP format.

Timed is its `execute`, shortest ways and the line search included; reading and building the graph come before. The
processor time counts all its threads, so the time by the clock is what to compare.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass

from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from gis_data.readers.tntp import read_tntp_network
from gis_data.readers.tntp_trips import read_tntp_trips
from twin.network.static import StaticNetwork


def run(_given: Arrays, options: Options) -> Answer:
    """Solve for the files `net` and `trips` to a relative gap with some threads."""
    logging.getLogger("aequilibrae").setLevel(logging.ERROR)
    network = read_tntp_network(Path(options["net"]))
    trips = read_tntp_trips(Path(options["trips"]), network)
    cars = TrafficClass("car", _graph(network), _matrix(trips))
    cars.set_vot(1.0)
    cars.set_fixed_cost("fixed", 1.0)
    solver = TrafficAssignment()
    solver.set_classes([cars])
    solver.set_vdf("BPR")
    solver.set_vdf_parameters({"alpha": "b", "beta": "power"})
    solver.set_capacity_field("capacity")
    solver.set_time_field("free_flow_time")
    solver.set_algorithm("bfw")
    solver.set_cores(int(options["threads"]))
    solver.max_iter, solver.rgap_target = 5000, float(options["gap"])
    timer = Timer()
    solver.execute()
    took = timer.stop()
    gap = float(solver.assignment.rgap)
    return Answer(version("aequilibrae"), *took, {"relative_gap": np.array(gap)})


def _graph(network: StaticNetwork) -> Graph:
    n = len(network)
    graph = Graph()
    graph.mode = "c"
    graph.network = pd.DataFrame(
        {
            "link_id": np.arange(1, n + 1),
            "a_node": network.tail + 1,
            "b_node": network.head + 1,
            "direction": 1,
            "capacity": network.capacity,
            "free_flow_time": np.maximum(network.free_time, 1e-9),
            "b": network.b,
            "power": np.maximum(network.power, 1.0),
            "fixed": network.toll_weight * network.toll + network.distance_weight * network.length,
        }
    )
    graph.prepare_graph(np.arange(1, network.n_zones + 1))
    graph.set_graph("free_flow_time")
    graph.set_skimming(["free_flow_time"])
    graph.set_blocked_centroid_flows(network.first_thru_node > 0)
    return graph


def _matrix(trips: np.ndarray) -> AequilibraeMatrix:
    matrix = AequilibraeMatrix()
    matrix.create_empty(zones=len(trips), matrix_names=["trips"], memory_only=True)
    matrix.index[:] = np.arange(1, len(trips) + 1)
    matrix.matrix["trips"][:, :] = trips
    matrix.computational_view(["trips"])
    return matrix


if __name__ == "__main__":
    peer_main(run)
