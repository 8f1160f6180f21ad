"""The network of a static assignment, whatever file or city it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.errors import DataError, TopologyError, ValidationFailed

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class StaticNetwork:
    """Directed links between nodes; the first `n_zones` nodes are the zones where trips begin and end.

    Units are the file's own: time in one unit throughout, flow and capacity in PCU per the same period.

    Attributes
    ----------
    tail, head : (L,)
        Nodes, counted from 0.
    capacity : (L,) [PCU]
    free_time : (L,)
        Time of an empty link.
    b, power : (L,)
        BPR function `free_time · (1 + b (flow / capacity)^power)`; on conical links `power` is Spiess's α > 1.
    length, toll : (L,)
    n_nodes, n_zones : int
    first_thru_node : int
        First node a way may pass, counted from 0; the nodes before it are only ends of ways.
    conical : (L,), optional
        Links with Spiess's conical function; none when not given.
    node_xy : (N, 2), optional
        Coordinates as the file has them.
    toll_weight, distance_weight : float
        What a unit of toll and of length costs, in units of time.
    name : str
        What the network is called in messages.
    """

    tail: I32
    head: I32
    capacity: F64
    free_time: F64
    b: F64
    power: F64
    length: F64
    toll: F64
    n_nodes: int
    n_zones: int
    first_thru_node: int = 0
    conical: Bools | None = None
    node_xy: F64 | None = None
    toll_weight: float = 0.0
    distance_weight: float = 0.0
    name: str = "network"

    def __len__(self) -> int:
        return len(self.tail)

    def check(self) -> None:
        """Refuse a network whose numbers no assignment can use, all its faults at once.

        Raises
        ------
        ValidationFailed
            With the link's row, counted from 1, the field and the remedy of each fault.
        """
        faults: list[DataError] = [
            TopologyError(self.name, why, remedy, layer="links", row=int(row) + 1, field=field)
            for field, bad, why, remedy in _RULES
            for row in np.flatnonzero(bad(self))
        ]
        if faults:
            raise ValidationFailed(tuple(sorted(faults, key=lambda f: f.row or 0)))

    @property
    def is_conical(self) -> Bools:
        """Links with Spiess's conical function : (L,)."""
        return np.zeros(len(self), dtype=np.bool_) if self.conical is None else self.conical

    @property
    def strictly_increasing(self) -> Bools:
        """Links whose time grows with every vehicle : (L,); only there are equilibrium flows unique."""
        return (self.free_time > 0) & (self.is_conical | ((self.b > 0) & (self.power > 0)))

    def as_conical(self) -> StaticNetwork:
        """Return the network with conical functions, α = power, wherever time grows with flow and α > 1."""
        return replace(self, conical=self.strictly_increasing & (self.power > 1))


_FINITE = "is not a finite number"
_RULES: tuple[tuple[str, Callable[[StaticNetwork], Bools], str, str], ...] = (
    ("tail", lambda n: (n.tail < 0) | (n.tail >= n.n_nodes), "begins at an unknown node", "Number nodes as announced."),
    ("head", lambda n: (n.head < 0) | (n.head >= n.n_nodes), "ends at an unknown node", "Number nodes as announced."),
    ("free_time", lambda n: ~(n.free_time >= 0) | np.isinf(n.free_time), "is negative or no number",
     "Give the time of the empty link, 0 or more."),
    ("capacity", lambda n: n.strictly_increasing & ~((n.capacity > 0) & np.isfinite(n.capacity)), "is not positive",
     "Give the capacity, or b = 0 for a link without congestion."),
    ("b", lambda n: ~(n.b >= 0) | np.isinf(n.b), "is negative or no number", "Give b of the BPR function, 0 or more."),
    ("power", lambda n: ~(n.power >= 0) | np.isinf(n.power), "is negative or no number", "Give a power of 0 or more."),
    ("power", lambda n: n.is_conical & ~(n.power > 1), "is no α of a conical function", "Give α above 1."),
    ("length", lambda n: ~np.isfinite(n.length), _FINITE, "Give the length, or 0."),
    ("toll", lambda n: ~np.isfinite(n.toll), _FINITE, "Give the toll, or 0."),
)  # fmt: skip
