"""Many runs over processes or threads: replications of one question, and paired ones of a baseline and a what-if."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from pathlib import Path

from scenarios.engine.progress import Cancelled, Progress, ProgressFile, Report
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
        Processes; 1 runs here. Each worker loads the compiled kernels from numba's cache. Runs of a scenario whose work
        is compiled are threads of this process instead: the city and what is the same in all runs is there once. A
        single run may use as many threads itself.
    store
        Answers found there are not computed again; new ones are saved.
    report
        Told how far all runs together are, also while they are computed.
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
            answer(q, store=store, report=_part(report, k, len(questions)), cancelled=cancelled, threads=workers)
            for k, q in enumerate(questions)
        ]
    with tempfile.TemporaryDirectory(prefix="progress-") as folder:
        files = [ProgressFile(Path(folder) / str(k)) for k in range(len(questions))]
        some = min(workers, len(questions))
        pool: Executor
        if all(q.scenario.compiled for q in questions):
            stop = _Stop(cancelled)
            pool = ThreadPoolExecutor(some)
            futures = [
                pool.submit(answer, q, store=store, report=files[k], cancelled=stop) for k, q in enumerate(questions)
            ]
        else:
            stop = None
            context = multiprocessing.get_context("spawn")  # a forked copy of a threaded server may hang
            settings = (tuple(questions), store.folder if store else None, tuple(files), cancelled)
            pool = ProcessPoolExecutor(some, context, _prepare, settings)
            futures = [pool.submit(_work, k) for k in range(len(questions))]
        try:
            _collect(futures, files, report, cancelled)
            return [f.result() for f in futures]
        finally:
            if stop is not None:
                stop.now = True
            pool.shutdown(wait=True, cancel_futures=True)


class _Stop:
    """Tells the threads of a study to stop: somebody cancelled it, or one of its runs failed."""

    def __init__(self, asked: Cancelled | None) -> None:
        self._asked, self.now = asked, False

    def __call__(self) -> bool:
        return self.now or (self._asked is not None and self._asked())


def _part(report: Report | None, k: int, n: int) -> Report | None:
    if report is None:
        return None
    return lambda p: report(Progress((k + p.fraction) / n, p.sim_s, p.text))


def _collect(
    futures: list[Future[RunResult]],
    files: list[ProgressFile],
    report: Report | None,
    cancelled: Cancelled | None,
) -> None:
    left, told = set(futures), 0.0
    while left:
        done, left = wait(left, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
        if cancelled is not None and cancelled():
            raise RunCancelled("replications", f"cancelled after {len(futures) - len(left)} of {len(futures)} runs")
        if report is not None and (all_told := _together(futures, files)).fraction > told:
            told = all_told.fraction
            report(all_told)


def _together(futures: list[Future[RunResult]], files: list[ProgressFile]) -> Progress:
    """Return how far all runs together are; the simulated time is that of the last one under way."""
    n, done = len(futures), sum(f.done() for f in futures)
    seen = [None if f.done() else file.latest() for f, file in zip(futures, files, strict=True)]
    under_way = [p for p in seen if p is not None]
    fraction = (done + sum(p.fraction for p in under_way)) / n
    sim_s = min((p.sim_s for p in under_way), default=0.0)
    return Progress(fraction, sim_s, Text(f"{done}/{n} lần chạy xong", f"{done}/{n} runs done"))


_questions: tuple[Question, ...] = ()
_store: ResultStore | None = None
_files: tuple[ProgressFile, ...] = ()
_cancelled: Cancelled | None = None


def _prepare(
    questions: tuple[Question, ...], folder: Path | None, files: tuple[ProgressFile, ...], cancelled: Cancelled | None
) -> None:
    # A worker's only state: the city travels once per worker and not once per run.
    global _questions, _store, _files, _cancelled
    _questions, _store, _files, _cancelled = questions, ResultStore(folder) if folder else None, files, cancelled


def _work(k: int) -> RunResult:
    return answer(_questions[k], store=_store, report=_files[k], cancelled=_cancelled)
