"""Small cadastral files the tests make themselves: two streets of square parcels near Trường Tiền bridge."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from gis_data.projection import CrsWords
from gis_data.readers.sources import LayerSource

EAST_M, NORTH_M = 562_000.0, 1_821_000.0
DATE = "2025-07-01"


def parcels(n: int = 3, **columns: Any) -> gpd.GeoDataFrame:
    """Return n parcels of 10 m x 20 m with the column names of a Vietnamese export."""
    shapes = [shapely.box(EAST_M + 12 * k, NORTH_M, EAST_M + 12 * k + 10, NORTH_M + 20) for k in range(n)]
    table: dict[str, Any] = {
        "MAXA": ["19789"] * n,
        "SHTO": [12] * n,
        "SHTHUA": np.arange(n) + 1,
        "LOAIDAT": ["ODT", "ODT+CLN", "TMD"][:n] + ["ODT"] * max(n - 3, 0),
        "DIENTICH": [200.0] * n,
    }
    return gpd.GeoDataFrame(table | columns, geometry=shapes, crs="EPSG:9214")


def written(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> LayerSource:
    """Write a frame and return it as a source with a date."""
    pyogrio.write_dataframe(frame, path, **options)
    return source(path)


def source(path: Path, **more: Any) -> LayerSource:
    """Return a file as a source of parcels of July 2025."""
    given: dict[str, Any] = {"constants": {"valid_from": DATE}, "words": CrsWords("--parcels-crs {}")}
    return LayerSource(table="parcels", file=path, **(given | more))
