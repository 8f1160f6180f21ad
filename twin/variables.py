"""What a number means: its key, unit, place and title; drives checks, JSON, legends and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Place = Literal["city", "link", "node", "cell", "parcel", "bridge", "street", "ward"]


class Text(NamedTuple):
    """A text for people: Vietnamese first, English second."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class VariableSpec:
    """A variable a scenario records or an indicator it reports.

    Attributes
    ----------
    key : str
        Stable snake_case name, with its unit as suffix where it has one.
    unit : str
        Unit as printed, ``1`` for a share or a count.
    dtype : str
        NumPy type in which values are kept.
    place : str
        What one value belongs to.
    title : Text
    """

    key: str
    unit: str
    dtype: str
    place: Place
    title: Text


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of named rows a scenario reports.

    Attributes
    ----------
    key : str
        Stable snake_case name.
    title : Text
    columns : tuple of VariableSpec
    rank_by : str
        The column by which rows are put in order, most first.
    top : int
        Rows shown unless asked for more; 0 for all.
    """

    key: str
    title: Text
    columns: tuple[VariableSpec, ...]
    rank_by: str
    top: int = 0
