"""The binary pack: a table of the city as typed arrays that a browser draws without parsing.

Layout, little-endian: uint32 length of the header, the header as JSON, zeros up to a multiple of 4, then the arrays one
after another, each starting at a multiple of 4. Positions are float32 offsets in degrees from ``origin``: at Huế one
unit in the last place is under a centimetre, against 0.8 m for plain float32 longitudes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_data.projection import project
from twin.city.areas import Outlined
from twin.city.city import City
from twin.city.roads import Roads
from twin.city.table import Table
from twin.errors import SchemaError, UnknownItem

VERSION = 1
MEDIA_TYPE = "application/vnd.hue-twin.pack"
_WGS84 = "EPSG:4326"
_DTYPES = ("float32", "uint32", "uint16", "uint8", "int32")
_OFFSETS = ("first_vertex", "ring_first", "part_first", "shape_first")
_RESTRICTED = {"cameras": ("height_m", "heading_deg", "fov_deg", "range_m")}
"""Where a camera looks is not public: its blind spots would follow from it."""

_RANKS = {
    "motorway": 0, "trunk": 0, "primary": 0, "secondary": 1, "tertiary": 2, "residential": 3, "unclassified": 3,
    "living_street": 3, "road": 3,
}  # fmt: skip
LOWEST_RANK = 4


def class_rank(road_class: NDArray[np.str_]) -> NDArray[np.uint8]:
    """Return how important each road class is for drawing: 0 trunk and primary to 4 service ways and alleys."""
    classes, index = np.unique(road_class, return_inverse=True)
    ranks = [_RANKS.get(str(name).removesuffix("_link"), LOWEST_RANK) for name in classes]
    return np.asarray(ranks, dtype=np.uint8)[index]


def encode(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a pack of named arrays ``(n,)`` or ``(n, size)``; the header may hold any JSON beside them."""
    listing: dict[str, dict[str, Any]] = {}
    offset, blocks = 0, []
    for name, array in arrays.items():
        dtype = array.dtype.name
        if dtype not in _DTYPES:
            raise SchemaError(name, f"a pack holds no {dtype}", f"Convert to one of {', '.join(_DTYPES)}.")
        block = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes()
        size = array.shape[1] if array.ndim == 2 else 1
        listing[name] = {"dtype": dtype, "offset": offset, "length": int(array.size), "size": size}
        block += b"\0" * (-len(block) % 4)
        blocks.append(block)
        offset += len(block)
    text = json.dumps({"version": VERSION, **header, "arrays": listing}, ensure_ascii=False, separators=(",", ":"))
    head = text.encode("utf-8")
    return b"".join([len(head).to_bytes(4, "little"), head, b"\0" * (-len(head) % 4), *blocks])


def decode(pack: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the header and the arrays of a pack, as the browser reads them.

    Raises
    ------
    SchemaError
        The bytes are no pack, or a pack of another version.
    """
    length = int.from_bytes(pack[:4], "little")
    try:
        header = json.loads(pack[4 : 4 + length])
        wrong = header["version"] != VERSION
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError("pack", "not a binary pack", "Fetch it again.") from error
    if wrong:
        raise SchemaError("pack", f"version {header['version']}", f"This reader knows version {VERSION}.")
    start = 4 + length + -length % 4
    arrays = {}
    for name, spec in header["arrays"].items():
        dtype = np.dtype(spec["dtype"]).newbyteorder("<")
        array = np.frombuffer(pack, dtype, count=spec["length"], offset=start + spec["offset"])
        arrays[name] = array.reshape(-1, spec["size"]) if spec["size"] > 1 else array
    return header, arrays


def pack_layer(city: City, key: str) -> bytes:
    """Return one table of a city as a pack: its shapes in longitude and latitude, and every plain column.

    Columns of text travel as ``<column>_index`` into ``text[column]`` of the header. The ids stand in ``ids``. Lines
    have ``start_indices (n + 1,)``; areas have ``ring_first``, ``part_first`` and ``shape_first`` (GeoArrow).

    Raises
    ------
    UnknownItem
        The city has no such table.
    """
    tables = city.tables()
    if key not in tables:
        raise UnknownItem(key, f"no such layer; one of {', '.join(tables)}")
    table = tables[key]
    arrays: dict[str, NDArray[Any]] = {}
    origin = [0.0, 0.0]
    if table.GEOMETRY != "none":
        lonlat = project(np.asarray(getattr(table, table.VERTICES)), city.crs, _WGS84).reshape(-1, 2)
        if len(lonlat):
            origin = [round(float(v), 5) for v in np.mean([lonlat.min(axis=0), lonlat.max(axis=0)], axis=0)]
        arrays["positions"] = (lonlat - origin).astype(np.float32)
    arrays |= _offsets(table)
    text: dict[str, list[str]] = {}
    for name, column in _columns(table, key).items():
        if column.dtype.kind in "UM":
            values, index = np.unique(column.astype(str), return_inverse=True)
            text[name] = [str(v) for v in values]
            arrays[f"{name}_index"] = index.astype(np.uint32)
        else:
            arrays[name] = _narrow(column)
    if isinstance(table, Roads):
        arrays["link"] = np.arange(len(table), dtype=np.uint32)
        arrays["class_rank"] = class_rank(table.road_class)
        arrays["reverse"] = reverse_links(table)
    header = {
        "key": key, "geometry": table.GEOMETRY, "count": len(table), "origin": origin,
        "ids": table.ids.tolist(), "names": text.get("name", []), "text": text,
    }  # fmt: skip
    return encode(header, arrays)


def reverse_links(roads: Roads) -> NDArray[np.int32]:
    """Return for each link the one that runs the other way along the same line; -1 for a one-way street."""
    middle = (roads.first_vertex[:-1] + roads.first_vertex[1:] - 1) / 2.0
    centre = (roads.xy_m[np.floor(middle).astype(np.int64)] + roads.xy_m[np.ceil(middle).astype(np.int64)]) / 2
    found: dict[tuple[int, ...], int] = {}
    out = np.full(len(roads), -1, dtype=np.int32)
    keys = np.column_stack([roads.tail, roads.head, np.rint(centre).astype(np.int64)])
    for row, (tail, head, x, y) in enumerate(keys.tolist()):
        other = found.pop((head, tail, x, y), None)
        if other is None:
            found[(tail, head, x, y)] = row
        else:
            out[row], out[other] = other, row
    return out


def _offsets(table: Table) -> dict[str, NDArray[Any]]:
    if isinstance(table, Outlined):
        return {name: getattr(table, name).astype(np.uint32) for name in ("ring_first", "part_first", "shape_first")}
    if table.GEOMETRY == "line":
        return {"start_indices": getattr(table, "first_vertex").astype(np.uint32)}  # noqa: B009 # lines have it
    return {}


def _columns(table: Table, key: str) -> dict[str, NDArray[Any]]:
    hidden = {"ids", table.VERTICES, *_OFFSETS, *_RESTRICTED.get(key, ())}
    for first, cut in table.RAGGED.items():
        hidden |= {first, *cut}
    columns = {f.name: getattr(table, f.name) for f in fields(table) if f.name not in hidden}
    return {n: c for n, c in columns.items() if isinstance(c, np.ndarray) and c.shape == (len(table),)}


def _narrow(column: NDArray[Any]) -> NDArray[Any]:
    if column.dtype.kind == "f":
        return column.astype(np.float32)
    if column.dtype.kind == "b" or column.dtype == np.uint8:
        return column.astype(np.uint8)
    return column.astype(np.int32)
