"""Memory called in before it is needed: half of a large network's time would else go by waiting for it."""

from __future__ import annotations

import numpy as np

from twin.kernels.agenda import next_place
from twin.kernels.jit import inlined
from twin.kernels.machine import prefetch
from twin.kernels.traffic_state import Traffic

FAR, _NEAR, _NEXT = 8, 5, 3
"""How many junctions ahead `fetch` calls a link, its vehicle and the vehicle's next link."""


@inlined
def fetch(t: Traffic, k: int, n: int) -> None:
    """Call into the cache what junctions soon to act touch first: a link, its vehicle, the vehicle's next link.

    Half of a large network's time goes by waiting for memory; each step asks for what the step before has brought.
    """
    s, n_q = t.state, len(t.net.share)
    if k + FAR < n:
        place, _ = next_place(s, s.acting[k + FAR])
        link = s.due_link[place] if place >= 0 else -1
        s.coming[k + FAR] = link
        if link >= 0:
            _fetch_link(t, link)
    if 0 <= k + _NEAR < n and s.coming[k + _NEAR] >= 0:
        first = s.coming[k + _NEAR] * n_q
        for q in range(first, first + n_q):
            if s.queues[q]["head"] >= 0:
                prefetch(t.cars, s.queues[q]["head"], 0)
    if 0 <= k + _NEXT < n and s.coming[k + _NEXT] >= 0:
        link = s.coming[k + _NEXT]
        v = s.queues[link * n_q]["head"]
        for q in range(link * n_q + 1, link * n_q + n_q):
            v = max(v, s.queues[q]["head"])
        s.coming[k + _NEXT] = -1
        if v >= 0:
            prefetch(s.finish, t.net.links[link]["move_first"] * n_q, 0)
            _fetch_way(t, v, link)
            s.coming[k + _NEXT] = t.cars[v]["then"]
    if 0 <= k + 1 < n and s.coming[k + 1] >= 0:
        one = t.net.links[s.coming[k + 1]]
        prefetch(s.holes, one["ring_first"] + one["ring_head"], 0)
        prefetch(s.due_s, one["stop"], 0)
        prefetch(s.next_s, one["ahead"], 0)


@inlined
def _fetch_link(t: Traffic, link: int) -> None:
    n_q = len(t.net.share)
    prefetch(t.net.links, link, 0)
    prefetch(t.net.links, link, 64)
    prefetch(t.state.queues, link * n_q, 0)
    prefetch(t.state.queues, link * n_q + n_q - 1, 31)


@inlined
def _fetch_way(t: Traffic, v: int, link: int) -> None:
    car, to, n_kinds = t.cars[v], t.cars[v]["then"], len(t.net.kinds)
    prefetch(t.state.seen, link * n_kinds + car["kind"], 0)
    if to >= 0:
        _fetch_link(t, to)
        prefetch(t.state.seen, to * n_kinds + car["kind"], 0)
        if car["ways"] < 0:
            prefetch(t.ways.route_link, car["at"] + 2, 0)
        else:
            _, n_zones, n_links = t.ways.next_turn.shape
            prefetch(t.ways.next_turn, (np.int64(car["ways"]) * n_zones + car["zone"]) * n_links + to, 0)
