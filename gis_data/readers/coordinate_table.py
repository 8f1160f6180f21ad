"""Tables with coordinates: CSV with WKT, or with one corner or point a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.readers.vietnamese_text import repair_columns
from gis_data.validation import Faults, numbers, texts
from twin.errors import SchemaError

TABLE_SUFFIXES = (".csv", ".tsv", ".txt")
_KEY = ("ward_code", "map_sheet", "parcel_no")
_MIN_CORNERS = 3
_HEAD = 65536
_MAX_CELL = 2**27


def table_columns(path: Path) -> list[str]:
    """Return the headings of a table, in Unicode whatever they were written in.

    Raises
    ------
    SchemaError
        The file is empty.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        first = next(csv.reader(file, delimiter=_delimiter(path)), None)
    if not first:
        raise SchemaError(path.name, "the table is empty", "Give a table with a heading and records.")
    return [str(h).strip() for h in repair_columns({"heading": first}).columns["heading"]]


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
    heading = table_columns(path)
    at = [heading.index(column) for column in found.values()]
    faults = Faults(file)
    records, rows = [], []
    for row, cells in enumerate(_records(path, file), start=2):
        if not any(c.strip() for c in cells):
            continue
        if len(cells) == len(heading):
            records.append([cells[k] for k in at])
            rows.append(row)
        else:
            why = f"has {len(cells)} cells, the heading {len(heading)}"
            faults.add(why, "Put texts with a separator in quotes.", record=row - 1)
    faults.rows = np.array(rows, dtype=np.int64)
    frame = pd.DataFrame(records, columns=list(found), dtype=object)
    if "wkt" in found:
        shapes = _from_wkt(frame.pop("wkt"), faults, found["wkt"])
    else:
        xy = _coordinates(frame, found, faults, swap_xy=swap_xy)
        frame, shapes, first = _outlines(frame, xy, faults)
        faults.rows = faults.rows[first]
    faults.raise_if_any()
    frame = frame.drop(columns=["x", "y", "east", "north"], errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=shapes), faults.rows


def _records(path: Path, file: str) -> Iterator[list[str]]:
    """Yield the rows below the heading; a geometry may be longer than the module's default limit of a cell."""
    usual = csv.field_size_limit(_MAX_CELL)
    try:
        with path.open(encoding=_encoding(path), newline="") as opened:
            reader = csv.reader(opened, delimiter=_delimiter(path), skipinitialspace=True)
            next(reader, None)
            yield from reader
    except csv.Error as error:
        raise SchemaError(file, f"is no regular table ({error})", "Export it again as CSV.") from error
    finally:
        csv.field_size_limit(usual)


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
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"  # a spreadsheet's "Unicode text"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "latin-1"  # every byte as one character: what it was written in is judged later
    return "utf-8-sig"


def _delimiter(path: Path) -> str:
    with path.open(encoding=_encoding(path), newline="") as file:
        line = file.readline(_HEAD)
    return max(",;\t|", key=line.count)
