"""What the traffic kernel works on: links, queues, vehicles, ways and events, in a few flat arrays of records.

Legend: L links, N nodes, V vehicles, C classes, G groups (who runs how fast on which ways), Q queues at each stop line,
D destinations, R rows of way tables, M movements (a link and one of the links out of its end).

A record lies in one or two cache lines: moving a vehicle touches one link it leaves, one it enters, and itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

I32 = NDArray[np.int32]
F64 = NDArray[np.float64]
U8 = NDArray[np.uint8]
Records = NDArray[Any]

THERE, NOWHERE = -1, -2
"""A vehicle's next link where it has none: it has arrived, or there is no way."""

TO_COME, ON_ROAD, ARRIVED, UNREACHABLE, CUT_OFF = 0, 1, 2, 3, 4
"""Values of a vehicle's `status`; who waits at home for room on the first link is still to come."""

NO_TURN, ARRIVES = 255, 254
"""Values of way tables that are not a turn: no way, and the zone's node is reached."""

GRIDLOCKS, N_MOVES, N_WATCHED, N_ENDED, N_TRACED = 0, 1, 2, 3, 4
"""Places in `State.tally`: rings found, link entries, watched vehicles under way, those whose drive has ended, and
traced entries."""

N_TALLIES = 16
"""Room for them, so that those of two threads lie in cache lines of their own."""

CALLED, TAKEN, DONE, STOPPED, N_SHARED = 0, 16, 32, 48, 64
"""Places in `State.shared`: steps called out, the last one a thread has taken the second half of, the last second half
done by another thread, and whether that thread is to stop; each in a cache line of its own."""

WATCHED, TRACED = 1, 2
"""Bits of a vehicle's `mark`: its end stops the kernel; its entries are kept."""

FREE, PARKED = -1, -2
"""Values of a queue's `waits_for` that are not a link: nothing, and a closed gate."""

TICKS_PER_S = float(1 << 26)
"""Every duration is a whole number of these, so that sums are exact and equal moments are equal (15 ns)."""

BLOCK = 32
"""Junctions whose next moment is looked up together."""

LINK = np.dtype(
    [
        # what an entry needs, in one cache line
        ("tat_in_s", "f8"), ("in_headway_s", "f8"), ("tat_out_s", "f8"), ("out_headway_s", "f8"), ("v_in", "f8"),
        ("occupied", "i4"), ("room", "i4"), ("wait_head", "i4"), ("closed", "u4"), ("door", "i4"), ("signal", "u1"),
        ("locked", "u1"),
        # what an exit needs besides, in the next
        ("wave_s", "f8"), ("tag_per_pcu", "f8"), ("v_out", "f8"), ("length_m", "f4"), ("ring_first", "i4"),
        ("ring_size", "i4"), ("ring_head", "i4"), ("ring_n", "i4"), ("turn_first", "i4"), ("move_first", "i4"),
        ("stop", "i4"), ("ahead", "i4"), ("behind", "i4"),
    ],
    align=True,
)  # fmt: skip
"""A link: theoretical next entry and exit and their headways [s/PCU]; virtual time of its merge; room taken (vehicles,
and holes on their way back) and room [PCU/1000]; first waiter; classes that may not enter, a bit each; the place of its
entrance in `State.due_s`; signal (`GREEN`, `FIXED`, `RED`); whether it stands in a known gridlock; wave time [s]; what
a PCU of its pays at a merge, 1 over its weight; virtual time of its stop line; length [m]; its part of the ring of
holes; first turn at its end, and its first movement; the place of its stop line in `State.due_s`; the junctions ahead
of it and behind it."""

GREEN, FIXED, RED = 0, 1, 2

QUEUE = np.dtype(
    [("start", "f8"), ("finish", "f8"), ("head", "i4"), ("tail", "i4"), ("waits_for", "i4"), ("wait_next", "i4")],
    align=True,
)
"""A queue of one link and kind, or the one at home before it: tags of fair queueing, first and last vehicle, the link
its head waits for, and the next waiter of that link."""

CAR = np.dtype(
    [
        ("end_s", "f8"), ("entered_s", "f8"), ("depart_s", "f8"), ("arrive_s", "f8"), ("distance_m", "f8"),
        ("next", "i4"), ("at", "i4"), ("link", "i4"), ("then", "i4"), ("zone", "u2"), ("ways", "i2"), ("kind", "u1"),
        ("mark", "u1"), ("status", "u1"),
    ],
    align=True,
)  # fmt: skip
"""A vehicle: earliest end of its link (at last, of its drive), entry, planned departure and arrival [s] (NaN before);
distance left behind [m]; the vehicle behind it; its place in `Ways.route_link`, or its origin node where it goes by
tables; link or -1, and the link it takes then (`THERE`, `NOWHERE`); destination; row of the way tables, or -1 for a
route of its own; class; marks; status."""

KIND = np.dtype([("pcu", "f8"), ("store", "i4"), ("group", "i4"), ("queue", "i4")], align=True)
"""A class: share of a stop line's time [PCU], room taken [PCU/1000], row of free times, and queue."""

SEEN = np.dtype([("spent_s", "f8"), ("free_s", "f8"), ("entered", "i4"), ("left", "i4")], align=True)
"""What a link saw of a class since the last interval."""

HOLE = np.dtype([("at_s", "f8"), ("store", "i4")], align=True)
"""Room on its way back: when it reaches the link's start, and how much [PCU/1000]."""

JUNCTION = np.dtype(
    [("depart_s", "f8"), ("planned", "i4"), ("planned_end", "i4"), ("first", "i4"), ("n_stops", "i4"), ("n", "i4")],
    align=True,
)
"""A junction: its next planned departure [s], where that one and the end of its others stand in `State.planned`, its
first place in `State.due_s`, and how many it has: stop lines, then entrances, all in all."""

TRACE = np.dtype([("entered_s", "f8"), ("car", "i4"), ("link", "i4")], align=True)


class Net(NamedTuple):
    """Links and what goes with them; may be changed between two calls of the kernel.

    Attributes
    ----------
    links : (L,) of `LINK`
    time_s : (G, L) [s]
        Without other traffic.
    out_first, out_link : (N + 1,), (L,)
        Links out of each node: a turn is a place in a node's list.
    cycle_s, offset_s : (L,) [s]
    green_first, green_from_s, green_to_s : (L + 1,), (n,), (n,) [s]
        Green windows within the cycle, of links whose signal is `FIXED`.
    kinds : (C,) of `KIND`
    share : (Q,)
        Weight of each queue at a contested stop line.
    burst_pcu : float [PCU]
        Tolerance of the token bucket at a link's entrance.
    """

    links: Records
    time_s: F64
    out_first: I32
    out_link: I32
    cycle_s: F64
    offset_s: F64
    green_first: I32
    green_from_s: F64
    green_to_s: F64
    kinds: Records
    share: F64
    burst_pcu: float


class Ways(NamedTuple):
    """Where vehicles go: by tables, a row each, or by routes of their own that end with -1.

    Attributes
    ----------
    next_turn, first_turn : (R, D, L), (R, D, N)
    route_link : (n,)
    """

    next_turn: U8
    first_turn: U8
    route_link: I32


class State(NamedTuple):
    """What changes as vehicles move. J junctions.

    Attributes
    ----------
    queues : (2 Q L,) of `QUEUE`
        Q of each link, then Q at home before each link.
    holes : of `HOLE`
    finish : (Q M,)
        Tags of movements.
    due_s, due_link : (2 L,)
        When each place acts next [s], infinite for nothing due; and whose stop line or entrance it is.
    junctions, next_s : (J,) of `JUNCTION`, (J,) [s]
        With the time of the next thing to happen there.
    block_s : (J / `BLOCK`,) [s]
        The same of each block of junctions.
    lookahead_s : (1,) [s]
        Least time in which two junctions feel each other.
    acting, coming : (J,)
        Junctions that act before the end of the present step, and the place that begins.
    planned, planned_s : (V,), (V,) [s]
        Vehicles by junction and departure.
    tally, first_gridlock_s
    seen : (L, C) of `SEEN`
    traces : of `TRACE`
    watched, ended : (W,)
        Watched vehicles under way; those whose drive has ended.
    part_block : (4,)
        First block of junctions of each half, of the border between them, and the end. No junction of one half has a
        neighbour in the other.
    shared, step_to_s : (`N_SHARED`,), (1,) [s]
        What two threads tell each other, and the end of the present step.
    mate_acting, mate_coming, mate_tally, mate_traces
        The same as those above, of the second half.
    """

    queues: Records
    holes: Records
    finish: F64
    due_s: F64
    due_link: I32
    junctions: Records
    next_s: F64
    block_s: F64
    lookahead_s: F64
    acting: I32
    coming: I32
    planned: I32
    planned_s: F64
    tally: NDArray[np.int64]
    first_gridlock_s: F64
    seen: Records
    traces: Records
    watched: I32
    ended: I32
    part_block: I32
    shared: NDArray[np.int64]
    step_to_s: F64
    mate_acting: I32
    mate_coming: I32
    mate_tally: NDArray[np.int64]
    mate_traces: Records


class Traffic(NamedTuple):
    """All of it: the one argument of the kernel's functions."""

    net: Net
    cars: Records
    ways: Ways
    state: State


def ticks(duration_s: Any) -> F64:
    """Return durations rounded to whole ticks [s]."""
    return np.round(np.asarray(duration_s, np.float64) * TICKS_PER_S) / TICKS_PER_S
