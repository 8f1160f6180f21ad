"""What the tags of an OpenStreetMap way mean for traffic."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from twin.city.roads import CYCLE, MOTOR, WALK

Tags = dict[str, str]

_ALL = MOTOR | CYCLE | WALK
_MODES = {
    "motorway": MOTOR,
    "trunk": _ALL,
    "primary": _ALL,
    "secondary": _ALL,
    "tertiary": _ALL,
    "unclassified": _ALL,
    "residential": _ALL,
    "living_street": _ALL,
    "service": _ALL,
    "road": _ALL,
    "track": _ALL,
    "pedestrian": WALK,
    "footway": WALK,
    "steps": WALK,
    "path": CYCLE | WALK,
    "cycleway": CYCLE | WALK,
    "bridleway": WALK,
}
_NO = {"no", "private"}
_MPH_KMH = 1.609344
_IMPLICIT_KMH = {"urban": 50.0, "rural": 90.0, "walk": 7.0, "living_street": 20.0}


@dataclass(frozen=True, slots=True)
class WayTraffic:
    """A way as traffic sees it.

    Attributes
    ----------
    road_class, name : str
    modes_forward, modes_backward : int
        Bits of `twin.city.roads`; 0 where nobody may go that way.
    lanes_forward, lanes_backward : int or None
        Lanes of each direction; None where the way does not say.
    maxspeed_kmh : float
        [km/h]; NaN where the way does not say.
    oneway, bridge : bool
    """

    road_class: str
    name: str
    modes_forward: int
    modes_backward: int
    lanes_forward: int | None
    lanes_backward: int | None
    maxspeed_kmh: float
    oneway: bool
    bridge: bool


def interpret(tags: Tags) -> WayTraffic | None:
    """Return the traffic meaning of a way's tags, None where nobody travels on it.

    Rules
    -----
    1. ``lanes`` counts both directions, unless the way is one-way or gives ``lanes:forward`` and ``:backward``.
    2. A roundabout and a motorway are one-way unless they say otherwise; ``oneway=-1`` runs against the drawing.
    3. One-way binds motor vehicles; bicycles too, unless ``oneway:bicycle=no``; never people on foot.
    4. The most special access tag wins: ``motor_vehicle`` over ``vehicle`` over ``access``.
    """
    road_class = tags.get("highway", "")
    modes = _permitted(tags, _MODES.get(road_class.removesuffix("_link"), 0))
    if not modes or tags.get("area") == "yes":
        return None
    direction = _oneway(tags, road_class)
    bound = MOTOR | (0 if tags.get("oneway:bicycle") == "no" else CYCLE)
    lanes_f, lanes_b = _lanes(tags, one_way=direction != 0)
    return WayTraffic(
        road_class=road_class,
        name=tags.get("name", ""),
        modes_forward=modes & ~bound if direction < 0 else modes,
        modes_backward=modes & ~bound if direction > 0 else modes,
        lanes_forward=lanes_b if direction < 0 else lanes_f,
        lanes_backward=lanes_f if direction < 0 else lanes_b,
        maxspeed_kmh=speed_kmh(tags.get("maxspeed", "")),
        oneway=direction != 0,
        bridge=tags.get("bridge", "no") != "no",
    )


def speed_kmh(text: str) -> float:
    """Return a ``maxspeed`` value [km/h]; NaN where it is no speed."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?\s*", text)
    if match:
        return float(match[1]) * (_MPH_KMH if match[2] == "mph" else 1.0)
    return _IMPLICIT_KMH.get(text.rpartition(":")[2], math.nan)


def _permitted(tags: Tags, modes: int) -> int:
    keys = {
        MOTOR: ("motor_vehicle", "vehicle", "access"),
        CYCLE: ("bicycle", "vehicle", "access"),
        WALK: ("foot", "access"),
    }
    for mode, names in keys.items():
        said = next((tags[n] for n in names if n in tags), None)
        if said in _NO:
            modes &= ~mode
        elif said in {"yes", "designated"} and mode != MOTOR and names[0] in tags:
            modes |= mode
    return modes


def _oneway(tags: Tags, road_class: str) -> int:
    said = tags.get("oneway", "")
    if said in {"yes", "true", "1"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    implied = tags.get("junction") in {"roundabout", "circular"} or road_class in {"motorway", "motorway_link"}
    return 1 if implied and said != "no" else 0


def _lanes(tags: Tags, *, one_way: bool) -> tuple[int | None, int | None]:
    total, forward, backward = (_count(tags.get(k, "")) for k in ("lanes", "lanes:forward", "lanes:backward"))
    if one_way:
        return total or forward, None
    if total is None:
        return forward, backward
    forward = forward or (total - backward if backward else (total + 1) // 2)
    return max(1, forward), max(1, backward or total - forward)


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() and int(text) > 0 else None
