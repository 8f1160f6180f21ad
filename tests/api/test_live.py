"""The feed plays and starts over; the hub never waits for a slow listener; a silent sensor has no value."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.live.feed import FeedPlan, LiveFeed
from api.live.hub import QUEUE, Hub
from api.live.payload import alarm_of, flow_bytes, live_payload, ratio_bytes
from tests.fakes.clock import FakeClock
from tests.twin.live.test_state import count
from twin.errors import SchemaError
from twin.live.observation import DockStatus, WaterLevel
from twin.live.state import advance_all, unknown_state
from twin.testing.toy import toy_city
from vision_bridge.codec import write_day
from vision_bridge.sources.synthetic import DayPlan, synthetic_day, synthetic_days

CITY = toy_city()
PLAN = FeedPlan(replay="synthetic", day=date(2025, 10, 27), speed_x=60.0, start_h=8.0)
START = DayPlan(seed=1, day=PLAN.day).start_s


def _state(feed: LiveFeed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(feed.payload)
    return found


def test_a_synthetic_feed_starts_at_its_hour_and_runs_on_over_midnight() -> None:
    pace = FakeClock()
    feed = LiveFeed(CITY, PLAN, pace)
    assert _state(feed)["as_of"] == "2025-10-27T01:00:00.000Z", "08:00 in Huế"
    assert _state(feed)["counts"]["fresh"] == 3
    pace.at_s += 17 * 60
    feed.refresh()
    assert _state(feed)["as_of"] == "2025-10-27T18:00:00.000Z"
    days = synthetic_days(CITY, DayPlan(seed=1, day=PLAN.day))
    assert feed.counts["taken"] == len(list(takewhile(lambda o: o.at_s <= START + 25 * 3600, days)))
    assert _state(feed)["counts"]["fresh"] >= 2


def test_a_recorded_feed_reports_its_bad_lines_and_starts_over_when_all_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "morning.ndjson"
    morning = [o for o in synthetic_day(CITY, DayPlan(seed=1, day=PLAN.day)) if o.at_s < START + 7200]
    write_day(morning, path)
    path.write_bytes(path.read_bytes() + b"oops\n")
    pace = FakeClock()
    feed = LiveFeed(CITY, replace(PLAN, replay=str(path)), pace)
    first = _state(feed)
    assert first["source"]["kind"] == "replay"
    assert "morning.ndjson" in first["source"]["label"]["vi"]
    assert feed.counts["bad-lines"] == 1
    pace.at_s = (6600 + 3550) / 60
    feed.refresh()
    assert _state(feed)["counts"]["fresh"] == 0
    assert _state(feed)["stations"][0]["bikes"] is None
    pace.at_s = (6600 + 3650) / 60
    feed.refresh()
    assert _state(feed)["as_of"] == first["as_of"]


def test_an_unreadable_recording_stops_the_service_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be read"):
        LiveFeed(CITY, replace(PLAN, replay=str(tmp_path / "absent.ndjson")), FakeClock())


def test_a_stale_link_is_not_drawn_and_a_stale_sensor_is_named() -> None:
    dock = DockStatus(sensor="bike-1", at_s=1000.0, source="t", bikes=4, free_docks=16)
    state = advance_all(unknown_state(CITY, 1000.0), [count(1000.0), dock])
    source = {"kind": "replay", "label": {"vi": "x", "en": "x"}, "speed_x": 1}
    fresh = live_payload(CITY, state, source, utc_offset_h=7.0)
    stale = live_payload(CITY, state.at(1900.0), source, utc_offset_h=7.0)
    assert base64.b64decode(fresh["links"]["ratio"])[0] == 50
    assert set(base64.b64decode(stale["links"]["ratio"])) == {255}
    assert {s["id"]: s["health"] for s in stale["sensors"]} == {
        "cam-1": "stale",
        "bike-1": "stale",
        "kim-long": "silent",
    }
    assert stale["counts"] == {"fresh": 0, "stale": 2, "silent": 1}
    assert stale["stations"][0] == {"id": "bike-1", "bikes": 4, "docks": 20, "as_of": "1970-01-01T00:16:40.000Z"}
    assert stale["gauges"][0]["level_m"] is None


@pytest.mark.parametrize(("level_m", "expected"), [(0.9, 0), (1.0, 1), (2.5, 2), (3.49, 2), (3.5, 3)])
def test_an_alarm_is_that_of_the_local_day(level_m: float, expected: int) -> None:
    day_s = 1_761_500_000.0
    assert alarm_of(CITY, "kim-long", level_m, day_s, utc_offset_h=7.0) == expected
    turn = 1_104_512_400.0
    assert [alarm_of(CITY, "kim-long", 3.2, turn + d, utc_offset_h=7.0) for d in (-1.0, 0.0)] == [3, 2]
    level = WaterLevel(sensor="kim-long", at_s=day_s, source="t", level_m=level_m)
    found = live_payload(CITY, advance_all(unknown_state(CITY, day_s), [level]), {}, utc_offset_h=7.0)
    assert found["gauges"][0]["alarm"] == expected


def test_ratios_and_flows_are_coded_with_their_limits() -> None:
    ratio = np.frombuffer(base64.b64decode(ratio_bytes(np.array([0.0, 0.504, 1.0, 9.0, np.nan]))), np.uint8)
    assert ratio.tolist() == [0, 50, 100, 200, 255]
    flow = np.frombuffer(base64.b64decode(flow_bytes(np.array([0.0, 420.4, 1e6, np.nan]))), "<u2")
    assert flow.tolist() == [0, 420, 65_534, 65_535]


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(stream), 5.0)


def test_a_slow_listener_loses_the_oldest_and_never_stops_the_others() -> None:
    async def scene() -> None:
        hub = Hub()
        slow = hub.stream()
        assert (await _next(slow)).startswith(b"retry:")
        for k in range(QUEUE + 3):
            hub.publish("state", b"%d" % k)
        assert hub.dropped == 3
        assert await _next(slow) == b"event: state\nid: 4\ndata: 3\n\n"
        hub.close()
        assert [e async for e in slow][-1] == b"event: state\nid: 7\ndata: 6\n\n"
        assert hub.listeners == 0

    asyncio.run(scene())


def test_a_listener_that_returns_gets_only_what_it_lacks() -> None:
    async def scene() -> None:
        hub = Hub()
        hub.publish("state", b"1")
        for last, expected in ((None, b"id: 1"), ("0", b"id: 1"), ("1", b": quiet")):
            stream = hub.stream(last, heartbeat_s=0.01)
            await _next(stream)
            assert expected in await _next(stream)
            await stream.aclose()  # type: ignore[attr-defined] # it is a generator
        assert hub.listeners == 0

    asyncio.run(scene())


def test_a_stream_of_something_done_ends_after_its_last_event() -> None:
    async def scene() -> list[bytes]:
        hub = Hub()
        hub.publish("done", b"{}")
        hub.close()
        return [event async for event in hub.stream()]

    assert asyncio.run(scene())[1:] == [b"event: done\nid: 1\ndata: {}\n\n"]
