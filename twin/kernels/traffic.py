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

from twin.kernels.agenda import due_before, next_departure, next_place, plan_exit, soonest
from twin.kernels.jit import inlined, lean
from twin.kernels.machine import read_shared, swap_shared, write_shared
from twin.kernels.traffic_fetch import FAR, fetch
from twin.kernels.traffic_halves import look_away, of_mate, put_together, wait_for
from twin.kernels.traffic_moves import (
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
    opens,
    wait,
)
from twin.kernels.traffic_state import (
    ARRIVED,
    BLOCK,
    CALLED,
    CUT_OFF,
    DONE,
    FREE,
    GREEN,
    N_ENDED,
    N_WATCHED,
    NOWHERE,
    ON_ROAD,
    PARKED,
    STOPPED,
    TAKEN,
    THERE,
    TICKS_PER_S,
    UNREACHABLE,
    Traffic,
)


@lean
def advance(t: Traffic, until_s: float) -> None:
    """Move every vehicle up to, and excluding, a time, or up to and including the moment of the first end of a watched
    drive; changes `t` in place. Another thread in `follow` takes a half of the work."""
    s = t.state
    ended = s.tally[N_ENDED]
    while s.tally[N_ENDED] == ended:
        from_s = soonest(s)
        if from_s >= until_s:
            return
        to_s = min(until_s, max(from_s + s.lookahead_s[0], from_s + 1.0 / TICKS_PER_S))
        if s.tally[N_WATCHED] > 0:
            to_s = _before_ends(t, from_s, to_s)
            _act_in(t, 0, 3, to_s)
        else:
            _act_by_halves(t, to_s)


@inlined
def _act_by_halves(t: Traffic, to_s: float) -> None:
    """Let both halves act up to a time, the second here unless another thread has taken it; then the border."""
    s = t.state
    step = s.shared[CALLED] + 1
    s.step_to_s[0] = to_s
    write_shared(s.shared, CALLED, step)
    _act_in(t, 0, 1, to_s)
    if swap_shared(s.shared, TAKEN, step - 1, step):
        _act_in(of_mate(t), 1, 2, to_s)
    else:
        wait_for(s.shared, step)
    _act_in(t, 2, 3, to_s)
    put_together(s)


@lean
def follow(t: Traffic) -> None:
    """Take the second half of the steps another thread calls out in `advance`, until it is told to stop."""
    shared, looked, last = t.state.shared, 0, -1
    while read_shared(shared, STOPPED) == 0:
        step = read_shared(shared, CALLED)
        if step != last:
            last = step
            if swap_shared(shared, TAKEN, step - 1, step):
                _act_in(of_mate(t), 1, 2, t.state.step_to_s[0])
                write_shared(shared, DONE, step)
        else:
            looked = look_away(looked)


@lean
def _act_in(t: Traffic, part: int, end: int, to_s: float) -> None:
    """Let the junctions of some parts act up to a time, excluded."""
    s = t.state
    n = due_before(s, s.part_block[part], s.part_block[end], to_s)
    for k in range(-FAR, n):
        fetch(t, k, n)
        if k >= 0:
            _act(t, s.acting[k], to_s)


@lean
def _before_ends(t: Traffic, from_s: float, to_s: float) -> float:
    """Return a time before which no watched drive ends, or just after the moment at which the next one may."""
    s, links = t.state, t.net.links
    for k in range(s.tally[N_WATCHED]):
        v = s.watched[k]
        car = t.cars[v]
        on_road = car["status"] == ON_ROAD
        to = car["then"] if on_road else _first_of(t, v)
        if to < 0 and not on_road:
            continue
        at = links[car["link"]]["ahead"] if on_road else links[to]["behind"]
        if to < 0 or links[to]["ahead"] == at:
            end_s = max(car["end_s"], s.next_s[at]) if on_road else s.next_s[at]
            to_s = min(to_s, end_s if end_s > from_s else from_s + 1.0 / TICKS_PER_S)
    return to_s


@inlined
def _act(t: Traffic, junction: int, to_s: float) -> None:
    """Let a junction act up to a time, excluded."""
    s = t.state
    s.next_s[junction] = -np.inf  # what it plans for itself meanwhile needs no note
    place, at_s = next_place(s, junction)
    while at_s < to_s:
        if place < 0:
            depart(t, next_departure(s, junction), at_s)
        else:
            s.due_s[place] = np.inf
            if place < s.junctions[junction]["first"] + s.junctions[junction]["n_stops"]:
                _stop_line(t, s.due_link[place], at_s)
            else:
                _entrance(t, s.due_link[place], at_s)
        place, at_s = next_place(s, junction)
    s.next_s[junction] = at_s
    s.block_s[junction // BLOCK] = min(s.block_s[junction // BLOCK], at_s)


@lean
def depart(t: Traffic, v: int, now: float) -> None:
    """Put a vehicle into the queue at home; it goes at once where nothing is in its way."""
    car = t.cars[v]
    to = _first_of(t, v)
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


@inlined
def _first_of(t: Traffic, v: int) -> int:
    return int(t.ways.route_link[t.cars[v]["at"]]) if t.cars[v]["ways"] < 0 else first_link(t, v)


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
            plan_exit(t, link, go_s)
        return
    while True:
        q, soonest_s = _whose_turn(t, link, now)
        if q < 0:
            if soonest_s < np.inf:
                plan_exit(t, link, soonest_s)
            return
        v = t.state.queues[q]["head"]
        to = t.cars[v]["then"]
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
            plan_exit(t, link, now)
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
