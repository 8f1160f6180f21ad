"""The frozen city: its tables, what they are measured in, and one digest over all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import shapely

from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.roads import Roads
from twin.city.table import FrozenArrays
from twin.city.terrain import Terrain


@dataclass(frozen=True, kw_only=True, eq=False)
class City:
    """A city as it was surveyed.

    Attributes
    ----------
    name : str
    crs : str
        Projected reference system of every coordinate, metres.
    roads, terrain, water, waterways, land_use, buildings, admin, places
        The tables; an empty one means the source had none.
    warnings : tuple of str
        What a user must know before trusting the tables.
    """

    name: str
    crs: str
    roads: Roads
    terrain: Terrain | None
    water: Areas
    waterways: Lines
    land_use: Areas
    buildings: Areas
    admin: AdminUnits
    places: Places
    warnings: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the reference system and every table; the name and the warnings do not count."""
        h = hashlib.sha256(self.crs.encode())
        for f in fields(self):
            value = getattr(self, f.name)
            h.update(f.name.encode() if value is None else b"")
            h.update(value.digest().encode() if isinstance(value, FrozenArrays) else b"")
        return h.hexdigest()

    @cached_property
    def area_km2(self) -> float:
        """Area of the convex hull of the road nodes [km²]: the extent the model answers for."""
        hull = shapely.MultiPoint(np.asarray(self.roads.node_xy_m)).convex_hull
        return float(hull.area / 1e6)
