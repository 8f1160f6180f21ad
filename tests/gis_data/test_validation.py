"""Numbers and dates as people write them, and the report of what they wrote wrong."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_data.validation import Faults, Rule, dates, numbers, texts
from twin.errors import SchemaError, ValidationFailed


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("120,5", 120.5),
        ("120.5", 120.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        (" 1 234 ", 1234.0),
        ("-3", -3.0),
        ("1e3", 1000.0),
        ("", None),
        ("12 m2", None),
        ("1.2.3", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_numbers(written: str, number: float | None) -> None:
    (got,) = numbers(pd.Series([written]))
    assert (None if np.isnan(got) else got) == number


@given(st.floats(-1e9, 1e9), st.sampled_from(".,"))
def test_a_number_reads_as_it_was_written(value: float, mark: str) -> None:
    written = f"{value:.4f}".replace(".", mark)
    assert numbers(pd.Series([written]))[0] == float(f"{value:.4f}")


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_day_reads_in_both_orders(day: date) -> None:
    got = dates(pd.Series([day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}"]))
    assert got.tolist() == [day] * 3


def test_codes_read_from_numbers_have_no_point() -> None:
    assert texts(pd.Series([19789.0, None, 7.0])) == ["19789", "", "7"]
    assert texts(pd.Series([19789, 7])) == ["19789", "7"]
    assert texts(pd.Series([" 7a ", None, pd.NA], dtype=object)) == ["7a", "", ""]


def test_a_long_report_is_cut_for_people_and_whole_for_machines() -> None:
    faults = Faults("a.gpkg")
    faults.check(pd.DataFrame({"width_m": ["x"] * 1000}), {"width_m": Rule("number")}, {"width_m": "RONG"})
    with pytest.raises(ValidationFailed) as caught:
        faults.raise_if_any()
    assert len(caught.value.faults) == 1000
    assert [f.row for f in caught.value.faults] == list(range(1, 1001))
    lines = str(caught.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "… and 950 faults more"


def test_an_empty_cell_is_a_fault_only_where_it_is_needed() -> None:
    frame = pd.DataFrame({"kind": ["", None, "shelter"], "capacity": ["", None, "5"]})
    faults = Faults("a.gpkg")
    faults.check(frame, {"kind": Rule(required=True), "capacity": Rule("number", low=0)}, {})
    assert [str(f) for f in faults.found] == [
        "a.gpkg, row 1, field kind: is empty. Fill it in.",
        "a.gpkg, row 2, field kind: is empty. Fill it in.",
    ]


def test_an_attempt_keeps_every_fault_and_lets_other_errors_out() -> None:
    faults = Faults("a.gpkg")

    def bad() -> None:
        raise ValidationFailed((SchemaError("b", "why", "do"), SchemaError("c", "why", "do")))

    assert faults.attempt(bad) is None
    assert [f.file for f in faults.found] == ["b", "c"]
    with pytest.raises(ZeroDivisionError):
        faults.attempt(lambda: 1 // 0)
