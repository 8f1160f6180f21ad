"""Roads, drains, cameras, gauges, shelters, power zones, buildings: any vector layer by a declared mapping."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.readers.layer_fields import FIELDS, KINDS, WHEN_UNSAID
from gis_data.readers.parcel_shapes import Frame, located, outlines
from gis_data.readers.postgis import read_any
from gis_data.readers.road_layer import road_links
from gis_data.readers.sources import LayerSource
from gis_data.readers.vector import RawLayer
from gis_data.tables import joined
from gis_data.validation import Faults, Rule, dates, numbers, texts
from twin.city.areas import Outlined
from twin.city.hydrology import Gauges
from twin.city.ragged import flatten
from twin.city.table import Table, dtypes_of
from twin.errors import SchemaError

_ALARM = ("alarm1_m", "alarm2_m", "alarm3_m")


def read_infrastructure(
    sources: Sequence[LayerSource], *, frame: Frame | None = None
) -> tuple[dict[str, Table], list[str]]:
    """Return the tables that the layers fill, and what a user must know about them.

    Rules
    -----
    1. Only mapped columns are read; a personal column cannot be mapped.
    2. The faults of all layers come in one report; with any fault nothing is returned.
    3. Several layers of one table are joined; a feature without a number of its own gets one from its shape.

    Raises
    ------
    ValidationFailed
        At least one fault.
    """
    tables: dict[str, Table] = {}
    every, notes = Faults(""), []
    for source in sources:
        if source.table == "roads" and "roads" in tables:
            why = "a second layer of roads: their junctions would not be found"
            every.found.append(SchemaError(source.file.name, why, "Put all roads in one layer.", source.layer))
            continue
        done = every.attempt(partial(_read, source, frame or Frame()))
        if done is None:
            continue
        table, said = done
        notes += said
        if source.table in tables:
            table = every.attempt(partial(joined, tables[source.table], table, source.file.name)) or table
        tables[source.table] = table
    every.raise_if_any()
    return tables, notes


def _read(source: LayerSource, frame: Frame) -> tuple[Table, list[str]]:
    raw = read_any(source, {})
    rules = FIELDS[source.table]
    faults = Faults(raw.file, raw.layer, raw.rows)
    records = _with_constants(raw, source)
    for name in (n for n, rule in rules.items() if rule.required and n not in records):
        remedy = f"Map it: columns.{name} = … or constants.{name} = …."
        faults.add("no column is mapped", remedy, column=name)
    faults.check(records, {n: _in_file_units(r, source.factors.get(n, 1.0)) for n, r in rules.items()}, raw.names)
    placed = located(raw, source, frame, faults)
    shapes, notes = _shapes(source.table, placed, raw.file, faults)
    ids = _ids(source.table, records, shapes, raw, faults)
    faults.raise_if_any()
    if raw.dropped:
        notes.append(f"{raw.file}: {len(raw.dropped)} personal columns were not read: {', '.join(raw.dropped)}")
    base: dict[str, Any] = {
        "ids": ids,
        "provenance": np.full(len(ids), source.provenance),
        "accuracy_m": np.full(len(ids), source.accuracy_m),
        "source": np.full(len(ids), source.source or source.file.name),
    }
    if source.table == "roads":
        roads, said = road_links(records, shapes, base, source, file=raw.file)
        return roads, [*notes, *raw.notes, *said]
    return _table(source, records, shapes, base), [*notes, *raw.notes]


def _in_file_units(rule: Rule, factor: float) -> Rule:
    return rule if factor == 1.0 else replace(rule, low=rule.low / factor, high=rule.high / factor)


def _with_constants(raw: RawLayer, source: LayerSource) -> pd.DataFrame:
    records = pd.DataFrame(raw.frame.drop(columns="geometry"))
    for name, value in source.constants.items():
        if name not in records:
            records[name] = pd.Series([value] * len(raw.frame), dtype=object)
    for name, words in source.translate.items():
        if name in records:
            records[name] = [words.get(text, text) for text in texts(records[name])]
    return records


def _shapes(
    table: str, placed: NDArray[np.object_] | None, file: str, faults: Faults
) -> tuple[NDArray[np.object_], list[str]]:
    """Return shapes of the table's kind; whatever else is a fault."""
    if placed is None:
        return np.zeros(0, dtype=object), []
    for record in np.flatnonzero(shapely.is_missing(placed)):
        faults.add("has no geometry", "Draw it or leave it out.", record=int(record), column="geometry")
    wanted = KINDS[table].GEOMETRY
    if wanted == "area":
        done, repairs = outlines(placed, faults)
        points = shapely.get_type_id(placed) == shapely.GeometryType.POINT
        for record in np.flatnonzero(points):
            faults.add("is a Point, not an area", "Give polygons.", record=int(record), column="geometry")
        if not repairs:
            return done, []
        rows = ", ".join(str(r.row) for r in repairs)
        return done, [f"{file}: {len(repairs)} outlines crossed themselves and were repaired (row {rows})"]
    done = np.array([_single(s, wanted) for s in placed], dtype=object)
    name = {"line": "line", "point": "point"}[wanted]
    for record in np.flatnonzero(shapely.is_missing(done) & ~shapely.is_missing(placed)):
        why = f"is a {placed[record].geom_type}, not one {name}"
        faults.add(why, f"Give one {name} a record.", record=int(record), column="geometry")
    if wanted == "line":
        for record in np.flatnonzero(shapely.length(done) == 0):
            faults.add("a line without length", "Draw it or leave it out.", record=int(record), column="geometry")
    return done, []


def _single(shape: Any, wanted: str) -> Any:
    if shape is None:
        return None
    if shape.geom_type == "MultiLineString":
        shape = shapely.line_merge(shape)
    if shape.geom_type.startswith("Multi") and len(shapely.get_parts(shape)) == 1:
        shape = shapely.get_parts(shape)[0]
    return shape if shape.geom_type == {"line": "LineString", "point": "Point"}[wanted] else None


def _ids(
    table: str, records: pd.DataFrame, shapes: NDArray[np.object_], raw: RawLayer, faults: Faults
) -> NDArray[np.str_]:
    given = texts(records["ids"]) if "ids" in records else [""] * len(records)
    names = texts(records["name"]) if "name" in records else [""] * len(records)
    seen: dict[str, int] = {}
    ids = []
    for record, (own, name) in enumerate(zip(given, names, strict=True)):
        shape = shapes[record] if record < len(shapes) else None
        stuff = name.encode() + (shapely.to_wkb(shape) if shape is not None else b"")
        key = own or f"{table}-{hashlib.blake2b(stuff, digest_size=6).hexdigest()}"
        if own and own in seen:
            why = f"{own!r} is already on row {raw.rows[seen[own]]}"
            faults.add(why, "Number each feature once.", record=record, column=raw.names.get("ids", "ids"))
        elif key in seen:
            key = f"{key}-{record}"
        seen[key] = record
        ids.append(key)
    return np.array(ids, dtype=np.str_)


def _table(source: LayerSource, records: pd.DataFrame, shapes: NDArray[np.object_], base: dict[str, Any]) -> Table:
    kind = KINDS[source.table]
    made = base | _geometry(kind, shapes)
    n = len(records)
    ragged = {name for names in kind.RAGGED.values() for name in names} | set(kind.RAGGED)
    for name, dtype in dtypes_of(kind).items():
        if name in made or name in ragged:
            continue
        if dtype.kind == "i":
            made[name] = np.full(n, -1, dtype=dtype)
        elif dtype.kind == "U":
            unsaid = WHEN_UNSAID.get((source.table, name), "")
            column = texts(records[name]) if name in records else [""] * n
            made[name] = np.array([text or unsaid for text in column], dtype=np.str_)
        else:
            made[name] = measured(records, name, source)
    if kind is Gauges:
        made |= _alarms(records, source)
    return kind(**made)


def measured(records: pd.DataFrame, name: str, source: LayerSource) -> NDArray[np.float64]:
    """Return a field ``(n,)`` in the twin's unit; NaN where it is unknown."""
    if name not in records:
        return np.full(len(records), np.nan)
    return numbers(records[name]) * source.factors.get(name, 1.0)


def _geometry(kind: type[Table], shapes: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    if issubclass(kind, Outlined):
        return kind.flatten(shapes)
    if kind.GEOMETRY == "line":
        xy, first = flatten(list(shapes))
        return {"xy_m": xy, "first_vertex": first}
    return {"xy_m": shapely.get_coordinates(shapes)}


def _alarms(records: pd.DataFrame, source: LayerSource) -> dict[str, NDArray[Any]]:
    """Return the alarm scheme of each gauge: one where any of its three levels is given."""
    levels = np.column_stack([measured(records, name, source) for name in _ALARM])
    has = ~np.isnan(levels).all(axis=1)
    none = np.full(len(records), np.datetime64("NaT", "D"))
    days = {name: dates(records[name]) if name in records else none for name in ("alarm_from", "alarm_to")}
    first = np.concatenate([[0], np.cumsum(has)]).astype(np.int64)
    return {
        "alarm_first": first,
        **{name: days[name][has] for name in days},
        **{name: levels[has, k] for k, name in enumerate(_ALARM)},
    }
