"""Paired differences of arrays, place by place, with Student's interval where chance can be judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

F64 = NDArray[np.float64]


def mean_known(values: F64) -> F64:
    """Return the mean over the first axis; values that are NaN are left out, NaN where there is none."""
    n = np.sum(~np.isnan(values), axis=0)
    mean: F64 = np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)
    return mean


def paired(before: F64, after: F64, level: float) -> tuple[F64, F64, F64, F64]:
    """Return the means of both worlds, the mean difference and half its interval of confidence, all ``(…)``.

    Parameters
    ----------
    before, after : (pairs, …)
    level
        Of the interval; half of it is NaN with fewer than two pairs, and with two that agree on a value other than 0.
    """
    change = after - before
    n = np.sum(~np.isnan(change), axis=0)
    mean = mean_known(change)
    spread = np.nansum((change - mean) ** 2, axis=0) / np.maximum(n - 1, 1)
    half = stdtrit(np.maximum(n - 1, 1), 0.5 + level / 2) * np.sqrt(spread / np.maximum(n, 1))
    coincidence = (n == 2) & (spread == 0) & (mean != 0)  # of two, not certainty
    return mean_known(before), mean_known(after), mean, np.where((n >= 2) & ~coincidence, half, np.nan)
