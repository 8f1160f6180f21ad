"""hue-twin live: write a day of observations as a file that can be replayed, and check such a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api import services
from api.cli.output import Json, city_or_exit, or_exit, say

app = typer.Typer(no_args_is_help=True, help="The live feed: write a day, check a recorded one.")


_DAY = datetime(2025, 10, 27, tzinfo=UTC)


@app.command("day")
def day(
    *,
    out: Annotated[Path, typer.Option(help="File to write (.ndjson).")],
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    seed: Annotated[int, typer.Option(help="Seed: the same seed gives the same day.")] = 1,
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Local day.")] = _DAY,
    crest_m: Annotated[
        float | None, typer.Option(help="Stage [m] a flood reaches at 15:00; ordinary day unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a synthetic day of counts, bikes and stages; nothing in it was measured."""
    opened = city_or_exit(city, as_json=as_json)
    count = or_exit(
        lambda: services.write_synthetic_day(opened, out, seed=seed, day=on.date(), crest_m=crest_m), as_json=as_json
    )
    say({"file": str(out), "observations": count, "day": on.date().isoformat(), "seed": seed}, as_json=as_json)


@app.command("check")
def check(
    recorded: Annotated[Path, typer.Argument(help="A recorded day (.ndjson).")], *, as_json: Json = False
) -> None:
    """Read a recorded day and name the lines that hold no observation."""
    found = or_exit(lambda: services.read_recorded_day(recorded), as_json=as_json)
    for fault in found.faults:
        typer.echo(str(fault), err=True)
    say({"observations": len(found.observations), "bad_lines": found.bad_lines}, as_json=as_json)
    if found.bad_lines:
        raise typer.Exit(1)
