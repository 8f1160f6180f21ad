"""Twin experiments of the demand estimator: a known truth, a wrong prior, few noisy counts, all other links held out.

`python -m tests.validation.estimation_experiment FOLDER NAME…` prints the table of decision record 16 for networks of
TNTP. The estimator is told the same beliefs (`BELIEF`) in every world: they are right in none of them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis_data.readers.tntp import read_tntp_network
from gis_data.readers.tntp_trips import read_tntp_trips
from scenarios.models.acceptance import geh, rmsn
from scenarios.models.assignment import Assignment, assign
from scenarios.models.counts import Counts, counts_of
from scenarios.models.demand_prior import Prior, Spread, make_prior
from scenarios.models.estimation import DEFAULT, DemandEstimate, Rules, estimate
from scenarios.models.link_use import link_use, pairs_of
from scenarios.models.sensors import choose_links
from twin.chance import stream
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
BELIEF = Spread(total=0.3, origin=0.25, destination=0.25, cell=0.4, assignment=0.05)
NOISE, SHARE, TOTAL = 0.05, 0.05, 0.8


@dataclass(frozen=True, kw_only=True)
class World:
    """What is wrong with the prior, the model and the cameras; standard deviations of logarithms.

    Attributes
    ----------
    zone, cell : float
        Error of a zone's trips (origins and destinations alike) and of a pair's.
    roads : float
        Error of the model's free-flow times and capacities: drivers meet other roads than the estimator assigns on.
    missed, missed_sd : float
        Share of vehicles cameras miss, and how it varies between them; the estimator is told the variation only.
    chosen : bool
        Counters at the most telling links, else at random.
    """

    zone: float
    cell: float
    roads: float = 0.0
    missed: float = 0.0
    missed_sd: float = 0.0
    chosen: bool = True


GOOD, ROUGH = World(zone=0.1, cell=0.3), World(zone=0.3, cell=0.4)
WORLDS = {
    "good prior": GOOD,
    "rough prior": ROUGH,
    "good prior, random sites": replace(GOOD, chosen=False),
    "good prior, other roads": replace(GOOD, roads=0.1),
    "good prior, biased cameras": replace(GOOD, missed=0.05, missed_sd=0.1),
}


@dataclass(frozen=True)
class Case:
    """One drawn experiment.

    Attributes
    ----------
    network : StaticNetwork
    truth : (L,)
    prior : Prior
    prior_load : Assignment
    counts : Counts
    held_out : (h,)
        Links between nodes of the road network with any flow, without a counter.
    volume : float
        True trips.
    """

    network: StaticNetwork
    truth: F64
    prior: Prior
    prior_load: Assignment
    counts: Counts
    held_out: I64
    volume: float


@dataclass(frozen=True)
class Score:
    """How an estimate did; shares of links.

    Attributes
    ----------
    before, after : float
        Held-out links with GEH below 5.
    rmsn_before, rmsn_after : float
        Of the held-out links.
    counted_before, counted_after : float
        Counted links with GEH below 5 against the truth, not against the count.
    covered : float
        Held-out links whose true flow is inside the 90 % interval.
    demand_before, demand_after : float
        Total trips over the true ones.
    counters : float
    seconds : float
        Of CPU, so that it does not depend on what else the machine does.
    """

    before: float
    after: float
    rmsn_before: float
    rmsn_after: float
    counted_before: float
    counted_after: float
    covered: float
    demand_before: float
    demand_after: float
    counters: float
    seconds: float


def load(folder: Path) -> tuple[StaticNetwork, F64]:
    """Return the network and the trip table of a folder of TNTP files."""
    network = read_tntp_network(next(folder.glob("*_net.tntp")))
    trips = np.nan_to_num(read_tntp_trips(next(folder.glob("*_trips.tntp")), network))
    return network, trips


def draw(network: StaticNetwork, trips: F64, world: World, seed: int) -> Case:
    """Draw the truth, the prior and the counts of one experiment."""
    rng = stream(seed, "twin experiment")
    pairs, volume = pairs_of(trips)
    roads = np.exp(world.roads * rng.standard_normal((2, len(network))))
    real = replace(network, free_time=network.free_time * roads[0], capacity=network.capacity * roads[1])
    truth = assign(real, pairs.table(volume), gap=1e-6).flow
    origin, destination = world.zone * rng.standard_normal((2, pairs.n_zones))
    cell = world.cell * rng.standard_normal(len(pairs))
    mean = 0.5 * (2 * world.zone**2 + world.cell**2)
    wrong = TOTAL * np.exp(origin[pairs.origin] + destination[pairs.destination] + cell - mean)
    prior = make_prior(pairs, volume * wrong, BELIEF)
    prior_load = assign(network, pairs.table(prior.volume), gap=DEFAULT.gap)
    inner = (network.tail >= network.n_zones) & (network.head >= network.n_zones)
    inner |= not inner.any()
    inner &= (prior_load.flow > 0) | (truth > 0)
    sites, n = np.flatnonzero(inner & (prior_load.flow > 0)), max(1, round(SHARE * int(inner.sum())))
    if world.chosen:
        link = choose_links(prior, link_use(network, pairs, prior_load), n, noise=NOISE, candidates=sites)
    else:
        link = np.sort(rng.choice(sites, n, replace=False))
    seen = (1.0 - world.missed) * np.exp(world.missed_sd * rng.standard_normal(n))
    value = np.maximum(truth[link] * seen * (1.0 + NOISE * rng.standard_normal(n)), 0.0)
    counts = counts_of(link, value, (NOISE * value) ** 2 + value, n_links=len(network), recall_sd=world.missed_sd)
    return Case(network, truth, prior, prior_load, counts, np.setdiff1d(np.flatnonzero(inner), link), volume.sum())


def score(case: Case, found: DemandEstimate, seconds: float) -> Score:
    """Compare an estimate with the truth."""
    held, seen = case.held_out, case.counts.link
    close = [geh(flow, case.truth) < 5 for flow in (case.prior_load.flow, found.flow)]
    low, high = found.interval(0.9)
    inside = (low <= case.truth) & (case.truth <= high)
    errors = [rmsn(flow[held], case.truth[held]) for flow in (case.prior_load.flow, found.flow)]
    shares = [float(c[at].mean()) for at in (held, seen) for c in close]
    return Score(
        shares[0], shares[1], errors[0], errors[1], shares[2], shares[3], float(inside[held].mean()),
        float(case.prior.volume.sum()) / case.volume, float(found.trips.sum()) / case.volume, float(len(seen)), seconds,
    )  # fmt: skip


def run(network: StaticNetwork, trips: F64, world: World, seed: int, rules: Rules = DEFAULT) -> Score:
    """Draw an experiment, estimate, and score it."""
    case = draw(network, trips, world, seed)
    start = time.process_time()
    found = estimate(network, case.prior, case.counts, rules=rules, start=case.prior_load)
    return score(case, found, time.process_time() - start)


def mean(scores: Sequence[Score]) -> Score:
    """Return the mean of each measure."""
    return Score(*(float(np.mean([getattr(s, f.name) for s in scores])) for f in fields(Score)))


def main(arguments: Sequence[str]) -> None:
    """Print the table, one line a network and world, over the seeds 0 to n − 1."""
    folder, seeds, names = Path(arguments[0]), int(arguments[1]), arguments[2:]
    print("| network | world | counters | GEH < 5 held out | least–most | RMSN | counted | 90 % covers | trips | s |")  # noqa: T201
    for name in names:
        network, trips = load(folder / name)
        for title, world in WORLDS.items():
            all_of = [run(network, trips, world, seed) for seed in range(seeds)]
            m, after = mean(all_of), [100 * s.after for s in all_of]
            print(  # noqa: T201
                f"| {name} | {title} | {m.counters:.0f} | {100 * m.before:.0f} → {100 * m.after:.0f} % | "
                f"{min(after):.0f}–{max(after):.0f} | {m.rmsn_before:.2f} → {m.rmsn_after:.2f} | "
                f"{100 * m.counted_before:.0f} → {100 * m.counted_after:.0f} % | {100 * m.covered:.0f} % | "
                f"{m.demand_before:.2f} → {m.demand_after:.2f} | {m.seconds:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
