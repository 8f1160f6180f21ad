"""How the traffic scenario takes over changes of streets on the way."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from twin.city.city import City

LEAST_CHANGE = 1e-9


class ChangingModel(Protocol):
    """A model of traffic whose streets change on the way."""

    def change(self, city: City, now_s: float) -> None:
        """Take over who may enter which link."""

    def set_capacity_factor(self, links: NDArray[np.int64], factor: float, now_s: float) -> None:
        """Multiply the capacity the links had at the start."""

    def set_speed_factor(self, links: NDArray[np.int64], factor: float, now_s: float) -> None:
        """Multiply the free speed the links had at the start."""


class StreetChanges:
    """Hands the changes of streets on to a model whenever the city changes.

    Parameters
    ----------
    model
    start
        The city the model began with.
    """

    def __init__(self, model: ChangingModel, start: City) -> None:
        self._model, self._start, self._last = model, start, start

    def hand_over(self, city: City, now_s: float) -> None:
        """Tell the model who may go where from now on, and which links have another speed or capacity."""
        for column, tell in (
            ("capacity_pcu_h", self._model.set_capacity_factor),
            ("free_speed_mps", self._model.set_speed_factor),
        ):
            now, last = getattr(city.roads, column), getattr(self._last.roads, column)
            rows = np.flatnonzero(np.abs(now - last) > LEAST_CHANGE)
            factor = now[rows] / getattr(self._start.roads, column)[rows]
            for value in np.unique(factor):
                tell(rows[factor == value], float(value), now_s)
        self._model.change(city, now_s)
        self._last = city
