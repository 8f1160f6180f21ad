"""Who loses the way to the door by vehicle: parcels far from every street that vehicles reach, hour by hour.

*Equation*: a parcel has access while its outline lies within a distance of a link that a class of vehicles may use and
reach: both ends in a good part of the network in which every place is reached from every other by that class.
*Assumptions*: straight distance; an hour counts as closed if a change is in force at any moment of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import shapely
from numpy.typing import NDArray

from scenarios.models.exposure import in_force
from scenarios.models.zones import hubs
from twin.city.city import City
from twin.city.interventions import Intervention, apply
from twin.city.roads import Roads

FAR_M = 150.0
"""Farthest a vehicle may stop from a parcel that it serves [m]: planners' rule of thumb, an assumption."""


@dataclass(frozen=True)
class AccessHour:
    """An hour, and who has lost access in it.

    Attributes
    ----------
    begin : datetime
        Local time.
    parcels : (n,)
        Rows of the parcels that have access without the changes, and none now.
    households : float
        Of the buildings on them.
    """

    begin: datetime
    parcels: NDArray[np.int64]
    households: float


def lost_access(
    city: City, changes: Sequence[Intervention], *, begin: datetime, hours: int, mode: int, far_m: float = FAR_M
) -> list[AccessHour]:
    """Return the parcels without access by vehicle in each of some hours.

    Parameters
    ----------
    city
        As surveyed.
    changes
        With their hours, weekdays and dates; without, they hold always.
    begin
        Local time.
    hours : int
    mode : int
        Mode bit of the vehicles.
    far_m : [m]

    Raises
    ------
    InvalidIntervention
        A change cannot be made to the city.
    """
    shapes = city.parcels.shapes()
    known = np.array([s is not None and not shapely.is_empty(s) for s in shapes], dtype=np.bool_)
    reached = _reached(city.roads, mode)
    found: dict[tuple[int, ...], NDArray[np.int64]] = {}
    made = []
    for k in range(hours):
        start = begin + timedelta(hours=k)
        active = in_force(changes, start)
        if active not in found:
            now = apply(city, [changes[n] for n in active]).roads
            still = _reached(now, mode)
            had = _near(shapes, known, city.roads, reached & ~still, far_m)
            found[active] = np.flatnonzero(had & ~_near(shapes, had, now, still, far_m))
        lost = found[active]
        here = np.isin(city.buildings.parcel, lost)
        made.append(AccessHour(start, lost, float(np.nansum(city.buildings.households[here]))))
    return made


def _reached(roads: Roads, mode: int) -> NDArray[np.bool_]:
    """Return the links a class may use, and reach from the rest of the city ``(L,)``."""
    usable = (roads.modes & mode) != 0
    if not usable.any():
        return np.asarray(usable)
    part = hubs(roads.tail, roads.head, usable)
    return np.asarray(usable & part[roads.tail] & part[roads.head])


def _near(
    shapes: NDArray[np.object_], asked: NDArray[np.bool_], roads: Roads, links: NDArray[np.bool_], far_m: float
) -> NDArray[np.bool_]:
    """Return which of the parcels asked for lie within a distance of some links ``(P,)``."""
    near = np.zeros(len(shapes), dtype=np.bool_)
    rows, parcels = np.flatnonzero(links).tolist(), np.flatnonzero(asked)
    if rows and len(parcels):
        first = roads.first_vertex
        tree = shapely.STRtree([shapely.LineString(roads.xy_m[first[k] : first[k + 1]]) for k in rows])
        hit, _ = tree.query_nearest(shapes[parcels], max_distance=far_m, all_matches=False)
        near[parcels[hit]] = True
    return near
