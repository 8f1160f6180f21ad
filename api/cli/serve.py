"""hue-twin serve: the service with its map."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.output import or_exit

_OPEN_AFTER_S = 1.0
_CLOSE_WITHIN_S = 2


def serve(
    *,
    city: Annotated[str | None, typer.Option(help="A city file, or 'hue' for the embedded city.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 keeps it to this machine.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = None,
    replay: Annotated[str | None, typer.Option(help="A recorded day (.ndjson), or 'synthetic'.")] = None,
    speed_x: Annotated[
        float | None, typer.Option("--speed", help="Replayed seconds per real second, 1 to 600.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of runs and results.")] = None,
    open_map: Annotated[bool, typer.Option("--open", help="Open the map in a browser.")] = False,
) -> None:
    """Serve the map, the live state and the what-ifs until interrupted; each option has a HUE_TWIN_… variable."""
    import uvicorn

    from api.app import create_app
    from api.settings import settings

    console = Console(stderr=True)
    found = or_exit(
        lambda: settings(city=city, host=host, port=port, replay=replay, speed_x=speed_x, out=out), as_json=False
    )
    with console.status("Đang mở thành phố… / Opening the city…"):
        app = or_exit(lambda: create_app(found), as_json=False)
    address = f"http://{found.host}:{found.port}/"
    console.print(f"Huế twin: {address}", markup=False)
    if open_map:
        opening = threading.Timer(_OPEN_AFTER_S, webbrowser.open, [address])
        opening.daemon = True
        opening.start()
    uvicorn.run(
        app,
        host=found.host,
        port=found.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_CLOSE_WITHIN_S,
    )
