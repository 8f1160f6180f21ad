"""Parking of a new development: places demanded by hour of the day against those supplied, and the street's share.

*Equation*: at the end of hour h as many vehicles stand as at the end of the one before, and those that arrived less
those that left in it: parking accumulation. The count begins so that the emptiest hour of the day has none. What stands
beyond the places supplied spills over to the kerbs within reach.
*Assumptions*: trips are those the change adds to the demand of `scenarios.models.demand`, each arriving in the hour of
its departure; who comes by car or motorcycle parks; kerbs as in `scenarios.models.exposure`, empty of others' vehicles.
*References*: parking accumulation: Institute of Transportation Engineers, Parking Generation Manual (the method; its
rates, of American sites, are not used). Places by floor: QCXDVN 01:2008/BXD, a car for 100 m² of shops and offices,
from memory, and superseded: to be replaced by the norm in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from scenarios.models.day_profiles import STEPS, cumulated
from scenarios.models.exposure import (
    CAR_KERB_M,
    MOTORCYCLE_KERB_M,
    closed_links,
    in_force,
    kerbs_m,
)
from scenarios.traffic.impact import land_demands
from scenarios.traffic.params import CLASSES, TrafficParams
from twin.city.city import City
from twin.city.interventions import AddFloorArea, Intervention, SetLandUse
from twin.errors import InvalidIntervention, InvalidParams

F64 = NDArray[np.float64]

PARKED: Final = ("car", "motorcycle")
"""Classes that are counted."""

PLACES_PER_100_M2: Final[Mapping[str, float]] = {"car": 1.0, "motorcycle": 4.0}
"""Places a building has for 100 m² of floor unless given. Car: see the references; motorcycle: assumption."""

REACH_M = 200.0
"""Farthest kerb people park at [m]: an assumption."""


@dataclass(frozen=True)
class ParkingBalance:
    """A working day's parking at a development; two classes, `PARKED`.

    Attributes
    ----------
    arrivals, departures : (2, 24) [1/h]
        Vehicles the change adds.
    demanded : (2, 24)
        Standing at the end of each hour.
    supplied : (2,)
        Places on the plot.
    kerb_m : (24,) [m]
        Kerb within reach that can be parked on, closures of the hour taken off.
    """

    arrivals: F64
    departures: F64
    demanded: F64
    supplied: F64
    kerb_m: F64

    @property
    def spilled(self) -> F64:
        """Vehicles that find no place on the plot ``(2, 24)``."""
        return np.maximum(self.demanded - self.supplied[:, None], 0.0)

    @property
    def spilled_m(self) -> F64:
        """Kerb they need ``(24,)`` [m]."""
        return np.asarray(np.array([CAR_KERB_M, MOTORCYCLE_KERB_M]) @ self.spilled)

    @property
    def unserved_m(self) -> F64:
        """Kerb that is lacking ``(24,)`` [m]."""
        return np.maximum(self.spilled_m - self.kerb_m, 0.0)


def parking_balance(
    city: City, changes: Sequence[Intervention], params: TrafficParams, *, supplied: Mapping[str, float] | None = None,
    reach_m: float = REACH_M,
) -> ParkingBalance:  # fmt: skip
    """Return the parking a change of land adds to a working day, and what of it the plot and the street hold.

    Parameters
    ----------
    city
        As surveyed.
    changes
        Of land; closures of streets among them take kerbs away in their hours.
    params
        Its date is the day.
    supplied
        Places by class; `PLACES_PER_100_M2` of the floor built where a class is not given.
    reach_m : [m]

    Raises
    ------
    InvalidIntervention
        There is no change of land, or one cannot be made.
    InvalidParams
        A number of places is negative, or of a class that is not counted.
    """
    plots = sorted({c.parcel for c in changes if isinstance(c, SetLandUse | AddFloorArea)})
    if not plots:
        raise InvalidIntervention("parking", "no change of land is asked about: give one, such as floor-area")
    arrivals, departures = _added(city, changes, params)
    standing = np.cumsum(arrivals - departures, axis=1)
    demanded = standing - standing.min(axis=1, keepdims=True)
    return ParkingBalance(arrivals, departures, demanded, _places(changes, supplied or {}),
                          _kerb_m(city, changes, plots, params, reach_m))  # fmt: skip


def _added(city: City, changes: Sequence[Intervention], params: TrafficParams) -> tuple[F64, F64]:
    """Return arrivals and departures by hour that the change adds at its own zones ``(2, 24)``, as much of each."""
    before, after, ends = land_demands(city, changes, params)
    own = np.unique(after.zones.of_node[ends])
    rows, rules = [CLASSES.index(name) for name in PARKED], params.day_rules
    arrivals, departures = np.zeros((2, 24)), np.zeros((2, 24))
    for old, new in zip(before.flows, after.flows, strict=True):
        more = (new.vehicles[rows].astype(np.float64) - old.vehicles[rows]) * rules.factor(new.segment, 0)
        by_hour = np.diff(cumulated(new.peaks[rules.is_free(0)])[:: STEPS // 24])
        arrivals += more[:, :, own].sum(axis=(1, 2))[:, None] * by_hour
        departures += more[:, own, :].sum(axis=(1, 2))[:, None] * by_hour
    come, go = arrivals.sum(axis=1, keepdims=True), departures.sum(axis=1, keepdims=True)
    return arrivals, departures * np.divide(come, go, out=np.ones_like(go), where=go > 0)


def _places(changes: Sequence[Intervention], supplied: Mapping[str, float]) -> F64:
    wrong = [name for name, n in supplied.items() if name not in PARKED or not n >= 0.0]
    if wrong:
        raise InvalidParams("places", f"{wrong[0]}: give a number of 0 or more for {' or '.join(PARKED)}")
    floor_m2 = sum(c.floor_area_m2 for c in changes if isinstance(c, AddFloorArea))
    return np.array([supplied.get(k, PLACES_PER_100_M2[k] * floor_m2 / 100.0) for k in PARKED])


def _kerb_m(
    city: City, changes: Sequence[Intervention], plots: Sequence[str], params: TrafficParams, reach_m: float
) -> F64:
    shapes = city.parcels.shapes()[[city.parcels.index_of(plot) for plot in plots]]
    known = [s for s in shapes if s is not None and not shapely.is_empty(s)]
    first, kerb_m = city.roads.first_vertex, kerbs_m(city.roads)
    rows = np.flatnonzero(kerb_m > 0)
    if not known or not len(rows):
        return np.zeros(24)
    lines = [shapely.LineString(city.roads.xy_m[first[k] : first[k + 1]]) for k in rows.tolist()]
    near = rows[shapely.distance(np.array(lines, dtype=object), shapely.union_all(known)) <= reach_m]
    midnight = datetime.combine(params.date, time())
    left = np.zeros(24)
    for hour in range(24):
        active = in_force(changes, midnight + timedelta(hours=hour))
        shut = closed_links(city, [changes[n] for n in active])
        left[hour] = kerb_m[np.setdiff1d(near, shut)].sum()
    return left
