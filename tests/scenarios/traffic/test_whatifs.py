"""The ready-made what-ifs of the embedded Huế: their streets exist, their hours fall into their runs."""

from datetime import date

import numpy as np
import pytest

import scenarios
from gis_data.hue.build import hue
from scenarios.engine.timeline import ChangingCity
from scenarios.traffic.order import traffic_order
from scenarios.traffic.whatifs import FRIDAY, WHAT_IFS, fitting
from twin.city.interventions import CloseStreet, MakeOneWay, NetworkAsOf, apply
from twin.city.roads import BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.city.sections import rows_of

TIMED = {"le-loi-festival": 18.0, "truong-tien-no-cars": 16.5, "walking-streets": 18.0}
"""Hour at which the order comes into force during its run."""


def test_all_of_them_fit_hue() -> None:
    assert set(fitting(hue())) == set(WHAT_IFS)


@pytest.mark.parametrize("key", sorted(WHAT_IFS))
def test_its_hours_fall_into_its_run(key: str) -> None:
    entry, changes = WHAT_IFS[key], fitting(hue())[key]
    params = scenarios.registry.get("traffic").parse(entry.params)
    roads = [c for c in changes if isinstance(c, CloseStreet | MakeOneWay | NetworkAsOf)]
    city = ChangingCity(hue(), roads, [], params)
    assert all(spell.spans_s for spell in city.spells)
    if key in TIMED:
        (moment, *_) = city.moments(params.begin_s, params.horizon_s)
        assert (moment - params.midnight_s) / 3600.0 == TIMED[key]
        assert city.at(params.begin_s) is hue()
        assert city.at(moment).roads is not hue().roads
    if any(isinstance(c, CloseStreet | MakeOneWay) for c in changes):
        assert "Thời gian:" in traffic_order(changes).render()


def test_le_loi_is_closed_from_nguyen_truong_to_to_hung_vuong() -> None:
    (ban,) = fitting(hue())["le-loi-festival"]
    assert isinstance(ban, CloseStreet)
    roads = hue().roads
    rows = rows_of(roads, ban.where)
    assert set(roads.name[rows].tolist()) == {"Lê Lợi"}
    assert 500.0 < roads.length_m[rows].sum() / 2 < 1100.0, "a part of the street of 2.5 km"
    closed = apply(hue(), [ban]).roads.modes
    assert not np.any(closed[rows] & (MOTORCYCLE | CAR | BUS | TRUCK))
    assert np.all(closed[rows] & CYCLE)
    assert np.all(closed[rows] & WALK)


def test_trucks_and_cars_leave_truong_tien_and_motorcycles_stay() -> None:
    bridge = hue().roads.links_named("Cầu Trường Tiền")
    after = apply(hue(), fitting(hue())["truong-tien-no-cars"]).roads.modes
    assert not np.any(after[bridge] & (CAR | BUS | TRUCK))
    assert np.all(after[bridge] & MOTORCYCLE)
    others = np.setdiff1d(np.arange(len(after)), bridge)
    assert np.array_equal(after[others], hue().roads.modes[others])


def test_the_pair_goes_round() -> None:
    after = apply(hue(), fitting(hue())["one-way-pair"]).roads
    before = hue().roads
    lost = np.flatnonzero((before.modes & MOTORCYCLE) & ~(after.modes & MOTORCYCLE))
    assert set(before.name[lost].tolist()) == {"Hùng Vương", "Hà Nội"}
    assert np.all(after.modes[lost] & WALK)
    gained = np.flatnonzero(after.capacity_pcu_h > before.capacity_pcu_h)
    assert len(gained) == len(lost)


def test_before_march_2025_there_is_no_nguyen_hoang_bridge() -> None:
    city = hue()
    opened = dict(zip(city.roads.name[city.openings.link].tolist(), city.openings.opened.tolist(), strict=True))
    assert opened["Cầu Nguyễn Hoàng"] == date(2025, 3, 26)
    assert opened["Cầu Trường Tiền"] == date(1900, 12, 18)
    shut = np.flatnonzero(apply(city, fitting(city)["before-nguyen-hoang-bridge"]).roads.modes != city.roads.modes)
    assert set(city.roads.name[shut].tolist()) == {"Cầu Nguyễn Hoàng"}, (
        "the houses along its approach keep their street"
    )


def test_the_tower_stands_on_one_parcel() -> None:
    city = hue()
    after = apply(city, fitting(city)["tmd-tower"])
    (new,) = np.setdiff1d(after.buildings.ids, city.buildings.ids)
    row = after.buildings.index_of(str(new))
    plot = int(after.buildings.parcel[row])
    assert after.parcels.uses_of(plot)[0][0] == "TMD"
    assert after.parcels.shapes()[plot].covers(after.buildings.shapes()[row])
    assert after.buildings.shapes()[row].area * after.buildings.storeys[row] > 10_000.0
    assert len(city.buildings) - len(after.buildings) == np.sum(city.buildings.parcel == plot) - 1
    assert after.roads is city.roads


def test_the_festival_has_its_days_and_the_order_says_them() -> None:
    (ban,) = fitting(hue())["le-loi-festival"]
    assert ban.when[0].begins_on(FRIDAY)
    text = traffic_order([ban]).render()
    assert "từ 18:00 đến 22:00 hằng ngày, từ ngày 26/11/2026 đến hết ngày 29/11/2026." in text
    assert "Từ 26/11/2026 18:00 đến 29/11/2026 22:00." in text
