"""What people are used to at different times of the day: habits of each period, taken up when it begins.

*Equation*: see `scenarios.models.routes` (which ways are habits) and `scenarios.models.way_choice` (who takes which).
*Assumptions*: the usual flow is even within a period and changes at its bounds; who is under way then goes on by the
ways of the new period.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.models.demand import Trips
from scenarios.models.network import RoadNetwork
from scenarios.models.routes import Routes, Stream, Ways, find_habits, make_routes
from scenarios.models.way_choice import ChoiceRules, habits_taken, usual_weight

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

BOUNDS_H: Final = (0.0, 6.0, 9.0, 16.0, 19.0)
"""Hours at which another part of the day begins: night, morning peak, day, evening peak, evening."""

_HOUR_S, _DAY_S = 3600.0, 86_400.0


def period_of(at_s: F64, midnight_s: float) -> NDArray[np.int64]:
    """Return the part of which day each moment is in, counted from the first midnight ``(n,)``.

    Examples
    --------
    >>> period_of(np.array([0.0, 7.5 * 3600, 24 * 3600.0]), midnight_s=0.0).tolist()
    [0, 1, 5]
    """
    day, second = np.divmod(np.asarray(at_s) - midnight_s, _DAY_S)
    part = np.searchsorted(np.array(BOUNDS_H) * _HOUR_S, second, side="right") - 1
    return np.asarray(day * len(BOUNDS_H) + part, np.int64)


def begin_s(period: int, midnight_s: float) -> float:
    """Return when a period begins [s]."""
    day, part = divmod(period, len(BOUNDS_H))
    return midnight_s + day * _DAY_S + BOUNDS_H[part] * _HOUR_S


class Habits:
    """The ways of a day's travellers: those of the first period at once, the others when their time comes.

    Parameters
    ----------
    net, empty
        The streets, and their ways without traffic.
    trips
    pcu : (V,) [PCU]
        Of each trip's vehicle.
    taste : (V,)
        Random number in [0, 1) of each trip.
    midnight_s : [s]
    rules
    n_habits
        K.
    steady
        Groups whose ways the traffic does not move.

    Attributes
    ----------
    routes : Routes
    taken : (V,)
        Row of each trip's habit; before its period begins, that of the empty streets.
    """

    def __init__(
        self, net: RoadNetwork, empty: Ways, trips: Trips, *, pcu: F64, taste: F64, midnight_s: float,
        rules: ChoiceRules, n_habits: int, steady: Collection[int] = (),
    ) -> None:  # fmt: skip
        self._net, self._rules, self._taste, self._pcu, self._midnight_s = net, rules, taste, pcu, midnight_s
        self._trips, self._group = trips, net.group[trips.kind]
        self._period = period_of(trips.depart_s, midnight_s)
        self._left = np.unique(self._period).tolist()
        first = self._members(self._left.pop(0)) if self._left else np.zeros(0, np.int64)
        stream = self._stream(first)
        self.routes: Routes = make_routes(net, empty, *stream, n_habits, steady)
        heads = np.array([self.routes.first_row(g) for g in range(len(net.time_s))], np.int32)
        self.taken: I32 = heads[self._group]
        self._take(first)

    @property
    def moments_s(self) -> list[float]:
        """When another period begins in which somebody leaves [s]."""
        return [begin_s(p, self._midnight_s) for p in self._left]

    def renew(self, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Find the habits of the next period on the links open to each group ``(G, L)``; return whose they are."""
        members = self._members(self._left.pop(0))
        find_habits(self.routes, self._net, self._stream(members), allowed)
        self._take(members)
        return members

    def rows_after(self, row: I32, allowed: NDArray[np.bool_]) -> I32:
        """Renew the habits; return the row of each trip ``(V,)`` then: who follows the news goes on to."""
        who = self.renew(allowed)
        informed = np.array([self.routes.informed(g) for g in range(len(self._net.time_s))])[self._group[who]]
        then = row.astype(np.int32)
        then[who] = np.where(then[who] != informed, self.taken[who], then[who])
        return then

    def _members(self, period: int) -> NDArray[np.int64]:
        return np.flatnonzero(self._period == period)

    def _stream(self, who: NDArray[np.int64]) -> Stream:
        t = self._trips
        weight = usual_weight(t.depart_s[who], self._pcu[who])
        return Stream(t.origin[who], t.zone[who], self._group[who], weight)

    def _take(self, who: NDArray[np.int64]) -> None:
        t = self._trips
        self.taken[who] = habits_taken(
            self.routes, t.origin[who], t.zone[who], self._group[who], self._taste[who], self._rules
        )
