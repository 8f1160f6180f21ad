"""Who and what stands on streets that are closed or under water, hour by hour: length, kerb, buildings, homes.

*Equation*: a building belongs to its nearest street. A street counts from the moment a class of motor vehicles that may
use it otherwise may not, by order or by depth (`twin.city.changes_roads.DEPTH_LIMITS_M`).
*Assumptions*: straight distance; an hour counts if a change is in force at any moment of it; a kerb runs along the
right of every direction cars may use, except on bridges, and half of it can be parked on (`KERB_SHARE`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.interventions import Intervention, apply
from twin.city.roads import BUS, CAR, MOTOR, MOTORCYCLE, TRUCK, Roads
from twin.city.windows import spans

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

KERB_SHARE: Final = 0.5
"""Share of a kerb that can be parked on, junctions, crossings and doors taken off: an assumption."""

CAR_KERB_M, MOTORCYCLE_KERB_M = 6.0, 0.75
"""Kerb that a car takes lengthwise, and a motorcycle crosswise [m]: assumptions, after the size of the vehicles."""


@dataclass(frozen=True)
class ExposedHour:
    """What stands on the streets that are closed in an hour.

    Attributes
    ----------
    begin : datetime
        Local time.
    links : (n,)
        Rows of the roads, streets that some motor vehicles may use otherwise and now in no direction.
    street_m : float [m]
        Their length; both directions are one street.
    kerb_places : float
        Cars that could park there otherwise.
    buildings : (n,)
        Rows of the buildings whose nearest street is one of them.
    households : float
    """

    begin: datetime
    links: I64
    street_m: float
    kerb_places: float
    buildings: I64
    households: float


def exposed(city: City, changes: Sequence[Intervention], *, begin: datetime, hours: int) -> list[ExposedHour]:
    """Return what stands on closed or flooded streets in each of some hours.

    Parameters
    ----------
    city
        As surveyed.
    changes
        With their hours, weekdays and dates; without, they hold always.
    begin
        Local time.
    hours : int

    Raises
    ------
    InvalidIntervention
        A change cannot be made to the city.
    """
    street_of = nearest_streets(city)
    street, kerb_m = street_rows(city.roads), kerbs_m(city.roads)
    households = np.nan_to_num(city.buildings.households)
    found: dict[tuple[int, ...], ExposedHour] = {}
    made = []
    for k in range(hours):
        start = begin + timedelta(hours=k)
        active = in_force(changes, start)
        if active not in found:
            links = closed_links(city, [changes[n] for n in active])
            rows = np.flatnonzero(np.isin(street_of, street[links]))
            found[active] = ExposedHour(
                start, links, _length_m(city.roads, links), float(kerb_m[links].sum()) / CAR_KERB_M, rows,
                float(households[rows].sum()),
            )  # fmt: skip
        same = found[active]
        made.append(ExposedHour(start, same.links, same.street_m, same.kerb_places, same.buildings, same.households))
    return made


def in_force(changes: Sequence[Intervention], start: datetime) -> tuple[int, ...]:
    """Return which changes are in force at any moment of the hour that begins then."""
    until = start + timedelta(hours=1)
    return tuple(n for n, c in enumerate(changes) if not c.when or spans(c.when, start, until))


def closed_links(city: City, changes: Sequence[Intervention]) -> I64:
    """Return the links of streets that some class of motor vehicles may use, and after the changes in no direction."""
    before, now, street = city.roads.modes, apply(city, changes).roads.modes, street_rows(city.roads)
    lost = np.zeros(len(before), dtype=np.bool_)
    for bit in (b for b in (MOTORCYCLE, CAR, BUS, TRUCK) if np.any(before & b)):
        had, has = (np.bincount(street, weights=(m & bit) != 0, minlength=len(before)) for m in (before, now))
        lost |= (had > 0) & (has == 0)
    return np.flatnonzero(lost[street] & ((before & MOTOR) != 0)).astype(np.int64)


def kerbs_m(roads: Roads) -> F64:
    """Return the kerb cars can park on along each link ``(L,)`` [m]."""
    along = ((roads.modes & CAR) != 0) & ~roads.bridge
    return np.where(along, KERB_SHARE * roads.length_m, 0.0)


def nearest_streets(city: City) -> I64:
    """Return the link nearest to each building ``(B,)``; -1 where there is none or the building has no outline.

    Both directions of a street are equally near: the one of the lower row counts, and stands for both.
    """
    roads, shapes = city.roads, city.buildings.shapes()
    found = np.full(len(shapes), -1, np.int64)
    known = np.flatnonzero([s is not None and not shapely.is_empty(s) for s in shapes])
    first = roads.first_vertex
    one = np.unique(street_rows(roads))
    if not len(known) or not len(one):
        return found
    tree = shapely.STRtree([shapely.LineString(roads.xy_m[first[k] : first[k + 1]]) for k in one.tolist()])
    found[known] = one[tree.nearest(shapely.centroid(shapes[known]))]
    return found


def street_rows(roads: Roads) -> I64:
    """Return for each link ``(L,)`` the lower of its row and that of the link back between the same nodes."""
    key = np.minimum(roads.tail, roads.head).astype(np.int64) * roads.n_nodes + np.maximum(roads.tail, roads.head)
    key = key * 2_000_000 + np.round(roads.length_m).astype(np.int64)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int64)


def _length_m(roads: Roads, links: I64) -> float:
    return float(roads.length_m[np.unique(street_rows(roads)[links])].sum())
