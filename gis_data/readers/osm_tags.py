"""What the tags of an OpenStreetMap way mean for traffic."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, FOUR_WHEELED, MOTOR, MOTORCYCLE, NARROW_M, TRUCK, WALK

Tags = dict[str, str]

_MODES = {
    "motorway": MOTOR,
    "trunk": ALL_MODES,
    "primary": ALL_MODES,
    "secondary": ALL_MODES,
    "tertiary": ALL_MODES,
    "unclassified": ALL_MODES,
    "residential": ALL_MODES,
    "living_street": ALL_MODES,
    "service": ALL_MODES,
    "road": ALL_MODES,
    "track": ALL_MODES,
    "pedestrian": WALK,
    "footway": WALK,
    "steps": WALK,
    "path": CYCLE | WALK,
    "cycleway": CYCLE | WALK,
    "bridleway": WALK,
}
_CLOSED = frozenset({"no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "permit"})
DENIED = _CLOSED | {"staff", "use_sidepath", "dismount"}
"""Access values that keep the general public out; ``destination``, ``customers``, ``residents`` let trips end there."""
_GRANTED = frozenset({"yes", "designated", "permissive", "official"})
_ASKED = (
    (MOTORCYCLE, ("motorcycle", "motor_vehicle", "vehicle", "access")),
    (CAR, ("motorcar", "motor_vehicle", "vehicle", "access")),
    (BUS, ("bus", "psv", "motorcar", "motor_vehicle", "vehicle", "access")),
    (TRUCK, ("hgv", "motorcar", "motor_vehicle", "vehicle", "access")),
    (CYCLE, ("bicycle", "vehicle", "access")),
    (WALK, ("foot", "access")),
)
"""Who asks, and which tag answers first; what binds cars binds buses and trucks that no tag names."""
_MPH_KMH = 1.609344
_IMPLICIT_KMH = {
    "walk": 7.0,
    "living_street": 20.0,
    "urban": 50.0,
    "rural": 80.0,
    "DE:rural": 100.0,
    "AT:rural": 100.0,
    "DE:living_street": 7.0,
}
"""[km/h] of a zone's name; a country's own value first. Vietnam: Thông tư 38/2024/TT-BGTVT, two-way roads."""
_ZONES = ("source:maxspeed", "zone:maxspeed", "maxspeed:type", "zone:traffic")
_SLOWEST_KMH, _FASTEST_KMH = 3.0, 150.0
_MOST_LANES = 20
_WIDEST_M = 100.0


@dataclass(frozen=True, slots=True)
class WayTraffic:
    """A way as traffic sees it; equal values mean that two ways can be one link.

    Attributes
    ----------
    road_class, name : str
    modes_forward, modes_backward : int
        Bits of `twin.city.roads`; 0 where nobody may go that way.
    lanes_forward, lanes_backward : int or None
        Lanes of each direction; None where the way does not say.
    speed_forward_kmh, speed_backward_kmh : float or None
        [km/h] Speed limit; None where the way does not say.
    width_m : float or None
        [m] Width of the whole carriageway; None where the way does not say.
    oneway, bridge, tunnel : bool
    """

    road_class: str
    name: str
    modes_forward: int
    modes_backward: int
    lanes_forward: int | None
    lanes_backward: int | None
    speed_forward_kmh: float | None
    speed_backward_kmh: float | None
    width_m: float | None
    oneway: bool
    bridge: bool
    tunnel: bool

    def reversed(self) -> WayTraffic:
        """Return the same way as seen when it is drawn from its other end."""
        return replace(
            self,
            modes_forward=self.modes_backward,
            modes_backward=self.modes_forward,
            lanes_forward=self.lanes_backward,
            lanes_backward=self.lanes_forward,
            speed_forward_kmh=self.speed_backward_kmh,
            speed_backward_kmh=self.speed_forward_kmh,
        )


def interpret(tags: Tags) -> WayTraffic | None:
    """Return the traffic meaning of a way's tags, None where nobody travels on it.

    Rules
    -----
    1. ``lanes`` counts both directions, unless the way is one-way or gives ``lanes:forward`` and ``:backward``.
    2. A roundabout and a motorway are one-way unless they say otherwise; ``oneway=-1`` runs against the drawing.
    3. One-way binds motor vehicles; bicycles too, unless the way lets them ride against it; never people on foot.
    4. The most special access tag wins: ``motorcar`` over ``motor_vehicle`` over ``vehicle`` over ``access``, each with
       ``:forward`` or ``:backward`` over without.
    5. The limit of the direction wins over ``maxspeed``, and this over the name of a zone.
    """
    road_class = tags.get("highway", "")
    usual = _MODES.get(road_class.removesuffix("_link"), 0) & (MOTOR if tags.get("motorroad") == "yes" else ALL_MODES)
    forward, backward = (_permitted(tags, usual, way) for way in ("forward", "backward"))
    if not usual or not forward | backward or tags.get("area") == "yes":
        return None
    width_m = metres(tags.get("width", ""), most=_WIDEST_M)
    if width_m is not None and width_m < NARROW_M:
        forward, backward = forward & ~FOUR_WHEELED, backward & ~FOUR_WHEELED
    direction = _oneway(tags, road_class)
    bound = MOTOR | (0 if _bicycles_ride_against(tags) else CYCLE)
    lanes_f, lanes_b = _lanes(tags, one_way=direction != 0)
    return WayTraffic(
        road_class=road_class,
        name=tags.get("name", ""),
        modes_forward=forward & ~bound if direction < 0 else forward,
        modes_backward=backward & ~bound if direction > 0 else backward,
        lanes_forward=lanes_b if direction < 0 else lanes_f,
        lanes_backward=lanes_f if direction < 0 else lanes_b,
        speed_forward_kmh=_limit(tags, "forward"),
        speed_backward_kmh=_limit(tags, "backward"),
        width_m=width_m,
        oneway=direction != 0,
        bridge=tags.get("bridge", "no") != "no",
        tunnel=tags.get("tunnel", "no") not in {"no", "building_passage"},
    )


def speed_kmh(text: str) -> float | None:
    """Return a ``maxspeed`` value or a zone's name [km/h]; None where it is no speed, or none between 3 and 150."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh)?\s*", text)
    if match:
        speed = float(match[1]) * (_MPH_KMH if match[2] == "mph" else 1.0)
        return speed if _SLOWEST_KMH <= speed <= _FASTEST_KMH else None
    if zone := re.fullmatch(r"[A-Z]{2}:(?:zone:?)?(\d{1,3})", text):
        return float(zone[1]) if _SLOWEST_KMH <= float(zone[1]) <= _FASTEST_KMH else None
    return _IMPLICIT_KMH.get(text, _IMPLICIT_KMH.get(text.rpartition(":")[2]))


def metres(text: str, *, most: float) -> float | None:
    """Return a length with or without ``m`` [m]; None where it is none, not above zero, or above `most`."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*m?\s*", text)
    return float(match[1]) if match and 0 < float(match[1]) <= most else None


def _limit(tags: Tags, direction: str) -> float | None:
    said = (speed_kmh(tags.get(key, "")) for key in (f"maxspeed:{direction}", "maxspeed", *_ZONES))
    return next((speed for speed in said if speed is not None), None)


def _permitted(tags: Tags, usual: int, direction: str) -> int:
    modes = 0
    for mode, keys in _ASKED:
        at = next((k for key in keys for k in (f"{key}:{direction}", key) if k in tags), None)
        values = set(re.split(r"\s*;\s*", tags[at])) if at else set()
        named = at is not None and at.partition(":")[0] in keys[: -1 if mode == WALK else -2]
        if values and values <= DENIED:
            continue
        if mode & usual or (named and values & _GRANTED):
            modes |= mode
    return modes


def _bicycles_ride_against(tags: Tags) -> bool:
    if tags.get("oneway:bicycle") == "no" or tags.get("bicycle:backward") in _GRANTED:
        return True
    return any(tags.get(f"cycleway{side}", "").startswith("opposite") for side in ("", ":left", ":right", ":both"))


def _oneway(tags: Tags, road_class: str) -> int:
    said = tags.get("oneway", "")
    if said in {"yes", "true", "1"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    implied = tags.get("junction") in {"roundabout", "circular"} or road_class in {"motorway", "motorway_link"}
    return 1 if implied and said != "no" else 0


def _lanes(tags: Tags, *, one_way: bool) -> tuple[int | None, int | None]:
    keys = ("lanes", "lanes:forward", "lanes:backward", "lanes:both_ways")
    total, forward, backward, shared = (_count(tags.get(k, "")) for k in keys)
    if one_way:
        return total or forward, None
    if total is None:
        return forward, backward
    total = max(1, total - (shared or 0))
    forward = forward or (total - backward if backward else (total + 1) // 2)
    return max(1, forward), max(1, backward or total - forward)


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= _MOST_LANES else None
