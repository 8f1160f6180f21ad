"""Outlines of parcels: into the city's reference system, valid, with what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.projection import checked_xy, trusted_crs
from gis_data.readers.sources import LayerSource
from gis_data.readers.vector import RawLayer
from gis_data.validation import Faults
from twin.city.frame import HUE_BOX_M, HUE_CRS

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a city lies.

    Attributes
    ----------
    crs : str
    box_m : (west, south, east, north) [m]
    """

    crs: str = HUE_CRS
    box_m: tuple[float, float, float, float] = HUE_BOX_M


@dataclass(frozen=True, slots=True)
class Repair:
    """An outline that crossed itself: its row, and its area [m²] before and after the repair."""

    row: int
    before_m2: float
    after_m2: float


def located(raw: RawLayer, source: LayerSource, frame: Frame, faults: Faults) -> NDArray[np.object_] | None:
    """Return the shapes of a layer in the city's system, None after a fault of the whole layer was kept.

    A missing, damaged or wrong system, swapped axes, and single shapes far from the city are faults.
    """
    shapes = np.asarray(shapely.force_2d(raw.frame.geometry.array), dtype=object)
    shapes[shapely.is_empty(shapes) | shapely.is_missing(shapes)] = None
    crs = faults.attempt(lambda: trusted_crs(raw.crs, file=raw.file, words=source.words))
    if crs is None or not any(s is not None for s in shapes):
        return None if crs is None else shapes
    xy = shapely.get_coordinates(shapes)
    # A table's X and Y are swapped where they are read, and named columns of east and north need no swap.
    in_columns = "wkt" not in raw.names and bool({"x", "east"} & set(raw.names))
    xy = xy[:, ::-1] if source.swap_xy and not in_columns else xy
    at = faults.attempt(
        lambda: checked_xy(xy, crs, file=raw.file, box_m=frame.box_m, target=frame.crs, words=source.words)
    )
    if at is None:
        return None
    moved: NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), at)
    _refuse_strays(moved, frame, faults)
    return moved


def _refuse_strays(shapes: NDArray[np.object_], frame: Frame, faults: Faults) -> None:
    west, south, east, north = frame.box_m
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        away = (bounds[:, 0] > east) | (bounds[:, 2] < west) | (bounds[:, 1] > north) | (bounds[:, 3] < south)
    lost = away | (~shapely.is_missing(shapes) & ~np.isfinite(bounds).all(axis=1))
    for record in np.flatnonzero(lost):
        why = f"lies outside the city (E {bounds[record, 0]:.0f}, N {bounds[record, 1]:.0f})"
        faults.add(why, "Correct its coordinates or leave it out.", record=int(record), column="geometry")
        shapes[record] = None


def outlines(shapes: NDArray[np.object_], faults: Faults) -> tuple[NDArray[np.object_], list[Repair]]:
    """Return valid polygons ``(n,)``, None where a record has none, and the repairs; lines are faults.

    A record known by a point only has no outline.
    """
    done, repairs = shapes.copy(), []
    done[shapely.get_type_id(shapes) == shapely.GeometryType.POINT] = None
    kinds = shapely.get_type_id(done)
    for record in np.flatnonzero(~np.isin(kinds, _POLYGONAL) & ~shapely.is_missing(done)):
        why = f"is a {shapes[record].geom_type}, not an area"
        faults.add(why, "Give polygons; close the lines first.", record=int(record), column="geometry")
        done[record] = None
    valid = shapely.is_valid(done) | shapely.is_missing(done)
    for record in np.flatnonzero(~valid):
        mended = _polygonal(shapely.make_valid(done[record]))
        if mended.area == 0:
            remedy = "Draw the outline again."
            faults.add("an outline without area", remedy, record=int(record), column="geometry")
            continue
        row = int(faults.rows[record]) if faults.rows is not None else int(record) + 1
        repairs.append(Repair(row, float(done[record].area), float(mended.area)))
        done[record] = mended
    return done, repairs


def _polygonal(shape: Any) -> Any:
    parts = [p for p in shapely.get_parts(shapely.get_parts([shape])) if p.geom_type == "Polygon"]
    return shapely.union_all(parts) if parts else shapely.Polygon()
