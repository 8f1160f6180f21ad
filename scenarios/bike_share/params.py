"""Parameters of the bike-share scenario: bounds, units, texts, and where each default comes from."""

from __future__ import annotations

from typing import Final

from scenarios.scenario import HOUR_S, MINUTE_S, ScenarioParams, param

ASSUMED: Final = "assumption, to be calibrated against the operator's records"


class BikeShareParams(ScenarioParams):
    """A period of a working day of the public bike share."""

    start_h: float = param(5.0, ge=0.0, le=24.0, unit="h", vi="Giờ bắt đầu", en="Hour of the day it starts")
    duration_min: float = param(
        1080.0, ge=1.0, le=1440.0, unit="min", vi="Thời gian được đánh giá", en="Length of the period that counts"
    )
    stations: int = param(
        0, ge=0, le=200, unit="1", vi="Số trạm (0: các trạm hiện có; nhiều hơn: hệ thống chọn thêm vị trí)",
        en="Stations (0: those there are; more: sites are chosen for the others)",
    )  # fmt: skip
    docks: int = param(
        20, ge=1, le=200, unit="1", vi="Số chỗ đỗ của trạm mới hoặc trạm thiếu số liệu",
        en="Docks of a new station, and where they are unknown", source="pilot of 2022: 10–20 bikes a station (press)",
    )  # fmt: skip
    fill_share: float = param(
        0.6, ge=0.0, le=1.0, unit="1", vi="Tỷ lệ chỗ đỗ có xe lúc bắt đầu", en="Docks with a bike at the start",
        source="pilot of 2022: more than 80 bikes at 7 stations (press; sources disagree, 80 to 250)",
    )  # fmt: skip
    rentals_per_bike: float = param(
        2.1, ge=0.0, le=50.0, unit="1/d", vi="Lượt thuê muốn có mỗi xe mỗi ngày ở các trạm hiện có",
        en="Wanted rentals per bike and day at the stations there are", source="pilot, June 2022: 2.1 trips (press)",
    )  # fmt: skip
    reach_m: float = param(
        400.0, ge=50.0, le=2000.0, unit="m", vi="Bán kính phục vụ của trạm", en="Reach of a station", source=ASSUMED
    )
    most_walk_m: float = param(
        500.0, ge=0.0, le=3000.0, unit="m", vi="Quãng đi bộ xa nhất sang trạm khác", en="Longest walk to a station",
        source=ASSUMED,
    )  # fmt: skip
    walk_kmh: float = param(4.5, ge=1.0, le=8.0, unit="km/h", vi="Tốc độ đi bộ", en="Walking speed", source=ASSUMED)
    ride_kmh: float = param(10.0, ge=3.0, le=25.0, unit="km/h", vi="Tốc độ đạp xe", en="Riding speed", source=ASSUMED)
    round_trip_min: float = param(
        35.0, ge=1.0, le=300.0, unit="min", vi="Thời gian một vòng trở về trạm cũ", en="Length of a round trip",
        source=ASSUMED,
    )  # fmt: skip
    decay_per_min: float = param(
        0.05, ge=0.0, le=2.0, unit="1/min", vi="Độ giảm sức hút theo thời gian đạp xe", en="Decay with time",
        source=ASSUMED,
    )  # fmt: skip
    trucks: int = param(1, ge=0, le=20, unit="1", vi="Số xe tải điều phối", en="Rebalancing trucks", source=ASSUMED)
    truck_capacity: int = param(
        12, ge=1, le=100, unit="1", vi="Số xe đạp một xe tải chở được", en="Bikes a truck carries", source=ASSUMED
    )
    handle_s: float = param(
        45.0, ge=0.0, le=600.0, unit="s", vi="Thời gian bốc dỡ mỗi xe đạp", en="Time to load or unload a bike",
        source=ASSUMED,
    )  # fmt: skip
    look_min: float = param(
        20.0,
        ge=1.0,
        le=600.0,
        unit="min",
        vi="Khoảng xem lại của xe tải",
        en="A truck looks again after",
        source=ASSUMED,
    )
    ahead_min: float = param(
        120.0,
        ge=0.0,
        le=1440.0,
        unit="min",
        vi="Thời gian nhìn trước khi điều phối",
        en="Time looked ahead",
        source=ASSUMED,
    )
    least_bikes: int = param(
        3, ge=1, le=100, unit="1", vi="Số xe ít nhất đáng một chuyến", en="Fewest bikes worth a trip", source=ASSUMED
    )
    truck_from_h: float = param(
        6.0, ge=0.0, le=24.0, unit="h", vi="Xe tải làm từ", en="Trucks work from", source=ASSUMED
    )
    truck_to_h: float = param(
        21.0, ge=0.0, le=24.0, unit="h", vi="Xe tải làm đến", en="Trucks work until", source=ASSUMED
    )
    traffic_factor: float = param(
        1.4, ge=1.0, le=10.0, unit="1", vi="Thời gian xe tải so với đường vắng", en="Truck times over empty roads'",
        source=ASSUMED,
    )  # fmt: skip
    interval_min: float = param(
        15.0, ge=1.0, le=60.0, unit="min", vi="Khoảng ghi số liệu", en="Interval of the recorded series"
    )

    @property
    def midnight_s(self) -> float:
        """Simulated time of the day's midnight [s]."""
        return -self.start_h * HOUR_S

    @property
    def look_s(self) -> float:
        """Interval of the trucks [s]."""
        return self.look_min * MINUTE_S
