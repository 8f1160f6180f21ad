"""A work, the sides that meet on it, and what each side's time includes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from api.benchmarks.process import Arrays, Options


@dataclass(frozen=True, kw_only=True)
class Side:
    """One engine on a work.

    Attributes
    ----------
    name
    module
        Its process.
    options
    includes
        What its time includes.
    """

    name: str
    module: str
    options: Options = field(default_factory=dict)
    includes: str


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A work on which this project's engine meets peers, or is measured alone.

    Attributes
    ----------
    name
    make
        Makes what both sides are given.
    ours
    peers
    by_clock
        Compare times by the clock: a side uses several threads.
    """

    name: str
    make: Callable[[], Arrays]
    ours: Side
    peers: tuple[Side, ...] = ()
    by_clock: bool = False
