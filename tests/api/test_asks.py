"""Changes as people type them: a line, JSON or a file become the same data; what cannot be understood is explained."""

import json
from datetime import date
from pathlib import Path

import pytest

from api.asks import changes_of, ready, ready_list, vehicles
from scenarios.engine.timeline import intervention_json
from tests.scenarios.cities import two_banks
from twin.city.interventions import (
    AddFloorArea,
    CloseLink,
    CloseStreet,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    SetDepth,
    SetLandUse,
    SetLanes,
    SetSpeed,
    Where,
    Window,
    apply,
)
from twin.city.roads import ALL_MODES, CAR, FOUR_WHEELED, MOTORCYCLE, TRUCK, WALK
from twin.errors import InvalidIntervention, SchemaError, UnknownItem

TOWN = two_banks()
DAY = date(2027, 4, 27)
WEEKEND = (Window("18:00", "02:00", ("fri", "sat", "sun")),)
CROSSED = ("Dọc 1 Nam", "Dọc 3 Nam")


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("close=Cầu Tây", CloseStreet("Cầu Tây")),
        ("close=0-1; vehicles=car,truck", CloseLink(("0-1",), CAR | TRUCK)),
        (
            "close=Ngang 1 Nam; between=Dọc 1 Nam..Dọc 3 Nam; vehicles=vehicles; hours=18:00-02:00; days=fri-sun",
            CloseStreet("Ngang 1 Nam", ALL_MODES & ~WALK, CROSSED, when=WEEKEND),
        ),
        (
            "close=Cầu Tây;hours=06:30-08:30,16:30-18:30;days=mon,wed;dates=2027-04-27..2027-04-30",
            CloseStreet(
                "Cầu Tây",
                when=tuple(
                    Window(a, b, ("mon", "wed"), date(2027, 4, 27), date(2027, 4, 30))
                    for a, b in (("06:30", "08:30"), ("16:30", "18:30"))
                ),
            ),
        ),
        ("close=Cầu Tây; dates=2027-04-27", CloseStreet("Cầu Tây", when=(Window(first_day=DAY, last_day=DAY),))),
        ("close=Cầu Tây; dates=2027-04-27..", CloseStreet("Cầu Tây", when=(Window(first_day=date(2027, 4, 27)),))),
        ("close=Cầu Tây; days=sat-mon", CloseStreet("Cầu Tây", when=(Window(days=("sat", "sun", "mon")),))),
        ("one-way=Ngang 1 Nam; between=Dọc 1 Nam..Dọc 3 Nam", MakeOneWay(Where("Ngang 1 Nam", CROSSED))),
        ("speed=Cầu Tây; to=30", SetSpeed(Where("Cầu Tây"), 30.0)),
        ("lanes=0-1; to=2", SetLanes(Where(links=("0-1",)), 2)),
        ("depth=Cầu Tây; to=0.4; hours=00:00-06:00", SetDepth(Where("Cầu Tây"), 0.4, when=(Window("00:00", "06:00"),))),
        ("network-as-of=2025-03-25", NetworkAsOf(date(2025, 3, 25))),
        ("land-use=p1; to=TMD", SetLandUse("p1", "TMD")),
        ("floor-area=p1; to=6000; storeys=10", AddFloorArea("p1", 6000.0, 10)),
    ],
)
def test_a_line_is_a_change(line: str, change: Intervention, tmp_path: Path) -> None:
    assert changes_of(TOWN, line) == [change]
    told = json.dumps(intervention_json(change), ensure_ascii=False)
    assert changes_of(TOWN, told) == [change]
    file = tmp_path / "changes.json"
    file.write_text(f"[{told}, {told}]", encoding="utf-8")
    assert changes_of(TOWN, f"@{file}") == [change, change]


def test_a_file_of_toml(tmp_path: Path) -> None:
    file = tmp_path / "changes.toml"
    file.write_text(
        '[[changes]]\nkind = "close-street"\nname = "Cầu Tây"\nmodes = 8\n'
        '[[changes.when]]\nfrom_time = "18:00"\nto_time = "22:00"\nfirst_day = 2027-04-27\n',
        encoding="utf-8",
    )
    when = (Window("18:00", "22:00", first_day=date(2027, 4, 27)),)
    assert changes_of(TOWN, f"@{file}") == [CloseStreet("Cầu Tây", CAR, when=when)]


def test_vehicles_are_named_in_both_languages() -> None:
    assert vehicles(["ô tô"]) == vehicles(["O TO"]) == FOUR_WHEELED
    assert vehicles(["xe máy", "truck"]) == MOTORCYCLE | TRUCK


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "begins with no change, for example close="),
        ("clos=Cầu Tây", "begins with no change; did you mean close?"),
        ("close=", "begins with no change"),
        ("close=Cầu Tây; hour=18:00-22:00", "no part hour; did you mean hours?"),
        ("close=Cầu Tây; vehicles=cars", "no such vehicle; did you mean car?"),
        ("close=Cầu Tây; days=friday", "no such day; one of mon"),
        ("close=Cầu Tây; hours=18:00", "an hour of the day is written HH:mm"),
        ("close=Cầu Tây; dates=27/04/2027", "a day is written YYYY-MM-DD"),
        ("close=Cầu Tây; dates=2027-04-30..2027-04-27", "it ends before it starts"),
        ("speed=Cầu Tây", "speed_kmh: Input should be a valid number"),
        ("speed=Cầu Tây; to=fast", "speed_kmh"),
        ("close=Cầu Tây; between=Dọc 1 Nam", "between"),
        ("{", "is no JSON"),
        ('{"kind": "burn"}', "no such kind of intervention"),
    ],
)
def test_what_cannot_be_understood_is_explained(line: str, why: str) -> None:
    with pytest.raises(InvalidIntervention, match=why.replace("?", r"\?")):
        changes_of(TOWN, line)


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read"):
        changes_of(TOWN, f"@{tmp_path / 'absent.json'}")
    (tmp_path / "other.json").write_text('{"changes": 3}', encoding="utf-8")
    with pytest.raises(SchemaError, match="holds no list of changes"):
        changes_of(TOWN, f"@{tmp_path / 'other.json'}")


def test_a_city_without_the_streets_has_no_ready_made_what_ifs() -> None:
    assert ready_list(TOWN) == []
    with pytest.raises(InvalidIntervention, match="network as of 2025-03-25"):
        apply(TOWN, ready(TOWN, "before-nguyen-hoang-bridge")[1])
    with pytest.raises(UnknownItem, match="did you mean le-loi-festival"):
        ready(TOWN, "le-loi-festivals")
