"""What the city runs on: drains, power, pumps, lights, fibre, trees, cameras, bike stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.city.areas import Areas, Lines
from twin.city.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Drains(Lines):
    """Drains and culverts; `width_m` is the diameter or the width of the channel.

    Attributes
    ----------
    invert_from_m, invert_to_m : (n,) [m]
        Invert level at the first and last vertex above the city's datum; NaN where unknown.
    """

    invert_from_m: NDArray[np.float64]
    invert_to_m: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerZones(Areas):
    """Areas fed by one low-voltage station.

    Attributes
    ----------
    shut_off_m : (n,) [m]
        Water level above the city's datum at which the power is cut; NaN where unknown.
    """

    shut_off_m: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Equipment(Table):
    """Things on a spot: pumps, street lights, fibre nodes, trees.

    Attributes
    ----------
    kind, name : (n,) str
        Kind is one of pump, street_light, fibre_node, tree.
    xy_m : (n, 2) [m]
    capacity_m3s : (n,) [m³/s]
        Of a pump, else NaN.
    height_m : (n,) [m]
        Above the ground; NaN where unknown.
    """

    GEOMETRY: ClassVar[str] = "point"

    kind: NDArray[np.str_]
    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    capacity_m3s: NDArray[np.float64]
    height_m: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cameras(Table):
    """Cameras: what they are for, where they look, whose they are.

    Attributes
    ----------
    name, purpose, owner, status : (n,) str
        Purpose is one of gateway, security, desk, traffic, flood; the owner is an institution, never a person; status
        is one of working, broken, planned, unknown.
    xy_m : (n, 2) [m]
    height_m, range_m : (n,) [m]
    heading_deg, fov_deg : (n,) [°]
        Clockwise from grid north, and horizontal field of view; NaN where unknown.
    link : (n,)
        Row of the road link it counts on; -1 where none.
    """

    GEOMETRY: ClassVar[str] = "point"

    name: NDArray[np.str_]
    purpose: NDArray[np.str_]
    owner: NDArray[np.str_]
    status: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    fov_deg: NDArray[np.float64]
    range_m: NDArray[np.float64]
    link: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class BikeStations(Table):
    """Stations of the public bike share.

    Attributes
    ----------
    name : (n,) str
    xy_m : (n, 2) [m]
    docks : (n,)
        NaN where unknown.
    """

    GEOMETRY: ClassVar[str] = "point"

    name: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    docks: NDArray[np.float64]
