"""The open land around the blocks: ponds, rice, gardens, forest by the height of the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rasterio.features
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from scipy.ndimage import distance_transform_edt

from gis_data.hue.extent import EAST_M, NORTH_M, SOUTH_M, WEST_M
from gis_data.hue.fabric.geometry import polygon_parts
from twin.city.terrain import Terrain

SOURCE = "generated from streets, wards and terrain; no cadastral record"
_STEP_M = 100.0
_SEA_M, _POND_M, _FIELD_M, _GARDEN_M = -0.5, 0.55, 4.6, 9.0
"""[m] Ground below which it is taken for sea, fish ponds, rice fields, gardens; above it is planted forest."""
_FIELD = (260.0, 120.0)
"""[m] Size of a generalised rice parcel."""
_SMALLEST_M2 = 400.0


@dataclass(frozen=True)
class OpenLand:
    """Open land by use ``(n,)``.

    Attributes
    ----------
    shapes : (n,) polygons
    use_code : (n,) str
    """

    shapes: NDArray[np.object_]
    use_code: NDArray[np.str_]


def open_land(terrain: Terrain, wet: shapely.Geometry, taken: shapely.Geometry) -> OpenLand:
    """Return what is neither built on nor under water, by use.

    Assumptions
    -----------
    The use follows from the height of the ground alone: ponds by the lagoon, rice in the plain, gardens on the river
    terraces, planted forest on the hills; on the dune it is protective forest.
    """
    x = np.arange(WEST_M + _STEP_M / 2, EAST_M, _STEP_M)
    y = np.arange(NORTH_M - _STEP_M / 2, SOUTH_M, -_STEP_M)
    xx, yy = np.meshgrid(x, y)
    z = terrain.height_at(np.column_stack([xx.ravel(), yy.ravel()])).reshape(xx.shape)
    codes = np.array(["MVK", "NTS", "LUC", "CLN", "RSX", "RPH"])
    kind = np.digitize(z, [_SEA_M, _POND_M, _FIELD_M, _GARDEN_M]).astype(np.uint8)
    dune = (xx > 566_500) & (yy > 1_828_500) & (z > 2.2)
    kind[dune] = 5
    around = shapely.buffer(wet, terrain.cell_m)
    shapely.prepare(around)
    _, nearest = distance_transform_edt(np.asarray(shapely.contains_xy(around, xx, yy)), return_indices=True)
    kind = kind[tuple(nearest)]  # a bank is like the land beside it, not like the river's bed
    found = rasterio.features.shapes(kind, transform=Affine(_STEP_M, 0.0, WEST_M, 0.0, -_STEP_M, NORTH_M))
    pairs = [(shapely.geometry.shape(s), int(v)) for s, v in found]
    shapes = shapely.difference(np.array([s for s, _ in pairs], dtype=object), taken)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    keep = shapely.area(parts) >= _SMALLEST_M2
    return OpenLand(parts[keep], codes[np.array([v for _, v in pairs])[owner[keep]]])


def fields(land: OpenLand, *, code: str = "LUC") -> NDArray[np.object_]:
    """Return the open land of a use cut into generalised parcels of a field's size."""
    areas = land.shapes[land.use_code == code]
    x = np.arange(WEST_M, EAST_M, _FIELD[0])
    y = np.arange(SOUTH_M, NORTH_M, _FIELD[1])
    xx, yy = (a.ravel() for a in np.meshgrid(x, y))
    cells = shapely.box(xx, yy, xx + _FIELD[0], yy + _FIELD[1])
    of_area, cell = shapely.STRtree(cells).query(areas, predicate="intersects")
    return polygon_parts(shapely.intersection(areas[of_area], cells[cell]), _SMALLEST_M2)
