"""The one place with compile flags.

A kernel compiles at its first call and is kept in numba's cache: beside the source, or in the user's cache folder where
the source is read-only, or only in memory where neither can be written. Kernels contain one another, so a kept one is
good only as long as no file of this package has changed. Processes may fill one cache at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

try:
    import numba
except ImportError:  # no compiler for this machine: the kernels run as the Python they are written in, and slowly
    numba = None  # type: ignore[assignment]

COMPILED = numba is not None
"""Whether there is a compiler."""

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays: no Python objects, IEEE arithmetic, cached on disk where that is possible.

    Two threads may run it at once.
    """
    return _kept(function, nrt=True)


def lean(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that makes no arrays; one that does counts a reference at every look into a tuple of them."""
    return _kept(function, nrt=False)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a short function that makes no arrays into its callers: handing over a tuple of arrays costs more."""
    if not COMPILED:
        return function
    flags: dict[str, Any] = {"forceinline": True, "fastmath": False, "error_model": "numpy", "_nrt": False}
    compiled: Callable[P, R] = numba.njit(**flags)(function)
    return compiled


def _kept(function: Callable[P, R], *, nrt: bool) -> Callable[P, R]:
    if not COMPILED:
        return function
    flags: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy", "_nrt": nrt}
    try:
        compiled = numba.njit(cache=True, **flags)(function)
    except RuntimeError:  # numba found no folder to keep its cache in
        found: Callable[P, R] = numba.njit(cache=False, **flags)(function)
        return found
    index = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if index is not None:
        index._source_stamp = (index._source_stamp, _stamp())  # noqa: SLF001 # numba asks only the function's own file
        # numba numbers its files: two processes that compile at once would take the same number for different types
        index._data_name_pattern = f"{uuid4().hex[:12]}-{index._data_name_pattern}"  # noqa: SLF001
    kept: Callable[P, R] = compiled
    return kept


def _stamp() -> tuple[tuple[str, float, int], ...]:
    files = sorted(Path(__file__).parent.glob("*.py"))
    return tuple((f.name, f.stat().st_mtime, f.stat().st_size) for f in files)
