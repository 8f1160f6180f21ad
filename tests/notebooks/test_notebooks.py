"""The notebooks run from top to bottom, and the paired files say the same."""

from pathlib import Path

import jupytext
import nbclient
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("*.py"))
SHOWN = {"01_city": ("mean_travel_time_s",), "02_traffic": ("Thời gian đi trung bình", "THÔNG BÁO PHÂN LUỒNG")}
"""What each notebook prints, whatever its figures are."""


def test_there_are_notebooks() -> None:
    assert [p.stem for p in SCRIPTS] == list(SHOWN)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_pairs_hold_the_same_cells(script: Path) -> None:
    text, paired = jupytext.read(script), jupytext.read(script.with_suffix(".ipynb"))
    assert [(c.cell_type, c.source) for c in paired.cells] == [(c.cell_type, c.source) for c in text.cells]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_notebook_runs(script: Path) -> None:
    book = jupytext.read(script)
    nbclient.NotebookClient(
        book, timeout=900, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    ).execute()
    shown = [o for c in book.cells if c.cell_type == "code" for o in c.outputs]
    assert sum("image/png" in o.get("data", {}) for o in shown) >= 3
    printed = "".join(o.get("text", "") for o in shown)
    assert [words for words in SHOWN[script.stem] if words not in printed] == []
