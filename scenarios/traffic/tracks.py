"""From a kernel's log of traced vehicles to tracks: who was where, for the animation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.tables import Tracks

MAX_POINTS: Final = 400_000
"""Most link entries kept of a run: 5 MB before compression."""

MAX_VEHICLES: Final = 6_000
"""Vehicles of the sample."""


def sample(depart_s: NDArray[np.floating], *, before_s: float, most: int = MAX_VEHICLES) -> NDArray[np.int64]:
    """Return the vehicles to trace: evenly by departure, those that set out before a time.

    Parameters
    ----------
    depart_s : (V,) [s]
        In order.
    before_s : [s]
    most
    """
    n = int(np.searchsorted(depart_s, before_s))
    return np.arange(0, n, max(1, -(-n // most)))


def tracks_of(
    vehicle: NDArray[np.integer],
    link: NDArray[np.integer],
    entered_s: NDArray[np.floating],
    *,
    classes: Sequence[str],
    kind: NDArray[np.integer],
    ended_s: NDArray[np.floating],
    window_s: tuple[float, float],
    max_points: int = MAX_POINTS,
) -> Tracks:
    """Return the tracks of the traced vehicles within a window of time.

    Rules
    -----
    1. Entries outside the window are dropped; a vehicle without any left is dropped.
    2. Where there are more than `max_points`, whole vehicles are left out, evenly by their order.
    3. A vehicle leaves its last link when its drive ends, or at the window's end.

    Parameters
    ----------
    vehicle, link, entered_s : (m,)
        The log, in any order.
    classes
        Keys of the classes `kind` counts.
    kind, ended_s : (V,)
        Of every vehicle; NaN where its drive has not ended.
    window_s
        [s]
    max_points
    """
    inside = (entered_s >= window_s[0]) & (entered_s < window_s[1])
    vehicle, link, entered_s = (np.asarray(a)[inside] for a in (vehicle, link, entered_s))
    order = np.lexsort((entered_s, vehicle))
    vehicle, link, entered_s = vehicle[order], link[order], entered_s[order]
    owners, first = np.unique(vehicle, return_index=True)
    every = -(-len(vehicle) // max_points)
    if every > 1:
        kept = np.isin(vehicle, owners[::every])
        vehicle, link, entered_s = vehicle[kept], link[kept], entered_s[kept]
        owners, first = np.unique(vehicle, return_index=True)
    last_s = entered_s[np.append(first[1:], len(vehicle)) - 1] if len(owners) else np.zeros(0)
    arrived = np.nan_to_num(ended_s[owners], nan=window_s[1], posinf=window_s[1])
    return Tracks(
        classes=np.array(classes, dtype=str),
        kind=_as(kind[owners], np.uint8),
        first=_as(np.append(first, len(vehicle)), np.int64),
        link=_as(link, np.int32),
        entered_s=_as(entered_s, np.float32),
        left_s=_as(np.maximum(np.minimum(arrived, window_s[1]), last_s), np.float32),
    )


def _as(values: Any, dtype: Any) -> Any:
    return np.asarray(values, dtype=dtype)
