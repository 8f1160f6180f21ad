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

from gis_data.terrain_raster import read_terrain, terrain_meta, write_terrain
from twin.city.areas import Outlined
from twin.city.city import TABLES, City
from twin.city.ragged import flatten, lines_of
from twin.city.roads import Roads
from twin.city.table import Table, dtypes_of
from twin.errors import SchemaError

FORMAT = 3
"""Raised when a layer or column changes its meaning."""

_OFFSETS = {"first_vertex", "ring_first", "part_first", "shape_first"}
_OGR = {"line": "LineString", "area": "MultiPolygon", "point": "Point"}


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
        if meta["format"] != FORMAT:
            raise SchemaError(str(path), f"city file format {meta['format']}, this version reads {FORMAT}", remedy)
        tables: dict[str, Any] = {name: _read_table(kind, path, name, meta["tables"]) for name, kind in TABLES.items()}
        terrain = read_terrain(path, meta["terrain"]) if meta["terrain"] else None
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError) as error:
        raise SchemaError(str(path), f"not a city file ({error})", remedy) from error
    city = City(name=meta["name"], crs=meta["crs"], terrain=terrain, warnings=tuple(meta["warnings"]), **tables)
    if city.digest != meta["digest"]:
        raise SchemaError(str(path), "the content does not match its digest: the file was changed or damaged", remedy)
    return city


def stored_digest(path: Path) -> str:
    """Return the digest written in a city file, without reading the city; empty where there is none."""
    try:
        return str(json.loads(pyogrio.read_dataframe(path, layer="city_meta")["json"][0])["digest"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError):
        return ""


def layer_frame(city: City, layer: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """Return one table of a city as a GeoDataFrame in the city's reference system, a plain one where it has no shape.

    Arrays with several values a row are left to `ragged_frames`; pairs of coordinates become two columns.
    """
    table: Table = getattr(city, layer)
    shape_field = table.VERTICES if table.GEOMETRY != "none" else ""
    several = {name for values in table.RAGGED.values() for name in values} | set(table.RAGGED)
    columns: dict[str, NDArray[Any]] = {}
    for name in dtypes_of(type(table)):
        if name in _OFFSETS | several | {shape_field, "node_xy_m"}:
            continue
        values = getattr(table, name)
        if values.ndim == 1:
            columns[name] = _plain(values)
        else:
            columns |= {f"{name}_{axis}": values[:, k] for k, axis in enumerate("en")}
    if table.GEOMETRY == "none":
        return pd.DataFrame(columns)
    return gpd.GeoDataFrame(columns, geometry=_shapes(table), crs=city.crs)


def ragged_frames(table: Table) -> dict[str, pd.DataFrame]:
    """Return the arrays with several values a row as tables ``row, value…`` by the stem of their offsets."""
    frames = {}
    for first, names in table.RAGGED.items():
        owner = np.repeat(np.arange(len(table)), np.diff(getattr(table, first)))
        columns = {name: _plain(getattr(table, name)) for name in names}
        frames[first.removesuffix("_first")] = pd.DataFrame({"row": owner, **columns})
    return frames


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    return np.datetime_as_string(values) if values.dtype.kind == "M" else values


def _shapes(table: Table) -> NDArray[np.object_]:
    if isinstance(table, Outlined):
        return table.shapes()
    if table.GEOMETRY == "line":
        return lines_of(getattr(table, table.VERTICES), table.first_vertex)  # type: ignore[attr-defined] # lines have it
    return np.asarray(shapely.points(getattr(table, table.VERTICES)), dtype=object)


def _write_layers(city: City, path: Path) -> None:
    for name, table in city.tables().items():
        if len(table) == 0:
            continue
        frame = layer_frame(city, name)
        shape = {} if table.GEOMETRY == "none" else {"geometry_type": _OGR[table.GEOMETRY]}
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", **shape)
        for stem, more in ragged_frames(table).items():
            if len(more):
                pyogrio.write_dataframe(more, path, layer=f"{name}_{stem}", driver="GPKG")
    nodes = gpd.GeoDataFrame(geometry=shapely.points(city.roads.node_xy_m), crs=city.crs)
    nodes["node"] = np.arange(len(nodes))
    pyogrio.write_dataframe(nodes, path, layer="road_nodes", driver="GPKG")
    if city.terrain is not None:
        write_terrain(city.terrain, path, city.crs)
    pyogrio.write_dataframe(pd.DataFrame({"json": [json.dumps(_meta(city))]}), path, layer="city_meta", driver="GPKG")


def _meta(city: City) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": city.name,
        "crs": city.crs,
        "digest": city.digest,
        "warnings": list(city.warnings),
        "tables": {name: _table_meta(table) for name, table in city.tables().items()},
        "terrain": terrain_meta(city.terrain) if city.terrain is not None else None,
    }


def _table_meta(table: Table) -> dict[str, Any]:
    arrays = dtypes_of(type(table))
    return {
        "rows": len(table),
        "dtypes": {name: getattr(table, name).dtype.str for name in arrays},
        "scalars": {f.name: getattr(table, f.name) for f in fields(table) if f.name not in arrays},
    }


def _read_table(kind: type[Table], path: Path, name: str, metas: dict[str, Any]) -> Table:
    meta = metas[name]
    empty = kind.empty(**meta["scalars"])
    columns: dict[str, NDArray[Any]] = {field: getattr(empty, field) for field in dtypes_of(kind)}
    if meta["rows"]:
        columns |= _columns(kind, path, name)
    if kind is Roads:
        nodes = pyogrio.read_dataframe(path, layer="road_nodes").geometry.array
        columns["node_xy_m"] = shapely.get_coordinates(nodes)
    typed = {field: columns[field].astype(dtype) for field, dtype in meta["dtypes"].items()}
    return kind(**typed, **meta["scalars"])


def _columns(kind: type[Table], path: Path, layer: str) -> dict[str, NDArray[Any]]:
    frame = pyogrio.read_dataframe(path, layer=layer)
    columns: dict[str, NDArray[Any]] = {}
    if kind.GEOMETRY != "none":
        columns |= _geometry(kind, np.asarray(frame.pop("geometry").array, dtype=object))
    pairs = {name.removesuffix("_e") for name in frame if str(name).endswith("_m_e")}
    columns |= {name: np.column_stack([frame.pop(f"{name}_e"), frame.pop(f"{name}_n")]) for name in pairs}
    columns |= {str(name): np.asarray(frame[name].array) for name in frame}
    written = {name for name, _ in pyogrio.list_layers(path)}
    for first, names in kind.RAGGED.items():
        more = f"{layer}_{first.removesuffix('_first')}"
        if more not in written:
            columns[first] = np.zeros(len(frame) + 1, dtype=np.int64)
            continue
        values = pyogrio.read_dataframe(path, layer=more, read_geometry=False)
        columns[first] = np.concatenate([[0], np.cumsum(np.bincount(values["row"], minlength=len(frame)))])
        columns |= {name: np.asarray(values[name].array) for name in names}
    return columns


def _geometry(kind: type[Table], shapes: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    if issubclass(kind, Outlined):
        return kind.flatten(shapes)
    if kind.GEOMETRY == "line":
        xy, first = flatten(list(shapes))
        return {kind.VERTICES: xy, "first_vertex": first}
    return {kind.VERTICES: shapely.get_coordinates(shapes)}
