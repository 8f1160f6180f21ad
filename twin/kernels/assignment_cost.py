"""Volume–delay functions: travel time, its slope and its integral over flow.

Legend: v flow, c capacity, t₀ time of an empty link, x = v / c.
*BPR*: t = t₀ (1 + b xᵖ); b = 0 or p = 0 make a constant.
*Conical* (Spiess): t = t₀ (2 + √(α²(1−x)² + β²) − α(1−x) − β), β = (2α−1)/(2α−2), α > 1 in the place of p.

References: Bureau of Public Roads, Traffic Assignment Manual (1964); H. Spiess, Transportation Science 24 (1990),
doi:10.1287/trsc.24.2.153.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.jit import kernel

F64 = NDArray[np.float64]
_QUARTIC = 4.0


class Delay(NamedTuple):
    """The volume–delay function of each link.

    Attributes
    ----------
    free_time, capacity, b, power : (L,)
    conical : (L,)
        True: Spiess's function with α = `power`; False: BPR.
    """

    free_time: F64
    capacity: F64
    b: F64
    power: F64
    conical: NDArray[np.bool_]


@kernel
def time_and_slope(delay: Delay, link: int, flow: float) -> tuple[float, float]:
    """Return the travel time of a link at a flow, and its derivative by flow."""
    free, power = delay.free_time[link], delay.power[link]
    scaled = free * delay.b[link]
    if (scaled == 0.0 or power == 0.0) and not delay.conical[link]:
        return free + scaled, 0.0
    x = max(flow, 0.0) / delay.capacity[link]
    if delay.conical[link]:
        beta = (2.0 * power - 1.0) / (2.0 * power - 2.0)
        u = power * (1.0 - x)
        root = math.sqrt(u * u + beta * beta)
        return free * (2.0 + root - u - beta), free * power * (1.0 - u / root) / delay.capacity[link]
    if power == _QUARTIC:
        cube = x * x * x
        return free + scaled * cube * x, 4.0 * scaled * cube / delay.capacity[link]
    if x == 0.0:
        return free, scaled / delay.capacity[link] if power == 1.0 else 0.0
    lower = x ** (power - 1.0)
    return free + scaled * lower * x, power * scaled * lower / delay.capacity[link]


@kernel
def areas(delay: Delay, flow: F64) -> F64:
    """Return the area under each link's travel time from no flow to its flow : (L,)."""
    out = np.empty(len(flow))
    for link in range(len(flow)):
        free, c, power, x = delay.free_time[link], delay.capacity[link], delay.power[link], 0.0
        if flow[link] > 0.0 and free > 0.0:
            x = flow[link] / c
        if delay.conical[link]:
            beta = (2.0 * power - 1.0) / (2.0 * power - 2.0)
            root = _under_root(power, beta) - _under_root(power * (1.0 - x), beta)
            out[link] = free * c * ((2.0 - beta) * x - power * (x - 0.5 * x * x) + root / power)
        elif power == 0.0 or delay.b[link] == 0.0:
            out[link] = free * flow[link] * (1.0 + delay.b[link])
        else:
            out[link] = free * flow[link] * (1.0 + delay.b[link] * x**power / (power + 1.0))
    return out


@kernel
def _under_root(u: float, beta: float) -> float:
    return 0.5 * (u * math.sqrt(u * u + beta * beta) + beta * beta * math.asinh(u / beta))
