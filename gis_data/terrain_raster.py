"""The terrain as raster layers of the city file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio import Affine

from twin.city.terrain import Terrain

_NODATA = -9999.0
GRIDS = {"z_m": "terrain", "manning": "terrain_manning", "impervious": "terrain_impervious"}
"""The grids of a `Terrain` and the names of their rasters."""


def write_terrain(terrain: Terrain, path: Path, crs: str) -> None:
    """Append the grids of a terrain to a GeoPackage as rasters, without loss."""
    for name, raster in GRIDS.items():
        if (grid := getattr(terrain, name)) is not None:
            _write(grid, terrain, path, crs, raster)


def _write(grid: NDArray[np.float32], terrain: Terrain, path: Path, crs: str, name: str) -> None:
    ny, nx = grid.shape
    profile = {"driver": "GPKG", "dtype": "float32", "count": 1, "height": ny, "width": nx, "nodata": _NODATA}
    place = Affine(terrain.cell_m, 0.0, terrain.x0_m, 0.0, -terrain.cell_m, terrain.y0_m)
    options = {"APPEND_SUBDATASET": "YES", "RASTER_TABLE": name, "TILE_FORMAT": "TIFF"}
    with rasterio.open(path, "w", crs=crs, transform=place, **profile, **options) as raster:
        raster.write(np.where(np.isnan(grid), np.float32(_NODATA), grid), 1)
    # The driver stores no tile that is void throughout, and without the void's value it reads it back as 0.
    with closing(sqlite3.connect(path)) as database, database:
        table = "gpkg_2d_gridded_coverage_ancillary"
        database.execute(f"UPDATE {table} SET data_null = ? WHERE tile_matrix_set_name = ?", (_NODATA, name))  # noqa: S608 # a constant


def terrain_meta(terrain: Terrain) -> dict[str, Any]:
    """Return the frame of a terrain, and which grids it has."""
    meta = {f.name: getattr(terrain, f.name) for f in fields(terrain) if f.name not in GRIDS}
    return meta | {"grids": [name for name in GRIDS if getattr(terrain, name) is not None]}


def read_terrain(path: Path, meta: dict[str, Any]) -> Terrain:
    """Read the grids back; their frame comes from the file's metadata."""
    fields_of_terrain: dict[str, Any] = {k: v for k, v in meta.items() if k != "grids"}
    fields_of_terrain |= {name: _read(path, GRIDS[name]) for name in meta["grids"]}
    return Terrain(**fields_of_terrain)


def _read(path: Path, raster: str) -> NDArray[np.float32]:
    with rasterio.open(f"GPKG:{path}:{raster}") as opened:
        grid = opened.read(1)
    return np.where(grid == _NODATA, np.float32(np.nan), grid).astype(np.float32)
