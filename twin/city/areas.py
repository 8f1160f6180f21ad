"""Features with an outline or a position: buildings, land use, water and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Areas(Table):
    """Polygons, each of one or several parts with holes, in flat arrays (GeoArrow's multipolygon layout).

    Attributes
    ----------
    kind, name : (n,) str
    storeys : (n,)
        Storeys above ground; NaN where unknown or not a building.
    xy_m : (n_vertices, 2) [m]
        Vertices in EPSG:9214.
    ring_first, part_first, shape_first : (n_rings + 1,), (n_parts + 1,), (n + 1,)
        First vertex of a ring, first ring of a part, first part of a feature.
    """

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    storeys: NDArray[np.float64]
    xy_m: NDArray[np.float64]
    ring_first: NDArray[np.int64]
    part_first: NDArray[np.int64]
    shape_first: NDArray[np.int64]

    def shapes(self) -> NDArray[np.object_]:
        """Return the shapely multipolygons ``(n,)``."""
        offsets = (self.ring_first, self.part_first, self.shape_first)
        made: NDArray[np.object_] = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, self.xy_m, offsets)
        return made

    @staticmethod
    def flatten(shapes: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
        """Return the four geometry fields of polygons or multipolygons ``(n,)``."""
        multi = [s if s.geom_type == "MultiPolygon" else shapely.MultiPolygon([s]) for s in shapes]
        if not multi:
            zero = np.zeros(1, dtype=np.int64)
            return {"xy_m": np.zeros((0, 2)), "ring_first": zero, "part_first": zero, "shape_first": zero}
        _, xy, (ring, part, shape) = shapely.to_ragged_array(shapely.force_2d(np.asarray(multi, dtype=object)))
        names = ("ring_first", "part_first", "shape_first")
        firsts = {n: np.asarray(o, np.int64) for n, o in zip(names, (ring, part, shape), strict=True)}
        return {"xy_m": xy, **firsts}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines(Table):
    """Centrelines: rivers, canals, moats.

    Attributes
    ----------
    kind, name : (n,) str
    width_m : (n,) [m]
    xy_m, first_vertex : (n_vertices, 2) [m], (n + 1,)
    """

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    width_m: NDArray[np.float64]
    xy_m: NDArray[np.float64]
    first_vertex: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Places(Table):
    """Points people go to or depend on.

    Attributes
    ----------
    kind, name : (n,) str
    xy_m : (n, 2) [m]
        Position in EPSG:9214.
    capacity : (n,)
        People (or vehicles) the place takes; NaN where unknown.
    """

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    capacity: NDArray[np.float64]
