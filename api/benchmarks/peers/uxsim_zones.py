"""UXsim's C++ engine on zones that send vehicles evenly; everybody looks for the fastest way under way, as it does.

Timed is all from the arrays of network and demand to every platoon's arrival, on one thread: nodes, links and demand
through its public calls, and its main loop with its own dynamic user optimum at its default interval; no logging of
trajectories, no analysis.
"""

from __future__ import annotations

from importlib.metadata import version

import numpy as np
from uxsim import World

from api.benchmarks.chicago import ZoneWork
from api.benchmarks.grids import JAM_VEH_M, REACTION_S
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main


def run(given: Arrays, options: Options) -> Answer:
    """Run the work with platoons of `deltan`."""
    work = ZoneWork.of(given)
    deltan = int(options["deltan"])
    timer = Timer()
    world = World(
        name="", deltan=deltan, reaction_time=REACTION_S, tmax=work.until_s, print_mode=0, save_mode=0, show_mode=0,
        random_seed=1, vehicle_logging_timestep_interval=0, cpp=True,
    )  # fmt: skip
    for n, (x, y) in enumerate(work.node_xy.tolist()):
        world.addNode(f"n{n}", x, y)
    links = zip(work.tail, work.head, work.length_m.tolist(), work.speed_mps.tolist(), work.lanes.tolist(), strict=True)
    for i, (tail, head, length_m, speed_mps, lanes) in enumerate(links):
        world.addLink(
            f"l{i}", f"n{tail}", f"n{head}", length=length_m, free_flow_speed=speed_mps, jam_density_per_lane=JAM_VEH_M,
            number_of_lanes=lanes,
        )  # fmt: skip
    for a, b, n in zip(work.origin, work.destination, work.vehicles.tolist(), strict=True):
        world.adddemand(f"n{a}", f"n{b}", 0.0, work.spread_s, volume=n)
    world.finalize_scenario()
    engine = world._cpp_world  # noqa: SLF001 # the wrapper offers no way to leave out what follows the loop
    engine.main_loop(-1.0, float(work.until_s))
    platoons = range(len(world.VEHICLES))
    vehicles = [engine.get_vehicle_by_index(k) for k in platoons]
    arrive_s = np.array([v.arrival_time for v in vehicles], float)
    took = timer.stop()
    arrive_s[arrive_s < 0] = np.nan
    depart_s = np.array([v.departure_time for v in vehicles], float)
    found = {"arrive_s": np.repeat(arrive_s, deltan), "depart_s": np.repeat(depart_s, deltan)}
    return Answer(version("uxsim"), *took, found)


if __name__ == "__main__":
    peer_main(run)
