"""What a traffic run leaves behind agrees with itself: classes, bridges, wards, emissions, tracks."""

import numpy as np
import pytest

import scenarios
from scenarios.engine.compare import compare
from scenarios.engine.result import RunResult
from scenarios.traffic.params import CLASSES
from scenarios.traffic.tracks import sample, tracks_of
from tests.scenarios.cities import two_banks, with_river
from twin.city.interventions import CloseStreet

CITY = with_river(two_banks())
PARAMS = {"duration_min": 20, "warm_up_min": 10, "cool_down_min": 10}


def go(*closed: str, seed: int = 1) -> RunResult:
    changes = [CloseStreet(name) for name in closed]
    return scenarios.run(CITY, "traffic", params=PARAMS, interventions=changes, seed=seed)


@pytest.fixture(scope="module")
def before() -> RunResult:
    """The town as it is."""
    return go()


@pytest.fixture(scope="module")
def after() -> RunResult:
    """The town without its western bridge."""
    return go("Cầu Tây")


def bridge(result: RunResult, name: str, column: str) -> float:
    table = result.tables["bridges"]
    return float(table.column(column)[table.names.tolist().index(name)])


def screenline(result: RunResult, column: str) -> float:
    table = result.tables["bridges"]
    return float(table.column(column)[table.ids.tolist().index("=Sông")])


def test_classes_add_up_on_every_link(before: RunResult) -> None:
    flows = [before.series[f"flow_veh_h_{name}"].values.astype(float) for name in CLASSES]
    np.testing.assert_allclose(np.sum(flows, axis=0), before.series["flow_veh_h"].values, atol=0.5 * len(CLASSES))
    assert before.series["flow_veh_h"].values.sum() > 0


def test_speed_is_length_over_time_and_never_above_the_free_one(before: RunResult) -> None:
    speed, ratio = (before.series[key].values for key in ("speed_kmh", "speed_ratio"))
    known = ~np.isnan(speed)
    assert known.any()
    assert (known == ~np.isnan(ratio)).all()
    assert np.nanmax(ratio) <= 1.0 + 1e-5
    assert np.nanmax(speed) <= 3.6 * CITY.roads.free_speed_mps.max() + 1e-3
    assert (before.series["density_pcu_km"].values >= 0).all()


def test_a_closed_bridge_carries_nothing_and_the_other_one_all(before: RunResult, after: RunResult) -> None:
    assert bridge(before, "Cầu Tây", "flow_veh_h") > 0
    assert bridge(after, "Cầu Tây", "flow_veh_h") == 0
    assert bridge(after, "Cầu Đông", "screenline_percent") == pytest.approx(100.0)
    assert bridge(after, "Cầu Đông", "vc") > bridge(before, "Cầu Đông", "vc")
    both = bridge(before, "Cầu Tây", "flow_veh_h") + bridge(before, "Cầu Đông", "flow_veh_h")
    assert screenline(before, "flow_veh_h") == pytest.approx(both)
    # Who crosses the river is the same; only the moment may fall into or out of the period.
    assert screenline(after, "flow_veh_h") == pytest.approx(screenline(before, "flow_veh_h"), rel=0.1)


def test_the_detour_is_the_first_row_of_the_streets(before: RunResult, after: RunResult) -> None:
    made = compare([before], [after]).tables["streets"]
    order = made.order("flow_veh_h", difference=True)
    assert made.names[order[0]] == "Cầu Đông"
    assert made.names[order[-1]] == "Cầu Tây"


def test_wards_and_bridges_account_for_all(before: RunResult) -> None:
    wards = before.tables["wards"]
    assert wards.column("trips").sum() == before.value("trips")
    emitted = sum(before.value("co2_kg", name) for name in CLASSES)
    assert wards.column("co2_kg").sum() == pytest.approx(emitted)
    assert before.value("co2_kg") == pytest.approx(emitted)
    streets, everywhere = before.tables["streets"].column("vkt_km").sum(), wards.column("vkt_km").sum()
    assert streets == pytest.approx(everywhere), "every street of the town has a name"
    south = wards.names.tolist().index("Bờ Nam")
    assert wards.column("mean_delay_s")[south] > 0
    delay = before.tables["junctions"].column("delay_veh_h").sum()
    assert 0 < delay <= wards.column("delay_veh_h").sum() + 1e-9


def test_households_lose_the_market_with_the_bridge(before: RunResult) -> None:
    assert before.value("market_15min_percent", "motorcycle") == 100.0
    assert np.isnan(before.value("hospital_mean_min", "car")), "the town has no hospital"
    shut = go("Cầu Tây", "Cầu Đông")
    assert shut.value("market_cut_off_percent", "motorcycle") == 100.0
    assert shut.value("market_10min_percent", "car") == 0.0


def test_tracks_follow_the_streets_in_time(before: RunResult) -> None:
    t, roads = before.tracks, CITY.roads
    assert t is not None
    assert len(t) > 50
    inner = np.ones(len(t.link), dtype=bool)
    inner[t.first[:-1]] = False
    step = np.flatnonzero(inner)
    assert (roads.head[t.link[step - 1]] == roads.tail[t.link[step]]).all(), "each link starts where the last one ended"
    assert (t.entered_s[step] > t.entered_s[step - 1]).all()
    assert (t.left_s >= t.entered_s[t.first[1:] - 1]).all()
    assert (t.entered_s >= 0).all()
    assert (t.left_s <= PARAMS["duration_min"] * 60).all()


def test_the_same_question_leaves_the_same_bytes(before: RunResult) -> None:
    assert go().files() == before.files()


def test_tracks_are_cut_to_the_window_and_to_the_bound() -> None:
    vehicle = np.repeat(np.arange(10), 5)
    entered = np.tile(np.arange(5) * 10.0, 10)
    link, kind, arrive = np.arange(50), np.zeros(10, np.int32), np.full(10, 60.0)
    arrive[3] = np.nan
    whole = tracks_of(vehicle, link, entered, classes=CLASSES, kind=kind, ended_s=arrive, window_s=(5.0, 35.0))
    assert whole.first.tolist() == list(range(0, 31, 3))
    assert whole.left_s.tolist() == [35.0] * 10
    some = tracks_of(
        vehicle, link, entered, classes=CLASSES, kind=kind, ended_s=arrive, window_s=(0.0, 99.0), max_points=25
    )
    assert len(some) == 5
    assert len(some.link) == 25
    assert some.left_s.tolist() == [60.0] * 5
    none = tracks_of(
        vehicle[:0], link[:0], entered[:0], classes=CLASSES, kind=kind, ended_s=arrive, window_s=(0.0, 9.0)
    )
    assert len(none) == 0


def test_the_sample_is_even_and_bounded() -> None:
    depart = np.arange(1000.0)
    assert sample(depart, before_s=500.0, most=100).tolist() == list(range(0, 500, 5))
    assert len(sample(depart, before_s=1e9, most=300)) == 250
    assert sample(depart, before_s=-1.0).tolist() == []
