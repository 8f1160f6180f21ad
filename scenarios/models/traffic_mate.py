"""A second thread for the traffic: it takes half of each step for as long as one move of the vehicles lasts."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.kernels.traffic_state import Traffic

_STEPS = 8.0
"""Steps a move must have for a thread to be worth its start."""


def mover(threads: int) -> Callable[[Traffic, float], None]:
    """Return what moves all vehicles up to a time, on one thread or two; the result is the same bit for bit.

    Parameters
    ----------
    threads
        Cores the run may use.
    """
    from twin.kernels.jit import COMPILED  # imported here: numba takes half a second
    from twin.kernels.traffic import advance

    return _advance_by_two if threads > 1 and COMPILED else advance


def _advance_by_two(t: Traffic, until_s: float) -> None:
    from twin.kernels.agenda import soonest
    from twin.kernels.traffic import advance, follow
    from twin.kernels.traffic_state import N_WATCHED, STOPPED

    s = t.state
    if s.tally[N_WATCHED] > 0 or until_s - soonest(s) < _STEPS * s.lookahead_s[0]:
        advance(t, until_s)
        return
    s.shared[STOPPED] = 0
    mate = Thread(target=follow, args=(t,), name="traffic-mate", daemon=True)
    mate.start()
    try:
        advance(t, until_s)
    finally:
        s.shared[STOPPED] = 1
        mate.join()
