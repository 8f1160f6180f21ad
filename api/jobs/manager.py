"""Accepts runs, keeps them in order, starts and stops their worker processes, and tells who listens."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.jobs.processes import Workers
from api.jobs.record import OPEN, RunFolder, RunRecord, request_json, stored_runs
from api.jobs.worker import Order
from api.live.hub import Hub
from api.problems import document
from scenarios.engine.question import Question
from scenarios.engine.result import RunResult
from scenarios.engine.store import ResultStore
from twin.errors import ResultNotReady, TooManyRuns, UnknownItem

_LOOK_S = 0.1
_ASK_AGAIN = (
    "Dịch vụ dừng hoặc khởi động lại khi lượt chạy chưa xong. Bấm Chạy để chạy lại.",
    "The service stopped or began anew before the run was done. Press Run to ask again.",
)
_SMALLER = (
    "Máy có thể đã hết bộ nhớ: giảm số lần lặp, thời gian đánh giá hoặc hệ số nhu cầu, rồi chạy lại. Nếu vẫn lỗi, gửi "
    "chi tiết kỹ thuật cho người quản trị hệ thống.",
    "The machine may have run out of memory: ask for fewer replications, a shorter period or less demand. If it fails "
    "again, give the technical detail to whoever runs the service.",
)


class JobManager:
    """The runs of a service.

    Parameters
    ----------
    out
        Folder of runs and results.
    workers
        Processes for the replications of a run.
    slots
        Runs computed at the same time.
    queue_limit
        Runs that may wait.
    now
        Gives the time as ISO 8601.

    Attributes
    ----------
    results : ResultStore
    processes : Workers
    """

    def __init__(self, out: Path, *, workers: int, slots: int, queue_limit: int, now: Callable[[], str]) -> None:
        self.results = ResultStore(out / "results")
        self.processes = Workers()
        self._runs = out / "runs"
        self._workers, self._slots, self._queue_limit, self._now = workers, slots, queue_limit, now
        self._records: dict[str, RunRecord] = {}
        self._questions: dict[str, Question] = {}
        self._hubs: dict[str, Hub] = {}

    def records(self) -> list[RunRecord]:
        """Return all runs, the latest first."""
        return sorted(self._records.values(), key=lambda r: (r.created, r.id), reverse=True)

    def get(self, run_id: str) -> RunRecord:
        """Return a run.

        Raises
        ------
        UnknownItem
            No run has this id.
        """
        if run_id not in self._records:
            raise UnknownItem(run_id, f"not among the {len(self._records)} runs of this service")
        return self._records[run_id]

    def submit(self, question: Question, origin: str) -> tuple[RunRecord, bool]:
        """Take a question and return its run, and whether it is new: the same question is computed once.

        Raises
        ------
        TooManyRuns
            As many runs are waiting as the service takes.
        """
        run_id = run_id_of(question)
        known = self._records.get(run_id)
        if known is not None and (known.status in OPEN or self._answered(known)):
            return known, False
        waiting = sum(r.status == "accepted" for r in self._records.values())
        if waiting >= self._queue_limit + self._slots:
            raise TooManyRuns(question.scenario.name, f"{waiting} runs are waiting; wait for one or dismiss one")
        record = RunRecord(
            id=run_id,
            scenario=question.scenario.name,
            status="accepted",
            request=request_json(question, origin),
            created=self._now(),
        )
        self._folder(run_id).clear()
        if question.state is not None and origin == "live":
            self._folder(run_id).save_state(question.state)  # type: ignore[arg-type] # the service asks with live states
        self._questions[run_id], self._hubs[run_id] = question, Hub()
        self._put(record)
        return record, True

    def recover(self, ask_again: Callable[[RunRecord, RunFolder], Question]) -> None:
        """Read the runs of an earlier service: what was running has failed, what was waiting waits again.

        Parameters
        ----------
        ask_again
            Builds the question of a waiting run; raises `ValueError` where it cannot be asked any more.
        """
        for folder, record in stored_runs(self._runs):
            self._records[record.id], self._hubs[record.id] = record, Hub()
            if record.status == "running":
                self._finish(record.id, _failed("interrupted", "The service stopped while it ran; ask again."))
            elif record.status == "accepted":
                try:
                    self._questions[record.id] = ask_again(record, folder)
                except ValueError as error:
                    self._finish(record.id, _failed("interrupted", str(error)))

    def dismiss(self, run_id: str) -> RunRecord:
        """Stop a run at once, with all its processes; a run that is done stays as it is.

        Raises
        ------
        UnknownItem
            No run has this id.
        """
        record = self.get(run_id)
        if record.status in OPEN:
            self._folder(run_id).cancel.cancel()
            self.processes.kill(run_id)
            record = self._finish(run_id, {"status": "dismissed"})
        return record

    def answers(self, run_id: str) -> list[RunResult]:
        """Return the results of a run's replications.

        Raises
        ------
        UnknownItem
            No run has this id.
        ResultNotReady
            It is not done, failed, or was dismissed.
        """
        record = self.get(run_id)
        if record.status != "successful":
            why = record.problem["detail"] if record.problem else f"the run is {record.status}"
            raise ResultNotReady(run_id, why)
        return [self.results.get(key) for key in record.run_ids]

    def hub(self, run_id: str) -> Hub:
        """Return where a run's progress is told.

        Raises
        ------
        UnknownItem
            No run has this id.
        """
        self.get(run_id)
        return self._hubs[run_id]

    async def serve(self) -> None:
        """Start what waits, follow what runs, until cancelled."""
        while True:
            for run_id in [k for k, r in self._records.items() if r.status == "running"]:
                self._follow(run_id)
            for record in sorted(self._records.values(), key=lambda r: (r.created, r.id)):
                if record.status == "accepted" and len(self.processes) < self._slots:
                    await self._start(record)
            await asyncio.sleep(_LOOK_S)

    def close(self) -> None:
        """Stop every worker; the runs they computed have failed, those that wait stay for the next service."""
        for run_id in self.processes.runs():
            self.processes.kill(run_id)
            self._finish(run_id, _failed("interrupted", "The service stopped while it ran; ask again."))
        for hub in self._hubs.values():
            hub.close()

    def _answered(self, record: RunRecord) -> bool:
        stored = set(self.results.ids()) if record.status == "successful" else set()
        return bool(record.run_ids) and stored.issuperset(record.run_ids)

    async def _start(self, record: RunRecord) -> None:
        order = Order(self._questions[record.id], self._folder(record.id).path, self.results.folder, self._workers)
        self._put(replace(record, status="running", started=self._now()))
        await self.processes.start(record.id, order)

    def _follow(self, run_id: str) -> None:
        exit_code = self.processes.take_ended(run_id)  # before its files are read: they are whole then
        seen = self._folder(run_id).progress.latest()
        record = self._records[run_id]
        if seen is not None and (seen.fraction, seen.sim_s, seen.text._asdict()) != _shown(record):
            record = replace(record, progress=seen.fraction, sim_time=seen.sim_s, message=seen.text._asdict())
            self._records[run_id] = record
            self._tell(record)
        if exit_code is not None:
            lost = _failed("worker-died", f"The worker process ended with {exit_code} and left no result.", _SMALLER)
            self._finish(run_id, self._folder(run_id).outcome() or lost)

    def _finish(self, run_id: str, outcome: dict[str, Any]) -> RunRecord:
        self._questions.pop(run_id, None)
        record = self._records[run_id].ended(outcome, self._now())
        self._put(record)
        self._folder(run_id).sweep()
        self._hubs[run_id].close()
        return record

    def _put(self, record: RunRecord) -> None:
        self._folder(record.id).save(record)
        self._records[record.id] = record
        self._tell(record)

    def _tell(self, record: RunRecord) -> None:
        event = "progress" if record.status in OPEN else "done"
        self._hubs[record.id].publish(event, json.dumps(record.public(), ensure_ascii=False).encode())

    def _folder(self, run_id: str) -> RunFolder:
        return RunFolder(self._runs / run_id)


def run_id_of(question: Question) -> str:
    """Return the id of a run: the same question with the same number of replications has the same."""
    key = f"{question.run_id} × {question.params.replications}"
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _shown(record: RunRecord) -> tuple[float, float, dict[str, str]]:
    return record.progress, record.sim_time, record.message


def _failed(code: str, why: str, remedy: tuple[str, str] = _ASK_AGAIN) -> dict[str, Any]:
    problem = document(500, code, en="The run stopped", vi="Lượt chạy dừng giữa chừng", detail=why, remedy=remedy)
    return {"status": "failed", "problem": problem}
