"""The land uses written in one field: codes, several codes, codes with their areas, or Vietnamese names."""

from __future__ import annotations

import re
from functools import lru_cache

from gis_data.land_use import to_tt08_2024, vocabulary
from gis_data.readers.sources import plain_name

_PARTS = re.compile(r"[+;|\n]")
_CODES = re.compile(r"[/&]|,(?!\d)|,\s+|\s+(?=[A-ZĐ]{2,})|(?<=\))\s*")
_ITEM = re.compile(r"([A-ZĐ0-9]{1,8})\s*(?:[:=(\s-]\s*(\d+(?:[.,]\d+)?)\s*(?:M2|M²)?\s*\)?)?")


@lru_cache(maxsize=4096)
def parse_uses(written: str, version: str) -> tuple[tuple[str, float], ...]:
    """Return the codes of a field with their areas [m²], NaN where none is written.

    Rules
    -----
    1. ``ODT+CLN``, ``ODT; CLN``, ``ODT 120, CLN 80,5``, ``ODT (120 m²) CLN (80 m²)`` and names such as
       ``Đất ở tại đô thị`` are understood.
    2. A code of TT 27/2018 that TT 08/2024 replaced becomes the new one where that vocabulary is asked for.
    3. What is in no vocabulary is kept as it is written.
    """
    uses: list[tuple[str, float]] = []
    for part in _PARTS.split(written):
        if code := _by_name(version).get(plain_name(part)):
            uses.append((code, float("nan")))
            continue
        for item in filter(None, (i.strip() for i in _CODES.split(part.upper()))):
            said = _ITEM.fullmatch(item)
            code = said[1] if said else item
            area = float(said[2].replace(",", ".")) if said and said[2] else float("nan")
            uses.append((current_code(code, version), area))
    return tuple(uses)


def current_code(code: str, version: str) -> str:
    """Return a code in the asked vocabulary: replaced by its successor, or unchanged."""
    if version == "tt08_2024" and code not in vocabulary(version):
        return to_tt08_2024(code)
    return code


@lru_cache(maxsize=4)
def _by_name(version: str) -> dict[str, str]:
    return {plain_name(use.name_vi): use.code for use in vocabulary(version).values()}
