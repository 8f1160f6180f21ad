"""Trip tables in TNTP files.

An origin is named, and its destinations follow as `destination : trips ;`, on as many lines as it takes.

Source: https://github.com/bstabler/TransportationNetworks, README.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis_data.readers.tntp_text import TntpText, as_float, read_text
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
Record = tuple[int, str]
_MAX_TOTAL_ERROR = 1e-4
"""Share by which a total may differ from the sum: totals are published with six figures."""
_ORIGIN = re.compile(r"\s*origin\b\s*:?\s*([^\s:;]*)", re.IGNORECASE)
_ITEM = re.compile(r"\s*([^\s:;]+)\s*:\s*([^\s:;]+)\s*")
_BLOCK = re.compile(r"(?:\s*\d+\s*:\s*[^\s:;]+\s*;)*\s*")


def read_tntp_trips(path: Path, network: StaticNetwork) -> F64:
    """Read a trip table : (Z, Z), from zone to zone.

    Raises
    ------
    ValidationFailed
        All faults of the file, and where it does not fit the network.
    """
    text = read_text(path)
    zones = text.count("NUMBER OF ZONES", default=network.n_zones)
    if zones and zones != network.n_zones:
        why = f"has {zones} zones, {network.name} has {network.n_zones}"
        text.add(why, "Give the trips of this network.", column="<NUMBER OF ZONES>")
    trips = np.full((network.n_zones, network.n_zones), np.nan)
    for origin, records in _blocks(text, network.n_zones):
        if not (origin and _whole_block(trips[origin - 1], records)):
            _faulty_block(text, trips, origin, records)
    trips = np.where(np.isnan(trips), 0.0, trips)
    total = text.number("TOTAL OD FLOW")
    if total is not None and not text.faults and abs(trips.sum() - total) > _MAX_TOTAL_ERROR * max(abs(total), 1.0):
        why = f"the trips sum to {trips.sum():.10g}, {total:.10g} are announced"
        text.add(why, "Complete the file or correct the total.", column="<TOTAL OD FLOW>")
    text.raise_if_any()
    return trips


def _blocks(text: TntpText, zones: int) -> list[tuple[int, list[Record]]]:
    """Return each origin's zone, 0 where it is none, and its records."""
    blocks: list[tuple[int, list[Record]]] = []
    for line, record in text.records:
        named = _ORIGIN.match(record)
        if named:
            blocks.append((_zone(text, named[1], zones, line, "Origin"), [(line, record[named.end() :])]))
        elif blocks:
            blocks[-1][1].append((line, record))
        else:
            text.add("trips stand before any origin", "Write Origin and its number first.", line=line, column="Origin")
    return blocks


def _whole_block(row: F64, records: Sequence[Record]) -> bool:
    """Fill an origin's row from records without a fault; False, and nothing filled, where there is one."""
    written = " ".join(record for _, record in records)
    if not _BLOCK.fullmatch(written):
        return False
    try:
        cells = np.array(written.replace(":", " ").replace(";", " ").split(), dtype=np.float64).reshape(-1, 2)
    except ValueError:
        return False
    to, flow = cells[:, 0].astype(np.int64) - 1, cells[:, 1]
    sound = ((to >= 0) & (to < len(row)) & (flow >= 0) & (flow < np.inf)).all()
    if not sound or len(np.unique(to)) < len(to) or not np.isnan(row[to]).all():
        return False
    row[to] = flow
    return True


def _faulty_block(text: TntpText, trips: F64, origin: int, records: Sequence[Record]) -> None:
    """Go through an origin's records one by one, and say what is wrong on which line."""
    rest, last = "", 0
    for line, record in records:
        *whole, rest = f"{rest} {record}".split(";")
        last = line
        for item in whole:
            if item.strip():
                _trip(text, trips, origin, item, line)
    if rest.strip():
        text.add(f"{rest.strip()!r} has no ; after it", "Write destination : trips ;", line=last)


def _trip(text: TntpText, trips: F64, origin: int, item: str, line: int) -> None:
    found = _ITEM.fullmatch(item)
    if found is None:
        text.add(f"{item.strip()!r} is no trip", "Write destination : trips ;", line=line)
        return
    to = _zone(text, found[1], len(trips), line, "destination")
    flow = as_float(found[2])
    if not (0 <= flow < np.inf):
        text.add(f"{found[2]} trips to zone {found[1]}", "Give a number of 0 or more.", line=line, column="trips")
    elif origin and to:
        if not np.isnan(trips[origin - 1, to - 1]):
            text.add(f"zone {origin} to {to} is given twice", "Keep one.", line=line, column="destination")
        trips[origin - 1, to - 1] = flow


def _zone(text: TntpText, written: str, zones: int, line: int, what: str) -> int:
    """Return a zone's number, or 0 and a fault."""
    if written.isdigit() and 1 <= int(written) <= zones:
        return int(written)
    text.add(f"zone {written or '?'} is unknown", f"Zones are numbered 1 to {zones}.", line=line, column=what)
    return 0
