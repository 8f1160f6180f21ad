"""The base of every table of the city: frozen arrays of one length, found by id, with a digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from twin.errors import UnknownItem

_ASCII = 128
"""Code points below this are a byte each in UTF-8."""

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


def utf8_bytes(text: NDArray[np.str_]) -> NDArray[np.bytes_]:
    """Return strings as UTF-8 bytes of the least equal length; a good deal faster where all of them are ASCII."""
    if np.ascontiguousarray(text).view(np.uint32).max(initial=0) < _ASCII:
        return text.astype(f"S{max(int(np.strings.str_len(text).max(initial=0)), 1)}")
    return np.asarray(np.char.encode(text, "utf-8"))


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
                fixed = utf8_bytes(value) if value.dtype.kind == "U" and value.size else value
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

    Notes
    -----
    A class says what its rows look like on a map (``GEOMETRY``) and which of its arrays hold several values a row
    (``RAGGED``: offsets ``(n + 1,)`` to the arrays they cut), so that files and empty tables need no code of their own.
    """

    GEOMETRY: ClassVar[str] = "none"
    """One of none, point, line, area."""
    VERTICES: ClassVar[str] = "xy_m"
    """The field that holds the coordinates of the geometry."""
    RAGGED: ClassVar[dict[str, tuple[str, ...]]] = {}

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

    @classmethod
    def empty(cls, **scalars: str) -> Self:
        """Return a table without rows; `scalars` gives the fields that are no arrays."""
        made: dict[str, Any] = dict(scalars)
        for name, dtype in dtypes_of(cls).items():
            if name == "first_vertex" or name in _OFFSETS or name in cls.RAGGED:
                made[name] = np.zeros(1, dtype=np.int64)
            else:
                made[name] = np.zeros((0, 2) if name.endswith("xy_m") else 0, dtype=dtype)
        return cls(**made)

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


_OFFSETS = ("ring_first", "part_first", "shape_first")


def dtypes_of(kind: type[Table]) -> dict[str, np.dtype[Any]]:
    """Return the array fields of a table class with the types its annotations promise; dates count in days."""
    found: dict[str, np.dtype[Any]] = {}
    for name, hint in get_type_hints(kind).items():
        scalars = get_args(get_args(hint)[1]) if len(get_args(hint)) == 2 else ()  # (shape, dtype)
        if scalars and isinstance(scalars[0], type) and issubclass(scalars[0], np.generic):
            days = scalars[0] is np.datetime64
            found[name] = np.dtype("datetime64[D]") if days else np.dtype(scalars[0])
    return found


def arrays_of(table: object) -> list[tuple[str, NDArray[Any]]]:
    """Return the array fields of a dataclass, in field order."""
    pairs = ((f.name, getattr(table, f.name)) for f in fields(table))  # type: ignore[arg-type] # dataclasses only
    return [(name, value) for name, value in pairs if isinstance(value, np.ndarray)]
