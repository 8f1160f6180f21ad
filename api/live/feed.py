"""The feed of the service: a recorded or synthetic day played against a clock, ready as bytes."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.live.hub import Hub
from api.live.payload import live_payload
from twin.city.city import City
from twin.live.ports import Clock
from twin.live.state import LiveState, unknown_state
from vision_bridge.pipeline import Pipeline
from vision_bridge.sources.replay import RecordedDay, Replay, ReplayClock, read_day
from vision_bridge.sources.synthetic import HUE_UTC_OFFSET_H, DayPlan, synthetic_days

SYNTHETIC = "synthetic"
AFTER_S = 3600.0
"""A recorded day starts over this long after its last observation, when everything has fallen silent."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FeedPlan:
    """What to play.

    Attributes
    ----------
    replay : str
        ``synthetic``, or a recorded day (.ndjson).
    day : date
        Local day of a synthetic feed.
    seed : int
    speed_x : float
    start_h : [h]
        Local hour at which a synthetic day starts to play.
    """

    replay: str
    day: date
    seed: int = 1
    speed_x: float = 60.0
    start_h: float = 6.5


class LiveFeed:
    """Keeps the live state of a city, and its bytes for the map.

    Attributes
    ----------
    hub : Hub
        Where states are published.
    payload : bytes
        The latest state as JSON.
    bad_lines : int
        Lines of the recorded file that hold no observation.
    """

    def __init__(self, city: City, plan: FeedPlan, pace: Clock) -> None:
        self.city, self.hub, self.payload = city, Hub(), b""
        self._plan, self._pace = plan, pace
        self._recorded: RecordedDay | None = None
        if plan.replay != SYNTHETIC:
            self._recorded = read_day(Path(plan.replay))
            for fault in self._recorded.faults:
                log.warning("%s", fault)
        self.bad_lines = self._recorded.bad_lines if self._recorded else 0
        self._begin()
        self.refresh()

    @property
    def state(self) -> LiveState:
        """The live state."""
        return self._pipeline.state

    @property
    def counts(self) -> dict[str, int]:
        """Observations taken and refused, failures of the feed, and lines of its file that were bad."""
        return dict(self._pipeline.counts) | {"bad-lines": self.bad_lines}

    def refresh(self) -> None:
        """Move to the replayed present and encode the state."""
        now_s = self._clock.now_s()
        if self._recorded and now_s > self._recorded.observations[-1].at_s + AFTER_S:
            self._begin()
            now_s = self._clock.now_s()
        self._pipeline.step(now_s)
        found = live_payload(self.city, self.state, self._source(), utc_offset_h=HUE_UTC_OFFSET_H)
        self.payload = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()

    async def play(self, tick_s: float) -> None:
        """Publish the state every tick until cancelled."""
        while True:
            self.hub.publish("state", self.payload)
            await asyncio.sleep(tick_s)
            await asyncio.to_thread(self.refresh)

    def _begin(self) -> None:
        plan = self._plan
        if self._recorded:
            start_s = self._recorded.observations[0].at_s
            source = Replay(Path(plan.replay).name, self._recorded.observations)
        else:
            day = DayPlan(seed=plan.seed, day=plan.day)
            start_s = day.start_s + plan.start_h * 3600.0
            source = Replay(SYNTHETIC, synthetic_days(self.city, day))
        self._clock = ReplayClock(self._pace, start_s=start_s, speed_x=plan.speed_x)
        self._pipeline = Pipeline(source, unknown_state(self.city, start_s))

    def _source(self) -> dict[str, Any]:
        synthetic = self._recorded is None
        name = self._pipeline.source.name
        label = (
            {"vi": "Dữ liệu giả lập, không phải số đo", "en": "Synthetic feed, nothing measured"}
            if synthetic
            else {"vi": f"Phát lại {name}", "en": f"Replay of {name}"}
        )
        return {"kind": SYNTHETIC if synthetic else "replay", "label": label, "speed_x": self._plan.speed_x}
