"""Land: parcels as the cadastre names them, and the buildings on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.city.areas import Areas
from twin.errors import UnknownItem

LEGAL_AREA, LAND_USE, GEOMETRY = 1, 2, 4
"""Bits of `Parcels.complete`: which facts the land database holds for a parcel."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Parcels(Areas):
    """Parcels of one or several editions of the cadastral map.

    A parcel is named by ward code, map sheet and parcel number, for the edition valid from a date; the id is opaque. No
    field holds a person.

    Attributes
    ----------
    ward_code, map_sheet, parcel_no : (n,) str
    valid_from : (n,) datetime64[D]
        First day of the edition that gave the parcel this number.
    legal_area_m2 : (n,) [m²]
        Area of the certificate; NaN where the record lacks it. The geometric area is another number.
    use_first : (n + 1,)
        First land use of each parcel in the two arrays below; a parcel may have several or none.
    use_code : (n_uses,) str
        Code in the vocabulary `vocabulary`.
    use_area_m2 : (n_uses,) [m²]
        Area of the single use; NaN where only the list of codes is known.
    vocabulary : str
        Land-use vocabulary, e.g. ``tt27_2018``.
    complete : (n,)
        Bit set of ``LEGAL_AREA``, ``LAND_USE``, ``GEOMETRY``.
    """

    RAGGED: ClassVar[dict[str, tuple[str, ...]]] = {"use_first": ("use_code", "use_area_m2")}

    ward_code: NDArray[np.str_]
    map_sheet: NDArray[np.str_]
    parcel_no: NDArray[np.str_]
    valid_from: NDArray[np.datetime64]
    legal_area_m2: NDArray[np.float64]
    use_first: NDArray[np.int64]
    use_code: NDArray[np.str_]
    use_area_m2: NDArray[np.float64]
    vocabulary: str
    complete: NDArray[np.int8]

    def find(self, ward_code: str, map_sheet: str, parcel_no: str) -> int:
        """Return the row of a parcel in its latest edition.

        Raises
        ------
        UnknownItem
            No edition has such a parcel.
        """
        same = (self.ward_code == ward_code) & (self.map_sheet == map_sheet) & (self.parcel_no == parcel_no)
        rows = np.flatnonzero(same)
        if len(rows) == 0:
            raise UnknownItem(f"{ward_code}/{map_sheet}/{parcel_no}", "no parcel has this ward, sheet and number")
        return int(rows[np.argmax(self.valid_from[rows])])

    def uses_of(self, row: int) -> list[tuple[str, float]]:
        """Return the land uses of a parcel: code and area [m²], NaN where the area is not recorded."""
        span = slice(self.use_first[row], self.use_first[row + 1])
        return list(zip(self.use_code[span].tolist(), self.use_area_m2[span].tolist(), strict=True))

    def completeness(self) -> float:
        """Return the share of parcels with every fact recorded; NaN for no parcels."""
        whole = LEGAL_AREA | LAND_USE | GEOMETRY
        return float(np.mean(self.complete == whole)) if len(self) else float("nan")


@dataclass(frozen=True, kw_only=True, eq=False)
class Buildings(Areas):
    """Footprints; `kind` is the use.

    Attributes
    ----------
    storeys : (n,)
        Above ground; NaN where unknown.
    floor_level_m : (n,) [m]
        Ground floor above the city's height datum; NaN where unknown.
    households : (n,)
        NaN where unknown.
    parcel : (n,)
        Row of `Parcels`; -1 where unknown.
    """

    storeys: NDArray[np.float64]
    floor_level_m: NDArray[np.float64]
    households: NDArray[np.float64]
    parcel: NDArray[np.int32]
