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
        self._capacity[links] = _positive("capacity factor", factor)
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
        self._speed[links] = _positive("speed factor", factor)
        self.t.net.time_s[:, links] = self._ticks(self.net.time_s[:, links] / self._speed[links])
        self._kernel.wake(self.t, np.asarray(links, np.int64), now_s)

    def set_green(self, links: Links, now_s: float, *, is_green: bool | None) -> None:
        """Give links green or red from now on, as a signal that reacts does; None goes back to the fixed plan."""
        from twin.kernels.traffic_state import FIXED, GREEN, RED

        plan = np.where(self.net.cycle_s[links] > 0, FIXED, GREEN)
        self.t.net.links["signal"][links] = plan if is_green is None else GREEN if is_green else RED
        self._kernel.wake(self.t, np.asarray(links, np.int64), now_s)

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


def _positive(what: str, factor: float) -> float:
    if not (np.isfinite(factor) and factor > 0):
        raise InvalidParams(what, f"{factor} is not a positive number; close the gate of a link that lets nobody pass")
    return factor
