"""Who takes which way: a logit among the habits at departure, and whether to follow the news under way.

*Equation*: a driver takes habit r with probability ∝ exp(-θ t_r), t_r its time at the usual traffic. Habits are steps
of successive averages, so a way that many steps found counts as often: θ = 0 gives the averages' own shares. One who
knows the traffic leaves his habit for the now fastest way with probability 1 / (1 + exp(-θ (g - b))), g the time that
saves and b the band of indifference: the larger of a share of the time left and a least gain. His own random number
stays the same all day, so that he neither changes at whim nor differs between two runs that are compared.
*Assumptions*: θ and the band are parameters. Without the band all who know would change to one street at every update,
and back at the next.
*References*: C. Daganzo, Y. Sheffi, On stochastic models of traffic assignment, Transp. Sci. 11 (1977),
doi:10.1287/trsc.11.3.253; H. Mahmassani, R. Jayakrishnan, System performance and user response under real-time
information in a congested traffic corridor, Transp. Res. A 25 (1991), doi:10.1016/0191-2607(91)90145-G (the band: a
fifth of the time left, at least a minute).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.routes import THREADS, Routes

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_LARGEST = 700.0  # exp() of more is infinite


@dataclass(frozen=True, kw_only=True)
class ChoiceRules:
    """How much time decides.

    Attributes
    ----------
    per_min : [1/min]
        θ of the logit.
    band_share : float
        Share of the time left that a change must save.
    band_min : [min]
        Time a change must save at least.
    """

    per_min: float = 1.0
    band_share: float = 0.2
    band_min: float = 1.0


def usual_weight(depart_s: F64, pcu: F64) -> F64:
    """Return what each trip adds to the flow its travellers usually meet ``(V,)`` [PCU/h].

    The usual flow of a link is that of the hour, averaged over those who travel: more than the day's mean, as most
    travel at the peaks.

    Parameters
    ----------
    depart_s : (V,) [s]
    pcu : (V,) [PCU]
    """
    first, last = depart_s.min(initial=np.inf), depart_s.max(initial=-np.inf)
    if not last > first:
        return np.asarray(pcu, np.float64)
    n = max(round((last - first) / 3600.0), 1)
    part = np.minimum(((depart_s - first) / (last - first) * n).astype(np.int64), n - 1)
    of_part = np.bincount(part, minlength=n)[part]
    return np.asarray(pcu * of_part / len(part) * n * 3600.0 / (last - first), np.float64)


def habits_taken(routes: Routes, origin: I32, zone: I32, group: I32, u: F64, rules: ChoiceRules) -> I32:
    """Return the row of the habit each traveller takes at departure ``(V,)``.

    Parameters
    ----------
    routes
    origin, zone, group : (V,)
        Node, zone, and group of each traveller.
    u : (V,)
        Random numbers in [0, 1).
    rules
    """
    from twin.kernels import turns

    row = np.zeros(len(origin), np.int32)
    for g in np.unique(group):
        mine, rows = np.flatnonzero(group == g), routes.habit_rows(int(g))
        row[mine] = first = rows[0]
        if len(rows) == 1:
            continue
        mine = mine[np.argsort(zone[mine], kind="stable")]
        ends = origin[mine], zone[mine]
        time_s = np.stack([turns.times_along(routes.tables, r, *ends, routes.usual_s[g]) for r in rows])
        row[mine] = first + _drawn(time_s, u[mine], rules.per_min)
    return row


def _drawn(time_s: F64, u: F64, per_min: float) -> NDArray[np.int64]:
    """Return the alternative each traveller draws: times ``(n_alternatives, V)``, numbers ``(V,)``."""
    best = np.min(time_s, axis=0)
    excess_min = np.where(np.isfinite(time_s), time_s - np.where(np.isfinite(best), best, 0.0), np.inf) / 60.0
    weight = np.where(
        np.isfinite(best), np.exp(-per_min * np.where(np.isfinite(excess_min), excess_min, _LARGEST)), 1.0
    )
    weight[~np.isfinite(time_s) & np.isfinite(best)] = 0.0
    cumulated = np.cumsum(weight, axis=0)
    return np.asarray((cumulated <= u * cumulated[-1]).sum(axis=0), np.int64)


@dataclass(frozen=True)
class Drivers:
    """Those who look at the traffic now ``(V,)``.

    Attributes
    ----------
    habit, group : (V,)
        Row of the habit of each, and its group.
    origin, zone, link : (V,)
        Node of departure, zone, and the link it is on, -1 before departure.
    """

    habit: I32
    group: I32
    origin: I32
    zone: I32
    link: I32


class Informed:
    """Drivers who look at the traffic at every update, each with a taste of his own that lasts the day.

    Parameters
    ----------
    routes
    depart_s : (V,) [s]
    origin, zone, group, habit : (V,)
        Node, zone, group and habit of every driver.
    taste : (V,)
        Random number in [0, 1) of every driver.
    knows : (V,)
        Who looks at all.
    rules
    """

    def __init__(
        self, routes: Routes, depart_s: F64, origin: I32, zone: I32, group: I32, habit: I32, *, taste: F64,
        knows: NDArray[np.bool_], rules: ChoiceRules,
    ) -> None:  # fmt: skip
        self._routes, self._depart_s, self._rules = routes, depart_s, rules
        self._of_all = origin, zone, group, habit
        self._taste, self._knows = taste, knows & np.isin(group, routes.moved)

    def look(
        self, row: I32, *, link: I32, on_road: NDArray[np.bool_], to_come: NDArray[np.bool_], until_s: float
    ) -> None:
        """Change the rows of those under way, and of those who depart before the next update, in place.

        Parameters
        ----------
        row, link : (V,)
            Row each driver follows, and the link it is on.
        on_road, to_come : (V,)
        until_s : [s]
            Next update.
        """
        looks = self._knows & (on_road | (to_come & (self._depart_s < until_s)))
        who = np.flatnonzero(looks)
        origin, zone, group, habit = (of_all[who] for of_all in self._of_all)
        at = np.where(on_road[who], link[who], -1).astype(np.int32)
        n_g = len(self._routes.usual_s)
        time_s = self._routes.time_s[[self._routes.informed(g) for g in range(n_g)]]
        drivers = Drivers(habit, group, origin, zone, at)
        row[who] = rows_with_news(self._routes, drivers, time_s, self._taste[who], self._rules)


def rows_with_news(routes: Routes, d: Drivers, time_s: F64, u: F64, rules: ChoiceRules) -> I32:
    """Return the row each driver follows after the news ``(V,)``: the fastest ways now, or the habit.

    Parameters
    ----------
    routes
        The informed rows have been searched by the latest times.
    d
    time_s : (G, L) [s]
        Latest times of each group.
    u : (V,)
        Random numbers in [0, 1).
    rules
    """
    from twin.kernels import turns

    informed = np.array([routes.informed(g) for g in range(len(time_s))], np.int32)[d.group]
    by_row = time_s[routes.group]
    half = len(informed) // 2

    def _left(job: tuple[I32, slice]) -> F64:
        row, part = job
        return turns.time_left(routes.tables, row[part], d.zone[part], d.origin[part], d.link[part], by_row)

    jobs = [(row, part) for row in (d.habit, informed) for part in (slice(half), slice(half, None))]
    left = list(THREADS.map(_left, jobs))
    kept_s, fast_s = np.concatenate(left[:2]), np.concatenate(left[2:])
    band_s = np.maximum(rules.band_share * kept_s, 60.0 * rules.band_min)
    with np.errstate(invalid="ignore"):
        drive = np.clip(rules.per_min * (kept_s - fast_s - band_s) / 60.0, -_LARGEST, _LARGEST)
    lost = np.isinf(kept_s)
    changes = np.where(lost, np.isfinite(fast_s), u < 1.0 / (1.0 + np.exp(-np.where(lost, 0.0, drive))))
    return np.where(changes, informed, d.habit).astype(np.int32)
