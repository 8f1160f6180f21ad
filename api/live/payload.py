"""The live state as the map reads it: bytes for links, a word for every sensor, no value of a silent one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.clock import iso
from twin.city.city import City
from twin.errors import UnknownItem
from twin.live.estimate import link_estimate
from twin.live.freshness import Freshness, freshness
from twin.live.observation import DockStatus, WaterLevel
from twin.live.state import LiveState, Snapshot

NO_RATIO, NO_FLOW = 255, 65_535
_MOST_RATIO, _MOST_FLOW = 200, 65_534


def ratio_bytes(ratio: NDArray[np.float64]) -> str:
    """Return speed ratios ``(n,)`` as base64 of uint8: hundredths up to 2.0, 255 where there is none."""
    with np.errstate(invalid="ignore"):
        coded = np.clip(np.rint(ratio * 100), 0, _MOST_RATIO)
    return _base64(np.where(np.isnan(ratio), NO_RATIO, coded).astype(np.uint8))


def flow_bytes(flow_veh_h: NDArray[np.float64]) -> str:
    """Return flows ``(n,)`` [veh/h] as base64 of little-endian uint16; 65535 where there is none."""
    with np.errstate(invalid="ignore"):
        coded = np.clip(np.rint(flow_veh_h), 0, _MOST_FLOW)
    return _base64(np.where(np.isnan(flow_veh_h), NO_FLOW, coded).astype("<u2"))


def live_payload(city: City, state: LiveState, source: dict[str, Any], *, utc_offset_h: float) -> dict[str, Any]:
    """Return the live state of a city ready for JSON; values of silent sensors are null."""
    seen = link_estimate(Snapshot(city, state))
    health = freshness(state)
    names = [f.name.lower() for f in Freshness]
    return {
        "as_of": iso(state.as_of_s),
        "source": source,
        "links": {"ratio": ratio_bytes(seen.ratio), "flow_veh_h": flow_bytes(seen.flow_veh_h)},
        "stations": [_station(city, state, k, int(health[k])) for k in _of(state, "bike_station")],
        "gauges": [_gauge(city, state, k, int(health[k]), utc_offset_h) for k in _of(state, "gauge")],
        "sensors": [
            {
                "id": str(state.sensors.ids[k]),
                "kind": str(state.sensors.kind[k]),
                "health": names[health[k]],
                "last": _last(state, k),
            }
            for k in range(len(state.sensors))
        ],
        "counts": {name: int((health == f).sum()) for f, name in zip(Freshness, names, strict=True)},
    }


def alarm_of(city: City, gauge: str, level_m: float, at_s: float, *, utc_offset_h: float) -> int | None:
    """Return the alarm level 0 to 3 a stage means on its local day; None where no scheme was in force."""
    day = (datetime.fromtimestamp(at_s, UTC) + timedelta(hours=utc_offset_h)).date()
    try:
        scheme = city.gauges.alarm_on(gauge, day)
    except UnknownItem:
        return None
    return sum(level_m >= level for level in scheme.levels_m)


def _station(city: City, state: LiveState, k: int, health: int) -> dict[str, Any]:
    known = state.latest[k]
    told = isinstance(known, DockStatus) and health != Freshness.SILENT
    docks = float(city.bike_stations.docks[state.sensors.row[k]])
    size = known.bikes + known.free_docks if isinstance(known, DockStatus) else docks
    return {
        "id": str(state.sensors.ids[k]),
        "bikes": known.bikes if told and isinstance(known, DockStatus) else None,
        "docks": None if np.isnan(size) else int(size),
        "as_of": _last(state, k),
    }


def _gauge(city: City, state: LiveState, k: int, health: int, utc_offset_h: float) -> dict[str, Any]:
    known, key = state.latest[k], str(state.sensors.ids[k])
    found: dict[str, Any] = {"id": key, "level_m": None, "as_of": _last(state, k), "alarm": None}
    if isinstance(known, WaterLevel) and health != Freshness.SILENT:
        found["level_m"] = known.level_m
        found["alarm"] = alarm_of(city, key, known.level_m, known.at_s, utc_offset_h=utc_offset_h)
    return found


def _of(state: LiveState, kind: str) -> list[int]:
    return [int(k) for k in np.flatnonzero(state.sensors.kind == kind)]


def _last(state: LiveState, k: int) -> str | None:
    known = state.latest[k]
    return None if known is None else iso(known.at_s)


def _base64(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")
