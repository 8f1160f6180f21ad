"""Two pieces of code on the same work, by turns, so that a busy machine slows both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours and the peer's way to do the same work; each returns what it made, for the check of equality of work."""

    title: str
    peer_name: str
    ours: Callable[[], object]
    peer: Callable[[], object]
    agree: Callable[[object, object], str]


@dataclass(frozen=True, slots=True)
class Measured:
    """Times of both sides [s], round by round."""

    pair: Pair
    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]
    agreement: str

    def line(self) -> str:
        """Return the report line: medians, and the ratio's median, least and greatest over the rounds."""
        ratios = sorted(p / o for o, p in zip(self.ours_s, self.peer_s, strict=True))
        return (
            f"{self.pair.title}: ours {median(self.ours_s):.2f} s, {self.pair.peer_name} {median(self.peer_s):.2f} s, "
            f"ratio {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}, {len(ratios)} rounds); {self.agreement}"
        )


def measure(pair: Pair, rounds: int = 5) -> Measured:
    """Run both sides once to warm up, then by turns."""
    agreement = pair.agree(pair.ours(), pair.peer())
    ours, peer = [], []
    for _ in range(rounds):
        ours.append(_seconds(pair.ours))
        peer.append(_seconds(pair.peer))
    return Measured(pair, tuple(ours), tuple(peer), agreement)


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
