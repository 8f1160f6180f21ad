"""Parcels of Huế as a land register would hold them: ward, sheet and number, legal area, uses; all of it generated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.land import SOURCE
from twin.city.admin import AdminUnits
from twin.city.land import GEOMETRY, LAND_USE, LEGAL_AREA, Parcels

EDITION = date(2025, 7, 1)
"""The ward codes changed on this day, and with them the name of every parcel."""
VOCABULARY = "tt08_2024"
_SHEET_M = 500.0
"""[m] Side of a cadastral sheet at 1:1,000."""
_STRIP_M = 25.0
_LEGAL_SPREAD = 0.015
_NO_AREA, _NO_USE = 0.04, 0.03
"""Shares of records that lack the legal area or the use: assumptions, so that the register has gaps."""


@dataclass(frozen=True)
class Lots:
    """Parcels before they are numbered ``(n,)``.

    Attributes
    ----------
    shapes : (n,) polygons
    use_code, second_code : (n,) str
        The second is empty where a parcel has one use.
    first_share : (n,)
        Share of the area under the first use.
    name : (n,) str
    provenance : (n,) str
    """

    shapes: NDArray[np.object_]
    use_code: NDArray[np.str_]
    second_code: NDArray[np.str_]
    first_share: NDArray[np.float64]
    name: NDArray[np.str_]
    provenance: NDArray[np.str_]

    def take(self, rows: NDArray[np.int64]) -> Lots:
        """Return some of the lots."""
        return Lots(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def wards_at(shapes: NDArray[np.object_], admin: AdminUnits, day: date = EDITION) -> NDArray[np.int64]:
    """Return the row of the unit valid on a day that holds the middle of each shape ``(n,)``; -1 outside all."""
    rows = admin.valid_on(day)
    outlines = admin.shapes()[rows]
    known = ~shapely.is_empty(outlines)
    of_shape, of_ward = shapely.STRtree(outlines[known]).query(shapely.centroid(shapes), predicate="intersects")
    found = np.full(len(shapes), -1)
    found[of_shape[::-1]] = rows[known][of_ward[::-1]]
    return found


def parcels_of(lots: Lots, admin: AdminUnits, ward: NDArray[np.int64], rng: np.random.Generator) -> Parcels:
    """Return the parcel table of lots that all lie in wards.

    Rules
    -----
    1. Sheets are 500 m squares numbered within the ward from the north-west; parcels within the sheet likewise.
    2. The legal area differs from the drawn one by 1.5 % (one standard deviation), as certificates do.
    3. A few records lack the legal area or the use, none of a known place does; every one has its geometry.
    """
    n = len(lots.shapes)
    sheet, number = _numbers(lots.shapes, ward)
    area = np.asarray(shapely.area(lots.shapes))
    legal = np.round(area * (1 + _LEGAL_SPREAD * np.clip(rng.standard_normal(n), -3, 3)), 1)
    chance = np.where(lots.name == "", rng.random(n), 1.0)
    no_area, no_use = chance < _NO_AREA, (chance >= _NO_AREA) & (chance < _NO_AREA + _NO_USE)
    uses = np.where(no_use, 0, np.where(lots.second_code == "", 1, 2))
    first = np.concatenate([[0], np.cumsum(uses)])
    codes, areas = _uses(lots, np.where(no_area, area, legal), uses, first)
    complete = np.full(n, LEGAL_AREA | LAND_USE | GEOMETRY) - LEGAL_AREA * no_area - LAND_USE * no_use
    return Parcels(
        ids=np.char.add("p", np.char.zfill(np.arange(n).astype(str), 6)),
        kind=np.where(no_use, "", lots.use_code),
        name=lots.name,
        ward_code=admin.code[ward],
        map_sheet=sheet.astype(str),
        parcel_no=number.astype(str),
        valid_from=np.full(n, EDITION, dtype="datetime64[D]"),
        legal_area_m2=np.where(no_area, np.nan, legal),
        use_first=first,
        use_code=codes,
        use_area_m2=areas,
        vocabulary=VOCABULARY,
        complete=complete.astype(np.int8),
        **Parcels.flatten(lots.shapes),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def _numbers(shapes: NDArray[np.object_], ward: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    at = shapely.get_coordinates(shapely.centroid(shapes))
    tile = np.floor(np.column_stack([-at[:, 1], at[:, 0]]) / _SHEET_M).astype(np.int64)
    keys, place = np.unique(np.column_stack([ward, tile]), axis=0, return_inverse=True)
    first_of_ward = np.searchsorted(keys[:, 0], keys[:, 0])
    sheet = (np.arange(len(keys)) - first_of_ward + 1)[place.ravel()]
    order = np.lexsort((at[:, 0], np.floor(-at[:, 1] / _STRIP_M), place.ravel()))
    ranked = place.ravel()[order]
    number = np.empty(len(shapes), dtype=np.int64)
    number[order] = np.arange(len(shapes)) - np.searchsorted(ranked, ranked) + 1
    return sheet, number


def _uses(
    lots: Lots, area: NDArray[np.float64], uses: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    codes = np.full(int(first[-1]), "", dtype="<U3")
    areas = np.zeros(int(first[-1]))
    one, two = uses >= 1, uses == 2
    codes[first[:-1][one]] = lots.use_code[one]
    areas[first[:-1][one]] = np.round(area * np.where(two, lots.first_share, 1.0), 1)[one]
    codes[first[:-1][two] + 1] = lots.second_code[two]
    areas[first[:-1][two] + 1] = np.round(area * (1 - lots.first_share), 1)[two]
    return codes, areas
