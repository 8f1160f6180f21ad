"""Grids as files of Eclipse SUMO: a network without internal links, and vehicles with their ways or only their ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from api.benchmarks.grids import REACTION_S, Work
from api.benchmarks.process import timed_program


def network_file(work: Work, folder: Path) -> Path:
    """Write the network into a folder by way of SUMO's netconvert; return the file."""
    nodes = [f'<node id="n{i}" x="{x:.2f}" y="{y:.2f}"/>' for i, (x, y) in enumerate(work.node_xy_m)]
    edges = [
        f'<edge id="l{i}" from="n{a}" to="n{b}" numLanes="1" speed="{work.speed_mps:.2f}" length="{m:.2f}"/>'
        for i, (a, b, m) in enumerate(zip(work.tail, work.head, work.length_m, strict=True))
    ]
    (folder / "work.nod.xml").write_text("<nodes>" + "\n".join(nodes) + "</nodes>")
    (folder / "work.edg.xml").write_text("<edges>" + "\n".join(edges) + "</edges>")
    net = folder / "work.net.xml"
    sumo_program(
        "netconvert",
        (
            "-n",
            folder / "work.nod.xml",
            "-e",
            folder / "work.edg.xml",
            "-o",
            net,
            "--no-internal-links",
            "--no-warnings",
        ),
    )
    return net


def routes_file(work: Work, folder: Path, *, whole: bool = True) -> Path:
    """Write the vehicles with all their links, or trips with the first and the last link only; return the file."""
    ids = np.char.add("l", work.route_link.astype(str)).tolist()
    file = folder / ("work.rou.xml" if whole else "work.trips.xml")
    spacing_m = 1.0 / work.jam_veh_m
    with file.open("w") as out:
        out.write(
            f'<routes><vType id="car" length="{spacing_m - 1.0}" minGap="1.0" tau="{REACTION_S}" speedDev="0"/>\n'
        )
        for v, depart_s in enumerate(work.depart_s):
            way = ids[work.route_first[v] : work.route_first[v + 1]]
            head = f'id="{v}" type="car" depart="{depart_s:.2f}" departSpeed="max"'
            if whole:
                out.write(f'<vehicle {head}><route edges="{" ".join(way)}"/></vehicle>\n')
            else:
                out.write(f'<trip {head} from="{way[0]}" to="{way[-1]}"/>\n')
        out.write("</routes>")
    return file


def sumo_program(name: str, arguments: Sequence[str | Path]) -> tuple[str, float, float]:
    """Run one of SUMO's programs; return what it printed, its processor time and its time by the clock [s]."""
    import sumo  # an extra: whoever only writes files does without

    return timed_program([str(Path(sumo.SUMO_HOME) / "bin" / name), *map(str, arguments)])
