"""The ground: a regular grid of heights above the city's datum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.table import FrozenArrays


@dataclass(frozen=True, kw_only=True, eq=False)
class Terrain(FrozenArrays):
    """Ground heights on square cells; row 0 is the northern edge.

    Attributes
    ----------
    z_m : (ny, nx) [m]
        Ground height; NaN where there is none.
    x0_m, y0_m : [m]
        North-west corner of the grid in EPSG:9214.
    cell_m : [m]
        Cell size.
    datum : str
        What the heights count from.
    offset_m : [m] or None
        What was added to the source's heights to reach `datum`; None where nobody stated it.
    provenance, source : str
    accuracy_m : [m]
        Vertical accuracy, one standard deviation; NaN where unknown.
    manning : (ny, nx) [s/m^(1/3)] or None
        Manning's roughness from land use; NaN where unknown.
    impervious : (ny, nx) or None
        Share of the cell that is sealed, 0 to 1; NaN where unknown.
    """

    z_m: NDArray[np.float32]
    x0_m: float
    y0_m: float
    cell_m: float
    datum: str
    offset_m: float | None
    provenance: str
    accuracy_m: float
    source: str
    manning: NDArray[np.float32] | None = None
    impervious: NDArray[np.float32] | None = None

    def height_at(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the height of the cell under each point ``(n, 2) [m]``; NaN outside the grid."""
        col = np.floor((xy_m[:, 0] - self.x0_m) / self.cell_m).astype(int)
        row = np.floor((self.y0_m - xy_m[:, 1]) / self.cell_m).astype(int)
        inside = (row >= 0) & (row < self.z_m.shape[0]) & (col >= 0) & (col < self.z_m.shape[1])
        out = np.full(len(xy_m), np.nan)
        out[inside] = self.z_m[row[inside], col[inside]]
        return out
