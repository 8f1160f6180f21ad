"""Bike share: no bike is lost, empty and full docks are felt, trucks help and their kilometres are counted."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from scenarios.models.bike_share import BikeShare, Service, Stations, rental_rates
from scenarios.models.bike_trucks import FreeRoads, OnStreets
from scenarios.models.station_sites import around, covered, greedy_sites
from twin.chance import stream
from twin.errors import ModelError

DAY_S = 86_400.0
FLAT = np.full(24, 1 / 24)


def stations(docks: tuple[int, ...] = (10, 10, 10), apart_m: float = 300.0) -> Stations:
    """In a row, `apart_m` between neighbours; a walk at 1 m/s, a ride at 3 m/s, a round trip of 10 min."""
    at = apart_m * np.arange(len(docks))
    away = np.abs(at[:, None] - at)
    ride = away / 3.0
    np.fill_diagonal(ride, 600.0)
    return Stations(np.array(docks), away, away, ride)


def service(rentals: np.ndarray, **changes: Any) -> Service:
    plain = Service(
        rentals=rentals, hourly=FLAT, most_walk_m=400.0, trucks=0, capacity=8, handle_s=10.0, look_s=600.0,
        ahead_s=3600.0, least=2, hours_h=(0.0, 24.0),
    )  # fmt: skip
    return replace(plain, **changes)


def streams(seed: int) -> Callable[[str], Generator]:
    return lambda name: stream(seed, name)


def share(env: simpy.Environment, where: Stations, how: Service, bikes: tuple[int, ...], *, seed: int = 1) -> BikeShare:
    km = where.walk_m / 1000.0
    roads = FreeRoads(env, 120.0 * km, km)
    return BikeShare(env, where, how, bikes=np.array(bikes), driving=roads, midnight_s=0.0, rng=streams(seed))


def one_way(per_day: float) -> np.ndarray:
    """Everybody rides from the first station to the last of three."""
    rentals = np.zeros((3, 3))
    rentals[0, 2] = per_day
    return rentals


@given(st.integers(0, 1000), st.integers(0, 2), st.integers(1, 8), st.floats(0.0, 600.0))
@settings(deadline=None, max_examples=25)
def test_no_bike_is_ever_lost(seed: int, trucks: int, bikes: int, per_day: float) -> None:
    env = simpy.Environment()
    rng = stream(seed, "rates")
    rentals = rng.random((3, 3)) * per_day / 4.5
    model = share(env, stations((10, 8, 10)), service(rentals, trucks=trucks), (bikes, bikes, bikes), seed=seed)
    model.start(DAY_S)
    for hour in range(1, 25):
        env.run(until=3600.0 * hour)
        assert model.bikes == 3 * bikes
        assert np.all((model.stock >= 0) & (model.stock <= model.stations.docks))
        assert min(model.riding, model.on_trucks) >= 0
    t = model.tally
    assert t.wanted >= t.lost + t.returned >= t.wanted - 3 * bikes - 200
    assert t.lost == t.lost_at.sum()
    assert t.no_dock == t.full_at.sum()


def test_an_empty_station_loses_who_finds_none_in_reach_and_sends_the_others_on_foot() -> None:
    env = simpy.Environment()
    # Nobody at the first; five at the next, 300 m away; walkers go 400 m at most.
    model = share(env, stations(), service(one_way(0.0)), (0, 5, 0))
    for _ in range(7):
        env.process(model._rider(0, 2))
    env.run()
    assert model.tally.walked_on == 5
    assert model.tally.lost == 2
    assert env.now == pytest.approx(300.0 + 300.0 / 3.0)
    far = share(simpy.Environment(), stations(apart_m=500.0), service(one_way(0.0)), (0, 5, 0))
    far.env.process(far._rider(0, 2))
    far.env.run()
    assert far.tally.lost == 1
    assert far.tally.lost_at.tolist() == [1, 0, 0]


def test_a_full_station_sends_riders_to_the_next_dock() -> None:
    env = simpy.Environment()
    model = share(env, stations((10, 10, 4)), service(one_way(0.0)), (2, 0, 4))
    env.process(model._rider(0, 2))
    env.run()
    assert model.tally.no_dock == 1
    assert model.stock.tolist() == [1, 1, 4]
    assert env.now == pytest.approx(200.0 + 100.0)


def test_who_finds_no_dock_anywhere_waits_for_one() -> None:
    env = simpy.Environment()
    where = stations((2, 2, 2))
    model = share(env, where, service(one_way(0.0)), (2, 2, 2))
    model.riding += 1
    env.process(model._returned(2))

    def _takes_one() -> Any:
        yield env.timeout(1000.0)
        model.stock[2] -= 1

    env.process(_takes_one())
    env.run(until=2000.0)
    assert model.stock.tolist() == [2, 2, 2]
    assert model.riding == 0


def test_rentals_are_poisson_about_the_rates_by_hour() -> None:
    hourly = np.zeros(24)
    hourly[[8, 18]] = 0.25, 0.75
    wanted = []
    for seed in range(20):
        env = simpy.Environment()
        model = share(env, stations((100, 100, 100)), service(one_way(200.0), hourly=hourly), (90, 0, 0), seed=seed)
        model.start(DAY_S)
        env.run(until=12 * 3600.0)
        wanted.append(model.tally.wanted)
    assert abs(np.mean(wanted) - 50.0) < 4 * np.sqrt(50.0 / 20)
    assert np.std(wanted) > 0


def test_a_truck_brings_bikes_back_and_fewer_are_lost() -> None:
    tallies = []
    for trucks in (0, 1):
        env = simpy.Environment()
        model = share(env, stations(), service(one_way(60.0), trucks=trucks, most_walk_m=0.0), (8, 2, 2))
        model.start(DAY_S)
        env.run(until=DAY_S)
        tallies.append(model.tally)
    without, with_truck = tallies
    assert without.wanted == with_truck.wanted, "the same people come"
    assert without.truck_km == 0
    assert with_truck.lost < 0.5 * without.lost
    # From the last station to the first and back, 0.6 km each.
    assert with_truck.truck_km == pytest.approx(0.3 * with_truck.truck_trips, rel=1.0)
    assert with_truck.truck_km >= 0.6 * (with_truck.moved // 8)


def test_trucks_work_in_their_hours() -> None:
    env = simpy.Environment()
    how = service(one_way(60.0), trucks=1, hours_h=(6.0, 7.0))
    model = share(env, stations(), how, (1, 1, 10))
    model.start(DAY_S)
    env.run(until=6 * 3600.0 - 1.0)
    assert model.tally.truck_trips == 0
    env.run(until=8 * 3600.0)
    assert model.tally.moved > 0


def test_targets_see_the_net_flow_coming() -> None:
    env = simpy.Environment()
    model = share(env, stations(), service(one_way(48.0)), (5, 5, 5))
    # Two an hour leave the first station and come to the last: one bike more and one less than half of ten.
    np.testing.assert_allclose(model.targets(0.0), [6.0, 5.0, 4.0])
    model.stock[:] = 3
    assert model.targets(0.0).sum() == pytest.approx(9.0)


def test_trucks_drive_on_what_they_are_given() -> None:
    """Any model of roads will do: here one on which the way back is closed until noon."""

    class _ClosedUntilNoon:
        def __init__(self, env: simpy.Environment) -> None:
            self.env = env
            self.asked: list[tuple[int, int]] = []

        def drive(self, start: int, end: int) -> simpy.Event:
            self.asked.append((start, end))
            return self.env.timeout(max(12 * 3600.0 - self.env.now, 60.0), value=1.5)

    env = simpy.Environment()
    roads = _ClosedUntilNoon(env)
    model = BikeShare(
        env, stations(), service(np.zeros((3, 3)), trucks=1), bikes=np.array([0, 5, 10]), driving=roads,
        midnight_s=0.0, rng=streams(1),
    )  # fmt: skip
    model.start(DAY_S)
    env.run(until=12 * 3600.0 + 3600.0)
    assert roads.asked[0] == (0, 2)
    assert model.tally.truck_km == 1.5 * len(roads.asked)
    assert model.stock.tolist() == [5, 5, 5]


def test_trucks_may_drive_in_traffic_and_wait_where_the_way_is_closed() -> None:
    """A fake of the traffic model's drive: the first one is cut off after a minute, the others take 100 s a link."""
    env = simpy.Environment()
    asked: list[tuple[int, int, list[int]]] = []

    class _FakeTraffic:
        def drive(self, kind: int, start: int, way: np.ndarray) -> simpy.Event:
            asked.append((kind, start, way.tolist()))
            arrived = len(asked) > 1
            return env.timeout(100.0 * len(way) if arrived else 60.0, value=SimpleNamespace(arrived=arrived))

    km = np.array([[0.0, 1.2], [1.3, 0.0]])
    ways = {(0, 1): np.array([7, 8, 9], dtype=np.int32), (1, 0): np.zeros(0, dtype=np.int32)}
    roads = OnStreets(env, _FakeTraffic(), 3, np.array([40, 50]), ways, km)
    assert env.run(until=roads.drive(0, 1)) == 1.2
    assert env.now == 60.0 + 300.0 + 300.0
    assert asked == [(3, 40, [7, 8, 9])] * 2
    assert env.run(until=roads.drive(1, 0)) == 1.3, "two stations at one node"
    assert env.now == 660.0


def test_the_same_seed_gives_the_same_day_and_trucks_change_no_rider() -> None:
    def go(seed: int, trucks: int) -> tuple[int, list[int]]:
        env = simpy.Environment()
        model = share(env, stations(), service(one_way(100.0), trucks=trucks), (8, 2, 2), seed=seed)
        model.start(DAY_S)
        env.run(until=DAY_S)
        return model.tally.wanted, model.stock.tolist()

    assert go(3, 1) == go(3, 1)
    assert go(3, 0)[0] == go(3, 2)[0]
    assert go(3, 1) != go(4, 1)


def test_as_many_rentals_end_at_a_station_as_begin_there() -> None:
    weight = np.array([5.0, 1.0, 3.0])
    rates = rental_rates(weight, stations().ride_s, per_day=90.0, per_min=0.1)
    np.testing.assert_allclose(rates.sum(axis=0), 10.0 * weight)
    np.testing.assert_allclose(rates.sum(axis=1), 10.0 * weight)


@pytest.mark.parametrize("bikes", [(11, 0, 0), (-1, 0, 0)])
def test_more_bikes_than_docks_are_refused(bikes: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="between 0 and the docks"):
        share(simpy.Environment(), stations(), service(one_way(1.0)), bikes)


def test_sites_are_chosen_by_what_they_add() -> None:
    rng = stream(1, "sites")
    xy, weight = rng.uniform(0.0, 3000.0, (300, 2)), rng.exponential(1.0, 300)
    chosen = greedy_sites(xy, weight, np.zeros((0, 2)), np.arange(300), n=8, reach_m=400.0)
    gains = np.diff([float(weight[covered(xy, xy[chosen[:k]], reach_m=400.0)].sum()) for k in range(9)])
    assert np.all(gains > 0)
    assert np.all(np.diff(gains) <= 1e-9), "each adds at most what the one before it did"
    first = max(float(weight[covered(xy, xy[[k]], reach_m=400.0)].sum()) for k in range(300))
    assert gains[0] == pytest.approx(first)


def test_what_lies_around_a_station_counts_at_the_nearest_one_only() -> None:
    xy = np.array([[0.0, 0.0], [100.0, 0.0], [900.0, 0.0]])
    at = np.array([[0.0, 0.0], [150.0, 0.0]])
    assert around(xy, np.array([1.0, 2.0, 4.0]), at, reach_m=300.0).tolist() == [1.0, 2.0]
