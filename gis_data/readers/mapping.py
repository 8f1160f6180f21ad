"""The mapping file: which layer fills which table of the city, column by column, in TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from gis_data.projection import CrsWords
from gis_data.readers.layer_fields import FIELDS, PARCEL_FIELDS
from gis_data.readers.sources import LayerSource
from gis_data.validation import Faults
from twin.city.table import PROVENANCES

_WORDS = CrsWords('crs = "{}"', "swap_xy = true")
_KEYS: dict[str, type | tuple[type, ...]] = {
    "table": str,
    "file": str,
    "database": str,
    "layer": str,
    "crs": str,
    "swap_xy": bool,
    "replace": bool,
    "source": str,
    "provenance": str,
    "accuracy_m": (int, float),
    "columns": dict,
    "constants": dict,
    "values": dict,
}


def read_mapping(path: Path) -> tuple[LayerSource, ...]:
    """Return the layers a mapping file names, in its order; docs/infrastructure.md describes the format.

    Raises
    ------
    ValidationFailed
        The file is no TOML, or names unknown keys, tables or fields: all of them at once.
    """
    faults = Faults(path.name)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.add("no such file", "Check the path.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.add(f"is no TOML ({error})", "See docs/infrastructure.md for an example.")
    faults.raise_if_any()
    blocks = content.get("layer")
    if set(content) != {"layer"} or not isinstance(blocks, list):
        faults.add("must hold [[layer]] blocks and nothing else", "See docs/infrastructure.md for an example.")
        faults.raise_if_any()
    made = [_source(block, number, path, faults) for number, block in enumerate(blocks or [])]
    faults.raise_if_any()
    return tuple(s for s in made if s is not None)


def _source(block: dict[str, Any], number: int, path: Path, faults: Faults) -> LayerSource | None:
    before = len(faults.found)
    for key, value in block.items():
        if key not in _KEYS:
            faults.add("unknown key", f"One of {', '.join(_KEYS)}.", record=number, column=key)
        elif not isinstance(value, _KEYS[key]):
            faults.add(f"{value!r} is of the wrong type", "See docs/infrastructure.md.", record=number, column=key)
    table = block.get("table", "")
    if table not in (*FIELDS, "parcels"):
        remedy = f"One of {', '.join(FIELDS)}, parcels."
        faults.add(f"no table {table!r}", remedy, record=number, column="table")
    if ("file" in block) == ("database" in block):
        faults.add("needs a file or a database", "Give one of the two.", record=number)
    if "database" in block and "layer" not in block:
        faults.add("names no table of the database", 'Give layer = "schema.table".', record=number, column="layer")
    provenance = block.get("provenance", "surveyed")
    if provenance not in PROVENANCES:
        remedy = f"One of {', '.join(PROVENANCES)}."
        faults.add(f"no provenance {provenance!r}", remedy, record=number, column="provenance")
    if len(faults.found) > before:
        return None
    columns, factors = _columns(block, number, faults)
    _unknown_fields(block, number, faults)
    return LayerSource(
        table=table,
        file=path.parent / block["file"] if "file" in block else path,
        layer=block.get("layer", ""),
        database=block.get("database", ""),
        crs=block.get("crs"),
        swap_xy=block.get("swap_xy", False),
        columns=columns,
        factors=factors,
        constants=block.get("constants", {}),
        translate=block.get("values", {}),
        source=block.get("source", ""),
        provenance=provenance,
        accuracy_m=float(block.get("accuracy_m", "nan")),
        replaces=block.get("replace", False),
        words=_WORDS,
    )


def _columns(block: dict[str, Any], number: int, faults: Faults) -> tuple[dict[str, str], dict[str, float]]:
    columns, factors = {}, {}
    for name, said in block.get("columns", {}).items():
        column = said.get("column") if isinstance(said, dict) else said
        factor = said.get("factor", 1.0) if isinstance(said, dict) else 1.0
        if not isinstance(column, str) or not isinstance(factor, int | float):
            remedy = 'Write "COLUMN" or { column = "COLUMN", factor = 0.001 }.'
            faults.add(f"{said!r} names no column", remedy, record=number, column=f"columns.{name}")
            continue
        columns[name], factors[name] = column, float(factor)
    return columns, factors


def _unknown_fields(block: dict[str, Any], number: int, faults: Faults) -> None:
    known = PARCEL_FIELDS if block["table"] == "parcels" else (*FIELDS[block["table"]], "geometry")
    for part in ("columns", "constants", "values"):
        for name in block.get(part, {}):
            if name not in known:
                why = f"{block['table']} has no such field"
                faults.add(why, f"One of {', '.join(known)}.", record=number, column=f"{part}.{name}")
