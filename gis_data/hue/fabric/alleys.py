"""Alleys (kiệt) and local streets: the blocks cut again and again until a plot has a way to its door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.geometry import Boxes, boxes_of, cut_in_two
from gis_data.hue.fabric.styles import Styles, citadel_angle_rad

LOCAL_STREET_M = 5.5
"""[m] Width of the first cuts of a large block: a local street that a car can use."""
_LOCAL_LEVELS = 2
_LARGE_M2 = 40_000.0
_DEEPEST = 14
_JITTER = 0.12
_TURN_RAD = np.radians(2.5)


@dataclass(frozen=True)
class Cuts:
    """Blocks of plots and the alleys between them.

    Attributes
    ----------
    plots : (n,) polygons
        Blocks between alleys, up to the axes of their streets.
    style : (n,)
    angle_rad : (n,) [rad]
        Direction of the plots' rows.
    alleys : (k,) lines
        In order of birth: an alley ends on streets or on alleys before it.
    width_m : (k,) [m]
    """

    plots: NDArray[np.object_]
    style: NDArray[np.int64]
    angle_rad: NDArray[np.float64]
    alleys: NDArray[np.object_]
    width_m: NDArray[np.float64]


def subdivide(
    blocks: NDArray[np.object_], lanes: NDArray[np.object_], styles: Styles, rng: np.random.Generator
) -> Cuts:
    """Cut blocks until none is longer or wider than its style allows; the Citadel's follow its grid, others their own.

    The village lanes between the blocks count as the first of the alleys.
    """
    done: list[tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.float64]]] = []
    alleys = [(lanes, np.full(len(lanes), LOCAL_STREET_M))]
    grid = citadel_angle_rad()
    level = blocks
    for depth in range(_DEEPEST + 1):
        style = styles.at(shapely.point_on_surface(level))
        in_grid = style == styles.citadel
        boxes = boxes_of(level, np.where(in_grid, grid, np.nan))
        parts_x = np.ceil(boxes.length_m / styles.block_length_m[style] - 0.1)
        parts_y = np.ceil(boxes.width_m / styles.block_width_m[style] - 0.1)
        whole = ((parts_x <= 1) & (parts_y <= 1)) | (depth == _DEEPEST)
        done.append((level[whole], style[whole], boxes.angle_rad[whole]))
        rest = ~whole
        if not rest.any():
            break
        width = _widths(level[rest], style[rest], depth, styles, rng)
        point, angle = _cut_lines(boxes, rest, parts_x, parts_y, in_grid, rng)
        level, chords, owner = cut_in_two(level[rest], point, angle)
        alleys.append((chords, width[owner]))
    plots, style, angle = (np.concatenate(column) for column in zip(*done, strict=True))
    lines, widths = (np.concatenate(column) for column in zip(*alleys, strict=True))
    return Cuts(plots, style, angle, lines, widths)


def _widths(
    cut: NDArray[np.object_], style: NDArray[np.int64], depth: int, styles: Styles, rng: np.random.Generator
) -> NDArray[np.float64]:
    low, high = styles.alley_min_m[style], styles.alley_max_m[style]
    narrow = np.round(low + (high - low) * rng.random(len(cut)), 1)
    local = (depth < _LOCAL_LEVELS) & (shapely.area(cut) > _LARGE_M2)
    return np.where(local, LOCAL_STREET_M, narrow)


def _cut_lines(
    boxes: Boxes,
    rest: NDArray[np.bool_],
    parts_x: NDArray[np.float64],
    parts_y: NDArray[np.float64],
    in_grid: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a point and a direction for the next cut: across the long side first, into parts of the styles' size."""
    nx, ny, grid = parts_x[rest], parts_y[rest], in_grid[rest]
    across = nx > 1
    n, size = np.where(across, nx, ny), np.where(across, boxes.length_m[rest], boxes.width_m[rest])
    where = np.floor(n / 2) / n - 0.5 + (rng.random(len(n)) - 0.5) * 2 * _JITTER / n
    angle = boxes.angle_rad[rest]
    along = np.where(across, angle, angle + np.pi / 2)
    point = boxes.centre_m[rest] + (where * size)[:, None] * np.stack([np.cos(along), np.sin(along)], axis=1)
    turn = np.where(grid, 0.0, (rng.random(len(n)) - 0.5) * 2 * _TURN_RAD)
    return point, along + np.pi / 2 + turn
