"""Tables of named rows as clients see them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Shape, Text


class ColumnOut(Shape):
    """A column of a table."""

    key: str
    title: Text
    unit: str
    better: Literal["higher", "lower"] | None


class RowOut(Shape):
    """A row: one value per column; of a single run a and b are the same."""

    id: str
    name: Text
    group: str = Field(description="What it belongs to, such as the river of a bridge; may be empty.")
    generated: bool = Field(description="Whether its name holds a street that the embedded city generated.")
    lonlat: tuple[float, float] | None
    a: list[float | None]
    b: list[float | None]
    difference: list[float | None]
    half_width: list[float | None] = Field(description="Half the 95 % interval; null where chance cannot be judged.")


class TableOut(Shape):
    """A table, its rows in order."""

    key: str
    title: Text
    columns: list[ColumnOut]
    ordered_by: str
    total: int = Field(description="Rows the whole table has.")
    rows: list[RowOut]
