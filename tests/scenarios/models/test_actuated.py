"""An actuated signal does what the Traffic Signal Timing Manual (FHWA-HOP-08-024, chapter 5) says of one."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import simpy

from scenarios.models.actuated import Actuation, Ended, Green, actuated_signal
from twin.errors import ModelError

RULES = Actuation(min_green_s=7.0, max_green_s=40.0, gap_s=3.0, lost_s=4.0)
FOREVER = ((0.0, math.inf),)


class Detectors:
    """Stop lines at which vehicles are from when to when, whatever the signal shows."""

    def __init__(self, there: Mapping[int, Sequence[tuple[float, float]]]) -> None:
        self.there = there
        self.shown: list[tuple[float, tuple[int, ...], bool | None]] = []

    def last_at_line_s(self, links: np.ndarray, now_s: float) -> np.ndarray:
        def last(spans: Sequence[tuple[float, float]]) -> float:
            if any(a <= now_s < b for a, b in spans):
                return now_s
            return max((b for _, b in spans if b <= now_s), default=-math.inf)

        return np.array([last(self.there.get(int(k), ())) for k in links])

    def set_green(self, links: np.ndarray, now_s: float, *, is_green: bool | None) -> None:
        if len(links):
            self.shown.append((now_s, tuple(links.tolist()), is_green))


def played(
    there: Mapping[int, Sequence[tuple[float, float]]], until_s: float = 600.0, n_stages: int = 2
) -> tuple[list[Green], Detectors]:
    env, lines, ended = simpy.Environment(), Detectors(there), list[Green]()
    stages = [np.array([k], np.int32) for k in range(n_stages)]
    process = env.process(actuated_signal(env, lines, stages, RULES, ended=ended.append))
    env.run(until=until_s)
    process.interrupt()
    env.run(until=until_s + 1.0)
    return ended, lines


def test_without_a_call_it_rests_in_green() -> None:
    for there in ({}, {0: FOREVER}, {0: ((10.0, 20.0),)}):
        ended, lines = played(there)
        assert ended == []
        assert [s for s in lines.shown if s[2] is True] == [(0.0, (0,), True)]


def test_the_least_green_is_kept_and_an_empty_stage_gives_way_then() -> None:
    assert played({1: FOREVER})[0][0] == Green(0, 0.0, 7.0, Ended.GAP_OUT)


def test_a_call_long_after_the_last_vehicle_is_answered_at_once() -> None:
    assert played({0: ((0.0, 20.0),), 1: ((100.0, 200.0),)})[0][0] == Green(0, 0.0, 100.0, Ended.GAP_OUT)


def test_gap_out_comes_the_gap_after_the_last_vehicle() -> None:
    assert played({0: ((0.0, 15.0),), 1: FOREVER})[0][0] == Green(0, 0.0, 18.0, Ended.GAP_OUT)
    bunches = ((0.0, 10.0), (12.0, 14.0), (16.5, 22.0))  # gaps of 2 and 2.5 s do not end it
    assert played({0: bunches, 1: FOREVER})[0][0] == Green(0, 0.0, 25.0, Ended.GAP_OUT)


def test_max_out_counts_from_the_first_call_of_another_stage() -> None:
    assert played({0: FOREVER, 1: ((20.0, math.inf),)})[0][0] == Green(0, 0.0, 60.0, Ended.MAX_OUT)


def test_saturated_on_all_sides_it_is_the_fixed_plan_of_its_most_greens() -> None:
    ended, _ = played({0: FOREVER, 1: FOREVER, 2: FOREVER}, n_stages=3)
    assert {(g.to_s - g.from_s, g.why) for g in ended} == {(40.0, Ended.MAX_OUT)}
    assert [g.stage for g in ended[:6]] == [0, 1, 2, 0, 1, 2]
    assert np.diff([g.from_s for g in ended]).tolist() == [44.0] * (len(ended) - 1)


def test_a_stage_without_a_call_is_left_out() -> None:
    ended, lines = played({0: ((50.0, math.inf),), 2: ((10.0, 20.0),)}, n_stages=3)
    assert [g.stage for g in ended] == [0, 2]
    assert not any(1 in links and is_green for _, links, is_green in lines.shown)


def test_between_two_stages_all_is_red_for_the_lost_time_and_it_hands_back_the_plan() -> None:
    ended, lines = played({0: FOREVER, 1: FOREVER})
    shown = {0: False, 1: False}
    red_s = None
    for at_s, links, is_green in lines.shown[:-1]:
        for k in links:
            shown[k] = bool(is_green)
        if is_green is None:
            raise ModelError("signal", "handed back too early")
        if sum(shown.values()) == 0:
            red_s = at_s
        elif red_s not in (None, 0.0):
            assert at_s - red_s == 4.0
        assert sum(shown.values()) <= 1
    assert lines.shown[-1] == (600.0, (0, 1), None)
    assert len(ended) > 10
