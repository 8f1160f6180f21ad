"""The road network as the traffic kernels want it: times, capacities, room, signals, turn bans, who may go where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.roads import CYCLE, MOTOR

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]

GROUP_MODES = (MOTOR, CYCLE)
"""Mode bit of each routing group: motor vehicles, bicycles."""

_EQUAL_SHARE = 0.5
"""A street of at least this share of another's capacity does not give way to it. Assumption."""

MIN_TIME_S = 0.1
"""Shortest time on a link [s]: keeps every step of the kernel forward in time."""


@dataclass(frozen=True, kw_only=True)
class RoadRules:
    """How a street's figures become the queue model's.

    Attributes
    ----------
    cycle_mps : [m/s]
        Speed of a bicycle on the level.
    junction_delay_s : [s]
        Time lost at a junction without other traffic.
    junction_share : float
        Share of the saturation flow an approach gets at a junction whose signal plan is unknown.
    jam_m : [m/PCU]
        Length of a stopped PCU, gap included, in a lane of `lane_m`.
    lane_m : [m]
    largest_pcu : float
        The largest vehicle: every link has room for one.
    """

    cycle_mps: float
    junction_delay_s: float
    junction_share: float
    jam_m: float
    lane_m: float
    largest_pcu: float


@dataclass(frozen=True)
class RoadNetwork:
    """Arrays of a city's roads; L links, N nodes, G groups.

    Attributes
    ----------
    time_s : (G, L) [s]
        Without other traffic, junction included.
    headway_s : (L,) [s/PCU]
    room : (L,) [PCU/1000]
    allowed : (G, L)
    cycle_s, offset_s, green_first, green_from_s, green_to_s
        Signals per link, as in `twin.kernels.traffic_state.Links`.
    in_first, in_link, ban_first, ban_to
        Links into each node; and as in `twin.kernels.hierarchy.Network`.
    """

    tail: I32
    head: I32
    length_m: F64
    time_s: F64
    headway_s: F64
    room: I32
    allowed: NDArray[np.bool_]
    cycle_s: F64
    offset_s: F64
    green_first: I32
    green_from_s: F64
    green_to_s: F64
    in_first: I32
    in_link: I32
    ban_first: I32
    ban_to: I32

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.in_first) - 1


def allowed_links(city: City) -> NDArray[np.bool_]:
    """Return which group may enter which link ``(G, L)``."""
    return np.stack([(city.roads.modes & mode) != 0 for mode in GROUP_MODES])


def road_network(city: City, rules: RoadRules) -> RoadNetwork:
    """Return the network of a city.

    Rules
    -----
    1. Time on a link: length over free-flow speed (a bicycle's own, where slower), plus the junction's delay.
    2. Stop line: saturation flow; where the junction is contested and no signal plan is known, only a share of it.
    3. Room: length × width over a stopped PCU's length in a lane, at least one of the largest vehicles.
    """
    roads = city.roads
    at_junction = contested(city)
    signal = _signals(city)
    speeds = np.stack([roads.free_speed_mps, np.minimum(rules.cycle_mps, roads.free_speed_mps)])
    time_s = roads.length_m / speeds + np.where(at_junction & (signal[0] == 0), rules.junction_delay_s, 0.0)
    share = np.where(at_junction & (signal[0] == 0), rules.junction_share, 1.0)
    room_pcu = roads.length_m * roads.width_m / (rules.lane_m * rules.jam_m)
    n = roads.n_nodes
    return RoadNetwork(
        tail=roads.tail,
        head=roads.head,
        length_m=roads.length_m,
        time_s=np.maximum(time_s, MIN_TIME_S),
        headway_s=3600.0 / (roads.capacity_pcu_h * share),
        room=np.ceil(1000.0 * np.maximum(room_pcu, rules.largest_pcu)).astype(np.int32),
        allowed=allowed_links(city),
        cycle_s=signal[0],
        offset_s=signal[1],
        green_first=signal[2],
        green_from_s=signal[3],
        green_to_s=signal[4],
        in_first=_first(roads.head, n),
        in_link=np.argsort(roads.head, kind="stable").astype(np.int32),
        ban_first=_first(city.turn_bans.from_link, len(roads)),
        ban_to=city.turn_bans.to_link[np.argsort(city.turn_bans.from_link, kind="stable")],
    )


def _first(owner: NDArray[np.integer], n: int) -> I32:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n))]).astype(np.int32)


def contested(city: City) -> NDArray[np.bool_]:
    """Return the links that end where at least three sides meet, each of at least half their capacity ``(L,)``.

    A main street keeps its way at the mouth of an alley; the alley has to wait.
    """
    roads = city.roads
    motor = np.flatnonzero((roads.modes & MOTOR) != 0)
    here = np.concatenate([roads.tail[motor], roads.head[motor]]).astype(np.int64)
    there = np.concatenate([roads.head[motor], roads.tail[motor]])
    sides, side = np.unique(here * roads.n_nodes + there, return_inverse=True)
    capacity = np.zeros(len(sides))
    np.maximum.at(capacity, side, np.tile(roads.capacity_pcu_h[motor], 2))
    first = np.concatenate([[0], np.cumsum(np.bincount(sides // roads.n_nodes, minlength=roads.n_nodes))])
    n_sides = np.diff(first)[roads.head]
    link = np.repeat(np.arange(len(roads)), n_sides)
    rank = np.arange(len(link)) - np.repeat(np.cumsum(n_sides) - n_sides, n_sides)
    equal = capacity[first[roads.head[link]] + rank] >= _EQUAL_SHARE * roads.capacity_pcu_h[link]
    return np.bincount(link[equal], minlength=len(roads)) >= 3


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
