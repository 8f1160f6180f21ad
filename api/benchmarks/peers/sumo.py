"""Eclipse SUMO's mesoscopic engine on given ways, at its fastest setting: a network without internal links, no outputs.

Timed is its simulation loop: the processor time of a run less that of one that ends after the first step, and the wall
time it reports itself less its reading of the routes.
"""

from __future__ import annotations

import re
import resource
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import sumo

from api.benchmarks.grids import Work
from api.benchmarks.process import Answer, Arrays, Options, peer_main


def run(given: Arrays, options: Options) -> Answer:
    """Run the work; arrivals are not kept, as writing them would be part of the loop."""
    work = Work.of(given)
    with tempfile.TemporaryDirectory() as folder:
        net, routes = _network(work, Path(folder)), _routes(work, Path(folder))
        meso = (
            "--mesosim",
            "-n",
            net,
            "-r",
            routes,
            "--route-steps",
            "0",
            "--no-step-log",
            "--no-warnings",
            "--verbose",
        )
        _, loaded_s = _call("sumo", *meso, "--begin", "0", "--end", "0.1", *_extra(options))
        said, cpu_s = _call("sumo", *meso, "--begin", "0", "--end", str(int(work.until_s)), *_extra(options))
    took, reading = _found(r"Duration:\s*([\d.]+)s", said), _found(r"route-files.*done \((\d+)ms\)", said)
    inserted, running = _found(r"Inserted:\s*(\d+)", said), _found(r"Running:\s*(\d+)", said)
    if inserted != len(work.depart_s) or running:
        raise RuntimeError(f"sumo let {inserted:.0f} of {len(work.depart_s)} vehicles in, {running:.0f} stay under way")
    return Answer(version("eclipse-sumo"), cpu_s - loaded_s, took - reading / 1000.0)


def _found(pattern: str, said: str) -> float:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"sumo did not say {pattern!r}: {said[-300:]}")
    return float(match[1])


def _extra(options: Options) -> list[str]:
    return ["--time-to-teleport", str(options["teleport_s"])] if "teleport_s" in options else []


def _network(work: Work, folder: Path) -> Path:
    nodes = [f'<node id="n{i}" x="{x:.2f}" y="{y:.2f}"/>' for i, (x, y) in enumerate(work.node_xy_m)]
    edges = [
        f'<edge id="l{i}" from="n{a}" to="n{b}" numLanes="1" speed="{work.speed_mps:.2f}" length="{m:.2f}"/>'
        for i, (a, b, m) in enumerate(zip(work.tail, work.head, work.length_m, strict=True))
    ]
    (folder / "work.nod.xml").write_text("<nodes>" + "\n".join(nodes) + "</nodes>")
    (folder / "work.edg.xml").write_text("<edges>" + "\n".join(edges) + "</edges>")
    net = folder / "work.net.xml"
    _call(
        "netconvert", "-n", folder / "work.nod.xml", "-e", folder / "work.edg.xml", "-o", net, "--no-internal-links",
        "--no-warnings",
    )  # fmt: skip
    return net


def _routes(work: Work, folder: Path) -> Path:
    ids = np.char.add("l", work.route_link.astype(str))
    file = folder / "work.rou.xml"
    spacing_m = 1.0 / work.jam_veh_m
    with file.open("w") as out:
        out.write(f'<routes><vType id="car" length="{spacing_m - 1.0}" minGap="1.0" tau="1.0" speedDev="0"/>\n')
        for v, depart_s in enumerate(work.depart_s):
            way = " ".join(ids[work.route_first[v] : work.route_first[v + 1]])
            out.write(f'<vehicle id="{v}" type="car" depart="{depart_s:.2f}" departSpeed="max"><route edges="{way}"/>')
            out.write("</vehicle>\n")
        out.write("</routes>")
    return file


def _call(program: str, *arguments: str | Path) -> tuple[str, float]:
    """Return what a program printed and the processor time it took [s]."""
    command = [str(Path(sumo.SUMO_HOME) / "bin" / program), *map(str, arguments)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # the peer's own program
    if done.returncode != 0:
        raise RuntimeError(f"{program}: {done.stderr.strip()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    peer_main(run)
