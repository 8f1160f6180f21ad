"""This project's static assignment on a network of the TNTP format, on one thread; the compiler runs before."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np

from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from gis_data.readers.tntp import read_tntp_network
from gis_data.readers.tntp_trips import read_tntp_trips
from scenarios.models.assignment import assign


def run(_given: Arrays, options: Options) -> Answer:
    """Solve for the files `net` and `trips` to a relative gap."""
    network = read_tntp_network(Path(options["net"]))
    trips = read_tntp_trips(Path(options["trips"]), network)
    assign(network, trips, gap=0.1)
    timer = Timer()
    found = assign(network, trips, gap=float(options["gap"]))
    took = timer.stop()
    return Answer(version("hue-twin"), *took, {"relative_gap": np.array(found.relative_gap)})


if __name__ == "__main__":
    peer_main(run)
