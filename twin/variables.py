"""What a number means: its key, unit, place and title; drives checks, JSON, legends and documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Place = Literal["city", "link", "node", "cell", "parcel"]


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
