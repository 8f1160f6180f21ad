"""The clock: phases in their order, half-open horizon, flows moved up to each event, no drift."""

from collections.abc import Generator
from typing import Any

import pytest

from scenarios.engine.clock import Clock, Phase


def test_phases_come_in_their_order_whatever_the_registration() -> None:
    log: list[tuple[str, float]] = []
    clock = Clock(0.0, 3.0)
    for phase in (Phase.RECORD, Phase.DEMAND, Phase.INJECT, Phase.RESPONSE, Phase.WATER, Phase.NETWORK):
        clock.every(2.0, lambda p=phase: log.append((p.name, clock.now)), phase)  # type: ignore[misc]

    def crew() -> Generator[Any, Any, None]:
        yield clock.timeout(2.0)
        log.append(("crew", clock.now))

    clock.process(crew())
    clock.run(until=3.0)
    names = [p.name for p in Phase]
    assert log == [*((n, 0.0) for n in names), *((n, 2.0) for n in names), ("crew", 2.0)]


def test_horizon_is_half_open() -> None:
    times: list[float] = []
    clock = Clock(-2.0, 2.0)
    clock.every(1.0, lambda: times.append(clock.now), Phase.RECORD)
    clock.at(2.0, lambda: times.append(99.0), Phase.INJECT)
    clock.run(until=2.0)
    assert times == [-2.0, -1.0, 0.0, 1.0]


def test_an_act_may_add_one_to_a_later_phase_of_the_same_moment() -> None:
    log: list[str] = []
    clock = Clock(0.0, 1.0)
    clock.at(0.5, lambda: clock.at(0.5, lambda: log.append("record"), Phase.RECORD), Phase.INJECT)
    clock.at(0.5, lambda: log.append("water"), Phase.WATER)
    clock.run(until=1.0)
    assert log == ["water", "record"]


def test_periods_do_not_drift() -> None:
    times: list[float] = []
    clock = Clock(0.0, 100.0)
    clock.every(0.1, lambda: times.append(clock.now), Phase.RECORD)
    clock.run(until=100.0)
    assert len(times) == 1000
    assert times[-1] == pytest.approx(99.9, abs=1e-9)


class Tap:
    """A flow that notes up to when it was moved."""

    def __init__(self) -> None:
        self.until: list[float] = []

    def advance(self, until_s: float) -> None:
        """Note the time."""
        self.until.append(until_s)


def test_flows_are_moved_to_each_event_and_to_the_horizon() -> None:
    clock, tap = Clock(0.0, 10.0), Tap()
    clock.carry(tap)
    clock.at(4.0, lambda: None, Phase.INJECT)
    clock.timeout(7.0)
    clock.run(until=10.0)
    assert tap.until == [4.0, 7.0, 10.0]
