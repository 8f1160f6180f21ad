"""Where the next bike stations go: greedily where the most people and visits lie that no station covers yet.

*References*: R. Church, C. ReVelle, The maximal covering location problem (1974); G. Nemhauser et al. (1978): greedy
choice covers at least 1 − 1/e of the best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def greedy_sites(xy_m: F64, weight: F64, built_xy_m: F64, candidates: I64, *, n: int, reach_m: float) -> I64:
    """Return up to `n` nodes, each the one that covers most of what is not covered yet.

    Parameters
    ----------
    xy_m : (N, 2) [m]
    weight : (N,)
    built_xy_m : (S, 2) [m]
        Stations there are.
    candidates : (K,)
        Nodes a station may stand at.
    n
    reach_m : [m]
        A station covers what lies within it.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [100.0, 0.0], [1000.0, 0.0]])
    >>> greedy_sites(line, np.array([1.0, 1.0, 5.0]), line[2:], np.arange(3), n=2, reach_m=150.0).tolist()
    [0]
    """
    tree = cKDTree(xy_m)
    left = np.where(covered(xy_m, built_xy_m, reach_m=reach_m), 0.0, weight)
    near = cKDTree(xy_m[candidates]).query_ball_tree(tree, reach_m)
    row = np.repeat(np.arange(len(candidates)), [len(found) for found in near])
    column = np.concatenate([np.zeros(0, dtype=np.int64), *(np.asarray(found, dtype=np.int64) for found in near)])
    within = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(candidates), len(xy_m)))
    chosen: list[int] = []
    for _ in range(n):
        gain = within @ left
        best = int(np.argmax(gain)) if len(gain) else 0
        if len(gain) == 0 or gain[best] <= 0:
            break
        chosen.append(int(candidates[best]))
        left[within.indices[within.indptr[best] : within.indptr[best + 1]]] = 0.0
    return np.array(chosen, dtype=np.int64)


def covered(xy_m: F64, stations_xy_m: F64, *, reach_m: float) -> NDArray[np.bool_]:
    """Return which points have a station within reach ``(N,)``."""
    if len(stations_xy_m) == 0:
        return np.zeros(len(xy_m), dtype=bool)
    return np.asarray(cKDTree(stations_xy_m).query(xy_m)[0] <= reach_m)


def around(xy_m: F64, weight: F64, stations_xy_m: F64, *, reach_m: float) -> F64:
    """Return the weight within reach of each station ``(S,)``, each point at its nearest one."""
    found = cKDTree(stations_xy_m).query(xy_m)
    away, nearest = np.asarray(found[0]), np.asarray(found[1])
    inside = away <= reach_m
    counts = np.bincount(nearest[inside], weights=weight[inside], minlength=len(stations_xy_m))
    return np.asarray(counts, dtype=np.float64)
