"""Results on disk: whole or not at all, equal when read back, found by the question."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import scenarios
from scenarios.engine.result import MANIFEST, SERIES, Indicator, RunResult, Series
from scenarios.engine.store import ResultStore
from tests.scenarios.plugins import COUNT, TOTAL, dice
from twin.errors import SchemaError, UnknownItem
from twin.testing.toy import toy_city
from twin.variables import Text

values = arrays(np.float32, (3, 4), elements=st.floats(allow_infinity=False, width=32))


@given(values, st.floats(allow_infinity=False), st.text())
def test_files_round_trip(series: np.ndarray, value: float, words: str) -> None:
    result = RunResult(
        "ab" * 32,
        {"seed": 1},
        {"count": COUNT, "total": TOTAL},
        {"car": Text("Ô tô", "Cars")},
        (Indicator("total", "", value),),
        {"count": Series(time_s=np.arange(3.0), values=series)},
        (Text(words, "note"),),
    )
    again = RunResult.from_files(result.files())
    assert again == result
    np.testing.assert_array_equal(again.series["count"].values, series)
    assert not again.series["count"].values.flags.writeable


def test_same_question_finds_the_same_answer(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    question = scenarios.ask(toy_city(), dice)
    assert store.find(question.run_id) is None
    first = scenarios.run(toy_city(), dice, store=store)
    assert store.ids() == [question.run_id]
    written = (tmp_path / question.run_id / MANIFEST).stat().st_mtime_ns

    def never(_: object) -> None:
        pytest.fail("the stored answer was computed again")

    assert scenarios.run(toy_city(), dice, store=store, report=never) == first
    store.save(first)
    assert (tmp_path / question.run_id / MANIFEST).stat().st_mtime_ns == written
    assert sorted(p.name for p in (tmp_path / question.run_id).iterdir()) == [MANIFEST, SERIES]


def test_half_written_result_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = scenarios.run(toy_city(), dice)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        ResultStore(tmp_path).save(result)
    assert list(tmp_path.iterdir()) == []


def test_unknown_run_and_other_format_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownItem, match="not among the 0 stored runs"):
        ResultStore(tmp_path).get("../../etc")
    with pytest.raises(SchemaError, match="format 9, expected 1"):
        RunResult.from_files({MANIFEST: b'{"format":9}', SERIES: b""})
