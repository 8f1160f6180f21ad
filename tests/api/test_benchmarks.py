"""Works and jobs of the bench: the same vehicles whoever drives them, and a table that says what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from api.benchmarks.chicago import ZoneWork, chicago_work
from api.benchmarks.contest import rows
from api.benchmarks.contests import Contest, Side
from api.benchmarks.grids import grid_work
from api.benchmarks.peers import our_job, our_zones, ours
from api.benchmarks.report import BEGIN, END, markdown, put
from api.benchmarks.works import contests
from api.cli import app

ROOT = Path(__file__).parents[2]
SMALL = grid_work(4, spacing_m=100.0, jitter=0.1, vehicles=100, last_departure_s=60.0, until_s=900.0, seed=1)


def test_the_whole_job_moves_vehicles_as_the_loop_alone_does() -> None:
    alone = ours.run(SMALL.arrays(), {"mode": 0}).values["arrive_s"]
    for options in ({"ways": "given"}, {"ways": "given", "search": True}):
        job = our_job.run(SMALL.arrays(), options)
        np.testing.assert_array_equal(job.values["arrive_s"], alone)
        assert job.process_s > job.cpu_s > 0


def test_own_ways_are_looked_up_and_lead_everybody_to_his_end() -> None:
    job = our_job.run(SMALL.arrays(), {"ways": "looked-up", "update_s": 60.0})
    assert np.all(job.values["arrive_s"] - SMALL.depart_s >= 0)


def test_zones_send_whole_vehicles_evenly_and_all_arrive() -> None:
    work = ZoneWork(
        node_xy=np.zeros((3, 2)), tail=np.array([0, 1, 2], np.int32), head=np.array([1, 2, 0], np.int32),
        length_m=np.full(3, 200.0), speed_mps=np.full(3, 10.0), lanes=np.array([1, 2, 3], np.int32),
        origin=np.array([0, 2], np.int32), destination=np.array([2, 1], np.int32), vehicles=np.array([4, 2], np.int32),
        spread_s=40.0, until_s=300.0,
    )  # fmt: skip
    depart_s, pair = work.departures()
    assert depart_s.tolist() == [5.0, 10.0, 15.0, 25.0, 30.0, 35.0]
    assert pair.tolist() == [0, 1, 0, 0, 1, 0]
    found = our_zones.run(work.arrays(), {"update_s": 50.0}).values
    assert np.all(found["arrive_s"] - found["depart_s"] >= 40.0)


@pytest.mark.shared
def test_chicago_is_as_large_as_uxsim_s_own_example(shared: Path) -> None:
    work = chicago_work(shared / "tntp" / "Chicago-Sketch")
    assert (len(work.tail), len(np.unique(np.concatenate([work.tail, work.head])))) == (2176, 546)
    assert len(work.vehicles) == 8406
    assert 1_080_000 <= work.vehicles.sum() <= 1_085_000
    assert work.lanes.max() == 13
    assert np.all(work.origin != work.destination)


def test_a_work_without_peers_has_a_row_of_its_own_and_its_place_in_the_table() -> None:
    side = Side(name="hue-twin", module="api.benchmarks.peers.ours", options={"mode": 0}, includes="its loop")
    (row,) = rows(Contest(name="alone", make=SMALL.arrays, ours=side), timeout_s=60.0, rounds=1, tell=lambda _: None)
    assert row["peer"] is row["peer_s"] is row["ratio"] is None
    assert row["ours_found"]["arrived"] == 100
    line, *_, note = markdown([row]).splitlines()[2:]
    assert line.startswith("| alone | ")
    assert "| none | – | – | arrived 100, mean_travel_s" in line
    assert line.endswith("| – | (1) | – |")
    assert note == "* (1) its loop"


def test_the_table_of_the_documents_is_that_of_the_kept_rows() -> None:
    kept = json.loads((ROOT / "docs" / "bench.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert put(text, markdown(kept)) == text, "hue-twin bench table docs/bench.json --into docs/validation.md"
    assert {row["work"] for row in kept} <= {c.name for c in contests(Path())}


def test_the_table_is_put_between_its_marks_only(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text("[]", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}old\n{END}after\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["bench", "table", str(tmp_path / "rows.json"), "--into", str(page)])
    assert done.exit_code == 0
    assert page.read_text(encoding="utf-8") == f"before\n{BEGIN}{markdown([])}{END}after\n"
    with pytest.raises(ValueError, match="no <!-- bench"):
        put("no marks", "")
