"""Grids with single vehicles on given ways: the same work for every traffic engine.

The diagram of every link is that of Newell's car-following with speed u, jam density κ and reaction time τ, so that
engines of either kind agree on it: capacity q = u κ / (u κ τ + 1), wave speed w = 1 / (κ τ).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.chance import stream

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

SPEED_MPS = 13.89
JAM_VEH_M = 0.2
REACTION_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """A network of one-lane links and its vehicles, in order of departure.

    Attributes
    ----------
    node_xy_m : (N, 2) [m]
    tail, head : (L,)
    length_m : (L,) [m]
    speed_mps : [m/s]
    jam_veh_m : [veh/m]
    depart_s : (V,) [s]
    route_first, route_link : (V + 1,), (n,)
    until_s : [s]
        End of the run.
    """

    node_xy_m: F64
    tail: I32
    head: I32
    length_m: F64
    speed_mps: float
    jam_veh_m: float
    depart_s: F64
    route_first: I32
    route_link: I32
    until_s: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the work as arrays, to be handed to another process."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Work:
        """Return the work of which these are the arrays."""
        given: dict[str, Any] = {f.name: arrays[f.name] for f in fields(cls)}
        given.update({name: float(value) for name, value in given.items() if value.ndim == 0})
        return cls(**given)

    @classmethod
    def without_ways(cls, arrays: Mapping[str, NDArray[Any]]) -> Work:
        """Return the work of which these are the arrays, its ways not even read: everybody has to find his own."""
        none = {"route_first": np.zeros(1, np.int32), "route_link": np.zeros(0, np.int32)}
        return cls.of({f.name: none[f.name] if f.name in none else arrays[f.name] for f in fields(cls)})

    def first_vehicles(self, n: int) -> Work:
        """Return the work with the first vehicles only."""
        first = self.route_first[: n + 1]
        return replace(self, depart_s=self.depart_s[:n], route_first=first, route_link=self.route_link[: first[-1]])

    @property
    def ends(self) -> tuple[I32, I32]:
        """Nodes where each vehicle begins and ends its way ``(V,), (V,)``."""
        return self.tail[self.route_link[self.route_first[:-1]]], self.head[self.route_link[self.route_first[1:] - 1]]

    @property
    def speeds_and_lanes(self) -> tuple[F64, I32]:
        """Free speed [m/s] and lanes of every link ``(L,), (L,)``."""
        return np.full(len(self.tail), self.speed_mps), np.ones(len(self.tail), np.int32)

    @property
    def capacity_veh_s(self) -> float:
        """Flow that a link can carry [veh/s]."""
        return self.speed_mps * self.jam_veh_m / (self.speed_mps * self.jam_veh_m * REACTION_S + 1.0)

    @property
    def wave_mps(self) -> float:
        """Speed at which a queue's end moves backward [m/s]."""
        return 1.0 / (self.jam_veh_m * REACTION_S)

    @property
    def free_time_s(self) -> F64:
        """Time of each vehicle's way without other traffic ``(V,)`` [s]."""
        time_s = (self.length_m / self.speed_mps)[self.route_link]
        return np.asarray(np.add.reduceat(time_s, self.route_first[:-1]))


def grid_work(
    side: int, *, spacing_m: float, jitter: float, vehicles: int, last_departure_s: float, until_s: float, seed: int
) -> Work:
    """Return a square grid of two-way streets, and vehicles on shortest ways by the number of blocks.

    Parameters
    ----------
    side
        Nodes along each side; links are 4 · side · (side - 1).
    spacing_m : [m]
    jitter
        Nodes are moved by up to this share of the spacing, each way.
    """
    chance = stream(seed, "grid")
    block = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1).reshape(-1, 2).astype(float)
    xy: F64 = np.asarray(spacing_m * (block + jitter * chance.uniform(-1.0, 1.0, block.shape)), np.float64)
    tail, head, link_to = _streets(side)
    start = chance.integers(0, side * side, vehicles)
    end = (start + chance.integers(1, side * side, vehicles)) % (side * side)
    first, route = _ways(side, link_to, start, end, chance)
    return Work(
        node_xy_m=xy,
        tail=tail,
        head=head,
        length_m=np.hypot(*(xy[head] - xy[tail]).T),
        speed_mps=SPEED_MPS,
        jam_veh_m=JAM_VEH_M,
        depart_s=np.sort(chance.uniform(0.0, last_departure_s, vehicles)),
        route_first=first,
        route_link=route,
        until_s=until_s,
    )


def uxsim_example_work(*, share: float, until_s: float, seed: int, trees: bool = False) -> Work:
    """Return the 11 × 11 grid of UXsim's own speed example (number 28), with part of its demand on fixed ways.

    Links of 1 km at 20 m/s; from every node of one side to every node of the opposite side 0.035 veh/s for an hour, so
    that all pairs send a vehicle at the same moments. Each vehicle is kept with a chance of `share`. The ways are
    shortest ones, at random for each vehicle; with `trees`, one for all who pass a node to the same end.
    """
    side, flow_veh_s, demand_s = 11, 0.035, 3600.0
    chance = stream(seed, "uxsim example")
    node = np.arange(side * side).reshape(side, side)
    edges = [(node[0], node[-1]), (node[-1], node[0]), (node[:, 0], node[:, -1]), (node[:, -1], node[:, 0])]
    pairs = np.concatenate([np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2) for a, b in edges])
    times = np.arange(1, int(flow_veh_s * demand_s + 1e-9) + 1) / flow_veh_s
    kept = chance.uniform(0.0, 1.0, (len(times), len(pairs))) < share
    when, pair = np.nonzero(kept)
    tail, head, link_to = _streets(side)
    first, route = _ways(side, link_to, pairs[pair, 0], pairs[pair, 1], chance, trees=trees)
    return Work(
        node_xy_m=np.stack(np.divmod(1000.0 * np.arange(side * side), 1000.0 * side), axis=1) * [1000.0, 1.0],
        tail=tail,
        head=head,
        length_m=np.full(len(tail), 1000.0),
        speed_mps=20.0,
        jam_veh_m=JAM_VEH_M,
        depart_s=np.floor(times[when]),
        route_first=first,
        route_link=route,
        until_s=until_s,
    )


def _streets(side: int) -> tuple[I32, I32, I32]:
    """Return tail and head, and the link from each node in each of four directions ``(N, 4)``, -1 at the edge."""
    node = np.arange(side * side).reshape(side, side)
    tails, heads = [], []
    for di, dj in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        i, j = np.mgrid[max(-di, 0) : side - max(di, 0), max(-dj, 0) : side - max(dj, 0)]
        tails.append(node[i, j].ravel())
        heads.append(node[i + di, j + dj].ravel())
    tail, head = np.concatenate(tails), np.concatenate(heads)
    link_to = np.full((side * side, 4), -1, np.int32)
    link_to[tail, np.repeat(np.arange(4), [len(t) for t in tails])] = np.arange(len(tail))
    return tail.astype(np.int32), head.astype(np.int32), link_to


def _ways(
    side: int, link_to: I32, start: I64, end: I64, chance: np.random.Generator, *, trees: bool = False
) -> tuple[I32, I32]:
    """Return random ways that never turn away from their end, all at once, step by step.

    At each node a coin says along which axis to go on: one for each vehicle, or, with `trees`, the same for all who
    pass there to the same end.
    """
    coins = chance.uniform(0.0, 1.0, (side * side, side * side)) if trees else None
    di, dj = end // side - start // side, end % side - start % side
    steps = np.abs(di) + np.abs(dj)
    first = np.concatenate([[0], np.cumsum(steps)])
    route = np.empty(first[-1], np.int32)
    at, left_i, left_j = start.copy(), np.abs(di), np.abs(dj)
    for k in range(int(steps.max())):
        live = np.flatnonzero(steps > k)
        coin = chance.uniform(0.0, 1.0, len(live)) if coins is None else coins[end[live], at[live]]
        along_i = (left_j[live] == 0) | ((left_i[live] > 0) & (coin < 0.5))
        link = link_to[at[live], np.where(along_i, np.where(di[live] > 0, 0, 1), np.where(dj[live] > 0, 2, 3))]
        route[first[live] + k] = link
        at[live] += np.where(along_i, np.sign(di[live]) * side, np.sign(dj[live]))
        left_i[live] -= along_i
        left_j[live] -= ~along_i
    return first.astype(np.int32), route
