"""Who goes where: the doubly constrained gravity model, balanced until both margins hold.

*Equation*: T_ij = a_i b_j f(t_ij), f(t) = exp(−β t), with Σ_j T_ij = P_i and Σ_i T_ij = A_j.
*Assumptions*: pairs without a way get the weight of a trip one hour longer than the longest: they are made only where
margins leave no other choice, and count as unreachable.
Balanced by Furness' iteration; by Newton's method where that is slow.
*References*: J. de D. Ortúzar, L. G. Willumsen, Modelling Transport, 4th ed. (2011), ch. 5; R. Sinkhorn (1964) on the
uniqueness of the balance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import ModelError

F64 = NDArray[np.float64]

TOLERANCE = 1e-9
"""Largest relative error of a margin."""

_ROUNDS, _STEPS = 500, 200
"""Rounds of Furness before Newton's method takes over, and its steps."""

_FARTHER_MIN = 60.0


def deterrence(time_min: F64, per_min: float) -> F64:
    """Return how much of an attraction is left at each travel time, exp(−β t) ``(Z, Z)``; never 0.

    Raises
    ------
    ModelError
        A time is negative or NaN.
    """
    known = np.isfinite(time_min)
    if np.isnan(time_min).any() or (time_min < 0).any():
        raise ModelError("gravity", "travel times must be 0 or more")
    longest = float(time_min[known].max(initial=0.0))
    return np.exp(-per_min * np.where(known, time_min, longest + _FARTHER_MIN))


def furness(seed: F64, rows: F64, columns: F64) -> F64:
    """Return the matrix in proportion to the seed ``(Z, Z)`` whose rows and columns sum to the margins ``(Z,)``.

    Parameters
    ----------
    seed
        Not negative.
    rows, columns
        Not negative, with equal sums.

    Raises
    ------
    ModelError
        The sums differ, a margin is negative, or no such matrix exists.

    Examples
    --------
    >>> furness(np.ones((2, 2)), np.array([30.0, 10.0]), np.array([20.0, 20.0])).tolist()
    [[15.0, 15.0], [5.0, 5.0]]
    """
    total = rows.sum()
    wrong = not (np.isfinite(rows).all() and np.isfinite(columns).all() and np.isfinite(seed).all())
    if wrong or min(rows.min(initial=0.0), columns.min(initial=0.0), seed.min(initial=0.0)) < 0:
        raise ModelError("gravity", "margins and seed must be finite and not negative")
    if abs(total - columns.sum()) > TOLERANCE * max(total, 1e-300):
        raise ModelError("gravity", f"rows sum to {total:g}, columns to {columns.sum():g}")
    out = np.zeros_like(seed)
    used_rows, used_columns = np.flatnonzero(rows > 0), np.flatnonzero(columns > 0)
    if len(used_rows) == 0:
        return out
    # Only the used part is balanced; scaled to a mean of 1, so that no factor runs out of range.
    part = seed[np.ix_(used_rows, used_columns)]
    p, a = rows[used_rows] / total, columns[used_columns] / total
    if (part.sum(axis=1) == 0).any() or (part.sum(axis=0) == 0).any():
        raise ModelError("gravity", "a zone with trips has no destination or origin at all")
    balanced = _balance(part / part.max(), p, a)
    out[np.ix_(used_rows, used_columns)] = total * balanced
    return out


def _balance(seed: F64, p: F64, a: F64) -> F64:
    # Sums by numpy, not products by BLAS: those round by their number of threads.
    b = np.ones(len(a))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        for _ in range(_ROUNDS):
            r = p / (seed * b).sum(axis=1)
            pulled = (r[:, None] * seed).sum(axis=0)
            error = np.abs(b * pulled / a - 1.0).max()
            if error <= TOLERANCE / 10:
                balanced: F64 = r[:, None] * seed * b
                return balanced
            if not np.isfinite(error):
                break
            b = a / pulled
    return _newton(seed, p, a)


def _newton(seed: F64, p: F64, a: F64) -> F64:
    """Balance by Newton's method on the logarithms of the factors: where parts hardly joined make Furness crawl."""
    n = len(p)
    x = np.concatenate([np.log(p / seed.sum(axis=1)), np.zeros(len(a))])
    for _ in range(_STEPS):
        trips: F64 = np.exp(x[:n])[:, None] * seed * np.exp(x[n:])
        made, pulled = trips.sum(axis=1), trips.sum(axis=0)
        error = max(np.abs(made / p - 1.0).max(), np.abs(pulled / a - 1.0).max())
        if error <= TOLERANCE / 10:
            return trips
        slope = np.concatenate([made - p, pulled - a])
        curve = np.block([[np.diag(made), trips], [trips.T, np.diag(pulled)]])
        try:
            # One factor is free: the last stays.
            step = np.linalg.solve(curve[:-1, :-1], -slope[:-1])
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all():
            break
        x[:-1] += step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-300))
    raise ModelError("gravity", "the margins do not balance: some zones cannot be joined as they would need to be")
