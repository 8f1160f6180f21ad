"""SimPy's environment as the only clock: phases in a fixed order at each tick, flows moved lazily up to each event."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Protocol

import simpy
from simpy.events import URGENT


class Phase(IntEnum):
    """What happens first at one moment; models compute from the state at the phase's start."""

    INJECT = 0
    WATER = 1
    NETWORK = 2
    DEMAND = 3
    RESPONSE = 4
    RECORD = 5


class Flow(Protocol):
    """A model moved by a kernel."""

    def advance(self, until_s: float) -> None:
        """Move to a time, excluded; or to an earlier moment, after a `Clock.wake` for it."""


class Clock(simpy.Environment):
    """Simulated seconds over the half-open interval from `begin_s` to `horizon_s`.

    At each moment the acts of the phases come first, in the order of `Phase` and then of registration; ordinary SimPy
    events of the same moment follow. Before any event at t, every flow has been moved to t, excluded.
    """

    def __init__(self, begin_s: float, horizon_s: float) -> None:
        super().__init__(begin_s)
        self.begin_s, self.horizon_s = begin_s, horizon_s
        self._acts: dict[float, list[tuple[Phase, int, Callable[[], None]]]] = {}
        self._flows: list[Flow] = []
        self._count = 0

    def carry(self, flow: Flow) -> None:
        """Move a flow along with the clock from now on; one that wakes processes must be the first."""
        self._flows.append(flow)

    def wake(self, event: simpy.Event, at_s: float, value: Any = None) -> None:
        """Let an event happen at an exact moment, now or later, before those already planned for it."""
        event._ok, event._value = True, value  # noqa: SLF001 # what Timeout does, without adding up a delay
        heapq.heappush(self._queue, (max(at_s, self.now), URGENT, next(self._eid), event))

    def at(self, at_s: float, act: Callable[[], None], phase: Phase) -> None:
        """Call an act once, in its phase; never at or after the horizon, and at the start where `at_s` is before it."""
        at_s = max(at_s, self.now)
        if at_s >= self.horizon_s:
            return
        if at_s not in self._acts:
            self._acts[at_s] = []
            tick = self.event()
            tick._ok, tick._value = True, None  # noqa: SLF001 # what Timeout does, with another priority
            tick.callbacks = [lambda _: self._tick(at_s)]
            self.schedule(tick, priority=URGENT, delay=at_s - self.now)
        self._count += 1
        self._acts[at_s].append((phase, self._count, act))

    def every(self, period_s: float, act: Callable[[], None], phase: Phase, *, first_s: float | None = None) -> None:
        """Call an act at `first_s` (now, unless given) and then once each period, without drift."""
        start_s = self.now if first_s is None else first_s

        def _again(k: int) -> None:
            def _call() -> None:
                act()
                _again(k + 1)

            self.at(start_s + k * period_s, _call, phase)

        _again(0)

    def step(self) -> None:
        """Move the flows to the next event and process it."""
        for flow in self._flows:
            flow.advance(self.peek())
        event = self._queue[0][3] if self._queue else None
        try:
            super().step()
        except Exception as copy:
            # SimPy raises a copy made of the error's arguments, which fails for errors that take others.
            original = event.value if event is not None and event.ok is False else copy
            if isinstance(original, Exception) and original is not copy:
                raise original from None
            raise

    def _tick(self, at_s: float) -> None:
        while self._acts[at_s]:
            due = min(self._acts[at_s], key=lambda a: a[:2])
            self._acts[at_s].remove(due)
            due[2]()
        del self._acts[at_s]
