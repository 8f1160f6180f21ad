"""Real cities from OpenStreetMap: nothing is lost in counting, cutting and joining."""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from gis_data.assemble import Elevation, StreetInput, assemble
from gis_data.city_file import read_city, write_city
from gis_data.osm_network import Network, network
from gis_data.projection import project
from gis_data.readers.osm import OsmExtract, read_osm
from twin.city.roads import CYCLE, MOTOR, WALK, Roads


@dataclass(frozen=True)
class Real:
    """A real extract and what an independent count of the file gives."""

    file: str
    crs: str
    dem: tuple[str, ...]
    highways: int
    buildings: int
    building_relations: int
    restrictions: int
    signals: int


CITIES = [
    Real("duitama.osm.pbf", "EPSG:32618", (), 5_016, 36_736, 227, 23, 41),
    Real("north-bayreuth.osm.gz", "EPSG:32632", ("N49E011.hgt.zip", "N50E011.hgt.zip"), 2_056, 4_267, 0, 40, 5),
    Real("andorra.osm.pbf", "EPSG:32631", ("N42E001.hgt.zip",), 1_615, 294, 0, 0, 1),
]


@pytest.fixture(scope="module", params=CITIES, ids=lambda c: c.file.partition(".")[0])
def read(request: pytest.FixtureRequest, shared: Path) -> tuple[Real, OsmExtract]:
    """Every real city, read once."""
    city: Real = request.param
    return city, read_osm(shared / "osm" / city.file)


def test_counts_agree_with_the_file(read: tuple[Real, OsmExtract]) -> None:
    city, extract = read
    counts = extract.counts
    assert counts["highways"] == city.highways
    assert counts["buildings"] == city.buildings
    assert counts["building relations"] == city.building_relations
    assert len(extract.restrictions) + extract.turns_left_out.total() == city.restrictions
    assert len(extract.signals) == city.signals


def test_every_way_and_building_of_the_file_is_accounted_for(read: tuple[Real, OsmExtract]) -> None:
    city, extract = read
    untravelled = extract.counts["highways not travelled"] + extract.counts["highways without two known nodes"]
    assert len({w.way_id for w in extract.ways}) + untravelled == city.highways
    outlined = len(extract.buildings) + extract.counts["buildings without outline"]
    assert outlined == city.buildings + city.building_relations
    assert 0 <= extract.counts["buildings without outline"] <= 2


def test_the_count_of_the_xml_text_is_the_same(shared: Path) -> None:
    text = gzip.decompress((shared / "osm" / "north-bayreuth.osm.gz").read_bytes()).decode("utf-8")
    ways = re.findall(r"<way\b.*?</way>", text, flags=re.DOTALL)
    counts = read_osm(shared / "osm" / "north-bayreuth.osm.gz").counts
    assert counts["ways"] == len(ways)
    assert counts["nodes"] == len(re.findall(r"<node\b", text))
    assert counts["highways"] == sum('k="highway"' in w for w in ways)
    assert counts["buildings"] == sum('k="building"' in w for w in ways)


def _graph(roads: Roads, mode: int) -> "nx.MultiDiGraph[tuple[float, float]]":
    """Nodes by position, so that the same junction is the same node in two networks."""
    at = [tuple(xy) for xy in np.round(roads.node_xy_m, 3).tolist()]
    graph: nx.MultiDiGraph[tuple[float, float]] = nx.MultiDiGraph()
    for i in np.flatnonzero(roads.modes & mode):
        graph.add_edge(at[roads.tail[i]], at[roads.head[i]], length_m=float(roads.length_m[i]))
    return graph


def _both(city: Real, extract: OsmExtract) -> tuple[Network, Network]:
    made = [network(extract, crs=city.crs, file=city.file, join=join) for join in (True, False)]
    return made[0], made[1]


def test_joining_keeps_every_kilometre_and_every_shortest_path(read: tuple[Real, OsmExtract]) -> None:
    joined, apart = _both(*read)
    assert joined.roads.n_nodes < apart.roads.n_nodes
    assert joined.roads.length_m.sum() == pytest.approx(apart.roads.length_m.sum(), rel=1e-12)
    for mode in (MOTOR, CYCLE, WALK):
        few, many = _graph(joined.roads, mode), _graph(apart.roads, mode)
        assert set(few) <= set(many)
        for start in sorted(few)[:: max(1, len(few) // 5)]:
            short = nx.single_source_dijkstra_path_length(few, start, weight="length_m")
            long = nx.single_source_dijkstra_path_length(many, start, weight="length_m")
            assert len(short) == len(few)
            assert np.allclose([short[n] for n in few], [long[n] for n in few], rtol=0, atol=1e-3)


def test_no_street_of_the_file_gets_longer_or_leaves_its_place(read: tuple[Real, OsmExtract]) -> None:
    """Kept and dropped pieces together are as long as the ways of the file, and every vertex is a node of it."""
    city, extract = read
    made = network(extract, crs=city.crs, file=city.file)
    lines = [project(np.array(w.lon_lat), "EPSG:4326", city.crs) for w in extract.ways]
    drawn_m = sum(float(np.hypot(*np.diff(xy, axis=0).T).sum()) for xy in lines)
    street = np.array([i[:-1] for i in made.roads.ids])
    _, once = np.unique(street, return_index=True)
    left_out = [n for n in made.notes if n.endswith("outside the connected core were left out")]
    dropped_km = sum(float(n.partition("(")[2].partition(" km")[0]) for n in left_out)
    assert made.roads.length_m[once].sum() / 1000 + dropped_km == pytest.approx(drawn_m / 1000, abs=0.051)
    known = {tuple(p) for xy in lines for p in np.round(xy, 3).tolist()}
    assert {tuple(p) for p in np.round(made.roads.xy_m, 3).tolist()} <= known


def test_forbidden_movements_meet_at_a_node_and_bind_vehicles(read: tuple[Real, OsmExtract]) -> None:
    made = network(read[1], crs=read[0].crs, file=read[0].file)
    source, target = made.turns.pairs.T
    assert np.array_equal(made.roads.head[source], made.roads.tail[target])
    assert (made.roads.modes[source] & made.roads.modes[target] & MOTOR).all()
    assert _ways_on(made) == 1
    assert made.turns.kept + made.turns.left_out.total() == len(read[1].restrictions)


def _ways_on(made: Network) -> int:
    """Number of parts in which every link of vehicles is driven from every other, no forbidden movement used."""
    banned = set(map(tuple, made.turns.pairs.tolist()))
    leaving: dict[int, list[int]] = {}
    motor = np.flatnonzero(made.roads.modes & MOTOR).tolist()
    for k in motor:
        leaving.setdefault(int(made.roads.tail[k]), []).append(k)
    drive: nx.DiGraph[int] = nx.DiGraph()
    drive.add_nodes_from(motor)
    drive.add_edges_from(
        (i, k) for i in motor for k in leaving.get(int(made.roads.head[i]), []) if (i, k) not in banned
    )
    return sum(1 for _ in nx.strongly_connected_components(drive))


@pytest.mark.parametrize("city", CITIES, ids=lambda c: c.file.partition(".")[0])
def test_real_cities_are_connected_and_on_their_terrain(shared: Path, city: Real) -> None:
    said: list[str] = []
    built = assemble(
        streets=StreetInput(osm=shared / "osm" / city.file),
        elevation=Elevation(files=[shared / "dem" / name for name in city.dem]),
        name="x",
        say=said.append,
    )
    roads = built.roads
    assert built.crs == city.crs
    assert len(said) == 2 + bool(city.dem)
    assert (roads.tail != roads.head).all()
    for mode in (MOTOR, CYCLE, WALK):
        assert nx.is_strongly_connected(_graph(roads, mode))
    assert len(built.waterways) > 50
    assert len(built.signals) == city.signals
    assert np.isnan(built.signals.cycle_s).all()
    assert np.array_equal(roads.head[built.turn_bans.from_link], roads.tail[built.turn_bans.to_link])
    assert bool(len(built.turn_bans)) == bool(city.restrictions)
    if city.dem:
        assert built.terrain is not None
        heights = built.terrain.height_at(roads.node_xy_m)
        assert not np.isnan(heights).any()
        underground = network(read_osm(shared / "osm" / city.file), crs=city.crs, file=city.file).underground
        assert np.array_equal(np.isnan(roads.surface_m), roads.bridge | underground)
        known = ~np.isnan(roads.surface_m)
        assert (roads.surface_m[known] <= heights[roads.tail[known]] + 1e-9).all()
        assert 250 < heights.min() < heights.max() < 2_950  # from the Main valley to the Pyrenees' passes


def test_a_real_city_is_the_same_every_time_and_survives_its_file(shared: Path, tmp_path: Path) -> None:
    city = CITIES[2]
    tiles = [shared / "dem" / name for name in city.dem]
    built, again = (
        assemble(
            streets=StreetInput(osm=shared / "osm" / city.file),
            elevation=Elevation(files=tiles),
            name="x",
            say=lambda _: None,
        )
        for _ in range(2)
    )
    assert again.digest == built.digest
    write_city(built, tmp_path / "city.gpkg")
    assert read_city(tmp_path / "city.gpkg").digest == built.digest
