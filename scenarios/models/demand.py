"""Trips over the hours of a day: origins from homes, destinations by gravity, departures by a profile, class by share.

*Equation*: the chance of destination j from origin i is ∝ A_j · exp(−β t_ij), t_ij the time without traffic.
*Assumptions*: rates, profile and shares are parameters, flagged as assumptions; trips within a zone do not use the
network; classes do not depend on distance; no through traffic between gateways.
*References*: J. de D. Ortúzar, L. G. Willumsen, Modelling Transport, 4th ed. (2011), ch. 5, singly constrained gravity.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scenarios.models.trip_ends import TripEnds

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
_CHUNK = 8192


@dataclass(frozen=True)
class Zones:
    """Places trips go to, each at one node.

    Attributes
    ----------
    node : (D,)
    of_node : (N,)
        Zone of each node.
    households, attraction : (D,)
    gateway : (D,)
        Zones at a gateway.
    """

    node: I32
    of_node: I32
    households: F64
    attraction: F64
    gateway: NDArray[np.bool_]


@dataclass(frozen=True)
class Trips:
    """Trips in order of departure.

    Attributes
    ----------
    depart_s : (V,) [s]
    origin : (V,)
        Node.
    zone : (V,)
    kind : (V,)
        Row of the classes' table.
    """

    depart_s: F64
    origin: I32
    zone: I32
    kind: I32


@dataclass(frozen=True, kw_only=True)
class DemandRules:
    """How many trips, when, and of which class.

    Attributes
    ----------
    per_household : float
        Vehicle trips per household and day.
    per_gateway : float
        Vehicle trips per gateway and day, half of them inbound.
    hourly : sequence of 24
        Share of the day's trips in each hour.
    homeward : sequence of 24
        Share of an hour's trips that go home.
    kinds : sequence
        Share of each class.
    per_min : [1/min]
        β of the gravity model.
    """

    per_household: float
    per_gateway: float
    hourly: Sequence[float]
    homeward: Sequence[float]
    kinds: Sequence[float]
    per_min: float


def make_zones(ends: TripEnds, node_xy_m: F64, limit: int) -> Zones:
    """Return at most `limit` zones (and one for each gateway) of about equal weight, each at its weightiest node."""
    weight = ends.households / max(ends.households.sum(), 1e-9) + ends.attraction / max(ends.attraction.sum(), 1e-9)
    used = np.flatnonzero(weight > 0)
    parts = _equal_parts(used, node_xy_m, weight, limit)
    node = np.array([rows[np.argmax(weight[rows])] for rows in parts])
    of_node = np.full(len(node_xy_m), -1, dtype=np.int32)
    for k, rows in enumerate(parts):
        of_node[rows] = k
    extra = ends.gateways[~np.isin(ends.gateways, node)]
    # A gateway inside a zone becomes a zone of its own; the homes and attractions beside it stay with the old one.
    inside = of_node >= 0
    n = len(node) + len(extra)
    homes, pulls = (_sums(of_node[inside], w[inside], n) for w in (ends.households, ends.attraction))
    of_node[extra] = np.arange(len(node), n)
    node = np.concatenate([node, extra])
    return Zones(node.astype(np.int32), of_node, homes, pulls, np.isin(node, ends.gateways))


def _equal_parts(used: NDArray[np.int64], xy_m: F64, weight: F64, limit: int) -> list[NDArray[np.int64]]:
    """Cut the heaviest part in two, across its longer side at half its weight, until there are enough."""
    whole = [(-float(weight[used].sum()), 0, used)]
    single: list[NDArray[np.int64]] = []
    made = 1
    while whole and len(whole) + len(single) < limit:
        _, _, rows = heapq.heappop(whole)
        if len(rows) == 1:
            single.append(rows)
            continue
        axis = int(np.argmax(np.ptp(xy_m[rows], axis=0)))
        rows = rows[np.lexsort((rows, xy_m[rows, axis]))]
        half = np.searchsorted(np.cumsum(weight[rows]), weight[rows].sum() / 2) + 1
        cut = int(np.clip(half, 1, len(rows) - 1))
        for part in (rows[:cut], rows[cut:]):
            heapq.heappush(whole, (-float(weight[part].sum()), made, part))
            made += 1
    return sorted((*single, *(rows for _, _, rows in whole)), key=lambda rows: int(rows.min()))


def draw_trips(
    ends: TripEnds,
    zones: Zones,
    cost_s: NDArray[np.float32],
    rules: DemandRules,
    *,
    window_s: tuple[float, float],
    midnight_s: float,
    rng: Callable[[str], Generator],
) -> Trips:
    """Draw the trips that depart in a window.

    Parameters
    ----------
    ends, zones, rules
    cost_s : (D, N) [s]
        Time from each node to each zone without traffic.
    window_s : (float, float) [s]
        Simulated time, half open.
    midnight_s : [s]
        Simulated time of the day's midnight.
    rng : callable
        Named random streams.
    """
    depart_s, hour = _departures(
        rules.hourly, ends.households.sum() * rules.per_household, window_s, midnight_s, rng("demand/departures")
    )
    homeward = rng("demand/direction").random(len(hour)) < np.asarray(rules.homeward)[hour]
    origin = np.where(
        homeward,
        _pick(ends.attraction, len(hour), rng("demand/origins-out")),
        _pick(ends.households, len(hour), rng("demand/origins-home")),
    )
    u = rng("demand/destinations").random(len(hour))
    zone = np.zeros(len(hour), dtype=np.int32)
    for goes_home, pull in ((False, zones.attraction), (True, zones.households)):
        rows = np.flatnonzero(homeward == goes_home)
        zone[rows] = _gravity(origin[rows], pull, zones, cost_s, rules.per_min, u[rows])
    external = _external(ends, zones, rules, window_s, midnight_s, rng("demand/gateways"))
    depart_s = np.concatenate([depart_s, external[0]])
    origin, zone = np.concatenate([origin, external[1]]), np.concatenate([zone, external[2]])
    kind = _pick(np.asarray(rules.kinds), len(depart_s), rng("demand/classes"))
    order = np.argsort(depart_s, kind="stable")
    return Trips(
        depart_s[order],
        origin[order].astype(np.int32),
        zone[order].astype(np.int32),
        kind[order].astype(np.int32),
    )


def _sums(owner: NDArray[np.integer], weight: F64, n: int) -> F64:
    return np.asarray(np.bincount(owner, weights=weight, minlength=n), dtype=np.float64)


def _departures(
    hourly: Sequence[float], per_day: float, window_s: tuple[float, float], midnight_s: float, rng: Generator
) -> tuple[F64, NDArray[np.int64]]:
    share = np.asarray(hourly) / sum(hourly)
    first = math.floor((window_s[0] - midnight_s) / 3600.0)
    last = math.ceil((window_s[1] - midnight_s) / 3600.0)
    times, hours = [], []
    for h in range(first, last):
        from_s = max(midnight_s + 3600.0 * h, window_s[0])
        to_s = min(midnight_s + 3600.0 * (h + 1), window_s[1])
        n = rng.poisson(per_day * share[h % 24] * (to_s - from_s) / 3600.0)
        times.append(rng.uniform(from_s, to_s, n))
        hours.append(np.full(n, h % 24))
    return np.concatenate(times), np.concatenate(hours).astype(np.int64)


def _pick(weight: F64, n: int, rng: Generator) -> NDArray[np.int64]:
    cumulated = np.cumsum(weight)
    found = np.searchsorted(cumulated, rng.random(n) * cumulated[-1], side="right")
    return np.asarray(np.minimum(found, len(weight) - 1), dtype=np.int64)


def _gravity(
    origin: NDArray[np.int64], pull: F64, zones: Zones, cost_s: NDArray[np.float32], per_min: float, u: F64
) -> NDArray[np.int64]:
    out = np.zeros(len(origin), dtype=np.int64)
    order = np.argsort(origin, kind="stable")
    for start in range(0, len(order), _CHUNK):
        rows = order[start : start + _CHUNK]
        nodes, which = np.unique(origin[rows], return_inverse=True)
        decay = np.exp(-per_min * cost_s[:, nodes].T.astype(np.float64) / 60.0)
        weight = pull * decay
        alone = weight.sum(axis=1) == 0
        weight[alone] = pull  # no zone can be reached: the trip is made anyway and counted as unreachable
        own = zones.of_node[nodes]
        weight[np.flatnonzero(own >= 0), own[own >= 0]] = 0.0
        weight[weight.sum(axis=1) == 0] = 1.0
        cumulated = np.cumsum(weight, axis=1)
        target = u[rows] * cumulated[which, -1]
        out[rows] = np.minimum((cumulated[which] <= target[:, None]).sum(axis=1), len(pull) - 1)
    return out


def _external(
    ends: TripEnds, zones: Zones, rules: DemandRules, window_s: tuple[float, float], midnight_s: float, rng: Generator
) -> tuple[F64, NDArray[np.int64], NDArray[np.int64]]:
    gates = np.flatnonzero(zones.gateway)
    if len(gates) == 0:
        return np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    depart_s, _ = _departures(rules.hourly, rules.per_gateway * len(gates), window_s, midnight_s, rng)
    n = len(depart_s)
    inbound = rng.random(n) < 0.5
    gate = gates[rng.integers(0, len(gates), n)]
    inner = np.where(zones.gateway, 0.0, zones.attraction)
    origin = np.where(inbound, zones.node[gate], _pick(ends.households, n, rng))
    return depart_s, origin, np.where(inbound, _pick(inner, n, rng), gate)
