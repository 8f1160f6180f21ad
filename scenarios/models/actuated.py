"""A signal that its vehicles decide: a fully actuated controller of one junction, as a SimPy process.

*Equation*: a stage with green ends at the first moment t at which it has had its least green, another stage is called,
and either no vehicle has been at its stop lines for the gap (gap-out), or the most green has passed since the other's
first call (max-out). The next stage in the ring that is called follows after the lost time; without a call the signal
rests in green.
*Assumptions*: a stop line that sees who stands at it and who crosses it; greens are effective; a stage that lasts
because its exit is blocked is taken for one that is used. The controller looks every `step_s`.
*References*: P. Koonce et al., Traffic Signal Timing Manual, FHWA-HOP-08-024 (2008), chapter 5 (actuated control: least
green, passage time, gap-out, max-out, rest in green).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
import simpy
from numpy.typing import NDArray

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]


class Approaches(Protocol):
    """The stop lines of a model of traffic."""

    def last_at_line_s(self, links: I32, now_s: float) -> F64:
        """Return when a vehicle was last at each stop line; now where one stands there."""

    def set_green(self, links: I32, now_s: float, *, is_green: bool | None) -> None:
        """Give links green or red, or (None) hand them back to their fixed plan."""


@dataclass(frozen=True, kw_only=True)
class Actuation:
    """Times of an actuated signal [s]; the least green, the most, the gap, the lost time between two stages.

    Attributes
    ----------
    min_green_s, max_green_s, gap_s, lost_s : [s]
    step_s : [s]
        How often the controller looks.
    """

    min_green_s: float
    max_green_s: float
    gap_s: float
    lost_s: float
    step_s: float = 1.0


class Ended(StrEnum):
    """Why a stage ended."""

    GAP_OUT = "gap-out"
    MAX_OUT = "max-out"


@dataclass(frozen=True)
class Green:
    """A green that has ended: its stage, from when to when [s], and why."""

    stage: int
    from_s: float
    to_s: float
    why: Ended


def actuated_signal(
    env: simpy.Environment,
    approaches: Approaches,
    stages: Sequence[I32],
    rules: Actuation,
    *,
    ended: Callable[[Green], None] | None = None,
) -> Generator[simpy.Event, Any, None]:
    """Run a signal until interrupted; then the approaches go back to their fixed plan.

    Parameters
    ----------
    env
    approaches
    stages
        Links that have green together, in the order of the ring.
    rules
    ended
        Told of every green that ends.
    """
    links = np.unique(np.concatenate(list(stages))).astype(np.int32)
    try:
        stage = 0
        approaches.set_green(links, env.now, is_green=False)
        while True:
            begin_s = env.now
            approaches.set_green(stages[stage], begin_s, is_green=True)
            why = yield from _hold(env, approaches, stages, stage, rules)
            if ended is not None:
                ended(Green(stage, begin_s, env.now, why))
            after = _next_called(approaches, stages, stage, env.now)
            approaches.set_green(np.setdiff1d(stages[stage], stages[after]), env.now, is_green=False)
            yield env.timeout(rules.lost_s)
            stage = after
    except simpy.Interrupt:
        approaches.set_green(links, env.now, is_green=None)


def _hold(
    env: simpy.Environment, approaches: Approaches, stages: Sequence[I32], stage: int, rules: Actuation
) -> Generator[simpy.Event, Any, Ended]:
    """Keep a stage's green until it gaps out or maxes out."""
    begin_s, called_s = env.now, math.inf
    while True:
        if _next_called(approaches, stages, stage, env.now) != stage:
            called_s = min(called_s, env.now)
            if env.now - begin_s >= rules.min_green_s:
                last_s = float(np.max(approaches.last_at_line_s(stages[stage], env.now)))
                if env.now - max(last_s, begin_s) >= rules.gap_s:
                    return Ended.GAP_OUT
                if env.now - called_s >= rules.max_green_s:
                    return Ended.MAX_OUT
        yield env.timeout(rules.step_s)


def _next_called(approaches: Approaches, stages: Sequence[I32], stage: int, now_s: float) -> int:
    """Return the next stage of the ring with a vehicle at a stop line that has no green now; the same without any."""
    for k in range(1, len(stages)):
        other = (stage + k) % len(stages)
        waiting = np.setdiff1d(stages[other], stages[stage])
        if len(waiting) and np.any(approaches.last_at_line_s(waiting, now_s) >= now_s):
            return other
    return stage
