"""Streets as the queue model sees them: times, capacities, signals, bans and who may enter."""

from dataclasses import replace

import numpy as np

from scenarios.models.network import RoadRules, contested, road_network
from tests.scenarios.cities import two_banks
from twin.city.interventions import CloseStreet, apply
from twin.city.roads import MOTOR
from twin.testing.toy import toy_city

RULES = RoadRules(cycle_mps=4.0, junction_delay_s=3.0, junction_share=0.5, jam_m=7.0, lane_m=3.5, largest_pcu=3.1)


def test_time_is_length_over_speed_plus_the_junctions_delay() -> None:
    city = two_banks()
    net = road_network(city, RULES)
    corner, bridge = city.roads.index_of("1-0"), city.roads.index_of("21-26")
    assert net.time_s[:, corner].tolist() == [150.0 / 10.0, 150.0 / 4.0]
    assert net.time_s[:, bridge].tolist() == [30.0 + 3.0, 75.0 + 3.0]
    assert net.headway_s[corner] == 3600.0 / 1950.0
    assert net.headway_s[bridge] == 2 * 3600.0 / 1950.0
    assert net.room[bridge] == np.ceil(1000 * 300.0 / 7.0)


def test_known_signal_replaces_the_assumed_share() -> None:
    city = toy_city()
    net = road_network(city, RULES)
    assert net.cycle_s.tolist() == [60.0, 0.0, 0.0, 60.0]
    assert net.green_first.tolist() == [0, 1, 1, 1, 2]
    assert (net.green_from_s.tolist(), net.green_to_s.tolist()) == ([0.0, 30.0], [27.0, 57.0])
    assert net.headway_s.tolist() == [2.0] * 4
    unknown = replace(city.signals, cycle_s=np.array([np.nan]))
    assert road_network(replace(city, signals=unknown), RULES).cycle_s.tolist() == [0.0] * 4


def test_turn_bans_and_closures_are_kept() -> None:
    net = road_network(toy_city(), RULES)
    assert (net.ban_first.tolist(), net.ban_to.tolist()) == ([0, 1, 1, 1, 1], [1])
    closed = road_network(apply(toy_city(), [CloseStreet("Lê Lợi", MOTOR)]), RULES)
    assert closed.allowed.tolist() == [[False, False, True, True], [True] * 4]
    assert np.all(closed.room >= 3100), "every link has room for the largest vehicle"


def test_a_main_street_keeps_its_way_at_the_mouth_of_an_alley() -> None:
    city = two_banks()
    wide, narrow = city.roads, city.roads.capacity_pcu_h.copy()
    bridge, crossing = wide.index_of("21-26"), wide.head[wide.index_of("21-26")]
    beside = (wide.head == crossing) | (wide.tail == crossing)
    beside[bridge] = beside[wide.index_of("26-21")] = False
    assert contested(city)[bridge]
    narrow[beside] *= 0.4
    alleys = replace(city, roads=replace(wide, capacity_pcu_h=narrow))
    assert not contested(alleys)[bridge]
    assert contested(alleys)[np.flatnonzero(beside & (wide.head == crossing))].all(), "the alleys have to wait"
