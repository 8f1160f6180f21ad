"""Timelines and interventions travel through JSON unchanged, hours become moments of a run, wrong ones are refused."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.engine.timeline import (
    KINDS,
    ChangingCity,
    Inject,
    intervention_json,
    parse_intervention,
    parse_timeline,
    timeline_json,
)
from scenarios.scenario import ScenarioParams
from twin.city.interventions import (
    ActuateSignal,
    AddFloorArea,
    CloseLink,
    CloseStreet,
    Green,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    RaiseGround,
    ReverseOneWay,
    SetCapacity,
    SetDepth,
    SetLandUse,
    SetLanes,
    SetSignal,
    SetSpeed,
    SplitSignal,
    Where,
    Window,
)
from twin.city.roads import ALL_MODES, CAR
from twin.city.windows import WEEKDAYS
from twin.errors import InvalidIntervention
from twin.testing.toy import toy_city

number = st.floats(-1e6, 1e6)
name = st.text(min_size=1)
clock = st.integers(0, 1439).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")
windows = st.builds(
    lambda a, b, days, day, length: Window(a, b, days, day, None if length is None else day + timedelta(length)),
    clock,
    st.just("24:00"),
    st.lists(st.sampled_from(WEEKDAYS), unique=True).map(tuple),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.none() | st.integers(0, 400),
)
when = st.lists(windows, max_size=3).map(tuple)
modes = st.integers(1, ALL_MODES)
between = st.none() | st.tuples(name, name)
links = st.lists(name, min_size=1).map(tuple)
where = st.builds(Where, street=name, between=between) | st.builds(Where, links=links)
green = st.builds(Green, link=name, from_s=st.floats(0, 9), to_s=st.floats(10, 20))
changes: st.SearchStrategy[Intervention] = st.one_of(
    st.builds(CloseLink, links=links, modes=modes, when=when),
    st.builds(CloseStreet, name=name, modes=modes, between=between, when=when),
    st.builds(OpenLink, where=where, modes=modes, when=when),
    st.builds(NetworkAsOf, day=st.dates()),
    st.builds(MakeOneWay, where=where, modes=modes, when=when),
    st.builds(ReverseOneWay, where=where),
    st.builds(SetSpeed, where=where, speed_kmh=st.floats(1, 130), when=when),
    st.builds(SetLanes, where=where, lanes=st.integers(1, 12), when=when),
    st.builds(SetCapacity, where=where, share=st.floats(0.1, 2), when=when),
    st.builds(SetDepth, where=where, depth_m=st.floats(0, 20), when=when),
    st.builds(
        SetSignal,
        junction=st.tuples(name, name),
        cycle_s=st.floats(20, 300),
        greens=st.lists(green, min_size=1).map(tuple),
        when=when,
    ),
    st.builds(SplitSignal, junction=st.tuples(name, name), cycle_s=st.floats(20, 300), first_share=st.floats(0.1, 0.9)),
    st.builds(ActuateSignal, junction=st.tuples(name, name), max_green_s=st.floats(10, 90), when=when),
    st.builds(RaiseGround, outline_m=st.lists(st.tuples(number, number)).map(tuple), level_m=number, when=when),
    st.builds(SetLandUse, parcel=name, use_code=name),
    st.builds(AddFloorArea, parcel=name, floor_area_m2=st.floats(1, 1e6), storeys=st.integers(1, 120)),
)


@given(changes, st.floats(0, 1e5), st.none() | st.floats(2e5, 3e5))
def test_json_round_trip(change: Intervention, at_s: float, until_s: float | None) -> None:
    assert parse_intervention(json.loads(json.dumps(intervention_json(change)))) == change
    timeline = (Inject(at_s, change, until_s),)
    assert parse_timeline(json.loads(json.dumps(timeline_json(timeline)))) == timeline


def test_every_kind_is_tried_above() -> None:
    assert len(KINDS) == 16


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"kind": "blow-up"}, "no such kind of intervention; one of capacity, close-link"),
        ({"kind": "close-street"}, "name: Field required"),
        ({"kind": "close-link", "links": 3}, "links"),
        ({"kind": "close-link", "links": []}, "names no link"),
        ({"kind": "close-street", "name": "Lê Lợi", "hours": 3}, "hours: Unexpected keyword argument"),
        ({"kind": "close-street", "name": "Lê Lợi", "when": [{"hour": "18:00"}]}, "hour: Unexpected keyword argument"),
        ({"kind": "close-street", "name": "Lê Lợi", "when": [{"from_time": "25:00"}]}, "written HH:mm"),
        ({"kind": "network-as-of", "day": "2025-03-01", "when": [{}]}, "for some hours only"),
    ],
)
def test_wrong_intervention_is_refused(data: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidIntervention, match=why):
        parse_intervention(data)


def test_timeline_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidIntervention, match="not after its start"):
        Inject(10.0, CloseStreet("Lê Lợi"), 10.0)
    with pytest.raises(InvalidIntervention, match="entry 1: needs at_s"):
        parse_timeline([{"change": {"kind": "close-street", "name": "Lê Lợi"}}])


class Evening(ScenarioParams):
    """A run from 17:30 with half an hour before it."""

    @property
    def begin_s(self) -> float:
        return -1800.0

    @property
    def midnight_s(self) -> float:
        return -17.5 * 3600.0


def test_hours_become_moments_of_the_run() -> None:
    car_free = CloseStreet("Lê Lợi", CAR, when=(Window("18:00", "02:00", ("fri", "sat", "sun")),))
    friday, night = (
        Evening(date=date(2026, 11, 27), duration_min=600),
        Evening(date=date(2026, 11, 30), duration_min=60),
    )
    city = ChangingCity(toy_city(), [car_free], [], friday)
    assert city.spells[0].spans_s == ((1800.0, 8.5 * 3600.0),)
    assert city.moments(friday.begin_s, friday.horizon_s) == [1800.0, 8.5 * 3600.0]
    assert city.at(0.0) is city.at(9 * 3600.0)
    assert city.at(1799.0).roads.modes[0] & CAR
    assert not city.at(1800.0).roads.modes[0] & CAR
    assert ChangingCity(toy_city(), [car_free], [], night).spells[0].spans_s == (), "Monday evening"


def test_the_night_of_sunday_reaches_into_monday() -> None:
    walking = CloseStreet("Lê Lợi", when=(Window("18:00", "02:00", ("fri", "sat", "sun")),))
    monday = ScenarioParams(date=date(2026, 11, 30), duration_min=180)
    assert ChangingCity(toy_city(), [walking], [], monday).spells[0].spans_s == ((0.0, 7200.0),)


def test_changes_in_force_are_made_in_their_order() -> None:
    slow, slower = SetSpeed(Where("Lê Lợi"), 30.0), SetSpeed(Where("Lê Lợi"), 10.0, when=(Window("17:30", "18:00"),))
    params = Evening(duration_min=120)
    for order, speed_kmh in (((slow, slower), 10.0), ((slower, slow), 30.0)):
        city = ChangingCity(toy_city(), order, [Inject(600.0, CloseStreet("Lê Lợi"), 900.0)], params)
        assert city.at(0.0).roads.free_speed_mps[0] * 3.6 == pytest.approx(speed_kmh)
        assert city.at(3600.0).roads.free_speed_mps[0] * 3.6 == pytest.approx(30.0)
        assert city.at(600.0).roads.modes[0] == 0
        assert city.moments(params.begin_s, params.horizon_s) == [0.0, 600.0, 900.0, 1800.0]
