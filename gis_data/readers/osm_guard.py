"""What is looked at before an OpenStreetMap file is parsed: its name, its packing, its text."""

from __future__ import annotations

import bz2
import codecs
import gzip
import zlib
from pathlib import Path
from typing import IO, cast

from twin.errors import SchemaError

_SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".osm", ".pbf")
_CHUNK = 1 << 20
_MAX_RATIO, _FREE_BYTES, _MAX_BYTES = 100, 50_000_000, 20_000_000_000
"""Text may be 100 times its packed size (extracts reach about 20), small files aside, and 20 GB in all."""
DOWNLOAD_AGAIN = "Download the extract again; compare its size with the provider's."
_MARKS = (b"<!DOCTYPE", b"<!ENTITY")


def check_osm_file(path: Path) -> None:
    """Refuse a file of another kind, one that is cut off, one that unpacks without end, and XML with entities.

    A .pbf is left to the library, which unpacks at most 32 MB at a time.

    Raises
    ------
    SchemaError
        Says which of these it is.
    """
    if not path.name.endswith(_SUFFIXES):
        raise SchemaError(path.name, "no OpenStreetMap file by its name", f"Give one of {', '.join(_SUFFIXES)}.")
    if path.name.endswith(".pbf"):
        return
    try:
        with _open(path) as file:
            _read_through(path, file)
    except EOFError as error:
        raise SchemaError(path.name, "truncated: the packed file ends in the middle", DOWNLOAD_AGAIN) from error
    except (OSError, zlib.error) as error:
        raise SchemaError(path.name, f"damaged packing ({error})", DOWNLOAD_AGAIN) from error


def _read_through(path: Path, file: IO[bytes]) -> None:
    allowed = min(_MAX_BYTES, max(_FREE_BYTES, _MAX_RATIO * path.stat().st_size))
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, tail = 0, b""
    while chunk := file.read(_CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            at = size + error.start
            raise SchemaError(path.name, f"text that is not UTF-8 near byte {at}", "Save it as UTF-8.") from error
        size += len(chunk)
        if size > allowed:
            why = f"{path.stat().st_size} bytes unpack to more than {allowed}"
            raise SchemaError(path.name, why, "Refused as a decompression bomb; give the extract as .osm.pbf.")
        if any(mark in tail + chunk for mark in _MARKS):
            raise SchemaError(path.name, "the XML declares a document type or an entity", "Take a plain extract.")
        tail = chunk[-len(_MARKS[0]) :]
    if not size:
        raise SchemaError(path.name, "the file is empty", DOWNLOAD_AGAIN)


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return bz2.open(path, "rb") if path.suffix == ".bz2" else path.open("rb")
