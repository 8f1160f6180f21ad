"""All faults of a file in one report: pandera finds them, each with its row, its reason and its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from twin.errors import DataError, SchemaError, ValidationFailed

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(([.]\d{3})+,\d+|(,\d{3})+[.]\d+)")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column must hold.

    Attributes
    ----------
    kind : str
        One of text, number, date.
    required : bool
        Whether a row may lack it.
    low, high : float
        Range of a number, both ends allowed.
    choices : tuple of str
        The only texts allowed; empty for any.
    """

    kind: str = "text"
    required: bool = False
    low: float = -np.inf
    high: float = np.inf
    choices: tuple[str, ...] = ()


@dataclass(slots=True)
class Faults:
    """Collects the faults of one layer.

    Attributes
    ----------
    file, layer : str
    first_row : int
        The number a user sees beside the first record: 1 in a layer, 2 in a spreadsheet with a heading.
    """

    file: str
    layer: str = ""
    rows: NDArray[np.int64] | None = None
    found: list[DataError] = field(default_factory=list)

    def add(self, why: str, remedy: str, *, record: int | None = None, column: str = "") -> None:
        """Add a fault; `record` counts from 0 in the frame."""
        row = record if record is None else record + 1 if self.rows is None else int(self.rows[record])
        self.found.append(SchemaError(self.file, why, remedy, self.layer, row, column))

    def attempt(self, work: Callable[[], Any]) -> Any:
        """Return what the work gives, or None after keeping the fault it raised."""
        try:
            return work()
        except ValidationFailed as error:
            self.found.extend(error.faults)
        except DataError as error:
            self.found.append(error)
        return None

    def check(self, frame: pd.DataFrame, rules: dict[str, Rule], names: dict[str, str]) -> None:
        """Check every column of a frame; `names` gives the column's name in the file, for the report."""
        schema = pa.DataFrameSchema({c: _column(rules[c]) for c in rules if c in frame}, strict=False)
        try:
            schema.validate(frame.reset_index(drop=True), lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases
            cases = cases.assign(record=cases["index"].astype(float)).sort_values("record", kind="stable")
            for case in cases.itertuples():
                why, remedy = _sentence(str(case.check), case.failure_case)
                name = names.get(str(case.column), str(case.column))
                self.add(why, remedy, record=int(case.record), column=name)

    def raise_if_any(self) -> None:
        """Raise the whole report when there is a fault.

        Raises
        ------
        ValidationFailed
            Something was added.
        """
        if self.found:
            raise ValidationFailed(tuple(self.found))


def numbers(values: pd.Series[Any]) -> NDArray[np.float64]:
    """Return numbers ``(n,)`` of a column written with a decimal point or comma; NaN where empty or no number."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.array([_number(v) for v in values], dtype=np.float64)


def dates(values: pd.Series[Any]) -> NDArray[np.datetime64]:
    """Return days ``(n,)`` written as 2025-07-01 or 01/07/2025; NaT where empty or no date."""
    return np.array([_date(v) for v in values], dtype="datetime64[D]")


def texts(values: pd.Series[Any]) -> list[str]:
    """Return a column as stripped text, whole numbers without a decimal point, empty where nothing is written."""
    if pd.api.types.is_integer_dtype(values) and not values.isna().any():
        return [str(v) for v in values.tolist()]
    return [_text(v) for v in values.tolist()]


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if _blank(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is pd.NaT or value is pd.NA or value != value  # NaN differs from itself


def _number(value: object) -> float:
    if _blank(value):
        return np.nan
    if isinstance(value, int | float | np.number):
        return float(value)
    text = str(value).strip().replace("\xa0", "").replace(" ", "")
    if _GROUPED.fullmatch(text):
        mark = max(text.rfind(","), text.rfind("."))
        text = re.sub(r"[.,]", "", text[:mark]) + "." + text[mark + 1 :]
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else np.nan


def _date(value: object) -> np.datetime64:
    if _blank(value):
        return np.datetime64("NaT", "D")
    text = str(value).strip()
    if said := _VIETNAMESE_DATE.fullmatch(text):
        text = f"{said[3]}-{int(said[2]):02d}-{int(said[1]):02d}"
    try:
        return np.datetime64(text[:10], "D") if len(text) >= len("2025-07-01") else np.datetime64("NaT", "D")
    except ValueError:
        return np.datetime64("NaT", "D")


def _column(rule: Rule) -> pa.Column:
    checks = []
    if rule.kind == "number":
        checks.append(_check(lambda s: ~np.isnan(numbers(s)), "is no number", "Write digits with a decimal point."))
        lowest, highest = f"{rule.low:g}", f"{rule.high:g}"
        checks.append(_check(lambda s: ~(numbers(s) < rule.low), f"is below {lowest}", "Correct the value."))
        checks.append(_check(lambda s: ~(numbers(s) > rule.high), f"is above {highest}", "Correct the value."))
    if rule.kind == "date":
        checks.append(_check(lambda s: ~np.isnat(dates(s)), "is no date", "Write it as 2025-07-01 or 01/07/2025."))
    if rule.choices:
        known = f"Write one of {', '.join(rule.choices)}, or translate it in the mapping file."
        checks.append(_check(lambda s: np.isin(texts(s), rule.choices), "is not a value of this column", known))
    if rule.required:
        checks.append(_check(lambda s: [not _blank(v) for v in s], "", "", skip_empty=False))
    return pa.Column(None, checks=checks, nullable=True, required=False)


def _check(judge: Callable[[pd.Series[Any]], Any], why: str, remedy: str, *, skip_empty: bool = True) -> pa.Check:
    def _passes(values: pd.Series[Any]) -> pd.Series[Any]:
        good = pd.Series(np.asarray(judge(values), dtype=bool), index=values.index)
        return good | values.map(_blank) if skip_empty else good

    return pa.Check(_passes, error=f"{why}\t{remedy}", ignore_na=False)


def _sentence(check: str, value: object) -> tuple[str, str]:
    why, _, remedy = check.partition("\t")
    if not why:
        return "is empty", "Fill it in."
    shown = str(value)
    return f"{shown[:_MAX_SHOWN]!r} {why}", remedy
