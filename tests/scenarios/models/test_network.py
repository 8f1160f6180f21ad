"""Streets as the traffic engine sees them: times, capacities, signals, bans and who may enter."""

from dataclasses import replace

import numpy as np

from scenarios.models.network import LEAST_REACTION_S, RoadRules, contested, road_network
from tests.scenarios.cities import two_banks
from twin.city.interventions import CloseStreet, apply
from twin.city.roads import BUS, CAR, CYCLE, MOTOR, MOTORCYCLE, TRUCK
from twin.testing.toy import toy_city

MODES = (MOTORCYCLE, CAR, BUS, TRUCK, CYCLE)
RULES = RoadRules(
    modes=MODES, most_mps=(np.inf, np.inf, np.inf, np.inf, 4.0), junction_delay_s=3.0, junction_share=0.5, jam_m=7.0,
    lane_m=3.5,
)  # fmt: skip


def test_time_is_length_over_speed_plus_the_junctions_delay() -> None:
    city = two_banks()
    net = road_network(city, RULES)
    corner, bridge = city.roads.index_of("1-0"), city.roads.index_of("21-26")
    assert net.time_s[:, corner].tolist() == [150.0 / 10.0, 150.0 / 4.0]
    assert net.time_s[:, bridge].tolist() == [30.0 + 3.0, 75.0 + 3.0]
    assert net.headway_s[corner] == 3600.0 / 1950.0
    assert net.headway_s[bridge] == 2 * 3600.0 / 1950.0
    assert net.entry_headway_s[bridge] == 3600.0 / 1950.0
    assert net.weight[bridge] == 0.5 * net.weight[corner]
    assert net.room[bridge] == np.ceil(1000 * 300.0 / 7.0)


def test_backward_wave_closes_the_triangle() -> None:
    """1/w = κ/q - 1/u: with 7 m a vehicle, 1,950 veh/h and 10 m/s, w is 6.3 m/s."""
    city = two_banks()
    net = road_network(city, RULES)
    bridge = city.roads.index_of("21-26")
    speed = 300.0 / net.wave_s[bridge]
    assert 1.0 / speed == np.divide(1.0, 7.0) * 3600.0 / 1950.0 - 0.1
    assert 6.0 < speed < 6.5
    slow = replace(city.roads, free_speed_mps=np.full(len(city.roads), 2.0))
    wave_s = road_network(replace(city, roads=slow), RULES).wave_s[bridge]
    assert wave_s == LEAST_REACTION_S * 300.0 / 7.0, "a slow street's queue dissolves no faster than people react"


def test_room_lets_the_stop_line_have_its_flow_on_the_shortest_link() -> None:
    city = two_banks()
    short = replace(city.roads, length_m=np.full(len(city.roads), 5.0))
    net = road_network(replace(city, roads=short), RULES)
    assert np.all(net.room >= 1000.0 * (net.time_s.min(axis=0) + net.wave_s) / net.headway_s)


def test_classes_with_the_same_rights_and_speed_are_one_group() -> None:
    city = two_banks()
    assert road_network(city, RULES).group.tolist() == [0, 0, 0, 0, 1]
    no_trucks = apply(city, [CloseStreet("Cầu Tây", TRUCK)])
    assert road_network(no_trucks, RULES).group.tolist() == [0, 0, 0, 1, 2]
    later = road_network(city, RULES, later=[no_trucks])
    assert later.group.tolist() == [0, 0, 0, 1, 2], "a ban to come needs its own ways from the start"
    assert later.allowed.all()


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
    assert closed.allowed[closed.group[0]].tolist() == [False, False, True, True]
    assert closed.allowed[closed.group[4]].all()


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


def test_a_street_keeps_its_way_where_only_streets_of_a_lower_class_meet_it() -> None:
    city = two_banks()
    roads = city.roads
    bridge, crossing = roads.index_of("21-26"), roads.head[roads.index_of("21-26")]
    beside = (roads.head == crossing) | (roads.tail == crossing)
    beside[bridge] = beside[roads.index_of("26-21")] = False
    for lower, higher in (("residential", "tertiary"), ("secondary_link", "trunk"), ("alley", "residential")):
        city = replace(city, roads=replace(roads, road_class=np.where(beside, lower, higher)))
        assert not contested(city)[bridge]
        assert contested(city)[np.flatnonzero(beside & (roads.head == crossing))].all(), "the lesser streets wait"
    links = replace(city, roads=replace(roads, road_class=np.where(beside, "primary_link", "primary")))
    assert contested(links)[bridge], "a junction's link has its street's rank"
