"""From ways to links: cut at junctions, joined end to end, connected, nothing lost without a word."""

from pathlib import Path

import numpy as np
import pytest

from gis_data.osm_network import Network, network
from gis_data.readers.osm import read_osm
from twin.city.roads import CYCLE, MOTOR, WALK
from twin.errors import TopologyError

from .osm_toy import NODES, node, osm_file, toy_network, way


def _ids(made: Network) -> list[str]:
    return sorted(made.roads.ids.tolist())


def test_ways_are_cut_where_they_meet_and_run_both_ways(tmp_path: Path) -> None:
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), way(2, "2 12", highway="residential"))
    assert _ids(made) == ["w1.0b", "w1.0f", "w1.1b", "w1.1f", "w2.0b", "w2.0f"]
    assert made.roads.n_nodes == 4


def test_a_bend_is_geometry_not_a_node(tmp_path: Path) -> None:
    roads = toy_network(tmp_path, way(1, "1 2 12", highway="primary")).roads
    assert roads.n_nodes == 2
    assert roads.first_vertex.tolist() == [0, 3, 6]


def test_ways_that_meet_end_to_end_and_agree_are_one_link(tmp_path: Path) -> None:
    street = {"highway": "primary", "name": "Lê Lợi"}
    ways = way(1, "1 2", **street), way(2, "3 2", **street), way(3, "3 4", **street)
    made, apart = toy_network(tmp_path, *ways), toy_network(tmp_path, *ways, join=False)
    assert _ids(made) == ["w1.0b", "w1.0f"]
    assert made.roads.first_vertex.tolist() == [0, 4, 8]
    assert made.roads.xy_m[0].tolist() == made.roads.node_xy_m[made.roads.tail[0]].tolist()
    assert made.roads.length_m.sum() == pytest.approx(apart.roads.length_m.sum())
    assert len(apart.roads) == 6


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Hà Nội"},
        {"bridge": "yes"},
        {"lanes": "4"},
        {"maxspeed": "30"},
        {"oneway": "yes"},
        {"bicycle": "no"},
        {"highway": "secondary"},
        {"width": "9"},
    ],
)
def test_ways_that_differ_stay_two_links(tmp_path: Path, other: dict[str, str]) -> None:
    plain = {"highway": "primary"}
    around = way(3, "1 11 13 3", highway="service")
    made = toy_network(tmp_path, way(1, "1 2", **plain), way(2, "2 3", **plain | other), around)
    assert {"w1.0f", "w2.0f"} <= set(_ids(made))


def test_ways_drawn_against_each_other_agree_when_their_directions_do(tmp_path: Path) -> None:
    one, other = {"highway": "primary", "lanes__forward": "2"}, {"highway": "primary", "lanes__backward": "2"}
    agreeing = toy_network(tmp_path, way(1, "1 2", **one), way(2, "3 2", **other))
    opposed = toy_network(tmp_path, way(1, "1 2", **one), way(2, "3 2", **one))
    assert _ids(agreeing) == ["w1.0b", "w1.0f"]
    assert dict(zip(agreeing.roads.ids.tolist(), agreeing.roads.lanes.tolist(), strict=True))["w1.0f"] == 2
    assert len(opposed.roads) == 4


def test_joining_renames_no_other_link_and_needs_no_order(tmp_path: Path) -> None:
    ways = [way(n, refs, highway="primary") for n, refs in ((4, "2 3"), (5, "1 2"), (6, "3 4 5"), (7, "4 14"))]
    extract = read_osm(osm_file(tmp_path, *ways))
    there = network(extract, crs="EPSG:9214", file="toy.osm")
    extract.ways.reverse()
    back = network(extract, crs="EPSG:9214", file="toy.osm")
    assert _ids(there) == _ids(back) == ["w4.0b", "w4.0f", "w6.1b", "w6.1f", "w7.0b", "w7.0f"]


def test_a_ring_street_keeps_two_ended_links(tmp_path: Path) -> None:
    ring = way(2, "2 3 13", highway="primary"), way(3, "13 12 2", highway="primary")
    roads = toy_network(tmp_path, way(1, "1 2", highway="primary"), *ring).roads
    assert len(roads) == 6
    assert (roads.tail != roads.head).all()


def test_a_ring_that_one_street_touches_is_cut_in_its_middle(tmp_path: Path) -> None:
    ring = way(2, "2 3 4 14 13 12 2", highway="primary")
    roads = toy_network(tmp_path, way(1, "1 2", highway="primary"), ring).roads
    assert (roads.tail != roads.head).all()
    assert roads.n_nodes == 3
    assert roads.length_m[np.char.startswith(roads.ids, "w2")].sum() / 2 == pytest.approx(4 * 106.8 + 2 * 110.7, abs=2)


def test_barriers_are_taken_as_open_and_told(tmp_path: Path) -> None:
    nodes = NODES.replace(node(2), node(2, barrier="gate")).replace(node(9), node(9, barrier="bollard"))
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), nodes=nodes)
    assert made.notes[0] == "1 barriers on streets are taken as open (gate 1)"


def test_islands_are_left_out_and_told_with_their_length(tmp_path: Path) -> None:
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), way(2, "15 16", highway="primary", oneway="yes"))
    assert _ids(made) == ["w1.0b", "w1.0f"]
    assert made.notes[0] == "1 pieces of street (0.1 km) outside the connected core were left out"


def test_a_oneway_street_into_nowhere_stays_for_people_on_foot(tmp_path: Path) -> None:
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), way(2, "3 4", highway="service", oneway="yes"))
    roads = made.roads
    assert roads.modes[np.char.startswith(roads.ids, "w2")].tolist() == [WALK, WALK]
    assert made.notes[0] == (
        "1 pieces of street (0.1 km) cannot be driven to and back: open to people on foot or bicycle only"
    )


def test_a_footpath_that_joins_nothing_is_left_out(tmp_path: Path) -> None:
    attached = way(2, "3 4", highway="footway")
    lone = way(3, "14 15", highway="footway")
    behind_an_island = way(4, "18 19", highway="residential", foot="no"), way(5, "19 9", highway="footway")
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), attached, lone, *behind_an_island)
    assert _ids(made) == ["w1.0b", "w1.0f", "w2.0b", "w2.0f"]
    assert made.notes[0].startswith("3 pieces of street (0.3 km) outside the connected core")


def test_a_cycle_path_where_only_walking_connects_is_for_walking(tmp_path: Path) -> None:
    made = toy_network(
        tmp_path, way(1, "1 2", highway="primary"), way(2, "2 3", highway="steps"), way(3, "3 4", highway="cycleway")
    )
    modes = dict(zip(made.roads.ids.tolist(), made.roads.modes.tolist(), strict=True))
    assert modes["w3.0f"] == WALK
    assert modes["w1.0f"] == MOTOR | CYCLE | WALK


def test_a_piece_without_length_makes_one_node_of_two(tmp_path: Path) -> None:
    twin = node(2).replace('id="2"', 'id="32"')
    ways = way(1, "1 2", highway="primary"), way(2, "2 32", highway="primary"), way(3, "32 3", highway="secondary")
    made = toy_network(tmp_path, *ways, nodes=NODES + twin)
    assert _ids(made) == ["w1.0b", "w1.0f", "w3.0b", "w3.0f"]
    assert made.roads.n_nodes == 3
    assert made.notes[0] == "1 pieces of zero length: their nodes were made one"


def test_a_way_with_a_missing_node_is_cut_there_not_bridged(tmp_path: Path) -> None:
    around = way(2, "1 11 12 13 14 15 5", highway="service")
    made = toy_network(tmp_path, way(1, "1 2 99 4 5", highway="primary"), around)
    lengths = dict(zip(made.roads.ids.tolist(), made.roads.length_m.tolist(), strict=True))
    assert {"w1.0f", "w1.1f"} <= set(lengths)
    assert all(lengths[i] == pytest.approx(106.8, abs=0.5) for i in ("w1.0f", "w1.1f"))


def test_directions_have_their_own_speed_lanes_and_width(tmp_path: Path) -> None:
    said = {"lanes": "3", "lanes__backward": "1", "maxspeed": "60", "maxspeed__backward": "36", "width": "12"}
    roads = toy_network(tmp_path, way(1, "1 2", highway="primary", **said)).roads
    assert roads.ids.tolist() == ["w1.0f", "w1.0b"]
    assert roads.lanes.tolist() == [2, 1]
    assert roads.width_m.tolist() == [8.0, 4.0]
    assert np.allclose(roads.free_speed_mps, [60 / 3.6, 10.0])


def test_a_signal_is_a_node_even_in_the_middle_of_a_street(tmp_path: Path) -> None:
    nodes = NODES.replace(node(2), node(2, highway="traffic_signals"))
    made = toy_network(tmp_path, way(1, "1 2 3", highway="primary"), nodes=nodes)
    assert made.signal_id.tolist() == ["n2"]
    assert made.roads.n_nodes == 3
    assert sorted(made.roads.head.tolist()).count(int(made.signal_node[0])) == 2
    assert made.notes[0] == "1 traffic signals without timing: OpenStreetMap gives none"


def test_a_tunnel_is_told_apart(tmp_path: Path) -> None:
    made = toy_network(tmp_path, way(1, "1 2", highway="primary"), way(2, "2 3", highway="primary", tunnel="yes"))
    assert made.roads.ids[made.underground].tolist() == ["w2.0f", "w2.0b"]


def test_without_two_junctions_to_drive_between_there_is_no_city(tmp_path: Path) -> None:
    with pytest.raises(TopologyError) as caught:
        toy_network(tmp_path, way(1, "1 2", highway="primary", oneway="yes"))
    assert str(caught.value) == "toy.osm: no two junctions can be driven to and fro. Take a larger extract."
