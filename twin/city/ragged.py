"""Lines of different lengths in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray


def flatten(lines: Sequence[shapely.LineString]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return coordinates ``(n_vertices, 2)`` and the first vertex of each line ``(n_lines + 1,)``."""
    xy, owner = shapely.get_coordinates(np.asarray(lines, dtype=object), return_index=True)
    first = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=len(lines)), out=first[1:])
    return np.asarray(xy, dtype=np.float64), first


def lines_of(xy_m: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the shapely lines that `flatten` took apart."""
    owner = np.repeat(np.arange(len(first) - 1), np.diff(first))
    lines: NDArray[np.object_] = np.asarray(shapely.linestrings(xy_m, indices=owner), dtype=object)
    return lines
