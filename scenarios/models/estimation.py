"""Demand and link flows from sparse, noisy counts: update, reassign, repeat; with honest intervals on every link.

*Equation*: the most probable factors of `demand_prior` given the counts, found by the damped iteration of
`estimation_update` around user equilibria; intervals are linear around the last one.
*Assumptions*: one class in PCU, one steady period; route choice is the assignment's, and its own error enters as
`Spread.assignment`. Link flows are what counts determine; single cells of the trip table hardly are, so they are not
offered as a result of their own.
*References*: see `demand_prior`, `link_use` and `estimation_update`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from scenarios.models import estimation_update as update
from scenarios.models.assignment import Assignment, UserClass, assign
from scenarios.models.counts import Counts
from scenarios.models.demand_prior import Prior
from scenarios.models.link_use import LinkUse, link_use
from twin.errors import InvalidParams
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
_STEPS = (1.0, 0.5, 0.25, 0.125)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How far to iterate.

    Attributes
    ----------
    iterations : int
        At most; each needs an assignment or a few.
    change : float
        Relative change of the trips at which to stop.
    gap : float
        Of the assignments.
    learn : bool
        Let the counts scale the prior's spreads.
    intervals : bool
        Work out the standard deviations of all link flows.
    """

    iterations: int = 8
    change: float = 2e-3
    gap: float = 1e-5
    learn: bool = True
    intervals: bool = True


DEFAULT = Rules()


@dataclass(frozen=True)
class DemandEstimate:
    """Demand after the counts.

    Attributes
    ----------
    prior : Prior
        As the counts have scaled it.
    trips, factor : (M,)
        Trips of each pair, and over the prior's.
    shared, covariance : (F,), (F, F)
        Shared factors and what remains open of them.
    cell : (M,)
    bias, bias_sd : (m,)
        Of the cameras.
    flow, sd : (L,)
        Link flows and their standard deviations; NaN where intervals were not asked for.
    prior_flow : (L,)
        Link flows of the prior.
    scale : (5,)
        Factors on the spreads: total, origin, destination, cell, assignment.
    misfit : (n + 1,)
        Before and after each iteration.
    converged : bool
    assignment : Assignment
    """

    prior: Prior
    trips: F64
    factor: F64
    shared: F64
    covariance: F64
    cell: F64
    bias: F64
    bias_sd: F64
    flow: F64
    sd: F64
    prior_flow: F64
    scale: F64
    misfit: F64
    converged: bool
    assignment: Assignment

    def interval(self, level: float = 0.9) -> tuple[F64, F64]:
        """Return the bounds (L,), (L,) that hold each link's flow with a probability; log-normal, so never below 0.

        Raises
        ------
        InvalidParams
            `level` is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise InvalidParams("level", f"{level}: give a probability between 0 and 1, e.g. 0.9")
        flow = np.maximum(self.flow, 1e-9)
        width = float(ndtri(0.5 + level / 2)) * np.sqrt(np.log1p((self.sd / flow) ** 2))
        return flow * np.exp(-width), flow * np.exp(width)

    def follow(self, base: Prior, memory: float) -> Prior:
        """Return the belief for the next period: between the period's own prior and what has just been learnt.

        Parameters
        ----------
        base : Prior
            Prior of the next period, of the same pairs.
        memory : float
            Correlation of the factors from one period to the next, 0 to 1.

        Raises
        ------
        InvalidParams
            `memory` is out of bounds, or the priors have other pairs.
        """
        if not 0 <= memory <= 1:
            raise InvalidParams("memory", f"{memory}: give a correlation from 0 to 1")
        if len(base.volume) != len(self.trips) or len(base.mean) != len(self.shared):
            raise InvalidParams("base", "the next period's prior has other pairs of zones")
        return replace(
            base,
            mean=base.mean + memory * (self.shared - base.mean),
            covariance=base.covariance + memory**2 * (self.covariance - base.covariance),
            cell_mean=base.cell_mean + memory * (self.cell - base.cell_mean),
        )


def estimate(
    network: StaticNetwork,
    prior: Prior,
    counts: Counts,
    *,
    classes: Sequence[UserClass] = (UserClass(),),
    rules: Rules = DEFAULT,
    start: Assignment | None = None,
) -> DemandEstimate:
    """Return the demand and link flows that agree best with a prior and with counts.

    Parameters
    ----------
    network : StaticNetwork
    prior : Prior
        Also of a period before, by `DemandEstimate.follow`.
    counts : Counts
    classes : sequence of one UserClass
    rules : Rules
    start : Assignment, optional
        An equilibrium of the same network whose paths are tried first, e.g. of the period before.

    Raises
    ------
    InvalidParams
        There is no count, or more than one class.
    NoPath
        Trips between zones that no way connects.
    """
    if len(counts) == 0:
        raise InvalidParams("counts", "there are none: without counts the prior is the answer, not calibrated")
    if len(classes) != 1:
        raise InvalidParams("classes", f"{len(classes)}: the estimator works in PCU of one class")
    return _iterate(_Loader(network, prior, classes, rules.gap), prior, counts, rules, start)


@dataclass(frozen=True)
class _Loader:
    network: StaticNetwork
    prior: Prior
    classes: Sequence[UserClass]
    gap: float

    def __call__(self, state: update.State, warm: Assignment | None) -> Assignment:
        table = self.prior.pairs.table(self.prior.trips(state.shared, state.cell))
        return assign(self.network, table, gap=self.gap, classes=self.classes, start=warm)

    def use(self, found: Assignment) -> LinkUse:
        """Return the link use of an equilibrium."""
        return link_use(self.network, self.prior.pairs, found)


def _iterate(load: _Loader, prior: Prior, counts: Counts, rules: Rules, start: Assignment | None) -> DemandEstimate:
    state = update.State(prior.mean.copy(), prior.cell_mean.copy(), counts.bias.copy())
    found = load(state, start)
    prior_flow, scale, believed, use = found.flow, np.ones(5), prior, load.use(found)
    history, converged = [update.misfit(prior, counts, state, found.flow)], False
    for _ in range(rules.iterations):
        linear = update.linearise(believed, use, counts, state)
        if rules.learn:
            scale = update.learn_spread(prior, counts, linear, state)
            believed = prior.scaled(scale)
        goal, before = update.step(believed, counts, linear, state), believed.trips(state.shared, state.cell)
        worst = update.misfit(believed, counts, state, found.flow)
        for length in _STEPS:
            trial = state.towards(goal, length)
            loaded = load(trial, found)
            now = update.misfit(believed, counts, trial, loaded.flow)
            if now <= worst:
                break
        else:
            converged = True  # no shorter step is better: as near as the assignment's own gap lets one come
            break
        state, found, use = trial, loaded, load.use(loaded)
        history.append(now)
        after = believed.trips(state.shared, state.cell)
        if np.abs(after - before).sum() <= rules.change * before.sum():
            converged = True
            break
    return _result(believed, counts, state, found, use, prior_flow, scale, history, converged, rules)


def _result(
    prior: Prior, counts: Counts, state: update.State, found: Assignment, use: LinkUse, prior_flow: F64, scale: F64,
    history: list[float], converged: bool, rules: Rules,  # noqa: FBT001 # private
) -> DemandEstimate:  # fmt: skip
    linear = update.linearise(prior, use, counts, state)
    covariance, bias_sd = update.remaining(prior, counts, linear)
    sd = np.full(len(found.flow), np.nan)
    if rules.intervals:
        spread = update.flow_covariance(prior, use, state)
        sd = update.flow_sd(spread, prior, counts, linear, state, found.flow)
    trips = prior.trips(state.shared, state.cell)
    return DemandEstimate(
        prior, trips, trips / prior.volume, state.shared, covariance, state.cell, state.bias, bias_sd, found.flow, sd,
        prior_flow, scale, np.asarray(history), converged, found,
    )  # fmt: skip
