"""The one mutable handle of a run: what a scenario sees, starts, records and reports."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import simpy
from numpy.random import Generator as RandomStream
from numpy.typing import ArrayLike, NDArray

from scenarios.engine.clock import Clock, Flow, Phase
from scenarios.engine.progress import Cancelled, Progress, Report
from scenarios.engine.question import Question
from scenarios.engine.result import Indicator, RunResult, Series
from scenarios.engine.tables import Table, Tracks
from twin.chance import stream
from twin.city.city import City
from twin.city.interventions import Intervention
from twin.errors import ModelError, RunCancelled, UnknownItem
from twin.variables import Text

MAX_SERIES_BYTES = 1 << 30
"""A run that records more is stopped with a message: record at a longer interval."""

Act = Callable[[], None]


class Run:
    """A run under way; handed to a scenario's function.

    Attributes
    ----------
    base : City
        The city as surveyed.
    city : City
        The city after the interventions so far.
    coming : tuple of City
        What `city` will become at each moment at which a change begins or ends.
    in_force : tuple of Intervention
        The changes that made `city` what it is now, in order.
    state : object or None
        The live state the run starts from.
    env : Clock
        SimPy's environment.
    threads : int
        Cores its models may use; the answer is the same.
    """

    def __init__(
        self,
        question: Question,
        city: City,
        *,
        coming: Sequence[City] = (),
        report: Report | None = None,
        cancelled: Cancelled | None = None,
        threads: int = 1,
    ) -> None:
        self.question, self.base, self.city, self.state = question, question.city, city, question.state
        self.coming, self.threads = tuple(coming), threads
        self.in_force: tuple[Intervention, ...] = ()
        self.env = Clock(question.params.begin_s, question.params.horizon_s)
        self._report, self._cancelled = report, cancelled
        self._streams: dict[str, RandomStream] = {}
        self._on_change: list[Act] = []
        self._at_end: list[Act] = []
        self._records: dict[str, list[tuple[float, NDArray[Any]]]] = {}
        self._bytes = 0
        self._indicators: dict[tuple[str, str], float] = {}
        self._notes: list[Text] = []
        self._series: dict[str, Series] = {}
        self._tables: dict[str, Table] = {}
        self._tracks: Tracks | None = None

    @property
    def now_s(self) -> float:
        """Simulated time [s]; 0 is the first moment that counts."""
        return float(self.env.now)

    def rng(self, name: str) -> RandomStream:
        """Return the run's random stream of a name; asked again, it goes on where it was."""
        if name not in self._streams:
            self._streams[name] = stream(self.question.seed, name)
        return self._streams[name]

    def start(self, process: Generator[simpy.Event, Any, Any]) -> simpy.Process:
        """Start a SimPy process, such as a crew or a patrol."""
        return self.env.process(process)

    def carry(self, flow: Flow) -> None:
        """Move a kernel's model along with the clock."""
        self.env.carry(flow)

    def every(self, period_s: float, act: Act, phase: Phase = Phase.RESPONSE, *, first_s: float | None = None) -> None:
        """Call an act at `first_s` (now, unless given) and once each period after it, in a phase."""
        self.env.every(period_s, act, phase, first_s=first_s)

    def at(self, at_s: float, act: Act, phase: Phase = Phase.RESPONSE) -> None:
        """Call an act once, in a phase."""
        self.env.at(at_s, act, phase)

    def at_end(self, act: Act) -> None:
        """Call an act after the clock stopped at the horizon: the place to report indicators."""
        self._at_end.append(act)

    def on_change(self, act: Act) -> None:
        """Call an act whenever the timeline changed `run.city`."""
        self._on_change.append(act)

    def change(self, city: City) -> None:
        """Put a changed city in place and tell the models."""
        self.city = city
        for act in self._on_change:
            act()

    def record(self, variable: str, values: ArrayLike) -> None:
        """Keep a variable's values at the present moment, one per place.

        Raises
        ------
        UnknownItem
            The scenario declares no such variable.
        ModelError
            The run has recorded more than `MAX_SERIES_BYTES`.
        """
        self._records.setdefault(variable, []).append((self.now_s, self._kept(variable, values)))

    def series(self, variable: str, time_s: ArrayLike, values: ArrayLike) -> None:
        """Keep a whole series at once, for a recorder of its own: ends of intervals ``(n,)`` [s], values ``(n, m)``.

        Raises
        ------
        UnknownItem
            The scenario declares no such variable.
        ModelError
            The run has recorded more than `MAX_SERIES_BYTES`.
        """
        self._series[variable] = Series(time_s=np.array(time_s, dtype=float), values=self._kept(variable, values))

    def _kept(self, variable: str, values: ArrayLike) -> NDArray[Any]:
        spec = self.question.scenario.variables.get(variable)
        if spec is None:
            raise UnknownItem(variable, f"{self.question.scenario.name} declares no such variable")
        kept = np.array(values, dtype=spec.dtype)
        self._bytes += kept.nbytes
        if self._bytes > MAX_SERIES_BYTES:
            raise ModelError("recorder", f"more than {MAX_SERIES_BYTES >> 20} MB of series; lengthen the interval")
        return kept

    def table(self, table: Table) -> None:
        """Report a table of named rows.

        Raises
        ------
        UnknownItem
            The scenario declares no such table.
        """
        if self.question.scenario.tables.get(table.spec.key) != table.spec:
            raise UnknownItem(table.spec.key, f"{self.question.scenario.name} declares no such table")
        self._tables[table.spec.key] = table

    def trace(self, tracks: Tracks) -> None:
        """Keep where a sample of vehicles went."""
        self._tracks = tracks

    def indicator(self, key: str, value: float, group: str = "") -> None:
        """Report a number; NaN where it is not defined.

        Raises
        ------
        UnknownItem
            The scenario declares no such indicator, or no such group.
        """
        if key not in self.question.scenario.indicators:
            raise UnknownItem(key, f"{self.question.scenario.name} declares no such indicator")
        if group and group not in self.question.scenario.groups:
            raise UnknownItem(group, f"{self.question.scenario.name} declares no such group")
        self._indicators[(key, group)] = float(value)

    def note(self, vi: str, en: str) -> None:
        """Say something a reader of the result must know, in both languages; once each."""
        if (text := Text(vi, en)) not in self._notes:
            self._notes.append(text)

    def say(self, text: Text) -> None:
        """Report progress to whoever asked.

        Raises
        ------
        RunCancelled
            The run is no longer wanted.
        """
        if self._cancelled is not None and self._cancelled():
            raise RunCancelled(self.question.run_id, f"cancelled at {self.now_s:.0f} s of simulated time")
        if self._report is not None:
            span_s = self.env.horizon_s - self.env.begin_s
            self._report(Progress((self.now_s - self.env.begin_s) / span_s, self.now_s, text))

    def finish(self) -> RunResult:
        """Let the models report, and return the result; called by the engine when the clock has stopped."""
        for act in self._at_end:
            act()
        series = {
            key: Series(time_s=np.array([t for t, _ in rows]), values=np.stack([v for _, v in rows]))
            for key, rows in self._records.items()
        }
        declared = self.question.scenario
        return RunResult(
            run_id=self.question.run_id,
            manifest=self.question.identity(),
            specs={**declared.indicators, **declared.variables},
            groups=declared.groups,
            indicators=tuple(Indicator(k, g, v) for (k, g), v in sorted(self._indicators.items())),
            series={**series, **self._series},
            notes=tuple(self._notes),
            tables=dict(sorted(self._tables.items())),
            tracks=self._tracks,
        )
