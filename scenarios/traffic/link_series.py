"""Series by link: flow, speed, density and queue of each interval, for all vehicles and for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.run import Run
from scenarios.models.link_record import LinkRecord
from scenarios.traffic.classes import CLASS_TITLES
from twin.variables import Text, VariableSpec

F64 = NDArray[np.float64]

ALL = tuple(
    VariableSpec(key, unit, "float32", "link", Text(vi, en))
    for key, unit, vi, en in (
        ("flow_veh_h", "veh/h", "Lưu lượng", "Flow"),
        ("speed_kmh", "km/h", "Tốc độ", "Speed"),
        ("speed_ratio", "1", "Tốc độ so với khi vắng xe", "Speed as a share of the free one"),
        ("density_pcu_km", "PCU/km", "Mật độ xe", "Density"),
        ("queue_veh", "veh", "Hàng chờ dài nhất trong khoảng", "Longest queue of the interval"),
    )
)

BY_CLASS = tuple(
    spec
    for name, title in CLASS_TITLES.items()
    for spec in (
        VariableSpec(
            f"flow_veh_h_{name}", "veh/h", "uint16", "link", Text(f"Lưu lượng: {title.vi}", f"Flow: {title.en}")
        ),
        VariableSpec(f"speed_kmh_{name}", "km/h", "float16", "link", Text(f"Tốc độ: {title.vi}", f"Speed: {title.en}")),
    )
)
"""Rounded to whole vehicles an hour, and to the three digits of a half-precision number."""

SERIES = (*ALL, *BY_CLASS)


def report_series(run: Run, records: Sequence[LinkRecord], length_m: F64) -> None:
    """Report the series of a run's intervals.

    Speed is that of the vehicles that left the link in the interval: NaN where none did, 0 where some stood and none
    left.

    Parameters
    ----------
    run
    records
    length_m : (L,) [m]
    """
    time_s = [r.to_s for r in records]

    def _keep(key: str, rows: list[NDArray[Any]]) -> None:
        run.series(key, time_s, np.stack(rows) if rows else np.zeros((0, len(length_m))))

    vehicles = [r.left.sum(axis=0) for r in records]
    per_hour = [3600.0 / max(r.span_s, 1e-9) for r in records]
    spent = [r.spent_s.sum(axis=0) for r in records]
    with np.errstate(invalid="ignore", divide="ignore"):
        stood = [(v == 0) & (r.queue_veh > 0) for v, r in zip(vehicles, records, strict=True)]
        ratio = [np.where(v > 0, r.free_s / s, np.nan) for v, s, r in zip(vehicles, spent, records, strict=True)]
        speed = [np.where(v > 0, 3.6 * length_m * v / s, np.nan) for v, s in zip(vehicles, spent, strict=True)]
        _keep("flow_veh_h", [v * h for v, h in zip(vehicles, per_hour, strict=True)])
        _keep("speed_kmh", [np.where(none, 0.0, v) for none, v in zip(stood, speed, strict=True)])
        _keep("speed_ratio", [np.where(none, 0.0, v) for none, v in zip(stood, ratio, strict=True)])
        _keep("density_pcu_km", [r.occupied_pcu * 1000.0 / length_m for r in records])
        _keep("queue_veh", [r.queue_veh for r in records])
        for k, name in enumerate(CLASS_TITLES):
            flows = [np.rint(r.left[k] * h) for r, h in zip(records, per_hour, strict=True)]
            _keep(f"flow_veh_h_{name}", [np.minimum(f, 65535.0) for f in flows])
            speeds = [3.6 * length_m * r.left[k] / r.spent_s[k] for r in records]
            _keep(
                f"speed_kmh_{name}", [np.where(r.left[k] > 0, v, np.nan) for v, r in zip(speeds, records, strict=True)]
            )
