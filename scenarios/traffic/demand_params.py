"""Parameters of the demand: how many tours, how far, by what, when; bounds, units, texts, and whence the defaults."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from scenarios.models.day_profiles import Peak
from scenarios.models.demand import DayRules
from scenarios.models.demand_plan import PlanRules
from scenarios.models.land_rates import PURPOSES
from scenarios.models.mode_choice import ModeRules
from scenarios.scenario import ScenarioParams, param

ASSUMED: Final = "assumption, to be calibrated against counts or a household survey"
TUNED: Final = f"{ASSUMED}; set so that all of them make about 4.5 vehicle trips a household in Huế, 80 % by motorcycle"

Flows = Literal[
    "work/out", "work/back", "school/out", "school/back", "escort/out", "escort/back", "shop/out", "shop/back",
    "leisure/out", "leisure/back", "business/out", "business/back", "tourism/out", "tourism/back", "freight",
    "external/in", "external/out", "through",
]  # fmt: skip
Segment = Literal[
    "work", "school", "escort", "shop", "leisure", "business", "tourism", "freight", "external", "through"
]
OwnPeak = tuple[
    Annotated[float, Field(gt=0.0, le=100.0)],
    Annotated[float, Field(ge=0.0, lt=24.0)],
    Annotated[float, Field(ge=0.05, le=12.0)],
]
OwnPeaks = dict[Flows, Annotated[tuple[OwnPeak, ...], Field(min_length=1, max_length=20)]]
ClassShares = Annotated[tuple[Annotated[float, Field(ge=0.0, le=1.0)], ...], Field(min_length=5, max_length=5)]
Factors = dict[Segment, Annotated[float, Field(ge=0.0, le=20.0)]]


def _tours(default: float, vi: str, en: str) -> float:
    value: float = param(default, ge=0.0, le=20.0, unit="1/d", vi=vi, en=en, source=TUNED)
    return value


class DemandParams(ScenarioParams):
    """Who travels, when, where to and by what."""

    demand_scale: float = param(
        1.0, ge=0.0, le=1000.0, unit="1", vi="Hệ số nhân nhu cầu", en="Factor on all demand", source=ASSUMED
    )
    festival_factor: float = param(
        1.0, ge=0.0, le=20.0, unit="1", vi="Hệ số lễ hội: đi chơi, du khách, cửa ngõ",
        en="Festival factor: leisure, tourists, gateways", source="1: no festival",
    )  # fmt: skip
    segment_factors: Factors = param(
        {}, unit="1", vi="Hệ số nhân của từng nhóm chuyến đi", en="Factor of single groups of trips"
    )
    peaks: OwnPeaks = param(
        {}, unit="h", vi="Giờ cao điểm riêng: trọng số, giờ, độ rộng",
        en="Own peaks of single flows: weight, hour, spread; the others are those of the table",
    )  # fmt: skip
    work_tours: float = _tours(1.08, "Lượt đi làm (đi và về) mỗi hộ mỗi ngày", "Tours to work per household and day")
    school_tours: float = _tours(
        0.53, "Lượt tự đi học mỗi hộ mỗi ngày", "Tours to school on one's own per household and day"
    )
    escort_tours: float = _tours(
        0.30, "Lượt đưa đón con mỗi hộ mỗi ngày", "Tours to bring or fetch a child per household and day"
    )
    shop_tours: float = _tours(
        0.78, "Lượt đi chợ, mua sắm mỗi hộ mỗi ngày", "Tours to market and shops per household and day"
    )
    leisure_tours: float = _tours(
        0.56, "Lượt đi chơi, thăm nhau mỗi hộ mỗi ngày", "Tours for leisure per household and day"
    )
    business_tours: float = _tours(
        0.47,
        "Lượt đi công việc, khám bệnh mỗi hộ mỗi ngày",
        "Tours for business, health and errands per household and day",
    )
    hotel_tours: float = param(
        3.0, ge=0.0, le=50.0, unit="1/d", vi="Lượt đi của du khách trên 100 m² sàn khách sạn mỗi ngày",
        en="Tours of tourists per 100 m² of hotel floor and day",
        source="assumption: a room of 55 m², 60 % taken, 1.6 guests, 1.7 tours each",
    )  # fmt: skip
    truck_factor: float = param(
        1.7, ge=0.0, le=20.0, unit="1", vi="Hệ số chuyến xe tải của bảng suất", en="Factor on the table's truck trips",
        source=ASSUMED,
    )  # fmt: skip
    trips_per_gateway: float = param(
        6000.0, ge=0.0, le=100000.0, unit="1/d", vi="Lượt xe trung bình mỗi cửa ngõ mỗi ngày, hai chiều",
        en="Vehicle trips per gateway and day on average, both ways; by its road's capacity", source=ASSUMED,
    )  # fmt: skip
    through_share: float = param(
        0.25, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ xe quá cảnh giữa các cửa ngõ",
        en="Share of the gateways' vehicles that only pass through", source=ASSUMED,
    )  # fmt: skip
    gateway_shares: ClassShares = param(
        (0.60, 0.22, 0.04, 0.12, 0.02), unit="1", vi="Tỷ lệ xe máy, ô tô, buýt, tải, xe đạp ở cửa ngõ",
        en="Share of motorcycles, cars, buses, trucks, bicycles at the gateways", source=ASSUMED,
    )  # fmt: skip
    gravity_per_min: float = param(
        0.54, ge=0.0, le=2.0, unit="1/min", vi="Độ giảm sức hút theo thời gian đi, của việc làm",
        en="Decay of attraction with travel time, for work",
        source=f"{ASSUMED}; the other purposes in fixed proportion; trips of about 4 km on average in Huế",
    )  # fmt: skip
    zones: int = param(200, ge=2, le=1000, unit="1", vi="Số vùng điểm đến tối đa", en="Most destination zones")
    floor_area_per_household_m2: float = param(
        150.0, ge=20.0, le=1000.0, unit="m²", vi="Diện tích sàn mỗi hộ, nơi thiếu số hộ",
        en="Floor area per household, where households are unknown", source=ASSUMED,
    )  # fmt: skip
    households_per_km: float = param(
        100.0, ge=1.0, le=2000.0, unit="1/km", vi="Số hộ trên mỗi km đường, nơi thiếu dữ liệu nhà",
        en="Households per street km, where buildings are unknown", source=ASSUMED,
    )  # fmt: skip
    value_of_time_kvnd_h: float = param(
        30.0, ge=1.0, le=1000.0, unit="1000 VND/h", vi="Giá trị thời gian", en="Value of time",
        source="assumption: about an average hourly wage of a Vietnamese city",
    )  # fmt: skip
    time_weight_per_min: float = param(
        0.08, ge=0.0, le=1.0, unit="1/min", vi="Trọng số thời gian khi chọn phương tiện",
        en="Weight of time in the choice of mode", source=ASSUMED,
    )  # fmt: skip
    nest_scale: float = param(
        0.6, ge=0.05, le=1.0, unit="1", vi="Hệ số nhóm của mô hình logit lồng nhau (1: đa thức)",
        en="Nest scale of the logit (1: multinomial)", source=ASSUMED,
    )  # fmt: skip
    motorcycle_ownership: float = param(
        0.92,
        ge=0.0,
        le=1.0,
        unit="1",
        vi="Tỷ lệ người lớn có xe máy",
        en="Adults with a motorcycle at hand",
        source=ASSUMED,
    )
    car_ownership: float = param(
        0.22, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ người lớn có ô tô", en="Adults with a car at hand", source=ASSUMED
    )
    motorcycle_occupancy: float = param(
        1.3, ge=1.0, le=3.0, unit="1", vi="Số người trên xe máy", en="People on a motorcycle", source=ASSUMED
    )
    car_occupancy: float = param(
        1.9, ge=1.0, le=9.0, unit="1", vi="Số người trên ô tô", en="People in a car", source=ASSUMED
    )
    bus_occupancy: float = param(
        15.0, ge=1.0, le=100.0, unit="1", vi="Số khách trên xe buýt (chưa có dữ liệu tuyến)",
        en="Passengers of a bus: no lines are known, so bus trips are vehicles with this load", source=ASSUMED,
    )  # fmt: skip
    bus_fare_kvnd: float = param(
        7.0, ge=0.0, le=500.0, unit="1000 VND", vi="Giá vé xe buýt", en="Bus fare", source=ASSUMED
    )
    bus_access_min: float = param(
        18.0, ge=0.0, le=120.0, unit="min", vi="Đi bộ và chờ xe buýt", en="Walk to and wait for the bus", source=ASSUMED
    )
    bike_share_fare_kvnd: float = param(
        5.0, ge=0.0, le=500.0, unit="1000 VND", vi="Giá thuê xe đạp công cộng mỗi lượt", en="Fare of a bike-share trip",
        source=ASSUMED,
    )  # fmt: skip
    walk_kmh: float = param(4.5, ge=1.0, le=8.0, unit="km/h", vi="Tốc độ đi bộ", en="Walking speed", source=ASSUMED)
    most_walk_km: float = param(
        4.0, ge=0.1, le=20.0, unit="km", vi="Quãng đi bộ xa nhất", en="Longest walk", source=ASSUMED
    )
    choice_responds: bool = param(
        False, unit="1", vi="Điểm đến và phương tiện thay đổi theo đường đã đổi",
        en="Destinations and modes follow the changed roads; else a change alters only ways and times",
    )  # fmt: skip

    @property
    def day_rules(self) -> DayRules:
        """Which day, and how much of it."""
        return DayRules(
            day=self.weekday,
            scale=self.demand_scale,
            festival=self.festival_factor,
            factors={str(k): v for k, v in self.segment_factors.items()},
        )

    @property
    def mode_rules(self) -> ModeRules:
        """Coefficients of the mode choice."""
        return ModeRules(
            constant=MODE_CONSTANT,
            by_purpose=MODE_BY_PURPOSE,
            motorcycle={p: self.motorcycle_ownership * MOTORCYCLE_USE.get(p, 1.0) for p in PURPOSES},
            car={p: min(1.0, self.car_ownership * CAR_USE.get(p, 1.0)) for p in PURPOSES},
            per_min=-self.time_weight_per_min,
            per_kvnd=-60.0 * self.time_weight_per_min / self.value_of_time_kvnd_h,
            nest=self.nest_scale,
            walk_kmh=self.walk_kmh,
            most_walk_km=self.most_walk_km,
            park_motorcycle_min=2.0,
            park_car_min=6.0,
            bus_access_min=self.bus_access_min,
            bus_slowness=1.4,
            cost_kvnd_per_km=(0.0, 0.0, 0.0, 0.6, 5.0, 0.0),
            fare_kvnd=(0.0, 0.0, self.bike_share_fare_kvnd, 0.0, 0.0, self.bus_fare_kvnd),
        )

    @property
    def plan_rules(self) -> PlanRules:
        """How much, how far and by what."""
        tours = {p: getattr(self, f"{p}_tours") for p in PURPOSES if p != "tourism"}
        return PlanRules(
            tours={**tours, "tourism": self.hotel_tours},
            decay_per_min={k: self.gravity_per_min * v for k, v in DECAY.items()},
            modes=self.mode_rules,
            occupancy=(self.motorcycle_occupancy, self.car_occupancy, self.bus_occupancy, 1.0, 1.0),
            trucks=self.truck_factor,
            gateway_trips=self.trips_per_gateway,
            through=self.through_share,
            gateway_kinds=self.gateway_shares,
            peaks={k: tuple(Peak(*p) for p in v) for k, v in self.peaks.items()},
        )


DECAY: Final = {
    "work": 1.0, "school": 1.2, "escort": 1.5, "shop": 1.5, "leisure": 1.0, "business": 1.0, "tourism": 0.7,
    "freight": 0.6, "external": 0.2,
}  # fmt: skip
"""Decay with time relative to that of work: an assumption."""

MODE_CONSTANT: Final = (0.4, -2.4, -1.5, 0.6, 2.8, -2.0)
"""Constants of walk, bicycle, bike share, motorcycle, car and bus: an assumption, tuned to the shares named in
decision 17."""

MODE_BY_PURPOSE: Final[dict[str, tuple[float, ...]]] = {
    "school": (0.4, 0.9, 0.0, 0.6, -1.0, 0.6),
    "escort": (-1.5, -1.0, -9.0, 0.8, 0.4, -9.0),
    "shop": (0.3, 0.2, 0.0, 0.0, -0.5, -0.5),
    "tourism": (0.8, 0.2, 2.8, 0.0, 0.6, 0.6),
}
"""Constants that differ by purpose, added: an assumption."""

MOTORCYCLE_USE: Final = {"school": 0.45, "tourism": 0.60}
"""Adults' motorcycles at hand for travellers of a purpose: pupils under 16 may not ride, few tourists do: an
assumption."""

CAR_USE: Final = {"school": 0.10, "tourism": 3.0}
"""Same for cars; the tourist's car is mostly a taxi. Assumption."""
