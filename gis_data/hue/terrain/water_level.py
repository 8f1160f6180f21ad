"""The inclined water surface of a flood: what stands where when the Kim Long gauge reads a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from gis_data.hue.columns import numbers, points, read_table

SEA_M = 0.3
"""[m] Level of the lagoon outside floods: here the surface is flat."""


class WaterSurface:
    """Water levels over the city by the level at Kim Long.

    Equation
    --------
    ``level(x) = SEA_M + share(x) (H - SEA_M)`` with the shares of ``water_surface.csv``: 1 at Kim Long, 0.71 at An Vân
    Dương, where the surface stood about a metre lower in October 2020. Between the places of the table the share is
    interpolated linearly in distance.

    Assumptions
    -----------
    The surface keeps its shape at every level above the sea's; only two of its places are published, the rest is
    assumed and says so in the table.
    """

    def __init__(self) -> None:
        table = read_table("water_surface.csv")
        self._share = RBFInterpolator(points(table) / 1000, numbers(table["share"]), kernel="linear", degree=0)

    def level_m(self, xy_m: NDArray[np.float64], kim_long_m: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the water level ``(n,)`` [m] at points ``(n, 2)`` [m] for levels at Kim Long [m]."""
        share = np.clip(self._share(xy_m / 1000), 0.15, 1.2)
        level: NDArray[np.float64] = SEA_M + share * (np.asarray(kim_long_m) - SEA_M)
        return level
