"""Junctions retimed from the flows of a run: before, after, and with another share of motorcycles.

*Equation*: q = Σ n_k e_k of each approach [PCU/h], n_k the vehicles of class k, e_k their PCU; plans and delays as in
`signal_timing`. For another share of motorcycles their odds change by one factor on all approaches; the number of
vehicles of an approach stays, and the other classes keep their proportions.
*Assumptions*: the flows are those that passed the stop lines: a junction over its capacity has more demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.signal_plans import JunctionState, assess, retime
from scenarios.models.signal_timing import STANDARD, Clearance
from twin.city.roads import Signals
from twin.errors import InvalidParams, ModelError

F64 = NDArray[np.float64]

SHIFTS = (-0.2, -0.1, 0.1, 0.2)
"""Changes of the share of motorcycles the plan is tried with."""
_MOST_LOG_ODDS, _HALVINGS = 12.0, 60


@dataclass(frozen=True, slots=True)
class ShareCase:
    """The junction with another share of motorcycles.

    Attributes
    ----------
    motorcycle_share : float
    present_delay_s, planned_delay_s : float [s]
        Mean control delay under the present plan, and under the new one as it stands.
    webster_cycle_s, webster_delay_s : float [s]
        Of the plan made for this share; NaN where no cycle serves it.
    """

    motorcycle_share: float
    present_delay_s: float
    planned_delay_s: float
    webster_cycle_s: float
    webster_delay_s: float


@dataclass(frozen=True)
class JunctionStudy:
    """A junction before and after.

    Attributes
    ----------
    before : JunctionState
    after : JunctionState or None
        None where no cycle serves the flows.
    reason : str
        Why there is no plan.
    motorcycle_share : float
        Of the vehicles that pass; NaN where none do.
    cases : tuple of ShareCase
    """

    before: JunctionState
    after: JunctionState | None
    reason: str
    motorcycle_share: float
    cases: tuple[ShareCase, ...]


def study_junctions(
    signals: Signals,
    junctions: Sequence[str],
    *,
    flow_veh_h: F64,
    pcu: F64,
    saturation_pcu_h: F64,
    motorcycle: int,
    clearance: Clearance = STANDARD,
) -> tuple[Signals, list[JunctionStudy]]:
    """Return the signals with new plans, and what they do; a junction no cycle serves keeps its plan.

    Parameters
    ----------
    signals
    junctions
        Ids of rows of `signals`.
    flow_veh_h : (C, L) [veh/h]
    pcu : (C,)
    saturation_pcu_h : (L,) [PCU/h]
    motorcycle : int
        Row of the motorcycles among the classes.
    clearance

    Raises
    ------
    UnknownItem
        There is no such junction.
    InvalidParams
        A junction without a plan or without green, or flows that cannot be used.
    """
    made, studies = signals, []
    flow = pcu @ flow_veh_h
    for junction in junctions:
        before = assess(signals, junction, flow_pcu_h=flow, saturation_pcu_h=saturation_pcu_h)
        try:
            made = retime(
                made, [junction], flow_pcu_h=flow, saturation_pcu_h=saturation_pcu_h, clearance=clearance
            )  # fmt: skip
        except ModelError as error:
            studies.append(JunctionStudy(before, None, str(error), _share(flow_veh_h, before, motorcycle), ()))
            continue
        after = assess(made, junction, flow_pcu_h=flow, saturation_pcu_h=saturation_pcu_h)
        share = _share(flow_veh_h, before, motorcycle)
        cases = []
        for shift in SHIFTS:
            other, here = flow_veh_h.astype(np.float64), before.link
            try:
                other[:, here] = with_share(flow_veh_h[:, here], motorcycle, share + shift)
            except InvalidParams:
                continue  # out of reach
            cases.append(_case((signals, made), junction, pcu @ other, saturation_pcu_h, share + shift, clearance))
        studies.append(JunctionStudy(before, after, "", share, tuple(cases)))
    return made, studies


def worst_junctions(signals: Signals, n: int, *, flow_pcu_h: F64, saturation_pcu_h: F64) -> list[str]:
    """Return the ids of the signals with the most delay of all vehicles together; unknown plans are passed over."""
    found = []
    for junction in signals.ids.tolist():
        try:
            state = assess(signals, junction, flow_pcu_h=flow_pcu_h, saturation_pcu_h=saturation_pcu_h)
        except InvalidParams:
            continue
        found.append((-state.mean_delay_s * float(state.flow_pcu_h.sum()), junction))
    return [junction for lost, junction in sorted(found)[:n] if lost < 0]


def with_share(flow_veh_h: F64, motorcycle: int, wanted: float) -> F64:
    """Return the flows of some approaches with another share of motorcycles ``(C, n)`` [veh/h].

    Parameters
    ----------
    flow_veh_h : (C, n) [veh/h]
    motorcycle : int
        Row.
    wanted : float
        Share of motorcycles in the sum of all approaches.

    Raises
    ------
    InvalidParams
        No factor of the odds gives this share: approaches with motorcycles only, or with none, keep what they have.
    """
    total = flow_veh_h.sum(axis=0)

    def _with(log_odds: float) -> F64:
        made = flow_veh_h.astype(np.float64)
        made[motorcycle] *= np.exp(log_odds)
        sums = made.sum(axis=0)
        return np.asarray(made * np.divide(total, sums, out=np.ones(len(total)), where=sums > 0))

    low, high = -_MOST_LOG_ODDS, _MOST_LOG_ODDS
    least, most = (_with(x)[motorcycle].sum() / max(total.sum(), 1e-9) for x in (low, high))
    if not least <= wanted <= most:
        raise InvalidParams(
            "motorcycle share", f"{wanted:g} is not from {least:.2f} to {most:.2f}, what can be reached"
        )
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _with(middle)[motorcycle].sum() < wanted * total.sum():
            low = middle
        else:
            high = middle
    return _with(high)


def _share(flow_veh_h: F64, state: JunctionState, motorcycle: int) -> float:
    here = flow_veh_h[:, state.link].sum(axis=1)
    total = float(here.sum())
    return float(here[motorcycle]) / total if total > 0 else float("nan")


def _case(
    plans: tuple[Signals, Signals], junction: str, flow: F64, saturation: F64, share: float, clearance: Clearance
) -> ShareCase:
    present, planned = (
        assess(plan, junction, flow_pcu_h=flow, saturation_pcu_h=saturation).mean_delay_s for plan in plans
    )
    try:
        best = assess(
            retime(plans[0], [junction], flow_pcu_h=flow, saturation_pcu_h=saturation, clearance=clearance),
            junction,
            flow_pcu_h=flow,
            saturation_pcu_h=saturation,
        )
    except ModelError:
        return ShareCase(share, present, planned, np.nan, np.nan)
    return ShareCase(share, present, planned, best.cycle_s, best.mean_delay_s)
