"""hue-twin city: build a city, look at it, check it, take layers out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api import services
from api.cli.build import build
from api.cli.output import Json, city_or_exit, or_exit, say
from twin.city.city import City

app = typer.Typer(no_args_is_help=True, help="Cities: build, inspect, check, export.")

app.command("build")(build)

CityName = Annotated[str, typer.Argument(help="A city file, or 'hue' for the embedded city.")]


@app.command("info")
def info(city: CityName, *, as_json: Json = False) -> None:
    """Say what a city holds, where it comes from and what it lacks."""
    facts = services.city_facts(city_or_exit(city, as_json=as_json))
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    console = Console(soft_wrap=True)
    console.print(f"[bold]{facts['name']}[/bold]  {facts['crs']}  {facts['area_km2']} km²  {facts['digest'][:12]}")
    for key in ("nodes", "links", "street_km", "named_streets", "parcels", "buildings", "admin_units"):
        console.print(f"{key.replace('_', ' '):>14}  {facts[key]:,}")
    for name, count in facts["provenance"].items():
        console.print(f"{name:>14}  {count:,} features")
    for warning in facts["warnings"]:
        console.print(f"[yellow]! {warning}[/yellow]")


@app.command("check")
def check(city: CityName, *, as_json: Json = False) -> None:
    """Read a city, compare its digest and report what a user must know."""
    opened: City = or_exit(lambda: services.open_city(city), as_json=as_json)
    say({"valid": True, "digest": opened.digest, "warnings": list(opened.warnings)}, as_json=as_json)


@app.command("export")
def export(
    city: CityName,
    *,
    layer: Annotated[str, typer.Option(help="A table of the city: roads, water, parcels, admin, places …")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    file_format: Annotated[str, typer.Option("--format", help="gpkg, geojson, shp or csv; gmns for roads.")] = "gpkg",
    crs: Annotated[str, typer.Option(help="Reference system of the output.")] = "EPSG:9214",
    as_json: Json = False,
) -> None:
    """Write one layer of a city for GIS software."""
    opened = city_or_exit(city, as_json=as_json)
    count = or_exit(
        lambda: services.export_layer(opened, layer, out, file_format=file_format, crs=crs), as_json=as_json
    )
    say({"file": str(out), "layer": layer, "features": count, "crs": crs}, as_json=as_json)
