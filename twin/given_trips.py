"""Trips somebody gives: when each vehicle departs, what it is, and the links it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = ("motorcycle", "car", "bus", "truck", "bicycle")
"""Classes of vehicles, in the order of every table by class."""


@dataclass(frozen=True, kw_only=True)
class GivenTrips:
    """Vehicles in order of departure.

    Attributes
    ----------
    ids : (V,) str
    depart_s : (V,) [s]
    kind : (V,)
        Row of `CLASSES`.
    route_first, route_link : (V + 1,), (n,)
        Rows of the roads each vehicle takes.
    complete : (V,) bool
        Whether the links follow each other without gaps; else the fastest ways fill them.
    left_out : tuple of str
        What of the source is not in here, and why.
    """

    ids: NDArray[np.str_]
    depart_s: NDArray[np.float64]
    kind: NDArray[np.int32]
    route_first: NDArray[np.int64]
    route_link: NDArray[np.int32]
    complete: NDArray[np.bool_]
    left_out: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)
