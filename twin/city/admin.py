"""Administrative units, each valid between two dates; a bare code is never enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.city.areas import Outlined
from twin.errors import AmbiguousCode, UnknownItem


@dataclass(frozen=True, kw_only=True, eq=False)
class AdminUnits(Outlined):
    """Wards and communes of every date.

    GSO codes were reused on 1 July 2025: 19789 was Phú Nhuận and is now Thuận Hóa. So a unit is found by code *and*
    date; ``ids`` are ``code@valid_from``.

    Attributes
    ----------
    code, name, unit_type : (n,) str
    valid_from, valid_to : (n,) datetime64[D]
        Half-open interval; ``NaT`` in ``valid_to`` means still valid.
    area_km2 : (n,) [km²]
    population : (n,)
        Registered people; NaN where not published.
    xy_m : (n, 2) [m]
        A point inside the unit, in the city's reference system.
    ring_xy_m : (n_vertices, 2) [m]
        Vertices of the outlines; a unit without known outline has none.
    successor_first : (n + 1,)
        First successor of each unit in `successor`.
    successor : (n_successors,)
        Row of the unit that took over the area at the next change of boundaries.
    """

    VERTICES: ClassVar[str] = "ring_xy_m"
    RAGGED: ClassVar[dict[str, tuple[str, ...]]] = {"successor_first": ("successor",)}

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    unit_type: NDArray[np.str_]
    valid_from: NDArray[np.datetime64]
    valid_to: NDArray[np.datetime64]
    area_km2: NDArray[np.float64]
    population: NDArray[np.float64]
    xy_m: NDArray[np.float64]
    ring_xy_m: NDArray[np.float64]
    successor_first: NDArray[np.int64]
    successor: NDArray[np.int32]

    def valid_on(self, day: date) -> NDArray[np.int64]:
        """Return the rows valid on a day."""
        at = np.datetime64(day, "D")
        return np.flatnonzero((self.valid_from <= at) & (np.isnat(self.valid_to) | (at < self.valid_to)))

    def find(self, code: str, day: date | None = None) -> int:
        """Return the row of a GSO code on a day.

        Raises
        ------
        AmbiguousCode
            No day was given and the code named different areas at different times.
        UnknownItem
            The code was not in use on that day.
        """
        rows = np.flatnonzero(self.code == code)
        if day is not None:
            rows = np.intersect1d(rows, self.valid_on(day))
        if len(rows) == 0:
            raise UnknownItem(code, "no administrative unit had this code" + (f" on {day:%d/%m/%Y}" if day else ""))
        if day is None and len(rows) > 1:
            names = ", ".join(f"{self.name[r]} from {self.valid_from[r]}" for r in rows)
            raise AmbiguousCode(code, f"meant several units ({names}); give a date")
        return int(rows[0])

    def successors(self, row: int) -> NDArray[np.int32]:
        """Return the rows of the units that took over a unit's area."""
        return self.successor[self.successor_first[row] : self.successor_first[row + 1]]
