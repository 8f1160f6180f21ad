"""The bike-share scenario: the city's own stations first, more where they cover most, the same bytes again."""

from dataclasses import replace

import numpy as np

import scenarios
from scenarios.engine.result import RunResult
from tests.scenarios.cities import origin, two_banks
from twin.city.city import City
from twin.city.infrastructure import BikeStations


def town() -> City:
    """The town of two banks with three stations, one of unknown size."""
    xy = two_banks().roads.node_xy_m[[0, 30, 44]]
    own = BikeStations(
        ids=np.array(["a", "b", "c"]), name=np.array(["Bến thuyền", "Công viên", "Chợ"]), xy_m=xy,
        docks=np.array([10.0, 12.0, np.nan]), **origin(3),
    )  # fmt: skip
    return replace(two_banks(), bike_stations=own)


def go(city: City | None = None, seed: int = 1, **params: float) -> RunResult:
    return scenarios.run(town() if city is None else city, "bike-share", params=params, seed=seed)


def test_the_citys_stations_are_kept_and_named() -> None:
    result = go()
    assert result.value("stations") == 3
    # 0.6 of 10, 12 and the default of 20.
    assert result.value("bikes") == 6 + 7 + 12
    for name in ("Bến thuyền", "Công viên", "Chợ"):
        assert any(name in note.vi for note in result.notes)
    few = go(stations=2)
    assert few.value("stations") == 3
    assert any("none is taken away" in note.en for note in few.notes)


def test_more_stations_cover_more_and_draw_more_rentals() -> None:
    few, many = go(reach_m=160.0), go(reach_m=160.0, stations=8)
    assert many.value("stations") == 8
    assert many.value("covered_pct") > few.value("covered_pct")
    assert many.value("rentals_wanted") > few.value("rentals_wanted")
    names = [n.vi for n in few.notes if n.vi.startswith("Trạm ")]
    assert [n.split(":")[0] for n in names] == [n.vi.split(":")[0] for n in many.notes if n.vi.startswith("Trạm ")][:3]


def test_trucks_cost_kilometres_and_lose_fewer_rentals() -> None:
    none, one = (go(trucks=n, rentals_per_bike=30.0, most_walk_m=0.0) for n in (0, 1))
    assert none.value("truck_km") == 0
    assert one.value("truck_km") > 0
    assert one.value("lost_pct") < none.value("lost_pct")
    assert one.value("rentals_wanted") == none.value("rentals_wanted")


def test_nobody_rents_where_nobody_wants_to() -> None:
    result = go(rentals_per_bike=0.0)
    assert result.value("rentals_wanted") == result.value("lost_pct") == 0
    assert result.series["riding"].values.max() == 0


def test_a_city_without_stations_can_plan_some_and_says_so_if_it_does_not() -> None:
    nothing = go(two_banks())
    assert nothing.value("stations") == nothing.value("bikes") == nothing.value("rentals_wanted") == 0
    assert any("no bike station" in note.en for note in nothing.notes)
    planned = go(two_banks(), stations=5)
    assert planned.value("stations") == 5
    assert planned.value("rentals_wanted") > 0


def test_the_same_question_gives_the_same_bytes() -> None:
    assert go(seed=7).files() == go(seed=7).files()
    assert go(seed=7).files() != go(seed=8).files()
