"""What the links saw, interval by interval, kept within a bound of memory: longer intervals instead of more memory.

*Equation*: all that is kept adds up (vehicles, times) or has a maximum (queues), so two intervals made one lose nothing
but the moment between them; the stock is averaged over time.
*Assumptions*: a vehicle counts on a link in the interval in which it leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

MAX_RECORD_BYTES: Final = 128 << 20
"""Memory of the record of a run: a day of Huế's 31,000 links and five classes in steps of 20 minutes."""


class Seen(Protocol):
    """What a traffic model tells of an interval (C classes, L links): vehicles, times [s], queues, stock [PCU]."""

    @property
    def from_s(self) -> float:
        """Start [s]."""

    @property
    def to_s(self) -> float:
        """End [s]."""

    @property
    def left(self) -> NDArray[Any]:
        """Vehicles that left each link ``(C, L)``."""

    @property
    def spent_s(self) -> NDArray[Any]:
        """Time these vehicles took ``(C, L)`` [s]."""

    @property
    def free_s(self) -> NDArray[Any]:
        """Time they would have taken on an empty link ``(C, L)`` [s]."""

    @property
    def queue_veh(self) -> NDArray[Any]:
        """Vehicles that wait at the link's end ``(L,)`` [veh]."""

    @property
    def occupied_pcu(self) -> NDArray[Any]:
        """Vehicles on the link ``(L,)`` [PCU]."""


@dataclass(frozen=True)
class LinkRecord:
    """One kept interval; C classes, L links.

    Attributes
    ----------
    from_s, to_s : [s]
    left : (C, L)
        Vehicles that left the link.
    spent_s : (C, L) [s]
        Time they took.
    free_s : (L,) [s]
        Time all of them would have taken on an empty link.
    queue_veh : (L,) [veh]
        Vehicles that waited at the link's end: the longest queue that was seen.
    occupied_pcu : (L,) [PCU]
        Vehicles on the link, the mean over the interval.
    """

    from_s: float
    to_s: float
    left: NDArray[np.unsignedinteger]
    spent_s: NDArray[np.float32]
    free_s: NDArray[np.float32]
    queue_veh: NDArray[np.float32]
    occupied_pcu: NDArray[np.float32]

    @staticmethod
    def of(seen: Seen, looked_veh: NDArray[Any] | float = 0.0) -> LinkRecord:
        """Return the record of what a model saw, and of the longest queues seen before the interval's end."""
        return LinkRecord(
            seen.from_s,
            seen.to_s,
            _counts(seen.left),
            np.asarray(seen.spent_s, dtype=np.float32),
            np.asarray(seen.free_s, dtype=np.float64).sum(axis=0).astype(np.float32),
            np.maximum(seen.queue_veh, looked_veh).astype(np.float32),
            np.asarray(seen.occupied_pcu, dtype=np.float32),
        )

    @property
    def span_s(self) -> float:
        """Length [s]."""
        return self.to_s - self.from_s

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        arrays = (self.left, self.spent_s, self.free_s, self.queue_veh, self.occupied_pcu)
        return sum(a.nbytes for a in arrays)


def joined(first: LinkRecord, then: LinkRecord) -> LinkRecord:
    """Return two neighbouring intervals as one."""
    span_s = first.span_s + then.span_s
    stock = (first.occupied_pcu * first.span_s + then.occupied_pcu * then.span_s) / max(span_s, 1e-9)
    return LinkRecord(
        first.from_s,
        then.to_s,
        _counts(first.left.astype(np.int64) + then.left),
        first.spent_s + then.spent_s,
        first.free_s + then.free_s,
        np.maximum(first.queue_veh, then.queue_veh),
        stock.astype(np.float32),
    )


class LinkRecorder:
    """Keeps intervals as they come; where they grow beyond a bound, neighbours are joined and steps become longer.

    Parameters
    ----------
    max_bytes
        Bound on the memory of what is kept.
    """

    def __init__(self, *, max_bytes: int = MAX_RECORD_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: list[LinkRecord] = []
        self._open: LinkRecord | None = None
        self._in_open, self._per_step = 0, 1

    def add(self, seen: Seen, looked_veh: NDArray[Any] | float = 0.0) -> None:
        """Keep an interval that follows the last one, and the longest queues ``(L,)`` seen before its end [veh]."""
        new = LinkRecord.of(seen, looked_veh)
        self._open = new if self._open is None else joined(self._open, new)
        self._in_open += 1
        if self._in_open < self._per_step:
            return
        self._kept.append(self._open)
        self._open, self._in_open = None, 0
        if sum(r.nbytes for r in self._kept) > self._max_bytes and len(self._kept) % 2 == 0:
            self._kept = [joined(a, b) for a, b in zip(self._kept[::2], self._kept[1::2], strict=True)]
            self._per_step *= 2

    def records(self) -> list[LinkRecord]:
        """Return what was kept, in order of time."""
        return [*self._kept, *([self._open] if self._open is not None else [])]


@dataclass(frozen=True)
class Totals:
    """Sums over all intervals.

    Attributes
    ----------
    span_s : [s]
    left : (C, L)
    spent_s : (C, L) [s]
    free_s : (L,) [s]
    queue_veh : (L,) [veh]
        Longest.
    """

    span_s: float
    left: F64
    spent_s: F64
    free_s: F64
    queue_veh: F64

    @property
    def delay_s(self) -> F64:
        """Time lost on each link by all vehicles together ``(L,)`` [s]."""
        return np.asarray(np.maximum(self.spent_s.sum(axis=0) - self.free_s, 0.0))

    @property
    def flow_veh_h(self) -> F64:
        """Mean flow of each link ``(L,)`` [veh/h]."""
        return np.asarray(self.left.sum(axis=0) * (3600.0 / self.span_s if self.span_s > 0 else 0.0))


def totals(records: Sequence[LinkRecord], n_classes: int, n_links: int) -> Totals:
    """Return the sums of intervals."""
    found = Totals(
        float(sum(r.span_s for r in records)),
        np.zeros((n_classes, n_links)),
        np.zeros((n_classes, n_links)),
        np.zeros(n_links),
        np.zeros(n_links),
    )
    for r in records:
        found.left[:] += r.left
        found.spent_s[:] += r.spent_s
        found.free_s[:] += r.free_s
        np.maximum(found.queue_veh, r.queue_veh, out=found.queue_veh)
    return found


def link_times_s(seen: Totals, free_s: F64) -> F64:
    """Return the time each class needed on each link ``(C, L)`` [s].

    Rules
    -----
    1. Where vehicles of the class left the link: their mean time.
    2. Else the free time, as much slower as the link was for the others.
    3. Where vehicles stood and none left: the whole period.

    Parameters
    ----------
    seen
    free_s : (C, L) [s]
        On an empty link.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        own = seen.spent_s / seen.left
        slow = np.where(seen.free_s > 0, seen.spent_s.sum(axis=0) / seen.free_s, 1.0)
    other = free_s * np.maximum(slow, 1.0)
    stuck = (seen.left.sum(axis=0) == 0) & (seen.queue_veh > 0)
    return np.where(seen.left > 0, own, np.where(stuck, np.maximum(other, seen.span_s), other))


def _counts(vehicles: NDArray[Any]) -> NDArray[np.unsignedinteger]:
    most = int(vehicles.max(initial=0))
    return vehicles.astype(np.uint16 if most <= np.iinfo(np.uint16).max else np.uint32)
