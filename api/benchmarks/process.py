"""A piece of work handed to another process and its answer back, so that engines cannot disturb one another."""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
Options = Mapping[str, Any]
Run = Callable[[Arrays, Options], "Answer"]

_THREAD_NUMBERS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Answer:
    """What an engine did.

    Attributes
    ----------
    version : str
    cpu_s, wall_s : float [s]
        Of what its side says that it includes: processor time, which a busy machine hardly changes, and time by the
        clock.
    values
        What it found: arrivals, gaps.
    peak_mb : [MB]
        Greatest memory of its process, all included.
    process_s : [s]
        Of a whole job: processor time of its whole process, start, imports and loading of compiled code included; NaN
        where nobody asked.
    """

    version: str
    cpu_s: float
    wall_s: float
    values: Arrays = field(default_factory=dict)
    peak_mb: float = 0.0
    process_s: float = math.nan


@dataclass(frozen=True)
class Failed:
    """Why an engine gave no answer."""

    reason: str


class Timer:
    """Processor and clock time since it was made."""

    def __init__(self) -> None:
        self._from = process_time(), perf_counter()

    def stop(self) -> tuple[float, float]:
        """Return the processor time and the time by the clock since then [s]."""
        return process_time() - self._from[0], perf_counter() - self._from[1]


def run_apart(module: str, work: Arrays, options: Options, *, timeout_s: float) -> Answer | Failed:
    """Run a peer's module on a piece of work in its own process.

    Parameters
    ----------
    module
        Dotted name; its `run(work, options)` does the work.
    options
        With `threads`, its libraries are told of no more, or they would spin on idle ones.
    timeout_s : [s]
        Time after which the process is ended.
    """
    threads = [f"{name}={options['threads']}" for name in _THREAD_NUMBERS] if "threads" in options else []
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "work.npz", Path(folder) / "answer.npz"
        np.savez(given, allow_pickle=False, **work)
        command = [sys.executable, "-m", module, str(given), str(made), json.dumps(options)]
        command = ["env", *threads, *command] if threads else command
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            return Failed(f"not done after {timeout_s:.0f} s")
        if done.returncode != 0:
            return Failed((done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"])[-1])
        with np.load(made) as answer:
            values = {name: answer[name] for name in answer.files}
    numbers = {name: float(values.pop(name)) for name in ("cpu_s", "wall_s", "peak_mb", "process_s")}
    return Answer(str(values.pop("version")), values=values, **numbers)


def timed_program(command: Sequence[str]) -> tuple[str, float, float]:
    """Run a program; return what it printed, its processor time and its time by the clock [s].

    Raises
    ------
    RuntimeError
        It ended with an error.
    """
    before, timer = resource.getrusage(resource.RUSAGE_CHILDREN), Timer()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 # a peer's own program
    after, (_, wall_s) = resource.getrusage(resource.RUSAGE_CHILDREN), timer.stop()
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall_s


def peer_main(run: Run) -> None:
    """Read the work named on the command line, run it, write the answer."""
    given, made, options = sys.argv[1:4]
    with np.load(given) as arrays:
        work = {name: arrays[name] for name in arrays.files}
    answer = run(work, json.loads(options))
    children_kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    np.savez(
        made,
        allow_pickle=False,
        version=answer.version,
        cpu_s=answer.cpu_s,
        wall_s=answer.wall_s,
        peak_mb=max(_peak_kb(), children_kb) / 1024,
        process_s=answer.process_s,
        **answer.values,
    )


def _peak_kb() -> int:
    """Return the process's greatest memory [kB]; the count of `getrusage` would begin with that of its parent."""
    status = Path("/proc/self/status")
    if not status.exists():
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
