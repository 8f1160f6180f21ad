"""Demand from counts on 5 % of the links of published networks: links nobody counts get better, intervals hold.

Source: TransportationNetworks (TNTP), read from the shared data. The shares reached on each network, and where 80 % is
out of reach with 5 % of the links counted, stand in decision record 16.
"""

from pathlib import Path

import pytest

from tests.validation.estimation_experiment import GOOD, WORLDS, Score, load, mean, run

pytestmark = pytest.mark.shared
SEEDS = (1,)


@pytest.fixture(scope="module")
def anaheim(shared: Path) -> dict[str, Score]:
    """Scores on Anaheim (416 nodes, 914 links) in each world, seed 1."""
    network, trips = load(shared / "tntp" / "Anaheim")
    return {name: mean([run(network, trips, world, seed) for seed in SEEDS]) for name, world in WORLDS.items()}


def test_links_nobody_counts_get_better(anaheim: dict[str, Score]) -> None:
    good, rough = anaheim["good prior"], anaheim["rough prior"]
    assert good.counters / (914 - 2 * 38) <= 0.06
    assert good.before < 0.5
    assert good.after > 0.74
    assert good.rmsn_after < 0.5 * good.rmsn_before
    assert rough.after > rough.before + 0.1
    assert rough.rmsn_after < 0.6 * rough.rmsn_before


def test_intervals_hold_what_they_promise(anaheim: dict[str, Score]) -> None:
    assert 0.80 <= anaheim["good prior"].covered <= 0.97
    assert 0.78 <= anaheim["rough prior"].covered <= 0.97


@pytest.mark.parametrize("world", ["good prior, random sites", "good prior, other roads", "good prior, biased cameras"])
def test_it_helps_also_where_its_assumptions_are_wrong(anaheim: dict[str, Score], world: str) -> None:
    score = anaheim[world]
    assert score.after > score.before + 0.1
    assert score.rmsn_after < score.rmsn_before


def test_chosen_sites_beat_random_ones(anaheim: dict[str, Score]) -> None:
    assert anaheim["good prior"].after > anaheim["good prior, random sites"].after


def test_the_total_is_found(anaheim: dict[str, Score]) -> None:
    assert anaheim["good prior"].demand_before < 0.9
    assert anaheim["good prior"].demand_after == pytest.approx(1.0, abs=0.05)


def test_80_percent_of_the_links_nobody_counts_are_below_geh_5(shared: Path) -> None:
    """Chicago-Sketch (933 nodes, 2,950 links): 33–37 % before, 84–88 % after on two seeds."""
    score = run(*load(shared / "tntp" / "Chicago-Sketch"), GOOD, 0)
    assert score.counters <= 0.05 * 2950
    assert score.before < 0.5
    assert score.after >= 0.80
    assert 0.82 <= score.covered <= 0.97
