"""AequilibraE's bi-conjugate Frank-Wolfe on a network of the TNTP format.

Timed is its `execute`, shortest ways and the line search included; reading and building the graph come before. The
processor time counts all its threads, so with several of them the time by the clock is what to compare. It draws no bar
of progress, which would cost it time.

Its gap leaves fixed costs out, so that on a network with tolls it stops at nine times the gap it was asked for
(Chicago-Sketch, version 1.6.2). Here they are part of the time of the empty link, and the growth is that much less:
t (1 + b v) + f = (t + f) (1 + b t / (t + f) v). The costs are the same and its gap is the true one.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from aequilibrae.matrix import AequilibraeMatrix
from aequilibrae.paths import Graph, TrafficAssignment, TrafficClass
from aequilibrae.utils import python_signal

from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from gis_data.readers.tntp import read_tntp_network
from gis_data.readers.tntp_trips import read_tntp_trips
from twin.network.static import StaticNetwork


def run(_given: Arrays, options: Options) -> Answer:
    """Solve for the files `net` and `trips` to a relative gap with some threads."""
    logging.getLogger("aequilibrae").setLevel(logging.ERROR)
    python_signal.show_status = False
    network = read_tntp_network(Path(options["net"]))
    trips = read_tntp_trips(Path(options["trips"]), network)
    cars = TrafficClass("car", _graph(network), _matrix(trips))
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
    found = {"relative_gap": np.array(float(solver.assignment.rgap)), "flow": solver.results()["trips_ab"].to_numpy()}
    return Answer(version("aequilibrae"), *took, found)


def _graph(network: StaticNetwork) -> Graph:
    n = len(network)
    fixed = network.toll_weight * network.toll + network.distance_weight * network.length
    empty = np.maximum(network.free_time + fixed, 1e-9)
    graph = Graph()
    graph.mode = "c"
    graph.network = pd.DataFrame(
        {
            "link_id": np.arange(1, n + 1),
            "a_node": network.tail + 1,
            "b_node": network.head + 1,
            "direction": 1,
            "capacity": network.capacity,
            "free_flow_time": empty,
            "b": network.b * network.free_time / empty,
            "power": np.maximum(network.power, 1.0),
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
