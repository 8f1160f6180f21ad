"""Counts of vehicles on links: value, variance, and what each camera's own bias may be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import InvalidParams

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_FLOOR = 1.0


@dataclass(frozen=True)
class Counts:
    """Counts of one period; make them with `counts_of`.

    Attributes
    ----------
    link : (m,)
        Links, from 0; a link may be counted twice.
    value, variance : (m,)
        In the unit of the link flows.
    bias, bias_sd : (m,)
        Logarithm of the share of passing vehicles a camera counts, as believed, and how far that may be wrong.
    """

    link: I64
    value: F64
    variance: F64
    bias: F64
    bias_sd: F64

    def __len__(self) -> int:
        return len(self.link)


def counts_of(
    link: ArrayLike,
    value: ArrayLike,
    variance: ArrayLike,
    *,
    n_links: int,
    recall: ArrayLike = 1.0,
    recall_sd: ArrayLike = 0.0,
) -> Counts:
    """Return counts that can be used; a count that is not a number is a dead camera and is left out.

    Parameters
    ----------
    link, value, variance : (m,)
        The variance of a count of n vehicles by a good counter is about n; what it misjudges comes on top. Below 1 it
        is taken as 1.
    n_links : int
    recall, recall_sd : (m,) or float
        Share of the passing vehicles that is counted, and the relative standard deviation of that belief: cameras in a
        swarm of motorcycles count too few, each to its own degree.

    Raises
    ------
    InvalidParams
        A link is unknown, a count or variance negative, a recall not positive, or lengths differ.
    """
    at, seen = np.asarray(link, dtype=np.int64), np.asarray(value, dtype=np.float64)
    spread = np.asarray(variance, dtype=np.float64)
    if at.ndim != 1 or not (at.shape == seen.shape == spread.shape):
        raise InvalidParams("counts", "give a link, a value and a variance for each count")
    share, share_sd = (np.broadcast_to(np.asarray(a, dtype=np.float64), at.shape) for a in (recall, recall_sd))
    if np.any(at < 0) or np.any(at >= n_links):
        bad = int(at[(at < 0) | (at >= n_links)][0])
        raise InvalidParams("counts", f"link {bad} is unknown: the network has links 0 to {n_links - 1}")
    alive = ~np.isnan(seen)
    if np.any(np.isinf(seen)) or np.any(seen[alive] < 0):
        raise InvalidParams("counts", "a count is negative or infinite; a dead camera's count is NaN, not 0")
    if not np.all(np.isfinite(spread[alive])) or np.any(spread[alive] < 0):
        raise InvalidParams("counts", "a variance is negative or no number")
    if not (np.all(np.isfinite(share)) and np.all(share > 0) and np.all(share_sd >= 0)):
        raise InvalidParams("counts", "give a recall above 0 and a spread of 0 or more")
    return Counts(
        at[alive], seen[alive], np.maximum(spread[alive], _FLOOR), np.log(share[alive]), share_sd[alive].copy()
    )


def with_bias(counts: Counts, bias: F64, bias_sd: F64) -> Counts:
    """Return the counts of the same cameras with what has been learnt of their biases (m,)."""
    return replace(counts, bias=bias, bias_sd=bias_sd)
