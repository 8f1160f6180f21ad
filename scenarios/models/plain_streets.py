"""Streets in plain SimPy, two processes each: classes in queues of their own, gates, ways that may change under way.

The rules are those of `scenarios.models.traffic_simpy`, and besides, as in `twin.kernels.traffic`: each queue of a
street is first in, first out; queues that wait at one stop line share it by weight; a closed gate parks its queue.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

import simpy

from scenarios.models.plain_links import Line, Process, Sleeper, Street, Vehicles, rounded


class StreetProcesses:
    """The processes of all streets.

    Parameters
    ----------
    env
    streets
    vehicles
    burst : [PCU]
    share : (Q,)
        Weight of each queue at a stop line.
    """

    def __init__(
        self, env: simpy.Environment, streets: list[Street], vehicles: Vehicles, *, burst: float,
        share: tuple[float, ...],
    ) -> None:  # fmt: skip
        self.env, self.streets, self.vehicles, self.burst, self.share = env, streets, vehicles, burst, share
        self._tickets = 0
        for street in streets:
            street.lines = [Line(street, q) for q in range(len(share))]
            street.homes = [Line(None, q) for q in range(len(share))]
            street.stop, street.door = Sleeper(env, last=False), Sleeper(env, last=True)
            street.stop.process = env.process(self._stop_line(street))
            street.door.process = env.process(self._entrance(street))

    def depart(self, v: int, to: Street, queue: int) -> None:
        """Put a vehicle into the queue at home; it goes at once where nothing is in its way."""
        home = to.homes[queue]
        home.cars.append(v)
        if len(home.cars) == 1:
            self._from_home(home, to)

    def _from_home(self, home: Line, to: Street) -> None:
        while home.cars and not home.waits:
            if self.vehicles.is_closed(home.cars[0], to):
                home.waits = True
            elif self._contested(to):
                self._wait(to, home)
            else:
                self._admit(to, home, max(to.virtual, home.finish))

    def _stop_line(self, link: Street) -> Process:
        """Let vehicles go at a street's end, in green, one after the other."""
        while True:
            now = self.env.now
            go_s = link.goes_at(now)
            if go_s > now:
                yield from link.stop.until(go_s)
                continue
            line, soonest_s = self._whose_turn(link, now)
            if line is None:
                yield from link.stop.until(soonest_s)
                continue
            v = line.cars[0]
            to = self.vehicles.after(v, link)
            if to is None:
                self._leave(link, line, now)
                self.vehicles.ended(v, link, now)
            elif self.vehicles.is_closed(v, to):
                line.waits = True
            elif self._contested(to):
                self._wait(to, line)
            else:
                self._admit(to, line, max(to.virtual, to.tags.get((link.index, line.queue), 0.0)))

    def _whose_turn(self, link: Street, now: float) -> tuple[Line | None, float]:
        found, soonest_s, least = None, inf, inf
        for line in link.lines:
            if line.waits or not line.cars:
                continue
            ready_s = self.vehicles.ready_s(line.cars[0])
            if ready_s > now:
                soonest_s = min(soonest_s, ready_s)
            elif max(link.v_out, line.finish) < least:
                found, least = line, max(link.v_out, line.finish)
        return found, soonest_s

    def _entrance(self, to: Street) -> Process:
        """Let waiting heads into a street, the least start tag first."""
        while True:
            opens_s = to.opens_at(self.env.now, self.burst) if to.heads else inf
            yield from to.door.until(max(opens_s, self.env.now))
            while to.heads and to.opens_at(self.env.now, self.burst) <= self.env.now:
                tag, _, line = heappop(to.heads)
                line.waits, line.waits_for = False, None
                if line.link is not None and line.link.goes_at(self.env.now) > self.env.now:
                    line.link.stop.ring(self.env.now)
                    continue
                self._admit(to, line, tag)
                if line.link is None:
                    if line.cars:
                        self._wait(to, line)
                else:
                    line.link.stop.ring(line.link.tat_out)

    def _contested(self, to: Street) -> bool:
        return bool(to.heads) or to.opens_at(self.env.now, self.burst) >= self.env.now

    def _wait(self, to: Street, line: Line) -> None:
        tag = max(to.virtual, line.finish if line.link is None else to.tags.get((line.link.index, line.queue), 0.0))
        line.waits, line.waits_for = True, to
        self._tickets += 1
        heappush(to.heads, (tag, self._tickets, line))
        to.door.ring(max(to.opens_at(self.env.now, self.burst), self.env.now))

    def _admit(self, to: Street, line: Line, tag: float) -> None:
        """Move a queue's head into a street."""
        now, v = self.env.now, line.cars[0]
        p = self.vehicles.pcu_of(v)
        to.virtual = tag
        if line.link is None:
            line.finish = tag + p / to.weight
            line.cars.popleft()
        else:
            to.tags[line.link.index, line.queue] = tag + p / line.link.weight
            self._leave(line.link, line, now)
        to.tat_in = max(to.tat_in, now) + rounded(p * to.h_in)
        to.occupied += p
        joined = self.vehicles.entered(v, to, now)
        joined.cars.append(v)
        if len(joined.cars) == 1:
            to.stop.ring(max(self.vehicles.ready_s(v), to.tat_out))

    def _leave(self, link: Street, line: Line, now: float) -> None:
        v = line.cars.popleft()
        p = self.vehicles.pcu_of(v)
        link.tat_out = now + rounded(p * link.h_out)
        link.holes.append((now + link.wave, p))
        link.locked = False
        link.v_out = max(link.v_out, line.finish)
        line.finish = link.v_out + p / self.share[line.queue]
        if link.heads:
            link.door.ring(max(link.opens_at(now, self.burst), now))
        self.vehicles.left(v, link, now)

    def look_again(self, link: Street, most_pcu: float) -> None:
        """Let the ends of a changed street look again; a wait planned by an older, longer headway is cut."""
        now = self.env.now
        link.tat_out = min(link.tat_out, now + most_pcu * link.h_out)
        link.tat_in = min(link.tat_in, now + (most_pcu + self.burst) * link.h_in)
        link.stop.ring(-inf)
        link.door.ring(-inf)

    def reconsider(self) -> list[int]:
        """Let all who wait look at ways and gates again; return those who are at home, to depart anew."""
        for to in self.streets:
            kept = []
            for head in to.heads:
                line = head[2]
                if line.link is not None and self._still_wants(line, line.link, to):
                    kept.append(head)
                else:
                    line.waits, line.waits_for = False, None
            to.heads = kept
            heapify(to.heads)
        at_home: list[int] = []
        for street in self.streets:
            for line in street.lines:
                line.waits = line.waits_for is not None
            street.stop.ring(-inf)
            for home in street.homes:
                at_home += home.cars
                home.cars.clear()
                home.waits, home.waits_for = False, None
        return at_home

    def find_gridlocks(self, now: float) -> tuple[int, int]:
        """Return how many rings of streets have come to stand for good since the last call, and how many streets do.

        A street stands for good if it is full, no hole is on its way, and every queue on it waits for one that does.
        """
        stuck = {s for s in self.streets if s.heads and s.opens_at(now, self.burst) == inf}
        todo = [s for s in stuck if any(line.cars and line.waits_for not in stuck for line in s.lines)]
        stuck.difference_update(todo)
        while todo:
            for _, _, line in todo.pop().heads:
                if line.link in stuck:
                    stuck.remove(line.link)
                    todo.append(line.link)
        return sum(self._lock_ring(start, stuck) for start in self.streets if start in stuck), len(stuck)

    def _lock_ring(self, start: Street, stuck: set[Street]) -> bool:
        """Mark the ring of streets that begins here, if one does; return whether it is new."""
        ring, at = [start], _ahead(start)
        while at in stuck and at not in ring:
            ring.append(at)
            at = _ahead(at)
        if at is not start or min(s.index for s in ring) != start.index:
            return False
        new = not all(s.locked for s in ring)
        for s in ring:
            s.locked = True
        return new

    def _still_wants(self, line: Line, link: Street, to: Street) -> bool:
        v = line.cars[0]
        return not self.vehicles.is_closed(v, to) and self.vehicles.after(v, link) is to


def _ahead(street: Street) -> Street:
    """Return the street for which the first waiting queue of one that stands for good waits."""
    return next(line.waits_for for line in street.lines if line.cars and line.waits_for is not None)
