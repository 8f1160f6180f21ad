"""A queue model of traffic: single vehicles, continuous time, links with a running part and a stop-line queue in space.

Legend: L links, V vehicles, G groups (who runs how fast on which ways), C classes, D destinations, N nodes.

Rules
-----
1. A vehicle that enters a link at t reaches its end at t + time_s[group, link] and joins the link's stop-line queue:
   vehicles are served in the order in which they arrive there (faster ones may pass while running, none at the queue).
2. The stop line serves vehicle after vehicle, p · headway_s apart, p the vehicle's PCU: so the long-run outflow is
   the capacity. With signals, only while the link has green.
3. The next link must have room for the vehicle; else the link waits, and with it everyone behind (spillback). Links
   that wait for one link are served in the order in which they began to wait; nobody slips in ahead. Room that is
   freed can be used at once: the backward wave is infinitely fast, which the next engine will mend.
4. No vehicle is ever moved without room. A ring of links of which each waits for the next is a gridlock, found by
   `find_gridlocks` and reported; only another way for one of its heads can open it.
5. A vehicle without a way is unreachable at its departure; under way it leaves the road as cut off. Both are counted.

References: Gawron, Int. J. Mod. Phys. C 9 (1998), doi:10.1142/S0129183198000303; Cetin, Burri, Nagel (2003), spatial
queue; ways by turn tables (`twin.kernels.paths`).
"""

from __future__ import annotations

import numpy as np

from twin.kernels.heap import pop, push
from twin.kernels.jit import kernel
from twin.kernels.traffic_state import (
    ARRIVED,
    CUT_OFF,
    DEPARTED,
    GRIDLOCKS,
    N_EVENTS,
    N_MOVES,
    ON_ROAD,
    TICKET,
    UNREACHABLE,
    Links,
    State,
    Vehicles,
)  # fmt: skip
from twin.kernels.turns import ARRIVED as THERE
from twin.kernels.turns import Tables, link_of


@kernel
def advance(links: Links, cars: Vehicles, s: State, ways: Tables, until_s: float) -> None:
    """Move every vehicle up to, and excluding, a time; changes `cars` and `s` in place.

    Parameters
    ----------
    links : Links
    cars : Vehicles
    s : State
    ways : Tables
    until_s : [s]
    """
    n_v, n_l = len(cars.depart_s), len(s.occupied)
    while True:
        v = s.tally[DEPARTED]
        depart_s = cars.depart_s[v] if v < n_v else np.inf
        event_s = s.keys[0] if s.tally[N_EVENTS] > 0 else np.inf
        if min(depart_s, event_s) >= until_s:
            return
        if depart_s <= event_s:
            s.tally[DEPARTED] += 1
            _depart(links, cars, s, ways, v, depart_s)
            continue
        item = s.what[0]
        s.tally[N_EVENTS] = pop(s.keys, s.ties, s.what, s.tally[N_EVENTS])
        if item < n_v:
            _reach_end(cars, s, item, event_s)
        elif item < n_v + n_l:
            _serve(links, cars, s, ways, item - n_v, event_s)
        else:
            _depart(links, cars, s, ways, item - n_v - n_l, event_s)


@kernel
def reconsider(s: State, n_vehicles: int, now_s: float) -> None:
    """Let every waiter look at the ways again, in the order of waiting; call it after the tables changed."""
    n_l = len(s.occupied)
    for link in range(n_l):
        w = s.wait_head[link]
        while w >= 0:
            after = s.wait_next[w]
            s.waits_for[w], s.wait_next[w] = -1, -1
            _call(s, w, n_vehicles, now_s)
            w = after
        s.wait_head[link], s.wait_tail[link] = -1, -1


@kernel
def find_gridlocks(s: State, now_s: float) -> int:
    """Mark the links of every ring in which each waits for the next; return how many links stand in such rings.

    A ring counts once for as long as its links do not move; the first one's time is kept.
    """
    n_l = len(s.occupied)
    seen = np.full(n_l, -1, np.int32)
    standing = 0
    for start in range(n_l):
        at = start
        while at >= 0 and seen[at] < 0:
            seen[at] = start
            at = s.waits_for[at]
        if at < 0 or seen[at] != start:
            continue
        new = 0
        ring = at
        while True:
            new += 1 - s.locked[ring]
            s.locked[ring] = 1
            standing += 1
            ring = s.waits_for[ring]
            if ring == at:
                break
        if new > 0:
            s.tally[GRIDLOCKS] += 1
            if np.isnan(s.first_gridlock_s[0]):
                s.first_gridlock_s[0] = now_s
    return standing


@kernel
def _schedule(s: State, item: int, at_s: float) -> None:
    s.tally[N_EVENTS] = push(s.keys, s.ties, s.what, s.tally[N_EVENTS], at_s, s.tally[TICKET], item)
    s.tally[TICKET] += 1


@kernel
def _call(s: State, w: int, n_v: int, at_s: float) -> None:
    if w < len(s.occupied):
        s.pending[w] = 1
    _schedule(s, n_v + w, at_s)


@kernel
def _reach_end(cars: Vehicles, s: State, v: int, now: float) -> None:
    link = cars.link[v]
    s.queue_next[v] = -1
    if s.queue_head[link] < 0:
        s.queue_head[link] = v
    else:
        s.queue_next[s.queue_tail[link]] = v
    s.queue_tail[link] = v
    s.queue_n[link] += 1
    s.queue_max[link] = max(s.queue_max[link], s.queue_n[link])
    if s.pending[link] == 0 and s.waits_for[link] < 0:
        _call(s, link, len(cars.depart_s), max(now, s.free_at_s[link]))


@kernel
def _claim(s: State, w: int) -> int:
    right = int(s.grant_of[w])
    if right >= 0:
        s.grant_of[w], s.granted[right] = -1, -1
    return right


@kernel
def _depart(links: Links, cars: Vehicles, s: State, ways: Tables, v: int, now: float) -> None:
    w = len(s.occupied) + v
    right = _claim(s, w)
    to = link_of(ways, cars.origin[v], ways.first_turn[cars.ways[v], cars.destination[v], cars.origin[v]])
    if to == THERE:
        cars.status[v], cars.arrive_s[v] = ARRIVED, now
    elif to < 0:
        cars.status[v] = UNREACHABLE
    elif _admits(links, cars, s, to, v, right):
        _enter(links, cars, s, v, to, now)
    else:
        _wait(s, w, to, front=right == to)
    if right >= 0:
        _grant(links, cars, s, right, now)


@kernel
def _serve(links: Links, cars: Vehicles, s: State, ways: Tables, link: int, now: float) -> None:
    s.pending[link] = 0
    right = _claim(s, link)
    v = s.queue_head[link]
    if v >= 0:
        green_s = _green_from(links, link, max(now, s.free_at_s[link]))
        if green_s > now:
            _call(s, link, len(cars.depart_s), green_s)
        else:
            to = link_of(ways, ways.head[link], ways.next_turn[cars.ways[v], cars.destination[v], link])
            if to < 0:
                _leave(links, cars, s, v, link, now)
                cars.link[v] = -1
                cars.arrive_s[v] = now if to == THERE else np.nan
                cars.status[v] = ARRIVED if to == THERE else CUT_OFF
            elif _admits(links, cars, s, to, v, right):
                _leave(links, cars, s, v, link, now)
                _enter(links, cars, s, v, to, now)
            else:
                _wait(s, link, to, front=right == to)
    if right >= 0:
        _grant(links, cars, s, right, now)


@kernel
def _green_from(links: Links, link: int, at_s: float) -> float:
    cycle_s = links.cycle_s[link]
    if cycle_s <= 0.0:
        return at_s
    phase_s = (at_s - links.offset_s[link]) % cycle_s
    wait_s = np.inf
    for k in range(links.green_first[link], links.green_first[link + 1]):
        if links.green_from_s[k] <= phase_s < links.green_to_s[k]:
            return at_s
        # The smallest step past the window's start keeps a rounded sum from falling just before it.
        wait_s = min(wait_s, (links.green_from_s[k] - phase_s) % cycle_s + 1e-6)
    return at_s + wait_s


@kernel
def _admits(links: Links, cars: Vehicles, s: State, to: int, v: int, right: int) -> bool:
    fits = s.occupied[to] + links.store[cars.kind[v]] <= links.room[to]
    return fits and (right == to or (s.granted[to] < 0 and s.wait_head[to] < 0))


@kernel
def _enter(links: Links, cars: Vehicles, s: State, v: int, to: int, now: float) -> None:
    s.occupied[to] += links.store[cars.kind[v]]
    s.entered[to] += 1
    s.tally[N_MOVES] += 1
    cars.status[v], cars.link[v], cars.entered_s[v] = ON_ROAD, to, now
    _schedule(s, v, now + links.time_s[cars.group[v], to])


@kernel
def _leave(links: Links, cars: Vehicles, s: State, v: int, link: int, now: float) -> None:
    s.queue_head[link] = s.queue_next[v]
    s.queue_n[link] -= 1
    s.occupied[link] -= links.store[cars.kind[v]]
    s.free_at_s[link] = now + links.pcu[cars.kind[v]] * links.headway_s[link]
    s.locked[link] = 0
    s.left[link] += 1
    cars.distance_m[v] += links.length_m[link]
    s.spent_s[link] += now - cars.entered_s[v]
    s.free_s[link] += links.time_s[cars.group[v], link]
    if s.queue_head[link] >= 0:
        _call(s, link, len(cars.depart_s), s.free_at_s[link])
    _grant(links, cars, s, link, now)


@kernel
def _wait(s: State, w: int, to: int, front: bool) -> None:  # noqa: FBT001 # numba
    s.waits_for[w] = to
    if front:
        s.wait_next[w] = s.wait_head[to]
        s.wait_head[to] = w
    else:
        s.wait_next[w] = -1
        if s.wait_head[to] >= 0:
            s.wait_next[s.wait_tail[to]] = w
        else:
            s.wait_head[to] = w
    if s.wait_next[w] < 0:
        s.wait_tail[to] = w


@kernel
def _grant(links: Links, cars: Vehicles, s: State, link: int, now: float) -> None:
    w = s.wait_head[link]
    if w < 0 or s.granted[link] >= 0:
        return
    n_l = len(s.occupied)
    v = s.queue_head[w] if w < n_l else w - n_l
    if s.occupied[link] + links.store[cars.kind[v]] > links.room[link]:
        return
    s.wait_head[link] = s.wait_next[w]
    if s.wait_head[link] < 0:
        s.wait_tail[link] = -1
    s.wait_next[w], s.waits_for[w] = -1, -1
    s.granted[link], s.grant_of[w] = w, link
    _call(s, w, len(cars.depart_s), now)
