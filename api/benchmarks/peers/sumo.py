"""Eclipse SUMO's mesoscopic engine at its fastest setting: a network without internal links.

Timed is its simulation loop: the processor time of a run less that of one that ends after the first step, and the wall
time it reports itself less its reading of the routes. With the option `ways` it is the whole program instead, from its
files to a file of every vehicle's arrival: ways `given`, or `searched` by itself, each when its vehicle departs.
"""

from __future__ import annotations

import re
import tempfile
from importlib.metadata import version
from pathlib import Path

from api.benchmarks.grids import Work
from api.benchmarks.process import Answer, Arrays, Options, peer_main
from api.benchmarks.sumo_files import network_file, routes_file, sumo_program

_GIVEN = "given"


def run(given: Arrays, options: Options) -> Answer:
    """Run the work; in the loop alone arrivals are not kept, as writing them would be part of it."""
    work = Work.of(given)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "ways" in options:
            return _job(work, folder, options)
        meso = _arguments(work, folder, options)
        _, loaded_s, _ = sumo_program("sumo", (*meso, "--route-steps", "0", "--end", "0.1"))
        said, cpu_s, _ = sumo_program("sumo", (*meso, "--route-steps", "0", "--end", str(int(work.until_s))))
    _check(work, said)
    took, reading = _found(r"Duration:\s*([\d.]+)s", said), _found(r"route-files.*done \((\d+)ms\)", said)
    return Answer(version("eclipse-sumo"), cpu_s - loaded_s, took - reading / 1000.0)


def _job(work: Work, folder: Path, options: Options) -> Answer:
    out = folder / "tripinfo.xml"
    search = () if options["ways"] == _GIVEN else ("--routing-algorithm", str(options.get("search", "astar")))
    arguments = (*_arguments(work, folder, options), "--end", str(int(work.until_s)), "--tripinfo-output", out, *search)
    said, cpu_s, wall_s = sumo_program("sumo", arguments)
    _check(work, said)
    if not out.stat().st_size:
        raise RuntimeError("sumo wrote no arrivals")
    return Answer(version("eclipse-sumo"), cpu_s, wall_s, process_s=cpu_s)


def _arguments(work: Work, folder: Path, options: Options) -> tuple[str | Path, ...]:
    net = network_file(work, folder)
    routes = routes_file(work, folder, whole=options.get("ways", _GIVEN) == _GIVEN)
    teleport = ("--time-to-teleport", str(options["teleport_s"])) if "teleport_s" in options else ()
    return ("--mesosim", "-n", net, "-r", routes, "--no-step-log", "--no-warnings", "--verbose", *teleport)


def _check(work: Work, said: str) -> None:
    inserted, running = _found(r"Inserted:\s*(\d+)", said), _found(r"Running:\s*(\d+)", said)
    if inserted != len(work.depart_s) or running:
        raise RuntimeError(f"sumo let {inserted:.0f} of {len(work.depart_s)} vehicles in, {running:.0f} stay under way")


def _found(pattern: str, said: str) -> float:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"sumo did not say {pattern!r}: {said[-300:]}")
    return float(match[1])


if __name__ == "__main__":
    peer_main(run)
