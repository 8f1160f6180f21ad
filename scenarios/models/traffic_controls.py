"""Streets under traffic that SimPy processes change: closures, gates, incidents, water, signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenarios.models.network import RoadNetwork, allowed_links
from scenarios.models.routes import Routes
from scenarios.models.traffic_types import Kinds
from twin.city.city import City
from twin.errors import InvalidParams

if TYPE_CHECKING:
    from twin.kernels.traffic_state import Traffic

F64 = NDArray[np.float64]
Links = Sequence[int] | NDArray[np.integer]


class StreetControls:
    """What may be changed between two moves of the traffic; the kernel's arrays are changed in place.

    Parameters
    ----------
    net, routes, kinds
    traffic
        The kernel's arrays of the network.
    """

    def __init__(self, net: RoadNetwork, routes: Routes, kinds: Kinds, traffic: Traffic) -> None:
        from twin.kernels import traffic_change, traffic_state

        self.net, self.routes, self.kinds, self.t = net, routes, kinds, traffic
        self._kernel, self._ticks = traffic_change, traffic_state.ticks
        allowed = net.allowed[net.group]
        self._by_city, self._by_gate = ~allowed, np.zeros_like(allowed)
        self._capacity, self._speed = np.ones(len(net.tail)), np.ones(len(net.tail))
        self._put_gates()

    def change(self, city: City, now_s: float) -> None:
        """Take over which links are open to whom: everybody who is not yet on a closed link finds another way."""
        self._by_city = ~allowed_links(city, self.kinds.modes)
        self._regate(now_s)

    def set_gate(self, kind: int, links: Links, *, is_open: bool, now_s: float, reroute: bool = True) -> None:
        """Open or close the entrance of links to a class; who is on them leaves them.

        Parameters
        ----------
        kind
            Class.
        links
        is_open
        now_s : [s]
        reroute
            Whether people look for other ways; else they wait before the gate.
        """
        self._by_gate[kind, links] = not is_open
        self._regate(now_s, reroute=reroute)

    def set_capacity_factor(self, links: Links, factor: float, now_s: float) -> None:
        """Multiply the capacity of links, entrance and stop line, from now on; 1 is the street's own.

        Raises
        ------
        InvalidParams
            The factor is not positive: close a gate instead.
        """
        self._capacity[links] = positive("capacity factor", factor)
        one = self.t.net.links
        for name, own in (("in_headway_s", self.net.entry_headway_s), ("out_headway_s", self.net.headway_s)):
            one[name][links] = self._ticks(own[links] / self._capacity[links])
        self._kernel.wake(self.t, np.asarray(links, np.int64), now_s)

    def set_speed_factor(self, links: Links, factor: float, now_s: float) -> None:
        """Multiply the free speed of links for who enters them from now on; 1 is the street's own.

        Raises
        ------
        InvalidParams
            The factor is not positive: close a gate instead.
        """
        self._speed[links] = positive("speed factor", factor)
        self.t.net.time_s[:, links] = self._ticks(self.net.time_s[:, links] / self._speed[links])
        self._kernel.wake(self.t, np.asarray(links, np.int64), now_s)

    def set_green(self, links: Links, now_s: float, *, is_green: bool | None) -> None:
        """Give links green or red from now on, as a signal that reacts does; None goes back to the fixed plan."""
        from twin.kernels.traffic_state import FIXED, GREEN, RED

        plan = np.where(self.net.cycle_s[links] > 0, FIXED, GREEN)
        self.t.net.links["signal"][links] = plan if is_green is None else GREEN if is_green else RED
        self._kernel.wake(self.t, np.asarray(links, np.int64), now_s)

    def set_plans(self, net: RoadNetwork, now_s: float) -> None:
        """Take over the signals' fixed plans, and what goes with them at a stop line, from the same streets.

        The new plan is in force at once, in the middle of a green or a red if need be.

        Parameters
        ----------
        net
            The network of the same links with the new plans.
        now_s : [s]
        """
        old, t = self.net, self.t
        links = replanned(old, net)
        self.net = net
        one = t.net.links
        one["out_headway_s"][links] = self._ticks(net.headway_s[links] / self._capacity[links])
        one["tag_per_pcu"][links] = 1.0 / net.weight[links]
        t.net.time_s[:, links] = self._ticks(net.time_s[:, links] / self._speed[links])
        self.t = t._replace(
            net=t.net._replace(
                cycle_s=self._ticks(net.cycle_s), offset_s=self._ticks(net.offset_s),
                green_first=net.green_first.copy(), green_from_s=self._ticks(net.green_from_s),
                green_to_s=self._ticks(net.green_to_s),
            )
        )  # fmt: skip
        self.set_green(links, now_s, is_green=None)

    def last_at_line_s(self, links: Links, now_s: float) -> F64:
        """Return when a vehicle was last at each stop line ``(n,)`` [s]: now where one stands there."""
        n_q = len(self.kinds.share)
        head = self.t.state.queues["head"][np.asarray(links)[:, None] * n_q + np.arange(n_q)]
        stands = ((head >= 0) & (self.t.cars["end_s"][head] <= now_s)).any(axis=1)
        return np.where(stands, now_s, np.minimum(self.t.net.links["tat_out_s"][links], now_s))

    def _regate(self, now_s: float, *, reroute: bool = True) -> None:
        self._put_gates()
        if reroute:
            for row in range(len(self.routes.time_s)):
                self.routes.search(row, self._open)
        self._reconsider(now_s)

    def _put_gates(self) -> None:
        closed = self._by_city | self._by_gate
        bits = np.left_shift(np.uint32(1), np.arange(len(closed), dtype=np.uint32))
        self.t.net.links["closed"] = (closed * bits[:, None]).sum(axis=0, dtype=np.uint32)
        self._open = np.stack([~closed[self.net.group == g].any(axis=0) for g in range(len(self.net.time_s))])

    def _reconsider(self, now_s: float) -> None:
        self._kernel.reconsider(self.t, now_s)


def replanned(old: RoadNetwork, new: RoadNetwork) -> NDArray[np.int64]:
    """Return the links whose signal or stop line differs."""
    differs = (old.headway_s != new.headway_s) | (old.time_s != new.time_s).any(axis=0)
    differs |= (old.cycle_s != new.cycle_s) | (old.offset_s != new.offset_s)
    n_old, n_new = np.diff(old.green_first), np.diff(new.green_first)
    differs |= n_old != n_new
    for k in range(int(n_old.max(initial=0))):
        both = np.flatnonzero((n_old > k) & ~differs)
        a, b = old.green_first[both] + k, new.green_first[both] + k
        differs[both] |= (old.green_from_s[a] != new.green_from_s[b]) | (old.green_to_s[a] != new.green_to_s[b])
    return np.flatnonzero(differs)


def positive(what: str, factor: float) -> float:
    """Return a factor.

    Raises
    ------
    InvalidParams
        It is not positive.
    """
    if not (np.isfinite(factor) and factor > 0):
        raise InvalidParams(what, f"{factor} is not a positive number; close the gate of a link that lets nobody pass")
    return factor
