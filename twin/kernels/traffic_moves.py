"""What a vehicle does at the ends of a link: where it goes, whether it may, leaving, entering, arriving."""

from __future__ import annotations

import numpy as np

from twin.kernels.agenda import has_entry_due, plan_entry, plan_exit
from twin.kernels.jit import inlined, lean
from twin.kernels.traffic_state import (
    ARRIVED,
    ARRIVES,
    FIXED,
    FREE,
    N_ENDED,
    N_MOVES,
    N_TRACED,
    N_WATCHED,
    NOWHERE,
    ON_ROAD,
    THERE,
    TICKS_PER_S,
    TRACED,
    WATCHED,
    Records,
    Traffic,
)


@inlined
def first_link(t: Traffic, v: int) -> int:
    """Return the first link of a vehicle that goes by tables."""
    car = t.cars[v]
    turn = t.ways.first_turn[car["ways"], car["zone"], car["at"]]
    if turn >= ARRIVES:
        return THERE if turn == ARRIVES else NOWHERE
    return int(t.net.out_link[t.net.out_first[car["at"]] + turn])


@inlined
def link_after(t: Traffic, v: int, link: int) -> int:
    """Return the link a vehicle takes after one by its way as it is now."""
    car = t.cars[v]
    if car["ways"] < 0:
        return int(t.ways.route_link[car["at"] + 1])
    turn = t.ways.next_turn[car["ways"], car["zone"], link]
    if turn >= ARRIVES:
        return THERE if turn == ARRIVES else NOWHERE
    return int(t.net.out_link[t.net.links[link]["turn_first"] + turn])


@inlined
def is_closed(t: Traffic, link: int, v: int) -> bool:
    """Return whether a link is closed to a vehicle's class."""
    return bool((t.net.links[link]["closed"] >> np.uint32(t.cars[v]["kind"])) & np.uint32(1))


@inlined
def movement(t: Traffic, q: int, link: int, to: int) -> int:
    """Return the row of a queue's tag at a link it turns into."""
    one, n_q = t.net.links[link], len(t.net.share)
    k = 0
    while t.net.out_link[one["turn_first"] + k] != to:
        k += 1
    return int((one["move_first"] + k) * n_q + q - link * n_q)


@lean
def green_from(t: Traffic, link: int, at_s: float) -> float:
    """Return when a link has green next, now included; infinite while it is held at red."""
    if t.net.links[link]["signal"] != FIXED:
        return np.inf
    cycle_s = t.net.cycle_s[link]
    phase_s = (at_s - t.net.offset_s[link]) % cycle_s
    wait_s = np.inf
    for k in range(t.net.green_first[link], t.net.green_first[link + 1]):
        if t.net.green_from_s[k] <= phase_s < t.net.green_to_s[k]:
            return at_s
        wait_s = min(wait_s, (t.net.green_from_s[k] - phase_s) % cycle_s)
    return at_s + wait_s


@inlined
def opens(t: Traffic, link: int, now: float) -> float:
    """Return since or from when a link admits its next vehicle (rule 3); infinite while it is full and nobody left."""
    one = t.net.links[link]
    token_s = one["tat_in_s"] - t.net.burst_pcu * one["in_headway_s"]
    if one["occupied"] < one["room"]:
        return float(token_s)
    return float(max(token_s, _hole_s(t.net.links, t.state.holes, link, now)))


@lean
def _hole_s(links: Records, holes: Records, link: int, now: float) -> float:
    """Return when a full link's next hole reaches its start; takes in those that have come in before."""
    one = links[link]
    per_pcu_s = one["out_headway_s"] / 1000.0
    while one["ring_n"] > 0:
        k = one["ring_first"] + one["ring_head"]
        if holes[k]["at_s"] + holes[k]["store"] * per_pcu_s >= now:
            break
        one["occupied"] -= holes[k]["store"]
        one["ring_head"] = (one["ring_head"] + 1) % one["ring_size"]
        one["ring_n"] -= 1
    return _room_s(links, holes, link)


@lean
def _room_s(links: Records, holes: Records, link: int) -> float:
    """Return when the holes on their way leave room on a link; infinite where they are too few."""
    one = links[link]
    per_pcu_s = one["out_headway_s"] / 1000.0
    over = one["occupied"] - one["room"]
    if over < 0:
        return -np.inf
    for i in range(one["ring_n"]):
        k = one["ring_first"] + (one["ring_head"] + i) % one["ring_size"]
        if over < holes[k]["store"]:
            return _round(holes[k]["at_s"] + over * per_pcu_s)
        over -= holes[k]["store"]
    return np.inf


@inlined
def _round(at_s: float) -> float:
    return float(np.floor(at_s * TICKS_PER_S + 0.5) / TICKS_PER_S)


@inlined
def is_contested(t: Traffic, link: int, now: float) -> bool:
    """Return whether a link is for its entrance to give away: it has waiters, or was not open before now."""
    return bool(t.net.links[link]["wait_head"] >= 0 or opens(t, link, now) >= now)


@inlined
def charge(t: Traffic, to: int, start: float, v: int, street: int) -> float:
    """Move a link's virtual time to an entry's start tag; return the finish tag for the street it comes from."""
    t.net.links[to]["v_in"] = start
    return float(start + t.net.kinds[t.cars[v]["kind"]]["pcu"] * t.net.links[street]["tag_per_pcu"])


@inlined
def wait(t: Traffic, q: int, to: int, finish: float, now: float) -> None:
    """Add a queue's head to the waiters of a link, behind those with an earlier or equal tag."""
    _insert(t.net.links, t.state.queues, q, to, finish)
    call(t, to, now)


@lean
def _insert(links: Records, queues: Records, q: int, to: int, finish: float) -> None:
    one = links[to]
    start = max(one["v_in"], finish)
    queues[q]["start"], queues[q]["waits_for"] = start, to
    before, after = -1, one["wait_head"]
    while after >= 0 and queues[after]["start"] <= start:
        before, after = after, queues[after]["wait_next"]
    queues[q]["wait_next"] = after
    if before >= 0:
        queues[before]["wait_next"] = q
    else:
        one["wait_head"] = q


@inlined
def call(t: Traffic, link: int, now: float) -> None:
    """Plan the entrance's next moment for a link with waiters."""
    if not has_entry_due(t, link):
        opens_s = opens(t, link, now)
        if opens_s < np.inf:
            plan_entry(t, link, max(opens_s, now))


@lean
def _call_back(t: Traffic, link: int, now: float) -> None:
    """Plan the same from the other end, where a vehicle left: takes no hole in, the entrance may not be there yet."""
    if not has_entry_due(t, link):
        one = t.net.links[link]
        opens_s = max(
            one["tat_in_s"] - t.net.burst_pcu * one["in_headway_s"], _room_s(t.net.links, t.state.holes, link)
        )
        if opens_s < np.inf:
            plan_entry(t, link, max(opens_s, now))


@inlined
def leave(t: Traffic, v: int, q: int, link: int, now: float) -> None:
    """Take the head of a queue off its link: a hole begins its way back, and the stop line is busy for a while."""
    s = t.state
    car, queue, one, kind = t.cars[v], s.queues[q], t.net.links[link], t.net.kinds[t.cars[v]["kind"]]
    queue["head"] = car["next"]
    one["tat_out_s"] = now + _round(kind["pcu"] * one["out_headway_s"])
    k = one["ring_head"] + one["ring_n"]
    k = one["ring_first"] + (k if k < one["ring_size"] else k - one["ring_size"])
    s.holes[k]["at_s"], s.holes[k]["store"] = now + one["wave_s"], kind["store"]
    one["ring_n"] += 1
    one["locked"] = 0
    car["distance_m"] += one["length_m"]
    seen = s.seen[link, car["kind"]]
    seen["left"] += 1
    seen["spent_s"] += now - car["entered_s"]
    seen["free_s"] += car["end_s"] - car["entered_s"]
    n_q = len(t.net.share)
    if n_q > 1:
        one["v_out"] = max(one["v_out"], queue["finish"])
        queue["finish"] = one["v_out"] + kind["pcu"] / t.net.share[q - link * n_q]
    if one["wait_head"] >= 0:
        _call_back(t, link, now)
    soonest_s = np.inf
    for other in range(link * n_q, link * n_q + n_q):
        head = s.queues[other]["head"]
        if head >= 0 and s.queues[other]["waits_for"] == FREE:
            soonest_s = min(soonest_s, t.cars[head]["end_s"])
    if soonest_s < np.inf:
        plan_exit(t, link, max(soonest_s, one["tat_out_s"]))


@inlined
def enter(t: Traffic, v: int, to: int, now: float) -> None:
    """Put a vehicle on a link, at the end of its queue."""
    s = t.state
    car, one, kind = t.cars[v], t.net.links[to], t.net.kinds[t.cars[v]["kind"]]
    one["occupied"] += kind["store"]
    one["tat_in_s"] = max(one["tat_in_s"], now) + _round(kind["pcu"] * one["in_headway_s"])
    end_s = now + t.net.time_s[kind["group"], to]
    car["entered_s"], car["end_s"], car["next"] = now, end_s, -1
    if car["ways"] < 0 and car["link"] >= 0:
        car["at"] += 1
    car["link"], car["status"], car["then"] = to, ON_ROAD, link_after(t, v, to)
    q = to * len(t.net.share) + kind["queue"]
    queue = s.queues[q]
    if queue["head"] < 0:
        queue["head"] = v
        plan_exit(t, to, max(end_s, one["tat_out_s"]))
    else:
        t.cars[queue["tail"]]["next"] = v
    queue["tail"] = v
    s.seen[to, car["kind"]]["entered"] += 1
    s.tally[N_MOVES] += 1
    if car["mark"] & TRACED and s.tally[N_TRACED] < len(s.traces):
        trace = s.traces[s.tally[N_TRACED]]
        trace["entered_s"], trace["car"], trace["link"] = now, v, to
        s.tally[N_TRACED] += 1


@lean
def end(t: Traffic, v: int, now: float, status: int) -> None:
    """End a vehicle's drive."""
    car = t.cars[v]
    car["status"], car["link"], car["end_s"], car["next"] = status, -1, now, -1
    car["arrive_s"] = now if status == ARRIVED else np.nan
    if car["mark"] & WATCHED:
        s = t.state
        s.ended[s.tally[N_ENDED]] = v
        s.tally[N_ENDED] += 1
        s.tally[N_WATCHED] -= 1
        k = 0
        while s.watched[k] != v:
            k += 1
        s.watched[k] = s.watched[s.tally[N_WATCHED]]
