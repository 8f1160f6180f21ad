"""Every route answers as the contract says; every error is a problem document in both languages."""

import base64
import json
from typing import Any

import httpx
import numpy as np
import pytest

from api.map.pack import decode
from api.security import HEADERS
from tests.fakes.service import events
from twin.city.city import TABLES
from twin.testing.toy import toy_city

CITY = toy_city()
NOBODY = "0" * 24


def _problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "title_vi", "status", "detail", "code"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    return body


def test_the_page_and_its_bundle_come_from_here_under_a_strict_policy(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for name, value in HEADERS.items():
        assert page.headers[name] == value
    assert "'unsafe-eval'" not in page.headers["content-security-policy"]
    bundle = client.get("/static/deck.js")
    assert len(bundle.content) > 1_000_000
    again = client.get("/static/deck.js", headers={"if-none-match": bundle.headers["etag"]})
    assert "max-age" in bundle.headers["cache-control"]
    assert again.headers["etag"] == bundle.headers["etag"]


def test_facts_of_the_city(client: httpx.Client) -> None:
    facts = client.get("/api/v1/city").json()
    assert facts["digest"] == CITY.digest
    west, south, east, north = facts["bounds_lonlat"]
    assert west < east
    assert south < north
    assert {layer["key"] for layer in facts["layers"]} == set(TABLES)
    assert client.get("/api/v1/city/layers").json() == facts["layers"]


@pytest.mark.parametrize("key", list(TABLES))
def test_every_layer_comes_as_geojson_and_as_a_pack(client: httpx.Client, key: str) -> None:
    answer = client.get(f"/api/v1/city/layers/{key}")
    assert answer.headers["content-type"] == "application/geo+json"
    page = answer.json()
    assert page["numberMatched"] == page["numberReturned"] == len(page["features"]) == len(CITY.tables()[key])
    for feature in page["features"]:
        assert {"id", "provenance", "accuracy_m", "source"} <= set(feature["properties"])
        assert (feature["geometry"] is None) == (TABLES[key].GEOMETRY == "none")
    header, arrays = decode(client.get(f"/api/v1/city/layers/{key}/arrays").content)
    assert header["count"] == len(CITY.tables()[key])
    assert ("positions" in arrays) == (TABLES[key].GEOMETRY != "none")


def test_a_long_layer_is_followed_page_by_page(client: httpx.Client) -> None:
    path, seen = "/api/v1/city/layers/roads?limit=3", []
    while path:
        page = client.get(path).json()
        seen += [f["id"] for f in page["features"]]
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    assert seen == CITY.roads.ids.tolist()


def test_a_box_picks_what_it_touches(client: httpx.Client) -> None:
    west, south, _, _ = client.get("/api/v1/city").json()["bounds_lonlat"]
    corner = f"{west - 1e-5},{south - 1e-5},{west + 1e-5},{south + 1e-5}"
    page = client.get("/api/v1/city/layers/roads", params={"bbox": corner}).json()
    assert sorted(f["id"] for f in page["features"]) == ["ab", "ba"]


def test_where_a_camera_looks_is_not_told(client: httpx.Client) -> None:
    camera = client.get("/api/v1/city/layers/cameras").json()["features"][0]
    assert not {"heading_deg", "fov_deg", "range_m", "height_m"} & set(camera["properties"])


def test_a_pack_is_not_sent_twice(client: httpx.Client) -> None:
    first = client.get("/api/v1/city/layers/roads/arrays")
    again = client.get("/api/v1/city/layers/roads/arrays", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/city/layers/roads/arrays", headers={"if-none-match": '"other"'})
    assert other.content == first.content


def test_the_map_is_described_in_both_languages(client: httpx.Client) -> None:
    for lang in ("vi", "en"):
        assert client.get("/api/v1/map/spec", params={"lang": lang}).json()["lang"] == lang
    _problem(client.get("/api/v1/map/spec?lang=fr"), 422, "invalid-request")


def test_health_counts_what_the_feed_took(client: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        body = client.get(path).json()
        assert body["status"] == "ok"
        assert body["feed"]["taken"] > 0


def test_the_live_state_has_bytes_for_links_and_a_word_for_every_sensor(client: httpx.Client) -> None:
    live = client.get("/api/v1/live").json()
    ratio = np.frombuffer(base64.b64decode(live["links"]["ratio"]), np.uint8)
    flow = np.frombuffer(base64.b64decode(live["links"]["flow_veh_h"]), "<u2")
    assert len(ratio) == len(flow) == len(CITY.roads)
    assert 0 < ratio[0] <= 200
    assert (ratio[1:] == 255).all(), "only the link with a camera is observed"
    assert (flow[1:] == 65_535).all()
    assert live["source"]["kind"] == "synthetic"
    assert {s["id"]: s["health"] for s in live["sensors"]} == {"cam-1": "fresh", "bike-1": "fresh", "kim-long": "fresh"}
    assert live["counts"] == {"fresh": 3, "stale": 0, "silent": 0}
    assert live["stations"][0]["docks"] == 20
    assert live["gauges"][0]["alarm"] == 0


def test_the_stream_sends_moving_states_and_honours_the_last_id(client: httpx.Client) -> None:
    stream = events(client, "/api/v1/live/stream")
    (name, first, before), (_, second, after) = next(stream), next(stream)
    assert name == "state"
    assert int(second) == int(first) + 1
    assert after["as_of"] > before["as_of"]
    resumed = events(client, "/api/v1/live/stream", **{"last-event-id": second})
    assert int(next(resumed)[1]) > int(second)
    stream.close()  # type: ignore[attr-defined] # it is a generator
    resumed.close()  # type: ignore[attr-defined] # as above


def test_scenarios_tell_parameters_with_units_and_both_languages(client: httpx.Client) -> None:
    traffic = next(s for s in client.get("/api/v1/scenarios").json() if s["name"] == "traffic")
    assert traffic["available"]
    assert {"close-street", "close-link", "one-way", "signal", "raise-ground"} < set(traffic["interventions"])
    for field in traffic["params"]["properties"].values():
        assert {"unit", "vi", "en", "default"} <= set(field)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/static/../settings.py", 404, "not-found"),
        ("GET", "/static/%2e%2e/settings.py", 404, "not-found"),
        ("PUT", "/api/v1/runs", 405, "method-not-allowed"),
        ("GET", "/api/v1/city/layers/sewers", 404, "unknown-item"),
        ("GET", "/api/v1/city/layers/sewers/arrays", 404, "unknown-item"),
        ("GET", "/api/v1/city/layers/roads?limit=0", 422, "invalid-request"),
        ("GET", "/api/v1/city/layers/roads?bbox=1,2,3", 422, "invalid-request"),
        ("GET", "/api/v1/city/layers/roads?bbox=3,2,1,4", 422, "request-error"),
        ("GET", f"/api/v1/runs/{NOBODY}", 404, "unknown-item"),
        ("GET", "/api/v1/runs/..%2F..%2Fetc", 404, "not-found"),
        ("GET", "/api/v1/runs/oops", 422, "invalid-request"),
        ("DELETE", f"/api/v1/runs/{NOBODY}", 404, "unknown-item"),
        ("GET", f"/api/v1/runs/{NOBODY}/events", 404, "unknown-item"),
        ("GET", f"/api/v1/runs/{NOBODY}/result", 404, "unknown-item"),
        ("GET", f"/api/v1/runs/{NOBODY}/series/flow_veh_h", 404, "unknown-item"),
        ("GET", f"/api/v1/compare?a={NOBODY}&b={NOBODY}", 404, "unknown-item"),
        ("GET", "/api/v1/compare?a=x", 422, "invalid-request"),
    ],
)
def test_a_wrong_request_is_answered_with_a_problem(
    client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)
    _problem(answer, status, code)
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 405:
        assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("body", "status", "code", "detail"),
    [
        ({}, 422, "invalid-request", "body.scenario: Field required"),
        ({"scenario": "trafic"}, 404, "unknown-item", "no such scenario; did you mean traffic?"),
        ({"scenario": "traffic", "params": {"demand": 2}}, 422, "invalid-params", "no parameter demand"),
        ({"scenario": "traffic", "params": {"demand_scale": 9999}}, 422, "invalid-params", "or equal to 1000"),
        ({"scenario": "traffic", "colour": "red"}, 422, "invalid-request", "body.colour: Extra inputs"),
        (
            {"scenario": "traffic", "interventions": [{"kind": "close-street", "name": "Le Loi"}]},
            422, "invalid-intervention", "did you mean Lê Lợi?",
        ),
        (
            {"scenario": "traffic", "interventions": [{"kind": "close-link", "links": ["zz"]}]},
            404, "unknown-item", "zz",
        ),
        ({"scenario": "traffic", "interventions": [{"kind": "burn"}]}, 422, "invalid-request", "burn"),
        ({"scenario": "traffic", "replications": 10**9}, 422, "invalid-request", "replications"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_before_it_is_accepted(
    client: httpx.Client, body: dict[str, Any], status: int, code: str, detail: str
) -> None:
    assert detail in _problem(client.post("/api/v1/runs", json=body), status, code)["detail"]


def test_a_body_that_is_too_large_or_no_json_is_refused(client: httpx.Client) -> None:
    def endless() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    headers = {"content-type": "application/json"}
    _problem(client.post("/api/v1/runs", content=endless(), headers=headers), 413, "content-too-large")
    _problem(client.post("/api/v1/runs", content=b"{", headers=headers), 422, "invalid-request")
    _problem(client.post("/api/v1/runs", content=b"\xff", headers=headers), 400, "bad-request")
    _problem(client.post("/api/v1/runs", data={"scenario": "traffic"}), 422, "invalid-request")


def test_the_api_describes_itself_with_its_problems(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    text = json.dumps(document)
    assert "HTTPValidationError" not in text
    names = set(document["components"]["schemas"])
    assert all(f'"{name}"' for name in names)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in names
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert "application/problem+json" in operation["responses"].get("500", {"content": {}})["content"] or not (
                path.startswith("/api")
            ), (path, method)


def test_no_documentation_page_loads_from_elsewhere(client: httpx.Client) -> None:
    for path in ("/docs", "/redoc"):
        _problem(client.get(path), 404, "not-found")
