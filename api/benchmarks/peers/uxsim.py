"""UXsim's C++ engine on given ways: platoons of Δn vehicles, each platoon on the way of its first vehicle.

Timed is its main loop alone, on one thread: no building, no logging of trajectories, no analysis. Its own search for
ways runs once, at the start, as its engine cannot go without; it is part of its loop.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from uxsim import World

from api.benchmarks.grids import REACTION_S, Work
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main

_NEVER_S = 10**9


def run(given: Arrays, options: Options) -> Answer:
    """Run the work with platoons of `deltan`."""
    work = Work.of(given)
    deltan = int(options.get("deltan", 1))
    world = World(
        name="", deltan=deltan, reaction_time=REACTION_S, tmax=work.until_s, duo_update_time=_NEVER_S, print_mode=0,
        save_mode=0, show_mode=0, random_seed=1, vehicle_logging_timestep_interval=0, cpp=True,
    )  # fmt: skip
    for n, (x, y) in enumerate(work.node_xy_m):
        world.addNode(f"n{n}", x, y)
    for i, (tail, head, length) in enumerate(zip(work.tail, work.head, work.length_m, strict=True)):
        world.addLink(
            f"l{i}", f"n{tail}", f"n{head}", length=length, free_flow_speed=work.speed_mps, jam_density=work.jam_veh_m
        )
    leaders = np.arange(0, len(work.depart_s), deltan)
    first, last = work.route_first[leaders], work.route_first[leaders + 1]
    for depart_s, a, b in zip(work.depart_s[leaders].tolist(), first.tolist(), last.tolist(), strict=True):
        world.addVehicle(f"n{work.tail[work.route_link[a]]}", f"n{work.head[work.route_link[b - 1]]}", depart_s)
    world.finalize_scenario()
    engine = world._cpp_world  # noqa: SLF001 # the wrapper offers no way to leave out what follows the loop
    links = np.concatenate([work.route_link[a:b] for a, b in zip(first, last, strict=True)]).astype(np.int32)
    engine.batch_enforce_routes_csr(links, np.concatenate([[0], np.cumsum(last - first)]).astype(np.int64))
    timer = Timer()
    engine.main_loop(-1.0, float(work.until_s))
    cpu_s, wall_s = timer.stop()
    arrive_s = np.array([engine.get_vehicle_by_index(k).arrival_time for k in range(len(leaders))], float)
    arrive_s[arrive_s < 0] = np.nan
    return Answer(version("uxsim"), cpu_s, wall_s, {"arrive_s": np.repeat(arrive_s, deltan)[: len(work.depart_s)]})


if __name__ == "__main__":
    peer_main(run)
