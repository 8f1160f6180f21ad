"""A day played at any pace ends in the same state; bad lines are named; a failing feed ages and never looks live."""

import contextlib
import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tests.fakes.source import FakeSource
from tests.twin.live.test_state import OBSERVATIONS, count
from twin.city.city import City
from twin.city.table import arrays_of
from twin.errors import RequestError, SchemaError
from twin.live.estimate import link_estimate
from twin.live.freshness import Freshness, freshness
from twin.live.observation import DockStatus, Observation, VehicleCount, WaterLevel
from twin.live.state import Snapshot, unknown_state
from twin.testing.toy import toy_city
from vision_bridge.codec import decode, encode, write_day
from vision_bridge.pipeline import Pipeline
from vision_bridge.sources.replay import Replay, ReplayClock, read_day
from vision_bridge.sources.synthetic import DayPlan, synthetic_day, synthetic_days

CITY = toy_city()
PLAN = DayPlan(seed=1, day=date(2025, 10, 27))
DAY = synthetic_day(CITY, PLAN)


def _with_cameras(n: int) -> City:
    """The toy city with more cameras, all on the first link."""
    one = CITY.cameras
    fields = {name: np.repeat(values, n, axis=0) for name, values in arrays_of(one)}
    return replace(CITY, cameras=type(one)(**{**fields, "ids": np.array([f"cam-{k + 1}" for k in range(n)])}))


@given(OBSERVATIONS)
def test_a_line_is_read_back_as_it_was_written(seen: Observation) -> None:
    assert decode(encode(seen).encode(), file="day", row=1) == seen


def _line(**changes: object) -> bytes:
    return json.dumps(json.loads(encode(count(10.0))) | changes).encode()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "day, row 7: no JSON (Expecting property name"),
        (b"[]", "day, row 7: a JSON object is needed, got list"),
        (b"\xff\xfe", "day, row 7: no JSON ("),
        (b"[" * 60_000, "day, row 7: JSON nested too deep"),
        (b" " * 70_000, "day, row 7: a line of 70,000 bytes; up to 65,536"),
        (_line(kind="plate"), "day, row 7: Input tag 'plate' found"),
        (_line(plate="75A-12345"), "day, row 7, field plate: Unexpected keyword argument"),
        (_line(at_s="10"), "day, row 7, field at_s: Input should be a valid number"),
        (_line(at_s=float("nan")), "day, row 7: Value error, event time nan"),
        (_line(counts={"rickshaw": 1}), "day, row 7, field counts: unknown class rickshaw; one of motorcycle"),
        (_line(counts={"car": 1.5}), "day, row 7, field counts.1: Input should be a valid integer"),
        (_line(counts={"car": -1}), "day, row 7: Value error, a count is negative"),
        (_line(speed_mps=-2), "day, row 7: Value error, speed -2.0 is negative"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(line: bytes, message: str) -> None:
    with pytest.raises(SchemaError) as error:
        decode(line, file="day", row=7)
    assert str(error.value).startswith(message)


@given(st.binary(max_size=200))
def test_no_line_of_bytes_escapes_as_another_error(line: bytes) -> None:
    with contextlib.suppress(SchemaError):
        decode(line, file="day", row=1)


def test_a_recorded_day_is_read_whole_and_its_bad_lines_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "day.ndjson"
    assert write_day(DAY, path) == len(DAY)
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], b"oops", b"", *lines[1:]]))
    day = read_day(path)
    assert list(day.observations) == DAY
    assert day.bad_lines == 1
    assert day.faults[0].row == 2


def test_a_file_without_one_observation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "day.ndjson"
    path.write_text("nothing\n", encoding="utf-8")
    with pytest.raises(SchemaError, match="no observation in the file"):
        read_day(path)
    with pytest.raises(SchemaError, match="cannot be read"):
        read_day(tmp_path / "absent")


def test_a_synthetic_day_is_the_same_again_and_another_seed_is_another_day() -> None:
    assert synthetic_day(CITY, PLAN) == DAY
    assert synthetic_day(CITY, replace(PLAN, seed=2)) != DAY
    assert all(a.at_s <= b.at_s for a, b in pairwise(DAY))
    assert DAY[0].at_s == PLAN.start_s + 300.0
    assert {type(o) for o in DAY} == {VehicleCount, DockStatus, WaterLevel}


def test_the_morning_peak_is_busier_and_slower_than_the_night() -> None:
    def hour(h: int) -> tuple[float, float]:
        span = (PLAN.start_s + h * 3600, PLAN.start_s + (h + 1) * 3600)
        seen = [o for o in synthetic_day(_with_cameras(20), PLAN) if isinstance(o, VehicleCount)]
        seen = [o for o in seen if span[0] < o.at_s <= span[1] and o.speed_mps is not None]
        return sum(sum(o.counts) for o in seen), float(np.mean([o.speed_mps or 0.0 for o in seen]))

    (night, night_mps), (peak, peak_mps) = hour(2), hour(7)
    assert peak > 5 * night
    assert peak_mps < 0.95 * night_mps


def test_cameras_of_one_link_see_one_traffic() -> None:
    seen = [o for o in synthetic_day(_with_cameras(2), PLAN) if isinstance(o, VehicleCount)]
    total = [sum(sum(o.counts) for o in seen if o.sensor == f"cam-{k}") for k in (1, 2)]
    assert total[0] != total[1]
    assert total[0] == pytest.approx(total[1], rel=0.05)


def test_bikes_never_exceed_the_docks_and_a_flood_reaches_its_crest() -> None:
    flood = synthetic_day(CITY, replace(PLAN, crest_m=4.3))
    assert all(o.bikes + o.free_docks == 20 for o in flood if isinstance(o, DockStatus))
    levels = {o.at_s: o.level_m for o in flood if isinstance(o, WaterLevel)}
    assert levels[PLAN.start_s + 15 * 3600] == pytest.approx(4.3, abs=0.2)
    assert max(o.level_m for o in DAY if isinstance(o, WaterLevel)) < 1.0


def _played(city: City, until_s: float, step_s: float) -> Pipeline:
    pipeline = Pipeline(Replay("day", synthetic_day(city, PLAN)), unknown_state(city, PLAN.start_s))
    now_s = PLAN.start_s
    while now_s < until_s:
        now_s = min(now_s + step_s, until_s)
        pipeline.step(now_s)
    return pipeline


@settings(max_examples=8, deadline=None)
@given(st.floats(60.0, 7200.0))
def test_the_state_does_not_depend_on_the_pace(step_s: float) -> None:
    city, until_s = _with_cameras(6), PLAN.start_s + 20 * 3600
    assert _played(city, until_s, step_s).state.digest == _played(city, until_s, 600.0).state.digest


def test_silent_and_frozen_sensors_are_found_and_not_drawn() -> None:
    city = _with_cameras(40)
    state = _played(city, PLAN.start_s + 22 * 3600, 900.0).state
    told = {h.sensor: h.status for h in state.health if h is not None}
    assert sorted(told.values()) == ["frozen", "silent", "silent"]
    found = freshness(state)
    for sensor, status in told.items():
        expected = Freshness.STALE if status == "frozen" else Freshness.SILENT
        assert found[state.sensors.positions[sensor]] == expected
    assert (found == Freshness.FRESH).sum() == len(found) - 3
    assert 0 < link_estimate(Snapshot(city, state)).ratio[0] < 1.3


def test_a_failing_feed_is_counted_and_what_it_said_ages() -> None:
    source = FakeSource()
    pipeline = Pipeline(source, unknown_state(CITY, 0.0))
    source.next = [count(1000.0), count(1000.0, sensor="nobody"), count(5000.0)]
    pipeline.step(1000.0)
    camera = pipeline.state.sensors.positions["cam-1"]
    assert freshness(pipeline.state)[camera] == Freshness.FRESH
    for now_s, expected in ((1700.0, Freshness.STALE), (3000.0, Freshness.SILENT)):
        source.next = ConnectionError("unplugged")
        assert freshness(pipeline.step(now_s))[camera] == expected
    source.next = [count(3010.0)]
    assert freshness(pipeline.step(3010.0))[camera] == Freshness.FRESH
    assert pipeline.counts == {"taken": 2, "unknown-sensor": 1, "ahead-of-time": 1, "failures": 2}


def test_the_replay_clock_runs_as_fast_as_asked() -> None:
    pace = FakeClock(5.0)
    clock = ReplayClock(pace, start_s=100.0, speed_x=60.0)
    pace.at_s = 7.0
    assert clock.now_s() == 220.0
    for wrong in (0.5, 601.0):
        with pytest.raises(RequestError, match="a replay runs at ×1 to ×600"):
            ReplayClock(pace, start_s=0.0, speed_x=wrong)


def test_synthetic_days_follow_each_other_without_end() -> None:
    replay = Replay("days", synthetic_days(CITY, PLAN))
    assert replay.due(PLAN.start_s + 86_400.0) == DAY
    second = replay.due(PLAN.start_s + 2 * 86_400.0)
    assert second == synthetic_day(CITY, replace(PLAN, day=date(2025, 10, 28)))
    assert not replay.ended


def test_a_city_without_sensors_has_empty_days() -> None:
    bare = City(name="bare", crs=CITY.crs, roads=CITY.roads)
    assert synthetic_day(bare, PLAN) == []
    assert Replay("days", synthetic_days(bare, PLAN)).ended
