"""TNTP files are read as the collection writes them; a faulty one is refused with file, line, field and remedy."""

from pathlib import Path

import numpy as np
import pytest

from gis_data.readers.tntp import read_tntp_flows, read_tntp_network, read_tntp_nodes
from gis_data.readers.tntp_trips import read_tntp_trips
from gis_data.tntp_flows import write_flows
from tests.gis_data.tntp_files import FLOWS, NET, TRIPS, write
from twin.errors import SchemaError, ValidationFailed


def test_announcements_comments_and_records_come_as_files_have_them(tmp_path: Path) -> None:
    net, trips, flows, nodes = write(tmp_path)
    network = read_tntp_network(net)
    assert (network.n_zones, network.n_nodes, network.first_thru_node, len(network)) == (2, 4, 2, 5)
    assert network.tail.tolist() == [0, 2, 2, 3, 1]
    assert network.head.tolist() == [2, 3, 3, 1, 0]
    assert network.capacity[1:3].tolist() == [900.5, 500.0]
    assert network.power.tolist() == [0, 4, 4.5, 0, 0]
    assert network.toll[1] == 10.0
    assert network.strictly_increasing.tolist() == [False, True, True, False, False]
    assert read_tntp_trips(trips, network).tolist() == [[2.5, 1000.0], [10.0, 0.0]]
    given = read_tntp_flows(flows, network)
    assert given.flow.tolist() == [1000, 600.25, 399.75, 1000, 10]
    assert given.cost.tolist() == [0, 1.55, 2.1, 0, 3.45]
    xy = read_tntp_nodes(nodes, network)
    assert xy[[0, 2]].tolist() == [[0.5, -2.0], [7.0, 8.0]]
    assert np.isnan(xy[1]).all()


def test_windows_lines_latin_letters_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    net = write(tmp_path)[0]
    plain = read_tntp_network(net)
    net.write_bytes(b"\xef\xbb\xbf" + NET.replace("\n", "\r\n").encode())
    assert read_tntp_network(net).capacity.tolist() == plain.capacity.tolist()
    net.write_bytes(NET.replace("a comment", "Köpenick").encode("latin-1"))
    assert len(read_tntp_network(net)) == 5


def test_columns_are_found_by_their_heading(tmp_path: Path) -> None:
    rows = "~ from to b power capacity length free_flow_time critical_speed lanes ;\n1 2 0.15 4 700 3 2.5 40 1 ;\n"
    meta = "<NUMBER OF ZONES> 2\n<NUMBER OF NODES> 2\n<NUMBER OF LINKS> 1\n<END OF METADATA>\n"
    network = read_tntp_network(write(tmp_path, net=meta + rows)[0])
    assert (network.capacity[0], network.free_time[0], network.b[0], network.toll[0]) == (700, 2.5, 0.15, 0)
    assert network.first_thru_node == 0


def test_weights_come_from_the_asker_the_file_or_the_readme_beside_it(tmp_path: Path) -> None:
    readme = "# X\n## Generalized Cost Weights\nToll: 0.02 minutes/cent\nDistance: 0.04 minutes/mile\n\n## Solutions\n"
    announced = NET.replace("<NUMBER OF LINKS>", "<TOLL FACTOR> 0.5\n<NUMBER OF LINKS>")

    def weights(net: Path, **asked: float) -> tuple[float, float]:
        found = read_tntp_network(net, **asked)
        return found.toll_weight, found.distance_weight

    assert weights(write(tmp_path)[0]) == (0.0, 0.0)
    (tmp_path / "README.md").write_text(readme)
    assert weights(write(tmp_path)[0]) == (0.02, 0.04)
    assert weights(write(tmp_path, net=announced)[0]) == (0.5, 0.04)
    assert weights(write(tmp_path, net=announced)[0], toll_weight=0.0, distance_weight=3.0) == (0.0, 3.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.5E+00", "-1.5", r"toy_net.tntp, row 11, field free_flow_time: is negative or no number\. Give the time"),
        ("900.5", "0", r"row 11, field capacity: is not positive"),
        ("900.5", "many", r"row 11, field capacity: 'many' is no number\. Write a number with a decimal point"),
        ("\t4\t2\t0", "\t4\t9\t0", r"row 13, field term_node: node 9 is unknown\. Nodes are numbered 1 to 4"),
        ("<END OF METADATA>", "", r"<END OF METADATA> is missing\. Write <END OF METADATA> on a line of its own"),
        ("<NUMBER OF ZONES> 2", "", r"field <NUMBER OF ZONES>: <NUMBER OF ZONES> is missing"),
        ("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> two", r"row 4, field <NUMBER OF ZONES>: .* announces 'two'"),
        ("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 5", r"5 zones among 4 nodes"),
        ("<NUMBER OF LINKS> 5", "<NUMBER OF LINKS> 6", r"holds 5 links, 6 are announced\. Complete the file"),
        ("<FIRST THRU NODE> 3", "<NUMBER OF NODES> 4", r"<NUMBER OF NODES> is given twice, first on line 2"),
        (" 3 4 500 3 2 0.15 4.5 50 0 1 ;", " 3 4 500 3", r"row 12: has 4 cells, 7 are needed"),
    ],
)
def test_a_faulty_network_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ValidationFailed, match=said):
        read_tntp_network(write(tmp_path, net=NET.replace(old, new, 1))[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1012.5", "1015", r"toy_trips.tntp, field <TOTAL OD FLOW>: the trips sum to 1012.5, 1015 are announced"),
        ("Origin 2", "Origin 3", r"row 9, field Origin: zone 3 is unknown\. Zones are numbered 1 to 2"),
        ("1 : 1e1", "7 : 1e1", r"row 10, field destination: zone 7 is unknown"),
        ("1e1", "-3", r"row 10, field trips: -3 trips to zone 1\. Give a number of 0 or more"),
        ("1e1 ;", "1e1", r"row 10: '1 : 1e1' has no ; after it\. Write destination : trips ;"),
        ("1 : 1e1", "1 1e1", r"row 10: '1 1e1' is no trip"),
        ("1 : 1e1 ;", "1 : 1e1 ; 1 : 2 ;", r"zone 2 to 1 is given twice"),
        ("Origin \t1", "", r"row 7, field Origin: trips stand before any origin"),
        ("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 3", r"has 3 zones, toy_net.tntp has 2"),
    ],
)
def test_a_faulty_trip_table_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    net, trips, _, _ = write(tmp_path, trips=TRIPS.replace(old, new, 1))
    network = read_tntp_network(net)
    with pytest.raises(ValidationFailed, match=said):
        read_tntp_trips(trips, network)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2 1 10 3.45\n", "", r"no flow of link 5 from 2 to 1\. Give a flow of every link"),
        ("2 1 10 3.45", "1 2 10 3.45", r"row 6, field From: toy_net.tntp has no link from 1 to 2"),
        ("600.25", "-1", r"row 3: is no flow of a link"),
    ],
)
def test_faulty_flows_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    net, _, flows, _ = write(tmp_path, flows=FLOWS.replace(old, new, 1))
    network = read_tntp_network(net)
    with pytest.raises(ValidationFailed, match=said):
        read_tntp_flows(flows, network)


def test_all_faults_of_a_file_come_together(tmp_path: Path) -> None:
    text = NET.replace("900.5", "x").replace("\t4\t2\t0", "\t4\t9\t0").replace("<NUMBER OF LINKS> 5", "")
    with pytest.raises(ValidationFailed) as error:
        read_tntp_network(write(tmp_path, net=text)[0])
    assert [f.field for f in error.value.faults] == ["<NUMBER OF LINKS>", "capacity", "term_node"]


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationFailed, match=r"nowhere.tntp: cannot be read"):
        read_tntp_network(tmp_path / "nowhere.tntp")
    (tmp_path / "x.tntp").write_bytes(b"\0\1\2")
    with pytest.raises(ValidationFailed, match=r"x.tntp: is no text"):
        read_tntp_network(tmp_path / "x.tntp")


def test_written_flows_are_read_back_bit_for_bit(tmp_path: Path) -> None:
    network = read_tntp_network(write(tmp_path)[0])
    flow, cost = np.array([1 / 3, 0.0, 1e-9, 12345678.9, 7.0]), np.array([0.1, 2 / 3, 5.0, 0.0, 3.45])
    write_flows(tmp_path / "out.tntp", network, flow, cost, cost)
    back = read_tntp_flows(tmp_path / "out.tntp", network)
    assert back.flow.tolist() == flow.tolist()
    assert back.cost.tolist() == cost.tolist()
    write_flows(tmp_path / "out.csv", network, flow, cost, cost)
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "from,to,volume,cost,time,capacity,volume_capacity"
    assert lines[1] == "1,3,0.3333333333333333,0.1,0.1,0.0,"
    with pytest.raises(SchemaError, match=r"Give a name that ends in \.csv or \.tntp"):
        write_flows(tmp_path / "out.xlsx", network, flow, cost, cost)
