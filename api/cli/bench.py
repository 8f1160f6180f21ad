"""hue-twin bench: this project's speed against other programs on the same work in the same run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli.output import Json

if TYPE_CHECKING:
    from api.benchmarks.contest import Row

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
    keep: Annotated[
        Path | None, typer.Option(help="File of rows: those measured now take the place of the same ones in it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure the traffic engine and the static assignment; a program that is missing gives a row that says so."""
    from api.benchmarks.contest import rows
    from api.benchmarks.works import contests

    progress = Console(stderr=True)
    known = contests(data.resolve())
    chosen = [c for c in known if work is None or any(c.name.startswith(w) for w in work)]
    if not chosen:
        progress.print(f"no work of that name; there are: {', '.join(dict.fromkeys(c.name for c in known))}")
        raise typer.Exit(2)
    found: list[Row] = []
    for contest in chosen:
        for row in rows(contest, timeout_s=timeout_s, rounds=rounds, tell=progress.print):
            found.append(row)
            if keep is not None:
                _keep(keep, row, [c.name for c in known])
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        Console().print(_shown(found))


@app.command("table")
def table(
    rows: Annotated[Path, typer.Argument(help="File of rows that `bench traffic --keep` wrote.", exists=True)],
    *,
    into: Annotated[
        Path | None, typer.Option(help="Put it into this file, between its marks, instead of printing it.", exists=True)
    ] = None,
) -> None:
    """Print kept rows as the table of docs/validation.md, or put it there."""
    from api.benchmarks.report import markdown, put

    made = markdown(_read(rows))
    if into is None:
        typer.echo(made, nl=False)
    else:
        into.write_text(put(into.read_text(encoding="utf-8"), made), encoding="utf-8")


def _read(file: Path) -> list[Row]:
    found: list[Row] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _keep(file: Path, row: Row, order: list[str]) -> None:
    """Write a row into a file of rows, in the place of the same work against the same peer."""
    others = [r for r in (_read(file) if file.exists() else []) if _of(r) != _of(row)]
    kept = sorted([*others, row], key=lambda r: order.index(r["work"]) if r["work"] in order else len(order))
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _of(row: Row) -> tuple[Any, Any]:
    return row["work"], row["peer"]


def _shown(found: list[Row]) -> Table:
    made = Table("work", "ours [s]", "peer", "version", "peer [s]", "ratio", "ours [MB]", "")
    for row in found:
        numbers = (row["ours_s"], row["peer_s"], row["ratio"], row["ours_peak_mb"])
        ours_s, peer_s, ratio, mb = ("–" if x is None else f"{x:.3g}" for x in numbers)
        peer, version = row["peer"] or "none", row["peer_version"] or "–"
        made.add_row(row["work"], ours_s, peer, version, peer_s, ratio, mb, row["failed"])
    return made
