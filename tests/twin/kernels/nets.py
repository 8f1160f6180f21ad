"""Hand-drawn networks for the traffic kernel: a few links, their ways and their vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.kernels.hierarchy import Network, hierarchy
from twin.kernels.paths import Ways, customise, ways_to
from twin.kernels.traffic import advance, find_gridlocks
from twin.kernels.traffic_state import Links, State, Vehicles, new_state
from twin.kernels.turns import Tables

CAR = 1000


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


@dataclass
class Street:
    """A network under traffic; every link is 100 m unless said otherwise."""

    net: Network
    links: Links
    cars: Vehicles
    state: State
    tables: Tables

    def run(self, until_s: float) -> None:
        """Advance to a time and look for gridlocks."""
        advance(self.links, self.cars, self.state, self.tables, until_s)
        find_gridlocks(self.state, until_s)


def street(
    ends: Sequence[tuple[int, int]],
    trips: Sequence[tuple[float, int, int]],
    *,
    time_s: float | Sequence[float] = 10.0,
    headway_s: float | Sequence[float] = 2.0,
    room: float | Sequence[float] = 20.0,
    pcu: Sequence[float] = (1.0,),
    kind: Sequence[int] | None = None,
) -> Street:
    """A network and trips (departure [s], from node, to node), sorted by departure; room in PCU."""
    net, n = network(ends), len(ends)
    times = np.broadcast_to(np.asarray(time_s, float), n).copy()
    to = sorted({t[2] for t in trips})
    found, none_f = ways(net, times, to), np.zeros(0)
    links = Links(
        times[None, :], np.broadcast_to(np.asarray(headway_s, float), n).copy(),
        (np.broadcast_to(np.asarray(room, float), n) * CAR).astype(np.int32), np.zeros(n), np.zeros(n),
        np.zeros(n + 1, np.int32), none_f, none_f, np.full(n, 100.0), np.array(pcu, float),
        (np.array(pcu) * CAR).astype(np.int32),
    )  # fmt: skip
    v = len(trips)
    cars = Vehicles(
        np.array([t[0] for t in trips], float), np.array([t[1] for t in trips], np.int32),
        np.array([to.index(t[2]) for t in trips], np.int32), np.array(kind or [0] * v, np.int32),
        np.zeros(v, np.int32), np.zeros(v, np.int32), np.full(v, np.nan), np.full(v, np.nan), np.zeros(v, np.int32),
        np.full(v, -1, np.int32), np.zeros(v),
    )  # fmt: skip
    return Street(net, links, cars, new_state(n, v), tables(net, found, found))
