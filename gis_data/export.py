"""One layer of a city as a file for GIS software."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
from numpy.typing import NDArray

from gis_data.city_file import layer_frame, ragged_frames
from gis_data.gmns_city import write_gmns
from gis_data.projection import trusted_crs
from twin.city.city import TABLES, City
from twin.city.table import Table
from twin.errors import UnknownItem

DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile", "csv": "CSV"}
_DBASE_NAME = 10
"""Letters of a column's name in a shapefile."""


def export_layer(city: City, layer: str, out: Path, *, file_format: str = "gpkg", crs: str = "EPSG:9214") -> int:
    """Write a layer and return its number of features; several values of a feature stand in one text, ``ODT+CLN``.

    The format ``gmns`` writes the roads as a folder in the city's own reference system (`gis_data.gmns_city`).

    Raises
    ------
    UnknownItem
        No such layer or format, or the layer is empty.
    CrsError
        The reference system is unreadable or damaged.
    """
    if layer not in TABLES:
        raise UnknownItem(layer, f"no such layer; one of {', '.join(TABLES)}")
    if file_format == "gmns":
        if layer != "roads":
            raise UnknownItem(layer, "a GMNS folder holds streets; ask for the layer roads")
        return write_gmns(city, out)
    if file_format not in DRIVERS:
        raise UnknownItem(file_format, f"no such format; one of {', '.join(DRIVERS)}, gmns")
    frame = layer_frame(city, layer)
    if frame.empty:
        raise UnknownItem(layer, f"{city.name} has no feature in this layer")
    frame = frame.assign(**_joined(city.tables()[layer]))
    if isinstance(frame, gpd.GeoDataFrame):
        frame = frame.to_crs(trusted_crs(crs, file="--crs"))
    if file_format == "shp":
        frame = frame.rename(columns=_dbase_names([str(c) for c in frame.columns if c != "geometry"]))
    options = {"GEOMETRY": "AS_WKT"} if file_format == "csv" and isinstance(frame, gpd.GeoDataFrame) else {}
    encoding = "UTF-8" if file_format == "shp" else None
    pyogrio.write_dataframe(frame, out, driver=DRIVERS[file_format], layer_options=options, encoding=encoding)
    return len(frame)


def _joined(table: Table) -> dict[str, NDArray[np.object_]]:
    """Return the arrays with several values a row as one text each."""
    columns = {}
    for values in ragged_frames(table).values():
        for name in values.columns.drop("row"):
            texts = values[name].astype(str).groupby(values["row"]).agg("+".join)
            columns[str(name)] = texts.reindex(range(len(table)), fill_value="").to_numpy(dtype=object)
    return columns


def _dbase_names(names: list[str]) -> dict[str, str]:
    """Return a name of at most ten letters for each column, each one once."""
    short: dict[str, str] = {}
    for name in names:
        cut, k = name[:_DBASE_NAME], 1
        while cut in short.values():
            cut, k = f"{name[: _DBASE_NAME - len(str(k)) - 1]}_{k}", k + 1
        short[name] = cut
    return short
