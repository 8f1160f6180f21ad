"""The land database: parcels of one or several files or tables, checked whole, without persons."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.land_use import unknown_codes
from gis_data.readers.land_codes import parse_uses
from gis_data.readers.parcel_shapes import Frame, Repair, located, outlines
from gis_data.readers.postgis import read_any
from gis_data.readers.sources import PARCEL_ALIASES, LayerSource
from gis_data.readers.vector import RawLayer
from gis_data.validation import Faults, Rule, dates, numbers, texts
from twin.city.admin import AdminUnits
from twin.city.land import GEOMETRY, LAND_USE, LEGAL_AREA, Parcels
from twin.errors import AmbiguousCode, UnknownItem

PARCEL_LAYERS = ("thuadat", "thua_dat", "thua", "parcels", "parcel", "dc_thuadat")
_RULES = {
    "ward_code": Rule(),
    "map_sheet": Rule(),
    "parcel_no": Rule(),
    "land_use": Rule(),
    "legal_area_m2": Rule("number", low=0.0),
    "valid_from": Rule("date"),
}
_KEY = ("ward_code", "map_sheet", "parcel_no")
_GSO_DIGITS = 5
_AREA_SHARE = 0.05
"""Legal and geometric area that differ by more are counted for the user."""
_SHOWN = 5


@dataclass(slots=True)
class LandReport:
    """What a user must know about the parcels read.

    Attributes
    ----------
    records : int
    personal : dict
        Personal columns left at the door, with the records that had them.
    unknown_codes : dict
        Land-use codes outside the vocabulary, kept, with their counts.
    repairs : list of (file, Repair)
    area_differs : list of (file, row, legal, geometric) [m²]
    without_key, without_outline : int
    unknown_wards : dict
        Ward codes that were not in use on the parcel's date, with their counts.
    more : list of str
    """

    records: int = 0
    personal: Counter[str] = field(default_factory=Counter)
    unknown_codes: dict[str, int] = field(default_factory=dict)
    repairs: list[tuple[str, Repair]] = field(default_factory=list)
    area_differs: list[tuple[str, int, float, float]] = field(default_factory=list)
    without_key: int = 0
    without_outline: int = 0
    unknown_wards: Counter[str] = field(default_factory=Counter)
    more: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """Return the report as sentences, the weightiest first."""
        notes = []
        if self.personal:
            held = ", ".join(f"{name} ({n} records)" for name, n in self.personal.items())
            notes.append(f"{len(self.personal)} personal columns were not read: {held}")
        if self.unknown_codes:
            listed = ", ".join(f"{code} ({n})" for code, n in self.unknown_codes.items())
            notes.append(f"land-use codes outside the vocabulary, kept as they are: {listed}")
        if self.repairs:
            changed = sum(abs(r.after_m2 - r.before_m2) for _, r in self.repairs)
            some = [f"{f} row {r.row} ({r.before_m2:.1f} → {r.after_m2:.1f} m²)" for f, r in self.repairs[:_SHOWN]]
            rest = ", …" if len(self.repairs) > _SHOWN else ""
            count = f"{len(self.repairs)} outlines crossed themselves and were repaired"
            notes.append(f"{count}, {changed:.1f} m² changed: {', '.join(some)}{rest}")
        if self.area_differs:
            worst = sorted(self.area_differs, key=lambda d: -abs(d[2] - d[3]))[:_SHOWN]
            some = [f"{f} row {row} (legal {legal:.1f}, outline {drawn:.1f} m²)" for f, row, legal, drawn in worst]
            count = f"{len(self.area_differs)} parcels whose legal area differs from the outline's by over 5 %"
            notes.append(f"{count}, the largest: {', '.join(some)}")
        if self.without_key:
            notes.append(f"{self.without_key} parcels without ward, sheet or number")
        if self.without_outline:
            notes.append(f"{self.without_outline} parcels without outline")
        if self.unknown_wards:
            listed = ", ".join(f"{code} ({n})" for code, n in self.unknown_wards.items())
            notes.append(f"ward codes not in use on the parcels' date, kept but not joined: {listed}")
        return notes + self.more


@dataclass(slots=True)
class _Batch:
    """The checked records of one source."""

    raw: RawLayer
    source: LayerSource
    table: pd.DataFrame
    shapes: NDArray[np.object_]


def read_parcels(
    sources: Sequence[LayerSource],
    *,
    frame: Frame | None = None,
    admin: AdminUnits | None = None,
    vocabulary: str = "tt08_2024",
) -> tuple[Parcels, LandReport]:
    """Return the parcels of all sources and what a user must know about them.

    Rules
    -----
    1. Columns that hold a person are never read; they are counted.
    2. The faults of all sources come in one report; with any fault nothing is returned.
    3. Ward, sheet and number name a parcel of one edition of the map (`valid_from`) only once, over all sources.
    4. Ward codes are resolved by code and date; a code that meant several wards needs a date.
    5. Ids are opaque: a hash of ward, sheet, number and date, else of the outline, the same in every build.

    Raises
    ------
    ValidationFailed
        At least one fault.
    """
    report, every = LandReport(), Faults("")
    batches = [b for s in sources if (b := every.attempt(partial(_read, s, frame or Frame(), report)))]
    _refuse_duplicates(batches, every)
    _check_wards(batches, admin, report, every)
    every.raise_if_any()
    return _table(batches, vocabulary, report), report


def _read(source: LayerSource, frame: Frame, report: LandReport) -> _Batch:
    raw = read_any(source, PARCEL_ALIASES, prefer=PARCEL_LAYERS)
    faults = Faults(raw.file, raw.layer, raw.rows)
    for name in (k for k in _KEY if k not in raw.names and k not in source.constants):
        remedy = f"Map it in a mapping file: columns.{name} = … or constants.{name} = …."
        faults.add("no column is recognised", remedy, column=name)
    _fill_in(raw, source, faults)
    faults.check(raw.frame, _RULES, raw.names)
    placed = located(raw, source, frame, faults)
    shapes, repairs = outlines(placed, faults) if placed is not None else (np.zeros(0, dtype=object), [])
    faults.raise_if_any()
    report.repairs += [(raw.file, r) for r in repairs]
    report.personal.update({f"{raw.file}: {c}": len(raw.frame) for c in raw.dropped})
    report.more += raw.notes
    report.records += len(raw.frame)
    return _Batch(raw, source, _plain(raw, source), shapes)


def _fill_in(raw: RawLayer, source: LayerSource, faults: Faults) -> None:
    """Give what a record leaves empty the constant of the whole source."""
    for name, value in source.constants.items():
        if name == "valid_from" and np.isnat(dates(pd.Series([value]))[0]):
            faults.add(f"{str(value)!r} is no date", "Write it as 2025-07-01 or 01/07/2025.", column=name)
            continue
        said = texts(raw.frame[name]) if name in raw.frame else [""] * len(raw.frame)
        raw.frame[name] = pd.Series([text or value for text in said], dtype=object)


def _plain(raw: RawLayer, source: LayerSource) -> pd.DataFrame:
    def _column(name: str) -> pd.Series[Any]:
        return raw.frame[name] if name in raw.frame else pd.Series([None] * len(raw.frame), dtype=object)

    table = pd.DataFrame({name: texts(_column(name)) for name in (*_KEY, "land_use")})
    table["ward_code"] = [c.zfill(_GSO_DIGITS) if c.isdigit() else c for c in table["ward_code"]]
    for name in ("map_sheet", "parcel_no"):
        table[name] = [c.lstrip("0") or c for c in table[name]]
    translate = source.translate.get("land_use", {})
    table["land_use"] = [translate.get(u, u) for u in table["land_use"]]
    table["legal_area_m2"] = numbers(_column("legal_area_m2")) * source.factors.get("legal_area_m2", 1.0)
    table["valid_from"] = dates(_column("valid_from"))
    return table


def _refuse_duplicates(batches: list[_Batch], every: Faults) -> None:
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    for batch in batches:
        faults = Faults(batch.raw.file, batch.raw.layer, batch.raw.rows)
        for record, (ward, sheet, number, day) in enumerate(_keys(batch.table)):
            here = (batch.raw.file, int(batch.raw.rows[record]))
            first = seen.setdefault((ward, sheet, number, day), here) if ward and sheet and number else here
            if first != here:
                where = f"row {first[1]}" + (f" of {first[0]}" if first[0] != here[0] else "")
                why = f"ward {ward}, sheet {sheet}, parcel {number} is already on {where}"
                remedy = "Keep one, or give each edition its own valid_from."
                faults.add(why, remedy, record=record, column=batch.raw.names.get("parcel_no", "parcel_no"))
        every.found += faults.found


def _keys(table: pd.DataFrame) -> zip[tuple[str, ...]]:
    days = np.datetime_as_string(table["valid_from"].to_numpy().astype("datetime64[D]"))
    return zip(*(table[k].tolist() for k in _KEY), days.tolist(), strict=True)


def _check_wards(batches: list[_Batch], admin: AdminUnits | None, report: LandReport, every: Faults) -> None:
    if admin is None or len(admin) == 0:
        report.more += ["ward codes were not checked: the city has no administrative units"] if batches else []
        return
    for batch in batches:
        table = batch.table[batch.table["ward_code"] != ""]
        for _, group in table.groupby(["ward_code", "valid_from"], dropna=False):
            code, day = str(group["ward_code"].iloc[0]), group["valid_from"].iloc[0]
            faults = Faults(batch.raw.file, batch.raw.layer, batch.raw.rows)
            try:
                admin.find(code, None if pd.isna(day) else day.date())
            except UnknownItem:
                report.unknown_wards[code] += len(group)
            except AmbiguousCode as error:
                column = batch.raw.names.get("ward_code", "ward_code")
                faults.add(
                    str(error),
                    "Give --parcels-date, or valid_from in a mapping file.",
                    record=int(group.index[0]),
                    column=column,
                )
            every.found += faults.found


def _table(batches: list[_Batch], vocabulary: str, report: LandReport) -> Parcels:
    table = pd.concat([b.table for b in batches], ignore_index=True)
    shapes = np.concatenate([b.shapes for b in batches])
    uses = [parse_uses(text, vocabulary) for text in table["land_use"]]
    codes = np.array([code for found in uses for code, _ in found], dtype=np.str_)
    report.unknown_codes = unknown_codes(codes.tolist(), vocabulary)
    legal = table["legal_area_m2"].to_numpy()
    drawn = ~shapely.is_missing(shapes)
    _compare_areas(batches, legal, shapes, report)
    report.without_outline = int((~drawn).sum())
    report.without_key = int((table[list(_KEY)] == "").any(axis=1).sum())
    complete = LEGAL_AREA * ~np.isnan(legal) + LAND_USE * np.array([bool(u) for u in uses]) + GEOMETRY * drawn
    n = len(table)
    origin = [b.source for b in batches for _ in range(len(b.table))]
    return Parcels(
        ids=_ids(table, shapes),
        kind=np.full(n, "parcel"),
        name=np.full(n, ""),
        **Parcels.flatten(shapes),
        ward_code=table["ward_code"].to_numpy(),
        map_sheet=table["map_sheet"].to_numpy(),
        parcel_no=table["parcel_no"].to_numpy(),
        valid_from=table["valid_from"].to_numpy().astype("datetime64[D]"),
        legal_area_m2=legal,
        use_first=np.concatenate([[0], np.cumsum([len(u) for u in uses])]).astype(np.int64),
        use_code=codes,
        use_area_m2=np.array([area for found in uses for _, area in found], dtype=np.float64),
        vocabulary=vocabulary,
        complete=complete.astype(np.int8),
        provenance=np.array([s.provenance for s in origin]),
        accuracy_m=np.array([s.accuracy_m for s in origin]),
        source=np.array([s.source or f"cadastre: {s.file.name}" for s in origin]),
    )


def _compare_areas(
    batches: list[_Batch], legal: NDArray[np.float64], shapes: NDArray[np.object_], report: LandReport
) -> None:
    drawn = np.where(shapely.is_missing(shapes), np.nan, shapely.area(shapes))
    where = [(b.raw.file, int(row)) for b in batches for row in b.raw.rows]
    with np.errstate(invalid="ignore"):
        far = np.abs(drawn - legal) > _AREA_SHARE * legal
    report.area_differs = [(*where[k], float(legal[k]), float(drawn[k])) for k in np.flatnonzero(far)]


def _ids(table: pd.DataFrame, shapes: NDArray[np.object_]) -> NDArray[np.str_]:
    seen: Counter[str] = Counter()
    ids = []
    for shape, key in zip(shapes, _keys(table), strict=True):
        named = all(key[:3])
        stuff = "\0".join(key).encode() + (b"" if named else shapely.to_wkb(shape) if shape is not None else b"?")
        digest = hashlib.blake2b(stuff, digest_size=8).hexdigest()
        seen[digest] += 1
        ids.append(f"t{digest}" if seen[digest] == 1 else f"t{digest}-{seen[digest]}")
    return np.array(ids)
