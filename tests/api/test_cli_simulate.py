"""hue-twin simulate: SUMO's vehicles drive here, what cannot be driven is told, and each has a row in the CSV."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.cli import app

UTM = "+proj=utm +zone=48 +datum=WGS84 +units=m +no_defs"
SPOTS = {"a": (0, 0), "b": (500, 0), "c": (1000, 0), "d": (500, 500)}
LINKS = ("ab", "bc", "bd", "dc")
GREEN_S, RED_S = 20, 40
JUNCTION_S = 3.0  # the scenario's rule where three sides meet without a signal


def _network(*, signal: bool) -> str:
    """From a over b to c, straight or by d; trucks may not take the straight road after b; a signal at b."""
    edges = []
    for name in LINKS:
        (x1, y1), (x2, y2) = SPOTS[name[0]], SPOTS[name[1]]
        length = float(np.hypot(x2 - x1, y2 - y1))
        no_trucks = ' disallow="truck"' if name == "bc" else ""
        edges.append(
            f'<edge id="{name}" from="{name[0]}" to="{name[1]}"><lane id="{name}_0" index="0" speed="10"'
            f' length="{length}"{no_trucks} shape="{x1},{y1} {x2},{y2}"/></edge>'
        )
    nodes = [f'<junction id="{n}" type="priority" x="{x}" y="{y}"/>' for n, (x, y) in SPOTS.items()]
    lights = ' tl="t" linkIndex="0"' if signal else ""
    moves = [
        f'<connection from="{a}" to="{b}" fromLane="0" toLane="0"{lights if a == "ab" else ""} dir="s" state="M"/>'
        for a, b in (("ab", "bc"), ("ab", "bd"), ("bd", "dc"))
    ]
    program = (
        f'<tlLogic id="t" type="static" programID="0" offset="0"><phase duration="{GREEN_S}" state="G"/>'
        f'<phase duration="{RED_S}" state="r"/></tlLogic>'
    )
    parts = [*edges, program if signal else "", *nodes, *moves]
    return f'<net><location netOffset="-773000,-1820000" projParameter="{UTM}"/>{"".join(parts)}</net>'


def _simulate(folder: Path, routes: str, *words: str, signal: bool = False) -> tuple[int, str]:
    net, demand = folder / "x.net.xml", folder / "x.rou.xml"
    net.write_text(_network(signal=signal))
    demand.write_text(f'<routes><vType id="xe" vClass="truck"/>{routes}</routes>')
    done = CliRunner().invoke(app, ["simulate", str(net), str(demand), *words])
    return done.exit_code, done.output


def _facts(folder: Path, routes: str, *words: str, signal: bool = False) -> dict[str, object]:
    code, text = _simulate(folder, routes, "--json", *words, signal=signal)
    assert code == 0, text
    found: dict[str, object] = json.loads(text.splitlines()[-1])
    return found


def test_a_trip_takes_the_fastest_way_its_class_may_take(tmp_path: Path) -> None:
    out = tmp_path / "trips.csv"
    facts = _facts(
        tmp_path,
        '<trip id="car" depart="10" from="ab" to="bc"/><trip id="truck" type="xe" depart="400" from="ab" to="dc"/>'
        '<vehicle id="round" depart="900"><route edges="ab bd dc"/></vehicle>',
        "--out", str(out),
    )  # fmt: skip
    assert (facts["vehicles"], facts["arrived"], facts["link_entries"], facts["left_out"]) == (3, 3, 8, [])
    with out.open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert float(rows["car"]["travel_time_s"]) == pytest.approx(100.0 + JUNCTION_S)
    around_s = (1000.0 + np.hypot(500, 500)) / 10.0 + JUNCTION_S
    assert float(rows["truck"]["travel_time_s"]) == pytest.approx(around_s, abs=1e-3)
    assert float(rows["round"]["arrive_s"]) == pytest.approx(900.0 + around_s, abs=1e-3)
    assert [rows[k]["class"] for k in ("car", "truck")] == ["car", "truck"]
    assert float(rows["truck"]["delay_s"]) == pytest.approx(0.0, abs=1e-3)
    assert facts["mean_travel_time_s"] == pytest.approx((100.0 + JUNCTION_S + 2 * around_s) / 3, abs=1e-3)


def test_who_arrives_at_red_waits_for_green(tmp_path: Path) -> None:
    """50 s to the signal, green from 0 to 20 s of 60: who departs at 0 goes at 60, who departs at 15 goes at 65."""
    for depart_s, delay_s in ((0, 10.0), (15, 0.0), (31, 39.0)):
        trip = f'<trip id="car" depart="{depart_s}" from="ab" to="bc"/>'
        assert _facts(tmp_path, trip, signal=True)["mean_delay_s"] == pytest.approx(delay_s, abs=1e-6)


def test_what_sumo_would_refuse_is_left_out_and_counted(tmp_path: Path) -> None:
    facts = _facts(
        tmp_path,
        '<vehicle id="jump" depart="0"><route edges="ab dc"/></vehicle>'
        '<vehicle id="law" type="xe" depart="0"><route edges="ab bc"/></vehicle>'
        '<trip id="back" depart="0" from="dc" to="ab"/><trip id="good" depart="0" from="ab" to="bc"/>'
        '<person id="p" depart="0"><walk edges="ab"/></person>',
    )
    told = facts["left_out"]
    assert isinstance(told, list)
    assert (facts["vehicles"], facts["arrived"]) == (1, 1)
    assert [(entry["vehicles"], entry["en"]) for entry in told] == [
        (1, "vehicles on links that are closed for their class"),
        (1, "vehicles whose links do not follow each other"),
        (1, "trips without a way"),
        (None, "1 person"),
    ]


def test_an_early_end_leaves_vehicles_under_way_and_words_are_vietnamese_first(tmp_path: Path) -> None:
    flow = '<flow id="f" begin="0" end="600" number="60" from="ab" to="bc"/>'
    code, text = _simulate(tmp_path, flow, "--until", "200")
    assert code == 0
    assert "Xe / vehicles: 60" in text
    assert "Đã đến nơi / arrived: 10" in text
    assert "Chậm trễ trung bình / mean delay: 0,0 s" in text
    assert "capacity assumed by the number of lanes" in text
    whole = _facts(tmp_path, flow)
    assert (whole["arrived"], whole["gridlocks"], whole["first_gridlock_s"]) == (60, 0, None)


def test_bad_input_ends_with_1(tmp_path: Path) -> None:
    trip = '<trip id="car" depart="50" from="ab" to="bc"/>'
    code, text = _simulate(tmp_path, trip, "--until", "20")
    assert (code, "the first vehicle departs at 50 s" in text) == (1, True)
    code, text = _simulate(tmp_path, trip.replace("bc", "bx"), "--json")
    assert code == 1
    assert "the edge bx is not in the network" in json.loads(text.splitlines()[-1])["message"]
