"""Which trips use which link, and how link flows answer to demand once drivers have found their new ways.

*Equation*: with P the share of each pair's trips on each link, T the slopes of the volume–delay functions and
M = Δ (diag f − f fᵀ/q) Δᵀ the freedom of the paths in use, dv = (I + θ M T)⁻¹ P dq: logit sensitivity, which tends to
that of the user equilibrium as θ grows.
*Assumptions*: paths in use stay in use; what a pair does on its paths depends on the links' costs alone.
*References*: R. L. Tobin, T. L. Friesz, Transportation Science 22 (1988), doi:10.1287/trsc.22.4.242; M. Patriksson,
Transportation Science 38 (2004), doi:10.1287/trsc.1030.0071.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from scenarios.models.assignment import Assignment, PathFlows
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SHARPNESS = 1000.0
"""θ times the mean cost of a trip: drivers tell ways apart that differ by a thousandth of their trip's cost."""
_FREE = 1e-3
"""Links whose flow reroutes by less than this share of a change are taken as rigid."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of zones with trips.

    Attributes
    ----------
    origin, destination : (M,)
        Zones, from 0, in the order of the trip table's rows.
    n_zones : int
    """

    origin: I64
    destination: I64
    n_zones: int

    def __len__(self) -> int:
        return len(self.origin)

    def table(self, volume: F64) -> F64:
        """Return the trip table (Z, Z) of the pairs' trips (M,)."""
        out = np.zeros((self.n_zones, self.n_zones))
        out[self.origin, self.destination] = volume
        return out


def pairs_of(trips: F64) -> tuple[Pairs, F64]:
    """Return the pairs of different zones with trips, and their trips (M,)."""
    between = np.where(np.eye(len(trips), dtype=np.bool_), 0.0, trips)
    origin, destination = np.nonzero(between)
    return Pairs(origin, destination, len(trips)), between[origin, destination]


@dataclass(frozen=True)
class LinkUse:
    """Link flows as a function of demand, around one equilibrium.

    Attributes
    ----------
    flow : (L,)
    share : (L, M) sparse
        Share of each pair's trips that use a link.
    bends : (A,)
        Links on which rerouting matters.
    answer : (A, A)
        What is left on them of a change of demand by `share` after rerouting: (I + θ M T)⁻¹; on all others, all of it.
    """

    flow: F64
    share: sparse.csr_array
    bends: I64
    answer: F64

    def rows(self, link: I64) -> F64:
        """Return the derivative (n, M) of some links' flows by the pairs' trips."""
        out = self.share[link].toarray()
        place = np.full(len(self.flow), -1)
        place[self.bends] = np.arange(len(self.bends))
        here = np.flatnonzero(place[link] >= 0)
        if len(here):
            out[here] = (self.share[self.bends].T @ self.answer[place[link[here]]].T).T
        return np.asarray(out)

    def reroute(self, change: F64) -> F64:
        """Return what is left (L, …) of a change of the link flows (L, …) that keeps everybody on their way."""
        out = change.copy()
        out[self.bends] = self.answer @ change[self.bends]
        return out


def link_use(network: StaticNetwork, pairs: Pairs, found: Assignment, *, sharpness: float = SHARPNESS) -> LinkUse:
    """Return the link use of an equilibrium of one class, with drivers who reroute.

    Parameters
    ----------
    network : StaticNetwork
    pairs : Pairs
        Pairs of the trip table that was assigned.
    found : Assignment
    sharpness : float
        θ times the mean cost of a trip; 0 keeps everybody on their way.
    """
    paths = found.paths
    pair, by_path = _pair(pairs, paths), _links_by_path(paths, len(network))
    volume = np.bincount(pair, weights=paths.flow, minlength=len(pairs)).astype(np.float64)
    part = paths.flow / np.maximum(volume[pair], np.finfo(float).tiny)
    n = len(paths.flow)
    share = sparse.csr_array(by_path @ sparse.csr_array((part, (np.arange(n), pair)), shape=(n, len(pairs))))
    mean_cost = float((found.flow * found.cost).sum() / max(paths.flow.sum(), np.finfo(float).tiny))
    theta = sharpness / mean_cost if mean_cost > 0 else 0.0
    bends, answer = _answer(theta * slopes(network, found.flow), by_path, paths.flow, pair, volume)
    return LinkUse(found.flow, share, bends, answer)


def _pair(pairs: Pairs, paths: PathFlows) -> I64:
    key = pairs.origin * pairs.n_zones + pairs.destination
    return np.asarray(np.searchsorted(key, paths.origin.astype(np.int64) * pairs.n_zones + paths.destination))


def _links_by_path(paths: PathFlows, n_links: int) -> sparse.csr_array:
    n = len(paths.flow)
    column = np.repeat(np.arange(n), np.diff(paths.first))
    ones = np.ones(len(paths.link))
    return sparse.csr_array((ones, (paths.link, column)), shape=(n_links, n))


def _answer(stiffness: F64, by_path: sparse.csr_array, flow: F64, pair: I64, volume: F64) -> tuple[I64, F64]:
    """Return (I + M T)⁻¹ on the links where it matters, through the symmetric I + √T M √T and its Cholesky factor."""
    choice = np.flatnonzero(np.bincount(pair, minlength=len(volume))[pair] > 1)
    if len(choice) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0))
    own, f = pair[choice], flow[choice]
    some = by_path[:, choice]
    used = np.unique(own, return_inverse=True)[1]
    mean = some @ sparse.csr_array((f, (np.arange(len(f)), used)), shape=(len(f), used.max() + 1))
    each = sparse.diags_array(1.0 / volume[np.unique(own)])
    loose = some.power(2) @ f - mean.power(2) @ each.diagonal()
    bends = np.flatnonzero(stiffness * loose > _FREE)
    some, mean, root = some[bends], mean[bends], np.sqrt(stiffness[bends])
    freedom = (some @ sparse.diags_array(f) @ some.T - mean @ each @ mean.T).toarray()
    eye = np.eye(len(bends))
    factor = linalg.cho_factor(eye + root[:, None] * freedom * root)
    # (I + M T)⁻¹ = I − M √T (I + √T M √T)⁻¹ √T
    return bends, np.asarray(eye - (freedom * root) @ linalg.cho_solve(factor, np.diag(root)))


def slopes(network: StaticNetwork, flow: F64) -> F64:
    """Return the slope of each link's travel time by its flow (L,), by a central difference of the time."""
    step = np.maximum(1e-6 * np.maximum(flow, network.capacity), 1e-9)
    low = np.maximum(flow - step, 0.0)
    return np.maximum(_time(network, flow + step) - _time(network, low), 0.0) / (flow + step - low)


def _time(network: StaticNetwork, flow: F64) -> F64:
    x = flow / np.where(network.capacity > 0, network.capacity, 1.0)
    bends = (network.b > 0) & (network.power > 0)
    bpr = network.free_time * (1.0 + np.where(bends, network.b * x ** np.where(bends, network.power, 1.0), 0.0))
    if not network.is_conical.any():
        return np.asarray(bpr)
    alpha = np.where(network.is_conical, network.power, 2.0)
    beta = (2.0 * alpha - 1.0) / (2.0 * alpha - 2.0)
    u = alpha * (1.0 - x)
    cone = network.free_time * (2.0 + np.sqrt(u * u + beta * beta) - u - beta)
    return np.asarray(np.where(network.is_conical, cone, bpr))
