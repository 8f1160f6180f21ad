"""How each change to streets is made: a new table of roads, the rest of the city shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from twin.city.changes_roads import (
    DEPTH_LIMITS_M,
    CloseLink,
    CloseStreet,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    ReverseOneWay,
    RoadChange,
    SetCapacity,
    SetDepth,
    SetLanes,
    SetSpeed,
)
from twin.city.city import City
from twin.city.roads import ALL_MODES, Roads, Signals, TurnBans
from twin.city.sections import Rows, Where, along, rows_of
from twin.errors import InvalidIntervention

_KMH = 1 / 3.6


def change_roads(city: City, change: RoadChange) -> City:
    """Return the city with one change to its streets.

    Raises
    ------
    UnknownItem, InvalidIntervention
        It does not fit the city.
    """
    match change:
        case ReverseOneWay():
            return _reversed(city, change)
        case MakeOneWay():
            return replace(city, roads=_one_way(city.roads, change))
        case SetSpeed() | SetLanes() | SetCapacity():
            return replace(city, roads=_refigured(city.roads, change))
        case OpenLink():
            modes = city.roads.modes.copy()
            modes[rows_of(city.roads, change.where)] |= change.modes
            return replace(city, roads=replace(city.roads, modes=modes))
        case _:
            rows, modes = _closed(city, change)
            return replace(city, roads=_without(city.roads, rows, modes))


def _closed(city: City, change: CloseLink | CloseStreet | NetworkAsOf | SetDepth) -> tuple[Rows, NDArray[np.int8]]:
    """Return the links of a closure and the bits of the modes it keeps out of each."""
    match change:
        case CloseLink():
            rows, modes = rows_of(city.roads, Where(links=change.links)), change.modes
        case CloseStreet():
            rows, modes = rows_of(city.roads, change.where), change.modes
        case NetworkAsOf():
            newer = city.openings.opened > np.datetime64(change.day)
            if not newer.any():
                why, vi = "no street is known to have opened after it", "không biết đường nào mở sau ngày này"
                raise InvalidIntervention(f"network as of {change.day}", why, vi)
            rows, modes = city.openings.link[newer].astype(np.int64), ALL_MODES
        case SetDepth():
            rows = rows_of(city.roads, change.where)
            return rows, barred_modes(np.full(len(rows), change.depth_m))
    return rows, np.full(len(rows), modes, dtype=np.int8)


def barred_modes(depth_m: NDArray[np.float64], limits_m: Mapping[int, float] = DEPTH_LIMITS_M) -> NDArray[np.int8]:
    """Return the bits of the modes that water of some depths ``(n,)`` [m] stops ``(n,)``; none where it is unknown.

    Parameters
    ----------
    depth_m
    limits_m
        Depth from which a mode no longer passes, by its bit.
    """
    barred = np.zeros(len(depth_m), dtype=np.int8)
    for mode, limit_m in limits_m.items():
        barred[depth_m >= limit_m] |= mode
    return barred


def _without(roads: Roads, rows: Rows, modes: NDArray[np.int8]) -> Roads:
    left = roads.modes.copy()
    left[rows] &= ~modes
    return replace(roads, modes=left)


def _one_way(roads: Roads, change: MakeOneWay) -> Roads:
    there, back = along(roads, change.where)
    if len(there) == 0 or not np.any(roads.modes[there] & change.modes):
        why, vi = "nobody may go in this direction today; reverse it first", "hiện không xe nào được đi chiều này"
        raise InvalidIntervention(change.where.label(), why, vi)
    partner = {(h, t): row for t, h, row in zip(roads.tail[back], roads.head[back], back, strict=True)}
    lanes, width_m, capacity = roads.lanes.copy(), roads.width_m.copy(), roads.capacity_pcu_h.copy()
    for row in there.tolist():
        other = partner.get((roads.tail[row], roads.head[row]))
        if other is not None:
            lanes[row] += roads.lanes[other]
            width_m[row] += roads.width_m[other]
            capacity[row] += roads.capacity_pcu_h[other]
    roads = replace(
        _without(roads, back, np.full(len(back), change.modes, dtype=np.int8)),
        lanes=lanes,
        width_m=width_m,
        capacity_pcu_h=capacity,
    )
    return replace(roads, oneway=roads.oneway | np.isin(np.arange(len(roads)), there))


def _refigured(roads: Roads, change: SetSpeed | SetLanes | SetCapacity) -> Roads:
    rows = rows_of(roads, change.where)
    if isinstance(change, SetSpeed):
        speed_mps = roads.free_speed_mps.copy()
        speed_mps[rows] = change.speed_kmh * _KMH
        return replace(roads, free_speed_mps=speed_mps)
    lanes, width_m, capacity = roads.lanes.copy(), roads.width_m.copy(), roads.capacity_pcu_h.copy()
    if isinstance(change, SetCapacity):
        capacity[rows] *= change.share
    else:
        factor = change.lanes / lanes[rows]
        lanes[rows] = change.lanes
        width_m[rows] *= factor
        capacity[rows] *= factor
    return replace(roads, lanes=lanes, width_m=width_m, capacity_pcu_h=capacity)


def _reversed(city: City, change: ReverseOneWay) -> City:
    roads = city.roads
    rows = rows_of(roads, change.where)
    pairs = set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
    ends = zip(roads.head[rows].tolist(), roads.tail[rows].tolist(), strict=True)
    rows = rows[[pair not in pairs for pair in ends]]
    if len(rows) == 0:
        why, vi = "has no one-way link to reverse", "không có đoạn một chiều nào để đổi chiều"
        raise InvalidIntervention(change.where.label(), why, vi)
    tail, head, xy_m = roads.tail.copy(), roads.head.copy(), roads.xy_m.copy()
    tail[rows], head[rows] = roads.head[rows], roads.tail[rows]
    for row in rows.tolist():
        span = slice(roads.first_vertex[row], roads.first_vertex[row + 1])
        xy_m[span] = roads.xy_m[span][::-1]
    turned = replace(roads, tail=tail, head=head, xy_m=xy_m)
    return replace(city, roads=turned, turn_bans=_bans_without(city, rows), signals=_signals_without(city, rows))


def _bans_without(city: City, rows: Rows) -> TurnBans:
    bans = city.turn_bans
    kept = ~(np.isin(bans.from_link, rows) | np.isin(bans.to_link, rows))
    return TurnBans(
        ids=bans.ids[kept],
        from_link=bans.from_link[kept],
        to_link=bans.to_link[kept],
        provenance=bans.provenance[kept],
        accuracy_m=bans.accuracy_m[kept],
        source=bans.source[kept],
    )


def _signals_without(city: City, rows: Rows) -> Signals:
    signals = city.signals
    kept = ~np.isin(signals.green_link, rows)
    owner = np.repeat(np.arange(len(signals)), np.diff(signals.green_first))[kept]
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(signals)))])
    return replace(
        signals,
        green_first=first,
        green_link=signals.green_link[kept],
        green_from_s=signals.green_from_s[kept],
        green_to_s=signals.green_to_s[kept],
    )
