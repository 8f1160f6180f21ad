"""The frozen city: its tables, what they are measured in, and one digest over all of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
import shapely

from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.hydrology import Gates, Gauges, Reservoirs, Tides
from twin.city.infrastructure import BikeStations, Cameras, Drains, Equipment, PowerZones
from twin.city.land import Buildings, Parcels
from twin.city.openings import Openings
from twin.city.roads import Roads, Signals, TurnBans
from twin.city.table import FrozenArrays, Table
from twin.city.terrain import Terrain

TABLES: dict[str, type[Table]] = {
    "roads": Roads,
    "turn_bans": TurnBans,
    "signals": Signals,
    "openings": Openings,
    "water": Areas,
    "waterways": Lines,
    "gauges": Gauges,
    "reservoirs": Reservoirs,
    "gates": Gates,
    "tides": Tides,
    "land_use": Areas,
    "parcels": Parcels,
    "buildings": Buildings,
    "drains": Drains,
    "power_zones": PowerZones,
    "equipment": Equipment,
    "admin": AdminUnits,
    "places": Places,
    "cameras": Cameras,
    "bike_stations": BikeStations,
}
"""The tables of a city with their classes, in the order of its layers."""


def _no_parcels() -> Parcels:
    return Parcels.empty(vocabulary="tt08_2024")


@dataclass(frozen=True, kw_only=True, eq=False)
class City:
    """A city as it was surveyed.

    Attributes
    ----------
    name : str
    crs : str
        Projected reference system of every coordinate, metres.
    terrain : Terrain or None
        None where no elevation is known: no question about depth can be answered.
    roads, … bike_stations
        The tables of `TABLES`; an empty one means the sources had none.
    warnings : tuple of str
        What a user must know before trusting the tables.
    """

    name: str
    crs: str
    roads: Roads
    terrain: Terrain | None = None
    turn_bans: TurnBans = field(default_factory=TurnBans.empty)
    signals: Signals = field(default_factory=Signals.empty)
    openings: Openings = field(default_factory=Openings.empty)
    water: Areas = field(default_factory=Areas.empty)
    waterways: Lines = field(default_factory=Lines.empty)
    gauges: Gauges = field(default_factory=Gauges.empty)
    reservoirs: Reservoirs = field(default_factory=Reservoirs.empty)
    gates: Gates = field(default_factory=Gates.empty)
    tides: Tides = field(default_factory=Tides.empty)
    land_use: Areas = field(default_factory=Areas.empty)
    parcels: Parcels = field(default_factory=_no_parcels)
    buildings: Buildings = field(default_factory=Buildings.empty)
    drains: Drains = field(default_factory=Drains.empty)
    power_zones: PowerZones = field(default_factory=PowerZones.empty)
    equipment: Equipment = field(default_factory=Equipment.empty)
    admin: AdminUnits = field(default_factory=AdminUnits.empty)
    places: Places = field(default_factory=Places.empty)
    cameras: Cameras = field(default_factory=Cameras.empty)
    bike_stations: BikeStations = field(default_factory=BikeStations.empty)
    warnings: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, object]:
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def tables(self) -> dict[str, Table]:
        """Return the tables by name, in the order of `TABLES`."""
        return {name: getattr(self, name) for name in TABLES}

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the reference system and every table; the name and the warnings do not count."""
        h = hashlib.sha256(self.crs.encode())
        for name in ("terrain", *TABLES):
            value = getattr(self, name)
            h.update(name.encode())
            h.update(value.digest().encode() if isinstance(value, FrozenArrays) else b"")
        return h.hexdigest()

    @cached_property
    def area_km2(self) -> float:
        """Area of the convex hull of the road nodes [km²]: the extent the model answers for."""
        hull = shapely.MultiPoint(np.asarray(self.roads.node_xy_m)).convex_hull
        return float(hull.area / 1e6)
