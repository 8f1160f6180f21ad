"""Ways around a closure: the streets that carry more vehicles in the what-if than in its baseline."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from scenarios.engine.compare import PlaceDifference
from twin.city.city import City

FLOW = "flow_veh_h"
LEAST_VEH_H = 10.0
"""A street that gains fewer vehicles an hour than this is no detour [veh/h]: a convention."""


@dataclass(frozen=True, slots=True)
class Detour:
    """A street that takes over traffic.

    Attributes
    ----------
    street : str
    added_veh_h : [veh/h]
        Gain of its busiest direction, where it gains most.
    """

    street: str
    added_veh_h: float


def detours_of(
    city: City, places: Mapping[str, PlaceDifference], *, but: Collection[str] = (), most: int = 6
) -> list[Detour]:
    """Return the named streets that gain most, the first the one that gains most; generated alleys do not count.

    Parameters
    ----------
    city
    places
        Differences by link of a comparison.
    but
        Names of streets that are no way around, as they are changed themselves.
    most
        Streets to return.
    """
    if FLOW not in places:
        return []
    roads = city.roads
    gain = np.nan_to_num(places[FLOW].difference)
    rows = np.flatnonzero((gain >= LEAST_VEH_H) & (roads.name != "") & (roads.provenance != "generated"))
    best: dict[str, float] = {}
    for row in rows.tolist():
        name = str(roads.name[row])
        if name not in but:
            best[name] = max(best.get(name, 0.0), float(gain[row]))
    return [Detour(n, v) for n, v in sorted(best.items(), key=lambda item: (-item[1], item[0]))[:most]]
