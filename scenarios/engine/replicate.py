"""Many runs over a process pool: replications of one question, and paired ones of a baseline and a what-if."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path

from scenarios.engine.progress import Cancelled, Progress, Report
from scenarios.engine.question import Question
from scenarios.engine.result import RunResult
from scenarios.engine.runner import answer
from scenarios.engine.store import ResultStore
from twin.errors import RunCancelled
from twin.variables import Text

_LOOK_S = 0.5


def answer_all(
    questions: Sequence[Question],
    *,
    workers: int = 1,
    store: ResultStore | None = None,
    report: Report | None = None,
    cancelled: Cancelled | None = None,
) -> list[RunResult]:
    """Run several questions and return the answers in their order.

    Parameters
    ----------
    questions
    workers
        Processes; 1 runs here. Each worker loads the compiled kernels from numba's cache.
    store
        Answers found there are not computed again; new ones are saved.
    report
        Told after each answer (with one worker, within a run as well).
    cancelled
        Looked at here, and inside the workers where it can be pickled, as a `CancelFile` can.

    Raises
    ------
    RunCancelled
        `cancelled` said so.
    TwinError
        The first error of a run; it survives the way out of the worker.
    """
    if workers <= 1 or len(questions) <= 1:
        return [
            answer(q, store=store, report=_part(report, k, len(questions)), cancelled=cancelled)
            for k, q in enumerate(questions)
        ]
    context = multiprocessing.get_context("spawn")  # a forked copy of a threaded server may hang
    settings = (tuple(questions), store.folder if store else None, cancelled)
    with ProcessPoolExecutor(min(workers, len(questions)), context, _prepare, settings) as pool:
        futures = [pool.submit(_work, k) for k in range(len(questions))]
        try:
            _collect(futures, report, cancelled)
            return [f.result() for f in futures]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _part(report: Report | None, k: int, n: int) -> Report | None:
    if report is None:
        return None
    return lambda p: report(Progress((k + p.fraction) / n, p.sim_s, p.text))


def _collect(futures: list[Future[RunResult]], report: Report | None, cancelled: Cancelled | None) -> None:
    left = set(futures)
    while left:
        done, left = wait(left, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        if cancelled is not None and cancelled():
            raise RunCancelled("replications", f"cancelled after {len(futures) - len(left)} of {len(futures)} runs")
        if done and report is not None:
            n = len(futures) - len(left)
            report(Progress(n / len(futures), 0.0, Text(f"{n}/{len(futures)} lần chạy", f"{n}/{len(futures)} runs")))


_questions: tuple[Question, ...] = ()
_store: ResultStore | None = None
_cancelled: Cancelled | None = None


def _prepare(questions: tuple[Question, ...], folder: Path | None, cancelled: Cancelled | None) -> None:
    # A worker's only state: the city travels once per worker and not once per run.
    global _questions, _store, _cancelled
    _questions, _store, _cancelled = questions, ResultStore(folder) if folder else None, cancelled


def _work(k: int) -> RunResult:
    return answer(_questions[k], store=_store, cancelled=_cancelled)
