"""What a run leaves beside numbers and series: tables of named rows, and the tracks of a sample of vehicles."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.city.table import FrozenArrays, arrays_of
from twin.variables import TableSpec, Text, VariableSpec

_PACKING = 1
"""Level of compression: a run is written in a third of the time of the usual one, and a fifth larger."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Table(FrozenArrays):
    """Values of named things: bridges, junctions, streets, wards.

    Attributes
    ----------
    spec : TableSpec
    ids : (n,) str
        Stable between runs of one city: a comparison joins rows by them.
    names, groups : (n,) str
        The row's own name and what it belongs to, such as the river of a bridge; proper names of the city.
    xy_m : (n, 2) [m]
        Where it is, in the city's reference system; NaN where it has no one place.
    values : (n, m)
        One column per variable of `spec`; NaN where there is nothing to say.
    """

    spec: TableSpec
    ids: NDArray[np.str_]
    names: NDArray[np.str_]
    groups: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        super().__post_init__()
        n, m = len(self.ids), len(self.spec.columns)
        shapes = (self.names.shape, self.groups.shape, self.xy_m.shape, self.values.shape)
        if shapes != ((n,), (n,), (n, 2), (n, m)):
            raise ValueError(f"table {self.spec.key}: {n} ids and {m} columns, but arrays of {shapes}")
        if len(np.unique(self.ids)) != n:
            raise ValueError(f"table {self.spec.key}: ids are not unique")

    def column(self, key: str) -> NDArray[np.float64]:
        """Return a column ``(n,)`` by its variable's key."""
        keys = [c.key for c in self.spec.columns]
        values: NDArray[np.float64] = self.values[:, keys.index(key)]
        return values


@dataclass(frozen=True, kw_only=True, eq=False)
class Tracks(FrozenArrays):
    """The way of each vehicle of a sample, link by link.

    Attributes
    ----------
    classes : (c,) str
        Keys of the classes, as in the result's groups.
    kind : (k,)
        Row of `classes`.
    first : (k + 1,)
        First entry of each vehicle in the two arrays below.
    link : (m,)
        Row of `Roads`.
    entered_s : (m,) [s]
        When it entered the link, simulated time.
    left_s : (k,) [s]
        When it left its last link, or the end of the record.
    """

    classes: NDArray[np.str_]
    kind: NDArray[np.uint8]
    first: NDArray[np.int64]
    link: NDArray[np.int32]
    entered_s: NDArray[np.float32]
    left_s: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.kind)


def packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return named arrays as the bytes of an ``.npz`` file: the same arrays give the same bytes."""
    # numpy's own writer leaves the archive's dates to the library; fixed ones keep the bytes the same.
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compresslevel=_PACKING) as archive:
        for name in sorted(arrays):
            part = io.BytesIO()
            np.lib.format.write_array(part, arrays[name], allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part.getvalue(), compresslevel=_PACKING)
    return out.getvalue()


def unpacked(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of `packed` bytes by their names."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def pack_tables(tables: Mapping[str, Table]) -> bytes:
    """Return the arrays of tables as bytes; their specifications stand in the manifest."""
    return packed({f"{key}/{name}": array for key, table in tables.items() for name, array in arrays_of(table)})


def unpack_tables(data: bytes, specs: Sequence[TableSpec]) -> dict[str, Table]:
    """Return the tables of `pack_tables` bytes."""
    arrays = unpacked(data)
    found = {}
    for spec in specs:
        mine = {n.removeprefix(f"{spec.key}/"): a for n, a in arrays.items() if n.startswith(f"{spec.key}/")}
        found[spec.key] = Table(spec=spec, **mine)
    return found


def pack_tracks(tracks: Tracks) -> bytes:
    """Return tracks as bytes."""
    return packed(dict(arrays_of(tracks)))


def unpack_tracks(data: bytes) -> Tracks:
    """Return the tracks of `pack_tracks` bytes."""
    return Tracks(**unpacked(data))


def spec_json(spec: VariableSpec) -> dict[str, Any]:
    """Return a variable's specification ready for JSON."""
    title = spec.title._asdict()
    return {"key": spec.key, "unit": spec.unit, "dtype": spec.dtype, "place": spec.place, "title": title}


def spec_of(data: Mapping[str, Any]) -> VariableSpec:
    """Return the specification of `spec_json`."""
    return VariableSpec(**{**data, "title": Text(**data["title"])})


def table_spec_json(spec: TableSpec) -> dict[str, Any]:
    """Return a table's specification ready for JSON."""
    columns = [spec_json(c) for c in spec.columns]
    return {
        "key": spec.key,
        "title": spec.title._asdict(),
        "columns": columns,
        "rank_by": spec.rank_by,
        "top": spec.top,
    }


def table_spec_of(data: Mapping[str, Any]) -> TableSpec:
    """Return the specification of `table_spec_json`."""
    columns = tuple(spec_of(c) for c in data["columns"])
    return TableSpec(data["key"], Text(**data["title"]), columns, data["rank_by"], data["top"])
