"""How long a link takes at a usual flow: slower as it fills, a wait at its stop line that grows steeply at capacity.

*Equation*: t = t₀ (1 + 0.15 x⁴) + d, x the flow over the capacity. At a stop line that others cross d is the wait:
d = d₁ - d₁(0) + 900 T [(x - 1) + √((x - 1)² + 4 x / (c T))], d₁ = C (1 - λ)² / (2 (1 - λ min(x, 1))) the wait for green
(none without a signal), c the capacity [PCU/h], T the hours the flow lasts, λ the share of green, C the cycle.
*Assumptions*: the flow lasts an hour. A wait that grows with the excess, whatever the link's length: with a share of a
short link's own seconds, travellers would put up with any queue at the end of a street of 50 m.
*References*: Bureau of Public Roads, Traffic Assignment Manual (1964); Highway Capacity Manual (2000), equations 16-10
and 16-12 (k = 0.5, I = 1); F. Webster, Traffic signal settings, Road Research Technical Paper 39 (1958).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.models.network import RoadNetwork

F64 = NDArray[np.float64]

BPR_ALPHA, BPR_BETA = 0.15, 4.0

LASTS_H: Final = 1.0
"""How long the usual flow of a period keeps up its level [h]."""


def green_share(net: RoadNetwork) -> F64:
    """Return the share of the time a link may be left ``(L,)``: of green, 1 without a signal."""
    owner = np.repeat(np.arange(len(net.cycle_s)), np.diff(net.green_first))
    green_s = np.bincount(owner, weights=net.green_to_s - net.green_from_s, minlength=len(net.cycle_s))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(net.cycle_s > 0, green_s / net.cycle_s, 1.0)


def usual_times_s(net: RoadNetwork, volume_pcu_h: F64) -> F64:
    """Return the time of each group on each link at a usual flow ``(G, L)`` [s].

    Parameters
    ----------
    net
    volume_pcu_h : (L,)
        Of all groups together.
    """
    green = green_share(net)
    capacity_pcu_h = 3600.0 / net.headway_s * np.maximum(green, 1e-3)
    x = volume_pcu_h / capacity_pcu_h
    crossed = (net.cycle_s > 0) | (net.headway_s > net.entry_headway_s)
    over = 900.0 * LASTS_H * ((x - 1.0) + np.sqrt((x - 1.0) ** 2 + 4.0 * x / (capacity_pcu_h * LASTS_H)))
    red = 0.5 * net.cycle_s * (1.0 - green) ** 2 / (1.0 - np.minimum(x, 1.0) * green + 1e-12)
    wait_s = np.where(crossed, over, 0.0) + np.where(net.cycle_s > 0, red, 0.0)
    return np.asarray(net.time_s * (1.0 + BPR_ALPHA * x**BPR_BETA) + wait_s)
