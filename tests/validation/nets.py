"""Small networks as the fluid model and the engine of single vehicles both want them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenarios.models.traffic import Streets
from tests.validation.fluid_ltm import Fluid
from twin.chance import stream

F64 = NDArray[np.float64]
SPEED_MPS, JAM_VEH_M = 13.89, 0.2
CAPACITY_VEH_S = SPEED_MPS * JAM_VEH_M / (SPEED_MPS * JAM_VEH_M + 1.0)
WAVE_MPS = 1.0 / JAM_VEH_M


def fluid(
    ends: Sequence[tuple[int, int]],
    length_m: float,
    lanes: Sequence[float] | F64,
    ways: Sequence[tuple[int, ...]],
    demand_veh_s: Sequence[float] | F64,
    *,
    until_s: float = 1200.0,
) -> Fluid:
    """Return a network of links of one length, and constant demand on given ways."""
    tail, head = np.array(ends, np.int32).T
    width = np.asarray(lanes, float)
    ones = np.ones(len(ends))
    return Fluid(
        tail=tail,
        head=head,
        time_s=ones * length_m / SPEED_MPS,
        wave_s=ones * length_m / WAVE_MPS,
        capacity=CAPACITY_VEH_S * width,
        exit_capacity=CAPACITY_VEH_S * width,
        room=length_m * JAM_VEH_M * width,
        ways=tuple(ways),
        demand=np.asarray(demand_veh_s, float),
        until_s=np.full(len(ways), until_s),
    )


def streets(net: Fluid) -> Streets:
    """Return the links of a fluid network for the engine of single vehicles."""
    return Streets(net.tail, net.head, net.time_s, net.capacity, net.room, net.wave_s)


def vehicles(net: Fluid) -> tuple[NDArray[np.int32], NDArray[np.int32], F64, F64]:
    """Return evenly spaced vehicles: first places of their ways, links, departures and free times [s]."""
    counts = np.round(net.demand * net.until_s).astype(int)
    phase = stream(1, "phases").uniform(0.0, 1.0, len(counts))
    depart = np.concatenate([(np.arange(n) + p) / d for n, p, d in zip(counts, phase, net.demand, strict=True)])
    way = np.repeat(np.arange(len(counts)), counts)
    order = np.argsort(depart, kind="stable")
    depart, way = depart[order], way[order]
    size = np.array([len(w) for w in net.ways])
    first = np.concatenate([[0], np.cumsum(size[way])]).astype(np.int32)
    free_s = np.array([net.time_s[list(w)].sum() for w in net.ways])[way]
    return first, np.concatenate([net.ways[c] for c in way]).astype(np.int32), depart, free_s


def one_way_grid(side: int, n_ways: int, load: float) -> Fluid:
    """Return a grid of one-way streets, which cannot lock, with its busiest street at `load` of the capacity."""
    chance = stream(1, "one-way grid")
    link: dict[tuple[int, int, int], int] = {}
    for i, j in np.ndindex(side, side):
        for di, dj in ((1, 0), (0, 1)):
            if i + di < side and j + dj < side:
                link[i, j, di] = len(link)
    ends = [(i * side + j, (i + di) * side + j + 1 - di) for i, j, di in link]
    ways: list[tuple[int, ...]] = []
    while len(ways) < n_ways:
        i, j = (int(x) for x in chance.integers(0, side - 1, 2))
        way = []
        for _ in range(int(chance.integers(2, 2 * side))):
            if i == side - 1 and j == side - 1:
                break
            di = int(i < side - 1 and (j == side - 1 or chance.uniform() < 0.5))
            way.append(link[i, j, di])
            i, j = i + di, j + 1 - di
        ways.append(tuple(way))
    demand = chance.uniform(0.5, 1.5, n_ways)
    on = np.bincount(np.concatenate(ways), np.repeat(demand, [len(w) for w in ways]), len(link))
    return fluid(ends, 250.0, np.ones(len(link)), ways, demand * load * CAPACITY_VEH_S / on.max(), until_s=900.0)
