"""How people travel: a nested logit of six modes by time, cost and what they own, two-wheelers first.

*Equation*: V_m = c_m + β_t t_m + β_c k_m; within a nest P(m|n) ∝ exp(V_m / μ_n), between nests P(n) ∝ exp(μ_n ln Σ_m
exp(V_m / μ_n)); averaged over who has a motorcycle and who has a car.
*Assumptions*: coefficients are inputs, not estimated for Huế; times are those without traffic; the bus has no lines in
the data, so it is anywhere at a stated wait and walk; a taxi counts as a car.
*References*: D. McFadden (1978); K. Train, Discrete Choice Methods with Simulation, 2nd ed. (2009), ch. 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import ModelError

F64 = NDArray[np.float64]

MODES: Final = ("walk", "bicycle", "bike_share", "motorcycle", "car", "bus")
NESTS: Final = ((0, 1, 2), (3, 4), (5,))
"""Muscle, own motor, bus."""

WALK, BICYCLE, BIKE_SHARE, MOTORCYCLE, CAR, BUS = range(6)

_DETOUR = 1.3
_NEVER = -1e30


@dataclass(frozen=True, kw_only=True)
class ModeRules:
    """Coefficients of the choice.

    Attributes
    ----------
    constant : (6,)
        Of `MODES`, added to those of the purpose.
    by_purpose : mapping of str to (6,)
        Constants of single purposes.
    motorcycle, car : mapping of str to float
        Share of travellers of a purpose who may ride, or be driven in a car.
    per_min, per_kvnd : [1/min], [1/(1000 VND)]
        Negative: time and money are burdens.
    nest : float
        μ, above 0 and at most 1; 1 is the multinomial logit.
    walk_kmh : [km/h]
    most_walk_km : [km]
    park_motorcycle_min, park_car_min : [min]
        To fetch and leave the vehicle.
    bus_access_min, bus_slowness
        Walk and wait [min], and its time relative to a car's.
    cost_kvnd_per_km : (6,) [1000 VND/km]
    fare_kvnd : (6,) [1000 VND]
        Of each trip.
    """

    constant: Sequence[float]
    by_purpose: Mapping[str, Sequence[float]]
    motorcycle: Mapping[str, float]
    car: Mapping[str, float]
    per_min: float
    per_kvnd: float
    nest: float
    walk_kmh: float
    most_walk_km: float
    park_motorcycle_min: float
    park_car_min: float
    bus_access_min: float
    bus_slowness: float
    cost_kvnd_per_km: Sequence[float]
    fare_kvnd: Sequence[float]


@dataclass(frozen=True)
class Journeys:
    """How far zones lie apart, by mode; inf where there is no way ``(Z, Z)``.

    Attributes
    ----------
    walk_km : [km]
    cycle_min, motorcycle_min, car_min : [min]
        Without traffic.
    station_min : (Z,) [min]
        Walk from a zone to the nearest bike station; inf where none is near.
    km : [km]
        Length of a trip by road.
    """

    walk_km: F64
    cycle_min: F64
    motorcycle_min: F64
    car_min: F64
    station_min: F64
    km: F64


def times_min(journeys: Journeys, rules: ModeRules) -> F64:
    """Return door-to-door times by mode ``(6, Z, Z)`` [min]; inf where a mode cannot be used."""
    j = journeys
    walk = np.where(j.walk_km <= rules.most_walk_km, 60.0 * j.walk_km / rules.walk_kmh, np.inf)
    shared = j.cycle_min + j.station_min[:, None] + j.station_min[None, :]
    return np.stack([
        walk, j.cycle_min, shared, j.motorcycle_min + rules.park_motorcycle_min, j.car_min + rules.park_car_min,
        rules.bus_slowness * j.car_min + rules.bus_access_min,
    ])  # fmt: skip


def shares(journeys: Journeys, rules: ModeRules, purpose: str) -> F64:
    """Return the share of each mode between zones for a purpose ``(6, Z, Z)``; sums to 1.

    Where no mode has a way, all have the same share: the trips are made and count as unreachable.
    """
    time_min = times_min(journeys, rules)
    constant = np.asarray(rules.constant) + np.asarray(rules.by_purpose.get(purpose, np.zeros(len(MODES))))
    km = np.where(np.isfinite(journeys.km), journeys.km, 0.0)
    cost_kvnd = np.asarray(rules.fare_kvnd)[:, None, None] + np.multiply.outer(rules.cost_kvnd_per_km, km)
    usable = np.isfinite(time_min)
    utility = constant[:, None, None] + rules.per_kvnd * cost_kvnd
    utility = np.where(usable, utility + rules.per_min * np.where(usable, time_min, 0.0), _NEVER)
    rides, drives = rules.motorcycle.get(purpose, 1.0), rules.car.get(purpose, 1.0)
    total = np.zeros_like(utility)
    for has_motorcycle, p in ((True, rides), (False, 1.0 - rides)):
        for has_car, q in ((True, drives), (False, 1.0 - drives)):
            if p * q > 0:
                own = utility.copy()
                own[MOTORCYCLE] = own[MOTORCYCLE] if has_motorcycle else _NEVER
                own[CAR] = own[CAR] if has_car else _NEVER
                total += p * q * nested_logit(own, [rules.nest] * len(NESTS))
    return total


def nested_logit(utility: F64, nest: Sequence[float], nests: Sequence[Sequence[int]] = NESTS) -> F64:
    """Return the shares of the modes ``(M, …)`` from their utilities ``(M, …)``; −1e30 marks a mode nobody can use.

    Parameters
    ----------
    utility
    nest
        μ of each nest.
    nests
        Rows of each nest.

    Raises
    ------
    ModelError
        A nest's μ is not in (0, 1].

    Examples
    --------
    >>> nested_logit(np.log([1.0, 1.0, 2.0]), [1.0, 1.0], [(0, 1), (2,)]).round(3).tolist()
    [0.25, 0.25, 0.5]
    """
    if not all(0.0 < mu <= 1.0 for mu in nest):
        raise ModelError("mode choice", f"a nest's scale must lie above 0 and at most at 1, got {list(nest)}")
    within = np.zeros_like(utility)
    logsum = np.full((len(nests), *utility.shape[1:]), _NEVER)
    for k, rows in enumerate(nests):
        v = utility[list(rows)] / nest[k]
        top = v.max(axis=0)
        weight = np.where(v > _NEVER / 2, np.exp(v - top), 0.0)
        total = weight.sum(axis=0)
        some = total > 0
        within[list(rows)] = weight / np.where(some, total, 1.0)
        logsum[k] = np.where(some, nest[k] * (top + np.log(np.where(some, total, 1.0))), _NEVER)
    weight = np.where(logsum > _NEVER / 2, np.exp(logsum - logsum.max(axis=0)), 0.0)
    total = weight.sum(axis=0)
    out = np.zeros_like(utility)
    for k, rows in enumerate(nests):
        out[list(rows)] = within[list(rows)] * (weight[k] / np.where(total > 0, total, 1.0))
    return np.where(total > 0, out, 1.0 / len(utility))


def station_walk_min(node_xy_m: F64, station_xy_m: F64, *, walk_kmh: float, most_m: float) -> F64:
    """Return the walk from each point ``(n, 2)`` to the nearest bike station [min]; inf beyond `most_m` [m]."""
    if len(station_xy_m) == 0:
        return np.full(len(node_xy_m), np.inf)
    gap = node_xy_m[:, None, :] - station_xy_m[None, :, :]
    away_m = _DETOUR * np.hypot(gap[..., 0], gap[..., 1]).min(axis=1)
    return np.where(away_m <= most_m, away_m / 1000.0 / walk_kmh * 60.0, np.inf)
