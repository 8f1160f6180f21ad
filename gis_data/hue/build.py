"""The embedded Huế, put together from this folder's tables."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from gis_data.hue.admin import admin_of_hue
from gis_data.hue.columns import TABLES, numbers, origin, text
from gis_data.hue.devices import bike_stations_of_hue, cameras_of_hue
from gis_data.hue.places import places_of_hue
from gis_data.hue.rivers import gates_of_hue, gauges_of_hue, reservoirs_of_hue, tides_of_hue
from gis_data.hue.roads import roads_of
from twin.city.areas import Areas, Lines
from twin.city.city import City
from twin.city.frame import HUE_CRS
from twin.city.ragged import flatten

NOTICE = "A schematic of Huế drawn from published facts; not survey data."
_NOT_YET = "This version has no terrain, parcels or buildings of Huế yet: no question about depth or households."


@lru_cache(maxsize=1)
def hue() -> City:
    """Return the embedded city of Huế; built once in a process."""
    waters = pyogrio.read_dataframe(TABLES / "water.geojson")
    water = _areas(waters[waters.geometry.geom_type.isin(["Polygon", "MultiPolygon"])], id_column="water_id")
    roads, admin = roads_of(TABLES), admin_of_hue()
    return City(
        name="hue",
        crs=HUE_CRS,
        roads=roads,
        water=water,
        waterways=_lines(waters[waters.geometry.geom_type == "LineString"]),
        gauges=gauges_of_hue(),
        reservoirs=reservoirs_of_hue(),
        gates=gates_of_hue(),
        tides=tides_of_hue(),
        admin=admin,
        places=places_of_hue(admin, water),
        cameras=cameras_of_hue(roads),
        bike_stations=bike_stations_of_hue(),
        warnings=(NOTICE, _NOT_YET),
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
