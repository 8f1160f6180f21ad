"""The city file: one GeoPackage that QGIS opens, from which the same city is read back bit for bit."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio
import shapely
from numpy.typing import NDArray

from gis_data.terrain_raster import read_terrain, write_terrain
from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.ragged import flatten, lines_of
from twin.city.roads import Roads
from twin.city.table import Table
from twin.errors import SchemaError

FORMAT = 1
"""Raised when a layer or column changes its meaning."""

LAYERS: dict[str, type[Table]] = {
    "roads": Roads,
    "water": Areas,
    "waterways": Lines,
    "land_use": Areas,
    "buildings": Areas,
    "admin": AdminUnits,
    "places": Places,
}
_GEOMETRY_FIELDS = {"xy_m", "first_vertex", "ring_first", "part_first", "shape_first", "node_xy_m"}


def write_city(city: City, path: Path) -> None:
    """Write a city; an existing file is replaced only once the new one is whole and on disk.

    Raises
    ------
    SchemaError
        The disk refused; the old file is untouched.
    """
    handle, name = tempfile.mkstemp(suffix=".gpkg", prefix=f".{path.stem}-", dir=path.parent)
    os.close(handle)
    part = Path(name)
    part.unlink()
    try:
        _write_layers(city, part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, rasterio.errors.RasterioError) as e:
        raise SchemaError(str(path), f"could not be written ({e})", "Free disk space; the old file is intact.") from e
    finally:
        part.unlink(missing_ok=True)


def read_city(path: Path) -> City:
    """Read a city back.

    Raises
    ------
    SchemaError
        The file is no city file, is damaged, or its content does not match the digest written with it.
    """
    remedy = "Write it again from its sources."
    try:
        meta = json.loads(pyogrio.read_dataframe(path, layer="city_meta")["json"][0])
        tables = {layer: _table(kind, path, layer, meta["dtypes"][layer]) for layer, kind in LAYERS.items()}
        terrain = read_terrain(path, meta["terrain"]) if meta["terrain"] else None
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError) as error:
        raise SchemaError(str(path), f"not a city file ({error})", remedy) from error
    if meta["format"] != FORMAT:
        raise SchemaError(str(path), f"city file format {meta['format']}, this version reads {FORMAT}", remedy)
    warnings = tuple(meta["warnings"])
    city = City(name=meta["name"], crs=meta["crs"], terrain=terrain, warnings=warnings, **tables)  # type: ignore[arg-type]
    if city.digest != meta["digest"]:
        raise SchemaError(str(path), "the content does not match its digest: the file was changed or damaged", remedy)
    return city


def layer_frame(city: City, layer: str) -> gpd.GeoDataFrame:
    """Return one table of a city as a GeoDataFrame in the city's reference system."""
    table: Table = getattr(city, layer)
    columns = {f.name: getattr(table, f.name) for f in fields(table) if f.name not in _GEOMETRY_FIELDS}
    plain = {n: np.datetime_as_string(v) if v.dtype.kind == "M" else v for n, v in columns.items()}
    return gpd.GeoDataFrame(plain, geometry=_shapes(table), crs=city.crs)


def _write_layers(city: City, path: Path) -> None:
    kinds = {Roads: "LineString", Lines: "LineString", Areas: "MultiPolygon", AdminUnits: "Point", Places: "Point"}
    for layer, kind in LAYERS.items():
        frame = layer_frame(city, layer)
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", geometry_type=kinds[kind])
    nodes = gpd.GeoDataFrame(geometry=shapely.points(city.roads.node_xy_m), crs=city.crs)
    nodes["node"] = np.arange(len(nodes))
    pyogrio.write_dataframe(nodes, path, layer="road_nodes", driver="GPKG")
    if city.terrain is not None:
        write_terrain(city.terrain, path, city.crs)
    pyogrio.write_dataframe(pd.DataFrame({"json": [json.dumps(_meta(city))]}), path, layer="city_meta", driver="GPKG")


def _meta(city: City) -> dict[str, Any]:
    terrain = city.terrain
    kept = ("x0_m", "y0_m", "cell_m", "datum", "offset_m", "provenance", "accuracy_m", "source")
    dtypes = {
        layer: {f.name: getattr(getattr(city, layer), f.name).dtype.str for f in fields(kind)}
        for layer, kind in LAYERS.items()
    }
    return {
        "format": FORMAT,
        "name": city.name,
        "crs": city.crs,
        "digest": city.digest,
        "warnings": list(city.warnings),
        "dtypes": dtypes,
        "terrain": {k: getattr(terrain, k) for k in kept} if terrain is not None else None,
    }


def _shapes(table: Table) -> NDArray[np.object_]:
    if isinstance(table, Areas):
        return table.shapes()
    if isinstance(table, Roads | Lines):
        return lines_of(table.xy_m, table.first_vertex)
    assert isinstance(table, AdminUnits | Places)  # noqa: S101 # the four kinds of geometry there are
    return np.asarray(shapely.points(table.xy_m), dtype=object)


def _table(kind: type[Table], path: Path, layer: str, dtypes: dict[str, str]) -> Table:
    frame = pyogrio.read_dataframe(path, layer=layer)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    columns: dict[str, NDArray[Any]] = {}
    if kind is Areas:
        columns |= Areas.flatten(shapes)
    elif kind in (Roads, Lines):
        columns["xy_m"], columns["first_vertex"] = flatten(list(shapes))
    else:
        columns["xy_m"] = shapely.get_coordinates(shapes)
    if kind is Roads:
        columns["node_xy_m"] = shapely.get_coordinates(pyogrio.read_dataframe(path, layer="road_nodes").geometry.array)
    for name, dtype in dtypes.items():
        values = columns[name] if name in columns else np.asarray(frame[name].array)
        columns[name] = values.astype(dtype)
    return kind(**columns)
