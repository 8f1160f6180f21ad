"""Emissions: every factor has a source, a hand example, and what cannot emit emits nothing."""

import numpy as np
import pytest

from scenarios.models.emissions import QUANTITIES, emissions, factors, fuel_l_km, ranges, rates
from scenarios.models.link_record import LinkRecord
from scenarios.traffic.params import CLASSES

KM = np.array([1000.0])


def record(kind: str, vehicles: int, hours: float) -> LinkRecord:
    """Return one link of 1 km driven by some vehicles in some time each."""
    left, spent = np.zeros((len(CLASSES), 1), np.uint16), np.zeros((len(CLASSES), 1), np.float32)
    left[CLASSES.index(kind)], spent[CLASSES.index(kind)] = vehicles, vehicles * hours * 3600.0
    zero = np.zeros(1, np.float32)
    return LinkRecord(0.0, 3600.0, left, spent, zero, zero, zero)


def test_every_row_names_its_source_and_lies_in_its_range() -> None:
    assert {kind for kind, _ in factors()} == {"petrol", "diesel", "motorcycle", "car", "bus", "truck"}
    for row in factors().values():
        assert len(row.source) > 15
        assert row.status
        assert np.isnan(row.low) or row.low <= row.curve[0] <= row.high, row


def test_a_car_at_30_km_an_hour_by_hand() -> None:
    litres = 0.964022581 / 30 + 0.041448033 - 0.0000454163 * 30 + 0.00000201346 * 900
    mj = litres * 0.75 * 44.3
    want = {"co2": mj * 69.3, "nox": litres * 0.75 * 8.73, "pm25": litres * 0.75 * 0.03, "co": litres * 0.75 * 84.7}
    found = emissions([record("car", 10, 1 / 30)], KM, CLASSES)[:, CLASSES.index("car"), 0]
    assert dict(zip(QUANTITIES, found, strict=True)) == pytest.approx(
        {q: 10 * v for q, v in (want | {"energy": mj}).items()}
    )


def test_motorcycles_emit_by_the_km_and_bicycles_nothing() -> None:
    slow, fast = (emissions([record("motorcycle", 5, h)], KM, CLASSES).sum(axis=(1, 2)) for h in (0.1, 0.02))
    assert slow.tolist() == fast.tolist()
    assert slow[0] == pytest.approx(5 * 72.55)
    assert emissions([record("bicycle", 5, 0.1)], KM, CLASSES).sum() == 0.0


def test_a_jam_burns_more_than_free_flow_and_standing_still_is_finite() -> None:
    speeds = np.array([0.0, 5.0, 10.0, 25.0, 50.0])
    for kind in ("car", "bus", "truck"):
        burnt = fuel_l_km(kind, speeds)
        assert burnt[0] == burnt[1] > burnt[2] > burnt[3] > burnt[4] > 0
        assert (rates(kind, speeds) > 0).all()


def test_halves_of_a_period_add_up() -> None:
    parts = [record("bus", 3, 0.05), record("bus", 7, 0.02)]
    np.testing.assert_allclose(
        emissions(parts, KM, CLASSES), emissions(parts[:1], KM, CLASSES) + emissions(parts[1:], KM, CLASSES)
    )


def test_ranges_hold_the_factor_itself() -> None:
    assert all(low < 1.0 < high for low, high in ranges().values())
