"""Hand-drawn networks: a few links and their ways."""

from collections.abc import Sequence

import numpy as np

from twin.kernels.hierarchy import Network, hierarchy
from twin.kernels.paths import Ways, customise, ways_to
from twin.kernels.turns import Tables


def network(ends: Sequence[tuple[int, int]], bans: Sequence[tuple[int, int]] = ()) -> Network:
    """Links given as (tail, head), and turns that are not allowed as (from link, to link)."""
    tail, head = (np.array([e[k] for e in ends], np.int32) for k in (0, 1))
    n_nodes = int(max(tail.max(), head.max())) + 1
    banned = sorted(bans)
    return Network(
        tail, head, _first(tail, n_nodes), np.argsort(tail, kind="stable").astype(np.int32),
        _first(np.array([b[0] for b in banned], np.int64), len(tail)), np.array([b[1] for b in banned], np.int32),
    )  # fmt: skip


def _first(owner: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int32)


def ways(net: Network, time_s: np.ndarray, to: Sequence[int], allowed: np.ndarray | None = None) -> Ways:
    """The fastest ways to some nodes."""
    n_l, n_n, n_d = len(net.tail), len(net.out_first) - 1, len(to)
    out = Ways(np.empty((n_d, n_l), np.uint8), np.empty((n_d, n_n), np.uint8), np.empty((n_d, n_n)))
    h = hierarchy(net, time_s)
    open_s = time_s if allowed is None else np.where(allowed, time_s, np.inf)
    ways_to(h, customise(h, open_s), np.array(to, np.int32), np.arange(n_d, dtype=np.int32), out)
    return out


def tables(net: Network, *rows: Ways) -> Tables:
    """Tables to follow, of several searches."""
    return Tables(
        np.stack([r.next_turn for r in rows]), np.stack([r.first_turn for r in rows]), net.out_first, net.out_link,
        net.head,
    )  # fmt: skip
