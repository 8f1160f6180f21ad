"""Which streets a kind of vehicle can reach from everywhere: parts of the network that are strongly connected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.city.roads import CAR, FOUR_WHEELED


def largest_part(edges: NDArray[np.integer], wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the nodes of the strongly connected part with most wanted nodes; none where no edge leads to one.

    Parameters
    ----------
    edges : (2, n)
        Nodes from and to.
    wanted : (N,)
    """
    n = len(wanted)
    if not edges.size:
        return np.zeros(n, dtype=bool)
    graph = coo_array((np.ones(edges.shape[1]), (edges[0], edges[1])), shape=(n, n))
    _, label = connected_components(graph, directed=True, connection="strong")
    used = np.zeros(n, dtype=bool)
    used[edges.ravel()] = True
    best = np.bincount(label, weights=wanted & used)
    found: NDArray[np.bool_] = (label == best.argmax()) & used & (best.max() > 0)
    return found


def without_stranded_cars(
    tail: NDArray[np.integer], head: NDArray[np.integer], modes: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Return the modes ``(L,)`` with four-wheeled vehicles only where cars reach every street and come back.

    A lane behind an alley that is too narrow for a car takes none, however wide it is.
    """
    n = int(max(tail.max(initial=-1), head.max(initial=-1))) + 1
    cars = np.flatnonzero(modes & CAR)
    part = largest_part(np.stack([tail[cars], head[cars]]), np.ones(n, dtype=bool))
    stranded = ~(part[tail] & part[head])
    return np.where(stranded, modes & ~FOUR_WHEELED, modes)
