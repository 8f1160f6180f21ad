"""From homes and destinations to a day's demand: generation, distribution, mode, trucks, gateways; and its summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.models import mode_choice as mc
from scenarios.models.day_profiles import Peaks, profile
from scenarios.models.demand import Demand, Flow
from scenarios.models.gravity import deterrence, furness
from scenarios.models.land_rates import PURPOSES
from scenarios.models.mode_choice import Journeys, ModeRules
from scenarios.models.trip_ends import TripEnds
from scenarios.models.zones import Zones

F64 = NDArray[np.float64]

MOTORCYCLE, CAR, BUS, TRUCK, BICYCLE = range(5)
"""Rows of the vehicle classes."""

N_CLASSES: Final = 5
FOUR_WHEELED: Final = np.array([False, True, True, True, False])

_CLASS_OF_MODE: Final = {
    mc.BICYCLE: BICYCLE, mc.BIKE_SHARE: BICYCLE, mc.MOTORCYCLE: MOTORCYCLE, mc.CAR: CAR, mc.BUS: BUS,
}  # fmt: skip
BY_CATCHMENT: Final = frozenset({"school", "escort"})
"""Purposes whose destinations are as full as their surroundings make them: pupils go to schools near home, and a school
in a thinly peopled place has fewer of them on the same floor. The others fill their floor alike wherever it is."""

_STAYS: Final = 1e-6
"""Weight of a through trip that leaves where it came in: only where the gateways' volumes leave no other choice."""


@dataclass(frozen=True, kw_only=True)
class PlanRules:
    """How much, how far and by what.

    Attributes
    ----------
    tours : mapping of str to float [1/d]
        Tours a household makes on a working day, by purpose; tourism: tours by 100 m² of hotel floor.
    decay_per_min : mapping of str to float [1/min]
        β, by purpose, and of ``freight`` and ``external``.
    modes
    occupancy : (5,)
        Travellers in a vehicle of each class; the parent of an escort counts alone.
    trucks : float
        Factor on the truck trips of the table.
    gateway_trips : [1/d]
        Vehicle trips of a gateway both ways, on average.
    through : float
        Share of the gateways' trips that go on to another gateway.
    gateway_kinds : (5,)
        Share of each class at the gateways.
    peaks : mapping of str to Peaks
        Profiles of flows that differ from the table, such as ``school/out``; they hold on every kind of day.
    """

    tours: Mapping[str, float]
    decay_per_min: Mapping[str, float]
    modes: ModeRules
    occupancy: Sequence[float]
    trucks: float
    gateway_trips: float
    through: float
    gateway_kinds: Sequence[float]
    peaks: Mapping[str, Peaks]


@dataclass(frozen=True)
class Summary:
    """What the people of the city do on a working day.

    Attributes
    ----------
    trips : (P,)
        Trips of people, both ways, by purpose.
    mode_share : (P, 6)
    mean_km : (P,) [km]
        By road, estimated from the straight distance.
    within_zone : (P,)
        Share of trips that begin and end in the same zone.
    """

    trips: F64
    mode_share: F64
    mean_km: F64
    within_zone: F64

    def overall(self, values: F64) -> F64:
        """Return a mean over the purposes, weighted by their trips."""
        return np.asarray(
            np.average(values, axis=0, weights=self.trips) if self.trips.sum() > 0 else values[0] * np.nan
        )


def plan_demand(
    ends: TripEnds, surveyed: TripEnds, zones: Zones, journeys: Journeys, rules: PlanRules, gate_weight: F64
) -> tuple[Demand, Summary]:
    """Return the demand of a city, and what it amounts to.

    Parameters
    ----------
    ends, surveyed
        Of the land as it is asked about, and as it was surveyed; the same where no land was changed.
    zones, journeys, rules
    gate_weight : (Z,)
        Relative volume of each gateway; 0 at the other zones.

    Raises
    ------
    ModelError
        A margin cannot be met, or a coefficient is out of its range.
    """
    flows: list[Flow] = []
    totals, by_mode, km, within = [], [], [], []
    for row, purpose in enumerate(PURPOSES):
        home = ends.hotels if purpose == "tourism" else ends.households
        tours = _tours(ends, surveyed, zones, row, journeys.motorcycle_min, rules)
        share = mc.shares(journeys, rules.modes, purpose)
        people = tours * share
        vehicles = _vehicles(people, rules.occupancy, alone=purpose == "escort")
        flows.append(_flow(f"{purpose}/out", vehicles, home, rules))
        flows.append(_flow(f"{purpose}/back", vehicles.transpose(0, 2, 1), ends.attraction[row], rules))
        total = tours.sum()
        totals.append(2.0 * total)
        by_mode.append(people.sum(axis=(1, 2)) / max(total, 1e-300))
        known = np.isfinite(journeys.km)
        km.append((tours[known] * journeys.km[known]).sum() / max(tours[known].sum(), 1e-300))
        within.append(np.trace(tours) / max(total, 1e-300))
    flows.append(_freight(ends, zones, journeys, rules))
    flows += _external(ends, zones, journeys, rules, gate_weight)
    summary = Summary(np.array(totals), np.array(by_mode), np.array(km), np.array(within))
    return Demand(zones, tuple(flows), FOUR_WHEELED), summary


def _tours(ends: TripEnds, surveyed: TripEnds, zones: Zones, row: int, time_min: F64, rules: PlanRules) -> F64:
    """Return the tours of a purpose between the zones ``(Z, Z)`` from home to destination.

    The attraction of the surveyed land is balanced to its tours; land added at either end adds its own.
    """
    purpose = PURPOSES[row]
    per = rules.tours[purpose]
    before, after = (per * (e.hotels if purpose == "tourism" else e.households) for e in (surveyed, ends))
    made, pulled = zones.sums(after), zones.sums(ends.attraction[row])
    per_pull = before.sum() / max(surveyed.attraction[row].sum(), 1e-300)
    total = max(made.sum() + per_pull * pulled.sum() - before.sum(), 0.0)
    if made.sum() == 0 or pulled.sum() == 0 or total == 0:
        return np.zeros_like(time_min)
    near = deterrence(time_min, rules.decay_per_min[purpose])
    drawn = near * pulled  # the start that needs the fewest rounds
    if purpose in BY_CATCHMENT:
        pulled = pulled * _filled(near, zones.sums(before), zones.sums(surveyed.attraction[row]))
    rows, columns = (total * w / w.sum() for w in (made, pulled))
    return furness(drawn, rows, columns)


def _filled(near: F64, made: F64, pulled: F64) -> F64:
    """Return the tours a unit of attraction draws in each zone ``(Z,)`` where who makes them chooses freely."""
    open_to = (near * pulled).sum(axis=1)
    return np.asarray(
        (np.divide(made, open_to, out=np.zeros_like(made), where=open_to > 0)[:, None] * near).sum(axis=0)
    )


def _vehicles(people: F64, occupancy: Sequence[float], *, alone: bool) -> F64:
    out = np.zeros((N_CLASSES, *people.shape[1:]))
    for mode, kind in _CLASS_OF_MODE.items():
        load = 1.0 if alone and kind in {MOTORCYCLE, CAR, BICYCLE} else occupancy[kind]
        out[kind] += people[mode] / load
    return out


def _flow(name: str, vehicles: F64, start: F64, rules: PlanRules) -> Flow:
    own = rules.peaks.get(name)
    peaks = (own, own) if own else (profile(name, free_day=False), profile(name, free_day=True))
    return Flow(name, np.ascontiguousarray(vehicles, dtype=np.float32), start, peaks)


def _of_kind(matrix: F64, kinds: Sequence[float]) -> F64:
    return np.multiply.outer(np.asarray(kinds) / max(sum(kinds), 1e-300), matrix)


def _freight(ends: TripEnds, zones: Zones, journeys: Journeys, rules: PlanRules) -> Flow:
    margin = zones.sums(ends.trucks) * rules.trucks
    seed = deterrence(journeys.car_min, rules.decay_per_min["freight"])
    matrix = furness(seed, margin, margin)
    return _flow("freight", _of_kind(matrix, [float(k == TRUCK) for k in range(N_CLASSES)]), ends.trucks, rules)


def _external(ends: TripEnds, zones: Zones, journeys: Journeys, rules: PlanRules, gate_weight: F64) -> list[Flow]:
    """Return the trips into the city, out of it and through it: half of a gateway's trips come in."""
    z, n_gates = len(zones.node), int(np.count_nonzero(gate_weight))
    inbound = rules.gateway_trips / 2.0 * n_gates * gate_weight / max(gate_weight.sum(), 1e-300)
    through = rules.through if n_gates > 1 else 0.0
    pull = _mixed(ends)
    inner = np.where(zones.gateway, 0.0, zones.sums(pull))
    into = inner * deterrence(journeys.car_min, rules.decay_per_min["external"])
    into = into / np.maximum(into.sum(axis=1, keepdims=True), 1e-300) * ((1.0 - through) * inbound)[:, None]
    gates = np.zeros_like(pull)
    gates[zones.node[gate_weight > 0]] = 1.0
    away = np.where(np.isfinite(journeys.km), journeys.km, 0.0) ** 2
    np.fill_diagonal(away, 0.0)
    seed = away + _STAYS * max(float(away.max(initial=0.0)), 1.0)
    across = furness(seed, through * inbound, through * inbound) if z else np.zeros((0, 0))
    return [
        _flow("external/in", _of_kind(into, rules.gateway_kinds), gates, rules),
        _flow("external/out", _of_kind(into.T, rules.gateway_kinds), pull, rules),
        _flow("through", _of_kind(across, rules.gateway_kinds), gates, rules),
    ]


def _mixed(ends: TripEnds) -> F64:
    """Return where visitors and goods of the region go to: homes and attractions of all purposes alike ``(N,)``."""
    parts = [ends.households, *ends.attraction]
    return np.asarray(sum(p / p.sum() for p in parts if p.sum() > 0) + np.zeros(len(ends.households)))
