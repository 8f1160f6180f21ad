"""Hand-drawn streets under traffic: a few links, their ways and their vehicles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.twin.kernels.nets import network, ways
from twin.kernels.traffic import advance
from twin.kernels.traffic_change import find_gridlocks
from twin.kernels.traffic_start import start
from twin.kernels.traffic_state import (
    ARRIVED,
    CAR,
    FIXED,
    KIND,
    LINK,
    ON_ROAD,
    Net,
    Traffic,
    ticks,
)
from twin.kernels.traffic_state import Ways as Tables

MILLI = 1000


@dataclass
class Street:
    """A network under traffic; every link is 100 m unless said otherwise."""

    t: Traffic

    def run(self, until_s: float) -> None:
        """Advance to a time and look for gridlocks."""
        advance(self.t, until_s)
        find_gridlocks(self.t, until_s)

    @property
    def travel_s(self) -> np.ndarray:
        """Time from departure to arrival; NaN for who has not arrived."""
        return np.asarray(self.t.cars["arrive_s"] - self.t.cars["depart_s"])

    def arrived(self) -> int:
        """Number of vehicles that have arrived."""
        return int(np.sum(self.t.cars["status"] == ARRIVED))

    def to_depart(self) -> int:
        """Number of planned vehicles that have not come out yet."""
        junctions = self.t.state.junctions
        return int(np.sum(junctions["planned_end"] - junctions["planned"]))

    def on_link(self) -> np.ndarray:
        """Vehicles on each link."""
        cars = self.t.cars
        return np.bincount(cars["link"][cars["status"] == ON_ROAD], minlength=len(self.t.net.links))

    def left(self) -> list[int]:
        """Vehicles that left each link."""
        return [int(x) for x in self.t.state.seen["left"].sum(axis=1)]


def street(  # a drawing has many things that may be said about it
    ends: Sequence[tuple[int, int]],
    trips: Sequence[tuple[float, int, int]],
    *,
    time_s: float | Sequence[float] = 10.0,
    headway_s: float | Sequence[float] = 2.0,
    entry_s: float | Sequence[float] | None = None,
    room: float | Sequence[float] = 20.0,
    wave_s: float | Sequence[float] | None = None,
    weight: float | Sequence[float] = 1.0,
    pcu: Sequence[float] = (1.0,),
    queue: Sequence[int] | None = None,
    share: Sequence[float] | None = None,
    kind: Sequence[int] | None = None,
    green: dict[int, tuple[float, float, float]] | None = None,
    burst: float = 0.5,
    n_traces: int = 0,
) -> Street:
    """A network and trips (departure [s], from node, to node), sorted by departure; room in PCU.

    Without a wave time the triangle is closed: room = capacity × (free time + wave time). `green` maps a link to its
    cycle and its green's start and end.
    """
    ways_net, n, v = network(ends), len(ends), len(trips)

    def _each(value: float | Sequence[float]) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, float), n).copy()

    times, gaps, rooms = _each(time_s), _each(headway_s), _each(room)
    entries = gaps if entry_s is None else _each(entry_s)
    waves = np.maximum(rooms * entries - times, 0.0) if wave_s is None else _each(wave_s)
    out_first, out_link = ways_net.out_first, ways_net.out_link
    links = np.zeros(n, LINK)
    links["in_headway_s"], links["out_headway_s"], links["wave_s"] = ticks(entries), ticks(gaps), ticks(waves)
    links["room"], links["tag_per_pcu"], links["length_m"] = np.round(MILLI * rooms), 1.0 / _each(weight), 100.0
    kinds = np.zeros(len(pcu), KIND)
    kinds["pcu"], kinds["store"] = pcu, np.round(MILLI * np.array(pcu))
    kinds["queue"] = queue or [0] * len(pcu)
    plans = green or {}
    cycle, offset, first = np.zeros(n), np.zeros(n), np.zeros(n + 1, np.int32)
    for link, (length_s, _, _) in plans.items():
        cycle[link], links["signal"][link] = length_s, FIXED
        first[link + 1 :] += 1
    from_s, to_s = (np.array([plans[k][i] for k in sorted(plans)], float) for i in (1, 2))
    shares = np.ones(int(kinds["queue"].max()) + 1) if share is None else np.array(share, float)
    net = Net(
        links, ticks(times)[None, :], out_first, out_link, cycle, offset, first, from_s, to_s, kinds, shares, burst
    )
    to = sorted({t[2] for t in trips})
    found = ways(ways_net, times, to)
    tables = Tables(found.next_turn[None].copy(), found.first_turn[None].copy(), np.full(1, -1, np.int32))
    cars = np.zeros(v, CAR)
    cars["depart_s"], cars["at"] = ticks([t[0] for t in trips]), [t[1] for t in trips]
    cars["zone"], cars["kind"] = [to.index(t[2]) for t in trips], kind or [0] * v
    cars["arrive_s"], cars["entered_s"], cars["next"], cars["link"] = np.nan, np.nan, -1, -1
    return Street(start(net, cars, tables, tail=ways_net.tail, head=ways_net.head, n_traces=n_traces))
