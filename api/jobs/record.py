"""What is written down about a run: its question and its status, a folder per run, each file whole or absent."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from scenarios.engine.progress import CancelFile, ProgressFile
from scenarios.engine.question import Question
from scenarios.engine.timeline import intervention_json
from twin.live.state import LiveState
from vision_bridge.codec import encode

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
OPEN: frozenset[Status] = frozenset({"accepted", "running"})

STATUS, OUTCOME, STATE = "status.json", "outcome.json", "state.ndjson"
log = logging.getLogger(__name__)

WAITING = {"vi": "Đang chờ", "en": "Waiting"}


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """The status of a run.

    Attributes
    ----------
    id, scenario, status : str
    progress : float
        0 to 1.
    sim_time : [s]
        Simulated time reached; negative during the warm-up.
    message : dict
        What it is doing, under ``vi`` and ``en``.
    created, started, finished : str or None
        ISO 8601.
    problem : dict or None
        Problem document of a failed run.
    run_ids : tuple of str
        Ids of the replications in the store of results.
    request : dict
        The question: parameters, interventions, seed, replications and where it started from.
    """

    id: str
    scenario: str
    status: Status
    request: dict[str, Any]
    created: str
    progress: float = 0.0
    sim_time: float = 0.0
    message: dict[str, str] = field(default_factory=lambda: dict(WAITING))
    started: str | None = None
    finished: str | None = None
    problem: dict[str, Any] | None = None
    run_ids: tuple[str, ...] = ()

    def ended(self, outcome: dict[str, Any], finished: str) -> RunRecord:
        """Return the status after the run ended with an outcome: its status, and its runs or its problem."""
        return replace(
            self,
            status=outcome["status"],
            finished=finished,
            problem=outcome.get("problem"),
            run_ids=tuple(outcome.get("run_ids", ())),
            progress=1.0 if outcome["status"] == "successful" else self.progress,
        )

    def public(self) -> dict[str, Any]:
        """Return the status as clients see it."""
        return asdict(self) | {"run_ids": list(self.run_ids)}


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @property
    def progress(self) -> ProgressFile:
        """Where the worker reports."""
        return ProgressFile(self.path / "progress.ndjson")

    @property
    def cancel(self) -> CancelFile:
        """What tells the worker to stop."""
        return CancelFile(self.path / "cancelled")

    def save(self, record: RunRecord) -> None:
        """Write the status; on disk before this returns."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(self.path / STATUS, [json.dumps(record.public(), ensure_ascii=False, indent=1)])

    def load(self) -> RunRecord:
        """Return the status."""
        data = json.loads((self.path / STATUS).read_text(encoding="utf-8"))
        return RunRecord(**data | {"run_ids": tuple(data["run_ids"])})

    def save_state(self, state: LiveState) -> None:
        """Write the live state a run starts from, as a recorded day whose first line is its moment."""
        self.path.mkdir(parents=True, exist_ok=True)
        known = [encode(o) for o in (*state.latest, *state.health) if o is not None]
        write_whole(self.path / STATE, [json.dumps({"as_of_s": state.as_of_s}), *known])

    def clear(self) -> None:
        """Take away what an earlier attempt left."""
        for name in ("progress.ndjson", "cancelled", OUTCOME):
            (self.path / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Take away the drafts of a worker that was killed."""
        for draft in self.path.glob("*/"):
            shutil.rmtree(draft, ignore_errors=True)

    def outcome(self) -> dict[str, Any] | None:
        """Return what the worker left as its last word; None where it died before."""
        path = self.path / OUTCOME
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def stored_runs(runs: Path) -> Iterator[tuple[RunFolder, RunRecord]]:
    """Yield the runs kept in a folder; one that cannot be read is named in the log and left alone."""
    for path in sorted(runs.glob(f"*/{STATUS}")):
        folder = RunFolder(path.parent)
        try:
            record = folder.load()
        except (ValueError, TypeError, KeyError, OSError) as error:
            log.warning("run %s cannot be read: %s", path.parent.name, error)
            continue
        yield folder, record


def request_json(question: Question, origin: str) -> dict[str, Any]:
    """Return a question as JSON from which it can be asked again."""
    return {
        "scenario": question.scenario.name,
        "city": question.city.name,
        "city_digest": question.city.digest,
        "params": question.params.model_dump(mode="json"),
        "interventions": [intervention_json(i) for i in question.interventions],
        "seed": question.seed,
        "from": origin,
    }


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write a text file that is either whole on disk or absent."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
