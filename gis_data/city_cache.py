"""Cities kept as plain arrays, so that opening one a second time takes a blink; never trusted over its source."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_data.city_file import read_city, stored_digest
from twin.city.city import TABLES, City
from twin.city.table import Table, dtypes_of, utf8_bytes
from twin.city.terrain import Terrain

FORMAT = 2
"""Raised when the arrays change their meaning."""
_PACKAGES = ("gis_data", "twin")
_UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, json.JSONDecodeError)


def cached(name: str, key: str, build: Callable[[], City], folder: Path | None) -> City:
    """Return the city of a name and key from the folder, else build it and keep it there.

    A cache that is missing, damaged or made for another key is replaced; a folder that cannot be written costs nothing
    but the time of building again. Without a folder nothing is kept.
    """
    if folder is None:
        return build()
    path = folder / f"{name}.npz"
    found = _load(path, key)
    if found is not None:
        return found
    city = build()
    with contextlib.suppress(OSError):
        _save(city, path, key)
    return city


def open_city_file(path: Path, folder: Path | None) -> City:
    """Return the city of a file, from the folder where it was read before and has not changed since.

    Unchanged means: same place, size and time of change, and the digest written in the file is that of the cache.

    Raises
    ------
    SchemaError
        The file is no city file or is damaged.
    """
    if folder is None or not path.is_file():
        return read_city(path)
    state = path.stat()
    key = f"{path.resolve()}:{state.st_size}:{state.st_mtime_ns}:{stored_digest(path)}"
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
    return cached(f"file-{name}", key, lambda: read_city(path), folder)


def source_key(folder: Path) -> str:
    """Return the SHA-256 of a folder's tables, of the code that builds cities, and of the package's version."""
    h = hashlib.sha256(f"{FORMAT}:{version('hue-twin')}".encode())
    root = Path(__file__).parents[1]
    code = [p for name in _PACKAGES for p in (root / name).rglob("*.py")]
    for path in sorted({*folder.iterdir(), *code}):
        if path.is_file():
            h.update(path.name.encode())
            h.update(hashlib.sha256(path.read_bytes()).digest())
    return h.hexdigest()


def _save(city: City, path: Path, key: str) -> None:
    arrays: dict[str, NDArray[Any]] = {}
    scalars: dict[str, dict[str, Any]] = {}
    for name, table in _parts(city).items():
        scalars[name] = {}
        for f in fields(table):
            value = getattr(table, f.name)
            if isinstance(value, np.ndarray):
                arrays |= _coded(f"{name}.{f.name}", value)
            else:
                scalars[name][f.name] = value
    meta = {
        "key": key,
        "name": city.name,
        "crs": city.crs,
        "digest": city.digest,
        "warnings": list(city.warnings),
        "scalars": scalars,
    }
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(suffix=".part", prefix=f".{path.stem}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def _load(path: Path, key: str) -> City | None:
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            meta = json.loads(stored["meta"].tobytes())
            if meta["key"] != key:
                return None
            tables: dict[str, Any] = {
                name: _table(kind, name, stored, meta["scalars"]) for name, kind in TABLES.items()
            }
            terrain = _terrain(stored, meta["scalars"]) if "terrain" in meta["scalars"] else None
    except _UNREADABLE:
        return None
    city = City(name=meta["name"], crs=meta["crs"], terrain=terrain, warnings=tuple(meta["warnings"]), **tables)
    city.__dict__["digest"] = meta["digest"]  # what the property would work out again
    return city


def _parts(city: City) -> dict[str, Table | Terrain]:
    terrain: dict[str, Table | Terrain] = {} if city.terrain is None else {"terrain": city.terrain}
    return terrain | dict(city.tables())


def _table(kind: type[Table], name: str, stored: Any, scalars: dict[str, Any]) -> Table:
    columns = {field: _decoded(f"{name}.{field}", stored) for field in dtypes_of(kind)}
    return kind(**columns, **scalars[name])


def _terrain(stored: Any, scalars: dict[str, Any]) -> Terrain:
    grids = {f.name: stored[f"terrain.{f.name}"] for f in fields(Terrain) if f"terrain.{f.name}" in stored}
    return Terrain(**grids, **scalars["terrain"])


def _coded(name: str, values: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return text as its few different values and their numbers, or as bytes where all differ; dates as days."""
    if values.dtype.kind == "M":
        return {f"{name}~days": values.astype("datetime64[D]").astype(np.int64)}
    if values.dtype.kind != "U":
        return {name: values}
    distinct, code = np.unique(values, return_inverse=True)
    if 4 * len(distinct) <= len(values):
        return {f"{name}~values": distinct, f"{name}~codes": code.astype(np.int32)}
    text = utf8_bytes(values)
    return {f"{name}~utf8": text} if text.dtype.itemsize < values.dtype.itemsize else {name: values}


def _decoded(name: str, stored: Any) -> NDArray[Any]:
    if f"{name}~days" in stored:
        return np.asarray(stored[f"{name}~days"].astype("datetime64[D]"))
    if f"{name}~codes" in stored:
        return np.asarray(stored[f"{name}~values"][stored[f"{name}~codes"]])
    if f"{name}~utf8" in stored:
        raw = stored[f"{name}~utf8"]
        plain = not raw.size or raw.view(np.uint8).max() < 128
        return np.asarray(raw.astype(f"U{raw.dtype.itemsize}") if plain else np.char.decode(raw, "utf-8"))
    return np.asarray(stored[name])
