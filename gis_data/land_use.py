"""Land-use codes: versioned vocabularies and the crosswalk between them; unknown codes are kept and reported."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from twin.errors import UnknownItem

_FOLDER = Path(__file__).parent / "vocabularies"
VERSIONS = ("tt27_2018", "tt08_2024")


@dataclass(frozen=True, slots=True)
class LandUse:
    """One code of a vocabulary.

    Attributes
    ----------
    code, parent, name_vi, colour : str
        Parent is empty on the top level; colour is the official map colour, empty where not recorded.
    verified : bool
        Whether the row was read in a source; else it is from memory and must be checked before official use.
    """

    code: str
    parent: str
    name_vi: str
    colour: str
    verified: bool


@lru_cache(maxsize=4)
def vocabulary(version: str) -> dict[str, LandUse]:
    """Return the codes of a version.

    Raises
    ------
    UnknownItem
        No such version.
    """
    if version not in VERSIONS:
        raise UnknownItem(version, f"no such land-use vocabulary; one of {', '.join(VERSIONS)}")
    rows = _rows(f"land_use_{version}.csv")
    return {r["code"]: LandUse(r["code"], r["parent"], r["name_vi"], r["colour"], r["verified"] == "1") for r in rows}


@lru_cache(maxsize=1)
def _crosswalk() -> dict[str, str]:
    return {r["tt27_2018"]: r["tt08_2024"] for r in _rows("land_use_crosswalk.csv")}


def to_tt08_2024(code: str) -> str:
    """Return the code of TT 08/2024 for one of TT 27/2018; an unknown code comes back unchanged."""
    return _crosswalk().get(code, code)


def unknown_codes(codes: Iterable[str], version: str) -> dict[str, int]:
    """Return the codes outside a vocabulary with their counts, for the import report; none is ever dropped."""
    known = vocabulary(version)
    return dict(sorted(Counter(c for c in codes if c not in known).items()))


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
