"""Tables and tracks: read back as written, joined by id, compared pair by pair."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from scenarios.engine.compare_tables import compare_tables
from scenarios.engine.result import TABLES, TRACKS, RunResult
from scenarios.engine.run import Run
from scenarios.engine.tables import Table, Tracks
from scenarios.facade import ask
from tests.scenarios.plugins import dice
from twin.errors import UnknownItem
from twin.testing.toy import toy_city
from twin.variables import TableSpec, Text, VariableSpec

FLOW = VariableSpec("flow_veh_h", "veh/h", "float64", "bridge", Text("Lưu lượng", "Flow"))
DELAY = VariableSpec("delay_s", "s", "float64", "bridge", Text("Chậm trễ", "Delay"))
SPEC = TableSpec("bridges", Text("Cầu", "Bridges"), (FLOW, DELAY), "flow_veh_h", 5)


def table(values: np.ndarray, ids: str = "abc") -> Table:
    n = len(ids)
    names = np.array([f"Cầu {i}" for i in ids], dtype=str)
    return Table(
        spec=SPEC, ids=np.array(list(ids)), names=names, groups=np.full(n, "Sông"), xy_m=np.zeros((n, 2)), values=values
    )


def tracks() -> Tracks:
    return Tracks(
        classes=np.array(["motorcycle", "car"]),
        kind=np.array([0, 1], np.uint8),
        first=np.array([0, 2, 3]),
        link=np.array([4, 5, 6], np.int32),
        entered_s=np.array([1.5, 2.5, 0.0], np.float32),
        left_s=np.array([9.0, 8.0], np.float32),
    )


@settings(deadline=None)  # a busy machine is no fault
@given(arrays(np.float64, (3, 2), elements=st.floats(allow_infinity=False)), st.sampled_from([None, tracks()]))
def test_what_is_written_reads_back_and_is_the_same_bytes(values: np.ndarray, found: Tracks | None) -> None:
    made = RunResult("ab" * 32, {"seed": 1}, {}, {}, (), {}, (), {"bridges": table(values)}, found)
    files = made.files()
    assert (TRACKS in files) == (found is not None)
    again = RunResult.from_files(files)
    assert again.files() == files
    np.testing.assert_array_equal(again.tables["bridges"].values, values)
    assert again.tables["bridges"].spec == SPEC
    assert again.tables["bridges"].names.tolist() == ["Cầu a", "Cầu b", "Cầu c"]
    if again.tracks is not None:
        assert again.tracks.link.tolist() == [4, 5, 6]
        assert not again.tracks.link.flags.writeable


def test_a_result_without_tables_has_no_file_for_them() -> None:
    assert TABLES not in RunResult("ab" * 32, {"seed": 1}, {}, {}, (), {}, ()).files()


def test_a_table_says_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="table bridges: 3 ids and 2 columns"):
        table(np.zeros((3, 3)))
    with pytest.raises(ValueError, match="ids are not unique"):
        table(np.zeros((3, 2)), "aab")


def test_a_run_takes_only_tables_its_scenario_declares() -> None:
    with pytest.raises(UnknownItem, match="dice declares no such table"):
        Run(ask(toy_city(), dice), toy_city()).table(table(np.zeros((3, 2))))


def test_rows_are_joined_by_id_and_paired_by_seed() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    before = [rng.normal(size=(3, 2)) for _ in range(4)]
    after = [b + rng.normal(size=(3, 2)) for b in before]
    pairs = [(table(b), table(a[::-1], "cba")) for b, a in zip(before, after, strict=True)]
    made = compare_tables(pairs, level=0.9)
    change = np.stack(after) - np.stack(before)
    assert made.ids.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(made.difference, change.mean(axis=0))
    wide = stats.t.interval(0.9, 3, loc=0.0, scale=stats.sem(change, axis=0))[1]
    np.testing.assert_allclose(made.half_width, wide)


def test_a_row_of_one_world_only_has_no_difference_and_is_named() -> None:
    made = compare_tables([(table(np.ones((3, 2))), table(np.full((3, 2), 3.0), "abd"))], level=0.95)
    assert made.ids.tolist() == ["a", "b", "c", "d"]
    assert made.names.tolist()[3] == "Cầu d"
    assert made.difference[:, 0].tolist()[:2] == [2.0, 2.0]
    assert np.isnan(made.difference[2:]).all()
    assert np.isnan(made.half_width).all(), "one pair gives no interval"


def test_rows_come_in_the_order_of_what_changed_most() -> None:
    made = compare_tables([(table(np.zeros((3, 2))), table(np.array([[1.0, 0], [np.nan, 0], [5.0, 0]])))], level=0.95)
    assert made.ids[made.order("flow_veh_h", difference=True)].tolist() == ["c", "a", "b"]
