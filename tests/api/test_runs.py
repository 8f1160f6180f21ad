"""A run from the question to the comparison; dismissing, restarting and overload behave as promised."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from api.map.pack import decode
from tests.api.conftest import town_with_sensors
from tests.fakes.service import RunningService, events, finished

SHORT: dict[str, Any] = {"duration_min": 10, "warm_up_min": 0, "cool_down_min": 5}
LINKS = len(town_with_sensors().roads)
LONG: dict[str, Any] = {**SHORT, "duration_min": 1440, "demand_scale": 10}


def _ask(client: httpx.Client, **changed: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/runs", json={"scenario": "traffic", "params": SHORT, "replications": 2} | changed)
    assert answer.status_code in {200, 201}, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/runs/{body['id']}"
    return body


@pytest.fixture(scope="module")
def pair(town: httpx.Client) -> tuple[str, str]:
    """A baseline and a what-if, both done."""
    before = _ask(town)["id"]
    after = _ask(town, interventions=[{"kind": "close-street", "name": "Cầu Tây"}])["id"]
    for run_id in (before, after):
        status = finished(town, run_id)
        assert status["status"] == "successful", status
    return before, after


def test_a_run_is_written_down_followed_and_answered(town: httpx.Client, pair: tuple[str, str]) -> None:
    status = town.get(f"/api/v1/runs/{pair[0]}").json()
    assert status["progress"] == 1.0
    assert status["created"] <= status["started"] <= status["finished"]
    assert len(status["run_ids"]) == 2
    assert pair[0] in [r["id"] for r in town.get("/api/v1/runs").json()]
    result = town.get(f"/api/v1/runs/{pair[0]}/result").json()
    assert result["replications"] == 2
    trips = next(i for i in result["indicators"] if (i["key"], i["mode"]) == ("completed", ""))
    assert 0 < trips["ci"][0] < trips["value"] < trips["ci"][1]
    assert {v["key"] for v in result["variables"]} >= {
        "flow_veh_h",
        "speed_ratio",
        "queue_veh",
        "density_pcu_km",
        "speed_kmh_motorcycle",
    }
    assert result["notes"]


def test_the_same_question_is_answered_from_the_store(town: httpx.Client, pair: tuple[str, str]) -> None:
    again = town.post("/api/v1/runs", json={"scenario": "traffic", "params": SHORT, "replications": 2})
    assert again.status_code == 200
    assert again.json()["id"] == pair[0]
    assert _ask(town, seed=2)["id"] != pair[0]


def test_a_series_is_the_same_as_json_and_as_bytes(town: httpx.Client, pair: tuple[str, str]) -> None:
    path = f"/api/v1/runs/{pair[0]}/series/flow_veh_h"
    text = town.get(path).json()
    header, arrays = decode(town.get(path, params={"f": "bin"}).content)
    shape = (header["intervals"], header["places"])
    values = np.array([[np.nan if v is None else v for v in row] for row in text["values"]])
    assert values.shape == shape == (2, LINKS)
    assert np.nansum(values) > 0
    np.testing.assert_allclose(arrays["values"].reshape(shape), values, atol=1e-3)
    assert text["time_s"] == arrays["time_s"].tolist() == [300.0, 600.0]
    missing = town.get(f"/api/v1/runs/{pair[0]}/series/flow_veh")
    assert missing.status_code == 404
    assert "did you mean flow_veh_h" in missing.json()["detail"]


def test_two_runs_side_by_side(town: httpx.Client, pair: tuple[str, str]) -> None:
    before, after = pair
    found = town.get("/api/v1/compare", params={"a": before, "b": after}).json()
    assert found == town.post("/api/v1/comparisons", json={"baseline": before, "what_if": after}).json()
    for row in found["indicators"]:
        if None not in (row["a"], row["b"], row["difference"]):
            assert row["difference"] == pytest.approx(row["b"] - row["a"])
    links = found["links"]
    assert len(links["time_s"]) == len(links["ratio_a"]) == len(links["flow_b"]) == 2
    bridge = town_with_sensors().roads.links_named("Cầu Tây")
    before_flow, after_flow = (_flows(links[key][-1]) for key in ("flow_a", "flow_b"))
    assert (before_flow[bridge] > 0).any()
    assert (after_flow[bridge] == 0).all(), "nobody drives over the closed bridge"
    assert len(after_flow) == LINKS
    delay = next(r for r in found["indicators"] if (r["key"], r["mode"]) == ("mean_travel_time_s", ""))
    assert delay["difference"] > 0
    assert delay["better"] == "lower"
    assert found["verdict"][0]["en"].startswith("Closing Cầu Tây makes trips ")
    change, unclear = (base64.b64decode(links[key]) for key in ("change_veh_h", "change_unclear"))
    assert (np.frombuffer(change, "<i2")[bridge] <= 0).all()
    assert len(unclear) == LINKS
    same = town.get("/api/v1/compare", params={"a": before, "b": before}).json()
    assert all(row["difference"] in {0.0, None} for row in same["indicators"])


def test_runs_of_different_questions_are_not_compared(town: httpx.Client, pair: tuple[str, str]) -> None:
    other = _ask(town, params={**SHORT, "demand_scale": 2})["id"]
    assert finished(town, other)["status"] == "successful"
    answer = town.get("/api/v1/compare", params={"a": pair[0], "b": other})
    assert (answer.status_code, answer.json()["code"]) == (409, "not-comparable")


def test_a_run_from_now_is_another_question(town: httpx.Client, pair: tuple[str, str]) -> None:
    live = _ask(town, **{"from": "live"})
    assert live["id"] != pair[0]
    assert finished(town, live["id"])["status"] == "successful"
    assert town.get(f"/api/v1/runs/{live['id']}/result").json()["manifest"]["state_digest"]


def test_an_outline_is_given_in_longitude_and_latitude(town: httpx.Client) -> None:
    west, south, east, north = town.get("/api/v1/city").json()["bounds_lonlat"]
    box = [[west, south], [east, south], [east, north], [west, north]]
    raised = _ask(town, interventions=[{"kind": "raise-ground", "outline": box, "level_m": 3.2}])
    corners = np.array(raised["request"]["interventions"][0]["outline_m"])
    assert np.ptp(corners, axis=0) == pytest.approx([600.0, 1500.0], rel=0.01)
    town.delete(f"/api/v1/runs/{raised['id']}")


def test_a_running_run_is_dismissed_with_its_process_within_a_second(tmp_path: Path) -> None:
    with RunningService(town_with_sensors(), tmp_path) as client:
        run_id = _ask(client, params=LONG, replications=100)["id"]
        waiting = _ask(client, params=LONG, seed=9)["id"]
        assert client.get(f"/api/v1/runs/{waiting}/result").json()["code"] == "result-not-ready"
        stream = events(client, f"/api/v1/runs/{run_id}/events")
        assert any(status["progress"] > 0 for _, _, status in stream)
        before = _processes()
        answer = client.delete(f"/api/v1/runs/{run_id}")
        assert answer.json()["status"] == "dismissed"
        assert answer.elapsed.total_seconds() < 1.0
        assert _processes() < before
        assert client.get(f"/api/v1/runs/{run_id}/result").json()["code"] == "result-not-ready"
        assert client.delete(f"/api/v1/runs/{waiting}").json()["status"] == "dismissed"
        assert client.delete(f"/api/v1/runs/{waiting}").json()["status"] == "dismissed"


def test_after_a_restart_what_ran_has_failed_and_what_waited_is_computed(tmp_path: Path) -> None:
    city = town_with_sensors()
    with RunningService(city, tmp_path) as client:
        running = _ask(client, params=LONG, replications=100)["id"]
        waiting = _ask(client, **{"from": "live"})["id"]
        next(events(client, f"/api/v1/runs/{running}/events"))
        while client.get(f"/api/v1/runs/{running}").json()["status"] == "accepted":
            pass
    stored = json.loads((tmp_path / "runs" / running / "status.json").read_text(encoding="utf-8"))
    assert stored["problem"]["code"] == "interrupted"
    (tmp_path / "runs" / running / "status.json").write_text(
        json.dumps(stored | {"status": "running"}), encoding="utf-8"
    )
    with RunningService(city, tmp_path) as client:
        status = client.get(f"/api/v1/runs/{running}").json()
        assert (status["status"], status["problem"]["code"]) == ("failed", "interrupted")
        assert finished(client, waiting)["status"] == "successful"
        retried = _ask(client, params=LONG, replications=100)
        assert retried["id"] == running
        assert retried["status"] == "accepted"


def test_too_many_waiting_runs_are_refused_and_told_when_to_come_back(tmp_path: Path) -> None:
    with RunningService(town_with_sensors(), tmp_path, queue_limit=0) as client:
        answers = [
            client.post("/api/v1/runs", json={"scenario": "traffic", "params": LONG, "seed": k, "replications": 100})
            for k in range(4)
        ]
        refused = [a for a in answers if a.status_code != 201]
        assert refused
        assert all((a.status_code, a.json()["code"]) == (429, "too-many-runs") for a in refused)
        assert refused[0].headers["retry-after"]


def test_a_worker_that_dies_leaves_a_failed_run(tmp_path: Path) -> None:
    service = RunningService(town_with_sensors(), tmp_path)
    with service as client:
        run_id = _ask(client, params=LONG, replications=100)["id"]
        for _, _, status in events(client, f"/api/v1/runs/{run_id}/events"):
            if status["status"] == "running" and status["progress"] > 0:
                break
        os.kill(service.app.state.context.jobs.processes.pid(run_id), 9)
        status = finished(client, run_id)
        assert (status["status"], status["problem"]["code"]) == ("failed", "worker-died")


def test_a_service_whose_feed_stopped_is_not_ready(tmp_path: Path) -> None:
    service = RunningService(town_with_sensors(), tmp_path)
    with service as client:
        assert client.get("/readyz").status_code == 200
        feed = service.app.state.context.tasks[0]
        feed.get_loop().call_soon_threadsafe(feed.cancel)
        while (answer := client.get("/readyz")).status_code == 200:
            pass
        assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
        assert "live feed" in answer.json()["detail"]
        assert client.get("/healthz").status_code == 200


def _flows(text: str) -> "np.ndarray[Any, Any]":
    return np.frombuffer(base64.b64decode(text), "<u2")


def _processes() -> int:
    """How many processes this one has started."""
    return sum(
        f"PPid:\t{os.getpid()}\n" in path.read_text(encoding="utf-8")
        for path in Path("/proc").glob("[0-9]*/status")
        if path.exists()
    )
