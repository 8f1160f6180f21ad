"""What the traffic kernel works on: links, vehicles, queues and ways, all flat arrays.

Legend: L links, V vehicles, G groups (who runs how fast on which ways), C classes, D destinations, N nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]

TO_COME, ON_ROAD, ARRIVED, UNREACHABLE, CUT_OFF = 0, 1, 2, 3, 4
"""Values of `Vehicles.status`."""

N_EVENTS, TICKET, DEPARTED, GRIDLOCKS, N_MOVES = 0, 1, 2, 3, 4
"""Places in `State.tally`."""


class Links(NamedTuple):
    """What does not change during a run, or changes only between calls.

    Attributes
    ----------
    time_s : (G, L) [s]
    headway_s : (L,) [s/PCU]
    room : (L,) [PCU/1000]
    cycle_s, offset_s : (L,) [s]
        Signal at the link's end; cycle 0 where there is none.
    green_first, green_from_s, green_to_s : (L + 1,), (n,), (n,) [s]
        Green windows within the cycle.
    length_m : (L,) [m]
    pcu : (C,)
        Share of the stop line's time.
    store : (C,) [PCU/1000]
        Room taken on a link.
    """

    time_s: F64
    headway_s: F64
    room: I32
    cycle_s: F64
    offset_s: F64
    green_first: I32
    green_from_s: F64
    green_to_s: F64
    length_m: F64
    pcu: F64
    store: I32


class Vehicles(NamedTuple):
    """One row per vehicle, in order of departure.

    Attributes
    ----------
    depart_s, arrive_s, entered_s : (V,) [s]
        Planned departure, arrival, entry into the present link; NaN before.
    origin, destination : (V,)
        Node; row of the way tables.
    kind, group, ways : (V,)
        Class, group, and the row of `Tables` the driver follows.
    status, link : (V,)
        Status, and the present link or -1.
    distance_m : (V,) [m]
        Length of the links left behind.
    """

    depart_s: F64
    origin: I32
    destination: I32
    kind: I32
    group: I32
    ways: I32
    arrive_s: F64
    entered_s: F64
    status: I32
    link: I32
    distance_m: F64


class State(NamedTuple):
    """Queues, waiting lists, the event list and the interval's sums; a waiter is a link, or L + a vehicle at home."""

    occupied: I32
    free_at_s: F64
    queue_head: I32
    queue_tail: I32
    queue_n: I32
    queue_next: I32
    pending: I32
    wait_head: I32
    wait_tail: I32
    wait_next: I32
    waits_for: I32
    granted: I32
    grant_of: I32
    locked: I32
    keys: F64
    ties: NDArray[np.int64]
    what: NDArray[np.int64]
    tally: NDArray[np.int64]
    first_gridlock_s: F64
    entered: I32
    left: I32
    spent_s: F64
    free_s: F64
    queue_max: I32


def new_state(n_links: int, n_vehicles: int) -> State:
    """Return the state of an empty network, with room for every event it can hold."""
    waiters, most = n_links + n_vehicles, n_links + n_vehicles + 8

    def _ints(n: int, value: int = 0) -> I32:
        return np.full(n, value, np.int32)

    return State(
        _ints(n_links), np.full(n_links, -np.inf), _ints(n_links, -1), _ints(n_links, -1), _ints(n_links),
        _ints(n_vehicles, -1), _ints(n_links), _ints(n_links, -1), _ints(n_links, -1), _ints(waiters, -1),
        _ints(waiters, -1), _ints(n_links, -1), _ints(waiters, -1), _ints(n_links), np.zeros(most),
        np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(5, np.int64), np.full(1, np.nan),
        _ints(n_links), _ints(n_links), np.zeros(n_links), np.zeros(n_links), _ints(n_links),
    )  # fmt: skip
