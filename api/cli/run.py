"""hue-twin run and hue-twin scenarios: what-ifs without the service."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.cli.output import Json, city_or_exit, or_exit, say

if TYPE_CHECKING:
    from api.studies import Study
    from scenarios.engine.question import Question
    from scenarios.traffic.order import Format
    from twin.city.city import City
    from twin.city.interventions import Intervention

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--change",
        help="A change, such as 'close=Lê Lợi; between=Hà Nội..Hùng Vương; vehicles=car,truck; hours=18:00-22:00; "
        "days=fri-sun', JSON, or @FILE of JSON or TOML; repeat as needed.",
    ),
]
WORKERS = "Runs at a time: threads of this process where the scenario allows it, else processes."
WhatIfKey = Annotated[str | None, typer.Option("--what-if", help="A ready-made what-if, see hue-twin what-ifs.")]

CLOSE = "close"
_UNITS = {
    "s": "giây", "min": "phút", "veh": "xe", "veh·h": "giờ xe", "veh/h": "xe/giờ", "km/h": "km/giờ", "1/d": "lượt/ngày",
    "1000 VND": "nghìn đồng",
}  # fmt: skip
"""Units as Vietnamese readers write them."""
_WHOLE = 100
"""From here on a number is shown without decimals."""


def scenarios(
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    *,
    as_json: Json = False,
) -> None:
    """List the installed scenarios with their parameters, units, bounds and defaults."""
    from api import studies

    found = studies.scenario_list(city_or_exit(city, as_json=as_json))
    if as_json:
        say({"scenarios": found}, as_json=True)
        return
    console = Console()
    for entry in found:
        console.print(
            f"[bold]{entry['name']}[/bold] {entry['version']}  {entry['title']['vi']} / {entry['title']['en']}"
        )
        if not entry["available"]:
            console.print(f"  cannot be used: {entry['reason']}", style="red", markup=False)
            continue
        table = Table("parameter", "unit", "default", "bounds", "", box=None, pad_edge=True)
        for name, field in entry["params"]["properties"].items():
            bounds = [str(field[k]) for k in ("minimum", "maximum") if k in field]
            shown = json.dumps(field.get("default"))
            table.add_row(
                name, field.get("unit", ""), shown if len(shown) < 20 else "…", " – ".join(bounds), field.get("vi", "")
            )
        console.print(table)


def run(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, see hue-twin scenarios.")],
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value of a parameter, or close=STREET (or a link's id); repeat as needed."),
    ] = None,
    changes: Changes = None,
    what_if: WhatIfKey = None,
    day: Annotated[str | None, typer.Option("--date", help="Day of the run, YYYY-MM-DD; gives the weekday.")] = None,
    replications: Annotated[int | None, typer.Option(min=1, max=100, help="Runs with other random streams.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the study.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help=WORKERS)] = os.cpu_count() or 1,
    out: Annotated[Path, typer.Option(help="Folder of results.")] = Path("out"),
    order: Annotated[
        Path | None, typer.Option(help="File for the draft of the traffic order: .txt, .md or .html.", dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a scenario; with a change to the city, compare it with the city as it is."""
    from api import orders, studies

    params, closed = _split(settings or [])
    given = {"date": day, "replications": replications}
    params |= {key: value for key, value in given.items() if value is not None}
    form = None if order is None else _form(order)
    opened = city_or_exit(city, as_json=as_json)

    def _ask() -> Question:
        standard, made = changes_asked(opened, changes, what_if)
        made += [studies.closure(opened, name) for name in closed]
        if form is not None:
            orders.order_text(made, [], form)  # before a long run, not after it
        return studies.question(opened, scenario, params={**standard, **params}, interventions=made, seed=seed)

    question = or_exit(_ask, as_json=as_json)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(scenario, total=1.0)
        made = or_exit(
            lambda: studies.study(
                question,
                out,
                workers=workers,
                report=lambda p: bar.update(task, completed=p.fraction, description=p.text.vi),
            ),
            as_json=as_json,
        )
    if order is not None and form is not None:
        changed, compared = question.interventions, made.comparison
        detours = [] if compared is None else orders.measured_detours(opened, compared, changed)
        text = or_exit(lambda: orders.order_text(changed, detours, form), as_json=as_json)
        order.write_text(text, encoding="utf-8")
    if as_json:
        say(made.facts(), as_json=True)
    else:
        _show(made)


def what_ifs(
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    *,
    as_json: Json = False,
) -> None:
    """List the ready-made what-ifs that fit a city."""
    from api import asks

    found = asks.ready_list(city_or_exit(city, as_json=as_json))
    if as_json:
        keys = ("key", "title", "source", "params")
        say({"what_ifs": [dict(zip(keys, entry[:4], strict=True)) for entry in found]}, as_json=True)
        return
    console = Console(soft_wrap=True)
    for key, title, source, params, _ in found:
        console.print(f"[bold]{key}[/bold]  {title['vi']} / {title['en']}")
        console.print(f"  {source['vi']} / {source['en']}  {json.dumps(params)}", style="dim", markup=False)


def order(
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    changes: Changes = None,
    what_if: WhatIfKey = None,
    detours: Annotated[
        list[str] | None, typer.Option("--detour", help="A street or a sentence; repeat as needed.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File: .txt, .md or .html; else printed.", dir_okay=False)] = None,
) -> None:
    """Write the draft of a traffic order in Vietnamese, without running anything."""
    from api import orders
    from twin.city.interventions import apply

    form = "text" if out is None else _form(out)
    opened = city_or_exit(city, as_json=False)

    def _text() -> str:
        _, made = changes_asked(opened, changes, what_if)
        apply(opened, made)
        return orders.order_text(made, detours or [], form)

    text = or_exit(_text, as_json=False)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def changes_asked(
    city: City, changes: Sequence[str] | None, what_if: str | None
) -> tuple[dict[str, Any], list[Intervention]]:
    """Return the parameters of a ready-made what-if, and its changes followed by those that are written out.

    Raises
    ------
    TwinError
        A change cannot be understood, or does not fit the city.
    """
    from api import asks

    params, made = asks.ready(city, what_if) if what_if else ({}, [])
    return params, made + [change for text in changes or [] for change in asks.changes_of(city, text)]


def _form(path: Path) -> Format:
    from api.orders import SUFFIXES

    if path.suffix not in SUFFIXES:
        raise typer.BadParameter(f"{path}: a traffic order is written as {', '.join(SUFFIXES)}")
    return SUFFIXES[path.suffix]


def _split(settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return parameters by name, and the streets or links to close; JSON values, or text where it is none."""
    params: dict[str, Any] = {}
    closed: list[str] = []
    for text in settings:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise typer.BadParameter(f'{text!r}: needs name=value, such as close="Lê Lợi" or demand_scale=1.2')
        if name == CLOSE:
            closed.append(value)
        elif name in params:
            raise typer.BadParameter(f"{name} is given twice")
        else:
            params[name] = _value(value)
    return params, closed


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _show(made: Study) -> None:
    console = Console(soft_wrap=True)
    for said in made.verdict:
        console.print(said["vi"], style="bold", markup=False)
    changed = made.comparison is not None
    heads = ["hiện trạng", "phương án", "chênh lệch", "95 %"] if changed else ["giá trị", "95 %"]
    table = Table("", box=None)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    still = []
    for row in made.indicators:
        numbers = [row["a"], row["b"], row["difference"]] if changed else [row["value"]]
        if row["mode"]:
            continue
        if not any(numbers):
            still.append(row["title"]["vi"])
            continue
        interval = "–" if row["ci"] is None else f"{_vietnamese(row['ci'][0])} … {_vietnamese(row['ci'][1])}"
        unit = "" if row["unit"] == "1" else f" [{_UNITS.get(row['unit'], row['unit'])}]"
        table.add_row(escape(row["title"]["vi"] + unit), *(_vietnamese(n) for n in numbers), interval)
    console.print(table)
    if still:
        console.print(f"Bằng 0: {', '.join(still)}", style="dim", markup=False)
    console.print("Theo loại xe / by class of vehicle: --json", style="dim")
    for note in made.notes:
        console.print(f"! {note['vi']}\n  {note['en']}", style="yellow", markup=False)
    console.print(f"{made.folder}", markup=False)


def _vietnamese(value: float | None) -> str:
    """Return a number with decimal comma and points between thousands; three figures are enough for a small one."""
    if value is None:
        return "–"
    text = f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:,.1f}"
    if text == "-0.0":  # rounding keeps the sign of what it makes nothing of
        text = "0.0"
    return text.translate(str.maketrans(",.", ".,")).replace("-", "−")
