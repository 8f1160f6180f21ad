"""The real service on a free port of this machine, in a thread: routes, streams and jobs as a client meets them."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from api.settings import settings
from twin.city.city import City

PATIENCE_S = 60.0


class RunningService:
    """A served city; use it in a ``with`` block."""

    def __init__(self, city: City, out: Path, **changed: Any) -> None:
        found = settings({}, **{"out": out, "tick_s": 0.05, "speed_x": 60.0, "start_h": 1.0, "workers": 1} | changed)
        self.app = create_app(found, served=city)
        config = uvicorn.Config(
            self.app, host="127.0.0.1", port=0, log_level="error", ws="none", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> httpx.Client:
        self._thread.start()
        pause = threading.Event()
        while not self._server.started:
            assert self._thread.is_alive(), "the service did not start"
            pause.wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S)
        return self.client

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the service did not stop"


def events(client: httpx.Client, path: str, **headers: str) -> Iterator[tuple[str, str, Any]]:
    """Yield name, id and content of server-sent events; comments are passed over."""
    with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                yield fields["event"], fields["id"], json.loads(fields["data"])
                fields = {}


def finished(client: httpx.Client, run_id: str) -> dict[str, Any]:
    """Return the status of a run once it is done."""
    *_, (name, _, status) = events(client, f"/api/v1/runs/{run_id}/events")
    assert name == "done"
    found: dict[str, Any] = status
    return found
