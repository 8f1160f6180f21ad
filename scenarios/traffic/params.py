"""Parameters of the traffic scenario: bounds, units, texts, and where each default comes from."""

from __future__ import annotations

from typing import Final, Literal

from scenarios.scenario import HOUR_S, MINUTE_S, param
from scenarios.traffic.demand_params import ASSUMED, DemandParams
from scenarios.traffic.route_params import RouteParams
from twin.city.roads import BUS, CAR, CYCLE, MOTORCYCLE, TRUCK
from twin.given_trips import CLASSES

__all__ = ["CLASSES", "MODES", "PCU", "QUEUE_OF_CLASS", "QUEUE_SHARE", "STEADY", "TrafficParams"]

MODES: Final = (MOTORCYCLE, CAR, BUS, TRUCK, CYCLE)
"""Mode bit of each class."""

QUEUE_OF_CLASS: Final = (0, 1, 1, 1, 2)
QUEUE_SHARE: Final = (2.0, 1.0, 1.0)
"""Queues at a stop line (motorcycles, four-wheeled vehicles, bicycles), and their weights where all of them wait:
motorcycles seep to the front. Assumption, to be calibrated against video of Huế's junctions."""

STEADY: Final = frozenset({CLASSES.index("bicycle")})
"""Classes whose ways the traffic does not change: cyclists keep to the way that is short and pass the queues."""

PCU: Final = {"motorcycle": 0.29, "car": 1.0, "bus": 3.1, "truck": 2.5, "bicycle": 0.41}
"""Passenger car units. Hanoi field study, ASCE J. Transp. Eng. 138(6), 2012: a car is 3.4, a bus 10.5 and a bicycle 1.4
motorcycles. Truck: assumption."""


Engine = Literal["auto", "compiled", "simpy"]


class TrafficParams(DemandParams, RouteParams):
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
    motorcycle_kmh: float = param(
        40.0, ge=10.0, le=90.0, unit="km/h", vi="Tốc độ xe máy khi đường vắng, nhiều nhất",
        en="Most speed of motorcycles on an empty street", source=f"{ASSUMED}; 20 to 30 km/h door to door are usual",
    )  # fmt: skip
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

    engine: Engine = param(
        "auto", unit="1",
        vi="Bộ máy mô phỏng xe (auto: biên dịch nếu được, nếu không thì SimPy thuần, chậm hơn)",
        en="What moves the vehicles (auto: compiled where it can be, else plain SimPy, which is slower)",
    )  # fmt: skip

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
