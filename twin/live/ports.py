"""The ports of the live side: what gives the time, and where observations come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from twin.live.observation import Observation


class Clock(Protocol):
    """Gives the time; the twin never asks the machine itself."""

    def now_s(self) -> float:
        """Seconds since a fixed moment [s]; never runs backwards."""


class Source(Protocol):
    """A feed of observations."""

    @property
    def name(self) -> str:
        """The feed as an operator knows it."""

    def due(self, now_s: float) -> Sequence[Observation]:
        """Return the observations that arrived since the last call, as seen at a moment of the feed's own time."""
