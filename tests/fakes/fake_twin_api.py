"""A fake of the back end: the map's contract in one file, with answers a test can predict."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydeck
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles

from api.map.catalogue import city_layers
from api.map.pack import MEDIA_TYPE, encode, pack_layer
from api.map.page import CONTENT_SECURITY_POLICY, STATIC, bundle_path
from api.map.spec import map_spec
from api.studies import touched
from gis_data.projection import project
from scenarios.engine.timeline import parse_intervention
from scenarios.traffic.change_labels import change_label
from twin.city.city import City

SCENARIO = {
    "name": "traffic",
    "title": {"vi": "Giao thông khi đóng đường", "en": "Traffic with closures"},
    "version": "1",
    "available": True,
    "reason": None,
    "interventions": ["close-street", "close-link"],
    "params": {
        "properties": {
            "duration_min": {
                "type": "number", "default": 60.0, "minimum": 1, "maximum": 1440, "unit": "min",
                "vi": "Thời gian được đánh giá", "en": "Length of the period that counts",
            },
            "demand_scale": {
                "type": "number", "default": 1.0, "minimum": 0, "maximum": 3, "unit": "1",
                "vi": "Hệ số nhu cầu đi lại", "en": "Demand multiplier",
            },
            "date": {"type": "string", "format": "date", "default": "2026-11-25", "unit": "1",
                     "vi": "Ngày mô phỏng", "en": "Date of the run"},
            "replications": {"type": "integer", "default": 3, "minimum": 1, "maximum": 100, "unit": "1",
                             "vi": "Số lần lặp", "en": "Replications"},
        }
    },
}  # fmt: skip
WHAT_IF = {
    "key": "truong-tien-no-cars",
    "title": {"vi": "Cấm ô tô qua cầu Trường Tiền", "en": "No cars over Trường Tiền bridge"},
    "source": {"vi": "Giả định của bản thử", "en": "The fake's assumption"},
    "params": {"duration_min": 45.0},
    "interventions": [
        {"kind": "close-street", "name": "Cầu Trường Tiền", "modes": 56,
         "when": [{"from_time": "16:30", "to_time": "18:30", "days": ["mon", "tue", "wed", "thu", "fri"]}]}
    ],
}  # fmt: skip
TIMES_S = [600, 1200, 1800, 2400, 3000, 3600]


@dataclass
class FakeTwin:
    """State of the fake: which runs were asked for, and which of them shall fail."""

    city: City
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    failing: bool = False

    def submit(self, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a run; the same question gets the same id."""
        key = json.dumps(body, sort_keys=True)
        run_id = f"{abs(hash(key)):016x}"[:12]
        self.runs.setdefault(
            run_id,
            {"id": run_id, "scenario": body["scenario"], "status": "accepted", "progress": 0.0, "sim_time": 0.0,
             "message": {"vi": "Đang chờ", "en": "Waiting"}, "problem": None, "body": body},
        )  # fmt: skip
        return self.runs[run_id]

    def ratios(self, run_id: str | None, step: int) -> Any:
        """Return the speed ratio of every link; closed streets are not observed, the others slow down."""
        roads = self.city.roads
        ratio = 40 + (np.arange(len(roads)) * 7 + step * 9) % 61
        if run_id:
            names = [i["name"] for i in self.runs[run_id]["body"]["interventions"] if i["kind"] == "close-street"]
            if names:
                ratio = np.where(np.char.startswith(roads.name, "Cầu"), ratio // 3, ratio - 8)
            ratio = np.where(np.isin(roads.name, names), 255, ratio)
        return ratio.astype(np.uint8)


def b64(array: Any) -> str:
    """Return an array's bytes as base64."""
    return base64.b64encode(array.tobytes()).decode("ascii")


def live(twin: FakeTwin, step: int = 0) -> dict[str, Any]:
    """Return a live state with one fresh, one stale and one silent sensor."""
    roads = twin.city.roads
    ratio = twin.ratios(None, step)
    ratio[roads.name == ""] = 255
    places = twin.city.places
    bikes = places.ids[places.kind == "bike_station"].tolist() or twin.city.bike_stations.ids.tolist()
    as_of = f"2026-11-24T07:{step % 60:02d}:00+07:00"
    return {
        "as_of": as_of,
        "source": {"kind": "synthetic", "label": {"vi": "Dữ liệu tổng hợp", "en": "Synthetic feed"}, "speed_x": 60},
        "links": {"ratio": b64(ratio), "flow_veh_h": b64(np.full(len(roads), 420, dtype="<u2"))},
        "stations": [{"id": i, "bikes": 4 + k, "docks": 20, "as_of": as_of} for k, i in enumerate(bikes)],
        "gauges": [{"id": i, "level_m": 1.32, "as_of": as_of, "alarm": 1} for i in twin.city.gauges.ids.tolist()],
        "sensors": [
            {"id": "count-1", "kind": "count", "health": "fresh", "last": as_of},
            {"id": "count-2", "kind": "count", "health": "stale", "last": "2026-11-24T06:20:00+07:00"},
            {"id": "count-3", "kind": "count", "health": "silent", "last": None},
        ],
        "counts": {"fresh": 1, "stale": 1, "silent": 1},
    }


def comparison(twin: FakeTwin, a: str, b: str) -> dict[str, Any]:
    """Return two runs side by side."""
    steps, n = range(len(TIMES_S)), len(twin.city.roads)
    row = {"unit": "min", "mode": "motorcycle", "level": 0.95}
    return {
        "baseline": a,
        "what_if": b,
        "verdict": [{"vi": "Đóng cầu: chậm thêm 2,7 phút (95 %: 2,1–3,3).", "en": "Closing it: 2.7 min slower."}],
        "indicators": [
            {**row, "key": "mean_travel_time", "title": {"vi": "Thời gian đi trung bình", "en": "Mean travel time"},
             "a": 11.2, "b": 13.9, "difference": 2.7, "ci": [2.1, 3.3], "better": "lower"},
            {**row, "key": "trips_done", "title": {"vi": "Chuyến đi hoàn thành", "en": "Trips completed"}, "unit": "1",
             "a": 8123.0, "b": 7901.0, "difference": -222.0, "ci": None, "better": "higher"},
        ],
        "links": {
            "time_s": TIMES_S,
            "ratio_a": [b64(twin.ratios(None, k)) for k in steps],
            "ratio_b": [b64(twin.ratios(b, k)) for k in steps],
            **{f"flow_{s}": [b64(np.full(n, v + k, dtype="<u2")) for k in steps] for s, v in (("a", 400), ("b", 300))},
            "change_veh_h": b64(np.full(n, -100, dtype="<i2")), "change_unclear": b64(np.zeros(n, dtype=np.uint8)),
        },
        "tables": [{"key": "bridges", "title": {"vi": "Cầu", "en": "Bridges"}}],
        "notes": [{"vi": "Nhu cầu đi lại là giả định.", "en": "The travel demand is an assumption."}],
    }  # fmt: skip


def bridges() -> dict[str, Any]:
    """Return a table of two bridges and their sum."""
    title = {"vi": "Lưu lượng", "en": "Flow"}
    rows: list[dict[str, Any]] = [
        {"id": "=Sông Hương", "name": {"vi": "Tổng các cầu qua Sông Hương", "en": "All bridges over Sông Hương"},
         "group": "Sông Hương", "lonlat": None, "a": [4000], "b": [4010], "difference": [10], "half_width": [25]},
        {"id": "Sông Hương|Cầu Phú Xuân", "name": {"vi": "Cầu Phú Xuân", "en": "Cầu Phú Xuân"}, "group": "Sông Hương",
         "lonlat": [107.5857, 16.4655], "a": [2500], "b": [4010], "difference": [1510], "half_width": [80]},
        {"id": "Sông Hương|Cầu Trường Tiền", "name": {"vi": "Cầu Trường Tiền", "en": "Cầu Trường Tiền"},
         "group": "Sông Hương", "lonlat": [107.5886, 16.4695], "a": [1500], "b": [0], "difference": [-1500],
         "half_width": [None]},
    ]  # fmt: skip
    column = {"key": "flow_veh_h", "title": title, "unit": "veh/h", "better": None}
    return {
        "title": {"vi": "Cầu", "en": "Bridges"}, "columns": [column], "ordered_by": "flow_veh_h", "total": 3,
        "rows": [{**row, "generated": False} for row in rows],
    }  # fmt: skip


def tracks(city: City) -> bytes:
    """Return two motorcycles and a car that go over the Trường Tiền bridge again and again."""
    link = int(city.roads.links_named("Cầu Trường Tiền")[0])
    entered = np.arange(0, 3600, 60, dtype=np.float32)
    n = len(entered)
    arrays: dict[str, Any] = {
        "kind": np.arange(n, dtype=np.uint8) % 2, "first": np.arange(n + 1, dtype=np.uint32),
        "link": np.full(n, link, dtype=np.int32), "entered_s": entered, "left_s": entered + np.float32(55.0),
    }  # fmt: skip
    titles = {"motorcycle": {"vi": "Xe máy", "en": "Motorcycles"}, "car": {"vi": "Ô tô con", "en": "Cars"}}
    classes = [{"key": key, "title": title} for key, title in titles.items()]
    return encode({"key": "tracks", "count": n, "classes": classes}, arrays)


def _event(name: str, data: Any, number: int) -> str:
    return f"event: {name}\nid: {number}\ndata: {json.dumps(data)}\n\n"


def _progress(twin: FakeTwin, run: dict[str, Any]) -> Iterator[str]:
    for k in range(1, 6):
        run |= {"status": "running", "progress": k / 5, "sim_time": 720.0 * k}
        yield _event("progress", _public(run), k)
    problem = {"title": "Run stopped", "title_vi": "Lượt chạy bị dừng", "detail": "as the test asked", "code": "x",
               "remedy": "Ask again.", "remedy_vi": "Hãy chạy lại."}  # fmt: skip
    run |= {"status": "failed", "problem": problem} if twin.failing else {"status": "successful"}
    yield _event("done", _public(run), 6)


def _public(run: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in run.items() if k != "body"} | {"request": run["body"]}


def make_app(city: City) -> FastAPI:
    """Return the fake service of a city."""
    app, twin = FastAPI(), FakeTwin(city)
    app.state.twin = twin
    _page_routes(app)
    _city_routes(app, twin)
    _change_routes(app, twin)
    _run_routes(app, twin)
    _result_routes(app, twin)
    return app


def _page_routes(app: FastAPI) -> None:
    @app.middleware("http")
    async def secure(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers["content-security-policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/static/deck.js")
    def deck() -> FileResponse:
        return FileResponse(bundle_path(), media_type="text/javascript")

    app.mount("/static", StaticFiles(directory=Path(STATIC)))
    assert Path(pydeck.__file__).is_file()


def _city_routes(app: FastAPI, twin: FakeTwin) -> None:
    @app.get("/api/v1/city")
    def city() -> dict[str, Any]:
        lonlat = project(np.asarray(twin.city.roads.node_xy_m), twin.city.crs, "EPSG:4326")
        return {
            "name": twin.city.name, "bounds_lonlat": [*lonlat.min(axis=0).tolist(), *lonlat.max(axis=0).tolist()],
            "notice_vi": "Sơ đồ Huế vẽ theo số liệu đã công bố; không phải dữ liệu đo đạc.",
            "notice_en": "A schematic of Huế drawn from published facts; not survey data.",
            "digest": twin.city.digest, "links": len(twin.city.roads), "layers": city_layers(twin.city),
        }  # fmt: skip

    @app.get("/api/v1/city/layers/{key}/arrays")
    def arrays(key: str) -> Response:
        return Response(pack_layer(twin.city, key), media_type=MEDIA_TYPE)

    @app.get("/api/v1/map/spec")
    def spec(lang: str = "vi") -> dict[str, Any]:
        return map_spec(twin.city, lang)

    @app.get("/api/v1/live")
    def now() -> dict[str, Any]:
        return live(twin)

    @app.get("/api/v1/live/stream")
    def stream() -> StreamingResponse:
        events = (_event("state", live(twin, k), k) for k in range(1, 3))
        return StreamingResponse(events, media_type="text/event-stream")


def _change_routes(app: FastAPI, twin: FakeTwin) -> None:
    @app.get("/api/v1/what-ifs")
    def what_ifs() -> list[dict[str, Any]]:
        return [WHAT_IF]

    @app.post("/api/v1/changes")
    async def changes(request: Request) -> list[dict[str, Any]]:
        asked = [parse_intervention(i) for i in (await request.json())["interventions"]]
        return [{"label": change_label(c)._asdict(), "links": touched(twin.city, c), "lonlat": None} for c in asked]


def _run_routes(app: FastAPI, twin: FakeTwin) -> None:
    @app.get("/api/v1/scenarios")
    def scenarios() -> list[dict[str, Any]]:
        return [SCENARIO]

    @app.post("/api/v1/runs")
    async def submit(request: Request) -> JSONResponse:
        run = twin.submit(await request.json())
        return JSONResponse(_public(run), status_code=201, headers={"location": f"/api/v1/runs/{run['id']}"})

    @app.get("/api/v1/runs/{run_id}")
    def status(run_id: str) -> dict[str, Any]:
        return _public(twin.runs[run_id])

    @app.delete("/api/v1/runs/{run_id}")
    def dismiss(run_id: str) -> dict[str, Any]:
        twin.runs[run_id] |= {"status": "dismissed"}
        return _public(twin.runs[run_id])

    @app.get("/api/v1/runs/{run_id}/events")
    def events(run_id: str) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for line in _progress(twin, twin.runs[run_id]):
                yield line

        return StreamingResponse(lines(), media_type="text/event-stream")

    @app.get("/api/v1/compare")
    def compare(a: str, b: str) -> dict[str, Any]:
        return comparison(twin, a, b)


def _result_routes(app: FastAPI, twin: FakeTwin) -> None:
    @app.get("/api/v1/compare/tables/{key}")
    def table(key: str) -> dict[str, Any]:
        return bridges() | {"key": key}

    @app.get("/api/v1/runs/{run_id}/tracks")
    def moved(run_id: str) -> Response:
        assert run_id in twin.runs
        return Response(tracks(twin.city), media_type=MEDIA_TYPE)

    @app.get("/api/v1/runs/{run_id}/series/{key}")
    def series(run_id: str, key: str) -> Response:
        assert run_id in twin.runs
        values = (np.arange(len(twin.city.roads)) * 7 % 40).astype(np.float32)
        shape = {"key": key, "intervals": len(TIMES_S), "places": len(values)}
        return Response(encode(shape, {"values": np.tile(values, len(TIMES_S))}), media_type=MEDIA_TYPE)
