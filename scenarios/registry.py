"""Which scenarios are installed: entry points of the group `hue_twin.scenarios`, ours included."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from scenarios.scenario import Scenario
from twin.errors import PluginFailed, UnknownItem

GROUP = "hue_twin.scenarios"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """An installed scenario, or why it cannot be used.

    Attributes
    ----------
    name : str
        Its entry point's name.
    scenario : Scenario or None
    reason : str
        Why it cannot be used; empty where it can.
    """

    name: str
    scenario: Scenario[Any] | None
    reason: str


def installed(points: Iterable[EntryPoint] | None = None) -> tuple[Entry, ...]:
    """Return every installed scenario, sorted by name; a broken one is listed with its reason and never raises.

    Parameters
    ----------
    points
        Entry points to look at; those of the environment unless given.
    """
    found: dict[str, Entry] = {}
    for point in sorted(entry_points(group=GROUP) if points is None else points, key=lambda p: (p.name, p.value)):
        entry = _load(point)
        if point.name in found:
            entry = Entry(f"{point.name} ({point.value})", None, f"another scenario is named {point.name}")
        if entry.reason:
            log.warning("scenario %s cannot be used: %s", entry.name, entry.reason)
        found[entry.name] = entry
    return tuple(found.values())


def get(name: str, points: Iterable[EntryPoint] | None = None) -> Scenario[Any]:
    """Return an installed scenario.

    Raises
    ------
    UnknownItem
        None has this name.
    PluginFailed
        It is installed but cannot be loaded.
    """
    entries = {e.name: e for e in installed(points)}
    if name not in entries:
        raise UnknownItem(name, f"no such scenario; installed: {', '.join(entries) or 'none'}")
    entry = entries[name]
    if entry.scenario is None:
        raise PluginFailed(name, entry.reason)
    return entry.scenario


def _load(point: EntryPoint) -> Entry:
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 # a plugin may fail in any way; the service must not
        return Entry(point.name, None, f"{type(error).__name__}: {error}")
    if not isinstance(loaded, Scenario):
        return Entry(point.name, None, f"{point.value} is {type(loaded).__name__}, not made by @scenario")
    if loaded.name != point.name:
        return Entry(point.name, None, f"its entry point is named {point.name}, the scenario {loaded.name}")
    return Entry(point.name, loaded, "")
