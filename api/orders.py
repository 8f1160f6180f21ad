"""Traffic orders as texts: of any changes, and of a run with the ways around that its comparison found."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.engine.compare import Comparison
from scenarios.traffic.detours import detours_of
from scenarios.traffic.order import Format, traffic_order
from scenarios.traffic.order_words import street_words
from twin.city.changes_roads import RoadChange
from twin.city.city import City
from twin.city.interventions import Intervention, apply

MEDIA: dict[Format, str] = {
    "text": "text/plain; charset=utf-8", "markdown": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8",
}  # fmt: skip
SUFFIXES: dict[str, Format] = {".txt": "text", ".md": "markdown", ".html": "html"}


def order_text(changes: Sequence[Intervention], detours: Sequence[str], form: Format) -> str:
    """Return the order of some changes.

    Raises
    ------
    InvalidIntervention
        None of them is a measure of traffic.
    """
    return traffic_order(changes, detours).render(form)


def measured_detours(city: City, made: Comparison, changes: Sequence[Intervention]) -> list[str]:
    """Return the streets that take over traffic, a sentence each with the vehicles they gain, in tens.

    Parameters
    ----------
    city
    made
    changes
        Those of the what-if: a street that they bar to somebody, or make one-way, is no way around; where they bar
        none, there is nothing to go around.
    """
    barred = apply(city, [c for c in changes if isinstance(c, RoadChange)]).roads.modes != city.roads.modes
    if not barred.any():
        return []
    detours = detours_of(city, made.places, but=set(city.roads.name[barred].tolist()))
    found = [(street_words(d.street), f"{round(d.added_veh_h, -1):,.0f}".replace(",", ".")) for d in detours]
    return [f"Đi theo {name} (mô phỏng: thêm khoảng {more} xe/giờ ở chiều tăng nhiều nhất)." for name, more in found]
