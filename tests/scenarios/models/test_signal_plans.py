"""Plans of a city's signals: judged as they are, retimed from flows, in the table's own shape (P12)."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.signal_plans import assess, retime
from scenarios.models.signal_timing import Clearance
from twin.city.roads import Signals
from twin.errors import InvalidParams, ModelError, UnknownItem
from twin.testing.toy import toy_city

RULES = Clearance(amber_s=3.0, all_red_s=0.0)
FLOW = np.array([1000.0, 0.0, 0.0, 250.0])
SATURATION = np.full(4, 2000.0)


def signals() -> Signals:
    """One junction, two stages of 27 s in 60 s: link 0, then link 3."""
    return toy_city().signals


def busy() -> Signals:
    return retime(signals(), ["signal-1"], flow_pcu_h=FLOW, saturation_pcu_h=SATURATION, clearance=RULES)


def test_a_plan_follows_the_flows() -> None:
    # y = 0.5 and 0.125, L = 6 s: C₀ = 14 / 0.375 = 37.3, so 38 s; 32 s of green as 4 : 1, but at least 7 s.
    new = busy()
    assert new.cycle_s[0] == 38.0
    assert new.green_from_s.tolist() == pytest.approx([0.0, 28.0])
    assert new.green_to_s.tolist() == pytest.approx([25.0, 35.0])
    assert new.green_link.tolist() == signals().green_link.tolist()


def test_retiming_shortens_the_wait_at_an_unbalanced_junction() -> None:
    before, after = (assess(s, "signal-1", flow_pcu_h=FLOW, saturation_pcu_h=SATURATION) for s in (signals(), busy()))
    assert before.degree.max() == pytest.approx(1000 * 60 / (2000 * 27))
    assert after.degree.max() < 0.8
    assert after.mean_delay_s < before.mean_delay_s / 3
    assert (before.level, after.level) == ("F", "B")
    assert after.queue_pcu.sum() < before.queue_pcu.sum()


def test_stages_are_the_windows_that_overlap() -> None:
    table = replace(signals(), green_from_s=np.array([0.0, 20.0]), green_to_s=np.array([30.0, 50.0]))
    state = assess(table, "signal-1", flow_pcu_h=FLOW, saturation_pcu_h=SATURATION)
    assert state.stage.tolist() == [0, 0]


def test_an_empty_junction_waits_for_nothing() -> None:
    state = assess(signals(), "signal-1", flow_pcu_h=np.zeros(4), saturation_pcu_h=SATURATION)
    assert state.mean_delay_s == 0.0


def test_no_such_junction() -> None:
    with pytest.raises(UnknownItem, match="signal-9"):
        assess(signals(), "signal-9", flow_pcu_h=FLOW, saturation_pcu_h=SATURATION)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cycle_s": np.array([np.nan])}, "cycle"),
        ({"green_to_s": np.array([0.0, 57.0])}, "empty"),
        ({"green_to_s": np.array([27.0, 61.0])}, "leaves the cycle"),
        ({"green_link": np.array([0, 0], dtype=np.int32)}, "two greens"),
        (
            {
                "green_first": np.zeros(2, dtype=np.int64),
                "green_link": np.zeros(0, dtype=np.int32),
                "green_from_s": np.zeros(0),
                "green_to_s": np.zeros(0),
            },
            "no approach has green",
        ),
    ],
)
def test_a_plan_that_cannot_work_is_refused(change: dict[str, np.ndarray], says: str) -> None:
    table = replace(signals(), **change)
    for ask in (
        lambda: assess(table, "signal-1", flow_pcu_h=FLOW, saturation_pcu_h=SATURATION),
        lambda: retime(table, ["signal-1"], flow_pcu_h=FLOW, saturation_pcu_h=SATURATION),
    ):
        with pytest.raises(InvalidParams, match=says):
            ask()


def test_too_few_flows_and_too_much_flow() -> None:
    with pytest.raises(InvalidParams, match="every link"):
        retime(signals(), ["signal-1"], flow_pcu_h=FLOW[:2], saturation_pcu_h=SATURATION)
    with pytest.raises(ModelError, match="less than 1"):
        retime(signals(), ["signal-1"], flow_pcu_h=FLOW * 2, saturation_pcu_h=SATURATION)
