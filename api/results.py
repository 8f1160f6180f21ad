"""Results for people and for GIS: tables as JSON and CSV, links as GeoJSON and GeoPackage, tracks as packs."""

from __future__ import annotations

import base64
import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pyogrio
from numpy.typing import NDArray

from api import studies
from api.map.pack import encode
from api.services import layer_frame, to_lonlat
from scenarios.engine.compare import Comparison, PlaceDifference, compare
from scenarios.engine.compare_tables import TableDifference, compare_tables
from scenarios.engine.result import RunResult
from twin.city.city import City
from twin.city.sections import near
from twin.errors import UnknownItem
from twin.variables import Text

Lang = Literal["vi", "en"]
Format = Literal["geojson", "gpkg", "csv"]
MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
_KEPT_COMPARISONS = 4
_WORDS = {
    "id": Text("Mã", "Id"),
    "name": Text("Tên", "Name"),
    "group": Text("Thuộc", "Belongs to"),
    "screenline": Text("Tổng các cầu qua {}", "All bridges over {}"),
    "outside": Text("Ngoài các phường, xã", "Outside all wards"),
    "unnamed": Text("Không tên", "Unnamed"),
}


class Comparisons:
    """The comparisons asked for last, each made once: a page asks for several parts of one."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], Comparison] = {}

    def of(self, a: str, b: str, answers: Callable[[str], list[RunResult]]) -> Comparison:
        """Return the comparison of two runs, whose results `answers` gives."""
        before, after = answers(a), answers(b)  # asked each time: a run may have been dismissed
        if (a, b) not in self._made:
            while len(self._made) >= _KEPT_COMPARISONS:
                del self._made[next(iter(self._made))]
            self._made[(a, b)] = compare(before, after)
        return self._made[(a, b)]


def difference_of(made: Comparison, key: str) -> TableDifference:
    """Return a table of a comparison.

    Raises
    ------
    UnknownItem
        The runs report no such table.
    """
    return made.tables[_known(key, made.tables)]


def mean_table(results: Sequence[RunResult], key: str) -> TableDifference:
    """Return a table's mean over replications, as baseline and as what-if.

    Raises
    ------
    UnknownItem
        The runs report no such table.
    """
    _known(key, results[0].tables)
    return compare_tables([(r.tables[key], r.tables[key]) for r in results], level=0.95)


def rows_in_order(
    table: TableDifference, *, by: str | None, difference: bool, limit: int | None
) -> tuple[str, NDArray[np.int64]]:
    """Return the column rows are put in order by, and the rows, at most `limit`; the table's own number unless given.

    Raises
    ------
    UnknownItem
        The table has no such column.
    """
    keys = [c.key for c in table.spec.columns]
    column = _known(table.spec.rank_by if by is None else by, keys)
    most = table.spec.top if limit is None else limit
    rows = table.order(column, difference=difference)
    return column, rows[:most] if most else rows


def table_json(
    city: City, table: TableDifference, *, by: str | None = None, difference: bool = False, limit: int | None = None
) -> dict[str, Any]:
    """Return a table ready for JSON: columns, and the rows in order with both values, difference and interval."""
    column, rows = rows_in_order(table, by=by, difference=difference, limit=limit)
    lonlat = to_lonlat(city, table.xy_m[rows]) if len(rows) else np.zeros((0, 2))
    invented = _generated_streets(city)
    return {
        "key": table.spec.key,
        "title": table.spec.title._asdict(),
        "columns": [
            {"key": c.key, "title": c.title._asdict(), "unit": c.unit, "better": studies.BETTER.get(c.key)}
            for c in table.spec.columns
        ],
        "ordered_by": column,
        "total": len(table.ids),
        "rows": [
            {
                "id": str(table.ids[k]),
                "name": row_name(table, int(k))._asdict(),
                "group": str(table.groups[k]),
                "generated": not invented.isdisjoint(str(table.names[k]).split(" – ")),
                "lonlat": None if np.isnan(at).any() else [round(float(v), 6) for v in at],
                "a": _numbers(table.baseline[k]),
                "b": _numbers(table.whatif[k]),
                "difference": _numbers(table.difference[k]),
                "half_width": _numbers(table.half_width[k]),
            }
            for k, at in zip(rows.tolist(), lonlat, strict=True)
        ],
    }


def _generated_streets(city: City) -> set[str]:
    """Return the streets that no published fact knows: alleys the embedded city generates."""
    made = city.roads.provenance == "generated"
    return set(city.roads.name[made].tolist()) - set(city.roads.name[~made].tolist()) - {""}


def row_name(table: TableDifference, k: int) -> Text:
    """Return what a row is called; rows that are no thing of the city are named in both languages."""
    key, name, group = str(table.ids[k]), str(table.names[k]), str(table.groups[k])
    if key.startswith("="):
        return Text(*(words.format(group) for words in _WORDS["screenline"]))
    if key == "outside":
        return _WORDS["outside"]
    return Text(name, name) if name else _WORDS["unnamed"]


def table_csv(table: TableDifference, *, lang: Lang, both: bool) -> bytes:
    """Return a whole table as CSV for a spreadsheet; in Vietnamese with decimal commas and semicolons.

    Parameters
    ----------
    table
    lang
    both
        Whether baseline, what-if and difference are meant, or one run.
    """

    def say(words: Text) -> str:
        """Return a text in the language asked for."""
        return words.vi if lang == "vi" else words.en

    head = [say(_WORDS[k]) for k in ("id", "name", "group")]
    for c in table.spec.columns:
        label = say(c.title) + (f" [{c.unit}]" if c.unit != "1" else "")
        head += [f"{label} {part}" for part in ("A", "B", "B−A", "± 95 %")] if both else [label]
    parts = (table.baseline, table.whatif, table.difference, table.half_width) if both else (table.baseline,)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if lang == "vi" else ",", lineterminator="\r\n")
    writer.writerow(head)
    _, rows = rows_in_order(table, by=None, difference=both, limit=0)
    for k in rows.tolist():
        cells = [_cell(part[k, c], lang) for c in range(len(table.spec.columns)) for part in parts]
        writer.writerow([str(table.ids[k]), say(row_name(table, k)), str(table.groups[k]), *cells])
    return ("\ufeff" + out.getvalue()).encode()


def whole_change(change: PlaceDifference) -> dict[str, str]:
    """Return the mean change of flow over the period as base64: int16 [veh/h], and a byte: 1 if unclear."""
    mean = np.nan_to_num(change.difference)
    with np.errstate(invalid="ignore"):
        unclear = np.abs(mean) <= change.half_width
    rounded = np.clip(np.rint(mean), -32_768, 32_767).astype("<i2")
    texts = {"change_veh_h": rounded.tobytes(), "change_unclear": unclear.astype(np.uint8).tobytes()}
    return {key: base64.b64encode(value).decode("ascii") for key, value in texts.items()}


def links_frame(city: City, results: Sequence[RunResult]) -> gpd.GeoDataFrame:
    """Return the links with the mean over time and replications of every series a run recorded by link."""
    frame = layer_frame(city, "roads")[["ids", "name", "road_class", "geometry"]].rename(columns={"ids": "id"})
    specs = [results[0].specs[key] for key in sorted(results[0].series)]
    values = {s.key: _over_time(studies.mean_series(results, s.key)[1]) for s in specs if s.place == "link"}
    return gpd.GeoDataFrame(frame.assign(**values), geometry="geometry", crs=city.crs)


def compared_links(city: City, before: Sequence[RunResult], after: Sequence[RunResult]) -> gpd.GeoDataFrame:
    """Return the links with the means of two runs and their difference: columns ``…_a``, ``…_b`` and ``…_diff``."""
    a, b = links_frame(city, before), links_frame(city, after)
    columns = [c for c in a.columns if c not in {"id", "name", "road_class", "geometry"}]
    values = {
        name: column
        for c in columns
        for name, column in ((f"{c}_a", a[c]), (f"{c}_b", b[c]), (f"{c}_diff", b[c] - a[c]))
    }
    return gpd.GeoDataFrame(a.drop(columns=columns).assign(**values), geometry="geometry", crs=city.crs)


def written(frame: gpd.GeoDataFrame, f: Format) -> bytes:
    """Return links as a file: GeoPackage and CSV in the city's reference system, GeoJSON in longitude and latitude."""
    drivers = {"geojson": "GeoJSON", "gpkg": "GPKG", "csv": "CSV"}
    options = {"csv": {"GEOMETRY": "AS_WKT"}, "geojson": {"COORDINATE_PRECISION": "7", "RFC7946": "YES"}, "gpkg": {}}[f]
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / f"links.{f}"
        pyogrio.write_dataframe(frame, path, driver=drivers[f], layer="links", layer_options=options)
        return path.read_bytes()


def tracks_pack(results: Sequence[RunResult]) -> bytes:
    """Return the tracks of a run's first replication as a pack; the page has the geometry of the links.

    Raises
    ------
    UnknownItem
        The run traced no vehicles.
    """
    found = results[0]
    if found.tracks is None:
        raise UnknownItem("tracks", f"run {found.run_id[:12]} traced no vehicles")
    t = found.tracks
    arrays: dict[str, NDArray[Any]] = {
        "kind": t.kind,
        "first": t.first.astype(np.uint32),
        "link": t.link,
        "entered_s": t.entered_s,
        "left_s": t.left_s,
    }
    classes = [{"key": key, "title": found.groups[key]._asdict()} for key in t.classes.tolist()]
    return encode({"key": "tracks", "count": len(t), "classes": classes}, arrays)


def _known(key: str, keys: Any) -> str:
    if key not in keys:
        raise UnknownItem(key, f"not reported{near(key, keys)}; one of {', '.join(keys) or 'none'}")
    return key


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(v) else round(v, 4) for v in values.tolist()]


def _cell(value: float, lang: Lang) -> str:
    if np.isnan(value):
        return ""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if lang == "vi" else text


def _over_time(values: NDArray[np.float64]) -> NDArray[np.float64]:
    n = np.sum(~np.isnan(values), axis=0)
    return np.where(n > 0, np.round(np.nansum(values, axis=0) / np.maximum(n, 1), 4), np.nan)
