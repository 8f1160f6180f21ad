"""Changes to streets: who may use them, in which direction, how fast, how wide, with which signals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.city.sections import Where
from twin.city.windows import Window
from twin.errors import InvalidIntervention

MOST_SPEED_KMH, MOST_LANES, MOST_DEPTH_M = 130.0, 12, 20.0

DEPTH_LIMITS_M: Mapping[int, float] = {
    WALK: 0.3, MOTORCYCLE: 0.25, CYCLE: 0.25, CAR: 0.3, BUS: 0.5, TRUCK: 0.6,
}  # fmt: skip
"""Depth of still water from which a mode no longer passes [m]. A convention: roads of Huế were barred at 0.2–0.5 m, and
low cars stalled at 0.30–0.45 m in October 2021 (press); no standard fixes the figures."""


@dataclass(frozen=True, slots=True)
class Change:
    """Base of every change.

    Attributes
    ----------
    when : tuple of Window
        When it is in force; empty for all the time.
    """

    when: tuple[Window, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class CloseLink(Change):
    """Close links to some or all modes.

    Attributes
    ----------
    links : tuple of str
        Link ids; both directions must be named to close both.
    modes : int
        Bits of `twin.city.roads`; all by default.
    """

    links: tuple[str, ...]
    modes: int = ALL_MODES
    kind: Literal["close-link"] = field(default="close-link", kw_only=True)

    def __post_init__(self) -> None:
        if not self.links:
            raise InvalidIntervention(self.kind, "names no link")
        _check_modes(self.kind, self.modes)


@dataclass(frozen=True, slots=True)
class CloseStreet(Change):
    """Close a street, or its section between two cross streets, to some or all modes; both directions.

    Attributes
    ----------
    name : str
        As on the map.
    modes : int
        Bits of `twin.city.roads`; all by default.
    between : (str, str) or None
        Cross streets.
    """

    name: str
    modes: int = ALL_MODES
    between: tuple[str, str] | None = None
    kind: Literal["close-street"] = field(default="close-street", kw_only=True)

    def __post_init__(self) -> None:
        _check_modes(self.kind, self.modes)

    @property
    def where(self) -> Where:
        """The street or its section."""
        return Where(self.name, self.between)


@dataclass(frozen=True, slots=True)
class OpenLink(Change):
    """Let modes use links that they may not use today.

    Attributes
    ----------
    where : Where
    modes : int
    """

    where: Where
    modes: int = ALL_MODES
    kind: Literal["open"] = field(default="open", kw_only=True)

    def __post_init__(self) -> None:
        _check_modes(self.kind, self.modes)


@dataclass(frozen=True, slots=True)
class NetworkAsOf(Change):
    """Close what was not yet open on a day: the network before a bridge was built.

    Attributes
    ----------
    day : date
    """

    day: date
    kind: Literal["network-as-of"] = field(default="network-as-of", kw_only=True)

    def __post_init__(self) -> None:
        always(self)


@dataclass(frozen=True, slots=True)
class MakeOneWay(Change):
    """Make a section one-way, from its first cross street to its second; the whole carriageway serves that direction.

    Attributes
    ----------
    where : Where
        A street with `between`.
    modes : int
        Who may no longer go back; people on foot always may.
    """

    where: Where
    modes: int = ALL_MODES & ~WALK
    kind: Literal["one-way"] = field(default="one-way", kw_only=True)

    def __post_init__(self) -> None:
        _check_modes(self.kind, self.modes)


@dataclass(frozen=True, slots=True)
class ReverseOneWay(Change):
    """Turn the direction of one-way links round; streets with two directions stay as they are.

    Attributes
    ----------
    where : Where
    """

    where: Where
    kind: Literal["reverse"] = field(default="reverse", kw_only=True)

    def __post_init__(self) -> None:
        always(self)


@dataclass(frozen=True, slots=True)
class SetSpeed(Change):
    """Set the free speed.

    Attributes
    ----------
    where : Where
    speed_kmh : [km/h]
    """

    where: Where
    speed_kmh: float
    kind: Literal["speed"] = field(default="speed", kw_only=True)

    def __post_init__(self) -> None:
        if not 0.0 < self.speed_kmh <= MOST_SPEED_KMH:
            why = f"{self.speed_kmh} km/h is not above 0 and at most {MOST_SPEED_KMH:.0f}"
            raise InvalidIntervention(self.where.label(), why)


@dataclass(frozen=True, slots=True)
class SetLanes(Change):
    """Set the lanes of each direction, as a work zone or a widening does; width and capacity change in proportion.

    Attributes
    ----------
    where : Where
    lanes : int
    """

    where: Where
    lanes: int
    kind: Literal["lanes"] = field(default="lanes", kw_only=True)

    def __post_init__(self) -> None:
        if not 1 <= self.lanes <= MOST_LANES:
            why = f"{self.lanes} lanes a direction are not between 1 and {MOST_LANES}; to have none, close it"
            raise InvalidIntervention(self.where.label(), why)


@dataclass(frozen=True, slots=True)
class SetCapacity(Change):
    """Leave a share of the capacity, as a narrow work zone or parked cars do.

    Attributes
    ----------
    where : Where
    share : float
        Of today's capacity.
    """

    where: Where
    share: float
    kind: Literal["capacity"] = field(default="capacity", kw_only=True)

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= MOST_LANES:
            raise InvalidIntervention(
                self.where.label(), f"a share of {self.share} is not above 0; to have none, close it"
            )


@dataclass(frozen=True, slots=True)
class SetDepth(Change):
    """Put water of a depth on streets: they are closed to each mode from its limit on (`DEPTH_LIMITS_M`).

    Attributes
    ----------
    where : Where
    depth_m : [m]
    """

    where: Where
    depth_m: float
    kind: Literal["depth"] = field(default="depth", kw_only=True)

    def __post_init__(self) -> None:
        if not 0.0 <= self.depth_m <= MOST_DEPTH_M:
            raise InvalidIntervention(
                self.where.label(), f"a depth of {self.depth_m} m is not from 0 to {MOST_DEPTH_M:.0f}"
            )


RoadChange = (
    CloseLink | CloseStreet | OpenLink | NetworkAsOf | MakeOneWay | ReverseOneWay | SetSpeed | SetLanes | SetCapacity
    | SetDepth
)  # fmt: skip


def _check_modes(kind: str, modes: int) -> None:
    if not 0 < modes <= ALL_MODES:
        raise InvalidIntervention(kind, f"{modes} is no set of modes: bits from 1 to {ALL_MODES}")


def always(change: Change) -> None:
    """Refuse a change of this kind that is limited to some hours.

    Raises
    ------
    InvalidIntervention
        It has windows.
    """
    if change.when:
        raise InvalidIntervention(type(change).__name__, "cannot be made for some hours only; leave its hours out")
