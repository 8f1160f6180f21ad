"""An OpenStreetMap extract to a routable network: this project against OSMnx on the same plain XML file."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmnx

from gis_data.osm_network import network
from gis_data.readers.osm import read_osm
from tests.benchmarks.paired import Pair


def pairs(data: Path) -> Iterator[Pair]:
    """Yield the benchmark on North Bayreuth; both sides read the same unpacked file from disk."""
    folder = Path(tempfile.mkdtemp())
    file = folder / "north-bayreuth.osm"
    with gzip.open(data / "osm" / "north-bayreuth.osm.gz") as packed, file.open("wb") as plain:
        shutil.copyfileobj(packed, plain)

    def ours() -> Any:
        return network(read_osm(file), crs="EPSG:32632", file=file.name).roads

    def peer() -> Any:
        return osmnx.graph_from_xml(file, bidirectional=False, simplify=True, retain_all=False)

    def agree(roads: Any, graph: Any) -> str:
        km = float(np.sum(roads.length_m)) / 1000
        peer_km = sum(d["length"] for _, _, d in graph.edges(data=True)) / 1000
        return f"{len(roads)} links of {km:.0f} km against {graph.number_of_edges()} edges of {peer_km:.0f} km"

    yield Pair("OpenStreetMap XML to a network (ours reads buildings and water too)", "OSMnx", ours, peer, agree)
