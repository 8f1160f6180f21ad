"""Features with an outline, a line or a position: land use, water, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlined(Table):
    """Rows with polygons, each of one or several parts with holes, in flat arrays (GeoArrow's multipolygon layout).

    Attributes
    ----------
    ring_first, part_first, shape_first : (n_rings + 1,), (n_parts + 1,), (n + 1,)
        First vertex of a ring, first ring of a part, first part of a feature.
    """

    GEOMETRY: ClassVar[str] = "area"

    ring_first: NDArray[np.int64]
    part_first: NDArray[np.int64]
    shape_first: NDArray[np.int64]

    def shapes(self) -> NDArray[np.object_]:
        """Return the shapely multipolygons ``(n,)``; empty where no outline is known."""
        offsets = (self.ring_first, self.part_first, self.shape_first)
        xy = getattr(self, self.VERTICES)
        made: NDArray[np.object_] = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, offsets)
        return made

    @classmethod
    def flatten(cls, shapes: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
        """Return the four geometry fields of polygons or multipolygons ``(n,)``; None counts as no outline."""
        multi = _multi(shapes)
        if len(multi) == 0:
            zero = np.zeros(1, dtype=np.int64)
            return {cls.VERTICES: np.zeros((0, 2)), "ring_first": zero, "part_first": zero, "shape_first": zero}
        _, xy, (ring, part, shape) = shapely.to_ragged_array(shapely.force_2d(multi))
        names = ("ring_first", "part_first", "shape_first")
        firsts = {n: np.asarray(o, np.int64) for n, o in zip(names, (ring, part, shape), strict=True)}
        return {cls.VERTICES: xy.reshape(-1, 2), **firsts}


def _multi(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    multi: NDArray[np.object_] = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    if len(parts):
        shapely.multipolygons(parts, indices=owner, out=multi)
    return multi


@dataclass(frozen=True, kw_only=True, eq=False)
class Areas(Outlined):
    """Polygons of a kind: water surfaces, land use.

    Attributes
    ----------
    kind, name : (n,) str
    xy_m : (n_vertices, 2) [m]
        Vertices in the city's reference system.
    """

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines(Table):
    """Centrelines: rivers, canals, moats.

    Attributes
    ----------
    kind, name : (n,) str
    width_m : (n,) [m]
        NaN where unknown.
    xy_m, first_vertex : (n_vertices, 2) [m], (n + 1,)
    """

    GEOMETRY: ClassVar[str] = "line"

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
    capacity : (n,)
        People (or vehicles) the place takes; NaN where unknown.
    floor_level_m : (n,) [m]
        Ground floor above the city's height datum; NaN where unknown.
    """

    GEOMETRY: ClassVar[str] = "point"

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    capacity: NDArray[np.float64]
    floor_level_m: NDArray[np.float64]
