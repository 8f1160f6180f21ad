"""The base of every table of the city: frozen arrays of one length, found by id, with a digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import UnknownItem

PROVENANCES = ("official-figure", "published-point", "drawn", "generated", "surveyed")


def frozen_array(values: NDArray[Any]) -> NDArray[Any]:
    """Return the array contiguous and read-only; text becomes a fixed-width unicode array, never objects."""
    array = np.ascontiguousarray(values)
    if array.dtype == object:
        array = array.astype(str)
    if array.flags.writeable:
        array = array.copy() if array.base is not None else array
        array.setflags(write=False)
    return array


class FrozenArrays:
    """Freezes every array of a dataclass, again after unpickling: pickle loses numpy's read-only flag."""

    def __post_init__(self) -> None:
        for name, value in arrays_of(self):
            object.__setattr__(self, name, frozen_array(value))

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, frozen_array(value) if isinstance(value, np.ndarray) else value)

    def digest(self) -> str:
        """Return the SHA-256 of every field with its name, type and shape, in field order."""
        h = hashlib.sha256(type(self).__name__.encode())
        for f in fields(self):  # type: ignore[arg-type] # every subclass is a dataclass
            value = getattr(self, f.name)
            if isinstance(value, np.ndarray):
                fixed = np.char.encode(value, "utf-8") if value.dtype.kind == "U" and value.size else value
                h.update(f"{f.name}{fixed.dtype.str}{fixed.shape}".encode())
                h.update(np.ascontiguousarray(fixed).tobytes())
            else:
                h.update(f"{f.name}{value!r}".encode())
        return h.hexdigest()


@dataclass(frozen=True, kw_only=True, eq=False)
class Table(FrozenArrays):
    """A struct of read-only arrays.

    Attributes
    ----------
    ids : (n,) str
        Stable id of each feature, unique in the table.
    provenance : (n,) str
        One of ``PROVENANCES``.
    accuracy_m : (n,) [m]
        Position accuracy, one standard deviation; NaN where the source gives none.
    source : (n,) str
        Where the feature comes from.
    """

    ids: NDArray[np.str_]
    provenance: NDArray[np.str_]
    accuracy_m: NDArray[np.float64]
    source: NDArray[np.str_]

    def __post_init__(self) -> None:
        super().__post_init__()
        n = len(self.ids)
        for name in ("provenance", "accuracy_m", "source"):
            if len(getattr(self, name)) != n:
                raise ValueError(f"{type(self).__name__}.{name} has {len(getattr(self, name))} rows, ids has {n}")
        unknown = set(np.unique(self.provenance).tolist()) - set(PROVENANCES)
        if unknown:
            raise ValueError(f"{type(self).__name__}.provenance: unknown {sorted(unknown)}; one of {PROVENANCES}")
        if len(np.unique(self.ids)) != n:
            raise ValueError(f"{type(self).__name__}.ids are not unique")

    def __len__(self) -> int:
        return len(self.ids)

    def index_of(self, feature_id: str) -> int:
        """Return the row of a feature.

        Raises
        ------
        UnknownItem
            No feature of this table has the id.
        """
        found = np.flatnonzero(self.ids == feature_id)
        if len(found) == 0:
            raise UnknownItem(feature_id, f"not among the {len(self)} features of {type(self).__name__.lower()}")
        return int(found[0])


def arrays_of(table: object) -> list[tuple[str, NDArray[Any]]]:
    """Return the array fields of a dataclass, in field order."""
    pairs = ((f.name, getattr(table, f.name)) for f in fields(table))  # type: ignore[arg-type] # dataclasses only
    return [(name, value) for name, value in pairs if isinstance(value, np.ndarray)]
