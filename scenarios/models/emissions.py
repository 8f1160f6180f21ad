"""Emissions and energy of traffic from a table of published factors, each row with its source and range.

*Equation*: fuel per km a/v + b + c·v + d·v² [l/km], v the speed on the link; energy and CO2 from the fuel's calorific
value and carbon; CO, NOx and PM2.5 per kg of fuel. Motorcycles: per km, whatever the speed.
*Assumptions*: cars burn petrol, buses and trucks diesel, bicycles nothing; hot exhaust only: no cold start, no tyre or
brake wear. Speeds outside 5–90 km/h count as the nearer of these. European factors stand in where no Vietnamese
ones are published: use the differences between two runs rather than the totals.
*References*: in `tables/emission_factors.csv`, row by row.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.models.link_record import LinkRecord

F64 = NDArray[np.float64]

QUANTITIES: Final = ("co2", "nox", "pm25", "co", "energy")
"""Rows of what `emissions` returns: grams of the first four, megajoules of the last."""

FUEL: Final = {"car": "petrol", "bus": "diesel", "truck": "diesel", "motorcycle": "petrol"}
SLOWEST_KMH, FASTEST_KMH = 5.0, 90.0


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of the table.

    Attributes
    ----------
    kind, quantity, basis : str
        Class or fuel; what; one of constant, per_km, per_kg_fuel, speed.
    curve : tuple of float
        a, b, c, d; only a unless the basis is speed.
    low, high : float
        Range of a; NaN where none is published.
    unit, status, source : str
    """

    kind: str
    quantity: str
    basis: str
    curve: tuple[float, ...]
    low: float
    high: float
    unit: str
    status: str
    source: str


@lru_cache(maxsize=1)
def factors() -> dict[tuple[str, str], Factor]:
    """Return the table by class or fuel, and quantity."""
    text = files("scenarios.models").joinpath("tables", "emission_factors.csv").read_text(encoding="utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        curve = tuple(float(row[k] or 0.0) for k in "abcd")
        low, high = (float(row[k] or "nan") for k in ("low", "high"))
        key = (row["kind"], row["quantity"])
        found[key] = Factor(*key, row["basis"], curve, low, high, row["unit"], row["status"], row["source"])
    return found


def fuel_l_km(kind: str, speed_kmh: F64) -> F64:
    """Return the fuel of a class at a speed [l/km]; 0 for one without a curve.

    Examples
    --------
    >>> [round(float(v), 3) for v in fuel_l_km("car", np.array([10.0, 30.0, 1.0]))]
    [0.138, 0.074, 0.234]
    """
    row = factors().get((kind, "fuel"))
    if row is None:
        return np.zeros(np.shape(speed_kmh))
    a, b, c, d = row.curve
    v = np.clip(speed_kmh, SLOWEST_KMH, FASTEST_KMH)
    return np.asarray(a / v + b + c * v + d * v**2)


def rates(kind: str, speed_kmh: F64) -> F64:
    """Return what a vehicle of a class emits at a speed ``(5, …)`` [g/km, and MJ/km], in the order of `QUANTITIES`."""
    table = factors()
    speed_kmh = np.asarray(speed_kmh, dtype=np.float64)
    found = np.zeros((len(QUANTITIES), *speed_kmh.shape))
    if kind not in FUEL:
        return found
    density, energy, co2 = (table[FUEL[kind], q].curve[0] for q in ("density", "energy", "co2"))
    kg_km = fuel_l_km(kind, speed_kmh) * density
    own = table.get((kind, "co2"))
    mj_km = kg_km * energy if own is None else np.full(speed_kmh.shape, own.curve[0] / co2)
    for row, quantity in enumerate(QUANTITIES):
        factor = table.get((kind, quantity))
        if quantity == "energy":
            found[row] = mj_km
        elif factor is None:
            found[row] = mj_km * co2
        else:
            found[row] = factor.curve[0] * (kg_km if factor.basis == "per_kg_fuel" else 1.0)
    return found


def emissions(records: Sequence[LinkRecord], length_m: F64, kinds: Sequence[str]) -> F64:
    """Return the emissions of each class on each link ``(5, C, L)`` [g, and MJ], in the order of `QUANTITIES`.

    Parameters
    ----------
    records
        Intervals; each counts with its own speeds.
    length_m : (L,) [m]
    kinds
        Names of the classes, in the records' order.
    """
    found = np.zeros((len(QUANTITIES), len(kinds), len(length_m)))
    km = length_m / 1000.0
    for r in records:
        for k, kind in enumerate(kinds):
            used = np.flatnonzero((r.left[k] > 0) & (r.spent_s[k] > 0))
            vkt_km = r.left[k, used] * km[used]
            found[:, k, used] += rates(kind, vkt_km / (r.spent_s[k, used] / 3600.0)) * vkt_km
    return found


def ranges() -> dict[str, tuple[float, float]]:
    """Return the widest relative range of each quantity over the classes, e.g. ``(0.3, 1.6)`` times the factor."""
    found = {}
    for quantity in QUANTITIES[:4]:
        rows = [f for (_, q), f in factors().items() if q == quantity and not np.isnan(f.low)]
        found[quantity] = (min(f.low / f.curve[0] for f in rows), max(f.high / f.curve[0] for f in rows))
    return found
