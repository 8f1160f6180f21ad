"""The one place with compile flags.

A kernel compiles at its first call and is kept in numba's cache: beside the source, or in the user's cache folder where
the source is read-only, or only in memory where neither can be written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays: no Python objects, IEEE arithmetic, cached on disk where that is possible.

    Two threads may run it at once.
    """
    try:
        compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, fastmath=False, error_model="numpy")(function)
    except RuntimeError:  # numba found no folder to keep its cache in
        compiled = numba.njit(cache=False, nogil=True, fastmath=False, error_model="numpy")(function)
    return compiled
