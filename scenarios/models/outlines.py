"""Areas and centres of many outlines at once, straight from their arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.city.areas import Areas

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def measured(areas: Areas) -> tuple[F64, F64]:
    """Return the centre ``(n, 2)`` [m] and the area ``(n,)`` [m²] of each feature; NaN and 0 without outline.

    Examples
    --------
    >>> from twin.testing.toy import toy_city
    >>> centre, area = measured(toy_city().parcels)
    >>> centre.tolist(), area.tolist()
    ([[15.0, 20.0]], [1200.0])
    """
    first, n_rings = areas.ring_first, len(areas.ring_first) - 1
    ring = np.repeat(np.arange(n_rings), np.diff(first))
    start = np.minimum(first[:-1], max(len(areas.xy_m) - 1, 0))
    # About the first vertex of each ring, so that large coordinates cost no digits.
    xy = areas.xy_m - areas.xy_m[start][ring] if len(areas.xy_m) else areas.xy_m
    inner = np.flatnonzero(ring[:-1] == ring[1:]) if len(ring) else np.zeros(0, dtype=np.int64)
    a, b = xy[inner], xy[inner + 1]
    twice = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    size = _sums(ring[inner], twice, n_rings) / 2.0
    moment = np.stack([_sums(ring[inner], twice * (a[:, k] + b[:, k]), n_rings) / 6.0 for k in (0, 1)], axis=1)
    # The first ring of a part is its shell, the others are holes, whichever way they turn.
    sign = np.full(n_rings, -1.0)
    sign[areas.part_first[:-1][np.diff(areas.part_first) > 0]] = 1.0
    weight = sign * np.abs(size)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = moment / size[:, None] + (areas.xy_m[start] if len(areas.xy_m) else 0.0)
    part = np.repeat(np.arange(len(areas.part_first) - 1), np.diff(areas.part_first))
    shape = np.repeat(np.arange(len(areas)), np.diff(areas.shape_first))[part]
    area = _sums(shape, weight, len(areas))
    flat = size == 0
    total = np.stack([_sums(shape[~flat], (weight * middle[:, k])[~flat], len(areas)) for k in (0, 1)], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre: F64 = total / area[:, None]
    return centre, area


def _sums(owner: I64, values: F64, n: int) -> F64:
    return np.asarray(np.bincount(owner, weights=values, minlength=n), dtype=np.float64)
