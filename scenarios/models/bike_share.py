"""Bike share: docks that run empty or full, people who walk on or give up, trucks that carry bikes to where they lack.

*Equation*: rentals are Poisson in each hour, between stations by gravity. A station is best filled with
s = (docks − m) / 2 bikes, m the net number expected to arrive in the next hours: for a symmetric net flow that makes
running empty and running full equally unlikely, so their sum least.
*Assumptions*: everybody sees in the app which stations have bikes or docks; who must walk farther than a limit gives
up; a rider who finds no dock rides on to the nearest free one.
*References*: M. Dell'Amico et al., The bike sharing rebalancing problem, Omega 45 (2014); J. Schuijbroek et al., Eur.
J. Oper. Res. 257 (2017), on service levels and net flows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from numpy.random import Generator as RandomStream
from numpy.typing import NDArray

from scenarios.models.bike_trucks import Driving
from scenarios.models.gravity import deterrence, furness
from twin.errors import ModelError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Events = Generator[simpy.Event, Any, Any]

_TRIES = 3
_LOOK_AGAIN_S = 60.0
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Stations:
    """Stations and the ways between them.

    Attributes
    ----------
    docks : (S,)
    walk_m : (S, S) [m]
    walk_s, ride_s : (S, S) [s]
        On the diagonal: 0 on foot; a round trip by bike.
    """

    docks: I64
    walk_m: F64
    walk_s: F64
    ride_s: F64


@dataclass(frozen=True, kw_only=True)
class Service:
    """How the service is run.

    Attributes
    ----------
    rentals : (S, S) [1/d]
        Wanted from station to station.
    hourly : (24,)
        Share of the day's rentals in each hour.
    most_walk_m : [m]
        Farther nobody walks to another station.
    trucks, capacity : int
    handle_s : [s]
        To load or unload a bike.
    look_s : [s]
        A truck looks again after it.
    ahead_s : [s]
        Net rentals of this time are seen coming.
    least : int
        Fewer bikes are not worth a trip.
    hours_h : (float, float) [h]
        When the trucks work.
    """

    rentals: F64
    hourly: F64
    most_walk_m: float
    trucks: int
    capacity: int
    handle_s: float
    look_s: float
    ahead_s: float
    least: int
    hours_h: tuple[float, float]


@dataclass
class Tally:
    """What happened so far."""

    wanted: int = 0
    lost: int = 0
    walked_on: int = 0
    no_dock: int = 0
    returned: int = 0
    truck_km: float = 0.0
    truck_trips: int = 0
    moved: int = 0
    lost_at: I64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    full_at: I64 = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class BikeShare:
    """Stations, riders and trucks on SimPy's clock.

    Parameters
    ----------
    env
        Seconds.
    stations, service
    bikes : (S,)
        At each station at the start.
    driving
        What drives the trucks.
    midnight_s : [s]
        Time of the clock at midnight.
    rng : callable
        Named random streams.

    Raises
    ------
    ModelError
        A station has more bikes than docks, or a number is negative.
    """

    def __init__(
        self, env: simpy.Environment, stations: Stations, service: Service, *, bikes: I64, driving: Driving,
        midnight_s: float, rng: Callable[[str], RandomStream],
    ) -> None:  # fmt: skip
        if (bikes < 0).any() or (bikes > stations.docks).any() or (service.rentals < 0).any():
            raise ModelError("bike share", "bikes must lie between 0 and the docks, and rentals must not be negative")
        self.env, self.stations, self.service, self.driving = env, stations, service, driving
        self.stock, self.riding, self.on_trucks = bikes.copy(), 0, 0
        self.tally = Tally(lost_at=np.zeros(len(bikes), np.int64), full_at=np.zeros(len(bikes), np.int64))
        self._midnight_s, self._rng = midnight_s, rng
        self._promised = np.zeros(len(bikes), dtype=np.int64)

    @property
    def bikes(self) -> int:
        """Bikes at stations, under way and on trucks: always as many as at the start."""
        return int(self.stock.sum()) + self.riding + self.on_trucks

    def start(self, until_s: float) -> None:
        """Let riders come until a time, and the trucks work."""
        self.env.process(self._riders(until_s))
        for truck in range(self.service.trucks if len(self.stock) else 0):
            self.env.process(self._truck(truck % len(self.stock)))

    def targets(self, now_s: float) -> F64:
        """Return with how many bikes each station would best be filled now ``(S,)``."""
        share = self.service.hourly[int((now_s - self._midnight_s) // _HOUR_S) % 24] / self.service.hourly.sum()
        net = (self.service.rentals.sum(axis=0) - self.service.rentals.sum(axis=1)) * share
        best = (self.stations.docks - net * self.service.ahead_s / _HOUR_S) / 2.0
        # There are only so many bikes: all stations have more or less than their best alike.
        kept = np.clip(best, 0.0, self.stations.docks)
        there = float(self.stock.sum() + self.on_trucks)
        return np.asarray(np.clip(kept * there / max(float(kept.sum()), 1e-9), 0.0, self.stations.docks))

    def _riders(self, until_s: float) -> Events:
        rates, n = self.service.rentals, len(self.stock)
        cells, total = np.cumsum(rates.ravel()), float(rates.sum())
        hour = int((self.env.now - self._midnight_s) // _HOUR_S)
        while total > 0 and self._midnight_s + hour * _HOUR_S < until_s:
            rng = self._rng(f"bike-share/rentals/{hour}")
            expected = total * float(self.service.hourly[hour % 24] / self.service.hourly.sum())
            at_s = self._midnight_s + _HOUR_S * (hour + np.sort(rng.random(rng.poisson(expected))))
            cell = np.minimum(np.searchsorted(cells, rng.random(len(at_s)) * total, side="right"), n * n - 1)
            for when, pair in zip(at_s.tolist(), cell.tolist(), strict=True):
                if self.env.now <= when < until_s:
                    yield self.env.timeout(when - self.env.now)
                    self.env.process(self._rider(pair // n, pair % n))
            hour += 1
            wait_s = self._midnight_s + hour * _HOUR_S - self.env.now
            if wait_s > 0 and self.env.now + wait_s < until_s:
                yield self.env.timeout(wait_s)

    def _rider(self, start: int, end: int) -> Events:
        t, s = self.tally, self.stations
        t.wanted += 1
        at, walked = start, False
        for _ in range(_TRIES):
            if self.stock[at] > 0:
                break
            near = np.where((self.stock > 0) & (s.walk_m[at] <= self.service.most_walk_m), s.walk_m[at], np.inf)
            if not np.isfinite(near.min()):
                break
            at, before, walked = int(np.argmin(near)), at, True
            yield self.env.timeout(float(s.walk_s[before, at]))
        if self.stock[at] == 0:
            t.lost += 1
            t.lost_at[start] += 1
            return
        t.walked_on += walked
        self.stock[at] -= 1
        self.riding += 1
        yield self.env.timeout(float(s.ride_s[at, end]))
        yield from self._returned(end)

    def _returned(self, at: int) -> Events:
        s, searched = self.stations, False
        while self.stock[at] >= s.docks[at]:
            if not searched:
                self.tally.no_dock += 1
                self.tally.full_at[at] += 1
                searched = True
            free = np.where(self.stock < s.docks, s.walk_m[at], np.inf)
            if not np.isfinite(free.min()):
                yield self.env.timeout(_LOOK_AGAIN_S)
                continue
            at, before = int(np.argmin(free)), at
            yield self.env.timeout(float(s.ride_s[before, at]))
        self.stock[at] += 1
        self.riding -= 1
        self.tally.returned += 1

    def _truck(self, at: int) -> Events:
        load = 0
        while True:
            hour = (self.env.now - self._midnight_s) / _HOUR_S % 24.0
            if not self.service.hours_h[0] <= hour < self.service.hours_h[1] and load == 0:
                yield self.env.timeout(self.service.look_s)
                continue
            surplus = self.stock + self._promised - self.targets(self.env.now)
            giver, taker = int(np.argmax(surplus)), int(np.argmin(surplus))
            wanted = int(min(surplus[giver], -surplus[taker], self.service.capacity - load))
            if load == 0 and wanted >= self.service.least:
                self._promised[giver] -= wanted
                self._promised[taker] += wanted
                yield from self._drive(at, giver)
                at = giver
                self._promised[giver] += wanted
                load = min(wanted, int(self.stock[giver]))
                self.stock[giver] -= load
                self.on_trucks += load
                yield self.env.timeout(load * self.service.handle_s)
                yield from self._drive(at, taker)
                self._promised[taker] -= wanted
                at = taker
            elif load > 0:
                free = np.where(self.stock < self.stations.docks, surplus, np.inf)
                if np.isfinite(free.min()):
                    yield from self._drive(at, int(np.argmin(free)))
                    at = int(np.argmin(free))
            load = yield from self._unload(at, load)
            yield self.env.timeout(self.service.look_s)

    def _unload(self, at: int, load: int) -> Generator[simpy.Event, Any, int]:
        fit = min(load, int(self.stations.docks[at] - self.stock[at]))
        # The docks are taken at once, so that no rider returns a bike into them meanwhile.
        self.stock[at] += fit
        self.on_trucks -= fit
        self.tally.moved += fit
        yield self.env.timeout(fit * self.service.handle_s)
        return load - fit

    def _drive(self, start: int, end: int) -> Events:
        if start != end:
            self.tally.truck_km += yield self.driving.drive(start, end)
            self.tally.truck_trips += 1


def rental_rates(weight: F64, ride_s: F64, *, per_day: float, per_min: float) -> F64:
    """Return the rentals wanted between stations ``(S, S)`` [1/d]: as many end at a station as begin there.

    Parameters
    ----------
    weight : (S,)
        What lies around each station.
    ride_s : (S, S) [s]
    per_day : [1/d]
        Of all stations.
    per_min : [1/min]
        Decay with the time of the ride.
    """
    margin = per_day * weight / max(float(weight.sum()), 1e-300)
    return furness(deterrence(ride_s / 60.0, per_min), margin, margin)
