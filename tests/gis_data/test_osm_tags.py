"""What the tags of a way mean: who may go which way, how fast, on how many lanes."""

import pytest

from gis_data.readers.osm_tags import DENIED, interpret, metres, speed_kmh
from twin.city.roads import ALL_MODES as ALL
from twin.city.roads import BUS, CYCLE, FOUR_WHEELED, MOTOR, MOTORCYCLE, TRUCK, WALK

TWO_WHEELS = ALL & ~FOUR_WHEELED


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "primary"}, ALL, ALL),
        ({"highway": "primary", "oneway": "yes"}, ALL, WALK),
        ({"highway": "primary", "oneway": "-1"}, WALK, ALL),
        ({"highway": "primary", "oneway": "yes", "oneway:bicycle": "no"}, ALL, WALK | CYCLE),
        ({"highway": "primary", "oneway": "yes", "cycleway": "opposite_lane"}, ALL, WALK | CYCLE),
        ({"highway": "primary", "junction": "roundabout"}, ALL, WALK),
        ({"highway": "motorway"}, MOTOR, 0),
        ({"highway": "trunk", "motorroad": "yes"}, MOTOR, MOTOR),
        ({"highway": "service", "access": "no", "foot": "yes"}, WALK, WALK),
        ({"highway": "service", "access": "destination"}, ALL, ALL),
        ({"highway": "service", "access": "customers"}, ALL, ALL),
        ({"highway": "track", "motor_vehicle": "agricultural"}, CYCLE | WALK, CYCLE | WALK),
        ({"highway": "track", "vehicle": "agricultural;forestry"}, WALK, WALK),
        ({"highway": "track", "access": "agricultural;yes"}, ALL, ALL),
        ({"highway": "primary", "bicycle": "use_sidepath"}, MOTOR | WALK, MOTOR | WALK),
        ({"highway": "footway", "bicycle": "designated"}, WALK | CYCLE, WALK | CYCLE),
        ({"highway": "footway", "motorcycle": "yes"}, WALK | MOTORCYCLE, WALK | MOTORCYCLE),
        ({"highway": "footway", "access": "yes"}, WALK, WALK),
        ({"highway": "residential", "motorcar": "no"}, TWO_WHEELS, TWO_WHEELS),
        ({"highway": "residential", "motorcar": "no", "bus": "yes"}, TWO_WHEELS | BUS, TWO_WHEELS | BUS),
        ({"highway": "primary", "hgv": "no"}, ALL & ~TRUCK, ALL & ~TRUCK),
        ({"highway": "residential", "width": "2.5"}, TWO_WHEELS, TWO_WHEELS),
        ({"highway": "residential", "width": "3"}, ALL, ALL),
        ({"highway": "residential", "motor_vehicle": "no", "motorcycle": "yes"}, TWO_WHEELS, TWO_WHEELS),
        ({"highway": "residential", "motorcar": "no", "motorcycle": "no"}, CYCLE | WALK, CYCLE | WALK),
        ({"highway": "residential", "motor_vehicle:backward": "no"}, ALL, CYCLE | WALK),
    ],
)
def test_who_may_go_which_way(tags: dict[str, str], forward: int, backward: int) -> None:
    way = interpret(tags)
    assert way is not None
    assert (way.modes_forward, way.modes_backward) == (forward, backward)


@pytest.mark.parametrize("value", sorted(DENIED))
def test_what_keeps_the_public_out_closes_a_street(value: str) -> None:
    assert interpret({"highway": "service", "access": value}) is None


@pytest.mark.parametrize("tags", [{"highway": "construction"}, {"highway": "pedestrian", "area": "yes"}, {}])
def test_what_nobody_travels_on_is_no_street(tags: dict[str, str]) -> None:
    assert interpret(tags) is None


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50.0),
        ("30 mph", 48.28032),
        ("VN:urban", 50.0),
        ("DE:rural", 100.0),
        ("CO:rural", 80.0),
        ("DE:zone30", 30.0),
        ("DE:zone:20", 20.0),
        ("DE:30", 30.0),
        ("walk", 7.0),
        ("none", None),
        ("90;30", None),
        ("0", None),
        ("999", None),
        ("", None),
    ],
)
def test_speeds(text: str, kmh: float | None) -> None:
    assert speed_kmh(text) == (None if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"maxspeed": "60"}, 60.0, 60.0),
        ({"maxspeed": "60", "maxspeed:backward": "40"}, 60.0, 40.0),
        ({"maxspeed:forward": "30"}, 30.0, None),
        ({"source:maxspeed": "DE:urban"}, 50.0, 50.0),
        ({"zone:maxspeed": "DE:30"}, 30.0, 30.0),
        ({"maxspeed": "70", "source:maxspeed": "sign"}, 70.0, 70.0),
        ({"maxspeed": "signals", "maxspeed:type": "VN:rural"}, 80.0, 80.0),
    ],
)
def test_each_direction_has_its_own_limit(tags: dict[str, str], forward: float, backward: float | None) -> None:
    way = interpret({"highway": "primary", **tags})
    assert way is not None
    assert (way.speed_forward_kmh, way.speed_backward_kmh) == (forward, backward)
    assert way.reversed().speed_forward_kmh == backward


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({"lanes": "4"}, (2, 2)),
        ({"lanes": "5"}, (3, 2)),
        ({"lanes": "3", "lanes:backward": "1"}, (2, 1)),
        ({"lanes": "5", "lanes:both_ways": "1"}, (2, 2)),
        ({"lanes": "3", "oneway": "yes"}, (3, None)),
        ({"lanes": "3", "oneway": "-1"}, (None, 3)),
        ({"lanes": "1"}, (1, 1)),
        ({"lanes": "200"}, (None, None)),
        ({"lanes": "1.5"}, (None, None)),
        ({"lanes": "²"}, (None, None)),
    ],
)
def test_lanes_count_both_directions(tags: dict[str, str], lanes: tuple[int | None, int | None]) -> None:
    way = interpret({"highway": "primary", **tags})
    assert way is not None
    assert (way.lanes_forward, way.lanes_backward) == lanes


def test_seen_from_the_other_end_twice_is_the_same_way() -> None:
    way = interpret({"highway": "primary", "oneway": "yes", "lanes": "3", "maxspeed:forward": "40", "bridge": "yes"})
    assert way is not None
    assert way.reversed() != way
    assert way.reversed().reversed() == way


@pytest.mark.parametrize(
    ("text", "most", "length"), [("5", 9, 5.0), ("5.5 m", 9, 5.5), ("12", 9, None), ("0", 9, None), ("5'", 9, None)]
)
def test_lengths(text: str, most: float, length: float | None) -> None:
    assert metres(text, most=most) == length
