"""Signals that change during a run: plans that come and go at their hours, and junctions that their vehicles decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import simpy

from scenarios.engine.run import Run
from scenarios.models.actuated import Actuation, Ended, Green, actuated_signal
from scenarios.models.network import RoadNetwork, RoadRules, road_network
from scenarios.traffic.engines import AnyTraffic
from twin.city.changes_signals import ActuateSignal, SetSignal, SplitSignal, signal_node, stages_of
from twin.city.city import City
from twin.city.interventions import Intervention


def decided_by_vehicles(city: City, in_force: Sequence[Intervention]) -> dict[int, ActuateSignal]:
    """Return the junctions that react, by node: where several changes are about one, the last counts."""
    found: dict[int, ActuateSignal | SetSignal | SplitSignal] = {}
    for change in in_force:
        if isinstance(change, ActuateSignal | SetSignal | SplitSignal):
            found[signal_node(city, change.junction)] = change
    return {node: change for node, change in found.items() if isinstance(change, ActuateSignal)}


class SignalChanges:
    """Hands the signals on to a model, now and whenever the city changes.

    Parameters
    ----------
    run
    model
    rules
        By which the model's network was made of `run.city`.
    """

    def __init__(self, run: Run, model: AnyTraffic, rules: RoadRules) -> None:
        self._run, self._model, self._rules = run, model, rules
        self._start, self._signals = run.city, run.city.signals
        self._running: dict[int, tuple[ActuateSignal, simpy.Process]] = {}
        self._done: dict[ActuateSignal, list[Green]] = {}
        self._react()

    def hand_over(self) -> None:
        """Take over the plans now in force, then start and stop controllers."""
        if self._run.city.signals is not self._signals:
            self._signals = self._run.city.signals
            self._model.set_plans(self._network(), self._run.now_s)
        self._react()

    def report(self) -> None:
        """Note what each junction that reacts did with its green."""
        for change, greens in self._done.items():
            at, n = " × ".join(change.junction), len(greens)
            mean_s = float(np.mean([g.to_s - g.from_s for g in greens])) if n else 0.0
            most = sum(g.why is Ended.MAX_OUT for g in greens)
            self._run.note(
                f"Đèn {at} điều khiển theo xe: {n} lượt xanh đã kết thúc, trung bình {_vi(mean_s)} s, {most} lượt dài "
                "tới mức tối đa.",
                f"Signal {at} decided by vehicles: {n} greens ended, {mean_s:.1f} s each on average, {most} of them at "
                "their most.",
            )

    def _network(self) -> RoadNetwork:
        """Return the network of the run's start with the signals of now."""
        return road_network(replace(self._start, signals=self._signals), self._rules, later=self._run.coming)

    def _react(self) -> None:
        wanted = decided_by_vehicles(self._run.city, self._run.in_force)
        for node in [n for n, (change, _) in self._running.items() if wanted.get(n) != change]:
            self._running.pop(node)[1].interrupt()
        for node, change in wanted.items():
            if node not in self._running:
                self._running[node] = change, self._run.start(self._controller(node, change))

    def _controller(self, node: int, change: ActuateSignal) -> simpy.events.ProcessGenerator:
        signals = self._run.city.signals
        mine = np.flatnonzero(np.repeat(signals.node == node, np.diff(signals.green_first)))
        stage, link = stages_of(signals.green_from_s[mine], signals.green_to_s[mine]), signals.green_link[mine]
        stages = [np.unique(link[stage == k]) for k in range(int(stage.max()) + 1)]
        rules = Actuation(
            min_green_s=change.min_green_s, max_green_s=change.max_green_s, gap_s=change.gap_s, lost_s=change.lost_s
        )
        greens = self._done.setdefault(change, [])
        return actuated_signal(self._run.env, self._model, stages, rules, ended=greens.append)


def _vi(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
