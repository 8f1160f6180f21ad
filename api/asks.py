"""Changes to the city as people type them: one line, JSON, or a file of several; and the ready-made ones."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.engine.timeline import parse_intervention
from scenarios.traffic.whatifs import WHAT_IFS, fitting, what_if
from twin.city.city import City
from twin.city.interventions import Intervention
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, FOUR_WHEELED, MOTOR, MOTORCYCLE, TRUCK, WALK
from twin.city.sections import near, plain
from twin.city.windows import WEEKDAYS
from twin.errors import InvalidIntervention, SchemaError

VEHICLES = {
    "motorcycle": MOTORCYCLE, "car": CAR, "bus": BUS, "truck": TRUCK, "bicycle": CYCLE, "walk": WALK, "motor": MOTOR,
    "four-wheeled": FOUR_WHEELED, "vehicles": ALL_MODES & ~WALK, "all": ALL_MODES, "xe máy": MOTORCYCLE,
    "ô tô": FOUR_WHEELED, "xe con": CAR, "xe buýt": BUS, "xe tải": TRUCK, "xe đạp": CYCLE, "đi bộ": WALK,
}  # fmt: skip
"""Words for vehicles, in both languages; accents do not count."""

_FOLDED = {plain(word): bits for word, bits in VEHICLES.items()}
_STREETS = ("open", "one-way", "reverse", "speed", "lanes", "capacity", "depth")
_VALUE = {
    "speed": "speed_kmh", "lanes": "lanes", "capacity": "share", "depth": "depth_m", "land-use": "use_code",
    "floor-area": "floor_area_m2",
}  # fmt: skip
_VERBS = ("close", *_STREETS, "network-as-of", "land-use", "floor-area")
_PARTS = ("between", "vehicles", "to", "storeys", "hours", "days", "dates")
EXAMPLE = "close=Lê Lợi; between=Hà Nội..Hùng Vương; vehicles=car,truck; hours=18:00-22:00; days=fri-sun"


def changes_of(city: City, text: str) -> list[Intervention]:
    """Return the changes of one line such as `EXAMPLE`, of JSON, or of a file of JSON or TOML named with ``@``.

    Parameters
    ----------
    city
    text
        A line has a verb with its street, link or parcel, and parts: ``between=A..B``, ``vehicles=``, ``to=`` a value,
        ``hours=``, ``days=``, ``dates=``; several are parted by commas.

    Raises
    ------
    InvalidIntervention
        The line cannot be understood; near words are named.
    SchemaError
        The file cannot be read, or holds no list of changes.
    """
    if text.startswith("@"):
        return [parse_intervention(entry) for entry in _file(Path(text[1:]))]
    if text.lstrip().startswith("{"):
        return [parse_intervention(_json(text))]
    return [parse_intervention(_line(city, text))]


def ready(city: City, key: str) -> tuple[dict[str, Any], list[Intervention]]:
    """Return the parameters and the changes of a ready-made what-if.

    Raises
    ------
    UnknownItem
        None has the key.
    InvalidIntervention
        It does not fit the city.
    """
    entry = what_if(key)
    return dict(entry.params), list(entry.changes(city))


def ready_list(
    city: City,
) -> list[tuple[str, dict[str, str], dict[str, str], dict[str, Any], tuple[Intervention, ...]]]:
    """Return key, title, source, parameters and changes of every ready-made what-if that fits the city."""
    return [
        (key, WHAT_IFS[key].title._asdict(), WHAT_IFS[key].source._asdict(), dict(WHAT_IFS[key].params), changes)
        for key, changes in fitting(city).items()
    ]


def _json(text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise InvalidIntervention(text, f"is no JSON ({error})") from None
    return found


def _file(path: Path) -> list[dict[str, Any]]:
    remedy = "Give a list of changes, or an object with the list under the name changes."
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise SchemaError(str(path), f"cannot be read ({error})", remedy) from error
    listed = found.get("changes") if isinstance(found, dict) else found
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise SchemaError(str(path), "holds no list of changes", remedy)
    return listed


def _line(city: City, text: str) -> dict[str, Any]:
    pieces = [piece.partition("=") for piece in text.split(";") if piece.strip()]
    pairs = [(name.strip(), value.strip()) for name, _, value in pieces]
    (verb, target), parts = pairs[0] if pairs else ("", ""), dict(pairs[1:])
    if verb not in _VERBS or not target:
        raise InvalidIntervention(text, f"begins with no change{near(verb, _VERBS)}, for example {EXAMPLE}")
    if unknown := [name for name in parts if name not in _PARTS]:
        raise InvalidIntervention(text, f"no part {unknown[0]}{near(unknown[0], _PARTS)}; parts: {', '.join(_PARTS)}")
    made = _target(city, verb, target, parts.get("between"))
    if "vehicles" in parts:
        made["modes"] = vehicles(parts["vehicles"].split(","))
    if verb in _VALUE:
        made[_VALUE[verb]] = parts.get("to")
    if "storeys" in parts:
        made["storeys"] = parts["storeys"]
    if when := _when(parts):
        made["when"] = when
    return made


def _target(city: City, verb: str, target: str, between: str | None) -> dict[str, Any]:
    section = None if between is None else [name.strip() for name in between.split("..")]
    is_link = bool(np.any(city.roads.ids == target))
    match verb:
        case "close" if is_link:
            return {"kind": "close-link", "links": [target]}
        case "close":
            return {"kind": "close-street", "name": target, "between": section}
        case "network-as-of":
            return {"kind": verb, "day": target}
        case "land-use" | "floor-area":
            return {"kind": verb, "parcel": target}
        case _:
            where = {"links": [target]} if is_link else {"street": target, "between": section}
            return {"kind": verb, "where": where}


def vehicles(words: Sequence[str]) -> int:
    """Return the mode bits of words for vehicles.

    Raises
    ------
    InvalidIntervention
        A word is none; near ones are named.
    """
    bits = 0
    for word in words:
        if plain(word.strip()) not in _FOLDED:
            raise InvalidIntervention(word, f"no such vehicle{near(word, VEHICLES)}; known: {', '.join(VEHICLES)}")
        bits |= _FOLDED[plain(word.strip())]
    return bits


def _when(parts: dict[str, str]) -> list[dict[str, Any]]:
    if not {"hours", "days", "dates"} & set(parts):
        return []
    first, dots, last = parts.get("dates", "").partition("..")
    last = last if dots else first
    about = {"days": _weekdays(parts.get("days", "")), "first_day": _day(first), "last_day": _day(last)}
    hours = [tuple(h.strip().partition("-")[::2]) for h in parts.get("hours", "00:00-24:00").split(",")]
    return [{"from_time": start, "to_time": end, **about} for start, end in hours]


def _weekdays(text: str) -> list[str]:
    found: list[str] = []
    for piece in filter(None, (p.strip().lower() for p in text.split(","))):
        first, _, last = piece.partition("-")
        if unknown := [d for d in (first, last or first) if d not in WEEKDAYS]:
            raise InvalidIntervention(f"weekday {unknown[0]}", f"no such day; one of {', '.join(WEEKDAYS)}")
        a, b = (WEEKDAYS.index(d) for d in (first, last or first))
        found += [WEEKDAYS[k % 7] for k in range(a, b + 1 if b >= a else b + 8)]
    return found


def _day(text: str) -> str | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidIntervention(f"day {text}", "a day is written YYYY-MM-DD") from None
