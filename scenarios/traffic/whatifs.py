"""Ready-made what-ifs for Huế: the orders planners issue, each with its day and hours; a city needs their streets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from twin.city.city import City
from twin.city.interventions import (
    AddFloorArea,
    CloseStreet,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    SetLandUse,
    Where,
    Window,
    apply,
)
from twin.city.roads import ALL_MODES, FOUR_WHEELED, MOTOR, WALK
from twin.city.sections import crossing, near
from twin.city.windows import Weekday
from twin.errors import InvalidIntervention, RequestError, UnknownItem
from twin.variables import Text

FRIDAY = date(2026, 11, 27)
"""An ordinary Friday of term time."""

FESTIVAL = (date(2026, 11, 26), date(2026, 11, 29))
"""First and last evening of the festival, Thursday to Sunday as in 2023, in the week of `FRIDAY`: an assumption, to be
replaced by the festival's own dates."""

_WEEKEND: tuple[Weekday, ...] = ("fri", "sat", "sun")
_WORKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
_VEHICLES = ALL_MODES & ~WALK
_EVENING = {"date": FRIDAY.isoformat(), "start_h": 18.0, "duration_min": 120}
"""Hours of a run lie within those of its order: means over a period in which it does not hold would water it down."""

_REBUILT = ("ODT", "SKC", "LUC", "CLN")
TOWER_REACH_M, TOWER_STOREYS, TOWER_SHARE = 500.0, 15, 0.5


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A question that is ready to be asked.

    Attributes
    ----------
    key : str
        Kebab-case.
    title : Text
    changes : callable
        Gives the changes for a city.
    source : Text
        Where the order or the figures come from; an assumption says so.
    params : Mapping
        Parameters of the traffic scenario that show the effect: day, hour, length.
    """

    key: str
    title: Text
    changes: Callable[[City], tuple[Intervention, ...]]
    source: Text
    params: Mapping[str, Any] = field(default_factory=dict)


def _festival(_city: City) -> tuple[Intervention, ...]:
    hours = (Window("18:00", "22:00", first_day=FESTIVAL[0], last_day=FESTIVAL[1]),)
    return (CloseStreet("Lê Lợi", MOTOR, ("Nguyễn Trường Tộ", "Hùng Vương"), when=hours),)


def _bridge_ban(_city: City) -> tuple[Intervention, ...]:
    peaks = (Window("06:30", "08:30", _WORKDAYS), Window("16:30", "18:30", _WORKDAYS))
    return (CloseStreet("Cầu Trường Tiền", FOUR_WHEELED, when=peaks),)


def _walking(_city: City) -> tuple[Intervention, ...]:
    late, evening = (Window("18:00", "02:00", _WEEKEND),), (Window("18:00", "24:00", _WEEKEND),)
    quarter = tuple(CloseStreet(n, _VEHICLES, when=late) for n in ("Phạm Ngũ Lão", "Chu Văn An", "Võ Thị Sáu"))
    return (*quarter, CloseStreet("Hai Bà Trưng", _VEHICLES, when=evening))


def _one_way_pair(_city: City) -> tuple[Intervention, ...]:
    return (
        MakeOneWay(Where("Hùng Vương", ("Hà Nội", "Lê Lợi"))),
        MakeOneWay(Where("Hà Nội", ("Lê Lợi", "Hùng Vương"))),
    )


def _before_the_bridge(_city: City) -> tuple[Intervention, ...]:
    return (NetworkAsOf(date(2025, 3, 25)),)


def _tower(city: City) -> tuple[Intervention, ...]:
    """Take the largest parcel of homes, workshops or fields near the junction: half of it built over, 15 storeys."""
    at = city.roads.node_xy_m[crossing(city.roads, "Hùng Vương", "Hà Nội")[0]]
    parcels = city.parcels
    owner = np.repeat(np.arange(len(parcels)), np.diff(parcels.use_first))
    free = np.unique(owner[np.isin(parcels.use_code, _REBUILT)])
    shapes = parcels.shapes()[free]
    close = shapely.distance(shapely.centroid(shapes), shapely.Point(at)) <= TOWER_REACH_M
    area_m2 = np.where(close, shapely.area(shapes), 0.0)
    if not area_m2.any():
        raise InvalidIntervention("tmd-tower", f"no parcel to build on within {TOWER_REACH_M:.0f} m of the junction")
    best = int(np.argmax(area_m2))
    parcel, floor_m2 = str(parcels.ids[free[best]]), round(float(area_m2[best]) * TOWER_SHARE * TOWER_STOREYS, -1)
    return (SetLandUse(parcel, "TMD"), AddFloorArea(parcel, floor_m2, TOWER_STOREYS))


WHAT_IFS: Mapping[str, WhatIf] = {
    w.key: w
    for w in (
        WhatIf(
            "le-loi-festival",
            Text("Cấm xe đường Lê Lợi 18–22 giờ (Festival)", "Lê Lợi closed 18–22 h (festival)"),
            _festival,
            Text(
                "Theo thông báo Festival 27–30/4/2023 (VTC 27/4/2023: Lê Lợi, từ Nguyễn Trường Tộ đến Phan Bội Châu); "
                "giả định: đầu phía đông đặt tại Hùng Vương.",
                "After the order of 27–30/04/2023 (VTC 27/04/2023: Lê Lợi from Nguyễn Trường Tộ to Phan Bội Châu); "
                "assumption: the eastern end is put at Hùng Vương.",
            ),
            _EVENING,
        ),
        WhatIf(
            "truong-tien-no-cars",
            Text("Cấm ô tô qua cầu Trường Tiền giờ cao điểm", "No cars over Trường Tiền bridge at the peaks"),
            _bridge_ban,
            Text(
                "Giả định: cấm 06:30–08:30 và 16:30–18:30, từ thứ Hai đến thứ Sáu.",
                "Assumption: 06:30–08:30 and 16:30–18:30, Monday to Friday.",
            ),
            {"date": FRIDAY.isoformat(), "start_h": 16.5, "duration_min": 120},
        ),
        WhatIf(
            "walking-streets",
            Text("Phố đi bộ tối thứ Sáu – Chủ nhật", "Walking streets on weekend evenings"),
            _walking,
            Text(
                "Theo báo chí: Phạm Ngũ Lão – Chu Văn An – Võ Thị Sáu 18:00–02:00, Hai Bà Trưng 18:00–24:00, thứ Sáu "
                "đến Chủ nhật. Giả định: cấm suốt đường (chiều dài đã công bố 215 + 350 + 480 m và 850 m).",
                "Press: Phạm Ngũ Lão – Chu Văn An – Võ Thị Sáu 18:00–02:00, Hai Bà Trưng 18:00–24:00, Friday to Sun"
                "day. Assumption: whole streets (published lengths 215 + 350 + 480 m and 850 m).",
            ),
            _EVENING,
        ),
        WhatIf(
            "one-way-pair",
            Text("Cặp đường một chiều Hùng Vương – Hà Nội", "One-way pair Hùng Vương – Hà Nội"),
            _one_way_pair,
            Text(
                "Giả định: Hùng Vương đi về phía cầu, Hà Nội đi ra khỏi cầu.",
                "Assumption: Hùng Vương towards the bridge, Hà Nội away from it.",
            ),
            {"start_h": 16.5, "duration_min": 60},
        ),
        WhatIf(
            "before-nguyen-hoang-bridge",
            Text("Mạng đường trước khi có cầu Nguyễn Hoàng", "The network before Nguyễn Hoàng bridge"),
            _before_the_bridge,
            Text(
                "Theo báo chí: cầu thông xe ngày 26/3/2025. B là mạng đường của ngày 25/3/2025, không có cầu; A là "
                "mạng đường hiện nay, có cầu; nhu cầu đi lại như nhau.",
                "Press: the bridge opened on 26/03/2025. B is the network of 25/03/2025 without it, A today's with it; "
                "the travel demand is the same.",
            ),
            {"start_h": 16.5, "duration_min": 60},
        ),
        WhatIf(
            "tmd-tower",
            Text("Tòa nhà thương mại 15 tầng gần ngã sáu Hùng Vương", "A 15-storey commercial tower near Hùng Vương"),
            _tower,
            Text(
                "Giả định: thửa đất ở, sản xuất hoặc nông nghiệp lớn nhất trong 500 m, xây 50 % diện tích, 15 tầng.",
                "Assumption: the largest parcel of homes, workshops or fields within 500 m, half of it built over.",
            ),
            {"start_h": 16.5, "duration_min": 60},
        ),
    )
}
"""By key."""


def what_if(key: str) -> WhatIf:
    """Return a ready-made what-if.

    Raises
    ------
    UnknownItem
        None has the key; near ones are named.
    """
    if key not in WHAT_IFS:
        raise UnknownItem(key, f"no such what-if{near(key, WHAT_IFS)}; ready are {', '.join(WHAT_IFS)}")
    return WHAT_IFS[key]


@lru_cache(maxsize=2)
def fitting(city: City) -> Mapping[str, tuple[Intervention, ...]]:
    """Return the changes of every what-if that fits a city, by key: its streets exist and meet as the order says."""
    found = {}
    for key, entry in WHAT_IFS.items():
        try:
            changes = entry.changes(city)
            apply(city, [c for c in changes if not isinstance(c, SetLandUse | AddFloorArea)])  # found, not named
        except RequestError:
            continue
        found[key] = changes
    return found
