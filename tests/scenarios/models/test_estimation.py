"""Estimation: counts pull demand as far as their variance allows, cameras may be wrong, and intervals are honest."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.assignment import UserClass, assign
from scenarios.models.counts import Counts, counts_of, with_bias
from scenarios.models.demand_prior import Spread, by_distance, make_prior
from scenarios.models.estimation import DEFAULT, DemandEstimate, Rules, estimate
from scenarios.models.link_use import link_use, pairs_of
from scenarios.models.sensors import choose_links
from tests.scenarios.models.small_nets import fan, prior_of, two_ways
from twin.chance import stream
from twin.errors import InvalidParams

SPREAD = Spread(total=0.3, origin=0.2, destination=0.0, cell=0.2)
FIXED = replace(DEFAULT, learn=False, change=1e-6, iterations=20)
TRUNK = 3


def seen(link: list[int], value: list[float], variance: float = 100.0, **more: float) -> Counts:
    return counts_of(link, value, np.full(len(link), variance), n_links=5, **more)


def of_fan(counts: Counts, rules: Rules = FIXED, spread: Spread = SPREAD) -> DemandEstimate:
    net, trips = fan()
    return estimate(net, prior_of(trips, spread), counts, rules=rules)


def test_one_count_by_hand() -> None:
    """Only the total may be wrong, log-normal with σ = 0.3; 1,700 expected, 2,000 ± 100 counted.

    The most probable x solves (2000 − 1700 eˣ) 1700 eˣ / 100² = x / 0.3²; x = 0.15657.
    """
    found = of_fan(seen([TRUNK], [2000.0], 1e4), spread=Spread(total=0.3, origin=0.0, destination=0.0, cell=0.0))
    x = float(np.log(found.trips.sum() / 1700.0))
    assert (2000 - 1700 * np.exp(x)) * 1700 * np.exp(x) / 1e4 == pytest.approx(x / 0.09, rel=1e-3)
    assert found.factor == pytest.approx(np.exp(x))
    # Posterior sd of the flow: 1 / √(1/100² + 1/(0.3 v)²), with the chance of single trips on top.
    v = found.flow[TRUNK]
    assert found.sd[TRUNK] == pytest.approx(np.sqrt(1 / (1e-4 + 1 / (0.3 * v) ** 2) + v), rel=1e-3)


def test_exact_counts_everywhere_are_reproduced() -> None:
    found = of_fan(seen([0, 1, 2], [1300.0, 420.0, 260.0], 1.0))
    assert found.flow == pytest.approx([1300.0, 420.0, 260.0, 1980.0, 1980.0], rel=2e-3)
    assert found.converged


def test_a_count_moves_what_it_does_not_see_through_what_they_share() -> None:
    found = of_fan(seen([0], [1400.0]))
    assert found.flow[0] == pytest.approx(1400.0, rel=0.02)
    assert 1.1 < found.flow[1] / 500.0 < 1.35  # half of the variance is shared
    alone = of_fan(seen([0], [1400.0]), spread=Spread(total=0.0, origin=0.3, destination=0.0, cell=0.2))
    assert alone.flow[1] == pytest.approx(500.0, rel=1e-6)


def test_the_less_a_count_is_trusted_the_less_it_moves() -> None:
    flows = [of_fan(seen([TRUNK], [2200.0], v)).flow[TRUNK] for v in (1.0, 1e4, 1e6, 1e9)]
    assert flows == sorted(flows, reverse=True)
    assert flows[0] == pytest.approx(2200.0, rel=1e-3)
    assert flows[-1] == pytest.approx(1700.0, rel=1e-2)


def test_intervals_are_narrow_at_the_counter_and_wide_away_from_it() -> None:
    found = of_fan(seen([0], [1000.0]))
    relative = found.sd / found.flow
    assert relative[0] < 0.05 < relative[1]
    low, high = found.interval(0.9)
    wider = found.interval(0.99)
    assert np.all((low > 0) & (low < found.flow) & (found.flow < high))
    assert np.all((wider[0] < low) & (high < wider[1]))


def test_a_dead_camera_is_missing_and_not_zero() -> None:
    alive = of_fan(seen([0], [1000.0]))
    both = of_fan(seen([0, 1], [1000.0, np.nan]))
    assert both.flow == pytest.approx(alive.flow)


def test_a_camera_that_misses_vehicles_is_found_out_by_its_neighbours() -> None:
    counts = counts_of(
        [0, 1, 2, TRUNK, 4], [1000, 500, 200, 1190, 1700], np.full(5, 100.0), n_links=5, recall_sd=[0, 0, 0, 0.3, 0.0]
    )
    found = of_fan(counts)
    assert np.exp(found.bias[TRUNK]) == pytest.approx(0.7, rel=0.03)
    assert found.bias_sd[TRUNK] < 0.1
    assert found.flow[TRUNK] == pytest.approx(1700.0, rel=0.02)
    trusted = of_fan(replace(counts, bias_sd=np.zeros(5)))
    assert trusted.flow[TRUNK] < 1660.0


def test_a_known_recall_is_taken_out() -> None:
    found = of_fan(seen([TRUNK], [1360.0], 1.0, recall=0.8))
    assert found.flow[TRUNK] == pytest.approx(1700.0, rel=1e-3)


def test_what_is_learnt_of_a_camera_is_kept_for_the_next_period() -> None:
    counts = seen([0, TRUNK, 4], [1000.0, 1360.0, 1700.0], recall_sd=0.2)
    first = of_fan(counts)
    again = of_fan(with_bias(counts, first.bias, first.bias_sd))
    assert np.all(again.bias_sd <= first.bias_sd + 1e-12)
    assert again.bias[1] == pytest.approx(np.log(0.8), abs=0.1)


def test_periods_follow_each_other() -> None:
    net, trips = fan()
    base = prior_of(trips, SPREAD)
    first = of_fan(seen([TRUNK], [2100.0]))
    forgotten, kept = first.follow(base, 0.0), first.follow(base, 1.0)
    assert forgotten.mean == pytest.approx(base.mean)
    assert kept.mean == pytest.approx(first.shared)
    assert kept.covariance == pytest.approx(first.covariance)
    later = estimate(net, first.follow(base, 0.9), seen([TRUNK], [2150.0]), rules=FIXED, start=first.assignment)
    assert later.prior_flow[TRUNK] == pytest.approx(1700 * (2100 / 1700) ** 0.9, rel=0.02)
    assert np.trace(later.covariance) < np.trace(base.covariance)


def test_a_narrow_belief_is_widened_by_counts_that_contradict_it() -> None:
    spread = Spread(total=0.02, origin=0.02, destination=0.0, cell=0.02)
    counts = seen([0, 1, 2], [1500.0, 700.0, 320.0])
    stubborn, learns = of_fan(counts, spread=spread), of_fan(counts, replace(FIXED, learn=True), spread)
    assert learns.scale.max() > 2
    assert abs(learns.flow[TRUNK] - 2520) < abs(stubborn.flow[TRUNK] - 2520)


def test_drivers_who_reroute_are_followed() -> None:
    net, trips = two_ways()
    counts = counts_of([0], [180.0], [1.0], n_links=4)
    found = estimate(net, prior_of(trips, SPREAD), counts, rules=FIXED)
    assert found.flow[0] == pytest.approx(180.0, rel=0.01)
    again = assign(net, found.prior.pairs.table(found.trips), gap=1e-8)
    assert found.flow == pytest.approx(again.flow, rel=1e-2)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_trips_stay_positive_and_the_order_of_counts_means_nothing(seed: int) -> None:
    rng = stream(seed, "contradicting counts")
    value, order = rng.uniform(0.0, 3000.0, 5), rng.permutation(5)
    links = list(range(5))
    one, other = of_fan(seen(links, value.tolist())), of_fan(seen(order.tolist(), value[order].tolist()))
    assert np.all(one.trips > 0)
    assert other.flow == pytest.approx(one.flow, rel=1e-3)
    assert np.all(np.isfinite(one.sd))


def test_speed_comes_without_intervals() -> None:
    assert np.isnan(of_fan(seen([0], [1000.0]), replace(FIXED, intervals=False)).sd).all()


def test_sensors_go_where_most_is_told() -> None:
    net, trips = fan()
    prior = prior_of(trips, Spread(total=0.3, origin=0.05, destination=0.0, cell=0.05))
    use = link_use(net, prior.pairs, assign(net, trips))
    assert choose_links(prior, use, 1)[0] in (TRUNK, 4)
    assert choose_links(prior, use, 2, candidates=[0, 2]).tolist() == [0, 2]
    with pytest.raises(InvalidParams, match="3 counters for 2 links"):
        choose_links(prior, use, 3, candidates=[0, 2])


def test_neighbours_are_wrong_together() -> None:
    xy = np.array([[0.0, 0.0], [1.0, 0.0], [100.0, 0.0]])
    together = by_distance(xy, 10.0, share=0.8)
    assert np.diag(together) == pytest.approx(1.0)
    assert together[0, 1] == pytest.approx(0.8 * np.exp(-0.1))
    assert together[0, 2] < 1e-4
    with pytest.raises(InvalidParams, match="reach"):
        by_distance(xy, 0.0)
    net, trips = fan()
    zones = by_distance(np.array([[0.0, 0.0], [1.0, 0.0], [500.0, 0.0], [900.0, 0.0]]), 10.0, share=0.9)
    prior = make_prior(*pairs_of(trips), Spread(total=0.0, origin=0.3, destination=0.0, cell=0.05), together=zones)
    found = estimate(net, prior, seen([0], [1400.0]), rules=FIXED)
    assert found.flow[1] / 500 > 1.2
    assert found.flow[2] / 200 == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("link", "value", "variance", "more", "says"),
    [
        ([9], [1.0], [1.0], {}, "link 9 is unknown"),
        ([0], [-1.0], [1.0], {}, "negative"),
        ([0], [np.inf], [1.0], {}, "infinite"),
        ([0], [1.0], [-1.0], {}, "variance"),
        ([0, 1], [1.0], [1.0], {}, "each count"),
        ([0], [1.0], [1.0], {"recall": 0.0}, "recall"),
        ([0], [1.0], [1.0], {"recall_sd": -0.1}, "recall"),
    ],
)
def test_bad_counts_are_refused(
    link: list[int], value: list[float], variance: list[float], more: dict[str, float], says: str
) -> None:
    with pytest.raises(InvalidParams, match=says):
        counts_of(link, value, variance, n_links=5, **more)


def test_bad_questions_are_refused() -> None:
    net, trips = fan()
    prior = prior_of(trips, SPREAD)
    with pytest.raises(InvalidParams, match="there are none"):
        estimate(net, prior, seen([0], [np.nan]))
    with pytest.raises(InvalidParams, match="one class"):
        estimate(net, prior, seen([0], [1.0]), classes=(UserClass(), UserClass(name="bus")))
    found = of_fan(seen([0], [1000.0]))
    with pytest.raises(InvalidParams, match="level"):
        found.interval(1.0)
    with pytest.raises(InvalidParams, match="memory"):
        found.follow(prior, 1.5)
    with pytest.raises(InvalidParams, match="other pairs"):
        found.follow(prior_of(two_ways()[1], SPREAD), 0.5)


@pytest.mark.parametrize("wrong", [{"total": -0.1}, {"cell": np.nan}])
def test_bad_spreads_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidParams, match="spread"):
        Spread(**wrong)


def test_bad_priors_are_refused() -> None:
    pairs, volume = pairs_of(fan()[1])
    with pytest.raises(InvalidParams, match="cannot be wrong"):
        Spread(total=0.0, origin=0.0, destination=0.0, cell=0.0)
    with pytest.raises(InvalidParams, match="above 0"):
        make_prior(pairs, -volume, SPREAD)
    with pytest.raises(InvalidParams, match="there are none"):
        make_prior(*pairs_of(np.eye(3)), SPREAD)
    with pytest.raises(InvalidParams, match="symmetric"):
        make_prior(pairs, volume, SPREAD, together=np.triu(np.ones((4, 4))))
