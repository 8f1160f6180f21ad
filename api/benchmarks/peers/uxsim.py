"""UXsim's C++ engine: platoons of Δn vehicles, each platoon on the way of its first vehicle.

Timed is its main loop alone, on one thread, on given ways: no building, no logging of trajectories, no analysis. Its
own search for ways runs once, at the start, as its engine cannot go without; it is part of its loop. With the option
`ways` it is the whole job instead, from arrays to every platoon's arrival: ways `given`, or `looked-up` under way as it
does by default.
"""

from __future__ import annotations

import math
from importlib.metadata import version
from time import process_time
from typing import Any

import numpy as np
from uxsim import World

from api.benchmarks.grids import REACTION_S, Work
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main

_NEVER_S = 10**9


def run(given: Arrays, options: Options) -> Answer:
    """Run the work with platoons of `deltan`."""
    work, ways = Work.of(given), options.get("ways", "given")
    deltan = int(options.get("deltan", 1))
    leaders = np.arange(0, len(work.depart_s), deltan)
    whole = Timer()
    engine = _engine(work, leaders, deltan, {} if ways == "looked-up" else {"duo_update_time": _NEVER_S})
    if ways == "given":
        first, last = work.route_first[leaders], work.route_first[leaders + 1]
        links = np.concatenate([work.route_link[a:b] for a, b in zip(first, last, strict=True)]).astype(np.int32)
        engine.batch_enforce_routes_csr(links, np.concatenate([[0], np.cumsum(last - first)]).astype(np.int64))
    loop = Timer()
    engine.main_loop(-1.0, float(work.until_s))
    took = loop.stop()
    arrive_s = np.array([engine.get_vehicle_by_index(k).arrival_time for k in range(len(leaders))], float)
    process_s = math.nan
    if "ways" in options:
        took, process_s = whole.stop(), process_time()
    arrive_s[arrive_s < 0] = np.nan
    found = {"arrive_s": np.repeat(arrive_s, deltan)[: len(work.depart_s)]}
    return Answer(version("uxsim"), *took, found, process_s=process_s)


def _engine(work: Work, leaders: np.ndarray, deltan: int, how: dict[str, int]) -> Any:
    """Return its engine with the network and a platoon for each leader."""
    world = World(
        name="", deltan=deltan, reaction_time=REACTION_S, tmax=work.until_s, print_mode=0, save_mode=0, show_mode=0,
        random_seed=1, vehicle_logging_timestep_interval=0, cpp=True, **how,
    )  # fmt: skip
    for n, (x, y) in enumerate(work.node_xy_m):
        world.addNode(f"n{n}", x, y)
    for i, (tail, head, length) in enumerate(zip(work.tail, work.head, work.length_m, strict=True)):
        world.addLink(
            f"l{i}", f"n{tail}", f"n{head}", length=length, free_flow_speed=work.speed_mps, jam_density=work.jam_veh_m
        )
    origin, destination = work.ends
    ends = zip(work.depart_s[leaders].tolist(), origin[leaders], destination[leaders], strict=True)
    for depart_s, start, end in ends:
        world.addVehicle(f"n{start}", f"n{end}", depart_s)
    world.finalize_scenario()
    return world._cpp_world  # noqa: SLF001 # the wrapper offers no way to leave out what follows the loop


if __name__ == "__main__":
    peer_main(run)
