"""One step from counts to demand: link flows made linear around an equilibrium, and the Kalman update on them.

*Equation*: with y counts, H their derivative by the factors x, B the prior covariance, R the counts' variance,
S = H B Hᵀ + R, the step is x₁ = x₀ + B Hᵀ S⁻¹ (y − h(x) + H (x − x₀)) (Gauss–Newton form of the update), and what
remains is B − B Hᵀ S⁻¹ H B. Only matrices of the size of the counts are inverted.
*Assumptions*: errors of counts are independent; a camera's own bias is a factor on its count, constant in time.
*References*: B. M. Bell, F. W. Cathey, IEEE Trans. Automatic Control 38 (1993), doi:10.1109/9.250476 (iterated Kalman
update as Gauss–Newton); A. P. Dempster et al., JASA 76 (1981), doi:10.1080/01621459.1981.10477653 (variance parts by
likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse

from scenarios.models.counts import Counts
from scenarios.models.demand_prior import DESTINATION, ORIGIN, TOTAL, Prior
from scenarios.models.link_use import LinkUse

F64 = NDArray[np.float64]
_DOUBT = 0.7
"""Standard deviation of the logarithm of a spread's own factor: a belief may well be wrong by 2."""
_MOST = 1.8


@dataclass(frozen=True)
class State:
    """Factors of the demand and of the cameras.

    Attributes
    ----------
    shared : (F,)
    cell : (M,)
    bias : (m,)
        Logarithm of what a camera counts of a vehicle that passes.
    """

    shared: F64
    cell: F64
    bias: F64

    def towards(self, goal: State, length: float) -> State:
        """Return the point at a share of the way to another state; cells stay above −95 %."""
        a, b = 1.0 - length, length
        cell = np.maximum(a * self.cell + b * goal.cell, -0.95)
        return State(a * self.shared + b * goal.shared, cell, a * self.bias + b * goal.bias)


@dataclass(frozen=True)
class Linear:
    """The counts as a linear function of the factors around a state.

    Attributes
    ----------
    predicted : (m,)
    by_shared, by_cell : (m, F), (m, M)
    flow : (m,)
        Of the counted links.
    """

    predicted: F64
    by_shared: F64
    by_cell: F64
    flow: F64


def linearise(prior: Prior, use: LinkUse, counts: Counts, state: State) -> Linear:
    """Return the counts' expected values and derivatives at a state whose equilibrium is `use`."""
    trips, scale = prior.trips(state.shared, state.cell), np.exp(state.bias)
    rows = use.rows(counts.link) * scale[:, None]
    by_trips = rows * trips
    by_shared = np.asarray((prior.design.T @ by_trips.T).T)
    flow = use.flow[counts.link]
    return Linear(flow * scale, by_shared, by_trips / (1.0 + state.cell), flow)


def innovation(prior: Prior, counts: Counts, linear: Linear) -> F64:
    """Return S (m, m): how far counts may lie from what the prior expects."""
    return np.asarray(sum(_parts(prior, linear)) + np.diag(_noise(counts, linear)))


def _parts(prior: Prior, linear: Linear) -> list[F64]:
    out = []
    for part in (TOTAL, ORIGIN, DESTINATION):
        own = np.flatnonzero(prior.part == part)
        h = linear.by_shared[:, own]
        out.append(h @ prior.covariance[np.ix_(own, own)] @ h.T)
    mixed = np.asarray(linear.by_shared @ prior.covariance @ linear.by_shared.T) - np.asarray(sum(out))
    out[TOTAL] = out[TOTAL] + mixed  # parts that earlier counts have tied together go with the total
    out.append(prior.cell_sd**2 * linear.by_cell @ linear.by_cell.T)
    out.append(np.diag((prior.assignment_sd * linear.predicted) ** 2))
    return out


def _noise(counts: Counts, linear: Linear) -> F64:
    return np.asarray(counts.variance + (counts.bias_sd * linear.predicted) ** 2)


def _residual(prior: Prior, counts: Counts, linear: Linear, state: State) -> F64:
    moved = linear.by_shared @ (state.shared - prior.mean) + linear.by_cell @ (state.cell - prior.cell_mean)
    return np.asarray(counts.value - linear.predicted + moved + linear.predicted * (state.bias - counts.bias))


def step(prior: Prior, counts: Counts, linear: Linear, state: State) -> State:
    """Return where the update goes from a state."""
    pull = linalg.solve(innovation(prior, counts, linear), _residual(prior, counts, linear, state), assume_a="pos")
    return State(
        prior.mean + prior.covariance @ (linear.by_shared.T @ pull),
        prior.cell_mean + prior.cell_sd**2 * (linear.by_cell.T @ pull),
        counts.bias + counts.bias_sd**2 * linear.predicted * pull,
    )


def misfit(prior: Prior, counts: Counts, state: State, flow: F64) -> float:
    """Return twice the negative logarithm of the posterior, up to a constant, at link flows (L,) of a state."""
    predicted = flow[counts.link] * np.exp(state.bias)
    noise = counts.variance + (prior.assignment_sd * predicted) ** 2
    moved = state.shared - prior.mean
    ridge = prior.covariance + 1e-12 * np.eye(len(moved))
    total = float(
        (((counts.value - predicted) ** 2) / noise).sum() + moved @ linalg.solve(ridge, moved, assume_a="pos")
    )
    if prior.cell_sd > 0:
        total += float(((state.cell - prior.cell_mean) ** 2).sum()) / prior.cell_sd**2
    known = counts.bias_sd > 0
    return total + float((((state.bias - counts.bias)[known] / counts.bias_sd[known]) ** 2).sum())


def learn_spread(prior: Prior, counts: Counts, linear: Linear, state: State) -> F64:
    """Return the factors on the spreads (5,) under which these counts are most likely, drawn towards 1."""
    parts, noise = _parts(prior, linear), np.diag(_noise(counts, linear))
    residual = _residual(prior, counts, linear, state)
    live = np.array([k for k, part in enumerate(parts) if np.trace(part) > 0])

    def _unlikely(log: F64) -> float:
        s = noise + sum(np.exp(2 * a) * parts[k] for a, k in zip(log, live, strict=True))
        root = linalg.cholesky(s, lower=True)
        white = linalg.solve_triangular(root, residual, lower=True)
        return float(np.log(np.diag(root)).sum() + 0.5 * white @ white + 0.5 * (log @ log) / _DOUBT**2)

    bounds = [(-_MOST, _MOST)] * len(live)
    found = optimize.minimize(_unlikely, np.zeros(len(live)), method="L-BFGS-B", bounds=bounds, options={"maxiter": 60})
    out = np.ones(len(parts))
    out[live] = np.exp(found.x)
    return out


def remaining(prior: Prior, counts: Counts, linear: Linear) -> tuple[F64, F64]:
    """Return what the counts leave open: covariance (F, F) of the shared factors, sd (m,) of the cameras' biases."""
    inverse = linalg.inv(innovation(prior, counts, linear))
    reach = prior.covariance @ linear.by_shared.T
    bias = counts.bias_sd**2 - counts.bias_sd**4 * linear.predicted**2 * np.diag(inverse)
    return np.asarray(prior.covariance - reach @ inverse @ reach.T), np.sqrt(np.maximum(bias, 0.0))


def flow_covariance(prior: Prior, use: LinkUse, state: State) -> F64:
    """Return the prior covariance (L, L) of the link flows, linear around a state."""
    trips = prior.trips(state.shared, state.cell)
    by_trips = use.share @ sparse.diags_array(trips)
    by_shared = (by_trips @ prior.design).toarray()
    by_cell = by_trips @ sparse.diags_array(prior.cell_sd / (1.0 + state.cell))
    still = by_shared @ prior.covariance @ by_shared.T + (by_cell @ by_cell.T).toarray()
    return use.reroute(np.ascontiguousarray(use.reroute(still).T))


def flow_sd(covariance: F64, prior: Prior, counts: Counts, linear: Linear, state: State, flow: F64) -> F64:
    """Return the standard deviation (L,) of the link flows after the counts.

    With the assignment's own error, and with the chance by which single trips fall into the period or not (Poisson).
    """
    across = covariance[:, counts.link] * np.exp(state.bias)
    root = linalg.cholesky(innovation(prior, counts, linear), lower=True)
    white = linalg.solve_triangular(root, across.T, lower=True)
    left = np.maximum(np.diag(covariance) - (white**2).sum(axis=0), 0.0)
    return np.asarray(np.sqrt(left + (prior.assignment_sd * flow) ** 2 + np.maximum(flow, 1.0)))
