"""Plays a day of observations at a chosen speed: a recorded file, or any iterable in order of event time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from twin.errors import RequestError, SchemaError
from twin.live.observation import Observation
from twin.live.ports import Clock
from vision_bridge.codec import read_lines

MIN_SPEED_X, MAX_SPEED_X = 1.0, 600.0
KEPT_FAULTS = 100


@dataclass(frozen=True)
class RecordedDay:
    """What a recorded file holds.

    Attributes
    ----------
    observations : tuple of Observation
        In order of event time.
    bad_lines : int
    faults : tuple of SchemaError
        The first `KEPT_FAULTS` of them.
    """

    observations: tuple[Observation, ...]
    bad_lines: int
    faults: tuple[SchemaError, ...]


def read_day(path: Path) -> RecordedDay:
    """Read a recorded day; bad lines are counted and named, the rest is used.

    Raises
    ------
    SchemaError
        The file cannot be read, or not one line of it holds an observation.
    """
    observations: list[Observation] = []
    faults: list[SchemaError] = []
    bad = 0
    try:
        with path.open("rb") as file:
            for item in read_lines(file, file=str(path)):
                if isinstance(item, SchemaError):
                    bad += 1
                    faults += [item] if len(faults) < KEPT_FAULTS else []
                else:
                    observations.append(item)
    except OSError as error:
        raise SchemaError(str(path), f"cannot be read ({error.strerror})", "Give a recorded day (.ndjson).") from error
    if not observations:
        why = f"no observation in the file ({bad} bad lines)" + (f"; the first: {faults[0].why}" if faults else "")
        raise SchemaError(str(path), why, "Write one with hue-twin live day.", row=faults[0].row if faults else None)
    observations.sort(key=lambda o: (o.at_s, o.sensor))
    return RecordedDay(tuple(observations), bad, tuple(faults))


@dataclass
class ReplayClock:
    """The replayed time: runs from `start_s` as fast as asked, paced by a clock that never runs backwards.

    Attributes
    ----------
    pace : Clock
    start_s : [s]
        Replayed time at the moment the clock was made, seconds since 1970 UTC.
    speed_x : float
        Replayed seconds per real second.
    """

    pace: Clock
    start_s: float
    speed_x: float
    _zero_s: float = field(init=False)

    def __post_init__(self) -> None:
        if not MIN_SPEED_X <= self.speed_x <= MAX_SPEED_X:
            raise RequestError(f"×{self.speed_x:g}", f"a replay runs at ×{MIN_SPEED_X:g} to ×{MAX_SPEED_X:g}")
        self._zero_s = self.pace.now_s()

    def now_s(self) -> float:
        """Return the replayed time [s]."""
        return self.start_s + (self.pace.now_s() - self._zero_s) * self.speed_x


class Replay:
    """A source that hands out observations as their arrival comes due.

    Parameters
    ----------
    name
        The feed as an operator knows it.
    observations
        In order of event time; late ones may follow in a later call.
    """

    def __init__(self, name: str, observations: Iterable[Observation]) -> None:
        self._name = name
        self._rest: Iterator[Observation] = iter(observations)
        self._next: Observation | None = next(self._rest, None)

    @property
    def name(self) -> str:
        """The feed as an operator knows it."""
        return self._name

    @property
    def ended(self) -> bool:
        """Whether everything was handed out."""
        return self._next is None

    def due(self, now_s: float) -> list[Observation]:
        """Return what happened up to a moment and was not handed out yet."""
        found: list[Observation] = []
        while self._next is not None and self._next.at_s <= now_s:
            found.append(self._next)
            self._next = next(self._rest, None)
        return found
