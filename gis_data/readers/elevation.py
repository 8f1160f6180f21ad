"""Elevation files as a terrain: GeoTIFF, SRTM .hgt (also in a zip) and ESRI ASCII, through rasterio."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.fill import fillnodata
from rasterio.warp import Resampling, reproject

from twin.city.terrain import Terrain
from twin.errors import CrsError, SchemaError

_MAX_RATIO, _MAX_BYTES = 100, 2_000_000_000
_SRTM_ACCURACY_M = 8.0
"""[m] One standard deviation; SRTM's requirement is 16 m at 90 % (Farr et al. 2007, doi:10.1029/2005RG000183)."""


def read_terrain_files(
    paths: Sequence[Path],
    *,
    box_m: tuple[float, float, float, float],
    cell_m: float,
    crs: str,
    offset_m: float | None,
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
    max_void_share
        Largest share of cells without a height that is filled from the neighbours.

    Raises
    ------
    CrsError
        A file states no reference system, or none covers the box.
    SchemaError
        A file is unreadable, a zip is unsafe, or too many cells have no height.
    """
    west, south, east, north = box_m
    nx, ny = int(np.ceil((east - west) / cell_m)), int(np.ceil((north - south) / cell_m))
    place = Affine(cell_m, 0.0, west, 0.0, -cell_m, north)
    z = np.full((ny, nx), np.nan, dtype=np.float32)
    for path in paths:
        tile = _warped(path, place, (ny, nx), crs)
        z = np.where(np.isnan(z), tile, z)
    names = ", ".join(p.name for p in paths)
    z, filled = _filled(z, names, box_m, crs, max_void_share)
    notes = (
        [f"{filled} of {z.size} terrain cells had no height and were filled from their neighbours"] if filled else []
    )
    if offset_m is None:
        notes.append("terrain heights are on the file's own datum: no offset to the city's was stated")
    terrain = Terrain(
        z_m=z + np.float32(offset_m or 0.0),
        x0_m=west,
        y0_m=north,
        cell_m=cell_m,
        datum="the city's own" if offset_m is not None else "as in the source",
        offset_m=offset_m,
        provenance="surveyed",
        accuracy_m=_SRTM_ACCURACY_M,
        source=names,
    )
    return terrain, notes


def _warped(path: Path, place: Affine, shape: tuple[int, int], crs: str) -> NDArray[np.float32]:
    out = np.full(shape, np.nan, dtype=np.float32)
    try:
        with rasterio.open(_openable(path)) as tile:
            if tile.crs is None:
                raise CrsError(path.name, "no reference system is stated", "Write it beside the file as .prj.")
            heights = tile.read(1, masked=True).astype(np.float32).filled(np.nan)
            warp = {"src_transform": tile.transform, "src_crs": tile.crs, "dst_transform": place, "dst_crs": crs}
            reproject(heights, out, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.bilinear, **warp)
    except rasterio.errors.RasterioIOError as error:
        raise SchemaError(path.name, f"unreadable elevation file ({error})", "Give GeoTIFF, .hgt or .asc.") from error
    return out


def _openable(path: Path) -> str:
    if path.suffix.lower() != ".zip":
        return str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise SchemaError(path.name, "damaged zip file", "Download it again.") from error
    if len(members) != 1 or not members[0].filename.lower().endswith((".hgt", ".tif", ".asc")):
        raise SchemaError(path.name, f"the zip holds {len(members)} files, not one elevation file", "Unpack it first.")
    size, packed = members[0].file_size, max(1, members[0].compress_size)
    if size > _MAX_BYTES or size / packed > _MAX_RATIO:
        raise SchemaError(
            path.name, f"{packed} bytes would unpack to {size}", "Refused as a zip bomb; unpack it first."
        )
    return f"/vsizip/{path}/{members[0].filename}"


def _filled(
    z: NDArray[np.float32], names: str, box_m: tuple[float, float, float, float], crs: str, max_void_share: float
) -> tuple[NDArray[np.float32], int]:
    void = np.isnan(z)
    if void.all():
        box = ", ".join(f"{v:.0f}" for v in box_m)
        raise CrsError(
            names, f"no height inside the city's box ({box}) in {crs}", "Give the tile that covers the city."
        )
    if void.mean() > max_void_share:
        why = f"{void.mean():.0%} of the city has no height, more than {max_void_share:.0%}"
        raise SchemaError(names, why, "Add the neighbouring tile.")
    if not void.any():
        return z, 0
    filled: NDArray[np.float32] = fillnodata(np.where(void, 0, z), mask=~void, max_search_distance=max(z.shape))
    return filled, int(void.sum())
