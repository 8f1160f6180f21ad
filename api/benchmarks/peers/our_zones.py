"""This project's engine where everybody goes from zone to zone by the fastest ways, looked up again at an interval.

Timed is all from the arrays of network and demand to every vehicle's arrival: vehicles and departures, the first search
for ways, the movement, the record of every interval and each new search by its times, on two threads at the most. The
compiler, or the loading of what it made, comes before.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from api.benchmarks.chicago import ZoneWork
from api.benchmarks.networks import drive_with_news, one_class_network
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from scenarios.models.traffic import TrafficModel


def run(given: Arrays, options: Options) -> Answer:
    """Run the work; ways are looked up again each `update_s`."""
    work = ZoneWork.of(given)
    update_s = float(options["update_s"])
    _drive(_part(work), update_s)
    timer = Timer()
    model = _drive(work, update_s)
    took = timer.stop()
    arrive_s = model.cars["arrive_s"]
    return Answer(
        version("hue-twin"), *took, {"arrive_s": arrive_s.copy(), "depart_s": model.cars["depart_s"].copy(),
        "standing_links": np.array(model.standing_links)},
    )  # fmt: skip


def _drive(work: ZoneWork, update_s: float) -> TrafficModel:
    depart_s, pair = work.departures()
    net = one_class_network(work.tail, work.head, work.length_m, work.speed_mps, work.lanes)
    return drive_with_news(
        net, depart_s, work.origin[pair], work.destination[pair], update_s=update_s, until_s=work.until_s
    )


def _part(work: ZoneWork) -> ZoneWork:
    """Return the network with a vehicle of each of the first pairs, for the compiler."""
    few = slice(4)
    return ZoneWork(
        node_xy=work.node_xy, tail=work.tail, head=work.head, length_m=work.length_m, speed_mps=work.speed_mps,
        lanes=work.lanes, origin=work.origin[few], destination=work.destination[few],
        vehicles=np.ones(len(work.origin[few]), np.int32), spread_s=1.0, until_s=1.0,
    )  # fmt: skip


if __name__ == "__main__":
    peer_main(run)
