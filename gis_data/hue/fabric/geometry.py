"""Oriented boxes of many polygons, and polygons cut in two: the two steps every subdivision repeats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

_FAR_M = 20_000.0


@dataclass(frozen=True)
class Boxes:
    """Oriented boxes ``(n,)``: the long side runs along `angle_rad`, and is `length_m`; `width_m` across.

    Attributes
    ----------
    angle_rad : (n,) [rad]
        From east to north.
    centre_m : (n, 2) [m]
    length_m, width_m : (n,) [m]
    """

    angle_rad: NDArray[np.float64]
    centre_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    width_m: NDArray[np.float64]


def boxes_of(polygons: NDArray[np.object_], angle_rad: NDArray[np.float64] | None = None) -> Boxes:
    """Return the smallest box around each polygon, or the box along a given direction where that is not NaN."""
    corner = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(len(polygons), 5, 2)
    edge = corner[:, 1] - corner[:, 0]
    angle = np.arctan2(edge[:, 1], edge[:, 0])
    if angle_rad is not None:
        angle = np.where(np.isnan(angle_rad), angle, angle_rad)
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    first = np.searchsorted(owner, np.arange(len(polygons)))
    cos, sin = np.cos(angle), np.sin(angle)
    along = xy[:, 0] * cos[owner] + xy[:, 1] * sin[owner]
    across = xy[:, 1] * cos[owner] - xy[:, 0] * sin[owner]
    low = np.stack([np.minimum.reduceat(v, first) for v in (along, across)], axis=1)
    high = np.stack([np.maximum.reduceat(v, first) for v in (along, across)], axis=1)
    mid, size = (low + high) / 2, high - low
    centre = np.stack([mid[:, 0] * cos - mid[:, 1] * sin, mid[:, 0] * sin + mid[:, 1] * cos], axis=1)
    return Boxes(angle + np.where(size[:, 0] >= size[:, 1], 0.0, np.pi / 2), centre, size.max(axis=1), size.min(axis=1))


def rectangles(
    centre_m: NDArray[np.float64],
    angle_rad: NDArray[np.float64],
    low_m: NDArray[np.float64],
    high_m: NDArray[np.float64],
) -> NDArray[np.object_]:
    """Return rectangles from ``low`` to ``high`` ``(n, 2) [m]`` in frames turned by an angle about their centres."""
    corner = np.stack(
        [low_m, np.stack([high_m[:, 0], low_m[:, 1]], 1), high_m, np.stack([low_m[:, 0], high_m[:, 1]], 1)], axis=1
    )
    ring = np.concatenate([corner, corner[:, :1]], axis=1)
    cos, sin = np.cos(angle_rad)[:, None], np.sin(angle_rad)[:, None]
    x = ring[..., 0] * cos - ring[..., 1] * sin + centre_m[:, None, 0]
    y = ring[..., 0] * sin + ring[..., 1] * cos + centre_m[:, None, 1]
    made: NDArray[np.object_] = np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)
    return made


def cut_in_two(
    polygons: NDArray[np.object_], point_m: NDArray[np.float64], angle_rad: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.int64]]:
    """Cut each polygon along the line through a point.

    Returns
    -------
    parts : (m,) polygons
    chords : (k,) lines
        The pieces of the cutting lines inside the polygons.
    owner : (k,)
        The polygon each chord cuts.
    """
    n = len(polygons)
    far = np.full(n, _FAR_M)
    sides = [
        shapely.intersection(
            polygons, rectangles(point_m, angle_rad, np.stack([-far, low], 1), np.stack([far, high], 1))
        )
        for low, high in ((-far, 0 * far), (0 * far, far))
    ]
    step = _FAR_M * np.stack([np.cos(angle_rad), np.sin(angle_rad)], axis=1)
    lines = shapely.linestrings(np.stack([point_m - step, point_m + step], axis=1))
    chords, owner = shapely.get_parts(shapely.intersection(polygons, lines), return_index=True)
    is_line = shapely.get_type_id(chords) == shapely.GeometryType.LINESTRING
    return polygon_parts(np.concatenate(sides)), chords[is_line], owner[is_line]


def polygon_parts(shapes: NDArray[np.object_], smallest_m2: float = 1.0) -> NDArray[np.object_]:
    """Return the single polygons of any shapes, without those smaller than a limit."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    keep = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) >= smallest_m2)
    made: NDArray[np.object_] = parts[keep]
    return made


def only_polygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return each shape ``(n,)`` as a polygon or multipolygon: lines and points left by clipping are dropped."""
    made = shapes.copy()
    fine = np.isin(shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    for k in np.flatnonzero(~fine).tolist():
        made[k] = shapely.MultiPolygon(polygon_parts(shapes[k : k + 1]).tolist())
    return made
