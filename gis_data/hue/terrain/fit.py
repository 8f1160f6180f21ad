"""A smooth ground through uncertain spot heights: Gaussian-process least squares with hills of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

from gis_data.hue.columns import numbers, points, read_table
from gis_data.hue.terrain.points import SpotHeights

_SHIFT_M = 8.0
"""[m] Heights are fitted as ``log(z + 8)``: hills are rough and plains are flat, and the sea bed stays defined."""
_KERNELS = ((0.22, 900.0), (0.55, 4000.0))
"""Standard deviation of ``log(z + 8)`` and range [m] of the two Matérn 3/2 terms: quarters, and the lie of the land."""
_ROUNDS = 4


@dataclass(frozen=True)
class Hills:
    """Hills that stand on the fitted ground ``(n,)``: bell-shaped, with a stated summit.

    Attributes
    ----------
    xy_m : (n, 2) [m]
    summit_m : (n,) [m]
    spread_m : (n, 2) [m]
        Half length and half width.
    angle_rad : (n,) [rad]
    """

    xy_m: NDArray[np.float64]
    summit_m: NDArray[np.float64]
    spread_m: NDArray[np.float64]
    angle_rad: NDArray[np.float64]

    def shape(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each hill's share of its height ``(n_points, n)`` at points ``(n_points, 2)`` [m]."""
        away = xy_m[:, None, :] - self.xy_m
        cos, sin = np.cos(self.angle_rad), np.sin(self.angle_rad)
        along, across = away[..., 0] * cos + away[..., 1] * sin, away[..., 1] * cos - away[..., 0] * sin
        share: NDArray[np.float64] = np.exp(-((along / self.spread_m[:, 0]) ** 2 + (across / self.spread_m[:, 1]) ** 2))
        return share


def hills() -> Hills:
    """Return the hills of ``terrain_hills.csv``."""
    table = read_table("terrain_hills.csv")
    spread = np.stack([numbers(table["length_m"]), numbers(table["width_m"])], axis=1)
    return Hills(points(table), numbers(table["summit_m"]), spread, np.radians(numbers(table["angle_deg"])))


@dataclass(frozen=True)
class Ground:
    """The fitted ground.

    Attributes
    ----------
    xy_m : (n, 2) [m]
        Points of the fit.
    weight : (n,)
    mean : float
        Of ``log(z + 8)`` far from any point.
    hills : Hills
    rise_m : (n_hills,) [m]
        Height of each summit above the ground under it.
    """

    xy_m: NDArray[np.float64]
    weight: NDArray[np.float64]
    mean: float
    hills: Hills
    rise_m: NDArray[np.float64]

    def base_m(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ground without its hills ``(k,)`` [m]."""
        low: NDArray[np.float64] = np.exp(self.mean + _covariance(xy_m, self.xy_m) @ self.weight) - _SHIFT_M
        return low

    def height_m(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ground ``(k,)`` [m] at points ``(k, 2)`` [m]."""
        high: NDArray[np.float64] = self.base_m(xy_m) + self.hills.shape(xy_m) @ self.rise_m
        return high


def fit_ground(spots: SpotHeights) -> Ground:
    """Return the ground that fits the heights best for their accuracies.

    Equation
    --------
    Kriging of ``g = log(z + 8)``: ``(K + diag(s²)) w = g - mean`` where ``K`` is the sum of two Matérn 3/2 kernels
    and ``s`` the accuracy over ``z + 8``.

    Rules
    -----
    1. What stayed dry counts only where the fit lies below it: then it pulls the ground up to its level.
    2. Hills are taken off the points on their flanks first, and put back with the summit that is stated.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 2.25 and 4.17.
    """
    form = hills()
    rise = form.summit_m.copy()
    active = ~spots.at_least
    for _ in range(_ROUNDS):
        used = spots.take(active)
        base = np.maximum(used.height_m - form.shape(used.xy_m) @ rise, 1.0 - _SHIFT_M)
        value = np.log(base + _SHIFT_M)
        noise = used.accuracy_m / (base + _SHIFT_M)
        mean = float(np.average(value, weights=1 / (noise**2 + _KERNELS[0][0] ** 2)))
        factor = cho_factor(_covariance(used.xy_m, used.xy_m) + np.diag(noise**2))
        ground = Ground(used.xy_m, cho_solve(factor, value - mean), mean, form, rise)
        rise = form.summit_m - ground.base_m(form.xy_m)
        ground = Ground(used.xy_m, ground.weight, mean, form, rise)
        active = ~spots.at_least | (ground.height_m(spots.xy_m) < spots.height_m)
    return ground


def _covariance(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    away = cdist(a, b)
    total = np.zeros_like(away)
    for sigma, reach in _KERNELS:
        r = np.sqrt(3.0) * away / reach
        total += sigma**2 * (1 + r) * np.exp(-r)
    return total
