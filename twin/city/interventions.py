"""What a planner may change about the city, as pure data; `apply` returns a new city sharing untouched tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.roads import ALL_MODES, Roads
from twin.errors import InvalidIntervention


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Close links to some or all modes.

    Attributes
    ----------
    links : tuple of str
        Link ids; both directions must be named to close both.
    modes : int
        Bits of `twin.city.roads`; all by default.
    """

    links: tuple[str, ...]
    modes: int = ALL_MODES


@dataclass(frozen=True, slots=True)
class CloseStreet:
    """Close every link of a street, named as on the map.

    Attributes
    ----------
    name : str
    modes : int
        Bits of `twin.city.roads`; all by default.
    """

    name: str
    modes: int = ALL_MODES


@dataclass(frozen=True, slots=True)
class RaiseGround:
    """Raise the ground inside a polygon to a level; ground already higher stays.

    Attributes
    ----------
    outline_m : tuple of (east, north) [m]
        Corners in the city's reference system.
    level_m : [m]
        New level above the city's datum.
    """

    outline_m: tuple[tuple[float, float], ...]
    level_m: float


Intervention = CloseLink | CloseStreet | RaiseGround


def apply(city: City, interventions: Sequence[Intervention]) -> City:
    """Return the city after the changes, in order.

    Raises
    ------
    UnknownItem
        A named link does not exist.
    InvalidIntervention
        No street has the name, the outline is no polygon, or the city has no terrain to raise.
    """
    for change in interventions:
        match change:
            case CloseLink():
                rows = np.array([city.roads.index_of(i) for i in change.links], dtype=np.int64)
                city = replace(city, roads=_closed(city.roads, rows, change.modes))
            case CloseStreet():
                rows = city.roads.links_named(change.name)
                if len(rows) == 0:
                    raise InvalidIntervention(change.name, "no street of this city has the name")
                city = replace(city, roads=_closed(city.roads, rows, change.modes))
            case RaiseGround():
                city = _raised(city, change)
    return city


def _closed(roads: Roads, rows: NDArray[np.int64], modes: int) -> Roads:
    left = roads.modes.copy()
    left[rows] &= ~modes
    return replace(roads, modes=left)


def _raised(city: City, change: RaiseGround) -> City:
    if city.terrain is None:
        raise InvalidIntervention("raise ground", "this city has no terrain; build it with an elevation file")
    if len(change.outline_m) < 3:
        raise InvalidIntervention("raise ground", f"an outline needs 3 corners, got {len(change.outline_m)}")
    t = city.terrain
    ny, nx = t.z_m.shape
    east, north = np.meshgrid(t.x0_m + (np.arange(nx) + 0.5) * t.cell_m, t.y0_m - (np.arange(ny) + 0.5) * t.cell_m)
    inside = shapely.contains_xy(shapely.Polygon(change.outline_m), east, north)
    z = np.where(inside & (t.z_m < change.level_m), np.float32(change.level_m), t.z_m)
    return replace(city, terrain=replace(t, z_m=z))
