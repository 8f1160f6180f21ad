"""Where to count: the links whose counts tell most about the flows of all the others.

*Equation*: greedy; the next link is the one whose count, given those chosen before, raises most the expected number of
links with GEH below 5, Σ erf(5 √flow / √(2 variance)).
*References*: A. Krause et al., Journal of Machine Learning Research 9 (2008), pp. 235–284 (greedy placement in a
Gaussian field).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf

from scenarios.models import estimation_update as update
from scenarios.models.acceptance import GEH_LIMIT
from scenarios.models.demand_prior import Prior
from scenarios.models.link_use import LinkUse
from twin.errors import InvalidParams

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_SHORT_LIST = 60
"""Links that lower Σ variance / flow most, among which the best is looked for."""


def choose_links(
    prior: Prior, use: LinkUse, n: int, *, noise: float = 0.05, candidates: ArrayLike | None = None
) -> I64:
    """Return the `n` links to count, the most telling first.

    Parameters
    ----------
    prior : Prior
    use : LinkUse
        Of the prior's equilibrium.
    n : int
    noise : float
        Relative standard deviation of a count.
    candidates : (k,), optional
        Links where a counter may stand; all with flow when not given.

    Raises
    ------
    InvalidParams
        There are fewer candidates than counters.
    """
    flow = use.flow
    links = np.flatnonzero(flow > 0) if candidates is None else np.asarray(candidates, dtype=np.int64)
    if not 0 < n <= len(links):
        raise InvalidParams("n", f"{n} counters for {len(links)} links: give 1 to {len(links)}")
    state = update.State(prior.mean, prior.cell_mean, np.zeros(0))
    used = np.union1d(np.flatnonzero(flow > 0), links)
    at = np.searchsorted(used, links)
    covariance = update.flow_covariance(prior, use, state)[np.ix_(used, used)]
    own = (noise * flow[links]) ** 2 + np.maximum(flow[links], 1.0)
    allowed = GEH_LIMIT * np.sqrt(np.maximum(flow[used], 1.0))
    chosen: list[int] = []
    for _ in range(n):
        variance = np.maximum(np.diag(covariance), 0.0)
        across, total = covariance[:, at], variance[at] + own
        gain = (1.0 / allowed**2) @ across**2 / total
        gain[chosen] = -1.0
        short = np.argsort(-gain)[:_SHORT_LIST]
        left = np.maximum(variance[:, None] - across[:, short] ** 2 / total[short], 1e-12)
        k = int(short[np.argmax(erf(allowed[:, None] / np.sqrt(2.0 * left)).sum(axis=0))])
        chosen.append(k)
        covariance -= np.outer(covariance[:, at[k]], covariance[at[k]]) / total[k]
    return np.asarray(links[chosen], dtype=np.int64)
