"""GMNS folders: nodes, links, forbidden movements and demand as csv files, checked, in metres and seconds.

Reference: General Modeling Network Specification 0.96, zephyr-data-specs.github.io/GMNS. Further columns of ours travel
along in ``link.csv`` and may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.validation import Faults, Rule, numbers, texts
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.errors import SchemaError

LENGTH_M = {"m": 1.0, "meter": 1.0, "meters": 1.0, "metre": 1.0, "km": 1000.0, "kilometer": 1000.0, "mi": 1609.344,
            "mile": 1609.344, "miles": 1609.344, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048}  # fmt: skip
"""Metres in each unit of length `config.csv` may name."""
SPEED_MPS = {"kph": 1 / 3.6, "km/h": 1 / 3.6, "kmh": 1 / 3.6, "mph": 0.44704, "mps": 1.0, "m/s": 1.0}
USES = {"moto": MOTORCYCLE, "auto": CAR, "bus": BUS, "truck": TRUCK, "bike": CYCLE, "walk": WALK, "all": ALL_MODES}
"""Words of ``allowed_uses`` and the modes they stand for, written and read."""
CLOSED = "closed"
"""The word of ours for a link nobody may use."""

_SAME_USE = {
    "motorcycle": "moto",
    "car": "auto",
    "transit": "bus",
    "bicycle": "bike",
    "ped": "walk",
    "pedestrian": "walk",
}

_NODE = {"node_id": Rule(required=True), "x_coord": Rule("number", required=True),
         "y_coord": Rule("number", required=True)}  # fmt: skip
_LINK = {
    "link_id": Rule(required=True),
    "from_node_id": Rule(required=True),
    "to_node_id": Rule(required=True),
    "length": Rule("number", low=0.0),
    "lanes": Rule("number", low=0.0, high=127.0),
    "free_speed": Rule("number", low=0.0),
    "capacity": Rule("number", low=0.0),
    "row_width": Rule("number", low=0.0),
}
_MOVEMENT = {"node_id": Rule(), "ib_link_id": Rule(required=True), "ob_link_id": Rule(required=True)}


@dataclass(frozen=True, kw_only=True)
class GmnsLinks:
    """Directed links; a two-way record gives two.

    Attributes
    ----------
    ids, name, facility : lists of str
    tail, head : (L,)
        Rows of the nodes.
    length_m, free_speed_mps, width_m, capacity_veh_h : (L,)
        NaN where the file does not say; the capacity is that of all lanes.
    lanes : (L,)
        0 where the file does not say.
    modes : (L,)
    lines : (L,) of LineString
        In the file's reference system.
    record, backward : (L,)
        Row of `link.csv`, and whether the link runs against it.
    """

    ids: list[str]
    name: list[str]
    facility: list[str]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    free_speed_mps: NDArray[np.float64]
    width_m: NDArray[np.float64]
    capacity_veh_h: NDArray[np.float64]
    lanes: NDArray[np.int64]
    modes: NDArray[np.int64]
    lines: NDArray[np.object_]
    record: NDArray[np.int64]
    backward: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class GmnsNetwork:
    """A folder's network.

    Attributes
    ----------
    crs : str or None
        As `config.csv` states it.
    node_id : list of str
    zone_id : list of str
        Zone of each node; empty where it has none.
    node_xy : (N, 2)
        In the file's reference system.
    links : GmnsLinks
    bans : (n, 2)
        Movements that are prohibited, rows of the links.
    link_table : DataFrame
        `link.csv` as it stands, for the columns beyond the specification.
    """

    crs: str | None
    node_id: list[str]
    zone_id: list[str]
    node_xy: NDArray[np.float64]
    links: GmnsLinks
    bans: NDArray[np.int32]
    link_table: pd.DataFrame


def read_gmns(folder: Path) -> GmnsNetwork:
    """Return the network of a GMNS folder.

    Raises
    ------
    ValidationFailed
        Every missing file, column or value that cannot be right, in one report.
    """
    faults = Faults(folder.name)
    units = _units(folder, faults)
    nodes, records = (
        read_table(folder / name, rules, faults) for name, rules in (("node.csv", _NODE), ("link.csv", _LINK))
    )
    faults.raise_if_any()
    node_id = texts(nodes["node_id"])
    row = {name: k for k, name in enumerate(node_id)}
    xy = np.column_stack([numbers(nodes["x_coord"]), numbers(nodes["y_coord"])])
    faults.file = "link.csv"
    links = _links(folder, records, row, xy, units, faults)
    faults.raise_if_any()
    bans = _bans(folder, links, faults)
    faults.raise_if_any()
    return GmnsNetwork(
        crs=units.crs,
        node_id=node_id,
        zone_id=_column(nodes, "zone_id"),
        node_xy=xy,
        links=links,
        bans=bans,
        link_table=records,
    )


@dataclass(frozen=True, slots=True)
class _Units:
    length_m: float
    width_m: float
    speed_mps: float
    crs: str | None


def _units(folder: Path, faults: Faults) -> _Units:
    path = folder / "config.csv"
    remedy = "Write config.csv with long_length, short_length, speed and crs, e.g. km,m,kph,EPSG:4326."
    if not path.is_file():
        faults.found.append(SchemaError("config.csv", "it is missing: units and reference system are not said", remedy))
        return _Units(np.nan, np.nan, np.nan, None)
    said = pd.read_csv(path, dtype=str, keep_default_na=False).iloc[:1].to_dict("list")
    found: dict[str, float] = {}
    for column, known in (("long_length", LENGTH_M), ("short_length", LENGTH_M), ("speed", SPEED_MPS)):
        word = str(next(iter(said.get(column, [])), "")).strip().lower()
        if word not in known:
            faults.found.append(
                SchemaError("config.csv", f"{word!r} is no unit; one of {', '.join(known)}", remedy, "", 2, column)
            )
        found[column] = known.get(word, np.nan)
    crs = str(next(iter(said.get("crs", [])), "")).strip()
    return _Units(found["long_length"], found["short_length"], found["speed"], crs or None)


def read_table(path: Path, rules: dict[str, Rule], faults: Faults) -> pd.DataFrame:
    """Return a csv file as text after checking it; its faults are added to those found so far."""
    if not path.is_file():
        faults.found.append(SchemaError(path.name, "it is missing", "Complete the GMNS folder."))
        return pd.DataFrame()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    own = Faults(path.name, rows=np.arange(2, len(frame) + 2))
    for column, rule in rules.items():
        if rule.required and column not in frame:
            own.add("the column is missing", "Complete the file.", column=column)
    own.check(frame, rules, {})
    faults.found.extend(own.found)
    return frame


def _links(
    folder: Path,
    records: pd.DataFrame,
    row: dict[str, int],
    xy: NDArray[np.float64],
    units: _Units,
    faults: Faults,
) -> GmnsLinks:
    faults.rows = np.arange(2, len(records) + 2)
    ends = []
    for column in ("from_node_id", "to_node_id"):
        names = texts(records[column])
        for k, name in enumerate(names):
            if name not in row:
                faults.add(f"the node {name!r} is not in node.csv", "Complete node.csv.", record=k, column=column)
        ends.append(np.array([row.get(name, 0) for name in names], dtype=np.int32))
    lines = _lines(folder, records, xy[ends[0]], xy[ends[1]], faults)
    uses = [_modes(text) for text in _column(records, "allowed_uses")]
    for k, modes in enumerate(uses):
        if modes is None:
            why = f"{records['allowed_uses'][k]!r} is no use known here"
            faults.add(why, f"Write words of {', '.join(USES)}.", record=k, column="allowed_uses")
    directed = [text.lower() not in ("0", "false") for text in _column(records, "directed")]
    record = np.array([k for k, one in enumerate(directed) for _ in range(1 if one else 2)], dtype=np.int64)
    second = np.array([back for one in directed for back in ((False,) if one else (False, True))], dtype=bool)
    ids, names, facilities = (_column(records, column) for column in ("link_id", "name", "facility_type"))
    lanes = np.nan_to_num(_numbers(records, "lanes")[record]).astype(np.int64)
    shape = np.array([lines[k].reverse() if back else lines[k] for k, back in zip(record, second, strict=True)])
    return GmnsLinks(
        ids=[f"{ids[k]}b" if back else ids[k] for k, back in zip(record.tolist(), second, strict=True)],
        name=[names[k] for k in record.tolist()],
        facility=[facilities[k] for k in record.tolist()],
        tail=np.where(second, ends[1][record], ends[0][record]),
        head=np.where(second, ends[0][record], ends[1][record]),
        length_m=_numbers(records, "length")[record] * units.length_m,
        free_speed_mps=_numbers(records, "free_speed")[record] * units.speed_mps,
        width_m=_numbers(records, "row_width")[record] * units.width_m,
        capacity_veh_h=_numbers(records, "capacity")[record] * np.maximum(lanes, 1),
        lanes=lanes,
        modes=np.array([m or 0 for m in uses], dtype=np.int64)[record],
        lines=shape.astype(object),
        record=record,
        backward=second,
    )


def _lines(
    folder: Path, records: pd.DataFrame, start: NDArray[np.float64], end: NDArray[np.float64], faults: Faults
) -> list[shapely.LineString]:
    """Return the drawn lines: WKT of the record, else of geometry.csv, else straight from node to node."""
    kept: dict[str, str] = {}
    if (folder / "geometry.csv").is_file():
        table = pd.read_csv(folder / "geometry.csv", dtype=str, keep_default_na=False)
        kept = dict(zip(texts(table["geometry_id"]), texts(table["geometry"]), strict=True))
    texts_own, numbers_own = _column(records, "geometry"), _column(records, "geometry_id")
    lines: list[shapely.LineString] = []
    for k, own in enumerate(texts_own):
        wkt = own or kept.get(numbers_own[k], "")
        line = shapely.from_wkt(wkt, on_invalid="ignore") if wkt else shapely.LineString([start[k], end[k]])
        if not isinstance(line, shapely.LineString) or line.is_empty:
            faults.add("the geometry is no WKT LineString", "Correct it.", record=k, column="geometry")
            line = shapely.LineString([start[k], end[k]])
        lines.append(shapely.LineString(shapely.get_coordinates(line)))
    return lines


def _bans(folder: Path, links: GmnsLinks, faults: Faults) -> NDArray[np.int32]:
    """Return the movements that movement.csv lists as prohibited; a file without any such word forbids nothing."""
    if not (folder / "movement.csv").is_file():
        return np.zeros((0, 2), dtype=np.int32)
    table = read_table(folder / "movement.csv", _MOVEMENT, faults)
    if faults.found or table.empty:
        return np.zeros((0, 2), dtype=np.int32)
    row = {name: k for k, name in enumerate(links.ids)}
    banned = []
    faults.file, faults.rows = "movement.csv", np.arange(2, len(table) + 2)
    pairs = zip(texts(table["ib_link_id"]), texts(table["ob_link_id"]), _column(table, "allowed_uses"), strict=True)
    for k, (source, target, uses) in enumerate(pairs):
        for column, name in (("ib_link_id", source), ("ob_link_id", target)):
            if name not in row:
                faults.add(f"the link {name!r} is not in link.csv", "Correct it.", record=k, column=column)
        if uses.lower() in ("none", CLOSED) and source in row and target in row:
            banned.append((row[source], row[target]))
    return np.array(banned, dtype=np.int32).reshape(-1, 2)


def _column(records: pd.DataFrame, name: str) -> list[str]:
    return texts(records[name]) if name in records else [""] * len(records)


def _numbers(records: pd.DataFrame, name: str) -> NDArray[np.float64]:
    return numbers(records[name]) if name in records else np.full(len(records), np.nan)


def _modes(text: str) -> int | None:
    """Return the modes of a link's words, all where nothing is said; None where a word is unknown."""
    words = [w.strip().lower() for w in text.replace(";", ",").split(",") if w.strip()]
    if words == [CLOSED]:
        return 0
    modes = 0
    for word in words:
        known = USES.get(_SAME_USE.get(word, word))
        if known is None:
            return None
        modes |= known
    return modes or ALL_MODES
