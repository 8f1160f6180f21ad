"""From a source to the live state: what is taken, what is refused and counted, and what a failing feed does: age."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from twin.live.observation import Observation
from twin.live.ports import Source
from twin.live.state import LiveState, advance_all, position_of
from vision_bridge.health import HealthWatch

AHEAD_S = 120.0
"""An observation further ahead of the feed's time than this has a wrong clock and is refused."""

log = logging.getLogger(__name__)


class Pipeline:
    """Keeps a live state up to date from one source.

    Parameters
    ----------
    source
        The feed.
    state
        Where to start from, usually `unknown_state`.

    Attributes
    ----------
    state : LiveState
    counts : Counter
        Observations taken (``taken``), refused (``unknown-sensor``, ``ahead-of-time``) and failures of the feed
        (``failures``) so far.
    """

    def __init__(self, source: Source, state: LiveState) -> None:
        self.source, self.state = source, state
        self.counts: Counter[str] = Counter()
        self._watch = HealthWatch()

    def step(self, now_s: float) -> LiveState:
        """Take what came due and return the state at a moment; a failing feed is counted, and what it said ages."""
        try:
            due = self.source.due(now_s)
        except Exception:
            self.counts["failures"] += 1
            log.exception("feed %s failed", self.source.name)
            due = ()
        taken = self._acceptable(due, now_s)
        self.counts["taken"] += len(taken)
        state = advance_all(self.state, [*taken, *self._watch.heard(taken)]).at(now_s)
        self.state = advance_all(state, self._watch.missed(state))
        return self.state

    def _acceptable(self, due: Sequence[Observation], now_s: float) -> list[Observation]:
        taken: list[Observation] = []
        for seen in due:
            if position_of(self.state, seen) is None:
                self.counts["unknown-sensor"] += 1
            elif seen.at_s > now_s + AHEAD_S:
                self.counts["ahead-of-time"] += 1
            else:
                taken.append(seen)
        return taken
