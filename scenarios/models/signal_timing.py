"""Signal timing of a junction from its flows: Webster's cycle and splits, Webster's and the HCM's delay.

*Equation*: y = max q/s of a stage, Y = Σ y, cycle C₀ = (1.5 L + 5) / (1 − Y), effective green g = (C − L) y / Y.
*Assumptions*: fixed time, isolated junction, arrivals at random and not in platoons; a green window of the city's
`Signals` table is an effective green; flows and saturation flows in PCU of one table, which the result names.
*References*: F. V. Webster, Traffic signal settings, Road Research Technical Paper 39 (1958); F. V. Webster,
B. M. Cobbe, Traffic signals, Road Research Technical Paper 56 (1966), saturation flow by width; Transportation Research
Board, Highway Capacity Manual, 6th ed. (2016) and 7th ed. (2022), chapter 19, control delay d₁ + d₂ and levels of
service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import InvalidParams, ModelError

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
HOUR_S = 3600.0
LEVELS = ((10.0, "A"), (20.0, "B"), (35.0, "C"), (55.0, "D"), (80.0, "E"))
"""Levels of service by control delay [s], HCM 6th ed., exhibit 19-8; F above, and wherever demand exceeds capacity."""


@dataclass(frozen=True)
class SaturationRule:
    """Saturation flow by approach width; linear between the widths, proportional to the width outside them.

    Attributes
    ----------
    name, source : str
    width_m : tuple [m]
    flow_pcu_h : tuple [PCU/h]
    """

    name: str
    width_m: tuple[float, ...]
    flow_pcu_h: tuple[float, ...]
    source: str

    def __call__(self, width_m: ArrayLike) -> F64:
        """Return the saturation flow [PCU/h] of approaches of a width [m].

        Raises
        ------
        InvalidParams
            A width is not positive.
        """
        w = np.asarray(width_m, dtype=np.float64)
        if not np.all(w > 0):
            raise InvalidParams("approach width", f"{w.tolist()} m: give the width of the carriageway, above 0")
        inner = np.interp(w, self.width_m, self.flow_pcu_h)
        narrow, wide = self.flow_pcu_h[0] / self.width_m[0], self.flow_pcu_h[-1] / self.width_m[-1]
        flow = np.where(w < self.width_m[0], narrow * w, np.where(w > self.width_m[-1], wide * w, inner))
        return np.asarray(flow, dtype=np.float64)


WEBSTER_COBBE = SaturationRule(
    "webster-cobbe-1966",
    (3.05, 3.35, 3.65, 3.95, 4.25, 4.60, 4.90, 5.20, 5.50),
    (1850.0, 1875.0, 1900.0, 1950.0, 2075.0, 2250.0, 2475.0, 2700.0, 525.0 * 5.50),
    "Webster and Cobbe, RRTP 56 (1966): cars in lanes below 5.5 m, 525 PCU/h per metre from there",
)
FILLED_WIDTH = SaturationRule(
    "filled-width",
    (5.50,),
    (525.0 * 5.50,),
    "assumption: two-wheelers fill any width, so Webster and Cobbe's 525 PCU/h per metre holds below 5.5 m too; to be "
    "replaced by counts at Huế's stop lines or by the motorcycle-unit regressions of H. D. Nguyen, Transp. Res. "
    "Procedia 15 (2016), doi:10.1016/j.trpro.2016.06.058",
)


@dataclass(frozen=True, kw_only=True)
class Clearance:
    """What a change of stage costs, and the limits of a plan.

    Attributes
    ----------
    amber_s, all_red_s : float [s]
    start_loss_s, end_gain_s : float [s]
        Green lost to starting and amber used by the last vehicles; 2 s each in the HCM.
    min_green_s, min_cycle_s, max_cycle_s : float [s]
    """

    amber_s: float = 3.0
    all_red_s: float = 1.0
    start_loss_s: float = 2.0
    end_gain_s: float = 2.0
    min_green_s: float = 7.0
    min_cycle_s: float = 30.0
    max_cycle_s: float = 150.0

    @property
    def lost_s(self) -> float:
        """Time of a stage in which nobody moves at saturation [s]."""
        return self.amber_s + self.all_red_s + self.start_loss_s - self.end_gain_s


STANDARD = Clearance()
"""The HCM's losses with 3 s of amber and 1 s of all-red; limits of cycle and green are assumptions."""


@dataclass(frozen=True)
class Timing:
    """Cycle and splits of a junction.

    Attributes
    ----------
    cycle_s, lost_s : float [s]
    green_s : (S,) [s]
        Effective green of each stage.
    ratio : (S,)
        Critical flow ratio y of each stage.
    """

    cycle_s: float
    lost_s: float
    green_s: F64
    ratio: F64

    @property
    def total_ratio(self) -> float:
        """Y, the share of the time the junction needs for its critical flows."""
        return float(self.ratio.sum())


def mean_pcu(vehicles: Mapping[str, float], pcu: Mapping[str, float]) -> float:
    """Return the PCU of an average vehicle of a mix, e.g. ``{"motorcycle": 80, "car": 20}``.

    Raises
    ------
    InvalidParams
        A class has no PCU, a count is negative, or there is no vehicle.
    """
    unknown = sorted(set(vehicles) - set(pcu))
    if unknown:
        raise InvalidParams("vehicle mix", f"no PCU for {', '.join(unknown)}; known: {', '.join(sorted(pcu))}")
    total = sum(vehicles.values())
    if total <= 0 or any(n < 0 for n in vehicles.values()):
        raise InvalidParams("vehicle mix", "counts cannot be negative, and one must be above 0")
    return sum(n * pcu[kind] for kind, n in vehicles.items()) / total


def critical_ratios(flow_pcu_h: ArrayLike, saturation_pcu_h: ArrayLike, stage: Sequence[int] | I64) -> F64:
    """Return the largest flow ratio q/s of each stage (S,).

    Parameters
    ----------
    flow_pcu_h, saturation_pcu_h : (n,) [PCU/h]
    stage : (n,)
        Stage in which each approach has green, from 0.

    Raises
    ------
    InvalidParams
        A flow is negative or no number, a saturation flow not positive, or a stage has no approach.
    """
    q, s = np.asarray(flow_pcu_h, dtype=np.float64), np.asarray(saturation_pcu_h, dtype=np.float64)
    k = np.asarray(stage, dtype=np.int64)
    if not (q.shape == s.shape == k.shape) or q.ndim != 1 or len(q) == 0:
        raise InvalidParams("signal", "give a flow, a saturation flow and a stage for each approach")
    if not np.all(np.isfinite(q)) or np.any(q < 0):
        raise InvalidParams("signal", f"flows {q.tolist()} PCU/h: none may be negative or missing")
    if not np.all(np.isfinite(s)) or np.any(s <= 0):
        raise InvalidParams("signal", f"saturation flows {s.tolist()} PCU/h: each must be above 0")
    if np.any(k < 0) or len(np.unique(k)) != k.max() + 1:
        raise InvalidParams("signal", f"stages {k.tolist()}: number them from 0, none without an approach")
    y = np.zeros(k.max() + 1)
    np.maximum.at(y, k, q / s)
    return y


def webster(ratio: ArrayLike, clearance: Clearance = STANDARD) -> Timing:
    """Return Webster's cycle, within the limits, and the greens that give every stage the same degree of saturation.

    Parameters
    ----------
    ratio : (S,)
        Critical flow ratios.

    Raises
    ------
    InvalidParams
        There is no stage, a ratio is negative, or the limits contradict each other.
    ModelError
        The ratios sum to 1 or more: no cycle serves these flows.
    """
    y = np.asarray(ratio, dtype=np.float64)
    if y.ndim != 1 or len(y) == 0 or not np.all(np.isfinite(y)) or np.any(y < 0):
        raise InvalidParams("signal", "give a flow ratio of 0 or more for each stage")
    total, lost_s = float(y.sum()), clearance.lost_s * len(y)
    if total >= 1.0:
        raise ModelError(
            "Webster's cycle",
            f"the critical flow ratios sum to {total:.2f}, a signal needs less than 1: widen an approach, ban a "
            "movement, or move traffic away",
        )
    shortest_s = max(clearance.min_cycle_s, lost_s + clearance.min_green_s * len(y))
    if shortest_s > clearance.max_cycle_s:
        raise InvalidParams(
            "max_cycle_s", f"{clearance.max_cycle_s:g} s is shorter than {len(y)} minimum greens, {shortest_s:g} s"
        )
    best_s = (1.5 * lost_s + 5.0) / (1.0 - total)
    cycle_s = float(np.clip(np.ceil(best_s), shortest_s, clearance.max_cycle_s))
    return Timing(cycle_s, lost_s, _split(y, cycle_s - lost_s, clearance.min_green_s), y)


def _split(y: F64, green_s: float, least_s: float) -> F64:
    """Share the green in proportion to `y`, never less than `least_s` to a stage."""
    fixed = np.zeros(len(y), dtype=np.bool_)
    share = y / max(y.max(), np.finfo(float).tiny)
    while True:
        left_s, weight = green_s - least_s * fixed.sum(), np.where(fixed, 0.0, share)
        weight = weight if weight.sum() > 0 else np.where(fixed, 0.0, 1.0)
        out = np.where(fixed, least_s, left_s * weight / max(weight.sum(), np.finfo(float).tiny))
        short = ~fixed & (out < least_s)
        if not short.any():
            return np.asarray(out, dtype=np.float64)
        fixed |= short


def webster_delay_s(flow_pcu_h: ArrayLike, saturation_pcu_h: ArrayLike, green_s: ArrayLike, cycle_s: float) -> F64:
    """Return Webster's mean delay of a vehicle [s]; infinite where demand reaches capacity.

    Raises
    ------
    InvalidParams
        An approach without green, a green longer than the cycle, or a negative flow.
    """
    q_h, s, g = _checked(flow_pcu_h, saturation_pcu_h, green_s, cycle_s)
    lam, q = g / cycle_s, q_h / HOUR_S
    x = q_h / (lam * s)
    safe_x, safe_q = np.where(x < 1, x, 0.0), np.where(q > 0, q, 1.0)
    uniform = cycle_s * (1 - lam) ** 2 / (2 * (1 - lam * safe_x))
    random = safe_x**2 / (2 * safe_q * (1 - safe_x))
    fitted = 0.65 * (cycle_s / safe_q**2) ** (1 / 3) * safe_x ** (2 + 5 * lam)
    return np.asarray(np.where(x < 1, uniform + random - fitted, np.inf), dtype=np.float64)


def hcm_delay_s(
    flow_pcu_h: ArrayLike, saturation_pcu_h: ArrayLike, green_s: ArrayLike, cycle_s: float, *, period_h: float = 0.25
) -> F64:
    """Return the HCM's control delay of a vehicle [s], uniform and incremental, also where demand exceeds capacity.

    Pretimed (k = 0.5), isolated (I = 1), arrivals at random (arrival type 3), no queue at the start of the period.

    Raises
    ------
    InvalidParams
        An approach without green, a green longer than the cycle, a negative flow, or a period that is not positive.
    """
    if period_h <= 0:
        raise InvalidParams("period_h", f"{period_h:g}: give the length of the analysis, above 0")
    q, s, g = _checked(flow_pcu_h, saturation_pcu_h, green_s, cycle_s)
    lam = g / cycle_s
    capacity = lam * s
    x = q / capacity
    uniform = 0.5 * cycle_s * (1 - lam) ** 2 / (1 - np.minimum(1.0, x) * lam)
    incremental = 900 * period_h * ((x - 1) + np.sqrt((x - 1) ** 2 + 8 * 0.5 * x / (capacity * period_h)))
    return np.asarray(uniform + incremental, dtype=np.float64)


def queue_pcu(flow_pcu_h: ArrayLike, green_s: ArrayLike, cycle_s: float, delay_s: ArrayLike) -> F64:
    """Return Webster's mean queue at the beginning of green [PCU]: max (q r, q (r / 2 + d))."""
    q, g = np.asarray(flow_pcu_h, dtype=np.float64) / HOUR_S, np.asarray(green_s, dtype=np.float64)
    red_s = cycle_s - g
    return np.asarray(np.maximum(q * red_s, q * (red_s / 2 + np.asarray(delay_s))), dtype=np.float64)


def level_of_service(delay_s: float, saturation: float) -> str:
    """Return the HCM's letter for a control delay [s] at a degree of saturation (volume over capacity)."""
    if saturation > 1:
        return "F"
    return next((letter for limit_s, letter in LEVELS if delay_s <= limit_s), "F")


def _checked(
    flow_pcu_h: ArrayLike, saturation_pcu_h: ArrayLike, green_s: ArrayLike, cycle_s: float
) -> tuple[F64, F64, F64]:
    q, s, g = (np.asarray(a, dtype=np.float64) for a in (flow_pcu_h, saturation_pcu_h, green_s))
    if not (np.isfinite(cycle_s) and cycle_s > 0):
        raise InvalidParams("cycle_s", f"{cycle_s:g}: the cycle must be above 0")
    if not np.all(g > 0):
        raise InvalidParams("signal", "an approach has no green: give it a window, or close it")
    if np.any(g > cycle_s):
        raise InvalidParams("signal", f"a green of {g.max():g} s is longer than the cycle of {cycle_s:g} s")
    if not np.all(np.isfinite(q)) or np.any(q < 0) or not np.all(s > 0):
        raise InvalidParams("signal", "flows must be 0 or more, saturation flows above 0")
    return q, s, g
