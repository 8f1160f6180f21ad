"""The worker processes of runs: started by spawn, killed with everything they started."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from multiprocessing.context import SpawnProcess

from api.jobs.worker import Order, work

_GONE_WITHIN_S = 1.0


class Workers:
    """Processes by the run they compute."""

    def __init__(self) -> None:
        self._processes: dict[str, SpawnProcess] = {}

    def __len__(self) -> int:
        return len(self._processes)

    def runs(self) -> list[str]:
        """Return the runs that have a process."""
        return list(self._processes)

    def pid(self, run_id: str) -> int | None:
        """Return the process id of a run; None before it started."""
        return self._processes[run_id].pid

    async def start(self, run_id: str, order: Order) -> None:
        """Start the process of a run; handing over the city takes a moment, so not in the event loop."""
        process = multiprocessing.get_context("spawn").Process(target=work, args=(order,), name=f"run {run_id}")
        self._processes[run_id] = process
        await asyncio.to_thread(process.start)
        if self._processes.get(run_id) is not process:  # killed while it started
            _kill(process)

    def take_ended(self, run_id: str) -> int | None:
        """Return the exit code of a run whose process ended, and forget it; None while it lives or starts."""
        process = self._processes[run_id]
        if process.pid is None or process.is_alive():
            return None
        del self._processes[run_id]
        return process.exitcode

    def kill(self, run_id: str) -> None:
        """Kill the process of a run, if it has one, with all processes it started, and forget it."""
        process = self._processes.pop(run_id, None)
        if process is not None and process.pid is not None:
            _kill(process)


def _kill(process: SpawnProcess) -> None:
    if process.pid is None:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # it has not made its group yet, or it is gone
        process.kill()
    process.join(_GONE_WITHIN_S)
