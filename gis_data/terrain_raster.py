"""The terrain as a raster layer of the city file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio import Affine

from twin.city.terrain import Terrain

_NODATA = -9999.0


def write_terrain(terrain: Terrain, path: Path, crs: str) -> None:
    """Append the terrain to a GeoPackage as the raster ``terrain``, without loss."""
    ny, nx = terrain.z_m.shape
    profile = {"driver": "GPKG", "dtype": "float32", "count": 1, "height": ny, "width": nx, "nodata": _NODATA}
    place = Affine(terrain.cell_m, 0.0, terrain.x0_m, 0.0, -terrain.cell_m, terrain.y0_m)
    options = {"APPEND_SUBDATASET": "YES", "RASTER_TABLE": "terrain", "TILE_FORMAT": "TIFF"}
    with rasterio.open(path, "w", crs=crs, transform=place, **profile, **options) as raster:
        raster.write(np.where(np.isnan(terrain.z_m), np.float32(_NODATA), terrain.z_m), 1)


def read_terrain(path: Path, meta: dict[str, Any]) -> Terrain:
    """Read the raster ``terrain`` back; its frame comes from the file's metadata."""
    with rasterio.open(f"GPKG:{path}:terrain") as raster:
        z = raster.read(1)
    return Terrain(z_m=np.where(z == _NODATA, np.float32(np.nan), z).astype(np.float32), **meta)
