"""This project's whole job on a grid: from files of the network and its vehicles to a file of their arrivals.

The option `ways`: they are `given` by the file, or `looked-up` under way each `update_s`. With `search` the fastest
ways from everywhere to every end are looked for although others are given, as engines must that cannot go without.
`xml` is the command `hue-twin simulate` on SUMO's own files, with its table of results, timed as a whole process;
otherwise the compiler, or the loading of what it made, comes before the clock starts.
"""

from __future__ import annotations

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import process_time

import numpy as np

from api.benchmarks.grids import F64, Work
from api.benchmarks.networks import drive_with_news, one_class_network, tables_of_ways
from api.benchmarks.peers.ours import streets_of
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main, timed_program
from api.benchmarks.sumo_files import network_file, routes_file
from scenarios.models.traffic import simulate

_MAIN = "from api.cli import main; main()"
GIVEN, LOOKED_UP, XML = "given", "looked-up", "xml"


def run(given: Arrays, options: Options) -> Answer:
    """Do the job with the ways of the option."""
    work = Work.of(given)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options["ways"] == XML:
            return _command(work, folder)
        file, out = folder / "work.npz", folder / "arrivals.npz"
        _write(work.first_vehicles(10), file)
        _job(file, out, options)
        before_s = process_time()
        _write(work, file)
        written_s = process_time() - before_s
        timer = Timer()
        _job(file, out, options)
        took = timer.stop()
        process_s = process_time() - written_s
        with np.load(out) as made:
            arrive_s = made["arrive_s"]
    return Answer(version("hue-twin"), *took, {"arrive_s": arrive_s}, process_s=process_s)


def _write(work: Work, file: Path) -> None:
    origin, destination = work.ends
    np.savez(file, allow_pickle=False, **work.arrays(), origin=origin, destination=destination)


def _job(file: Path, out: Path, options: Options) -> None:
    move = {GIVEN: _given, LOOKED_UP: _looked_up}[options["ways"]]
    np.savez(out, allow_pickle=False, arrive_s=move(file, options))


def _given(file: Path, options: Options) -> F64:
    with np.load(file) as arrays:
        work, destination = Work.of(arrays), arrays["destination"]
    if options.get("search"):
        net = one_class_network(work.tail, work.head, work.length_m, *work.speeds_and_lanes)
        tables_of_ways(net, np.unique(destination))
    return simulate(streets_of(work), work.route_first, work.route_link, work.depart_s, work.until_s)[0]


def _looked_up(file: Path, options: Options) -> F64:
    with np.load(file) as arrays:
        work, origin, destination = Work.without_ways(arrays), arrays["origin"], arrays["destination"]
    net = one_class_network(work.tail, work.head, work.length_m, *work.speeds_and_lanes)
    model = drive_with_news(
        net, work.depart_s, origin, destination, update_s=float(options["update_s"]), until_s=work.until_s
    )
    return np.asarray(model.cars["arrive_s"])


def _command(work: Work, folder: Path) -> Answer:
    net, routes, out = network_file(work, folder), routes_file(work, folder), folder / "vehicles.csv"
    command = [sys.executable, "-c", _MAIN, "simulate", str(net), str(routes), "--crs", "EPSG:9214"]
    said, cpu_s, wall_s = timed_program([*command, "--out", str(out), "--json"])
    told = json.loads(said)
    if told["arrived"] != len(work.depart_s):
        raise RuntimeError(f"{told['arrived']} of {len(work.depart_s)} vehicles arrived: {told['left_out']}")
    return Answer(version("hue-twin"), cpu_s, wall_s, process_s=cpu_s)


if __name__ == "__main__":
    peer_main(run)
