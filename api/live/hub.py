"""Shares server-sent events among listeners: encoded once, bounded queues, the oldest dropped for the slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

QUEUE = 4
HEARTBEAT_S = 15.0
RETRY_MS = 3000


def frame(event: str, data: bytes, number: int) -> bytes:
    """Return one server-sent event; `data` is one line."""
    return b"event: %s\nid: %d\ndata: %s\n\n" % (event.encode(), number, data)


class Hub:
    """Hands every event to every listener; each event holds the whole state, so a dropped one costs nothing.

    Attributes
    ----------
    number : int
        Number of the latest event; 0 before the first.
    dropped : int
        Events that slow listeners did not get.
    """

    def __init__(self) -> None:
        self.number = 0
        self.dropped = 0
        self._latest = b""
        self._listeners: set[asyncio.Queue[bytes | None]] = set()
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def publish(self, event: str, data: bytes) -> None:
        """Hand an event to all listeners; one whose queue is full loses its oldest."""
        self.number += 1
        self._latest = frame(event, data, self.number)
        for queue in self._listeners:
            self._put(queue, self._latest)

    def close(self) -> None:
        """End every listener's stream."""
        self._closed = True
        for queue in self._listeners:
            self._put(queue, None)

    async def stream(self, last_event_id: str | None = None, heartbeat_s: float = HEARTBEAT_S) -> AsyncIterator[bytes]:
        """Yield events as they come: first the latest, unless the listener has it; comments while it is quiet."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        if self._latest and last_event_id != str(self.number):
            queue.put_nowait(self._latest)
        self._listeners.add(queue)
        try:
            yield b"retry: %d\n\n" % RETRY_MS
            while not (self._closed and queue.empty()):
                try:
                    event = await asyncio.wait_for(queue.get(), heartbeat_s)
                except TimeoutError:
                    yield b": quiet\n\n"
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._listeners.discard(queue)

    def _put(self, queue: asyncio.Queue[bytes | None], event: bytes | None) -> None:
        if queue.full():
            queue.get_nowait()
            self.dropped += 1
        queue.put_nowait(event)
