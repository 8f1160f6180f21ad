"""Results on disk: a folder per run, written whole or not at all; the same question finds the same answer."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scenarios.engine.result import MANIFEST, SERIES, TABLES, TRACKS, RunResult
from twin.errors import UnknownItem


class ResultStore:
    """A folder of results.

    Parameters
    ----------
    folder
        Made when the first result is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Return the ids of the stored runs, sorted."""
        return sorted(p.parent.name for p in self.folder.glob(f"*/{MANIFEST}") if not p.parent.name.startswith("."))

    def find(self, run_id: str) -> RunResult | None:
        """Return a stored result, None where the question was not answered yet."""
        place = self.folder / run_id
        if run_id not in self.ids():
            return None
        kept = [place / name for name in (MANIFEST, SERIES, TABLES, TRACKS) if (place / name).is_file()]
        return RunResult.from_files({path.name: path.read_bytes() for path in kept})

    def get(self, run_id: str) -> RunResult:
        """Return a stored result.

        Raises
        ------
        UnknownItem
            No run has this id.
        """
        found = self.find(run_id)
        if found is None:
            raise UnknownItem(run_id, f"not among the {len(self.ids())} stored runs")
        return found

    def save(self, result: RunResult) -> Path:
        """Write a result and return its folder; where another process was first, its equal copy stays."""
        place = self.folder / result.run_id
        if (place / MANIFEST).is_file():
            return place
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.folder))
        try:
            for name, content in result.files().items():
                with (draft / name).open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
            draft.chmod(0o755)
            try:
                draft.rename(place)
            except OSError:
                if not (place / MANIFEST).is_file():
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return place
