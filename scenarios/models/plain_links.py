"""A street in plain SimPy: its queues, the sleepers of its two processes, and what it asks of those who drive."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from math import floor, inf
from typing import Any, Protocol

import simpy
from simpy.events import EventPriority

from scenarios.models.traffic_simpy import SimpyLink

Process = Generator[simpy.Event, Any, None]
TICKS_PER_S = float(1 << 26)
_LAST = EventPriority(2)


@dataclass(slots=True)
class Sleeper:
    """A process that sleeps until a moment, or until somebody has news for it."""

    env: simpy.Environment
    last: bool
    planned_s: float = inf
    asleep: bool = False
    process: simpy.Process = field(init=False)

    def until(self, at_s: float) -> Process:
        """Sleep until a moment (after all else of that moment where it is to be the last), for ever if infinite."""
        event = self.env.event()
        if at_s < inf:
            event._ok, event._value = True, None  # noqa: SLF001 # what Timeout does, with another priority
            self.env.schedule(event, priority=_LAST if self.last else EventPriority(1), delay=at_s - self.env.now)
        self.planned_s, self.asleep = at_s, True
        try:
            yield event
        except simpy.Interrupt:
            pass
        finally:
            self.asleep = False

    def ring(self, at_s: float) -> None:
        """Let it look again where it would sleep beyond a moment."""
        if self.asleep and at_s < self.planned_s:
            self.asleep = False
            self.process.interrupt()


@dataclass(slots=True, eq=False)
class Line:
    """A queue: at a street's end, or (link None) at home before it; what its head waits for, and its finish tag."""

    link: Street | None
    queue: int
    cars: deque[int] = field(default_factory=deque)
    waits: bool = False
    waits_for: Street | None = None
    finish: float = 0.0


@dataclass(slots=True, eq=False)
class Street(SimpyLink):
    """A street with its queues."""

    lines: list[Line] = field(default_factory=list)
    homes: list[Line] = field(default_factory=list)
    heads: list[tuple[float, int, Line]] = field(default_factory=list)
    tags: dict[tuple[int, int], float] = field(default_factory=dict)
    v_out: float = 0.0
    held: bool = False
    locked: bool = False
    stop: Sleeper = field(init=False)
    door: Sleeper = field(init=False)

    def goes_at(self, now: float) -> float:
        """Return when the stop line lets the next vehicle go; infinite while the signal is held at red."""
        if self.held:
            return inf
        return self.green_from(max(self.tat_out, now))


class Vehicles(Protocol):
    """Those who drive: what streets ask of them and tell them."""

    def pcu_of(self, v: int) -> float:
        """Return a vehicle's PCU."""

    def ready_s(self, v: int) -> float:
        """Return when it reaches its street's end."""

    def after(self, v: int, link: Street) -> Street | None:
        """Return the street it takes next; None where its drive ends."""

    def is_closed(self, v: int, link: Street) -> bool:
        """Return whether a street is closed to it."""

    def entered(self, v: int, link: Street, now: float) -> Line:
        """Take note of an entry; return the queue it joins."""

    def left(self, v: int, link: Street, now: float) -> None:
        """Take note of an exit."""

    def ended(self, v: int, link: Street, now: float) -> None:
        """Take note of the end of its drive."""


def rounded(duration_s: float) -> float:
    """Return a duration in whole ticks of 15 ns [s]."""
    return floor(duration_s * TICKS_PER_S + 0.5) / TICKS_PER_S
