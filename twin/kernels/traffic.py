"""Traffic as kinematic waves, vehicle by vehicle and event by event: triangular diagram, exact spillback, class queues.

Legend: see `twin.kernels.traffic_state`. q capacity, u free speed, w wave speed, κ jam density, L length, p PCU.

Rules
-----
1. A vehicle that enters a link at t is at its end at t + L/u at the earliest, behind those of its queue (first in,
   first out). Queues of a link pass each other (motorcycles past queued cars) and share its stop line by fair queueing.
2. The stop line serves vehicle after vehicle, p/q apart, in green only.
3. A link admits a vehicle at t if its token bucket has run full enough, TAT - b/q ≤ t (TAT the theoretical next entry,
   p/q after the last one or after t), and if vehicles and holes leave any of its room κL free. A hole is the room of a
   vehicle that left: it travels back over the link in L/w and is filled in at the rate q. So n enters no earlier than
   n - κL left, plus L/w: Newell's rule. In a jam the last vehicle may stand with its tail over the link's start.
4. Who is not admitted waits for the link; it serves its waiters by start-time fair queueing, by their streets' weights,
   each at the link's next possible moment. A vehicle from home waits like one from a street of the link's own weight.
   Who comes at the moment the link opens waits too, so that all of that moment are there when its entrance decides.
5. No vehicle is ever moved without room. Links that can never move again are a gridlock, found by `find_gridlocks`.
6. Without a way a vehicle is unreachable at its departure, cut off under way. A closed gate parks the queue before it.

References: Newell, Transp. Res. B 27 (1993), doi:10.1016/0191-2615(93)90038-C; Leclercq, Bécarie, A meso LWR model
designed for network applications, Procedia 48 (2012); Goyal, Vin, Cheng, Start-time fair queueing, SIGCOMM (1996),
doi:10.1145/248156.248171; ITU-T I.371, generic cell rate algorithm.
"""

from __future__ import annotations

import numpy as np

from twin.kernels.jit import inlined, lean
from twin.kernels.traffic_moves import (
    NOWHERE,
    THERE,
    call,
    charge,
    end,
    enter,
    first_link,
    green_from,
    is_closed,
    is_contested,
    leave,
    movement,
    next_link,
    opens,
    wait,
)
from twin.kernels.traffic_state import (
    ARRIVED,
    CUT_OFF,
    DEPARTED,
    FREE,
    GREEN,
    N_ENDED,
    PARKED,
    PLANNED,
    UNREACHABLE,
    Traffic,
)
from twin.kernels.wheel import pop_before, schedule


@lean
def advance(t: Traffic, until_s: float) -> None:
    """Move every vehicle up to, and excluding, a time, or to the first end of a watched drive; changes `t` in place."""
    cars, tally = t.cars, t.state.tally
    n_l = len(t.net.links)
    ended = tally[N_ENDED]
    while tally[N_ENDED] == ended:
        v = tally[DEPARTED]
        depart_s = cars[v]["depart_s"] if v < tally[PLANNED] else np.inf
        item = pop_before(t.state, min(depart_s, until_s))
        if item < 0:
            if depart_s >= until_s:
                return
            tally[DEPARTED] += 1
            depart(t, v, depart_s)
        elif item < n_l:
            _stop_line(t, item, t.state.events[item]["at_s"])
        else:
            _entrance(t, item - n_l, t.state.events[item]["at_s"])


@lean
def depart(t: Traffic, v: int, now: float) -> None:
    """Put a vehicle into the queue at home; it goes at once where nothing is in its way."""
    car = t.cars[v]
    to = t.ways.route_link[car["at"]] if car["ways"] < 0 else first_link(t, v)
    if to < 0:
        end(t, v, now, UNREACHABLE if to == NOWHERE else ARRIVED)
        return
    n_q = len(t.net.share)
    q = n_q * (len(t.net.links) + to) + t.net.kinds[car["kind"]]["queue"]
    queues = t.state.queues
    car["next"] = -1
    if queues[q]["head"] >= 0:
        t.cars[queues[q]["tail"]]["next"] = v
        queues[q]["tail"] = v
        return
    queues[q]["head"] = queues[q]["tail"] = v
    _from_home(t, q, to, now)


@lean
def _from_home(t: Traffic, q: int, to: int, now: float) -> None:
    """Let the vehicles at home before a link enter it for as long as it admits them."""
    home = t.state.queues[q]
    while home["head"] >= 0 and home["waits_for"] == FREE:
        v = home["head"]
        if is_closed(t, to, v):
            home["waits_for"] = PARKED
        elif is_contested(t, to, now):
            wait(t, q, to, home["finish"], now)
        else:
            home["finish"] = charge(t, to, max(t.net.links[to]["v_in"], home["finish"]), v, to)
            home["head"] = t.cars[v]["next"]
            enter(t, v, to, now)


@inlined
def _stop_line(t: Traffic, link: int, now: float) -> None:
    """Let the vehicle go whose turn it is at a link's end, and plan the next."""
    one = t.net.links[link]
    go_s = one["tat_out_s"]
    if go_s <= now and one["signal"] != GREEN:
        go_s = green_from(t, link, now)
    if go_s > now:
        if go_s < np.inf:
            schedule(t.state, link, go_s)
        return
    while True:
        q, soonest_s = _whose_turn(t, link, now)
        if q < 0:
            if soonest_s < np.inf:
                schedule(t.state, link, soonest_s)
            return
        v = t.state.queues[q]["head"]
        to = next_link(t, v, link)
        if to >= 0 and _is_held(t, q, link, to, now):
            continue
        leave(t, v, q, link, now)
        if to >= 0:
            enter(t, v, to, now)
        else:
            end(t, v, now, ARRIVED if to == THERE else CUT_OFF)
        return


@inlined
def _is_held(t: Traffic, q: int, link: int, to: int, now: float) -> bool:
    """Return whether the head of a queue may not go on yet, and let it wait for what holds it."""
    if is_closed(t, to, t.state.queues[q]["head"]):
        t.state.queues[q]["waits_for"] = PARKED
        return True
    move = movement(t, q, link, to)
    finish = t.state.finish[move]
    if is_contested(t, to, now):
        wait(t, q, to, finish, now)
        return True
    t.state.finish[move] = charge(t, to, max(t.net.links[to]["v_in"], finish), t.state.queues[q]["head"], link)
    return False


@inlined
def _whose_turn(t: Traffic, link: int, now: float) -> tuple[int, float]:
    """Return the queue that is first at the stop line, or -1 and when the next vehicle gets there."""
    n_q = len(t.net.share)
    found, soonest_s, first = -1, np.inf, np.inf
    v_out = t.net.links[link]["v_out"]
    for q in range(link * n_q, link * n_q + n_q):
        queue = t.state.queues[q]
        if queue["head"] < 0 or queue["waits_for"] != FREE:
            continue
        end_s = t.cars[queue["head"]]["end_s"]
        if end_s > now:
            soonest_s = min(soonest_s, end_s)
        elif found < 0 or max(v_out, queue["finish"]) < first:
            found, first = q, max(v_out, queue["finish"])
    return found, soonest_s


@inlined
def _entrance(t: Traffic, to: int, now: float) -> None:
    """Admit waiters of a link, in the order of their tags, for as long as it has tokens and room."""
    one, queues = t.net.links[to], t.state.queues
    n_q = len(t.net.share)
    n_home = n_q * len(t.net.links)
    while one["wait_head"] >= 0 and opens(t, to, now) <= now:
        q = one["wait_head"]
        one["wait_head"] = queues[q]["wait_next"]
        queues[q]["waits_for"] = FREE
        v = queues[q]["head"]
        link = q // n_q if q < n_home else to
        if q < n_home and (t.net.links[link]["tat_out_s"] > now or (
            t.net.links[link]["signal"] != GREEN and green_from(t, link, now) > now
        )):  # fmt: skip
            schedule(t.state, link, now)
            continue
        finish = charge(t, to, queues[q]["start"], v, link)
        if q < n_home:
            t.state.finish[movement(t, q, link, to)] = finish
            leave(t, v, q, link, now)
            enter(t, v, to, now)
        else:
            queues[q]["finish"] = finish
            queues[q]["head"] = t.cars[v]["next"]
            enter(t, v, to, now)
            if queues[q]["head"] >= 0:
                wait(t, q, to, finish, now)
    if one["wait_head"] >= 0:
        call(t, to, now)
