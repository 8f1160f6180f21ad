"""hue-twin bench: this project's speed against other programs on the same work in the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.cli.output import Json

app = typer.Typer(no_args_is_help=True, help="Speed against other programs; they come with the extra `bench`.")


@app.callback()
def bench() -> None:
    """Speed against other programs; they come with the extra `bench`."""


@app.command("traffic")
def traffic(
    *,
    work: Annotated[list[str] | None, typer.Option(help="Only works whose name begins so; may be repeated.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the test data, with tntp/ in it.")] = Path("../shared/data"),
    timeout_s: Annotated[float, typer.Option(help="For each run of a program [s].", min=1.0)] = 900.0,
    rounds: Annotated[int, typer.Option(help="Runs of each side; the fastest counts.", min=1)] = 3,
    as_json: Json = False,
) -> None:
    """Measure the traffic engine and the static assignment; a program that is missing gives a row that says so."""
    from api.benchmarks.contest import Row, rows
    from api.benchmarks.works import contests

    progress = Console(stderr=True)
    known = contests(data.resolve())
    chosen = [c for c in known if work is None or any(c.name.startswith(w) for w in work)]
    if not chosen:
        progress.print(f"no work of that name; there are: {', '.join(c.name for c in known)}")
        raise typer.Exit(2)
    found: list[Row] = []
    for contest in chosen:
        found += rows(contest, timeout_s=timeout_s, rounds=rounds, tell=progress.print)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("work", "ours [s]", "peer", "version", "peer [s]", "ratio", "ours [MB]", "")
    for row in found:
        numbers = (row["ours_s"], row["peer_s"], row["ratio"], row["ours_peak_mb"])
        ours_s, peer_s, ratio, mb = ("–" if x is None else f"{x:.3g}" for x in numbers)
        table.add_row(row["work"], ours_s, row["peer"], row["peer_version"] or "–", peer_s, ratio, mb, row["failed"])
    Console().print(table)
