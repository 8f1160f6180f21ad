"""One layer of a vector file: shapefile, GeoPackage, GeoJSON, GML, CSV, zipped or not; only the columns asked for."""

from __future__ import annotations

import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
from numpy.typing import NDArray

from gis_data.readers.coordinate_table import TABLE_SUFFIXES, table_columns, table_frame
from gis_data.readers.sources import COORDINATE_ALIASES, LayerSource, match_columns, personal_columns
from gis_data.readers.vietnamese_text import repair_columns
from twin.errors import SchemaError

MAX_UNPACKED_BYTES = 4 * 2**30
MAX_RATIO = 200
"""Unpacked to packed size; a shapefile's blank-padded table reaches about 50."""
_RATIO_FROM_BYTES = 64 * 2**20
_MAX_MEMBERS = 2000
_READABLE = (".shp", ".gpkg", ".geojson", ".json", ".gml", ".csv", ".gdb", ".fgb", ".kml", ".tab")
_ENTITY = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_VIRTUAL = b"<OGRVRT"
_MARKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_CHUNK = 2**20
_GML = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}
"""A GML file must not make the reader fetch a schema from the network, nor leave a file beside it."""


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as it came: columns named by their meaning, geometry in the declared system.

    Attributes
    ----------
    frame : GeoDataFrame
        One record a row, no personal column among them.
    names : dict
        The column's name in the file for each field.
    file, layer : str
        As the user knows them.
    rows : (n,)
        Number a user sees beside each record.
    crs : str or None
        Declared reference system.
    dropped : tuple of str
        Personal columns that were not read.
    notes : tuple of str
        What was repaired.
    """

    frame: gpd.GeoDataFrame
    names: dict[str, str]
    file: str
    layer: str
    rows: NDArray[np.int64]
    crs: str | None
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


def read_layer(source: LayerSource, aliases: dict[str, tuple[str, ...]], prefer: tuple[str, ...] = ()) -> RawLayer:
    """Read the columns of a layer that have a meaning; personal columns are never read.

    Parameters
    ----------
    source
        Where, and the columns the user mapped.
    aliases
        Known names of the columns, by field.
    prefer
        Plain names of the layer to take when a file has several.

    Raises
    ------
    DataError
        The file is missing, damaged, dangerous, empty, or has several layers and none was named.
    """
    if not source.file.exists():
        raise SchemaError(source.file.name, "no such file", "Check the path.")
    with unpacked(source.file) as path:
        if path.suffix.lower() in TABLE_SUFFIXES:
            return _finish(source, aliases, table_columns(path), path, "")
        refuse_entities(path)
        layer = _layer(source, path, prefer)
        info = _asked(source, path, lambda: pyogrio.read_info(path, layer=layer, **_options(path)))
        return _finish(source, aliases, [str(f) for f in info["fields"]], path, layer, info["crs"])


def named_columns(
    source: LayerSource, available: list[str], aliases: dict[str, tuple[str, ...]], layer: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the column of each field and the personal columns, which no field may be taken from.

    Raises
    ------
    SchemaError
        A mapped column does not exist or holds a person.
    """
    personal = personal_columns(available)
    for meaning, column in source.columns.items():
        if column not in available:
            seen = f"Columns of the layer: {', '.join(sorted(set(available) - set(personal)))}."
            raise SchemaError(source.file.name, f"no such column for {meaning}", seen, layer, None, column)
        if column in personal and meaning != "owner":
            raise SchemaError(
                source.file.name,
                "holds personal data",
                "Map another column; persons are not read.",
                layer,
                None,
                column,
            )
    usable = [c for c in available if c not in personal]
    return match_columns(usable, aliases, source.columns), personal


def repaired_text(frame: gpd.GeoDataFrame, names: dict[str, str], file: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the frame with its text in NFC Unicode, and what was repaired."""
    columns = [c for c in frame.columns if frame[c].dtype == object]
    done = repair_columns({c: [v if isinstance(v, str) else None for v in frame[c]] for c in columns})
    notes = []
    for c in columns:
        text = done.columns[c]
        frame[c] = [t if isinstance(v, str) else v for v, t in zip(frame[c], text, strict=True)]
        if done.encodings[c] not in ("Unicode", "UTF-8"):
            notes.append(f"{file}: column {names.get(c, c)} was written in {done.encodings[c]} and was repaired")
    notes += [f"{file}: column {names.get(c, c)} is in an unknown encoding, kept as it is" for c in done.unreadable]
    return frame, notes


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield the vector file of a path: the path itself, or the one inside a zip, unpacked into a temporary folder.

    Raises
    ------
    SchemaError
        The archive is damaged, dangerous, or holds no or several vector files.
    """
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="hue-twin-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _refuse_bomb(path, archive.infolist())
                archive.extractall(folder)  # names, links and sizes were judged above
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise SchemaError(path.name, f"damaged or locked archive ({error})", "Pack it again.") from error
        inside = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in _READABLE)
        if len(inside) != 1:
            found = ", ".join(p.name for p in inside) or "none"
            raise SchemaError(path.name, f"must hold one vector file, holds {found}", "Pack each layer by itself.")
        yield inside[0]


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    whole = sum(m.file_size for m in members)
    packed = max(sum(m.compress_size for m in members), 1)
    if len(members) > _MAX_MEMBERS or whole > MAX_UNPACKED_BYTES:
        why = f"unpacks to {len(members)} files and {whole / 2**20:.0f} MB"
        raise SchemaError(path.name, why, "Unpack it yourself and give the files.")
    if whole > _RATIO_FROM_BYTES and whole / packed > MAX_RATIO:
        why = f"a zip bomb: {packed / 2**10:.0f} kB unpack to {whole / 2**20:.0f} MB"
        raise SchemaError(path.name, why, "Take the archive from its source again.")
    for m in members:
        link = stat.S_ISLNK(m.external_attr >> 16)
        if link or m.filename.startswith(("/", "\\")) or ".." in Path(m.filename.replace("\\", "/")).parts:
            raise SchemaError(path.name, f"member {m.filename!r} points outside the archive", "Pack it again.")


def refuse_entities(path: Path) -> None:
    """Refuse an XML file that declares a document type or an entity, or names other sources: it could read any file.

    Raises
    ------
    SchemaError
        It does.
    """
    if path.is_dir():
        return
    tail = b""
    with path.open("rb") as file:
        # UTF-16 has a zero beside each ASCII byte
        while chunk := file.read(_CHUNK).replace(b"\0", b""):
            if not tail and not chunk.lstrip(_MARKS).startswith(b"<"):
                return
            if _VIRTUAL in chunk:
                raise SchemaError(path.name, "the file only names other sources", "Give the layer itself.")
            if _ENTITY.search(tail + chunk):
                why = "the XML declares a document type or an entity"
                raise SchemaError(path.name, why, "Export it without a DOCTYPE.")
            tail = chunk[-32:]


def _options(path: Path) -> dict[str, Any]:
    suffix = path.suffix.lower()
    if suffix == ".shp":
        return {"encoding": "ISO-8859-1"}  # every byte as one character: what it was written in is judged later
    return _GML if suffix == ".gml" else {}


def _asked(source: LayerSource, path: Path, work: Any) -> Any:
    try:
        return work()
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        told = str(error).replace(str(path), source.file.name)
        raise SchemaError(source.file.name, f"unreadable ({told})", "Open it in QGIS and export it again.") from error


def _layer(source: LayerSource, path: Path, prefer: tuple[str, ...]) -> str:
    layers = [str(name) for name, kind in _asked(source, path, lambda: pyogrio.list_layers(path)) if kind is not None]
    if source.layer:
        if source.layer not in layers:
            raise SchemaError(source.file.name, "no such layer", f"Layers: {', '.join(layers)}.", source.layer)
        return source.layer
    liked = [name for name in layers if name.lower() in prefer]
    choice = liked if len(layers) > 1 and liked else layers
    if len(choice) != 1:
        why = f"has {len(layers)} layers with geometry" if layers else "has no layer with geometry"
        remedy = f"Name one in a mapping file (layer = …): {', '.join(layers)}." if layers else "Give another file."
        raise SchemaError(source.file.name, why, remedy)
    return choice[0]


def _finish(
    source: LayerSource,
    aliases: dict[str, tuple[str, ...]],
    available: list[str],
    path: Path,
    layer: str,
    declared: str | None = None,
) -> RawLayer:
    table = path.suffix.lower() in TABLE_SUFFIXES
    shown = [str(c) for c in repair_columns({"names": available}).columns["names"]]
    found, personal = named_columns(source, shown, aliases | COORDINATE_ALIASES if table else aliases, layer)
    if table:
        frame, rows = table_frame(path, found, swap_xy=source.swap_xy, file=source.file.name)
    else:
        written = dict(zip(shown, available, strict=True))
        wanted = [written[c] for c in dict.fromkeys(found.values())]
        frame = _asked(
            source,
            path,
            lambda: pyogrio.read_dataframe(
                path, layer=layer, columns=wanted, datetime_as_string=True, **_options(path)
            ),
        )
        frame = gpd.GeoDataFrame({m: frame[written[c]] for m, c in found.items()}, geometry=frame.geometry.array)
        rows = np.arange(len(frame)) + 1
    if len(frame) == 0:
        raise SchemaError(source.file.name, "the layer is empty", "Give a layer with records.", layer)
    frame, notes = repaired_text(frame, found, source.file.name)
    crs = source.crs or declared
    return RawLayer(frame, found, source.file.name, layer, rows, crs, personal, tuple(notes))
