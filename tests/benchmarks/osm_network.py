"""An OpenStreetMap extract to a routable network: this project against OSMnx on the same plain XML file of streets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import osmnx

from gis_data.osm_network import network
from gis_data.readers.osm import read_osm
from tests.benchmarks.paired import Pair


def pairs(data: Path) -> Iterator[Pair]:
    """Yield the benchmark on North Bayreuth; all but its streets is taken out before the clock starts."""
    file = Path(tempfile.mkdtemp()) / "streets.osm"
    _keep_streets(data / "osm" / "north-bayreuth.osm.gz", file)

    def ours() -> Any:
        return network(read_osm(file), crs="EPSG:32632", file=file.name).roads

    def peer() -> Any:
        return osmnx.graph_from_xml(file, bidirectional=False, simplify=True, retain_all=False)

    yield Pair("Streets in OpenStreetMap XML to a network", "OSMnx", ours, peer, _agreement)


def _keep_streets(source: Path, target: Path) -> None:
    with osmium.BackReferenceWriter(str(target), ref_src=str(source), overwrite=True) as writer:
        for way in osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
            writer.add(way)


def _agreement(roads: Any, graph: Any) -> str:
    km = float(np.sum(roads.length_m)) / 1000
    peer_km = sum(d["length"] for _, _, d in graph.edges(data=True)) / 1000
    return f"{len(roads)} links of {km:.0f} km against {graph.number_of_edges()} edges of {peer_km:.0f} km"
