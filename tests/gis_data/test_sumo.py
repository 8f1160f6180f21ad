"""SUMO's users move over: their edges, movements, signals and routes come along under their own names."""

import gzip
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis_data.readers.sumo import modes_of, read_sumo_network
from gis_data.readers.sumo_routes import read_sumo_routes, seconds
from gis_data.sumo_city import sumo_city
from twin.city.city import City
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.errors import CrsError, SchemaError, TopologyError, ValidationFailed

UTM = "+proj=utm +zone=48 +datum=WGS84 +units=m +no_defs"


def _edge(edge_id: str, ends: str, shape: str, lanes: str = "", **more: str) -> str:
    words = "".join(f' {k}="{v}"' for k, v in more.items())
    lanes = lanes or f'<lane id="{edge_id}_0" index="0" speed="13.89" length="90.5" shape="{shape}"/>'
    return f'<edge id="{edge_id}" from="{ends[0]}" to="{ends[1]}"{words}>{lanes}</edge>'


def _net(projection: str = UTM, extra: str = "") -> str:
    """Cross of four arms round c, two lanes from the west with one for buses, signal with a left-turn phase."""
    west = (
        '<lane id="wc_0" index="0" speed="8.33" length="88" allow="bus" shape="0,98 95,98"/>'
        '<lane id="wc_1" index="1" speed="13.89" length="90.5" width="3.5" disallow="truck" shape="0,101 95,101"/>'
    )
    edges = [
        '<edge id=":c_0" function="internal"><lane id=":c_0_0" index="0" speed="5" length="3" shape="0,0 1,1"/></edge>',
        _edge("wc", "wc", "", west, name="Lê Lợi", type="highway.primary"),
        _edge("ce", "ce", "105,100 200,100"),
        _edge("cw", "cw", "95,102 0,102"),
        _edge("cn", "cn", "100,105 150,150 100,200"),
        _edge("nc", "nc", "98,200 98,105"),
        _edge("rail", "nc", "1,1 2,2", '<lane id="r" index="0" speed="9" length="9" disallow="all" shape="1,1 2,2"/>'),
    ]
    nodes = [
        f'<junction id="{n}" type="priority" x="{x}" y="{y}"/>'
        for n, x, y in (("c", 100, 100), ("w", 0, 100), ("e", 200, 100), ("n", 100, 200))
    ]
    moves = [
        '<connection from="wc" to="ce" fromLane="1" toLane="0" tl="tl" linkIndex="0" dir="s" state="O"/>',
        '<connection from="wc" to="cn" fromLane="1" toLane="0" tl="tl" linkIndex="1" dir="l" state="o"/>',
        '<connection from="wc" to="cw" fromLane="1" toLane="0" tl="tl" linkIndex="3" dir="t" state="o"/>',
        '<connection from="nc" to="ce" fromLane="0" toLane="0" tl="tl" linkIndex="2" dir="l" state="O"/>',
    ]
    light = (
        '<tlLogic id="tl" type="static" programID="0" offset="5"><phase duration="30" state="GrrG"/>'
        '<phase duration="10" state="rGrG"/><phase duration="4" state="ryrG"/>'
        '<phase duration="20" state="rrGG"/></tlLogic>'
    )
    location = f'<location netOffset="-773000.00,-1820000.00" projParameter="{projection}"/>'
    return f'<net version="1.20">{location}{"".join([*edges, light, *nodes, *moves])}{extra}</net>'


@pytest.fixture
def net(tmp_path: Path) -> Path:
    path = tmp_path / "cross.net.xml"
    path.write_text(_net())
    return path


@pytest.fixture
def cross(net: Path) -> City:
    return sumo_city(net, name="Ngã tư")


def test_edges_keep_their_ids_lengths_lanes_and_permissions(cross: City) -> None:
    roads = cross.roads
    assert roads.ids.tolist() == ["wc", "ce", "cw", "cn", "nc"]
    west = roads.index_of("wc")
    assert (roads.length_m[west], roads.free_speed_mps[west], roads.lanes[west]) == (90.5, 13.89, 2)
    assert roads.width_m[west] == pytest.approx(6.7)
    assert roads.modes[west] == ALL_MODES & ~TRUCK
    assert roads.name[west] == "Lê Lợi"
    assert roads.road_class.tolist()[:2] == ["primary", "residential"]
    assert roads.oneway.tolist() == [False, True, False, False, False]
    assert cross.crs == "EPSG:9214"


def test_positions_are_where_the_projection_says(cross: City) -> None:
    """The junction c lies at 773,100 east and 1,820,100 north of UTM zone 48: lon/lat by an independent path."""
    from pyproj import Transformer

    lon, lat = Transformer.from_crs("EPSG:32648", "EPSG:4326", always_xy=True).transform(773_100, 1_820_100)
    east, north = Transformer.from_crs("EPSG:4326", "EPSG:9214", always_xy=True).transform(lon, lat)
    c = cross.roads.head[cross.roads.index_of("wc")]
    assert np.hypot(*(cross.roads.node_xy_m[c] - (east, north))) < 0.01
    curve = cross.roads.index_of("cn")
    drawn = cross.roads.xy_m[cross.roads.first_vertex[curve] : cross.roads.first_vertex[curve + 1]]
    assert shapely.LineString(drawn).length == pytest.approx(2 * np.hypot(50, 50), rel=2e-3)


def test_only_the_connections_are_open(cross: City) -> None:
    ids = cross.roads.ids
    banned = {
        (str(ids[a]), str(ids[b])) for a, b in zip(cross.turn_bans.from_link, cross.turn_bans.to_link, strict=True)
    }
    assert banned == {("nc", "cn"), ("nc", "cw"), ("cw", "wc"), ("cn", "nc")}


def test_green_is_what_any_movement_but_turning_back_has(cross: City) -> None:
    lights = cross.signals
    assert lights.ids.tolist()[0].startswith("tl@")
    assert (lights.cycle_s.tolist(), lights.offset_s.tolist()) == ([64.0], [5.0])
    greens = {
        (str(cross.roads.ids[k]), a, b)
        for k, a, b in zip(lights.green_link, lights.green_from_s, lights.green_to_s, strict=True)
    }
    assert greens == {("wc", 0.0, 40.0), ("nc", 44.0, 64.0)}


@pytest.mark.parametrize(
    ("lane", "modes"),
    [
        ("", ALL_MODES),
        ('allow="all"', ALL_MODES),
        ('allow="pedestrian bicycle"', WALK | CYCLE),
        ('allow="bus taxi"', BUS | CAR),
        ('allow="emergency"', 0),
        ('disallow="pedestrian"', ALL_MODES & ~WALK),
        ('disallow="taxi"', ALL_MODES),
        ('disallow="motorcycle moped"', ALL_MODES & ~MOTORCYCLE),
        ('disallow="all"', 0),
    ],
)
def test_permissions(lane: str, modes: int) -> None:
    from lxml import etree

    assert modes_of(etree.fromstring(f"<lane {lane}/>")) == modes  # our own words


def test_a_plane_without_a_place_asks_for_a_system_and_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "grid.net.xml.gz"
    path.write_bytes(gzip.compress(_net("!").encode()))
    with pytest.raises(CrsError, match=r"without a place on Earth.*--crs EPSG:9214"):
        sumo_city(path, name="x")
    made = sumo_city(path, name="x", crs="EPSG:9214")
    assert made.crs == "EPSG:9214"
    assert made.roads.node_xy_m[made.roads.head[0]].tolist() == [773_100.0, 1_820_100.0]
    with pytest.raises(CrsError, match="is not metric"):
        sumo_city(path, name="x", crs="EPSG:4326")


def test_faults_of_a_network_come_in_one_report(tmp_path: Path) -> None:
    path = tmp_path / "bad.net.xml"
    path.write_text(
        _net(
            extra=_edge("zz", "cx", "0,0 1,1")
            + '<edge id="a" from="c" to="n"><lane id="a_0" speed="-1" length="3" shape="0,0 1,1"/></edge>'
            + '<edge id="b" from="c"><lane id="b_0" speed="1" length="3" shape="0,0 1,1"/></edge>'
            + '<tlLogic id="q"><phase duration="-3" state="G"/></tlLogic>'
        )
    )
    with pytest.raises(ValidationFailed) as caught:
        read_sumo_network(path)
    told = str(caught.value)
    assert len(caught.value.faults) == 4
    for words in ("the junction x, which is missing", "both must be above 0", "to is missing", "take no time"):
        assert words in told


@pytest.mark.parametrize(
    ("text", "why"),
    [("<net><edge", "damaged or no XML"), ("<osm/>", "begins with <osm>, not <net>"), ("", "damaged or no XML")],
)
def test_what_is_no_network_says_so(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "x.net.xml"
    path.write_text(text)
    with pytest.raises(SchemaError, match=why):
        read_sumo_network(path)


def test_a_network_without_streets_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.net.xml"
    path.write_text(f'<net><location netOffset="0,0" projParameter="{UTM}"/></net>')
    with pytest.raises(TopologyError, match="no street for vehicles"):
        sumo_city(path, name="x")


def test_a_bomb_of_entities_is_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "x.net.xml"
    levels = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 12))
    path.write_text(f'<!DOCTYPE net [<!ENTITY e0 "x">{levels}]><net><junction id="&e11;" x="0" y="0"/></net>')
    with pytest.raises(SchemaError, match="damaged or no XML"):
        read_sumo_network(path)


ROUTES = """<routes>
<vType id="moto" vClass="motorcycle"/><vType id="cam" vClass="truck"/><vType id="tau" vClass="rail"/>
<route id="r1" edges="wc ce"/>
<vehicle id="late" depart="0:01:05" route="r1"/>
<vehicle id="m" type="moto" depart="3.5"><route edges="nc ce"/></vehicle>
<trip id="t" type="cam" depart="4" from="wc" to="cn" via="ce"/>
<flow id="f" type="moto" begin="10" end="16" period="2" route="r1"/>
<flow id="n" begin="0" end="10" number="2" from="nc" to="ce"/>
<flow id="h" begin="0" end="3600" vehsPerHour="3" route="r1"/>
<vehicle id="train" type="tau" depart="0" route="r1"/>
<person id="p" depart="0"><walk edges="wc"/></person>
</routes>"""


def test_vehicles_and_flows_of_a_demand_file(tmp_path: Path, cross: City) -> None:
    path = tmp_path / "d.rou.xml"
    path.write_text(ROUTES)
    trips = read_sumo_routes(path, cross.roads)
    assert np.all(np.diff(trips.depart_s) >= 0)
    found = {
        name: (depart, kind, cross.roads.ids[trips.route_link[a:b]].tolist(), bool(whole))
        for name, depart, kind, a, b, whole in zip(
            trips.ids.tolist(), trips.depart_s.tolist(), trips.kind.tolist(), trips.route_first[:-1],
            trips.route_first[1:], trips.complete, strict=True,
        )
    }  # fmt: skip
    assert found["late"] == (65.0, 1, ["wc", "ce"], True)
    assert found["m"] == (3.5, 0, ["nc", "ce"], True)
    assert found["t"] == (4.0, 3, ["wc", "ce", "cn"], False)
    assert [found[f"f.{k}"][0] for k in range(3)] == [10.0, 12.0, 14.0]
    assert [found[f"n.{k}"][0] for k in range(2)] == [0.0, 5.0]
    assert [found[f"h.{k}"][0] for k in range(3)] == [0.0, 1200.0, 2400.0]
    assert len(trips) == 3 + 3 + 2 + 3
    assert trips.left_out == ("1 person", "1 vehicles of a class that is not simulated")


def test_faults_of_a_demand_file_come_in_one_report(tmp_path: Path, cross: City) -> None:
    path = tmp_path / "bad.rou.xml"
    path.write_text(
        '<routes><vehicle id="a" depart="0" route="none"/><vehicle id="b" depart="-3"><route edges="wc"/></vehicle>'
        '<trip id="c" depart="0" from="wc" to="nowhere"/><flow id="d" probability="0.1" from="wc" to="ce"/>'
        '<vehicle id="e" depart="triggered"><route edges="wc"/></vehicle>'
        '<flow id="g" begin="9" end="3" period="1" from="wc" to="ce"/><trip id="h" from="wc" to="ce"/></routes>'
    )
    with pytest.raises(ValidationFailed) as caught:
        read_sumo_routes(path, cross.roads)
    told = str(caught.value)
    assert len(caught.value.faults) == 7
    for words in (
        "route none is not defined", "lies before 0", "the edge nowhere is not in the network", "by chance",
        "'triggered' is no number", "before it begins", "depart is missing",
    ):  # fmt: skip
        assert words in told


@pytest.mark.parametrize(("text", "s"), [("12.5", 12.5), ("1:00", 60.0), ("1:02:03", 3723.0), ("1:0:0:0", 86_400.0)])
def test_times(text: str, s: float) -> None:
    assert seconds(text) == s
