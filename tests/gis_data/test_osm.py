"""OpenStreetMap: what tags mean, how ways become links, and what is refused."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from gis_data.assemble import assemble
from gis_data.osm_network import network
from gis_data.readers.osm import read_osm
from gis_data.readers.osm_tags import interpret, speed_kmh
from twin.city.city import City
from twin.city.roads import CYCLE, MOTOR, WALK, Roads
from twin.errors import SchemaError, TopologyError

HEAD = '<?xml version="1.0"?><osm version="0.6">'
NODES = "".join(f'<node id="{i}" version="1" lon="{107.58 + i / 1000}" lat="16.46"/>' for i in range(1, 8))


def _way(number: int, refs: str, **tags: str) -> str:
    nodes = "".join(f'<nd ref="{r}"/>' for r in refs.split())
    said = "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())
    return f'<way id="{number}" version="1">{nodes}{said}</way>'


def _roads(tmp_path: Path, *ways: str) -> tuple[Roads, list[str]]:
    path = tmp_path / "toy.osm"
    path.write_text(HEAD + NODES + "".join(ways) + "</osm>", encoding="utf-8")
    return network(read_osm(path).ways, crs="EPSG:9214", file=path.name)


def test_ways_are_cut_where_they_meet_and_run_both_ways(tmp_path: Path) -> None:
    roads, _ = _roads(tmp_path, _way(1, "1 2 3", highway="primary"), _way(2, "2 4", highway="residential"))
    assert sorted(roads.ids.tolist()) == ["w1.0b", "w1.0f", "w1.1b", "w1.1f", "w2.0b", "w2.0f"]
    assert roads.n_nodes == 4


def test_a_bend_is_geometry_not_a_node(tmp_path: Path) -> None:
    roads, _ = _roads(tmp_path, _way(1, "1 2 3", highway="primary"))
    assert roads.n_nodes == 2
    assert roads.first_vertex.tolist() == [0, 3, 6]


def test_lanes_count_both_directions(tmp_path: Path) -> None:
    roads, _ = _roads(tmp_path, _way(1, "1 2", highway="primary", lanes="5"))
    assert sorted(roads.lanes.tolist()) == [2, 3]


def test_islands_are_left_out_and_counted(tmp_path: Path) -> None:
    ring = _way(1, "1 2 3", highway="primary")
    roads, notes = _roads(tmp_path, ring, _way(2, "5 6", highway="primary", oneway="yes"))
    assert set(roads.ids.tolist()) == {"w1.0f", "w1.0b"}
    # Two: one-way binds vehicles, people walk back.
    assert notes[0] == "2 links outside the connected core of the road network left out"


def test_zero_length_pieces_are_left_out_and_counted(tmp_path: Path) -> None:
    twin_node = '<node id="9" version="1" lon="107.582" lat="16.46"/>'
    path = tmp_path / "toy.osm"
    ways = _way(1, "1 2", highway="primary") + _way(2, "2 9", highway="primary")
    path.write_text(HEAD + NODES + twin_node + ways + "</osm>", encoding="utf-8")
    roads, notes = network(read_osm(path).ways, crs="EPSG:9214", file=path.name)
    assert (roads.length_m > 0).all()
    assert notes[0] == "1 pieces of zero length left out"


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "primary"}, 7, 7),
        ({"highway": "primary", "oneway": "yes"}, 7, WALK),
        ({"highway": "primary", "oneway": "-1"}, WALK, 7),
        ({"highway": "primary", "oneway": "yes", "oneway:bicycle": "no"}, 7, WALK | CYCLE),
        ({"highway": "primary", "junction": "roundabout"}, 7, WALK),
        ({"highway": "service", "access": "private"}, 0, 0),
        ({"highway": "service", "access": "no", "foot": "yes"}, WALK, WALK),
        ({"highway": "footway", "bicycle": "designated"}, WALK | CYCLE, WALK | CYCLE),
        ({"highway": "motorway"}, MOTOR, 0),
    ],
)
def test_who_may_go_which_way(tags: dict[str, str], forward: int, backward: int) -> None:
    way = interpret(tags)
    assert (way.modes_forward, way.modes_backward) == (forward, backward) if way else forward == 0


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50.0), ("30 mph", 48.28), ("VN:urban", 50.0), ("walk", 7.0), ("none", np.nan), ("", np.nan)],
)
def test_speeds(text: str, kmh: float) -> None:
    assert speed_kmh(text) == pytest.approx(kmh, abs=0.01, nan_ok=True)


def test_an_xml_entity_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm"
    path.write_text('<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a SYSTEM "file:///etc/passwd">]><osm/>')
    with pytest.raises(SchemaError) as caught:
        read_osm(path)
    assert str(caught.value) == "bomb.osm: the XML declares a document type or an entity. Take a plain extract."


def test_a_file_without_roads_says_so(tmp_path: Path) -> None:
    path = tmp_path / "sea.osm"
    path.write_text(HEAD + NODES + "</osm>")
    with pytest.raises(TopologyError, match="no travelled way"):
        read_osm(path)


def test_a_truncated_pbf_is_refused(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes((shared / "osm" / "andorra.osm.pbf").read_bytes()[:50_000])
    with pytest.raises(SchemaError, match="truncated or damaged OpenStreetMap file"):
        read_osm(path)


def _build(shared: Path, osm: str, *dem: str) -> City:
    tiles = [shared / "dem" / name for name in dem]
    return assemble(osm=shared / "osm" / osm, dem=tiles, dem_offset_m=None, cell_m=30.0, name="x", say=lambda _: None)


def test_duitama_counts_agree_with_the_file(shared: Path) -> None:
    counts = read_osm(shared / "osm" / "duitama.osm.pbf").counts
    assert (counts["nodes"], counts["ways"], counts["highways"], counts["buildings"]) == (
        246_601,
        44_236,
        5_016,
        36_736,
    )


@pytest.mark.parametrize(
    ("osm", "dem", "crs"),
    [
        ("duitama.osm.pbf", (), "EPSG:32618"),
        ("north-bayreuth.osm.gz", ("N49E011.hgt.zip", "N50E011.hgt.zip"), "EPSG:32632"),
        ("andorra.osm.pbf", ("N42E001.hgt.zip",), "EPSG:32631"),
    ],
)
def test_real_cities_are_connected_and_on_their_terrain(shared: Path, osm: str, dem: tuple[str, ...], crs: str) -> None:
    city = _build(shared, osm, *dem)
    roads = city.roads
    motor = np.flatnonzero(roads.modes & MOTOR)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_edges_from(zip(roads.tail[motor].tolist(), roads.head[motor].tolist(), strict=True))
    assert city.crs == crs
    assert nx.is_strongly_connected(graph)
    if dem:
        assert city.terrain is not None
        heights = city.terrain.height_at(roads.node_xy_m)
        assert not np.isnan(heights).any()
        assert np.array_equal(np.isnan(roads.surface_m), roads.bridge)
        assert (roads.surface_m <= heights[roads.tail] + 1e-9)[~roads.bridge].all()
        assert 250 < heights.min() < heights.max() < 2_950  # from the Main valley to the Pyrenees' passes
