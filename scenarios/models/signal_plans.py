"""The plans of a city's signals, judged and retimed from flows; the answer has the shape of the city's own table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.models.signal_timing import (
    STANDARD,
    Clearance,
    Timing,
    critical_ratios,
    hcm_delay_s,
    level_of_service,
    queue_pcu,
    webster,
)
from twin.city.changes_signals import stages_of
from twin.city.roads import Signals
from twin.errors import InvalidParams, UnknownItem

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class JunctionState:
    """How a junction does under a plan: one entry for each approach with green.

    Attributes
    ----------
    junction : str
    cycle_s : float [s]
    link : (n,)
        Approaches.
    stage : (n,)
    flow_pcu_h, saturation_pcu_h : (n,) [PCU/h]
    green_s : (n,) [s]
    degree : (n,)
        Degree of saturation: demand over capacity.
    delay_s : (n,) [s]
        HCM control delay.
    queue_pcu : (n,) [PCU]
        At the beginning of green, Webster's mean.
    """

    junction: str
    cycle_s: float
    link: I32
    stage: I64
    flow_pcu_h: F64
    saturation_pcu_h: F64
    green_s: F64
    degree: F64
    delay_s: F64
    queue_pcu: F64

    @property
    def mean_delay_s(self) -> float:
        """Control delay of the average PCU at the junction [s]; 0 without traffic."""
        total = float(self.flow_pcu_h.sum())
        return float((self.delay_s * self.flow_pcu_h).sum()) / total if total > 0 else 0.0

    @property
    def level(self) -> str:
        """Level of service of the junction, A to F."""
        return level_of_service(self.mean_delay_s, float(self.degree.max()))


def assess(
    signals: Signals, junction: str, *, flow_pcu_h: F64, saturation_pcu_h: F64, period_h: float = 0.25
) -> JunctionState:
    """Return delay, queue and degree of saturation of a junction under its present plan.

    Parameters
    ----------
    signals : Signals
    junction : str
        Id of a row of `signals`.
    flow_pcu_h, saturation_pcu_h : (L,) [PCU/h]
        Of every link of the roads.

    Raises
    ------
    UnknownItem
        There is no such junction.
    InvalidParams
        The junction's timing is unknown, it has no green, or flows cannot be used.
    """
    row = _row(signals, junction)
    link, start_s, end_s, cycle_s = _plan(signals, row)
    _cover(flow_pcu_h, saturation_pcu_h, link)
    q, s, green_s = flow_pcu_h[link], saturation_pcu_h[link], end_s - start_s
    delay_s = hcm_delay_s(q, s, green_s, cycle_s, period_h=period_h)
    return JunctionState(
        junction=junction,
        cycle_s=cycle_s,
        link=link,
        stage=stages_of(start_s, end_s),
        flow_pcu_h=q,
        saturation_pcu_h=s,
        green_s=green_s,
        degree=q * cycle_s / (s * green_s),
        delay_s=delay_s,
        queue_pcu=queue_pcu(q, green_s, cycle_s, delay_s),
    )


def retime(
    signals: Signals,
    junctions: Sequence[str],
    *,
    flow_pcu_h: F64,
    saturation_pcu_h: F64,
    clearance: Clearance = STANDARD,
) -> Signals:
    """Return the signals with Webster's cycle and splits at some junctions; their stages and offsets stay.

    Parameters
    ----------
    signals : Signals
    junctions : sequence of str
        Ids of rows of `signals`.
    flow_pcu_h, saturation_pcu_h : (L,) [PCU/h]
        Of every link of the roads.
    clearance : Clearance

    Raises
    ------
    UnknownItem
        There is no such junction.
    InvalidParams
        A junction without a plan or without green, or flows that cannot be used.
    ModelError
        The flows of a junction exceed what any cycle can serve.
    """
    cycle_s = signals.cycle_s.copy()
    from_s, to_s = signals.green_from_s.copy(), signals.green_to_s.copy()
    for junction in junctions:
        row = _row(signals, junction)
        link, start_s, end_s, _ = _plan(signals, row)
        _cover(flow_pcu_h, saturation_pcu_h, link)
        stage = stages_of(start_s, end_s)
        timing = webster(critical_ratios(flow_pcu_h[link], saturation_pcu_h[link], stage), clearance)
        window = slice(int(signals.green_first[row]), int(signals.green_first[row + 1]))
        begin_s = _beginnings(timing)
        cycle_s[row] = timing.cycle_s
        from_s[window], to_s[window] = begin_s[stage], begin_s[stage] + timing.green_s[stage]
    return replace(signals, cycle_s=cycle_s, green_from_s=from_s, green_to_s=to_s)


def _beginnings(timing: Timing) -> F64:
    """Return when each stage's effective green begins, one after the other with equal losses between them."""
    each_s = timing.lost_s / len(timing.green_s)
    return np.concatenate([[0.0], np.cumsum(timing.green_s + each_s)[:-1]])


def _row(signals: Signals, junction: str) -> int:
    rows = np.flatnonzero(signals.ids == junction)
    if len(rows) == 0:
        raise UnknownItem(junction, "no signal has this id")
    return int(rows[0])


def _plan(signals: Signals, row: int) -> tuple[I32, F64, F64, float]:
    name, cycle_s = f"signal {signals.ids[row]}", float(signals.cycle_s[row])
    window = slice(int(signals.green_first[row]), int(signals.green_first[row + 1]))
    link, start_s, end_s = signals.green_link[window], signals.green_from_s[window], signals.green_to_s[window]
    if len(link) == 0:
        raise InvalidParams(name, "no approach has green: give the plan's green windows first")
    if not (np.isfinite(cycle_s) and cycle_s > 0):
        raise InvalidParams(name, f"its cycle is {cycle_s:g} s: give the plan's cycle first")
    if len(np.unique(link)) < len(link):
        raise InvalidParams(name, "an approach has two greens in a cycle: join them to one, then retime")
    if np.any(end_s <= start_s) or np.any(start_s < 0) or np.any(end_s > cycle_s):
        raise InvalidParams(name, "a green window is empty or leaves the cycle")
    return link, start_s, end_s, cycle_s


def _cover(flow_pcu_h: F64, saturation_pcu_h: F64, link: I32) -> None:
    for what, values in (("flow_pcu_h", flow_pcu_h), ("saturation_pcu_h", saturation_pcu_h)):
        if len(values) <= link.max():
            raise InvalidParams(what, f"{len(values)} values, but an approach is link {link.max()}: give every link's")
