"""hue-twin city: build a city, look at it, check it, take layers out."""

from __future__ import annotations

import json
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from api import services
from api.cli.output import Json, city_or_exit, or_exit, say
from twin.city.city import City

app = typer.Typer(no_args_is_help=True, help="Cities: build, inspect, check, export.")

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


@app.command("build")
def build(
    *,
    osm: Annotated[Path, typer.Option(help="OpenStreetMap extract: .osm, .osm.gz or .osm.pbf", exists=True)],
    name: Annotated[str, typer.Option(help="Name of the city.")],
    out: Annotated[Path, typer.Option(help="City file to write (.gpkg).")],
    dem: Annotated[
        list[Path] | None, typer.Option(help="Elevation file; repeat for several tiles.", exists=True)
    ] = None,
    dem_offset_m: Annotated[
        float | None, typer.Option(help="Metres added to the elevation file to reach the city's height datum.")
    ] = None,
    dem_crs: Annotated[
        str | None, typer.Option(help="Reference system of elevation files that state none, e.g. EPSG:9214.")
    ] = None,
    dem_accuracy_m: Annotated[
        float | None, typer.Option(help="Vertical accuracy of the elevation files [m], one standard deviation.", min=0)
    ] = None,
    cell_m: Annotated[float, typer.Option(help="Terrain cell size [m].", min=1.0)] = 30.0,
    parcels: Annotated[
        list[Path] | None, typer.Option(help="Cadastral file; repeat for several: gpkg, shp, zip, geojson, gml, csv.")
    ] = None,
    parcels_crs: Annotated[
        str | None, typer.Option(help="Reference system of cadastral files that state none, e.g. EPSG:9214.")
    ] = None,
    parcels_date: Annotated[
        str | None, typer.Option(help="Day from which their ward codes hold, e.g. 2025-07-01.")
    ] = None,
    swap_xy: Annotated[bool, typer.Option("--swap-xy", help="X holds the northing in the cadastral files.")] = False,
    infrastructure: Annotated[
        Path | None, typer.Option(help="Mapping file of further layers (TOML); see docs/infrastructure.md.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Build a city from an OpenStreetMap extract and elevation tiles; prints its time and memory."""
    started = perf_counter()
    land = services.LandInputs(
        parcels=parcels or (),
        parcels_crs=parcels_crs,
        parcels_date=parcels_date,
        swap_xy=swap_xy,
        infrastructure=infrastructure,
    )
    with Console(stderr=True).status("Building…") as status:
        city = or_exit(
            lambda: services.build_city(
                osm=osm,
                dem=dem or [],
                dem_offset_m=dem_offset_m,
                dem_crs=dem_crs,
                dem_accuracy_m=dem_accuracy_m,
                cell_m=cell_m,
                name=name,
                out=out,
                say=status.update,
                land=land,
            ),
            as_json=as_json,
        )
    cost = {"seconds": round(perf_counter() - started, 2), "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss // 1024}
    say(services.city_facts(city) | {"file": str(out)} | cost, as_json=as_json)


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
    file_format: Annotated[str, typer.Option("--format", help="gpkg, geojson, shp or csv")] = "gpkg",
    crs: Annotated[str, typer.Option(help="Reference system of the output.")] = "EPSG:9214",
    as_json: Json = False,
) -> None:
    """Write one layer of a city for GIS software."""
    opened = city_or_exit(city, as_json=as_json)
    count = or_exit(
        lambda: services.export_layer(opened, layer, out, file_format=file_format, crs=crs), as_json=as_json
    )
    say({"file": str(out), "layer": layer, "features": count, "crs": crs}, as_json=as_json)
