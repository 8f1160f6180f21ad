"""Two tables of one kind put together."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar

import numpy as np

from twin.city.table import Table, dtypes_of
from twin.errors import SchemaError

_OFFSETS = {"first_vertex", "ring_first", "part_first", "shape_first"}
_T = TypeVar("_T", bound=Table)


def joined(first: _T, second: _T, file: str) -> _T:
    """Return the rows of both tables, the first one's before the second's; `file` names the second in a fault.

    Not for tables whose rows name rows of another (roads, turns, signals).

    Raises
    ------
    SchemaError
        An id is in both.
    """
    both = np.intersect1d(first.ids, second.ids)
    if len(both):
        why = f"{len(both)} features are there already ({', '.join(both[:3].tolist())})"
        raise SchemaError(file, why, "Number each feature once, or replace the table with replace = true.")
    kind = type(first)
    made = {f.name: getattr(first, f.name) for f in fields(first)}
    for name in dtypes_of(kind):
        a, b = getattr(first, name), getattr(second, name)
        offset = name in _OFFSETS or name in kind.RAGGED
        made[name] = np.concatenate([a, b[1:] + a[-1]]) if offset else np.concatenate([a, b])
    return kind(**made)
