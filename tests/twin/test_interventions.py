"""What each change does to a city, what it leaves alone, and how a change that does not fit is refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.scenarios.cities import two_banks
from twin.city.apply_roads import barred_modes
from twin.city.changes_roads import DEPTH_LIMITS_M
from twin.city.city import City
from twin.city.interventions import (
    AddFloorArea,
    CloseLink,
    CloseStreet,
    Green,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    ReverseOneWay,
    SetCapacity,
    SetDepth,
    SetLandUse,
    SetLanes,
    SetSignal,
    SetSpeed,
    SplitSignal,
    Where,
    apply,
)
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.errors import InvalidIntervention, UnknownItem
from twin.testing.toy import toy_city

STREET = "Ngang 1 Nam"
SECTION = ("Dọc 1 Nam", "Dọc 3 Nam")


def made(*changes: Intervention, city: City | None = None) -> City:
    """The town of two banks after some changes, all else the same object as before."""
    before = city or two_banks()
    after = apply(before, changes)
    assert apply(before, ()) is before
    return after


def ids(city: City, rows: Sequence[int] | np.ndarray) -> set[str]:
    return set(np.asarray(city.roads.ids)[np.asarray(rows)].tolist())


def changed(before: City, after: City, column: str) -> set[str]:
    a, b = getattr(before.roads, column), getattr(after.roads, column)
    return ids(before, np.flatnonzero(a != b))


def test_a_section_runs_from_one_cross_street_to_the_other() -> None:
    before, after = two_banks(), made(CloseStreet(STREET, between=SECTION))
    assert changed(before, after, "modes") == {"6-7", "7-6", "7-8", "8-7"}
    turned = made(CloseStreet(STREET, between=SECTION[::-1]))
    assert np.array_equal(turned.roads.modes, after.roads.modes), "a closure has no direction"
    assert after.buildings is not None
    assert apply(before, [CloseStreet(STREET)]).roads.modes[before.roads.links_named(STREET)].max() == 0


def test_a_ban_leaves_the_other_vehicles_their_way() -> None:
    after = made(CloseStreet("Cầu Tây", CAR | TRUCK))
    west = after.roads.links_named("Cầu Tây")
    assert set(after.roads.modes[west].tolist()) == {MOTORCYCLE | CYCLE | WALK | BUS}
    again = apply(after, [OpenLink(Where("Cầu Tây"), CAR)])
    assert set(again.roads.modes[west].tolist()) == {ALL_MODES & ~TRUCK}


def test_one_way_takes_the_whole_carriageway_from_the_first_street_to_the_second() -> None:
    before, after = two_banks(), made(MakeOneWay(Where(STREET, SECTION)))
    there, back = {"6-7", "7-8"}, {"7-6", "8-7"}
    assert changed(before, after, "modes") == back
    assert all(after.roads.modes[after.roads.index_of(i)] == WALK for i in back)
    assert changed(before, after, "capacity_pcu_h") == changed(before, after, "width_m") == there
    assert changed(before, after, "oneway") == there
    assert after.roads.capacity_pcu_h[after.roads.index_of("6-7")] == 2 * 1950.0
    other = made(MakeOneWay(Where(STREET, SECTION[::-1])))
    assert changed(before, other, "modes") == there
    pair = made(MakeOneWay(Where(STREET, SECTION)), MakeOneWay(Where("Ngang 2 Nam", SECTION[::-1])))
    assert changed(before, pair, "modes") == back | {"11-12", "12-13"}


def test_a_one_way_street_is_reversed_and_reversed_back() -> None:
    town = two_banks()
    roads = town.roads
    kept = np.array([i not in {"7-6", "8-7"} for i in roads.ids.tolist()])
    vertices = np.repeat(kept, 2)
    columns = {f: getattr(roads, f)[kept] for f in _columns(town)}
    single = replace(
        town,
        roads=replace(roads, **columns, xy_m=roads.xy_m[vertices], first_vertex=np.arange(0, 2 * kept.sum() + 1, 2)),
    )
    turn = ReverseOneWay(Where(STREET, SECTION))
    once = made(turn, city=single)
    row = single.roads.index_of("6-7")
    assert (once.roads.tail[row], once.roads.head[row]) == (7, 6)
    assert np.array_equal(once.roads.xy_m[2 * row], single.roads.xy_m[2 * row + 1])
    assert made(turn, turn, city=single).digest == single.digest
    with pytest.raises(InvalidIntervention, match="has no one-way link to reverse"):
        made(turn)


def _columns(city: City) -> list[str]:
    n = len(city.roads)
    return [f for f in city.roads.__dataclass_fields__ if f != "first_vertex" and len(getattr(city.roads, f)) == n]


def test_speed_lanes_and_capacity_change_where_they_are_told_to() -> None:
    before, where = two_banks(), Where(STREET, SECTION)
    four = {"6-7", "7-6", "7-8", "8-7"}
    slow, wide, narrow = made(SetSpeed(where, 18.0)), made(SetLanes(where, 2)), made(SetCapacity(where, 0.5))
    assert changed(before, slow, "free_speed_mps") == changed(before, wide, "lanes") == four
    assert changed(before, wide, "width_m") == changed(before, narrow, "capacity_pcu_h") == four
    row = before.roads.index_of("7-8")
    assert slow.roads.free_speed_mps[row] == pytest.approx(5.0)
    assert (wide.roads.width_m[row], wide.roads.capacity_pcu_h[row]) == (7.0, 3900.0)
    assert narrow.roads.capacity_pcu_h[row] == 975.0
    assert made(SetLanes(where, 2), SetLanes(where, 1)).digest == before.digest, "and back"


def test_water_stops_each_mode_from_its_limit_on() -> None:
    at = {d: made(SetDepth(Where("Cầu Tây"), d)).roads.modes[two_banks().roads.links_named("Cầu Tây")][0] for d in
          (0.0, 0.24, 0.25, 0.3, 0.5, 0.6)}  # fmt: skip
    assert at[0.0] == at[0.24] == ALL_MODES
    assert at[0.25] == ALL_MODES & ~(MOTORCYCLE | CYCLE)
    assert at[0.3] == BUS | TRUCK
    assert at[0.5] == TRUCK
    assert at[0.6] == 0
    depths = np.linspace(0.0, 1.0, 201)
    barred = barred_modes(depths)
    for mode, limit_m in DEPTH_LIMITS_M.items():
        assert np.array_equal((barred & mode) != 0, depths >= limit_m)
    assert np.array_equal(barred_modes(np.array([np.nan])), [0]), "unknown water closes nothing"


def test_the_network_of_an_earlier_day_lacks_what_opened_later() -> None:
    toy = toy_city()
    day = {d: apply(toy, [NetworkAsOf(date(2025, 3, d))]).roads.modes for d in (24, 25)}
    assert day[25][2] == 0
    assert np.array_equal(np.delete(day[25], 2), np.delete(toy.roads.modes, 2))
    for too_late in (date(2025, 3, 26), date(2026, 1, 1)):
        with pytest.raises(InvalidIntervention, match="no street is known to have opened after it"):
            apply(toy, [NetworkAsOf(too_late)])


def test_a_signal_gets_another_plan_or_a_junction_its_first() -> None:
    town = two_banks()
    approaches = town.roads.ids[town.roads.head == 7].tolist()
    greens = tuple(Green(i, 30.0 * (k % 2), 30.0 * (k % 2) + 25.0) for k, i in enumerate(sorted(approaches)))
    plan = SetSignal((STREET, "Dọc 2 Nam"), 60.0, greens, offset_s=5.0)
    after = made(plan)
    assert after.signals.node.tolist() == [7]
    assert sorted(ids(after, after.signals.green_link)) == sorted(approaches)
    again = apply(after, [SetSignal(plan.junction, 90.0, greens)])
    assert (again.signals.cycle_s.tolist(), len(again.signals)) == ([90.0], 1)
    with pytest.raises(InvalidIntervention, match=r"leaves .* without green"):
        apply(after, [SetSignal(plan.junction, 90.0, greens[:2])])
    with pytest.raises(InvalidIntervention, match="link 0-1 does not end at the junction"):
        made(SetSignal(plan.junction, 60.0, (Green("0-1", 0.0, 30.0),)))


def test_two_streets_share_the_green_of_their_junction() -> None:
    after = made(SplitSignal((STREET, "Dọc 2 Nam"), 60.0, 0.75, lost_s=4.0))
    s = after.signals
    green_s = dict(zip(after.roads.ids[s.green_link].tolist(), (s.green_to_s - s.green_from_s).tolist(), strict=True))
    assert green_s == {"6-7": 39.0, "8-7": 39.0, "2-7": 13.0, "12-7": 13.0}
    starts = set(s.green_from_s.tolist())
    assert starts == {0.0, 43.0}, "the second phase begins when the first one's lost time is over"


def test_a_tower_replaces_the_house_on_its_parcel() -> None:
    toy = toy_city()
    (plot,) = toy.parcels.ids.tolist()
    after = apply(toy, [SetLandUse(plot, "CLN"), AddFloorArea(plot, 6000.0, 10, households=4.0)])
    assert after.parcels.uses_of(0)[0][0] == "CLN"
    assert len(after.parcels.uses_of(0)) == 1
    assert after.buildings.storeys.tolist() == [10.0]
    assert after.buildings.shapes()[0].area == pytest.approx(600.0)
    assert toy.parcels.shapes()[0].covers(after.buildings.shapes()[0])
    assert after.buildings.households.sum() == 4.0
    with pytest.raises(InvalidIntervention, match="do not fit on 1200 m²; 50 storeys would"):
        apply(toy, [AddFloorArea(plot, 60000.0, 2)])
    with pytest.raises(InvalidIntervention, match="no parcel of this city has the use; one of CLN, ODT"):
        apply(toy, [SetLandUse(plot, "XYZ")])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda: CloseStreet("Ngang 9 Nam"), "no street of this city has the name; did you mean Ngang "),
        (lambda: CloseStreet("cau tay"), "did you mean Cầu Tây"),
        (lambda: CloseStreet(STREET, between=("Dọc 1 Nam", "Dọc 1 Bắc")), "do not meet; did you mean Dọc 1 Nam"),
        (lambda: CloseStreet(STREET, between=("Dọc 1 Nam", "Dọc 1 Nam")), "the section has no length"),
        (lambda: MakeOneWay(Where(STREET)), "say in which direction"),
        (lambda: SetSpeed(Where(STREET), 0.0), "not above 0 and at most 130"),
        (lambda: SetLanes(Where(STREET), 0), "to have none, close it"),
        (lambda: SetCapacity(Where(STREET), 0.0), "not above 0"),
        (lambda: SetDepth(Where(STREET), -0.1), "is not from 0"),
        (lambda: SetSignal((STREET, "Dọc 1 Nam"), 60.0, ()), "a signal without green lets nobody pass"),
        (lambda: SetSignal((STREET, "Dọc 1 Nam"), 60.0, (Green("6-7", 30.0, 30.0),)), "is not within 0 to 60"),
        (lambda: SetSignal((STREET, "Dọc 1 Nam"), 0.0, (Green("6-7", 0.0, 30.0),)), "a cycle of 0.0 s"),
        (lambda: SetSignal((STREET, "Dọc 1 Nam"), 60.0, (Green("6-7", 0.0, 9.0),), 60.0), "the offset"),
        (lambda: SplitSignal((STREET, "Dọc 1 Nam"), 60.0, 1.0), "leaves one street without green"),
        (lambda: SplitSignal((STREET, "Dọc 1 Nam"), 60.0, lost_s=30.0), "leave no green in 60"),
        (lambda: SplitSignal((STREET, "Ngang 2 Nam"), 60.0), "do not meet"),
        (lambda: CloseLink(()), "names no link"),
        (lambda: CloseStreet(STREET, 64), "64 is no set of modes"),
        (lambda: SetSpeed(Where(), 30.0), "name either a street or links"),
        (lambda: SetSpeed(Where(links=("a",), between=("a", "b")), 30.0), "a section needs the name of its street"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_a_reason(change: Callable[[], Intervention], why: str) -> None:
    with pytest.raises(InvalidIntervention, match=why):
        made(change())


def test_an_unknown_link_is_named() -> None:
    with pytest.raises(UnknownItem, match="zz: not among the"):
        made(CloseLink(("zz",)))
