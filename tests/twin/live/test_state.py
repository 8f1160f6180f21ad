"""The live state is a pure fold: any order, any repetition, any observation; freshness follows the declared cadence."""

import pickle
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.city.table import arrays_of
from twin.live.estimate import link_estimate
from twin.live.freshness import Freshness, freshness
from twin.live.observation import DockStatus, Observation, SensorHealth, VehicleCount, WaterLevel
from twin.live.sensors import sensors_of
from twin.live.state import LiveState, Snapshot, advance, advance_all, unknown_state
from twin.testing.toy import toy_city

CITY = toy_city()
START = unknown_state(CITY, 0.0)

_names = st.sampled_from(["cam-1", "bike-1", "kim-long", "nobody"])
_times = st.integers(0, 3).map(float)
_common = {"sensor": _names, "at_s": _times, "source": st.sampled_from(["a", "b"]), "revision": st.integers(0, 1)}
_small = st.integers(0, 2)
_counts = st.tuples(_small, _small, _small, _small, _small)
OBSERVATIONS: st.SearchStrategy[Observation] = st.one_of(
    st.builds(VehicleCount, **_common, window_s=st.just(60.0), counts=_counts),
    st.builds(DockStatus, **_common, bikes=_small, free_docks=_small),
    st.builds(WaterLevel, **_common, level_m=st.floats(-1, 6)),
    st.builds(SensorHealth, **_common, status=st.sampled_from(["working", "frozen", "silent", "broken"])),
)


def count(at_s: float, speed_mps: float | None = 5.0, sensor: str = "cam-1") -> VehicleCount:
    return VehicleCount(
        sensor=sensor, at_s=at_s, source="test", window_s=300.0, counts=(40, 8, 1, 1, 0), speed_mps=speed_mps
    )


def _camera(state: LiveState) -> Freshness:
    return Freshness(freshness(state)[state.sensors.positions["cam-1"]])


@given(st.lists(OBSERVATIONS, max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_repetition_ends_in_the_same_state(seen: list[Observation], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = seen + seen[: len(seen) // 2]
    chance.shuffle(shuffled)
    assert advance_all(START, seen).digest == advance_all(START, shuffled).digest


@given(st.lists(OBSERVATIONS, max_size=6), OBSERVATIONS)
def test_taking_an_observation_twice_changes_nothing(seen: list[Observation], again: Observation) -> None:
    once = advance(advance_all(START, seen), again)
    assert advance(once, again).digest == once.digest


@given(st.lists(OBSERVATIONS, max_size=6))
def test_all_at_once_is_one_by_one(seen: list[Observation]) -> None:
    state = START
    for observation in seen:
        state = advance(state, observation)
    assert state.digest == advance_all(START, seen).digest


def test_the_state_before_is_untouched_and_the_digest_tells_them_apart() -> None:
    before = START.digest
    after = advance(START, count(100.0))
    assert after.digest != before == START.digest
    assert after.at(50.0).digest != after.digest


def test_a_correction_wins_over_what_it_corrects_in_any_order() -> None:
    first, corrected = count(100.0), replace(count(100.0, speed_mps=9.0), revision=1)
    for order in permutations([first, corrected, count(40.0)]):
        assert advance_all(START, order).latest[0] == corrected


def test_a_reading_of_the_wrong_kind_or_of_nobody_is_not_taken() -> None:
    wrong = WaterLevel(sensor="cam-1", at_s=1.0, source="test", level_m=1.0)
    assert advance(START, wrong).digest == START.digest
    assert advance(START, count(1.0, sensor="nobody")).digest == START.digest


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [(0.0, Freshness.FRESH), (600.0, Freshness.FRESH), (601.0, Freshness.STALE), (1799.0, Freshness.STALE),
     (1800.0, Freshness.SILENT)],
)  # fmt: skip
def test_a_camera_of_five_minutes_is_fresh_for_two_and_silent_after_six(age_s: float, expected: Freshness) -> None:
    assert _camera(advance(START, count(1000.0)).at(1000.0 + age_s)) is expected


def test_a_sensor_that_never_spoke_is_silent() -> None:
    assert (freshness(START) == Freshness.SILENT).all()


@pytest.mark.parametrize(
    ("status", "until_heard", "after"),
    [
        ("silent", Freshness.SILENT, Freshness.FRESH),
        ("frozen", Freshness.STALE, Freshness.STALE),
        ("broken", Freshness.SILENT, Freshness.SILENT),
    ],
)
def test_a_report_on_the_sensor_counts(status: str, until_heard: Freshness, after: Freshness) -> None:
    told = SensorHealth(sensor="cam-1", at_s=1010.0, source="watch", status=status)  # type: ignore[arg-type]
    state = advance_all(START.at(1020.0), [count(1000.0), told])
    assert _camera(state) is until_heard
    assert _camera(advance(state, count(1015.0))) is after
    lifted = replace(told, at_s=1018.0, status="working")
    assert _camera(advance_all(state, [count(1015.0), lifted])) is Freshness.FRESH


def test_a_suspect_reading_is_never_fresh() -> None:
    assert _camera(advance(START, replace(count(0.0), quality="suspect"))) is Freshness.STALE


def test_only_links_with_a_fresh_camera_have_a_speed() -> None:
    state = advance(START, count(1000.0)).at(1000.0)
    seen = link_estimate(Snapshot(CITY, state))
    assert seen.ratio[0] == pytest.approx(0.5)
    assert seen.flow_veh_h[0] == pytest.approx(600.0)
    assert np.isnan(seen.ratio[1:]).all()
    assert np.isnan(seen.flow_veh_h[1:]).all()
    stale = link_estimate(Snapshot(CITY, state.at(1700.0)))
    assert np.isnan(stale.ratio).all(), "a stale value is never drawn as live"


def test_a_count_without_speed_gives_a_flow_and_no_ratio() -> None:
    seen = link_estimate(Snapshot(CITY, advance(START, count(0.0, speed_mps=None))))
    assert seen.flow_veh_h[0] == pytest.approx(600.0)
    assert np.isnan(seen.ratio[0])


def test_a_camera_without_a_link_takes_the_nearest_street_within_its_accuracy() -> None:
    def linked(accuracy_m: float, x_m: float) -> int:
        cameras = replace(
            CITY.cameras,
            link=np.array([-1], dtype=np.int32),
            accuracy_m=np.array([accuracy_m]),
            xy_m=np.array([[x_m, -20.0]]),
        )
        return int(sensors_of(replace(CITY, cameras=cameras)).link[0])

    assert linked(1.0, 15.0) == 0
    assert linked(1.0, -300.0) == -1
    assert linked(400.0, -300.0) == 0


def test_cameras_on_one_spot_look_along_different_links() -> None:
    one = CITY.cameras
    fields = {name: np.repeat(values, 6, axis=0) for name, values in arrays_of(one)}
    fields |= {"ids": np.array([f"cam-{k}" for k in range(6)]), "link": np.full(6, -1, dtype=np.int32)}
    sensors = sensors_of(replace(CITY, cameras=type(one)(**fields)))
    assert sensors.link[sensors.kind == "camera"].tolist() == [0, 1, 2, 3, 0, 1]


def test_an_indoor_camera_is_no_sensor() -> None:
    desk = replace(CITY, cameras=replace(CITY.cameras, purpose=np.array(["desk"])))
    assert "cam-1" not in sensors_of(desk).positions


def test_a_state_survives_pickling_frozen() -> None:
    state = advance(START, count(1000.0))
    copy = pickle.loads(pickle.dumps(state))
    assert copy.digest == state.digest
    with pytest.raises(ValueError, match="read-only"):
        copy.sensors.link[0] = 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": (-1, 0, 0, 0, 0)},
        {"window_s": 0.0},
        {"speed_mps": float("nan")},
        {"at_s": float("inf")},
        {"uncertainty": -1.0},
        {"counts": (10**9, 0, 0, 0, 0)},
        {"sensor": ""},
    ],
)
def test_an_impossible_count_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(count(1.0), **wrong)  # type: ignore[arg-type]
