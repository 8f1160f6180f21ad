"""A seeded day of a city without feeds: counts, speeds, bikes and stages of plausible shape, marked as estimated.

Nothing here was observed: it rehearses the control room and tests the chain. The hourly profile follows the peaks that
DOMAIN.md §5 lists for Huế; the mix of classes (four motorcycles in five vehicles) and the speed drop are assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from twin.chance import stream
from twin.city.city import City
from twin.live.observation import DockStatus, Observation, VehicleCount, WaterLevel
from twin.live.sensors import Sensors, sensors_of

SOURCE = "synthetic"
DAY_S = 86_400.0
HUE_UTC_OFFSET_H = 7.0

HOURLY_SATURATION = (
    0.06, 0.04, 0.03, 0.04, 0.12, 0.38, 0.85, 0.95, 0.62, 0.55, 0.66, 0.74,
    0.52, 0.64, 0.56, 0.60, 0.84, 0.98, 0.72, 0.58, 0.50, 0.36, 0.22, 0.11,
)  # fmt: skip
"""Demand over capacity of a busy street at the start of each hour; an assumption with Huế's four peaks."""

CLASS_SHARE = (0.80, 0.13, 0.01, 0.02, 0.04)
"""Share of each of `twin.live.observation.CLASSES` among vehicles; an assumption, no survey of Huế is published."""

CLASS_PCU = (0.25, 1.0, 2.5, 2.0, 0.3)
"""Passenger-car units at 30-50 km/h (TCXDVN 104:2007)."""

_DELAY_A, _DELAY_B = 0.6, 4.0
"""Speed = free flow / (1 + a·x^b): the BPR form with a steeper a for streets with junctions; an assumption."""
_SPEED_SD = 0.06
DOCKS = 20
"""Docks of a station whose size is unknown; an assumption."""

STAGE_SD_M = 0.01
_BASE_STAGE_M, _TIDE_M, _TIDE_S = 0.45, 0.12, 44_714.0
_CREST_HOUR, _RISE_H = 15.0, 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """What a synthetic day is to hold.

    Attributes
    ----------
    seed : int
    day : date
        Local day of the city.
    utc_offset_h : float
    silent_share, frozen_share : float
        Share of the sensors that fall silent, and of the cameras that freeze, at some hour of the day; one at least
        where there are three sensors.
    crest_m : [m] or None
        Stage a flood reaches at 15:00; None for an ordinary day.
    """

    seed: int
    day: date
    utc_offset_h: float = HUE_UTC_OFFSET_H
    silent_share: float = 0.05
    frozen_share: float = 0.03
    crest_m: float | None = None

    @property
    def start_s(self) -> float:
        """Local midnight, seconds since 1970 UTC."""
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC)
        return midnight.timestamp() - self.utc_offset_h * 3600.0

    def rng(self, name: str) -> Generator:
        """Return the random stream of a sensor on this day."""
        return stream(self.seed, f"synthetic {self.day.isoformat()} {name}")


def synthetic_day(city: City, plan: DayPlan) -> list[Observation]:
    """Return a day of observations in order of event time; the same plan and city give the same day."""
    sensors = sensors_of(city)
    silent_from_s = _onset_s(sensors, plan, "silent", np.arange(len(sensors)), plan.silent_share)
    cameras = np.flatnonzero(sensors.kind == "camera")
    frozen_from_s = _onset_s(sensors, plan, "frozen", cameras, plan.frozen_share)
    found: list[Observation] = []
    for k, (key, kind, row, link) in enumerate(
        zip(sensors.ids.tolist(), sensors.kind.tolist(), sensors.row.tolist(), sensors.link.tolist(), strict=True)
    ):
        cadence_s = float(sensors.cadence_s[k])
        times_s = np.arange(1, int(DAY_S / cadence_s) + 1) * cadence_s
        times_s = times_s[times_s <= silent_from_s[k]]
        if kind == "camera":
            found += _counts(city, link, key, times_s, cadence_s, plan, frozen_from_s[k]) if link >= 0 else []
        elif kind == "bike_station":
            found += _docks(float(city.bike_stations.docks[row]), key, times_s, plan)
        else:
            found += _stages(key, times_s, plan)
    return sorted(found, key=lambda o: (o.at_s, o.sensor))


def synthetic_days(city: City, plan: DayPlan) -> Iterator[Observation]:
    """Yield day after day without end, in order of event time; nothing where the city has no sensor."""
    while day := synthetic_day(city, plan):
        yield from day
        plan = replace(plan, day=plan.day + timedelta(days=1))


def _onset_s(
    sensors: Sensors, plan: DayPlan, fault: str, among: NDArray[np.int64], share: float
) -> NDArray[np.float64]:
    onset = np.full(len(sensors), np.inf)
    n = round(share * len(among))
    if share > 0 and len(among) >= 3:
        n = max(n, 1)
    rng = plan.rng(fault)
    onset[rng.choice(among, size=min(n, len(among)), replace=False)] = rng.uniform(
        7 * 3600, 18 * 3600, min(n, len(among))
    )
    return onset


def _counts(
    city: City,
    link: int,
    key: str,
    times_s: NDArray[np.float64],
    window_s: float,
    plan: DayPlan,
    frozen_from_s: float,
) -> list[Observation]:
    rng = plan.rng(key)
    busy = plan.rng(f"link {city.roads.ids[link]}").uniform(0.35, 1.15)  # cameras of one link see one traffic
    middle_h = (times_s - window_s / 2) / 3600.0
    saturation = busy * np.interp(middle_h, np.arange(25), (*HOURLY_SATURATION, HOURLY_SATURATION[0]))
    capacity_veh_h = float(city.roads.capacity_pcu_h[link]) / float(np.dot(CLASS_SHARE, CLASS_PCU))
    expected = np.minimum(saturation, 1.0) * capacity_veh_h * window_s / 3600.0
    counts = rng.poisson(np.outer(expected, CLASS_SHARE))
    speed = float(city.roads.free_speed_mps[link]) / (1.0 + _DELAY_A * saturation**_DELAY_B)
    speed = speed * np.clip(rng.normal(1.0, _SPEED_SD, len(speed)), 0.7, 1.3)
    frozen_row = int(np.searchsorted(times_s, frozen_from_s))
    found: list[Observation] = []
    for k, at_s in enumerate(times_s.tolist()):
        row = min(k, frozen_row)
        seen = tuple(int(v) for v in counts[row])
        found.append(
            VehicleCount(
                sensor=key,
                at_s=plan.start_s + at_s,
                source=SOURCE,
                quality="estimated",
                uncertainty=round(math.sqrt(max(sum(seen), 1)), 2),
                window_s=window_s,
                counts=(seen[0], seen[1], seen[2], seen[3], seen[4]),
                speed_mps=round(float(speed[row]), 2) if sum(seen) else None,
            )
        )
    return found


def _docks(docks: float, key: str, times_s: NDArray[np.float64], plan: DayPlan) -> list[Observation]:
    size = int(docks) if math.isfinite(docks) and docks > 0 else DOCKS
    rng = plan.rng(key)
    bikes = size // 2
    change = rng.poisson(0.4, len(times_s)) - rng.poisson(0.4, len(times_s))
    found: list[Observation] = []
    for at_s, moved in zip(times_s.tolist(), change.tolist(), strict=True):
        bikes = min(max(bikes + moved, 0), size)
        found.append(
            DockStatus(
                sensor=key,
                at_s=plan.start_s + at_s,
                source=SOURCE,
                quality="estimated",
                bikes=bikes,
                free_docks=size - bikes,
            )
        )
    return found


def _stages(key: str, times_s: NDArray[np.float64], plan: DayPlan) -> list[Observation]:
    phase = 2 * np.pi * (plan.start_s + times_s) / _TIDE_S
    level_m = _BASE_STAGE_M + _TIDE_M * np.sin(phase) + plan.rng(key).normal(0.0, STAGE_SD_M, len(times_s))
    if plan.crest_m is not None:
        away = np.minimum(np.abs(times_s / 3600.0 - _CREST_HOUR) / _RISE_H, 1.0)
        level_m = level_m + (plan.crest_m - _BASE_STAGE_M) * (1.0 + np.cos(np.pi * away)) / 2.0
    return [
        WaterLevel(
            sensor=key,
            at_s=plan.start_s + at_s,
            source=SOURCE,
            quality="estimated",
            uncertainty=STAGE_SD_M,
            level_m=round(float(level), 2),
        )
        for at_s, level in zip(times_s.tolist(), level_m, strict=True)
    ]
