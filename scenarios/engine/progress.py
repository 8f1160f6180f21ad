"""How far a run is, and whether it is still wanted; both also between processes, through a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from twin.variables import Text


@dataclass(frozen=True, slots=True)
class Progress:
    """A run's progress.

    Attributes
    ----------
    fraction : float
        0 to 1.
    sim_s : [s]
        Simulated time.
    text : Text
    """

    fraction: float
    sim_s: float
    text: Text


Report = Callable[[Progress], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class ProgressFile:
    """Reports progress as lines of JSON; hand it to a worker process and read the file from another.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def __call__(self, progress: Progress) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(progress), ensure_ascii=False) + "\n")

    def latest(self) -> Progress | None:
        """Return the last whole line, None before the first."""
        if not self.path.is_file():
            return None
        lines = self.path.read_text(encoding="utf-8").split("\n")[:-1]
        if not lines:
            return None
        data = json.loads(lines[-1])
        return Progress(data["fraction"], data["sim_s"], Text(*data["text"]))


@dataclass(frozen=True, slots=True)
class CancelFile:
    """Says that a run is cancelled as soon as a file exists.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def __call__(self) -> bool:
        return self.path.exists()

    def cancel(self) -> None:
        """Cancel the run."""
        self.path.touch()
