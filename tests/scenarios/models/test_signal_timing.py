"""Signal timing: textbook examples by hand, limits kept, and clear refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.models.signal_timing import (
    FILLED_WIDTH,
    WEBSTER_COBBE,
    Clearance,
    critical_ratios,
    hcm_delay_s,
    level_of_service,
    mean_pcu,
    queue_pcu,
    webster,
    webster_delay_s,
)
from twin.errors import InvalidParams, ModelError

HANOI = {"motorcycle": 0.29, "car": 1.0, "bus": 3.1}


def test_webster_cycle_and_splits_by_hand() -> None:
    """A two-phase junction from the entrance examinations of India's engineering schools (GATE, civil engineering).

    North–south 1,000 of 2,500 PCU/h, y = 0.4; east–west 900 of 3,000, y = 0.3; L = 12 s.
    C₀ = (1.5 · 12 + 5) / (1 − 0.7) = 23 / 0.3 = 76.67, so 77 s. Greens: 65 · 4/7 = 37.14 and 65 · 3/7 = 27.86 s.
    """
    y = critical_ratios([1000.0, 900.0, 800.0, 700.0], [2500.0, 3000.0, 2500.0, 3000.0], [0, 1, 0, 1])
    assert y.tolist() == pytest.approx([0.4, 0.3])
    timing = webster(y, Clearance(amber_s=4.0, all_red_s=2.0))
    assert (timing.lost_s, timing.cycle_s) == (12.0, 77.0)
    assert timing.green_s.tolist() == pytest.approx([37.142857, 27.857143])
    assert timing.total_ratio == pytest.approx(0.7)


def test_webster_delay_by_hand() -> None:
    """The three terms of RRTP 39, eq. (1): C = 60 s, λ = 0.5, q = 600 PCU/h = 1/6 PCU/s, s = 1,800, x = 2/3.

    60 · 0.25 / (2 · 2/3) = 11.25; (4/9) / (2 · 1/6 · 1/3) = 4; 0.65 · 2160^(1/3) · (2/3)^4.5 = 1.3553.
    """
    assert webster_delay_s([600.0], [1800.0], [30.0], 60.0)[0] == pytest.approx(11.25 + 4.0 - 1.3553, abs=1e-3)


def test_hcm_uniform_delay_is_the_deterministic_queue() -> None:
    """F. L. Mannering, S. S. Washburn, Principles of Highway Engineering and Traffic Analysis, ch. 7 (D/D/1 queue).

    s = 2,400, q = 500 veh/h, C = 80 s, g = 24 s: ρ = 0.20833, r = 56 s, delay r² / (2 C (1 − ρ)) = 24.76 s.
    The incremental part vanishes as the period does.
    """
    delay_s = hcm_delay_s([500.0], [2400.0], [24.0], 80.0, period_h=1e-12)[0]
    assert delay_s == pytest.approx(56.0**2 / (2 * 80 * (1 - 500 / 2400)), abs=1e-3)
    assert delay_s == pytest.approx(24.76, abs=0.01)


def test_hcm_control_delay_above_capacity_by_hand() -> None:
    """An exercise of R. P. Roess et al., Traffic Engineering: v = 800, c = 775 veh/h, g/C = 0.40, C = 90 s, T = 0.25 h.

    d₁ = 0.5 · 90 · 0.36 / 0.6 = 27.0; X = 1.03226, d₂ = 225 (0.03226 + √(0.00104 + 4 · 1.03226 / 193.75)) = 40.90.
    """
    delay_s = hcm_delay_s([800.0], [775.0 / 0.4], [36.0], 90.0)[0]
    assert delay_s == pytest.approx(27.0 + 40.90, abs=0.01)
    assert level_of_service(delay_s, 800 / 775) == "F"
    assert level_of_service(delay_s, 0.9) == "E"


@pytest.mark.parametrize(("delay_s", "letter"), [(10.0, "A"), (10.1, "B"), (35.0, "C"), (55.1, "E"), (80.1, "F")])
def test_level_of_service(delay_s: float, letter: str) -> None:
    assert level_of_service(delay_s, 0.5) == letter


def test_queue_at_the_beginning_of_green() -> None:
    # q = 0.25/s, r = 30 s: 7.5 arrive in red; with 40 s of delay 0.25 · (15 + 40) = 13.75.
    assert queue_pcu([900.0, 900.0], [30.0, 30.0], 60.0, [5.0, 40.0]).tolist() == pytest.approx([7.5, 13.75])


def test_near_capacity_webster_gives_up_and_the_hcm_does_not() -> None:
    assert np.isinf(webster_delay_s([900.0], [1800.0], [30.0], 60.0)[0])
    assert 30 < hcm_delay_s([900.0], [1800.0], [30.0], 60.0)[0] < 120


def test_an_empty_approach_waits_for_red_only() -> None:
    assert webster_delay_s([0.0], [1800.0], [30.0], 60.0)[0] == pytest.approx(7.5)
    assert hcm_delay_s([0.0], [1800.0], [30.0], 60.0)[0] == pytest.approx(7.5)


@given(st.lists(st.floats(0.0, 0.24), min_size=1, max_size=4))
def test_a_plan_fills_its_cycle_and_keeps_its_limits(ratio: list[float]) -> None:
    rules = Clearance()
    timing = webster(ratio, rules)
    assert timing.green_s.sum() + timing.lost_s == pytest.approx(timing.cycle_s)
    assert np.all(timing.green_s >= rules.min_green_s - 1e-9)
    assert rules.min_cycle_s <= timing.cycle_s <= rules.max_cycle_s


@given(st.floats(0.1, 0.4), st.floats(0.1, 0.4))
def test_free_splits_equalise_the_degree_of_saturation(a: float, b: float) -> None:
    timing = webster([a, b], Clearance(min_green_s=0.0))
    x = timing.ratio * timing.cycle_s / timing.green_s
    assert x[0] == pytest.approx(x[1])
    assert x[0] < 1


def test_webster_cycle_is_near_the_least_delay() -> None:
    """RRTP 39: between 0.75 and 1.5 times the optimum the delay is hardly above the least."""
    q, s, y = np.array([800.0, 500.0]), np.array([2200.0, 1900.0]), np.array([800 / 2200, 500 / 1900])
    best = webster(y)

    def mean_delay_s(cycle_s: float) -> float:
        green_s = (cycle_s - best.lost_s) * y / y.sum()
        return float((q * webster_delay_s(q, s, green_s, cycle_s)).sum() / q.sum())

    least_s = min(mean_delay_s(c) for c in np.arange(22.0, 150.0, 1.0))
    assert mean_delay_s(best.cycle_s) < 1.1 * least_s


def test_saturation_flow_by_width() -> None:
    assert WEBSTER_COBBE([3.65, 5.5, 7.0]).tolist() == pytest.approx([1900.0, 2887.5, 3675.0])
    assert WEBSTER_COBBE(3.5) == pytest.approx(1887.5)
    assert FILLED_WIDTH([3.5, 7.0]).tolist() == pytest.approx([1837.5, 3675.0])
    assert "assumption" in FILLED_WIDTH.source


def test_more_motorcycles_let_more_vehicles_pass() -> None:
    saturation = float(FILLED_WIDTH(7.0))
    vehicles = [saturation / mean_pcu({"motorcycle": m, "car": 100 - m}, HANOI) for m in (0, 50, 90)]
    # 90 %: mean 0.361 PCU, 10,180 vehicles/h over 7 m.
    assert vehicles == pytest.approx([3675.0, 3675 / 0.645, 3675 / 0.361])


@pytest.mark.parametrize(
    ("flow", "saturation", "stage", "says"),
    [
        ([-1.0], [1800.0], [0], "negative"),
        ([np.nan], [1800.0], [0], "missing"),
        ([100.0], [0.0], [0], "above 0"),
        ([100.0], [1800.0], [1], "number them from 0"),
        ([], [], [], "each approach"),
        ([1.0, 2.0], [1800.0], [0], "each approach"),
    ],
)
def test_bad_flows_are_refused(flow: list[float], saturation: list[float], stage: list[int], says: str) -> None:
    with pytest.raises(InvalidParams, match=says):
        critical_ratios(flow, saturation, stage)


def test_flows_no_cycle_can_serve_are_refused() -> None:
    with pytest.raises(ModelError, match=r"sum to 1.00.*less than 1"):
        webster([0.6, 0.4])


@pytest.mark.parametrize("ratio", [[], [-0.1], [np.nan]])
def test_bad_ratios_are_refused(ratio: list[float]) -> None:
    with pytest.raises(InvalidParams, match="flow ratio"):
        webster(ratio)


def test_limits_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InvalidParams, match="minimum greens"):
        webster([0.1] * 4, Clearance(min_green_s=20.0, max_cycle_s=60.0))


@pytest.mark.parametrize(
    ("green_s", "cycle_s", "says"), [(0.0, 60.0, "no green"), (70.0, 60.0, "longer"), (30.0, 0.0, "cycle")]
)
def test_a_signal_without_green_has_no_delay(green_s: float, cycle_s: float, says: str) -> None:
    for delay in (webster_delay_s, hcm_delay_s):
        with pytest.raises(InvalidParams, match=says):
            delay([100.0], [1800.0], [green_s], cycle_s)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(InvalidParams, match="0 or more"):
        hcm_delay_s([-5.0], [1800.0], [30.0], 60.0)
    with pytest.raises(InvalidParams, match="period_h"):
        hcm_delay_s([5.0], [1800.0], [30.0], 60.0, period_h=0.0)
    with pytest.raises(InvalidParams, match="width"):
        WEBSTER_COBBE([0.0])
    with pytest.raises(InvalidParams, match="no PCU for tram"):
        mean_pcu({"tram": 1.0}, HANOI)
    with pytest.raises(InvalidParams, match="above 0"):
        mean_pcu({"car": 0.0}, HANOI)
