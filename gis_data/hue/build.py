"""The embedded Huế, put together from this folder's tables."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from gis_data.city_cache import cached, source_key
from gis_data.hue.admin import admin_of_hue
from gis_data.hue.columns import TABLES, numbers, origin, text
from gis_data.hue.devices import bike_stations_of_hue, cameras_of_hue
from gis_data.hue.fabric.build import fabric_of
from gis_data.hue.openings import openings_of_hue
from gis_data.hue.places import places_of_hue, with_floors
from gis_data.hue.rivers import gates_of_hue, gauges_of_hue, reservoirs_of_hue, tides_of_hue
from gis_data.hue.roads import roads_of
from twin.city.areas import Areas, Lines
from twin.city.city import City
from twin.city.frame import HUE_CRS
from twin.city.ragged import flatten

NOTICE = "A schematic of Huế drawn from published facts; not survey data."
_GENERATED = (
    "Alleys, parcels, buildings, households, drains, power, lights and signal timings are generated, not recorded: "
    "right in number and kind, wrong in detail."
)
_GROUND = (
    "The terrain is fitted to spot heights and published flood depths: ±{:.1f} m (one standard deviation) in the plain."
)


@lru_cache(maxsize=2)
def hue(cache: Path | None = None) -> City:
    """Return the embedded city of Huế; built once in a process, and once for good where a cache folder is given."""
    return cached("hue", source_key(TABLES) if cache else "", _build, cache)


def _build() -> City:
    waters = pyogrio.read_dataframe(TABLES / "water.geojson")
    water = _areas(waters[waters.geometry.geom_type.isin(["Polygon", "MultiPolygon"])], id_column="water_id")
    streets, admin = roads_of(TABLES), admin_of_hue()
    places = places_of_hue(admin, water)
    waterways = _lines(waters[waters.geometry.geom_type == "LineString"])
    made = fabric_of(streets, water, waterways, admin, places)
    return City(
        name="hue",
        crs=HUE_CRS,
        roads=made.roads,
        signals=made.signals,
        openings=openings_of_hue(made.roads),
        terrain=made.terrain,
        water=water,
        waterways=waterways,
        gauges=gauges_of_hue(),
        reservoirs=reservoirs_of_hue(),
        gates=gates_of_hue(),
        tides=tides_of_hue(),
        land_use=made.land_use,
        parcels=made.parcels,
        buildings=made.buildings,
        drains=made.drains,
        power_zones=made.power_zones,
        equipment=made.equipment,
        admin=admin,
        places=with_floors(places, made.terrain),
        cameras=cameras_of_hue(made.roads),
        bike_stations=bike_stations_of_hue(),
        warnings=(NOTICE, _GENERATED, _GROUND.format(made.terrain.accuracy_m)),
    )


def _areas(frame: gpd.GeoDataFrame, *, id_column: str) -> Areas:
    shapes = np.asarray(frame.to_crs(HUE_CRS).geometry.array, dtype=object)
    return Areas(
        ids=text(frame[id_column]),
        kind=text(frame["kind"]),
        name=text(frame["name"]),
        **Areas.flatten(shapely.force_2d(shapes)),
        **origin(frame),
    )


def _lines(frame: gpd.GeoDataFrame) -> Lines:
    xy, first = flatten(list(frame.to_crs(HUE_CRS).geometry))
    return Lines(
        ids=text(frame["water_id"]),
        kind=text(frame["kind"]),
        name=text(frame["name"]),
        width_m=numbers(frame["width_m"]),
        xy_m=xy,
        first_vertex=first,
        **origin(frame),
    )
