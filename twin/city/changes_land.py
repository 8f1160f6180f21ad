"""Changes to land: its level, its use, what stands on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import shapely
import shapely.affinity
from numpy.typing import NDArray

from twin.city.areas import Areas
from twin.city.changes_roads import Change, always
from twin.city.city import City
from twin.city.land import LAND_USE, Buildings, Parcels
from twin.errors import InvalidIntervention

MOST_STOREYS = 120
_OFFSETS = ("ring_first", "part_first", "shape_first")


@dataclass(frozen=True, slots=True)
class RaiseGround(Change):
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
    kind: Literal["raise-ground"] = field(default="raise-ground", kw_only=True)


@dataclass(frozen=True, slots=True)
class SetLandUse(Change):
    """Give a parcel another land use; its earlier uses go.

    Attributes
    ----------
    parcel : str
        Id of the parcel.
    use_code : str
        Code in the vocabulary of the city's parcels, e.g. TMD for trade and services.
    """

    parcel: str
    use_code: str
    kind: Literal["land-use"] = field(default="land-use", kw_only=True)

    def __post_init__(self) -> None:
        always(self)
        if not self.use_code:
            raise InvalidIntervention(self.parcel, "a land use needs its code, such as TMD")


@dataclass(frozen=True, slots=True)
class AddFloorArea(Change):
    """Put a building on a parcel in the place of those that stand there.

    Attributes
    ----------
    parcel : str
        Id of the parcel.
    floor_area_m2 : [m²]
        Over all storeys.
    storeys : int
    use : str
        Kind of building, as in the city's table.
    households : float
    """

    parcel: str
    floor_area_m2: float
    storeys: int
    use: str = "commercial"
    households: float = 0.0
    kind: Literal["floor-area"] = field(default="floor-area", kw_only=True)

    def __post_init__(self) -> None:
        always(self)
        if not (self.floor_area_m2 > 0.0 and 1 <= self.storeys <= MOST_STOREYS and self.households >= 0.0):
            why = f"a building needs a floor area, 1 to {MOST_STOREYS} storeys and no negative number of households"
            raise InvalidIntervention(self.parcel, why)


LandChange = RaiseGround | SetLandUse | AddFloorArea


def change_land(city: City, change: LandChange) -> City:
    """Return the city with one change to its land.

    Raises
    ------
    UnknownItem, InvalidIntervention
        It does not fit the city.
    """
    match change:
        case RaiseGround():
            return _raised(city, change)
        case SetLandUse():
            return replace(city, parcels=_reused(city.parcels, change))
        case AddFloorArea():
            return replace(city, buildings=_built(city, change))


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


def _reused(parcels: Parcels, change: SetLandUse) -> Parcels:
    known = np.unique(parcels.use_code).tolist()
    if change.use_code not in known:
        raise InvalidIntervention(change.use_code, f"no parcel of this city has the use; one of {', '.join(known)}")
    row = parcels.index_of(change.parcel)
    first, last = int(parcels.use_first[row]), int(parcels.use_first[row + 1])
    use_first = parcels.use_first.copy()
    use_first[row + 1 :] += 1 - (last - first)
    code, area = parcels.use_code, parcels.use_area_m2
    complete = parcels.complete.copy()
    complete[row] |= LAND_USE
    return replace(
        parcels,
        use_first=use_first,
        use_code=np.concatenate([code[:first], [change.use_code], code[last:]]),
        use_area_m2=np.concatenate([area[:first], [parcels.legal_area_m2[row]], area[last:]]),
        complete=complete,
    )


def _built(city: City, change: AddFloorArea) -> Buildings:
    row = city.parcels.index_of(change.parcel)
    ground = _outline(city.parcels, row)
    footprint_m2 = change.floor_area_m2 / change.storeys
    if footprint_m2 > ground.area:
        least = int(np.ceil(change.floor_area_m2 / ground.area)) if ground.area > 0 else 0
        why = f"{footprint_m2:.0f} m² a storey do not fit on {ground.area:.0f} m²"
        more = f"; {least} storeys would" if least else ", its outline is unknown"
        raise InvalidIntervention(change.parcel, why + more)
    share = float(np.sqrt(footprint_m2 / ground.area))
    shape = shapely.affinity.scale(ground, share, share, origin=ground.centroid)
    b = city.buildings
    kept = b.parcel != row
    new: dict[str, Any] = {
        "ids": f"new-{change.parcel}", "kind": change.use, "name": "", "storeys": float(change.storeys),
        "floor_level_m": np.nan, "households": change.households, "parcel": np.int32(row), "provenance": "drawn",
        "accuracy_m": np.nan, "source": "change under study",
    }  # fmt: skip
    old, added = _selected(b, kept), Buildings.flatten(np.array([shape], dtype=object))
    outlines = {"xy_m": np.concatenate([old["xy_m"], added["xy_m"]])}
    for name in _OFFSETS:
        outlines[name] = np.concatenate([old[name], old[name][-1] + added[name][1:]])
    return Buildings(**{name: np.append(getattr(b, name)[kept], value) for name, value in new.items()}, **outlines)


def _outline(areas: Areas, row: int) -> shapely.MultiPolygon:
    """Return one outline without making those of all the other rows."""
    one = _selected(areas, np.arange(len(areas)) == row)
    offsets = tuple(one[name] for name in _OFFSETS)
    (made,) = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, one["xy_m"], offsets).tolist()
    found: shapely.MultiPolygon = made
    return found


def _selected(areas: Areas, kept: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Return the four geometry fields of some rows ``(n,)``."""
    found: dict[str, NDArray[Any]] = {}
    for name in reversed(_OFFSETS):
        counts = np.diff(getattr(areas, name))
        found[name] = np.concatenate([[0], np.cumsum(counts[kept])])
        kept = np.repeat(kept, counts)
    return found | {"xy_m": areas.xy_m[kept]}
