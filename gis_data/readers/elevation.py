"""Elevation files as a terrain: GeoTIFF, SRTM .hgt (also in a zip) and ESRI ASCII, through rasterio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, reproject

from gis_data.readers.elevation_files import Box, Tile, overlap, read_tile, to_degrees
from twin.city.terrain import Terrain
from twin.errors import CrsError, RequestError, SchemaError

_MAX_CELLS = 200_000_000


def read_terrain_files(
    paths: Sequence[Path],
    *,
    box_m: Box,
    cell_m: float,
    crs: str,
    offset_m: float | None,
    dem_crs: str | None = None,
    accuracy_m: float | None = None,
    max_void_share: float = 0.2,
) -> tuple[Terrain, list[str]]:
    """Return the terrain under a box and what a user must know about it.

    Parameters
    ----------
    paths
        Tiles; where they overlap the first with a value wins.
    box_m
        West, south, east, north in `crs` [m].
    cell_m
        Cell size [m].
    offset_m
        Added to the files' heights to reach the city's height datum [m]; None leaves them and says so.
    dem_crs
        Reference system of the files that state none.
    accuracy_m
        Vertical accuracy [m], one standard deviation; None takes SRTM's for .hgt and leaves it unknown for the rest.
    max_void_share
        Largest share of cells without a height that is filled from the neighbours.

    Raises
    ------
    CrsError
        A file states no reference system, or none reaches the box.
    SchemaError
        A file is unreadable, unsafe, in an unknown unit, or too many cells have no height.
    RequestError
        The cell size would make more cells than memory holds.
    """
    west, south, east, north = box_m
    nx, ny = int(np.ceil((east - west) / cell_m)), int(np.ceil((north - south) / cell_m))
    if nx * ny > _MAX_CELLS:
        raise RequestError(f"cell size {cell_m:g} m", f"{nx} × {ny} cells, more than {_MAX_CELLS}; take larger cells")
    tiles = [read_tile(path, box_m=box_m, crs=crs, dem_crs=dem_crs) for path in paths]
    names = ", ".join(tile.name for tile in tiles)
    _refuse_elsewhere(tiles, names, to_degrees(box_m, crs))
    mosaic = _mosaic(tiles, Affine(cell_m, 0.0, west, 0.0, -cell_m, north), (ny, nx), crs)
    z, filled = _filled(mosaic, names, max_void_share)
    accuracy = accuracy_m if accuracy_m is not None else float(np.max([tile.accuracy_m for tile in tiles]))
    terrain = Terrain(
        z_m=z + np.float32(offset_m or 0.0),
        x0_m=float(west),  # a numpy scalar would not come back from a file as itself
        y0_m=float(north),
        cell_m=float(cell_m),
        datum="the city's own" if offset_m is not None else "as in the source",
        offset_m=offset_m,
        provenance="surveyed",
        accuracy_m=accuracy,
        source=names,
    )
    return terrain, [*(note for tile in tiles for note in tile.notes), *_notes(terrain, filled)]


def _notes(terrain: Terrain, filled: int) -> list[str]:
    cells = terrain.z_m.size
    notes = [f"{filled} of {cells} terrain cells had no height and were filled from their neighbours"] if filled else []
    if terrain.offset_m is None:
        notes.append("terrain heights are on the file's own datum: no offset to the city's was stated")
    if math.isnan(terrain.accuracy_m):
        notes.append(f"the vertical accuracy of {terrain.source} is not known: give it with --dem-accuracy-m")
    return notes


def _refuse_elsewhere(tiles: list[Tile], names: str, city_deg: Box) -> None:
    if any(overlap(tile.box_deg, city_deg) for tile in tiles):
        return
    covered = "; ".join(_degrees(tile.box_deg) for tile in tiles)
    lat, lon = math.floor(city_deg[1]), math.floor(city_deg[0])
    srtm = f"{'S' if lat < 0 else 'N'}{abs(lat):02d}{'W' if lon < 0 else 'E'}{abs(lon):03d}"
    raise CrsError(
        names,
        f"covers {covered}, but the city lies in {_degrees(city_deg)} (west, south, east, north in degrees)",
        f"Give the tile that covers the city; of SRTM it is {srtm}.",
    )


def _degrees(box: Box) -> str:
    return " ".join(f"{v:.3f}" for v in box)


def _mosaic(tiles: list[Tile], place: Affine, shape: tuple[int, int], crs: str) -> NDArray[np.float32]:
    z = np.full(shape, np.nan, dtype=np.float32)
    for tile in (t for t in tiles if t.heights_m.size):
        out = np.full(shape, np.nan, dtype=np.float32)
        warp = {"src_transform": tile.place, "src_crs": tile.crs, "dst_transform": place, "dst_crs": crs}
        reproject(tile.heights_m, out, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.bilinear, **warp)
        z = np.where(np.isnan(z), out, z)
    return z


def _filled(z: NDArray[np.float32], names: str, max_void_share: float) -> tuple[NDArray[np.float32], int]:
    void = np.isnan(z)
    if void.all():
        raise SchemaError(names, "covers the city but holds nodata only there", "Give another elevation file.")
    if void.mean() > max_void_share:
        why = f"{void.mean():.0%} of the city has no height, more than {max_void_share:.0%}"
        raise SchemaError(names, why, "Add the neighbouring tile.")
    if not void.any():
        return z, 0
    filled: NDArray[np.float32] = fillnodata(np.where(void, 0, z), mask=~void, max_search_distance=max(z.shape))
    return filled, int(void.sum())
