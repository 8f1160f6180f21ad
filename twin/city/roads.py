"""The road network: nodes, directed links and their adjacency in CSR form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from twin.city.table import Table

MOTORCYCLE, CYCLE, WALK, CAR, BUS, TRUCK = 1, 2, 4, 8, 16, 32
"""Bits of `Roads.modes`: who may use a link."""

FOUR_WHEELED = CAR | BUS | TRUCK
MOTOR = MOTORCYCLE | FOUR_WHEELED
ALL_MODES = MOTOR | CYCLE | WALK

NARROW_M = 3.0
"""A street with a carriageway narrower than this takes no four-wheeled vehicle [m]: an assumption for the alleys (kiệt)
of Huế, where a car of 1.8 m meets motorcycles."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Roads(Table):
    """Directed links between nodes.

    Attributes
    ----------
    node_xy_m : (n_nodes, 2) [m]
        Node positions in EPSG:9214, east then north.
    tail, head : (n_links,)
        Node indices where a link starts and ends.
    length_m : (n_links,) [m]
        Length along the geometry.
    road_class, name : (n_links,) str
        Class in OpenStreetMap's words, and the street's name (empty where it has none).
    lanes : (n_links,)
        Lanes in the link's own direction; at least 1.
    width_m : (n_links,) [m]
        Carriageway width available to the link's direction.
    free_speed_mps : (n_links,) [m/s]
        Free-flow speed.
    capacity_pcu_h : (n_links,) [PCU/h]
        Saturation flow of the link.
    oneway, bridge : (n_links,) bool
    surface_m : (n_links,) [m]
        Lowest road surface above the city's height datum; NaN where unknown.
    modes : (n_links,)
        Bit set of ``MOTORCYCLE``, ``CYCLE``, ``WALK``, ``CAR``, ``BUS``, ``TRUCK``; 0 on a closed link.
    xy_m, first_vertex : (n_vertices, 2) [m], (n_links + 1,)
        Geometry for drawing only.
    """

    GEOMETRY: ClassVar[str] = "line"

    node_xy_m: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float64]
    road_class: NDArray[np.str_]
    name: NDArray[np.str_]
    lanes: NDArray[np.int8]
    width_m: NDArray[np.float64]
    free_speed_mps: NDArray[np.float64]
    capacity_pcu_h: NDArray[np.float64]
    oneway: NDArray[np.bool_]
    bridge: NDArray[np.bool_]
    surface_m: NDArray[np.float64]
    modes: NDArray[np.int8]
    xy_m: NDArray[np.float64]
    first_vertex: NDArray[np.int64]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self) and (
            min(self.tail.min(), self.head.min()) < 0 or max(self.tail.max(), self.head.max()) >= self.n_nodes
        ):
            raise ValueError("Roads: a link names a node that does not exist")
        if not np.all(self.length_m > 0):
            raise ValueError(f"Roads: zero-length link {self.ids[int(np.argmin(self.length_m))]}")

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy_m)

    def csr(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return ``first_out (n_nodes + 1,)`` and ``out_link (n_links,)``: the links leaving each node."""
        order = np.argsort(self.tail, kind="stable").astype(np.int32)
        first = np.zeros(self.n_nodes + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.tail, minlength=self.n_nodes), out=first[1:])
        return first, order

    def links_named(self, name: str) -> NDArray[np.int64]:
        """Return the links of a street, compared without regard to case."""
        return np.flatnonzero(np.char.lower(self.name) == name.lower())


@dataclass(frozen=True, kw_only=True, eq=False)
class TurnBans(Table):
    """Movements that are not allowed: from one link straight into another.

    Attributes
    ----------
    from_link, to_link : (n,)
        Rows of `Roads`; the first ends where the second starts.
    """

    from_link: NDArray[np.int32]
    to_link: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Signals(Table):
    """Signal-controlled junctions and their fixed-time plans.

    Attributes
    ----------
    node : (n,)
        Node of `Roads`.
    xy_m : (n, 2) [m]
    cycle_s, offset_s : (n,) [s]
        NaN where the timing is unknown.
    green_first : (n + 1,)
        First green window of each junction in the arrays below; none where the timing is unknown.
    green_link : (n_windows,)
        The link that ends at the junction and may go.
    green_from_s, green_to_s : (n_windows,) [s]
        Half-open window within the cycle.
    """

    GEOMETRY: ClassVar[str] = "point"
    RAGGED: ClassVar[dict[str, tuple[str, ...]]] = {"green_first": ("green_link", "green_from_s", "green_to_s")}

    node: NDArray[np.int32]
    xy_m: NDArray[np.float64]
    cycle_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]
    green_first: NDArray[np.int64]
    green_link: NDArray[np.int32]
    green_from_s: NDArray[np.float64]
    green_to_s: NDArray[np.float64]
