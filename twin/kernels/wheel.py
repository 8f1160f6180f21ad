"""A time wheel: pending events in slots of a few milliseconds, each slot a list in the order of time, then of number.

An item has at most one pending event. Events further ahead than one turn of the wheel stay in their slot's list until
their lap has come. `State.tally[SLOT]` is the present slot, counted from time 0; no event lies in an earlier one.

Reference: G. Varghese, T. Lauck, Hashed and hierarchical timing wheels, SOSP (1987), doi:10.1145/37499.37504.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import inlined, lean
from twin.kernels.traffic_state import N_EVENTS, SLOT, State

IDLE = -2
"""`next` of an item without a pending event; -1 is the end of a slot's list."""


@inlined
def slot_of(at_s: float, slots_per_s: float) -> int:
    """Return the slot of a time, counted from time 0."""
    return int(np.floor(at_s * slots_per_s))


@inlined
def is_pending(s: State, item: int) -> bool:
    """Return whether an item has a pending event."""
    return bool(s.events[item]["next"] != IDLE)


@inlined
def schedule(s: State, item: int, at_s: float) -> None:
    """Give an item its event, in place of a later one; an earlier one that is pending stays."""
    events, slots = s.events, s.slots
    if events[item]["next"] != IDLE:
        if events[item]["at_s"] <= at_s:
            return
        _remove(s, item)
    place = slot_of(at_s, s.slots_per_s) & (len(slots) - 1)
    events[item]["at_s"] = at_s
    s.tally[N_EVENTS] += 1
    after = slots[place]
    if after < 0 or _first(at_s, item, events[after]["at_s"], after):
        events[item]["next"] = after
        slots[place] = item
        return
    before = after
    after = events[before]["next"]
    while after >= 0 and not _first(at_s, item, events[after]["at_s"], after):
        before = after
        after = events[before]["next"]
    events[item]["next"] = after
    events[before]["next"] = item


@inlined
def _first(at_s: float, item: int, other_s: float, other: int) -> bool:
    return at_s < other_s or (at_s == other_s and item < other)


@lean
def _remove(s: State, item: int) -> None:
    place = slot_of(s.events[item]["at_s"], s.slots_per_s) & (len(s.slots) - 1)
    s.tally[N_EVENTS] -= 1
    after = s.events[item]["next"]
    s.events[item]["next"] = IDLE
    at = s.slots[place]
    if at == item:
        s.slots[place] = after
        return
    while s.events[at]["next"] != item:
        at = s.events[at]["next"]
    s.events[at]["next"] = after


@inlined
def pop_before(s: State, until_s: float) -> int:
    """Take out the next event before a time and return its item; -1 where there is none."""
    mask = len(s.slots) - 1
    last = slot_of(until_s, s.slots_per_s)
    at = s.tally[SLOT]
    found = -1
    if s.tally[N_EVENTS] == 0:
        at = max(at, last)
    while at <= last:
        item = s.slots[at & mask]
        if item >= 0 and slot_of(s.events[item]["at_s"], s.slots_per_s) <= at:
            if s.events[item]["at_s"] < until_s:
                s.slots[at & mask] = s.events[item]["next"]
                s.events[item]["next"] = IDLE
                s.tally[N_EVENTS] -= 1
                found = item
            break
        if at == last:
            break
        at += 1
    s.tally[SLOT] = at
    return found
