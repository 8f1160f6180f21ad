"""The embedded Huế, put together from this folder's tables."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray

from gis_data.hue.roads import roads_of
from gis_data.projection import project
from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.frame import HUE_CRS
from twin.city.ragged import flatten

TABLES = Path(__file__).parent / "tables"
NOTICE = "A schematic of Huế drawn from published facts; not survey data."
_NOT_YET = "This version has no terrain, parcels or buildings of Huế yet: no question about depth or households."


@lru_cache(maxsize=1)
def hue() -> City:
    """Return the embedded city of Huế; built once in a process."""
    water = pyogrio.read_dataframe(TABLES / "water.geojson")
    polygons = water[water.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    return City(
        name="hue",
        crs=HUE_CRS,
        roads=roads_of(TABLES),
        water=_areas(polygons, id_column="water_id"),
        waterways=_lines(water[water.geometry.geom_type == "LineString"]),
        admin=_admin(pd.read_csv(TABLES / "admin_units.csv", dtype={"code": str}, keep_default_na=False)),
        places=_places(),
        warnings=(NOTICE, _NOT_YET),
    )


def _admin(table: pd.DataFrame) -> AdminUnits:
    valid_to = [day or "NaT" for day in table["valid_to"]]
    keys = [code or name for code, name in zip(table["code"], table["name"], strict=True)]
    return AdminUnits(
        ids=np.array([f"{key}@{start}" for key, start in zip(keys, table["valid_from"], strict=True)]),
        code=_text(table["code"]),
        name=_text(table["name"]),
        unit_type=_text(table["unit_type"]),
        valid_from=np.array(table["valid_from"], dtype="datetime64[D]"),
        valid_to=np.array(valid_to, dtype="datetime64[D]"),
        area_km2=_numbers(table["area_km2"]),
        population=_numbers(table["population"]),
        xy_m=_points(table),
        **AdminUnits.flatten(np.full(len(table), None, dtype=object)),
        successor_first=np.zeros(len(table) + 1, dtype=np.int64),
        successor=np.zeros(0, dtype=np.int32),
        **_origin(table),
    )


def _places() -> Places:
    """Hospitals to refuges, and the cameras and bike stations as places until they have tables of their own."""
    keys = {
        "places": ("place_id", None),
        "cameras": ("camera_id", "camera"),
        "bike_stations": ("station_id", "bike_station"),
    }
    frames = []
    for name, (key, kind) in keys.items():
        table = pd.read_csv(TABLES / f"{name}.csv", keep_default_na=False).rename(columns={key: "id"})
        table["kind"] = kind or table["kind"]
        table["capacity"] = table.get("capacity", "")
        frames.append(table[["id", "kind", "name", "lon", "lat", "capacity", "provenance", "accuracy_m", "source"]])
    both = pd.concat(frames, ignore_index=True)
    return Places(
        ids=_text(both["id"]),
        kind=_text(both["kind"]),
        name=_text(both["name"]),
        xy_m=_points(both),
        capacity=_numbers(both["capacity"]),
        floor_level_m=np.full(len(both), np.nan),
        **_origin(both),
    )


def _areas(frame: gpd.GeoDataFrame, *, id_column: str) -> Areas:
    shapes = np.asarray(frame.to_crs(HUE_CRS).geometry.array, dtype=object)
    return Areas(
        ids=_text(frame[id_column]),
        kind=_text(frame["kind"]),
        name=_text(frame["name"]),
        **Areas.flatten(shapely.force_2d(shapes)),
        **_origin(frame),
    )


def _lines(frame: gpd.GeoDataFrame) -> Lines:
    xy, first = flatten(list(frame.to_crs(HUE_CRS).geometry))
    return Lines(
        ids=_text(frame["water_id"]),
        kind=_text(frame["kind"]),
        name=_text(frame["name"]),
        width_m=_numbers(frame["width_m"]),
        xy_m=xy,
        first_vertex=first,
        **_origin(frame),
    )


def _points(table: pd.DataFrame) -> NDArray[np.float64]:
    return project(np.column_stack([_numbers(table["lon"]), _numbers(table["lat"])]), "EPSG:4326", HUE_CRS)


def _origin(table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    return {
        "provenance": _text(table["provenance"]),
        "accuracy_m": _numbers(table["accuracy_m"]),
        "source": _text(table["source"]),
    }


def _text(column: pd.Series[Any]) -> NDArray[np.str_]:
    return np.array([str(v) for v in column], dtype=np.str_)


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(column, errors="raise"), dtype=np.float64)
