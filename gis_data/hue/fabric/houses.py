"""Buildings on their plots, and the households in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.geometry import polygon_parts, rectangles
from gis_data.hue.fabric.landmarks import Landmarks
from gis_data.hue.fabric.plots import HOUSE, Facilities, Plots
from gis_data.hue.fabric.styles import Styles
from gis_data.hue.places import share_out

PEOPLE_PER_HOUSEHOLD = 3.6
"""Census of 1 April 2019, Vietnam: 96.2 million people in 26.9 million households; assumed for Huế."""
SOURCE = "generated on generated plots; no surveyed footprint"
_LEAST_M2 = 14.0
_WING_M = 62.0
"""[m] A campus has one building to each square of this side."""
_PLINTH_M = (0.25, 0.60)
_PUBLIC_PLINTH_M = 0.5


@dataclass(frozen=True)
class Footprints:
    """Buildings before they become a table ``(n,)``.

    Attributes
    ----------
    shapes : (n,) polygons
    kind : (n,) str
    storeys : (n,)
    lot : (n,)
        Row of the lot the building stands on.
    weight : (n,)
        Relative chance of a square metre of floor to hold a household; 0 where nobody lives.
    plinth_m : (n,) [m]
        Ground floor above the ground.
    """

    shapes: NDArray[np.object_]
    kind: NDArray[np.str_]
    storeys: NDArray[np.float64]
    lot: NDArray[np.int64]
    weight: NDArray[np.float64]
    plinth_m: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> Footprints:
        """Return some of the buildings."""
        return Footprints(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def dwellings(plots: Plots, styles: Styles, on_main: NDArray[np.bool_], rng: np.random.Generator) -> Footprints:
    """Return one house for each dwelling plot: towards the alley, as deep as the style builds."""
    row = np.flatnonzero(plots.facility == HOUSE)
    style, low, high = plots.style[row], plots.low_m[row], plots.high_m[row]
    size = high - low
    share = styles.built_share[style]
    across = np.minimum(0.97, 1.08 * np.sqrt(share))
    deep = np.minimum(0.95, share / across * rng.uniform(0.85, 1.12, len(row)))
    wide = size[:, 0] * across
    long = size[:, 1] * deep
    setback = np.where(share > 0.7, np.minimum(0.6, size[:, 1] - long), 0.4 * (size[:, 1] - long))
    mid = (low[:, 0] + high[:, 0]) / 2
    outer = np.where(plots.front[row] > 0, high[:, 1] - setback, low[:, 1] + setback)
    inner = outer - plots.front[row] * long
    left = np.stack([mid - wide / 2, np.minimum(outer, inner)], axis=1)
    right = np.stack([mid + wide / 2, np.maximum(outer, inner)], axis=1)
    boxes = rectangles(plots.centre_m[row], plots.angle_rad[row], left, right)
    least, most = styles.storeys_min[style], styles.storeys_max[style]
    storeys = np.floor(least + rng.random(len(row)) ** np.where(on_main[row], 0.8, 1.6) * (most - least + 0.999))
    plinth = np.round(rng.uniform(*_PLINTH_M, len(row)), 2)
    made = Footprints(
        _clipped(boxes, plots.shapes[row], ~plots.whole[row]),
        np.where(on_main[row], "shophouse", "house"),
        storeys,
        row,
        styles.household_weight[style],
        plinth,
    )
    return made.take(shapely.area(made.shapes) >= _LEAST_M2)


def facility_buildings(plots: Plots, kinds: Facilities) -> Footprints:
    """Return the buildings of schools, offices, pagodas …: one, or one to each part of a large ground."""
    row = np.flatnonzero((plots.facility != HOUSE) & (kinds.built_share[plots.facility] > 0))
    kind = plots.facility[row]
    frames = (plots.centre_m[row], plots.angle_rad[row], plots.low_m[row], plots.high_m[row])
    boxes, owner = _wings(*frames, kinds.built_share[kind])
    return _public(boxes, plots.shapes[row][owner], row[owner], kinds.building[kind[owner]], kinds.storeys[kind[owner]])


def landmark_buildings(marks: Landmarks, first_lot: int) -> Footprints:
    """Return the buildings of the landmarks, whose lots begin at a row."""
    row = np.flatnonzero((marks.built_share > 0) & ~shapely.is_empty(marks.shapes))
    centre = shapely.get_coordinates(shapely.centroid(marks.shapes[row]))
    turned = [_half_sizes(marks.shapes[k], c, float(marks.angle_rad[k])) for k, c in zip(row, centre, strict=True)]
    half = np.array(turned).reshape(-1, 2)
    boxes, owner = _wings(centre, marks.angle_rad[row], -half, half, marks.built_share[row])
    mark = row[owner]
    return _public(boxes, marks.shapes[mark], first_lot + mark, marks.building[mark], marks.storeys[mark])


def joined(parts: list[Footprints]) -> Footprints:
    """Return all buildings of several lists."""
    names = Footprints.__dataclass_fields__
    return Footprints(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def households(
    floor_m2: NDArray[np.float64], ward: NDArray[np.int64], people: dict[int, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the households of each building ``(n,)`` so that each ward has its people.

    Rules
    -----
    1. A ward has ``people / 3.6`` households.
    2. Every dwelling has one where there are enough; the others go by floor area.
    3. Where there are fewer households than dwellings, chance says which stand empty.
    4. In a ward without a count every dwelling has one.
    """
    found = np.where((floor_m2 > 0) & ~np.isin(ward, list(people)), 1.0, 0.0)
    for row, count in people.items():
        homes = np.flatnonzero((ward == row) & (floor_m2 > 0))
        total = round(count / PEOPLE_PER_HOUSEHOLD)
        if len(homes) == 0:
            continue
        if total >= len(homes):
            found[homes] = 1 + share_out(total - len(homes), floor_m2[homes])
        else:
            found[rng.permutation(homes)[:total]] = 1
    return found


def _wings(
    centre_m: NDArray[np.float64],
    angle_rad: NDArray[np.float64],
    low_m: NDArray[np.float64],
    high_m: NDArray[np.float64],
    share: NDArray[np.float64],
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    low, high, owner = [], [], []
    for k in range(len(share)):
        size = high_m[k] - low_m[k]
        nx, ny = np.maximum(1, np.round(size / _WING_M)).astype(int)
        cell = size / (nx, ny)
        for i, j in np.ndindex(nx, ny):
            mid = low_m[k] + cell * (i + 0.5, j + 0.5)
            low.append(mid - cell * np.sqrt(share[k]) / 2)
            high.append(mid + cell * np.sqrt(share[k]) / 2)
            owner.append(k)
    who = np.array(owner, dtype=np.int64)
    return rectangles(centre_m[who], angle_rad[who], np.array(low).reshape(-1, 2), np.array(high).reshape(-1, 2)), who


def _half_sizes(shape: shapely.Polygon, centre: NDArray[np.float64], angle: float) -> tuple[float, float]:
    xy = shapely.get_coordinates(shape) - centre
    cos, sin = np.cos(angle), np.sin(angle)
    return float(np.abs(xy @ (cos, sin)).max()), float(np.abs(xy @ (-sin, cos)).max())


def _public(
    boxes: NDArray[np.object_],
    grounds: NDArray[np.object_],
    lot: NDArray[np.int64],
    kind: NDArray[np.str_],
    storeys: NDArray[np.float64],
) -> Footprints:
    n = len(boxes)
    shapes = _clipped(boxes, grounds, np.ones(n, dtype=bool))
    made = Footprints(shapes, kind, storeys, lot, np.zeros(n), np.full(n, _PUBLIC_PLINTH_M))
    return made.take(shapely.area(shapes) >= _LEAST_M2)


def _clipped(boxes: NDArray[np.object_], grounds: NDArray[np.object_], where: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return boxes within their grounds; where the ground is known to hold its box nothing needs to be cut."""
    shapes = boxes.copy()
    where = where & ~shapely.covers(grounds, boxes)
    shapes[where] = shapely.intersection(boxes[where], grounds[where])
    for k in np.flatnonzero(shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON).tolist():
        parts = polygon_parts(shapes[k : k + 1])
        shapes[k] = parts[np.argmax(shapely.area(parts))] if len(parts) else shapely.Polygon()
    made: NDArray[np.object_] = shapes
    return made
