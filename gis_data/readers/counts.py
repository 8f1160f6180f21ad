"""Traffic counts as a table: a link, or a street and a direction, a class where it matters, and vehicles an hour."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_data.validation import Faults, numbers
from twin.city.roads import Roads
from twin.city.sections import near, plain
from twin.errors import SchemaError
from twin.given_trips import CLASSES

COLUMNS = ("link", "street", "direction", "class", "count_veh_h")
_FORM = "Give the columns link (or street and direction), count_veh_h and, where it matters, class."
_TOWARDS = {
    "n": (0, 1), "north": (0, 1), "bac": (0, 1), "s": (0, -1), "south": (0, -1), "nam": (0, -1),
    "e": (1, 0), "east": (1, 0), "dong": (1, 0), "w": (-1, 0), "west": (-1, 0), "tay": (-1, 0),
}  # fmt: skip
"""Words for the direction traffic goes in, without accents."""
_WITHIN = 0.5
"""Cosine of the widest angle between a link and its direction: 60°."""


@dataclass(frozen=True)
class Count:
    """What was counted at a place.

    Attributes
    ----------
    label : str
        The place as the table names it.
    links : (n,)
        Rows of the roads: of a street, its links in the direction; a model's flow there is their mean by length.
    kind : str
        One of `CLASSES`; empty for all vehicles.
    count_veh_h : float [veh/h]
        NaN where the cell is empty.
    """

    label: str
    links: NDArray[np.int64]
    kind: str
    count_veh_h: float


def read_counts(path: Path, roads: Roads) -> tuple[Count, ...]:
    """Return the counts of a CSV, with commas or semicolons, on the links they belong to.

    Rules
    -----
    1. A row names a link by its id, or a street and the direction its traffic goes in: a compass point in English or
       Vietnamese; links that run within 60° of it belong to it.
    2. An empty count is a place without an observation; 0 is a count.

    Raises
    ------
    ValidationFailed
        Every row that cannot be used, in one report.
    SchemaError
        The file cannot be read, or lacks its columns.
    """
    faults, made = Faults(path.name), []
    seen: dict[tuple[str, str], int] = {}
    for line, row in table_rows(path, COLUMNS):
        n_faults = len(faults.found)
        count = count_of(row, roads, faults, line)
        key = (",".join(map(str, count.links.tolist())), count.kind)
        if len(faults.found) == n_faults and key in seen:
            faults.add(f"{count.label} is counted in row {seen[key]} already", "Keep one count.", record=line)
        seen.setdefault(key, line + 1)
        made.append(count)
    faults.raise_if_any()
    return tuple(made)


def table_rows(path: Path, columns: Sequence[str], needed: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield number and cells of each row of a table of counts, with commas or semicolons.

    Raises
    ------
    SchemaError
        The file cannot be read, lacks a column of a place, of the count or of those needed, or has one not known.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SchemaError(path.name, f"cannot be read ({error})", "Give a CSV in UTF-8.") from error
    head = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    heading = [cell.strip().lower() for cell in next(rows, [])]
    form = _FORM if not needed else f"{_FORM} Besides: {', '.join(needed)}."
    place = {"link"} <= set(heading) or {"street", "direction"} <= set(heading)
    if not place or not {"count_veh_h", *needed} <= set(heading):
        raise SchemaError(path.name, f"has the columns {', '.join(heading) or 'none'}", form)
    if unknown := [name for name in heading if name not in columns]:
        raise SchemaError(path.name, f"has a column {unknown[0]}{near(unknown[0], columns)}", form)
    for cells in rows:
        if any(cell.strip() for cell in cells):
            yield rows.line_num - 1, dict(zip(heading, (cell.strip() for cell in cells), strict=False))


def count_of(row: dict[str, str], roads: Roads, faults: Faults, line: int) -> Count:
    """Return the count of a row; what is wrong with it is kept in `faults`."""
    kind, text = row.get("class", "").lower(), row.get("count_veh_h", "")
    if kind and kind not in CLASSES:
        remedy = f"Write one of {', '.join(CLASSES)}, or nothing for all vehicles."
        faults.add(f"{kind!r} is no class{near(kind, CLASSES)}", remedy, record=line, column="class")
    value = float(numbers(pd.Series([text], dtype=object))[0])
    if text and not np.isfinite(value):
        faults.add(f"{text!r} is no number", "Write vehicles an hour.", record=line, column="count_veh_h")
    if value < 0:
        faults.add(f"{text} is below 0", "Correct the value.", record=line, column="count_veh_h")
    link, street = row.get("link", ""), row.get("street", "")
    label = link or f"{street} {row.get('direction', '')}".strip()
    if bool(link) == bool(street):
        why = "names both a link and a street" if link else "names no place"
        faults.add(why, "Give the id of a link, or a street and a direction.", record=line, column="link")
        return Count(label, np.zeros(0, np.int64), kind, value)
    found = _link(link, roads, faults, line) if link else _street(row, roads, faults, line)
    return Count(label, found, kind, value)


def _link(link: str, roads: Roads, faults: Faults, line: int) -> NDArray[np.int64]:
    found = np.flatnonzero(roads.ids == link)
    if len(found) == 0:
        faults.add(f"no link has the id {link}", "Take the ids of the run's city.", record=line, column="link")
    return found


def _street(row: dict[str, str], roads: Roads, faults: Faults, line: int) -> NDArray[np.int64]:
    name, word = row["street"], row.get("direction", "")
    rows = roads.links_named(name).astype(np.int64)
    if len(rows) == 0:
        names = np.unique(roads.name[roads.name != ""]).tolist()
        faults.add(f"no street is called {name}{near(name, names)}", "Correct it.", record=line, column="street")
    if plain(word) not in _TOWARDS:
        remedy = "Write where the traffic goes to: north, south, east, west, bắc, nam, đông or tây."
        faults.add(f"{word!r} is no direction", remedy, record=line, column="direction")
        return rows
    along = roads.node_xy_m[roads.head[rows]] - roads.node_xy_m[roads.tail[rows]]
    part = along @ np.array(_TOWARDS[plain(word)], float) / np.maximum(np.hypot(*along.T), 1e-9)
    if len(rows) and not np.any(part >= _WITHIN):
        faults.add(f"{name} has no link that runs {word}", "Correct it.", record=line, column="direction")
    return np.asarray(rows[part >= _WITHIN])
