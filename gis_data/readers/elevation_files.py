"""One elevation file: opened safely, read where the city lies, in metres, with what is known of its quality."""

from __future__ import annotations

import math
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from gis_data.projection import trusted_crs
from twin.errors import CrsError, SchemaError

Box = tuple[float, float, float, float]
"""West, south, east, north."""

_DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".hgt": "SRTMHGT", ".asc": "AAIGrid"}
"""Formats by suffix; no other is opened, for some name further files or addresses to be read."""
_ACCURACY_M = {"SRTMHGT": 8.0}
"""[m] One standard deviation; SRTM's 16 m hold at 90 % (Farr et al. 2007, doi:10.1029/2005RG000183), less in towns."""
_TO_METRES = {
    **dict.fromkeys(("m", "metre", "meter", "metres", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet", "international foot"), 0.3048),
    **dict.fromkeys(("us survey foot", "us-ft", "ftus", "us survey feet"), 1200 / 3937),
}
_MAX_RATIO, _MAX_BYTES, _MAX_CELLS = 100, 4_000_000_000, 400_000_000
_LOWEST_M, _HIGHEST_M = -500.0, 9_000.0
"""[m] No land lies outside; such numbers stand for "no data", or count in another unit."""
_MARGIN_PIXELS = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """The part of an elevation file around the city.

    Attributes
    ----------
    name : str
    heights_m : (ny, nx) [m]
        NaN where there is none; without rows where the file does not reach the city.
    place : Affine
        From column and row to the file's coordinates.
    crs : str
    box_deg : Box
        What the whole file covers, longitude and latitude.
    accuracy_m : [m]
        NaN where unknown.
    notes : tuple of str
    """

    name: str
    heights_m: NDArray[np.float32]
    place: Affine
    crs: str
    box_deg: Box
    accuracy_m: float
    notes: tuple[str, ...]


def read_tile(path: Path, *, box_m: Box, crs: str, dem_crs: str | None) -> Tile:
    """Return the heights of a file in and around a box.

    Raises
    ------
    CrsError
        The file states no reference system and `dem_crs` gives none, or its system is damaged.
    SchemaError
        It is unreadable, unsafe, no elevation file, too large, or its heights are not in metres or feet.
    """
    with _opened(path) as opened:
        if opened.count != 1:
            raise SchemaError(path.name, f"{opened.count} bands, an elevation file has one", "Give the heights alone.")
        system, notes = _system(opened, path.name, dem_crs)
        name = system.to_wkt()
        box_deg = transform_bounds(name, "EPSG:4326", *opened.bounds)
        window = _window(opened, box_m, crs, name) if overlap(box_deg, to_degrees(box_m, crs)) else None
        if window is not None and window.width * window.height > _MAX_CELLS:
            why = f"{window.width:.0f} × {window.height:.0f} cells lie in the city's box"
            raise SchemaError(path.name, why, f"Give one of at most {_MAX_CELLS} cells there: resample it.")
        factor, unit = _unit(opened, system, path.name)
        if factor != 1:
            notes.append(f"heights of {path.name} are in {unit} and were converted to metres")
        return Tile(
            name=path.name,
            heights_m=_heights(opened, window, factor, path.name),
            place=_moved(opened.transform, window) if window else opened.transform,
            crs=name,
            box_deg=box_deg,
            accuracy_m=_ACCURACY_M.get(opened.driver, math.nan),
            notes=tuple(notes),
        )


def to_degrees(box_m: Box, crs: str) -> Box:
    """Return a box in longitude and latitude."""
    west, south, east, north = transform_bounds(crs, "EPSG:4326", *box_m)
    return west, south, east, north


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes have an area in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    place, suffix = _openable(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said by `_system`, with a remedy
            with rasterio.open(place, driver=_DRIVERS[suffix]) as opened:
                yield opened
    except RasterioIOError as error:
        # GDAL names its virtual paths; the user knows the file by its own name.
        why = str(error).replace(place, path.name)
        raise SchemaError(path.name, f"unreadable elevation file ({why})", "Give GeoTIFF, .hgt or .asc.") from error


def _openable(path: Path) -> tuple[str, str]:
    suffix = path.suffix.lower()
    if suffix in _DRIVERS:
        return str(path), suffix
    if suffix != ".zip":
        why = f"no elevation format known by the name {path.suffix or path.name!r}"
        raise SchemaError(path.name, why, f"Give {', '.join(_DRIVERS)} or a .zip of one.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise SchemaError(path.name, "damaged zip file", "Download it again.") from error
    _check_members(path, members)
    found = [m.filename for m in members if PurePosixPath(m.filename).suffix.lower() in _DRIVERS]
    if len(found) != 1:
        raise SchemaError(path.name, f"the zip holds {len(found)} elevation files, not one", "Unpack it first.")
    return f"/vsizip/{{{path}}}/{found[0]}", PurePosixPath(found[0]).suffix.lower()


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",) or ":" in member.filename:
            why = f"its member {member.filename!r} points outside the archive"
            raise SchemaError(path.name, why, "Refused; take the zip from its provider.")
        if member.flag_bits & 1:
            raise SchemaError(path.name, f"its member {member.filename!r} is encrypted", "Unpack it first.")
    size, packed = sum(m.file_size for m in members), max(1, sum(m.compress_size for m in members))
    if size > _MAX_BYTES or size / packed > _MAX_RATIO:
        why = f"{packed} bytes would unpack to {size}"
        raise SchemaError(path.name, why, "Refused as a zip bomb; unpack it first.")


def _system(opened: Any, file: str, dem_crs: str | None) -> tuple[CRS, list[str]]:
    if opened.crs is None and opened.transform.is_identity:
        raise CrsError(file, "no position is stated", "Georeference it, e.g. with a world file and --dem-crs.")
    if opened.crs is None and dem_crs is None:
        raise CrsError(file, "no reference system is stated", "Give it with --dem-crs, e.g. --dem-crs EPSG:9214.")
    if opened.crs is None:
        return trusted_crs(dem_crs, file=file), [f"{file} states no reference system; {dem_crs} was given for it"]
    try:
        return trusted_crs(opened.crs.to_wkt(), file=file), []
    except CrsError as error:
        remedy = "Write the right one into the file, e.g. gdal_edit.py -a_srs EPSG:9214."
        raise CrsError(file, error.why, remedy) from error


def _window(opened: Any, box_m: Box, crs: str, tile_crs: str) -> Window | None:
    whole = Window(0, 0, opened.width, opened.height)
    if opened.transform.b or opened.transform.d:  # turned: rows are not parallels
        return whole
    west, south, east, north = transform_bounds(crs, tile_crs, *box_m)
    t = opened.transform
    columns, rows = sorted(((west - t.c) / t.a, (east - t.c) / t.a)), sorted(((south - t.f) / t.e, (north - t.f) / t.e))
    left, top = (math.floor(low) - _MARGIN_PIXELS for low, _ in (columns, rows))
    right, bottom = (math.ceil(high) + _MARGIN_PIXELS for _, high in (columns, rows))
    left, top, right, bottom = max(0, left), max(0, top), min(opened.width, right), min(opened.height, bottom)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _moved(t: Affine, to: Window) -> Affine:
    x, y = to.col_off, to.row_off
    return Affine(t.a, t.b, t.c + x * t.a + y * t.b, t.d, t.e, t.f + x * t.d + y * t.e)


def _unit(opened: Any, system: CRS, file: str) -> tuple[float, str]:
    stated = (opened.units[0] or "").strip()
    if stated:
        if stated.lower() in _TO_METRES:
            return _TO_METRES[stated.lower()], stated
        raise SchemaError(file, f"heights in {stated!r}, neither metres nor feet", "Convert them to metres.")
    upward = [axis for axis in system.axis_info if axis.direction == "up"]
    if upward:
        return upward[0].unit_conversion_factor, upward[0].unit_name
    if any("foot" in axis.unit_name for axis in system.axis_info):
        why = "its coordinates count in feet and the unit of its heights is not stated"
        raise SchemaError(file, why, "Write it into the file, e.g. gdal_edit.py -units ft.")
    return 1.0, "metre"


def _heights(opened: Any, window: Window | None, factor: float, file: str) -> NDArray[np.float32]:
    if window is None:
        return np.zeros((0, 0), dtype=np.float32)
    read = opened.read(1, window=window, masked=True)
    heights: NDArray[np.float32] = read.astype(np.float32).filled(np.nan)
    heights = (heights * np.float32(opened.scales[0]) + np.float32(opened.offsets[0])) * np.float32(factor)
    heights[np.isinf(heights)] = np.nan
    with np.errstate(invalid="ignore"):
        absurd = int(((heights < _LOWEST_M) | (heights > _HIGHEST_M)).sum())
    if absurd:
        why = f"{absurd} cells lie below {_LOWEST_M:.0f} m or above {_HIGHEST_M:.0f} m"
        raise SchemaError(file, why, "State its value for no data, e.g. gdal_edit.py -a_nodata, or its unit.")
    return heights
