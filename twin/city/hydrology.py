"""What governs the water: gauges with dated alarm schemes, reservoirs, gates, tides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.city.table import Table
from twin.errors import UnknownItem


@dataclass(frozen=True, slots=True)
class AlarmScheme:
    """The three flood alarm levels (báo động 1, 2, 3) of a gauge between two dates.

    Attributes
    ----------
    valid_from, valid_to : date or None
        Half-open interval; None is open.
    levels_m : (BĐ1, BĐ2, BĐ3) [m]
        Above the gauge's datum; NaN where not published.
    """

    valid_from: date | None
    valid_to: date | None
    levels_m: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Gauges(Table):
    """River gauges; what a level means depends on the gauge and the date.

    Attributes
    ----------
    name, river, datum : (n,) str
        The datum is what the readings count from.
    xy_m : (n, 2) [m]
    alarm_first : (n + 1,)
        First alarm scheme of each gauge in the arrays below.
    alarm_from, alarm_to : (n_schemes,) datetime64[D]
        ``NaT`` is open.
    alarm1_m, alarm2_m, alarm3_m : (n_schemes,) [m]
    """

    GEOMETRY: ClassVar[str] = "point"
    RAGGED: ClassVar[dict[str, tuple[str, ...]]] = {
        "alarm_first": ("alarm_from", "alarm_to", "alarm1_m", "alarm2_m", "alarm3_m")
    }

    name: NDArray[np.str_]
    river: NDArray[np.str_]
    datum: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    alarm_first: NDArray[np.int64]
    alarm_from: NDArray[np.datetime64]
    alarm_to: NDArray[np.datetime64]
    alarm1_m: NDArray[np.float64]
    alarm2_m: NDArray[np.float64]
    alarm3_m: NDArray[np.float64]

    def alarm_on(self, gauge_id: str, day: date) -> AlarmScheme:
        """Return the alarm scheme of a gauge on a day.

        Raises
        ------
        UnknownItem
            No such gauge, or no scheme was in force that day.
        """
        row = self.index_of(gauge_id)
        at = np.datetime64(day, "D")
        for k in range(int(self.alarm_first[row]), int(self.alarm_first[row + 1])):
            start, end = self.alarm_from[k], self.alarm_to[k]
            if (np.isnat(start) or start <= at) and (np.isnat(end) or at < end):
                levels = (float(self.alarm1_m[k]), float(self.alarm2_m[k]), float(self.alarm3_m[k]))
                return AlarmScheme(_day(start), _day(end), levels)
        raise UnknownItem(gauge_id, f"no alarm scheme was in force on {day:%d/%m/%Y}")


def _day(value: np.datetime64) -> date | None:
    return None if np.isnat(value) else date.fromisoformat(str(value))


@dataclass(frozen=True, kw_only=True, eq=False)
class Reservoirs(Table):
    """Dams upstream of the city.

    Attributes
    ----------
    name, river : (n,) str
    xy_m : (n, 2) [m]
    normal_level_m : (n,) [m]
        Normal water level (mực nước dâng bình thường).
    capacity_m3, catchment_km2 : (n,)
        NaN where not published.
    """

    GEOMETRY: ClassVar[str] = "point"

    name: NDArray[np.str_]
    river: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    normal_level_m: NDArray[np.float64]
    capacity_m3: NDArray[np.float64]
    catchment_km2: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Gates(Table):
    """Barrages, sluices and weirs.

    Attributes
    ----------
    kind, name : (n,) str
        Kind is one of barrage, sluice, weir.
    xy_m : (n, 2) [m]
    width_m, sill_m : (n,) [m]
        Clear width, and crest or sill above the city's datum; NaN where unknown.
    """

    GEOMETRY: ClassVar[str] = "point"

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    width_m: NDArray[np.float64]
    sill_m: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tides(Table):
    """Where the sea sets the level: mean level and the amplitudes of the four main constituents.

    Attributes
    ----------
    name : (n,) str
    xy_m : (n, 2) [m]
    mean_level_m, m2_m, s2_m, k1_m, o1_m : (n,) [m]
    """

    GEOMETRY: ClassVar[str] = "point"

    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    mean_level_m: NDArray[np.float64]
    m2_m: NDArray[np.float64]
    s2_m: NDArray[np.float64]
    k1_m: NDArray[np.float64]
    o1_m: NDArray[np.float64]
