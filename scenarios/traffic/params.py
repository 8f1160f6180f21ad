"""Parameters of the traffic scenario: bounds, units, texts, and where each default comes from."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from scenarios.scenario import HOUR_S, MINUTE_S, param
from scenarios.traffic.route_params import RouteParams

ASSUMED: Final = "assumption, to be calibrated against counts or a household survey"

CLASSES: Final = ("motorcycle", "car", "bus", "truck", "bicycle")
GROUP_OF_CLASS: Final = (0, 0, 0, 0, 1)

PCU: Final = {"motorcycle": 0.29, "car": 1.0, "bus": 3.1, "truck": 2.5, "bicycle": 0.41}
"""Passenger car units. Hanoi field study, ASCE J. Transp. Eng. 138(6), 2012: a car is 3.4, a bus 10.5 and a bicycle 1.4
motorcycles. Truck: assumption."""

HOURLY: Final = (
    0.4, 0.3, 0.2, 0.3, 1.0, 3.5, 8.0, 9.5, 6.0, 4.5, 4.5, 6.5, 4.5, 5.5, 4.5, 4.5, 7.0, 9.0, 6.5, 4.5, 3.5, 2.5, 1.5,
    0.8,
)  # fmt: skip
"""Trips that begin in each hour, relative: two peaks and a midday one, an assumption."""

HOMEWARD: Final = (
    0.8, 0.8, 0.7, 0.5, 0.2, 0.1, 0.08, 0.1, 0.2, 0.35, 0.55, 0.75, 0.4, 0.25, 0.4, 0.55, 0.75, 0.8, 0.7, 0.65, 0.75,
    0.85,
    0.9, 0.9,
)  # fmt: skip
"""Share of each hour's trips that go home, an assumption."""

Hours = Annotated[tuple[Annotated[float, Field(ge=0.0, le=100.0)], ...], Field(min_length=24, max_length=24)]
Shares = Annotated[tuple[Annotated[float, Field(ge=0.0, le=1.0)], ...], Field(min_length=24, max_length=24)]


class TrafficParams(RouteParams):
    """A period of an ordinary working day."""

    start_h: float = param(7.0, ge=0.0, le=24.0, unit="h", vi="Giờ bắt đầu đánh giá", en="Hour of the day it starts")
    warm_up_min: float = param(
        20.0, ge=0.0, le=120.0, unit="min", vi="Thời gian làm đầy mạng lưới", en="Filling of the network before it"
    )
    cool_down_min: float = param(
        20.0,
        ge=0.0,
        le=120.0,
        unit="min",
        vi="Thời gian chờ chuyến đi kết thúc",
        en="Time after it to complete trips",
    )
    demand_scale: float = param(
        1.0, ge=0.0, le=10.0, unit="1", vi="Hệ số nhân nhu cầu", en="Factor on all demand", source=ASSUMED
    )
    trips_per_household: float = param(
        4.5,
        ge=0.0,
        le=30.0,
        unit="1/d",
        vi="Chuyến xe mỗi hộ mỗi ngày",
        en="Vehicle trips per household and day",
        source=ASSUMED,
    )
    floor_area_per_household_m2: float = param(
        150.0,
        ge=20.0,
        le=1000.0,
        unit="m²",
        vi="Diện tích sàn mỗi hộ, nơi thiếu số hộ",
        en="Floor area per household, where households are unknown",
        source=ASSUMED,
    )
    households_per_km: float = param(
        100.0,
        ge=1.0,
        le=2000.0,
        unit="1/km",
        vi="Số hộ trên mỗi km đường, nơi thiếu dữ liệu nhà",
        en="Households per street km, where buildings are unknown",
        source=ASSUMED,
    )
    trips_per_gateway: float = param(
        6000.0,
        ge=0.0,
        le=100000.0,
        unit="1/d",
        vi="Lượt xe mỗi cửa ngõ mỗi ngày, hai chiều",
        en="Vehicle trips per gateway and day, both ways",
        source=ASSUMED,
    )
    share_motorcycle: float = param(
        0.80, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ xe máy", en="Share of motorcycles", source=ASSUMED
    )
    share_car: float = param(0.10, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ ô tô con", en="Share of cars", source=ASSUMED)
    share_bus: float = param(0.01, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ xe buýt", en="Share of buses", source=ASSUMED)
    share_truck: float = param(0.03, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ xe tải", en="Share of trucks", source=ASSUMED)
    share_bicycle: float = param(
        0.06, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ xe đạp", en="Share of bicycles", source=ASSUMED
    )
    hourly: Hours = param(
        HOURLY, unit="1", vi="Chuyến đi theo giờ, tương đối", en="Trips by hour of the day, relative", source=ASSUMED
    )
    homeward: Shares = param(
        HOMEWARD, unit="1", vi="Tỷ lệ chuyến về nhà theo giờ", en="Share of homeward trips by hour", source=ASSUMED
    )
    gravity_per_min: float = param(
        0.45,
        ge=0.0,
        le=2.0,
        unit="1/min",
        vi="Độ giảm sức hút theo thời gian đi",
        en="Decay of attraction with travel time",
        source=f"{ASSUMED}; trips of about 4 km on average in Huế",
    )
    zones: int = param(200, ge=2, le=1000, unit="1", vi="Số vùng điểm đến tối đa", en="Most destination zones")
    habits: int = param(
        4, ge=1, le=8, unit="1", vi="Số lộ trình quen thuộc khác nhau", en="Different ways people are used to",
        source=ASSUMED,
    )  # fmt: skip
    informed_share: float = param(
        0.3, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ người biết tình hình giao thông", en="Share who know the traffic",
        source=ASSUMED,
    )  # fmt: skip
    update_min: float = param(
        15.0, ge=1.0, le=120.0, unit="min", vi="Khoảng cập nhật đường đi", en="Interval between updates of the ways"
    )
    interval_min: float = param(
        5.0, ge=1.0, le=60.0, unit="min", vi="Khoảng ghi số liệu", en="Interval of the recorded series"
    )
    bicycle_kmh: float = param(
        12.0, ge=3.0, le=40.0, unit="km/h", vi="Tốc độ xe đạp", en="Bicycle speed", source=ASSUMED
    )
    junction_delay_s: float = param(
        3.0,
        ge=0.0,
        le=60.0,
        unit="s",
        vi="Thời gian mất ở nút giao khi vắng xe",
        en="Time lost at a junction without traffic",
        source=ASSUMED,
    )
    junction_share: float = param(
        0.5,
        ge=0.05,
        le=1.0,
        unit="1",
        vi="Phần năng lực của một nhánh ở nút chưa biết chu kỳ đèn",
        en="Share of capacity of an approach where no signal plan is known",
        source=ASSUMED,
    )
    jam_m: float = param(
        7.0, ge=4.0, le=12.0, unit="m", vi="Chiều dài một PCU khi dừng", en="Length of a stopped PCU", source=ASSUMED
    )

    @property
    def begin_s(self) -> float:
        """Simulated time at which the warm-up starts [s]."""
        return -self.warm_up_min * MINUTE_S

    @property
    def horizon_s(self) -> float:
        """Simulated time, excluded, at which the cool-down ends [s]."""
        return (self.duration_min + self.cool_down_min) * MINUTE_S

    @property
    def midnight_s(self) -> float:
        """Simulated time of the day's midnight [s]."""
        return -self.start_h * HOUR_S

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of `CLASSES`, not yet normalised."""
        return (self.share_motorcycle, self.share_car, self.share_bus, self.share_truck, self.share_bicycle)
