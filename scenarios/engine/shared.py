"""Things that several runs of one city need, made once in a process: whoever comes second waits for the first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Keeps the last few things that were made, by key; what is kept must never be changed.

    Parameters
    ----------
    most
        Number of things to keep.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: dict[Hashable, Future[T]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the thing of a key; made here unless another run made it or is making it.

        An error of `make` reaches everybody who waits, and is not kept.
        """
        with self._lock:
            found = self._kept.pop(key, None)
            mine = found is None
            if found is None:
                found = Future()
            self._kept[key] = found  # the one asked for last goes last
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        if mine:
            try:
                found.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._kept.get(key) is found:
                        del self._kept[key]
                found.set_exception(error)
                raise
        return found.result()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
