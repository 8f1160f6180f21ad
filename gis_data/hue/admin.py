"""The wards and communes of the embedded Huế at three dates, from one set of shared boundary arcs."""

from __future__ import annotations

import itertools

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import TABLES, days, numbers, origin, points, read_table, text
from twin.city.admin import AdminUnits
from twin.city.frame import HUE_CRS
from twin.errors import TopologyError

_ERAS = ("unit_2021_07", "unit_2025_01", "unit_2025_07")
"""Columns of ``ward_pieces.csv``, oldest first: the unit a piece of land belonged to at each date."""


def admin_of_hue() -> AdminUnits:
    """Return the units of all three dates with outlines and successors.

    Rules
    -----
    1. Every boundary is drawn once, as an arc with the piece of land on either side, so neighbours share edges.
    2. A unit is the union of its pieces; so an old unit lies inside the unit that took it over.
    3. The successors of a unit are the units its pieces belonged to at the next date.

    Raises
    ------
    TopologyError
        The arcs around a piece do not close.
    """
    table = read_table("admin_units.csv")
    ids = np.array([f"{code}@{day}" for code, day in zip(table["code"], table["valid_from"], strict=True)])
    first, successor = _successors(ids)
    return AdminUnits(
        ids=ids,
        code=text(table["code"]),
        name=text(table["name"]),
        unit_type=text(table["unit_type"]),
        valid_from=days(table["valid_from"]),
        valid_to=days(table["valid_to"]),
        area_km2=numbers(table["area_km2"]),
        population=numbers(table["population"]),
        xy_m=points(table),
        **AdminUnits.flatten(_outlines(ids)),
        successor_first=first,
        successor=successor,
        **origin(table),
    )


def ward_pieces() -> dict[str, shapely.Polygon]:
    """Return the smallest pieces of land that no boundary of any date divides, by name [m, EPSG:9214].

    Raises
    ------
    TopologyError
        The arcs around a piece do not close.
    """
    arcs = pyogrio.read_dataframe(TABLES / "ward_arcs.geojson").to_crs(HUE_CRS)
    around: dict[str, list[shapely.LineString]] = {}
    for left, right, line in zip(arcs["left"], arcs["right"], arcs.geometry, strict=True):
        for name in filter(None, (left, right)):
            around.setdefault(name, []).append(line)
    return {name: _closed(name, lines) for name, lines in around.items()}


def _closed(name: str, lines: list[shapely.LineString]) -> shapely.Polygon:
    rings = list(shapely.polygonize(lines).geoms)
    if len(rings) != 1 or not isinstance(rings[0], shapely.Polygon):
        raise TopologyError(
            "ward_arcs.geojson", f"the arcs around {name} make {len(rings)} rings, not one", "Join their ends."
        )
    return rings[0]


def _outlines(ids: NDArray[np.str_]) -> NDArray[np.object_]:
    shape_of = ward_pieces()
    table = read_table("ward_pieces.csv")
    parts: dict[str, list[shapely.Polygon]] = {}
    for era in _ERAS:
        for piece, unit in zip(table["piece"], table[era], strict=True):
            if unit:
                parts.setdefault(unit, []).append(shape_of[piece])
    outlines = np.full(len(ids), None, dtype=object)
    for row, unit in enumerate(ids):
        if unit in parts:
            outlines[row] = shapely.coverage_union_all(parts[unit])
    return outlines


def _successors(ids: NDArray[np.str_]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    row_of = {unit: row for row, unit in enumerate(ids.tolist())}
    table = read_table("ward_pieces.csv")
    later: dict[int, set[int]] = {}
    for before, after in itertools.pairwise(_ERAS):
        for old, new in zip(table[before], table[after], strict=True):
            if old:
                later.setdefault(row_of[old], set()).add(row_of[new])
    rows = [sorted(later.get(row, ())) for row in range(len(ids))]
    first = np.cumsum([0, *(len(r) for r in rows)], dtype=np.int64)
    return first, np.array([new for r in rows for new in r], dtype=np.int32)
