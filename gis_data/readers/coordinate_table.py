"""Tables with coordinates: CSV with WKT, or with one corner or point a row."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.validation import Faults, numbers, texts
from twin.errors import SchemaError

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
_KEY = ("ward_code", "map_sheet", "parcel_no")
_MIN_CORNERS = 3
_HEAD = 65536


def table_columns(path: Path) -> list[str]:
    """Return the headings of a table.

    Raises
    ------
    SchemaError
        The file is empty.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        first = next(csv.reader(file, delimiter=_delimiter(path)), None)
    if not first:
        raise SchemaError(path.name, "the table is empty", "Give a table with a heading and records.")
    return [h.strip() for h in first]


def table_frame(
    path: Path, found: dict[str, str], *, swap_xy: bool, file: str
) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """Return the records of a table with their geometry, and the row of the spreadsheet each begins on.

    Rules
    -----
    1. A WKT column is the geometry.
    2. Else columns of east and north, or of X and Y, give a point a row; `swap_xy` says that X is the northing, as
       Vietnamese cadastral tables have it.
    3. Rows of one ward, sheet and parcel that follow one another are the corners of its outline.

    Raises
    ------
    ValidationFailed
        Coordinates or WKT cannot be read.
    SchemaError
        No column holds a geometry.
    """
    frame = pd.read_csv(
        path,
        sep=_delimiter(path),
        encoding=_encoding(path),
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
        usecols=lambda name: name.strip() in found.values(),
    ).rename(columns=str.strip)
    frame = pd.DataFrame({meaning: frame[column] for meaning, column in found.items()})
    rows = np.arange(len(frame)) + 2
    faults = Faults(file, rows=rows)
    if "wkt" in found:
        shapes = _from_wkt(frame.pop("wkt"), faults, found["wkt"])
    else:
        xy = _coordinates(frame, found, faults, swap_xy=swap_xy)
        frame, shapes, first = _outlines(frame, xy, faults)
        rows = rows[first]
    faults.raise_if_any()
    frame = frame.drop(columns=["x", "y", "east", "north"], errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=shapes), rows


def _from_wkt(column: pd.Series[str], faults: Faults, name: str) -> NDArray[np.object_]:
    shapes: NDArray[np.object_] = shapely.from_wkt(texts(column), on_invalid="ignore")
    for record in np.flatnonzero(shapely.is_missing(shapes) & (column.str.strip() != "").to_numpy()):
        faults.add("is no WKT geometry", "Write it as POLYGON ((east north, …)).", record=int(record), column=name)
    return shapes


def _coordinates(frame: pd.DataFrame, found: dict[str, str], faults: Faults, *, swap_xy: bool) -> NDArray[np.float64]:
    pair = ("east", "north") if {"east", "north"} <= set(found) else ("x", "y")
    if not set(pair) <= set(found):
        seen = "Name a WKT column, or columns X and Y, in the heading."
        raise SchemaError(faults.file, "no column holds a geometry", seen)
    xy = np.column_stack([numbers(frame[c]) for c in pair])
    for axis, c in enumerate(pair):
        for record in np.flatnonzero(np.isnan(xy[:, axis])):
            value = frame[c].iloc[int(record)]
            faults.add(f"{value!r} is no coordinate", "Write metres or degrees.", record=int(record), column=found[c])
    return xy[:, ::-1] if swap_xy and pair == ("x", "y") else xy


def _outlines(
    frame: pd.DataFrame, xy: NDArray[np.float64], faults: Faults
) -> tuple[pd.DataFrame, NDArray[np.object_], NDArray[np.int64]]:
    """Join the rows that follow one another with the same key into outlines, when any key has several rows."""
    key = [c for c in _KEY if c in frame]
    points: NDArray[np.object_] = np.asarray(shapely.points(xy), dtype=object)
    if len(key) < len(_KEY) - 1 or frame.empty:
        return frame, points, np.arange(len(frame))
    rows = frame[key].apply("\0".join, axis=1).to_numpy()
    first = np.flatnonzero(np.append([True], rows[1:] != rows[:-1]))
    if len(first) == len(frame):
        return frame, points, first
    corners = np.split(xy, first[1:])
    for start, ring in zip(first, corners, strict=True):
        if len(ring) < _MIN_CORNERS:
            why = f"an outline of {len(ring)} corner{'s' if len(ring) > 1 else ''}"
            faults.add(why, "Give at least three corners, each on a row of its own.", record=int(start))
    whole = [shapely.Polygon(ring) if len(ring) >= _MIN_CORNERS else None for ring in corners]
    return frame.iloc[first].reset_index(drop=True), np.array(whole, dtype=object), first


def _encoding(path: Path) -> str:
    try:
        path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return "latin-1"  # every byte as one character: what it was written in is judged later
    return "utf-8-sig"


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        line = file.read(_HEAD).splitlines()[:1]
    counts = {d: line[0].count(d.encode()) for d in ",;\t|"} if line else {",": 0}
    return max(counts, key=lambda d: counts[d])
