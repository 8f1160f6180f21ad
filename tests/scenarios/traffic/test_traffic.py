"""The traffic scenario on a town of two banks: nobody lost, closures felt, the same bytes in every process."""

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from scenarios.engine.result import RunResult
from scenarios.engine.timeline import Inject
from scenarios.traffic import scenario
from scenarios.traffic.params import CLASSES
from tests.scenarios.cities import origin, two_banks
from twin.city.interventions import CloseLink, CloseStreet, Intervention
from twin.city.roads import CYCLE, MOTOR, TurnBans
from twin.city.windows import Window
from twin.errors import InvalidParams

ROOT = Path(__file__).parents[3]
WEST, EAST = CloseStreet("Cầu Tây"), CloseStreet("Cầu Đông")
SHORT = {"duration_min": 30, "warm_up_min": 10, "cool_down_min": 20}


def go(*changes: Intervention, timeline: tuple[Inject, ...] = (), seed: int = 1, **params: float) -> RunResult:
    return scenarios.run(
        two_banks(), "traffic", params={**SHORT, **params}, interventions=changes, timeline=timeline, seed=seed
    )


def flow(result: RunResult, street: str) -> np.ndarray:
    """Flow over both directions of a street by interval [veh/h]."""
    return np.asarray(result.series["flow_veh_h"].values[:, two_banks().roads.links_named(street)].sum(axis=1))


def test_every_trip_is_accounted_for() -> None:
    result = go(demand_scale=1.5)
    for group in ("", *CLASSES):
        ends = [result.value(k, group) for k in ("completed", "unfinished", "unreachable", "cut_off")]
        assert sum(ends) == result.value("trips", group)
    assert result.value("trips") == sum(result.value("trips", c) for c in CLASSES)
    assert result.value("vkt_km") == pytest.approx(sum(result.value("vkt_km", c) for c in CLASSES))
    assert result.value("unreachable") == 0


def test_on_an_empty_road_there_is_no_delay() -> None:
    result = go(demand_scale=0.005)
    assert result.value("completed") > 0
    assert result.value("mean_delay_s") == pytest.approx(0.0, abs=1e-3)


def test_more_demand_never_makes_it_faster() -> None:
    delays = [go(demand_scale=d).value("mean_delay_s") for d in (0.2, 1.0, 2.0)]
    assert delays[0] < delays[1] < delays[2]


def test_closing_a_bridge_sends_everyone_over_the_other_one_and_costs_time() -> None:
    before, after = go(), go(WEST)
    assert before.value("trips") == after.value("trips"), "a closure never changes who travels"
    assert flow(before, "Cầu Tây").sum() > 0
    assert flow(after, "Cầu Tây").sum() == 0
    assert flow(after, "Cầu Đông").mean() > 1.3 * flow(before, "Cầu Đông").mean()
    assert after.value("mean_delay_s") > before.value("mean_delay_s") + 10.0
    assert after.value("unreachable") == 0


def test_closing_both_bridges_leaves_no_way_and_says_so() -> None:
    result = go(WEST, EAST)
    # Homes attract a visit now and then, so a few stay on their bank.
    assert result.value("trips") > result.value("unreachable") > 0.95 * result.value("trips")
    assert flow(result, "Cầu Tây").sum() == flow(result, "Cầu Đông").sum() == 0
    assert result.value("unfinished") == result.value("cut_off") == 0


def test_closing_for_motor_vehicles_lets_bicycles_pass() -> None:
    result = go(CloseStreet("Cầu Tây", MOTOR), CloseStreet("Cầu Đông", MOTOR))
    assert result.value("unreachable", "bicycle") == 0
    assert result.value("completed", "bicycle") > 0
    assert result.value("unreachable", "motorcycle") > 0.95 * result.value("trips", "motorcycle")
    no_cycles = go(CloseStreet("Cầu Tây", CYCLE), CloseStreet("Cầu Đông", CYCLE))
    assert no_cycles.value("unreachable", "bicycle") > 0.95 * no_cycles.value("trips", "bicycle")
    assert no_cycles.value("unreachable", "motorcycle") == 0


def test_closing_under_way_turns_those_who_head_there_and_lets_the_others_finish() -> None:
    result = go(timeline=(Inject(900.0, WEST),))
    west, east = flow(result, "Cầu Tây"), flow(result, "Cầu Đông")
    assert west[:3].min() > 0
    assert 0 < west[3] < 0.5 * west[:3].mean(), "who is on the bridge leaves it in the next minutes"
    assert west[4:].sum() == 0
    assert east[4:].mean() > 1.3 * east[:3].mean()
    assert result.value("cut_off") == result.value("unreachable") == 0


def test_reopening_brings_them_back() -> None:
    result = go(timeline=(Inject(300.0, WEST, 900.0),))
    west = flow(result, "Cầu Tây")
    assert west[0] > 0
    assert west[2] == 0
    assert west[4:].min() > 0


def test_cut_off_under_way_is_counted() -> None:
    result = go(timeline=(Inject(900.0, WEST), Inject(900.0, EAST)))
    assert result.value("cut_off") > 0
    assert result.value("unreachable") > 0
    ends = [result.value(k) for k in ("completed", "unfinished", "unreachable", "cut_off")]
    assert sum(ends) == result.value("trips")


def test_one_direction_can_be_closed() -> None:
    north = next(i for i in two_banks().roads.ids.tolist() if i == "21-26")
    result = go(CloseLink((north,)))
    link = two_banks().roads.index_of(north)
    assert result.series["flow_veh_h"].values[:, link].sum() == 0
    assert flow(result, "Cầu Tây").sum() > 0, "the other direction is still used"


def test_series_cover_the_period_with_bounded_memory() -> None:
    result = go(interval_min=10.0)
    n = len(two_banks().roads)
    for key in ("flow_veh_h", "speed_ratio", "queue_veh"):
        assert result.series[key].values.shape == (3, n)
        assert result.series[key].time_s.tolist() == [600.0, 1200.0, 1800.0]
    ratio = result.series["speed_ratio"].values
    assert np.nanmin(ratio) >= 0.0
    assert np.nanmax(ratio) <= 1.0 + 1e-6


def test_looks_at_the_queues_find_longer_ones_and_alter_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    often = go(interval_min=10.0, demand_scale=1.5)
    monkeypatch.setattr(scenario, "LOOKS", 1)  # at the intervals' ends alone
    seldom = go(interval_min=10.0, demand_scale=1.5)
    queue, at_ends = (r.series["queue_veh"].values for r in (often, seldom))
    assert np.all(queue >= at_ends)
    assert queue.sum() > at_ends.sum()
    for key in ("flow_veh_h", "speed_kmh", "density_pcu_km"):
        np.testing.assert_array_equal(often.series[key].values, seldom.series[key].values)
    same = [
        [(i.key, i.group, i.value.hex()) for i in r.indicators if i.key != "queue_max_veh"] for r in (often, seldom)
    ]
    assert same[0] == same[1]
    assert often.value("queue_max_veh") == queue.max()


def test_paired_study_finds_the_closure() -> None:
    question = scenarios.ask(
        two_banks(), "traffic", params={**SHORT, "duration_min": 15, "replications": 6}, interventions=[WEST]
    )
    study = scenarios.study(question)
    delay = next(d for d in study.indicators if (d.key, d.group) == ("mean_delay_s", ""))
    trips = next(d for d in study.indicators if (d.key, d.group) == ("trips", ""))
    assert (trips.difference.mean, trips.difference.half_width) == (0.0, 0.0)
    assert delay.difference.half_width is not None
    assert delay.difference.mean > delay.difference.half_width > 0.0
    west = two_banks().roads.links_named("Cầu Tây")
    assert np.all(study.places["flow_veh_h"].difference[west] <= 0.0)


def test_an_order_for_another_day_changes_exactly_nothing() -> None:
    idle = CloseStreet("Cầu Tây", when=(Window("00:00", "24:00", ("sun",)),))
    study = scenarios.study(scenarios.ask(two_banks(), "traffic", params=SHORT, interventions=[idle]), workers=2)
    assert len(study.indicators) > 20
    assert {d.difference.mean for d in study.indicators if not np.isnan(d.baseline.mean)} == {0.0}
    assert all(np.nanmax(np.abs(p.difference), initial=0.0) == 0.0 for p in study.places.values())


def test_over_the_bounds_of_the_day_a_closed_street_stays_empty_and_nobody_is_lost() -> None:
    """The run goes from the evening peak into the evening: habits are found anew at 19:00, the bridge is closed."""
    result = go(WEST, start_h=18.5, duration_min=60)
    assert flow(result, "Cầu Tây").sum() == 0
    ends = [result.value(k) for k in ("completed", "unfinished", "unreachable", "cut_off")]
    assert sum(ends) == result.value("trips") > 0
    assert result.value("unreachable") == result.value("cut_off") == 0
    later = go(timeline=(Inject(600.0, WEST),), start_h=18.5, duration_min=60)
    assert flow(later, "Cầu Tây")[4:].sum() == 0, "closed at 18:40, after 19:00 too"


def test_another_process_gives_the_same_bytes() -> None:
    code = (
        "import hashlib\nfrom tests.scenarios.traffic.test_traffic import WEST, go\n"
        "f = go(WEST).files()\nprint(hashlib.sha256(b''.join(f[k] for k in sorted(f))).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 # own code
    files = go(WEST).files()
    assert done.stdout.strip() == hashlib.sha256(b"".join(files[k] for k in sorted(files))).hexdigest()


def test_shares_that_are_all_zero_are_refused() -> None:
    nobody = {"gateway_shares": (0.0,) * len(CLASSES)}
    with pytest.raises(InvalidParams, match="must not all be 0"):
        scenarios.run(two_banks(), "traffic", params=nobody)


def test_listing_scenarios_loads_no_compiler() -> None:
    code = "import sys\nfrom scenarios.registry import installed\ninstalled()\nassert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)  # noqa: S603 # own code


def test_turn_bans_are_honoured() -> None:
    """Nobody may turn onto the western bridge any more, so its northbound link stays empty though it is open."""
    city = two_banks()
    bridge = city.roads.index_of("21-26")
    before = np.flatnonzero(city.roads.head == 21)
    bans = TurnBans(
        ids=np.array([f"ban-{i}" for i in range(len(before))]),
        from_link=before.astype(np.int32),
        to_link=np.full(len(before), bridge, dtype=np.int32),
        **origin(len(before)),
    )
    open_flow = go().series["flow_veh_h"].values[:, bridge].sum()
    result = scenarios.run(replace(city, turn_bans=bans), "traffic", params=SHORT)
    # Only who starts at the bridge's own end may enter it: that needs no turn.
    started = result.series["flow_veh_h"].values[:, bridge].sum()
    assert started < 0.3 * open_flow
    assert result.value("unreachable") == 0
