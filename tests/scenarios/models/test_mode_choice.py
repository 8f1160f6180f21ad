"""How people travel: the logit of the textbook, availability, and what time and fare do to the shares."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.mode_choice import (
    BIKE_SHARE,
    BUS,
    CAR,
    MODES,
    MOTORCYCLE,
    WALK,
    Journeys,
    nested_logit,
    shares,
    station_walk_min,
)
from scenarios.traffic.demand_params import DemandParams
from twin.errors import ModelError

RULES = DemandParams().mode_rules


def journeys(km: float, *, station_min: float = np.inf) -> Journeys:
    """Two zones, each with a middle trip of 1 km within, `km` apart."""
    away = np.array([[1.0, km], [km, 1.0]])
    return Journeys(away, away * 5.0, away * 2.4, away * 2.4, np.full(2, station_min), away)


def test_hand_example_of_the_nested_logit() -> None:
    """V = (0, −1, −0.5, −2), nests {0, 1} with μ = 0.5 and {2, 3} with μ = 1.

    Nest 1: exp(0) + exp(−2) = 1.135335, logsum 0.5 · ln = 0.063464; nest 2: exp(−0.5) + exp(−2) = 0.741866, logsum
    −0.298587. P(nest 1) = e^0.063464 / (e^0.063464 + e^−0.298587) = 0.589537.
    """
    out = nested_logit(np.array([0.0, -1.0, -0.5, -2.0]), [0.5, 1.0], [(0, 1), (2, 3)])
    first, second = 0.589537, 0.410463
    wanted = [first / 1.135335, first * np.exp(-2) / 1.135335, second * np.exp(-0.5) / 0.741866,
              second * np.exp(-2) / 0.741866]  # fmt: skip
    np.testing.assert_allclose(out, wanted, rtol=2e-6)


def test_with_a_scale_of_one_it_is_the_multinomial_logit() -> None:
    v = np.array([0.3, -1.0, 0.8, 2.0, -0.4, 0.1])
    np.testing.assert_allclose(nested_logit(v, [1.0] * 3), np.exp(v) / np.exp(v).sum())


def test_two_alike_in_one_nest_share_more_than_they_win() -> None:
    """The red-bus blue-bus case: the nearer μ is to 0, the less a copy of a mode wins from the others."""
    v = np.zeros(3)
    for mu, alone in ((1.0, 1 / 3), (0.5, 1 / (1 + np.sqrt(2))), (0.01, 0.5)):
        assert nested_logit(v, [mu, 1.0], [(0, 1), (2,)])[2] == pytest.approx(alone, abs=0.005)


@pytest.mark.parametrize("mu", [0.0, -0.5, 1.2])
def test_a_scale_out_of_range_is_refused(mu: float) -> None:
    with pytest.raises(ModelError, match="nest's scale"):
        nested_logit(np.zeros(6), [mu] * 3)


def test_shares_sum_to_one_and_hold_to_what_people_own() -> None:
    for purpose in ("work", "school", "tourism"):
        out = shares(journeys(3.0, station_min=4.0), RULES, purpose)
        np.testing.assert_allclose(out.sum(axis=0), 1.0)
    nobody = replace(RULES, motorcycle={"work": 0.0}, car={"work": 0.0})
    out = shares(journeys(3.0), nobody, "work")
    assert out[MOTORCYCLE].max() == out[CAR].max() == 0
    np.testing.assert_allclose(out.sum(axis=0), 1.0)
    few = shares(journeys(3.0), RULES, "work")
    assert few[CAR].max() <= DemandParams().car_ownership


def test_the_far_is_not_walked_and_no_bike_is_shared_without_a_station() -> None:
    out = shares(journeys(9.0), RULES, "work")
    assert out[WALK, 0, 1] == 0
    assert out[WALK, 0, 0] > 0
    assert out[BIKE_SHARE].max() == 0
    assert shares(journeys(3.0, station_min=3.0), RULES, "work")[BIKE_SHARE].min() > 0
    short, long = (shares(journeys(km), RULES, "work")[WALK, 0, 1] for km in (0.5, 3.0))
    assert short > long


def test_a_dearer_bus_loses_passengers_and_the_others_gain() -> None:
    dear = DemandParams(bus_fare_kvnd=20.0).mode_rules
    before, after = (shares(journeys(3.0), r, "work")[:, 0, 1] for r in (RULES, dear))
    assert after[BUS] < before[BUS]
    assert np.all(np.delete(after, [BUS, BIKE_SHARE]) > np.delete(before, [BUS, BIKE_SHARE]))


def test_two_wheelers_lead_in_the_defaults() -> None:
    out = shares(journeys(3.0), RULES, "work")[:, 0, 1]
    assert MODES[int(np.argmax(out))] == "motorcycle"


def test_where_no_mode_has_a_way_the_trips_are_made_all_the_same() -> None:
    never = np.full((2, 2), np.inf)
    cut = Journeys(never, never, never, never, np.full(2, np.inf), np.ones((2, 2)))
    np.testing.assert_allclose(shares(cut, RULES, "work").sum(axis=0), 1.0)


def test_walk_to_the_nearest_station() -> None:
    at = np.array([[0.0, 0.0], [3000.0, 0.0]])
    walk = station_walk_min(at, np.array([[300.0, 0.0], [500.0, 0.0]]), walk_kmh=4.5, most_m=800.0)
    # 300 m, a third more by street, at 75 m a minute.
    assert walk[0] == pytest.approx(300.0 * 1.3 / 75.0)
    assert np.isinf(walk[1])
    assert np.isinf(station_walk_min(at, np.zeros((0, 2)), walk_kmh=4.5, most_m=800.0)).all()
