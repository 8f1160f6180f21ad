"""Monuments, campuses, parks and hills of known position: land that no row of houses may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import numbers, points, read_table, text
from gis_data.hue.extent import extent
from gis_data.hue.fabric.geometry import rectangles
from gis_data.hue.fabric.styles import Styles

WALL_BELT_M = 38.0
"""[m] Width of the belt inside the moat that the Citadel's ramparts take."""
_MOAT_BANK_M = 12.0
_ELLIPSE_QUADRANT = 12
_PARK_WIDTH_M, _PARK_BANK_M, _LEAST_BANK_M = 120.0, 30.0, 60.0


@dataclass(frozen=True)
class Landmarks:
    """Rows of ``landmarks.csv`` with their outlines.

    Attributes
    ----------
    ids, name, use_code, building, provenance, source : (n,) str
    shapes : (n,) polygons
    angle_rad : (n,) [rad]
    built_share, storeys : (n,)
    accuracy_m : (n,) [m]
    """

    ids: NDArray[np.str_]
    name: NDArray[np.str_]
    use_code: NDArray[np.str_]
    building: NDArray[np.str_]
    provenance: NDArray[np.str_]
    source: NDArray[np.str_]
    shapes: NDArray[np.object_]
    angle_rad: NDArray[np.float64]
    built_share: NDArray[np.float64]
    storeys: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]


def landmarks() -> Landmarks:
    """Return the landmarks of the modelled area in EPSG:9214: boxes and ellipses of a stated size and direction."""
    table = read_table("landmarks.csv")
    table = table[shapely.contains_xy(extent(), points(table))].reset_index(drop=True)
    angle = np.radians(numbers(table["angle_deg"]))
    half = np.stack([numbers(table["length_m"]), numbers(table["width_m"])], axis=1) / 2
    centre = points(table)
    boxes = rectangles(centre, angle, -half, half)
    turn = np.linspace(0, 2 * np.pi, 4 * _ELLIPSE_QUADRANT, endpoint=False)
    local = np.stack([np.cos(turn), np.sin(turn)], axis=-1)[None] * half[:, None]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = local[..., 0] * cos - local[..., 1] * sin + centre[:, None, 0]
    y = local[..., 0] * sin + local[..., 1] * cos + centre[:, None, 1]
    ellipses = np.asarray(shapely.polygons(np.stack([x, y], axis=-1)), dtype=object)
    words: dict[str, Any] = {c: text(table[c]) for c in ("name", "use_code", "building", "provenance", "source")}
    return Landmarks(
        ids=text(table["landmark_id"]),
        shapes=np.array([b if s == "box" else e for s, b, e in zip(table["shape"], boxes, ellipses, strict=True)]),
        angle_rad=angle,
        built_share=numbers(table["built_share"]),
        storeys=numbers(table["storeys"]),
        accuracy_m=numbers(table["accuracy_m"]),
        **words,
    )


def ramparts(styles: Styles) -> shapely.Geometry:
    """Return the belt of the Citadel's walls and the bank outside its moat, on which nobody may build."""
    inside = styles.inside_walls
    return shapely.union(
        shapely.difference(inside, inside.buffer(-WALL_BELT_M)), shapely.difference(inside.buffer(_MOAT_BANK_M), inside)
    )


def riverside_parks(
    blocks: NDArray[np.object_], river: shapely.Geometry, parks: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which blocks are the green strip between the Hương and its quay street, where the ward has such parks."""
    bank = shapely.boundary(shapely.buffer(river, _PARK_BANK_M / 2))
    along = shapely.length(shapely.intersection(shapely.buffer(blocks, _PARK_BANK_M / 2), bank))
    strip = shapely.area(blocks) < _PARK_WIDTH_M * along
    return parks & (along > _LEAST_BANK_M) & strip
