"""What is done to traffic between two moves of the kernel: new ways, changed links, gridlocks found, queues counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.kernels.agenda import has_entry_due, plan_entry, plan_exit
from twin.kernels.jit import kernel
from twin.kernels.traffic import depart
from twin.kernels.traffic_moves import is_closed, link_after
from twin.kernels.traffic_state import FREE, GRIDLOCKS, PARKED, Traffic


@kernel
def reconsider(t: Traffic, now: float) -> None:
    """Let everybody who waits look at ways and gates again: call it after the tables or the gates changed."""
    queues, n_q = t.state.queues, len(t.net.share)
    n_home = n_q * len(t.net.links)
    _look_ahead(t, n_home)
    for to in range(len(t.net.links)):
        _drop_waiters(t, to, n_home)
    for q in range(n_home):
        if queues[q]["waits_for"] == PARKED:
            queues[q]["waits_for"] = FREE
        if queues[q]["head"] >= 0 and queues[q]["waits_for"] == FREE:
            plan_exit(t, q // n_q, now)
    # All who are at home are taken off their queues before the first of them departs anew.
    first, last = -1, -1
    for q in range(n_home, 2 * n_home):
        queues[q]["waits_for"] = FREE
        if queues[q]["head"] >= 0:
            if last >= 0:
                t.cars[last]["next"] = queues[q]["head"]
            else:
                first = queues[q]["head"]
            last = queues[q]["tail"]
            queues[q]["head"] = -1
    while first >= 0:
        after = t.cars[first]["next"]
        depart(t, first, now)
        first = after


@kernel
def _look_ahead(t: Traffic, n_home: int) -> None:
    """Let everybody on a link see which one comes then."""
    for q in range(n_home):
        v = t.state.queues[q]["head"]
        while v >= 0:
            t.cars[v]["then"] = link_after(t, v, t.cars[v]["link"])
            v = t.cars[v]["next"]


@kernel
def _drop_waiters(t: Traffic, to: int, n_home: int) -> None:
    """Take those off a link's waiters who no longer want to or may enter it, and all who are at home."""
    queues, one = t.state.queues, t.net.links[to]
    before, q = -1, one["wait_head"]
    while q >= 0:
        after, v = queues[q]["wait_next"], queues[q]["head"]
        if q < n_home and not is_closed(t, to, v) and t.cars[v]["then"] == to:
            before = q
        else:
            queues[q]["waits_for"] = FREE
            if before >= 0:
                queues[before]["wait_next"] = after
            else:
                one["wait_head"] = after
        q = after


@kernel
def wake(t: Traffic, links: NDArray[np.int64], now: float) -> None:
    """Let the ends of changed links look again: call it after capacity, speed or a signal changed.

    A faster link brings its junctions nearer to each other. A wait for the next entry or exit that was planned by an
    older, longer headway is cut to the present one's.
    """
    most_pcu = 0.0
    for k in range(len(t.net.kinds)):
        most_pcu = max(most_pcu, t.net.kinds[k]["pcu"])
    for link in links:
        one = t.net.links[link]
        if one["ahead"] != one["behind"]:
            for group in range(len(t.net.time_s)):
                t.state.lookahead_s[0] = min(t.state.lookahead_s[0], t.net.time_s[group, link])
        one["tat_out_s"] = min(one["tat_out_s"], now + most_pcu * one["out_headway_s"])
        one["tat_in_s"] = min(one["tat_in_s"], now + (most_pcu + t.net.burst_pcu) * one["in_headway_s"])
        plan_exit(t, link, now)
        if one["wait_head"] >= 0:
            plan_entry(t, link, now)


@kernel
def find_gridlocks(t: Traffic, now: float) -> int:
    """Mark the rings of links that can never move again; return how many links stand for good, rings and their tails.

    A link stands for good if it is full, no hole is on its way, and every queue on it waits for a link that stands for
    good. A ring counts once for as long as its links do not move; the first one's time is kept.
    """
    links, queues, n_q = t.net.links, t.state.queues, len(t.net.share)
    n_l = len(links)
    stuck, todo = np.zeros(n_l, np.bool_), np.empty(n_l, np.int32)
    for link in range(n_l):
        stuck[link] = links[link]["wait_head"] >= 0 and not has_entry_due(t, link)
    n = 0
    for link in range(n_l):
        if stuck[link] and _moves(t, link, stuck):
            stuck[link] = False
            todo[n] = link
            n += 1
    while n > 0:
        n -= 1
        q = links[todo[n]]["wait_head"]
        while q >= 0:
            link = q // n_q
            if link < n_l and stuck[link]:
                stuck[link] = False
                todo[n] = link
                n += 1
            q = queues[q]["wait_next"]
    _mark_rings(t, stuck, now)
    return int(stuck.sum())


@kernel
def _moves(t: Traffic, link: int, stuck: NDArray[np.bool_]) -> bool:
    n_q, moves = len(t.net.share), False
    for q in range(link * n_q, link * n_q + n_q):
        to = t.state.queues[q]["waits_for"]
        moves = moves or (t.state.queues[q]["head"] >= 0 and (to < 0 or not stuck[to]))
    return moves


@kernel
def _mark_rings(t: Traffic, stuck: NDArray[np.bool_], now: float) -> None:
    links, n_q = t.net.links, len(t.net.share)
    seen = np.full(len(links), -1, np.int32)
    for start in range(len(links)):
        at = start if stuck[start] else -1
        while at >= 0 and seen[at] < 0:
            seen[at] = start
            at = _ahead(t, at, n_q)
        if at < 0 or seen[at] != start:
            continue
        new, ring = False, at
        while True:
            new = new or links[ring]["locked"] == 0
            links[ring]["locked"] = 1
            ring = _ahead(t, ring, n_q)
            if ring == at:
                break
        if new:
            t.state.tally[GRIDLOCKS] += 1
            if np.isnan(t.state.first_gridlock_s[0]):
                t.state.first_gridlock_s[0] = now


@kernel
def _ahead(t: Traffic, link: int, n_q: int) -> int:
    """Return the link for which the first waiting queue of a link waits."""
    for q in range(link * n_q, link * n_q + n_q):
        if t.state.queues[q]["head"] >= 0:
            return int(t.state.queues[q]["waits_for"])
    return -1


@kernel
def count_queues(t: Traffic, now: float, waiting: NDArray[np.int32], held: NDArray[np.int64]) -> None:
    """Count the vehicles past their free time (L,) and the room taken by vehicles [PCU/1000] (L,) on each link."""
    queues, n_q = t.state.queues, len(t.net.share)
    waiting[:], held[:] = 0, 0
    for q in range(n_q * len(t.net.links)):
        v = queues[q]["head"]
        while v >= 0:
            held[q // n_q] += t.net.kinds[t.cars[v]["kind"]]["store"]
            waiting[q // n_q] += t.cars[v]["end_s"] <= now
            v = t.cars[v]["next"]
