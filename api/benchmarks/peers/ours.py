"""This project's engine on given ways: compiled; compiled with SimPy in charge; in plain SimPy.

Timed is the movement of all vehicles, on one thread. The compiler runs before, on a part of the vehicles.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.benchmarks.grids import Work
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from scenarios.engine.clock import Clock
from scenarios.models import traffic_simpy
from scenarios.models.traffic import Streets
from scenarios.models.traffic_arrays import bare_traffic
from scenarios.models.traffic_types import BURST_PCU
from twin.chance import stream
from twin.kernels.traffic import advance
from twin.kernels.traffic_change import wake
from twin.kernels.traffic_state import Traffic

COMPILED, IN_CHARGE, PLAIN_SIMPY = 0, 1, 2
"""Values of the option `mode`."""

_TICK_S, _INCIDENTS, _LASTS_S, _REMAINS = 1.0, 40, 900.0, 0.2


def streets_of(work: Work) -> Streets:
    """Return the links of a piece of work as the engine wants them."""
    return Streets(
        work.tail,
        work.head,
        work.length_m / work.speed_mps,
        work.capacity_veh_s,
        work.length_m * work.jam_veh_m,
        work.length_m / work.wave_mps,
    )


def run(given: Arrays, options: Options) -> Answer:
    """Run the work in one of the modes, with the token bucket of `burst` PCU (the default unless given)."""
    work = Work.of(given)
    burst = float(options.get("burst", BURST_PCU))
    mode = int(options.get("mode", COMPILED))
    if mode == PLAIN_SIMPY:
        model = traffic_simpy.bare(streets_of(work), work.route_first, work.route_link, work.depart_s)
        timer = Timer()
        arrive_s = traffic_simpy.simulate(*model, until_s=work.until_s, burst=burst)
        return Answer(version("hue-twin"), *timer.stop(), {"arrive_s": arrive_s})
    for move in (advance, wake) if mode == IN_CHARGE else (advance,):
        _warm_up(work, move)
    traffic, order = bare_traffic(
        streets_of(work), work.route_first.astype(np.int64), work.route_link, work.depart_s, burst
    )
    clock = _clock(traffic, work) if mode == IN_CHARGE else None
    timer = Timer()
    if clock is None:
        advance(traffic, work.until_s)
    else:
        clock.run(until=work.until_s)
    took = timer.stop()
    arrive_s = np.empty(len(order))
    arrive_s[order] = traffic.cars["arrive_s"]
    return Answer(version("hue-twin"), *took, {"arrive_s": arrive_s})


def _warm_up(work: Work, move: Callable[..., None]) -> None:
    first = work.route_first[:11].astype(np.int64)
    traffic, _ = bare_traffic(streets_of(work), first, work.route_link[: first[-1]], work.depart_s[:10], BURST_PCU)
    if move is wake:
        wake(traffic, np.zeros(1, np.int64), 0.0)
    else:
        advance(traffic, work.until_s)


class _Carried:
    """The traffic as the clock carries it: moved to each of SimPy's events before it happens."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic

    def advance(self, until_s: float) -> None:
        """Move all vehicles to a time, excluded."""
        advance(self.traffic, until_s)


def _clock(traffic: Traffic, work: Work) -> Clock:
    """Return a clock with a process that ticks every second, and incidents that take most of a link's capacity away."""
    clock = Clock(0.0, work.until_s)
    clock.carry(_Carried(traffic))
    clock.process(_ticks(clock, work.until_s))
    chance = stream(1, "incidents")
    for link, at_s in zip(
        chance.choice(len(work.tail), _INCIDENTS, replace=False),
        chance.uniform(0.0, work.depart_s[-1], _INCIDENTS),
        strict=True,
    ):
        clock.process(_incident(clock, traffic, np.array([link], np.int64), float(at_s)))
    return clock


def _ticks(clock: Clock, until_s: float) -> Generator[Any, Any, None]:
    for _ in range(int(until_s / _TICK_S)):
        yield clock.timeout(_TICK_S)


def _incident(clock: Clock, traffic: Traffic, link: NDArray[np.int64], at_s: float) -> Generator[Any, Any, None]:
    yield clock.timeout(at_s)
    for factor in (1.0 / _REMAINS, _REMAINS):
        for headway in ("in_headway_s", "out_headway_s"):
            traffic.net.links[headway][link] *= factor
        wake(traffic, link, float(clock.now))
        yield clock.timeout(_LASTS_S)


if __name__ == "__main__":
    peer_main(run)
