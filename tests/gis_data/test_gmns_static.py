"""An assignment on a GMNS folder equals the one on the same network in TNTP."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli import app
from gis_data.gmns_static import read_gmns_demand, read_gmns_static
from gis_data.readers.tntp import read_tntp_network
from gis_data.readers.tntp_trips import read_tntp_trips
from scenarios.models.assignment import assign
from twin.errors import ValidationFailed

CONFIG = "long_length,short_length,speed\nkm,m,kph\n"
NODES = "node_id,x_coord,y_coord,zone_id\n11,0,0,1\n12,1,0,\n13,1,1,2\n14,0,1,\n"
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,lanes,free_speed,capacity,vdf_alpha,vdf_beta\n"
    "a,11,12,1,1,1,60,100,1,1\nb,12,13,1,1,1,60,1e6,0,0\nc,11,14,1,1,1,60,1e6,0,0\nd,14,13,1,1,1,60,100,1,1\n"
)


def _folder(folder: Path, **files: str) -> Path:
    base = {"config": CONFIG, "node": NODES, "link": LINKS, "demand": "o_zone_id,d_zone_id,volume\n1,2,60\n1,2,40\n"}
    for name, text in (base | files).items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_two_equal_ways_share_the_trips(tmp_path: Path) -> None:
    """Both ways take 2 min and grow by flow / 100 of a minute: 50 vehicles each, 2.5 min."""
    network, zones = read_gmns_static(_folder(tmp_path))
    trips = read_gmns_demand(tmp_path / "demand.csv", zones)
    found = assign(network, trips, gap=1e-12)
    assert (zones, trips.tolist()) == (["1", "2"], [[0.0, 100.0], [0.0, 0.0]])
    assert found.flow[:4] == pytest.approx([50.0] * 4)
    assert found.time[:4] == pytest.approx([1.5, 1.0, 1.0, 1.5])


def test_sioux_falls_in_gmns_is_sioux_falls(shared: Path, tmp_path: Path) -> None:
    files = shared / "tntp" / "SiouxFalls"
    known = read_tntp_network(files / "SiouxFalls_net.tntp")
    trips = read_tntp_trips(files / "SiouxFalls_trips.tntp", known)
    at = np.arange(1, known.n_nodes + 1)
    nodes = pd.DataFrame({"node_id": at, "x_coord": at, "y_coord": at, "zone_id": at}).to_csv(index=False)
    links = pd.DataFrame(
        {
            "link_id": np.arange(len(known)), "from_node_id": known.tail + 1, "to_node_id": known.head + 1, "lanes": 1,
            "capacity": known.capacity, "vdf_fftt": known.free_time, "vdf_alpha": known.b, "vdf_beta": known.power,
        }
    ).to_csv(index=False)  # fmt: skip
    pairs = np.argwhere(trips > 0)
    demand = pd.DataFrame(
        {"o_zone_id": pairs[:, 0] + 1, "d_zone_id": pairs[:, 1] + 1, "volume": trips[tuple(pairs.T)]}
    ).to_csv(index=False)
    network, zones = read_gmns_static(_folder(tmp_path, node=nodes, link=links, demand=demand))
    assert zones == [str(k) for k in at]
    ours = assign(network, read_gmns_demand(tmp_path / "demand.csv", zones), gap=1e-10)
    theirs = assign(known, trips, gap=1e-10)
    assert ours.objective == pytest.approx(theirs.objective, rel=1e-9)
    np.testing.assert_allclose(ours.flow[: len(known)], theirs.flow, atol=1e-2)


def test_the_command_takes_a_folder(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    done = CliRunner().invoke(app, ["assign", str(folder), str(folder / "demand.csv"), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["objective"] == pytest.approx(225.0)  # each way 50 + 12.5 + 50


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"node": "node_id,x_coord,y_coord\n11,0,0\n12,1,0\n13,1,1\n14,0,1\n"}, "no node names a zone"),
        ({"link": LINKS.replace("a,11,12,1,1,1,60,100", "a,11,12,1,,1,60,")}, "link.csv, row 2: neither its free-flow"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, files: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationFailed, match=why):
        read_gmns_static(_folder(tmp_path, **files))


def test_faults_of_demand(tmp_path: Path) -> None:
    bad = _folder(tmp_path, demand="o_zone_id,d_zone_id,volume\n1,9,5\n1,2,-5\n")
    with pytest.raises(ValidationFailed, match="row 3, field volume: '-5' is below 0"):
        read_gmns_demand(bad / "demand.csv", ["1", "2"])
    _folder(tmp_path, demand="o_zone_id,d_zone_id,volume\n1,9,5\n")
    with pytest.raises(ValidationFailed, match="row 2, field d_zone_id: no node names the zone '9'"):
        read_gmns_demand(bad / "demand.csv", ["1", "2"])
