"""One layer of a city as a file for GIS software."""

from __future__ import annotations

from pathlib import Path

import pyogrio

from gis_data.city_file import LAYERS, layer_frame
from gis_data.projection import trusted_crs
from twin.city.city import City
from twin.errors import UnknownItem

DRIVERS = {"gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile", "csv": "CSV"}


def export_layer(city: City, layer: str, out: Path, *, file_format: str = "gpkg", crs: str = "EPSG:9214") -> int:
    """Write a layer and return its number of features.

    Raises
    ------
    UnknownItem
        No such layer or format.
    CrsError
        The reference system is unreadable or damaged.
    """
    if layer not in LAYERS:
        raise UnknownItem(layer, f"no such layer; one of {', '.join(LAYERS)}")
    if file_format not in DRIVERS:
        raise UnknownItem(file_format, f"no such format; one of {', '.join(DRIVERS)}")
    frame = layer_frame(city, layer).to_crs(trusted_crs(crs, file="--crs"))
    options = {"GEOMETRY": "AS_WKT"} if file_format == "csv" else {}
    encoding = "UTF-8" if file_format == "shp" else None
    pyogrio.write_dataframe(frame, out, driver=DRIVERS[file_format], layer_options=options, encoding=encoding)
    return len(frame)
