"""What a planner may change about the city, as pure data; `apply` returns a new city sharing untouched tables."""

from __future__ import annotations

from collections.abc import Sequence

from twin.city.apply_roads import change_roads
from twin.city.changes_land import AddFloorArea, LandChange, RaiseGround, SetLandUse, change_land
from twin.city.changes_roads import (
    Change,
    CloseLink,
    CloseStreet,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    ReverseOneWay,
    RoadChange,
    SetCapacity,
    SetDepth,
    SetLanes,
    SetSpeed,
)
from twin.city.changes_signals import ActuateSignal, Green, SetSignal, SignalChange, SplitSignal, change_signals
from twin.city.city import City
from twin.city.sections import Where
from twin.city.windows import Window

__all__ = [
    "ActuateSignal",
    "AddFloorArea",
    "Change",
    "CloseLink",
    "CloseStreet",
    "Green",
    "Intervention",
    "MakeOneWay",
    "NetworkAsOf",
    "OpenLink",
    "RaiseGround",
    "ReverseOneWay",
    "SetCapacity",
    "SetDepth",
    "SetLandUse",
    "SetLanes",
    "SetSignal",
    "SetSpeed",
    "SplitSignal",
    "Where",
    "Window",
    "apply",
]

Intervention = RoadChange | SignalChange | LandChange


def apply(city: City, interventions: Sequence[Intervention]) -> City:
    """Return the city with all the changes in force, in order, whatever their hours.

    Raises
    ------
    UnknownItem
        A named link or parcel does not exist.
    InvalidIntervention
        No street has the name, a section does not exist, or the city lacks what is to be changed.
    """
    for change in interventions:
        match change:
            case SetSignal() | SplitSignal() | ActuateSignal():
                city = change_signals(city, change)
            case RaiseGround() | SetLandUse() | AddFloorArea():
                city = change_land(city, change)
            case _:
                city = change_roads(city, change)
    return city
