"""Numbers about the city as a whole: emissions and energy, and who reaches hospitals and markets in time."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.run import Run
from scenarios.models.accessibility import access
from scenarios.models.emissions import QUANTITIES, ranges
from scenarios.models.link_record import Totals, link_times_s
from scenarios.traffic.params import CLASSES
from twin.city.city import City
from twin.variables import Text, VariableSpec

F64 = NDArray[np.float64]

LIMITS_MIN: Final = (10.0, 15.0)
PLACES: Final = {"hospital": Text("bệnh viện", "hospital"), "market": Text("chợ", "market")}
RIDERS: Final = ("motorcycle", "car", "bicycle")
"""Classes in which people travel on their own."""

EMISSIONS = tuple(
    VariableSpec(key, unit, "float64", "city", Text(vi, en))
    for key, unit, vi, en in (
        ("co2_kg", "kg", "Phát thải CO2", "CO2 emitted"),
        ("nox_kg", "kg", "Phát thải NOx", "NOx emitted"),
        ("pm25_kg", "kg", "Phát thải bụi PM2,5", "PM2.5 emitted"),
        ("co_kg", "kg", "Phát thải CO", "CO emitted"),
        ("energy_mj", "MJ", "Năng lượng nhiên liệu", "Energy of the fuel burnt"),
    )
)
"""In the order of `QUANTITIES`."""

ACCESS = tuple(
    spec
    for place, text in PLACES.items()
    for spec in (
        *(
            VariableSpec(
                f"{place}_{limit:.0f}min_percent", "%", "float64", "city",
                Text(
                    f"Hộ đến {text.vi} gần nhất trong {limit:.0f} phút",
                    f"Households within {limit:.0f} min of a {text.en}",
                ),
            )
            for limit in LIMITS_MIN
        ),
        VariableSpec(
            f"{place}_mean_min", "min", "float64", "city",
            Text(f"Thời gian trung bình đến {text.vi} gần nhất", f"Mean time to the nearest {text.en}"),
        ),
        VariableSpec(
            f"{place}_cut_off_percent", "%", "float64", "city",
            Text(f"Hộ không có đường đến {text.vi}", f"Households with no way to a {text.en}"),
        ),
    )
)  # fmt: skip


def report_emissions(run: Run, emitted: F64) -> None:
    """Report emissions and energy of all vehicles and of each class, and what is known of the factors.

    Parameters
    ----------
    run
    emitted : (5, C)
        [g, and MJ], in the order of `QUANTITIES`.
    """
    for row, (spec, quantity) in enumerate(zip(EMISSIONS, QUANTITIES, strict=True)):
        scale = 1.0 if quantity == "energy" else 1000.0
        run.indicator(spec.key, float(emitted[row].sum()) / scale)
        for k, name in enumerate(CLASSES):
            run.indicator(spec.key, float(emitted[row, k]) / scale, name)
    spans = [f"{label} ×{low:.1f}–{high:.1f}" for label, (low, high) in _labelled()]
    vi = ", ".join(spans).replace(".", ",")
    run.note(
        f"Phát thải theo bảng hệ số (xe máy: Hà Nội; xe khác: châu Âu), chưa kiểm chứng ở Huế; khoảng của bảng: {vi}. "
        "So sánh hai phương án đáng tin hơn tổng số.",
        "Emissions by a table of factors (motorcycles: Hanoi; others: Europe), not checked in Huế; its ranges: "
        f"{', '.join(spans)}. Differences between two runs are surer than totals.",
    )


def _labelled() -> list[tuple[str, tuple[float, float]]]:
    names = {"co2": "CO2", "nox": "NOx", "pm25": "PM2.5", "co": "CO"}
    return [(names[quantity], span) for quantity, span in ranges().items()]


def report_access(
    run: Run,
    city: City,
    seen: Totals,
    *,
    free_s: F64,
    allowed: NDArray[np.bool_],
    ever: NDArray[np.bool_],
    households: F64,
) -> None:
    """Report which share of households reaches the nearest hospital and market in time, by class.

    Parameters
    ----------
    run
    city
    seen
        The period's sums: travel times as they were.
    free_s : (C, L) [s]
    allowed : (C, L)
        Links each class may enter, closures taken into account.
    ever : (C, L)
        Links each class may enter in the unchanged city.
    households : (N,)
        At each node.
    """
    times = link_times_s(seen, free_s)
    for place in PLACES:
        for name in RIDERS:
            k = CLASSES.index(name)
            found = access(
                city,
                place,
                time_s=times[k],
                allowed=allowed[k],
                ever=ever[k],
                households=households,
                limits_min=LIMITS_MIN,
            )
            for limit, share in found.shares.items():
                run.indicator(f"{place}_{limit:.0f}min_percent", 100.0 * share, name)
            run.indicator(f"{place}_mean_min", found.mean_min, name)
            run.indicator(f"{place}_cut_off_percent", 100.0 * found.cut_off, name)
