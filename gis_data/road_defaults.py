"""What a road of a class has when its source does not say: visible assumptions, replaceable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoadDefault:
    """Assumed attributes of a road class.

    Attributes
    ----------
    lanes : int
        Lanes in each direction.
    lane_width_m : [m]
    free_speed_kmh : [km/h]
    """

    lanes: int
    lane_width_m: float
    free_speed_kmh: float


CAPACITY_PCU_H_PER_LANE = 1950.0
"""[PCU/h] of a 3.5 m lane. Hanoi field study, ASCE J. Transp. Eng. 138(6), 2012: two lanes 3,929 PCU/h."""

REFERENCE_LANE_M = 3.5

ROAD_DEFAULTS = {
    "motorway": RoadDefault(2, 3.75, 90.0),
    "trunk": RoadDefault(2, 3.5, 60.0),
    "primary": RoadDefault(2, 3.5, 50.0),
    "secondary": RoadDefault(1, 3.5, 45.0),
    "tertiary": RoadDefault(1, 3.25, 40.0),
    "residential": RoadDefault(1, 2.75, 30.0),
    "service": RoadDefault(1, 2.5, 20.0),
    "track": RoadDefault(1, 2.5, 20.0),
    "path": RoadDefault(1, 1.5, 10.0),
}
"""Assumptions after the classes of TCXDVN 104:2007; speeds below the limits of built-up areas (50–60 km/h)."""

_SAME_AS = {
    "unclassified": "tertiary",
    "living_street": "residential",
    "pedestrian": "path",
    "footway": "path",
    "cycleway": "path",
    "steps": "path",
    "bridleway": "path",
    "corridor": "path",
    "road": "residential",
    "alley": "service",
}


def default_for(road_class: str) -> RoadDefault:
    """Return the assumed attributes of a class; a link road has those of its parent, an unknown one of residential."""
    parent = road_class.removesuffix("_link")
    return ROAD_DEFAULTS.get(_SAME_AS.get(parent, parent), ROAD_DEFAULTS["residential"])


def capacity_pcu_h(width_m: float) -> float:
    """Return the capacity of a carriageway [PCU/h]: by width, as motorbikes do not keep lanes."""
    return CAPACITY_PCU_H_PER_LANE * width_m / REFERENCE_LANE_M
