"""What the traffic model is given and what it gives: classes, bare streets, intervals, ends of drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_SMOOTHING = 0.5

BURST_PCU = 0.5
"""Tolerance of the token bucket at a link's entrance [PCU]: without it two strict headways in a row throttle every
node; why half a PCU, and what more of it would do, is in decision 13."""


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Classes of vehicles as the streets see them.

    Attributes
    ----------
    names : (C,)
    modes : (C,)
        Mode bit of each.
    pcu, store_pcu : (C,) [PCU]
        Share of a stop line's time, and of a link's room.
    queue : (C,)
        Queue at the stop line: each is first in, first out, and passes the others.
    share : (Q,)
        Weight of each queue at a contested stop line.
    """

    names: tuple[str, ...]
    modes: tuple[int, ...]
    pcu: tuple[float, ...]
    store_pcu: tuple[float, ...]
    queue: tuple[int, ...]
    share: tuple[float, ...]


@dataclass(frozen=True)
class Interval:
    """What the links saw since the last interval.

    Attributes
    ----------
    from_s, to_s : [s]
    entered, left : (C, L)
        Vehicles.
    spent_s, free_s : (C, L) [s]
        Time on the link of the vehicles that left, and what it would have been without other traffic.
    queue_veh : (L,) [veh]
        Vehicles past their free time at the interval's end.
    occupied_pcu : (L,) [PCU]
        On the link at the interval's end.
    """

    from_s: float
    to_s: float
    entered: I32
    left: I32
    spent_s: F64
    free_s: F64
    queue_veh: I32
    occupied_pcu: F64

    @property
    def flow_veh_h(self) -> F64:
        """Vehicles that left each link (L,) [veh/h]."""
        span_s = self.to_s - self.from_s
        return np.asarray(self.left.sum(axis=0) * (3600.0 / span_s if span_s > 0 else 0.0))

    @property
    def speed_ratio(self) -> F64:
        """Time without traffic over time taken (L,); 0 where vehicles stood and none left, NaN where there was none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = self.free_s.sum(axis=0) / self.spent_s.sum(axis=0)
        return np.where(self.left.any(axis=0), ratio, np.where(self.queue_veh > 0, 0.0, np.nan))


def slower(before: F64, seen: Interval, time_s: F64) -> F64:
    """Return how much slower than free each link is held to be ``(L,)``: half of it as before, half as just seen.

    Parameters
    ----------
    before : (L,)
    seen
    time_s : (L,) [s]
        Free times; where vehicles stood and none left, the whole interval was needed.
    """
    spent_s, free_s = seen.spent_s.sum(axis=0), seen.free_s.sum(axis=0)
    jam = np.where(seen.queue_veh > 0, np.maximum((seen.to_s - seen.from_s) / time_s, 1.0), 1.0)
    slow = np.divide(spent_s, free_s, out=jam, where=free_s > 0)
    return np.asarray((1 - _SMOOTHING) * before + _SMOOTHING * slow)


class DriveEnd(NamedTuple):
    """How a drive through traffic ended: what a process gets that waited for it."""

    arrived: bool
    at_s: float


class Streets(NamedTuple):
    """Bare links for `simulate`; scalars hold for all.

    Attributes
    ----------
    tail, head : (L,)
    time_s : (L,) [s]
        Free time.
    capacity_veh_s : (L,) [veh/s]
    room_veh : (L,) [veh]
        Vehicles on the full link.
    wave_s : (L,) [s]
        Length over the speed of the backward wave.
    weight : (L,) or None
        At a merge; None takes the capacity.
    """

    tail: ArrayLike
    head: ArrayLike
    time_s: ArrayLike
    capacity_veh_s: ArrayLike
    room_veh: ArrayLike
    wave_s: ArrayLike
    weight: ArrayLike | None = None
