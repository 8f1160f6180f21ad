"""The process that computes one run: it ends with the service, and its last word is a file."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.jobs.record import OUTCOME, RunFolder, write_whole
from api.problems import document, problem_of
from scenarios.engine.question import Question
from scenarios.engine.replicate import answer_all
from scenarios.engine.store import ResultStore
from twin.errors import TwinError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What a worker is to compute.

    Attributes
    ----------
    question : Question
        With the number of replications in its parameters.
    folder : Path
        Folder of the run.
    results : Path
        Folder of the store of results.
    workers : int
        Processes for the replications.
    """

    question: Question
    folder: Path
    results: Path
    workers: int


def work(order: Order) -> None:
    """Compute a run and leave its outcome; called in a process of its own, which leads a process group."""
    os.setsid()
    tempfile.tempdir = str(order.folder)  # a killed worker leaves nothing elsewhere
    threading.Thread(target=_end_with_parent, daemon=True).start()
    compute(order)


def compute(order: Order) -> None:
    """Compute a run and leave its outcome, whatever happens."""
    folder = RunFolder(order.folder)
    try:
        results = answer_all(
            order.question.replications(order.question.params.replications),
            workers=order.workers,
            store=ResultStore(order.results),
            report=folder.progress,
            cancelled=folder.cancel,
        )
        outcome: dict[str, Any] = {"status": "successful", "run_ids": [r.run_id for r in results]}
    except TwinError as error:
        outcome = {"status": "failed", "problem": problem_of(error)}
    except Exception as error:
        log.exception("run %s failed", order.folder.name)
        why = f"{type(error).__name__}: {error}"
        problem = document(500, "internal-error", en="The run failed", vi="Lượt chạy bị lỗi", detail=why)
        outcome = {"status": "failed", "problem": problem}
    write_whole(folder.path / OUTCOME, [json.dumps(outcome, ensure_ascii=False)])


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.killpg(os.getpgid(0), signal.SIGKILL)
