"""The road network as the traffic kernels want it: times, capacities, room, signals, turn bans, who may go where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.roads import MOTOR

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]

_EQUAL_SHARE = 0.5
"""A street of at least this share of another's capacity does not give way to it. Assumption."""

_RANKS = ("residential", "tertiary", "secondary", "primary", "trunk", "motorway")
"""Classes of streets, upwards; all others (alleys, unclassified, service) are below them."""

MIN_TIME_S = 0.1
"""Shortest time on a link [s]: keeps every step of the kernel forward in time."""

LEAST_REACTION_S = 0.7
"""Least time from one PCU's start to the next one's in a queue that dissolves [s]: bounds the backward wave on streets
whose saturation flow is out of proportion to their speed. Assumption; Newell (2002), doi:10.1016/S0191-2615(00)00044-8,
has 1 to 2 s for cars."""


@dataclass(frozen=True, kw_only=True)
class RoadRules:
    """How a street's figures become the traffic engine's.

    Attributes
    ----------
    modes : (C,)
        Mode bit of each class.
    most_mps : (C,) [m/s]
        Speed of each class on an empty, level street without a limit.
    junction_delay_s : [s]
        Time lost at a junction without other traffic.
    junction_share : float
        Share of the saturation flow an approach gets at a junction whose signal plan is unknown.
    jam_m : [m/PCU]
        Length of a stopped PCU, gap included, in a lane of `lane_m`.
    lane_m : [m]
    """

    modes: tuple[int, ...]
    most_mps: tuple[float, ...]
    junction_delay_s: float
    junction_share: float
    jam_m: float
    lane_m: float


@dataclass(frozen=True)
class RoadNetwork:
    """Arrays of a city's roads; L links, N nodes, C classes, G groups: classes with the same rights and free times.

    Attributes
    ----------
    time_s : (G, L) [s]
        Without other traffic, junction included.
    entry_headway_s, headway_s : (L,) [s/PCU]
        At the link's start, and at its stop line.
    room : (L,) [PCU/1000]
    wave_s : (L,) [s]
        Time a hole takes back over the link.
    weight : (L,)
        At a merge.
    allowed : (G, L)
    group : (C,)
    cycle_s, offset_s, green_first, green_from_s, green_to_s
        Signals per link, as in `twin.kernels.traffic_state.Net`; cycle 0 where there is none.
    out_first, out_link, in_first, in_link : (N + 1,), (L,), (N + 1,), (L,)
        Links out of and into each node.
    ban_first, ban_to
        As in `twin.kernels.hierarchy.Network`.
    """

    tail: I32
    head: I32
    length_m: F64
    time_s: F64
    entry_headway_s: F64
    headway_s: F64
    room: I32
    wave_s: F64
    weight: F64
    allowed: NDArray[np.bool_]
    group: I32
    cycle_s: F64
    offset_s: F64
    green_first: I32
    green_from_s: F64
    green_to_s: F64
    out_first: I32
    out_link: I32
    in_first: I32
    in_link: I32
    ban_first: I32
    ban_to: I32

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.in_first) - 1


def allowed_links(city: City, modes: Sequence[int]) -> NDArray[np.bool_]:
    """Return which class may enter which link ``(C, L)``."""
    return np.stack([(city.roads.modes & mode) != 0 for mode in modes])


def routing_groups(rights: Sequence[NDArray[np.bool_]], most_mps: Sequence[float]) -> I32:
    """Return the group of each class ``(C,)``: classes of one group are as fast and may enter the same links.

    Parameters
    ----------
    rights : sequence of (C, L)
        Who may enter which link, now and after each change that will come.
    most_mps : (C,) [m/s]
    """
    keys = [(v, *(r[k].tobytes() for r in rights)) for k, v in enumerate(most_mps)]
    order = {key: g for g, key in enumerate(dict.fromkeys(keys))}
    return np.array([order[key] for key in keys], dtype=np.int32)


def road_network(city: City, rules: RoadRules, *, later: Sequence[City] = ()) -> RoadNetwork:
    """Return the network of a city.

    Parameters
    ----------
    city, rules
    later
        The city after each change to come: classes that will be treated differently get groups of their own.

    Rules
    -----
    1. Time on a link: length over free-flow speed (the class's own, where slower), plus the junction's delay.
    2. Entrance: saturation flow. Stop line: the same; where the junction is contested and no signal plan is known, only
       a share of it.
    3. Room: length × width over a stopped PCU's length in a lane, and at least what the stop line's flow takes up.
    4. Wave: w from the triangle of saturation flow q, free speed u and jam density κ, 1/w = κ/q - 1/u; a queue starts
       no faster than a PCU in `LEAST_REACTION_S`.
    5. Merge: streets go by the flow of their stop lines.
    """
    roads = city.roads
    signal = _signals(city)
    assumed = contested(city) & (signal[0] == 0)
    rights = [allowed_links(c, rules.modes) for c in (city, *later)]
    group = routing_groups(rights, rules.most_mps)
    leader = np.unique(group, return_index=True)[1]
    run_s = np.stack([roads.length_m / np.minimum(rules.most_mps[k], roads.free_speed_mps) for k in leader])
    time_s = np.maximum(run_s + np.where(assumed, rules.junction_delay_s, 0.0), MIN_TIME_S)
    headway_s = 3600.0 / (roads.capacity_pcu_h * np.where(assumed, rules.junction_share, 1.0))
    room_pcu = roads.length_m * roads.width_m / (rules.lane_m * rules.jam_m)
    least_s = LEAST_REACTION_S * roads.length_m / rules.jam_m
    wave_s = np.maximum(room_pcu * 3600.0 / roads.capacity_pcu_h - roads.length_m / roads.free_speed_mps, least_s)
    room_pcu = np.maximum(room_pcu, (time_s.min(axis=0) + wave_s) / headway_s)
    n = roads.n_nodes
    return RoadNetwork(
        tail=roads.tail,
        head=roads.head,
        length_m=roads.length_m,
        time_s=time_s,
        entry_headway_s=3600.0 / roads.capacity_pcu_h,
        headway_s=headway_s,
        room=np.ceil(1000.0 * room_pcu).astype(np.int32),
        wave_s=wave_s,
        weight=1.0 / headway_s,
        allowed=rights[0][leader],
        group=group,
        cycle_s=signal[0],
        offset_s=signal[1],
        green_first=signal[2],
        green_from_s=signal[3],
        green_to_s=signal[4],
        out_first=_first(roads.tail, n),
        out_link=np.argsort(roads.tail, kind="stable").astype(np.int32),
        in_first=_first(roads.head, n),
        in_link=np.argsort(roads.head, kind="stable").astype(np.int32),
        ban_first=_first(city.turn_bans.from_link, len(roads)),
        ban_to=city.turn_bans.to_link[np.argsort(city.turn_bans.from_link, kind="stable")],
    )


def _first(owner: NDArray[np.integer], n: int) -> I32:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int32)


def contested(city: City) -> NDArray[np.bool_]:
    """Return the links that end where at least three sides meet that do not give way to them ``(L,)``.

    A side gives way to a street of a higher class, and to one of more than twice its capacity: a main street keeps its
    way at the mouth of a side street, which has to wait.
    """
    roads = city.roads
    motor = np.flatnonzero((roads.modes & MOTOR) != 0)
    here = np.concatenate([roads.tail[motor], roads.head[motor]]).astype(np.int64)
    there = np.concatenate([roads.head[motor], roads.tail[motor]])
    sides, side = np.unique(here * roads.n_nodes + there, return_inverse=True)
    rank, capacity, highest = _rank(roads.road_class), np.zeros(len(sides)), np.zeros(len(sides), np.int64)
    np.maximum.at(capacity, side, np.tile(roads.capacity_pcu_h[motor], 2))
    np.maximum.at(highest, side, np.tile(rank[motor], 2))
    first = np.concatenate([[0], np.cumsum(np.bincount(sides // roads.n_nodes, minlength=roads.n_nodes))])
    n_sides = np.diff(first)[roads.head]
    link = np.repeat(np.arange(len(roads)), n_sides)
    at = first[roads.head[link]] + np.arange(len(link)) - np.repeat(np.cumsum(n_sides) - n_sides, n_sides)
    equal = (capacity[at] >= _EQUAL_SHARE * roads.capacity_pcu_h[link]) & (highest[at] >= rank[link])
    return np.bincount(link[equal], minlength=len(roads)) >= 3


def _rank(road_class: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return how far up each class is ``(L,)``; links of a junction have the rank of their streets."""
    names, row = np.unique(road_class, return_inverse=True)
    order = [c.removesuffix("_link") for c in names.tolist()]
    return np.array([_RANKS.index(c) + 1 if c in _RANKS else 0 for c in order], np.int64)[row]


def _signals(city: City) -> tuple[F64, F64, I32, F64, F64]:
    """Return cycle, offset and green windows by link; a signal with an unknown plan counts as none."""
    signals, n = city.signals, len(city.roads)
    owner = np.repeat(np.arange(len(signals)), np.diff(signals.green_first))
    known = np.isfinite(signals.cycle_s[owner]) & np.isfinite(signals.offset_s[owner])
    owner, link = owner[known], signals.green_link[known]
    order = np.argsort(link, kind="stable")
    cycle_s, offset_s = np.zeros(n), np.zeros(n)
    cycle_s[link], offset_s[link] = signals.cycle_s[owner], signals.offset_s[owner]
    return (
        cycle_s, offset_s, _first(link, n), signals.green_from_s[known][order], signals.green_to_s[known][order],
    )  # fmt: skip
