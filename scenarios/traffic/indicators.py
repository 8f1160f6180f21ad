"""What the traffic scenario reports: numbers by class of vehicle, and series by link."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.run import Run
from scenarios.traffic.engines import AnyTraffic
from scenarios.traffic.params import CLASSES
from twin.variables import Text, VariableSpec

INDICATORS = tuple(
    VariableSpec(key, unit, "float64", "city", Text(vi, en))
    for key, unit, vi, en in (
        ("trips", "1", "Chuyến xe được đánh giá", "Trips that count"),
        ("completed", "1", "Chuyến hoàn thành", "Completed trips"),
        ("unfinished", "1", "Chuyến chưa xong khi kết thúc", "Trips still under way at the end"),
        ("unreachable", "1", "Chuyến không có đường đi", "Trips without a way"),
        ("cut_off", "1", "Chuyến bị chặn giữa đường", "Trips cut off under way"),
        ("mean_travel_time_s", "s", "Thời gian đi trung bình", "Mean travel time"),
        ("mean_delay_s", "s", "Chậm trễ trung bình", "Mean delay against the empty, unchanged city"),
        ("mean_speed_kmh", "km/h", "Tốc độ trung bình", "Mean speed, door to door"),
        ("vkt_km", "km", "Tổng quãng đường xe chạy", "Vehicle kilometres"),
        ("time_spent_veh_h", "veh·h", "Tổng thời gian xe trên đường", "Vehicle hours, unfinished trips included"),
        ("queue_max_veh", "veh", "Hàng chờ dài nhất", "Longest queue at a stop line"),
        ("gridlocks", "1", "Số vòng kẹt cứng", "Gridlocked rings found"),
        ("gridlocked_links", "1", "Số đoạn kẹt cứng khi kết thúc", "Links in gridlock at the end"),
        ("link_entries", "1", "Số lượt xe vào đoạn đường", "Link entries"),
    )
)


def report(run: Run, model: AnyTraffic, free_s: NDArray[np.float64], queue_max_veh: float) -> None:
    """Report the indicators of the trips that departed in the period that counts.

    Parameters
    ----------
    run
    model
    free_s : (V,) [s]
        Time of each trip on the empty, unchanged city; infinite where it had no way.
    queue_max_veh : [veh]
        Longest queue of the period.
    """
    cars, end_s = model.cars[: len(free_s)], run.question.params.duration_min * 60.0
    counts = (cars["depart_s"] >= 0.0) & (cars["depart_s"] < end_s)
    for group, chosen in (("", counts), *((name, counts & (cars["kind"] == k)) for k, name in enumerate(CLASSES))):
        _of_class(run, model, free_s, chosen, group)
    run.indicator("queue_max_veh", queue_max_veh)
    run.indicator("gridlocks", float(model.gridlocks))
    run.indicator("gridlocked_links", float(model.standing_links))
    run.indicator("link_entries", float(model.link_entries))
    if model.gridlocks > 0:
        minute = model.first_gridlock_s / 60.0
        run.note(
            f"Kẹt cứng từ phút {minute:.0f}: từ đó kết quả không còn giá trị dự báo.",
            f"Gridlock from minute {minute:.0f}: from then on the result predicts nothing.",
        )


def _of_class(run: Run, model: AnyTraffic, free_s: NDArray[np.float64], chosen: NDArray[np.bool_], group: str) -> None:
    from twin.kernels.traffic_state import ARRIVED, CUT_OFF, ON_ROAD, TO_COME, UNREACHABLE

    cars = model.cars[: len(free_s)]
    done = chosen & (cars["status"] == ARRIVED)
    under_way = chosen & ((cars["status"] == ON_ROAD) | (cars["status"] == TO_COME))
    travel_s = cars["arrive_s"][done] - cars["depart_s"][done]
    spent_s = travel_s.sum() + (run.now_s - cars["depart_s"][under_way]).sum()
    numbers = {
        "trips": chosen.sum(),
        "completed": done.sum(),
        "unfinished": under_way.sum(),
        "unreachable": (chosen & (cars["status"] == UNREACHABLE)).sum(),
        "cut_off": (chosen & (cars["status"] == CUT_OFF)).sum(),
        "mean_travel_time_s": _mean(travel_s),
        "mean_delay_s": _mean(travel_s - free_s[done]),
        "mean_speed_kmh": 3.6 * cars["distance_m"][done].sum() / travel_s.sum() if travel_s.sum() > 0 else np.nan,
        "vkt_km": cars["distance_m"][chosen].sum() / 1000.0,
        "time_spent_veh_h": spent_s / 3600.0,
    }
    for key, value in numbers.items():
        run.indicator(key, float(value), group)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
