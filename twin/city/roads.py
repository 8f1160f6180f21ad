"""The road network: nodes, directed links and their adjacency in CSR form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.table import Table

MOTOR, CYCLE, WALK = 1, 2, 4
"""Bits of `Roads.modes`: who may use a link."""


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
        Bit set of ``MOTOR``, ``CYCLE``, ``WALK``; 0 on a closed link.
    xy_m, first_vertex : (n_vertices, 2) [m], (n_links + 1,)
        Geometry for drawing only.
    """

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
