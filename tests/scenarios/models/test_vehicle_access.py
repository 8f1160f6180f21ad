"""Who has no vehicle at the door while a walking street holds, hour by hour and across midnight."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import shapely

from scenarios.models.vehicle_access import lost_access
from tests.scenarios.cities import origin, two_banks
from twin.city.city import City
from twin.city.interventions import CloseLink, CloseStreet, Intervention
from twin.city.land import Parcels
from twin.city.roads import ALL_MODES, CAR, CYCLE, WALK
from twin.city.windows import Window

FRIDAY = datetime(2026, 11, 27)  # local time without a zone, as windows have it
EVENING = (Window("18:00", "02:00", ("fri", "sat")),)


def town() -> City:
    """Two banks with a plot at the south-western corner, 171 m from the next corner, and one in the middle."""
    city = two_banks()
    shapes = np.array([shapely.box(-30, -30, -20, -20), shapely.box(310, 310, 320, 320)], dtype=object)
    parcels = Parcels(
        ids=np.array(["corner", "middle"]), kind=np.full(2, "ODT"), name=np.full(2, ""), **Parcels.flatten(shapes),
        ward_code=np.full(2, "1"), map_sheet=np.full(2, "1"), parcel_no=np.array(["1", "2"]),
        valid_from=np.full(2, "2025-07-01", "datetime64[D]"), legal_area_m2=np.full(2, 100.0),
        use_first=np.array([0, 0, 0]), use_code=np.zeros(0, np.str_), use_area_m2=np.zeros(0),
        vocabulary="tt27_2018", complete=np.full(2, 7, np.int8), **origin(2),
    )  # fmt: skip
    of = np.full(len(city.buildings), -1, np.int32)
    of[:2] = 0
    return replace(city, parcels=parcels, buildings=replace(city.buildings, parcel=of))


def _hours(changes: list[Intervention], mode: int = CAR, far_m: float = 150.0) -> dict[int, list[int]]:
    found = lost_access(town(), changes, begin=FRIDAY, hours=52, mode=mode, far_m=far_m)
    assert [h.households for h in found] == [400.0 if 0 in h.parcels else 0.0 for h in found]
    return {k: h.parcels.tolist() for k, h in enumerate(found) if len(h.parcels)}


def test_both_streets_at_a_corner_closed_in_the_evening_leave_it_without_access_until_two_in_the_morning() -> None:
    vehicles = ALL_MODES & ~WALK
    both: list[Intervention] = [
        CloseStreet(name, modes=vehicles, when=EVENING) for name in ("Ngang 0 Nam", "Dọc 0 Nam")
    ]
    nights = [*range(18, 26), *range(42, 50)]
    assert _hours(both) == {k: [0] for k in nights}
    assert _hours(both, far_m=172.0) == {}
    assert _hours(both[:1]) == {}


def test_a_class_that_is_not_banned_keeps_its_access() -> None:
    cars: list[Intervention] = [CloseStreet(name, modes=CAR, when=EVENING) for name in ("Ngang 0 Nam", "Dọc 0 Nam")]
    assert len(_hours(cars)) == 16
    assert _hours(cars, mode=CYCLE) == {}


def test_a_street_that_is_open_but_cannot_be_reached_gives_no_access() -> None:
    around = ("0-1", "1-0", "5-10", "10-5", "5-6", "6-5")
    assert _hours([CloseLink(around)]) == {k: [0] for k in range(52)}
