"""hue-twin city build: a city from its streets, its elevation and its own layers."""

from __future__ import annotations

from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from api import services
from api.cli.output import Json, or_exit, say

Name = Annotated[str, typer.Option(help="Name of the city.")]
Out = Annotated[Path, typer.Option(help="City file to write (.gpkg).")]
Osm = Annotated[Path | None, typer.Option(help="OpenStreetMap extract: .osm, .osm.gz or .osm.pbf.", exists=True)]
Sumo = Annotated[Path | None, typer.Option(help="SUMO network: .net.xml or .net.xml.gz.", exists=True)]
Gmns = Annotated[
    Path | None, typer.Option(help="GMNS folder: node.csv, link.csv, config.csv.", exists=True, file_okay=False)
]
Crs = Annotated[
    str | None, typer.Option(help="Metric reference system of a SUMO network that states none, e.g. EPSG:9214.")
]
Dem = Annotated[list[Path] | None, typer.Option(help="Elevation file; repeat for several tiles.", exists=True)]
DemOffset = Annotated[
    float | None, typer.Option(help="Metres added to the elevation file to reach the city's height datum.")
]
DemCrs = Annotated[
    str | None, typer.Option(help="Reference system of elevation files that state none, e.g. EPSG:9214.")
]
DemAccuracy = Annotated[
    float | None, typer.Option(help="Vertical accuracy of the elevation files [m], one standard deviation.", min=0)
]
Cell = Annotated[float, typer.Option(help="Terrain cell size [m].", min=1.0)]
ParcelFiles = Annotated[
    list[Path] | None, typer.Option(help="Cadastral file; repeat for several: gpkg, shp, zip, geojson, gml, csv.")
]
ParcelsCrs = Annotated[
    str | None, typer.Option(help="Reference system of cadastral files that state none, e.g. EPSG:9214.")
]
ParcelsDate = Annotated[str | None, typer.Option(help="Day from which their ward codes hold, e.g. 2025-07-01.")]
SwapXy = Annotated[bool, typer.Option("--swap-xy", help="X holds the northing in the cadastral files.")]
Infrastructure = Annotated[
    Path | None, typer.Option(help="Mapping file of further layers (TOML); see docs/infrastructure.md.")
]


def build(
    *,
    name: Name,
    out: Out,
    osm: Osm = None,
    sumo: Sumo = None,
    gmns: Gmns = None,
    crs: Crs = None,
    dem: Dem = None,
    dem_offset_m: DemOffset = None,
    dem_crs: DemCrs = None,
    dem_accuracy_m: DemAccuracy = None,
    cell_m: Cell = 30.0,
    parcels: ParcelFiles = None,
    parcels_crs: ParcelsCrs = None,
    parcels_date: ParcelsDate = None,
    swap_xy: SwapXy = False,
    infrastructure: Infrastructure = None,
    as_json: Json = False,
) -> None:
    """Build a city from its streets (OpenStreetMap, SUMO or GMNS) and elevation tiles; prints its time and memory."""
    started = perf_counter()
    streets = services.StreetInput(osm=osm, sumo=sumo, gmns=gmns, crs=crs)
    elevation = services.Elevation(
        files=dem or (), offset_m=dem_offset_m, crs=dem_crs, accuracy_m=dem_accuracy_m, cell_m=cell_m
    )
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
                streets=streets, elevation=elevation, name=name, out=out, say=status.update, land=land
            ),
            as_json=as_json,
        )
    cost = {"seconds": round(perf_counter() - started, 2), "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss // 1024}
    say(services.city_facts(city) | {"file": str(out)} | cost, as_json=as_json)
