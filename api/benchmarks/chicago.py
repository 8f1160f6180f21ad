"""Chicago-Sketch as UXsim's own example 23 has it: over a million single vehicles who choose their ways under way.

Rules
-----
1. Zones and their connectors are left out; trips begin and end at the node a zone is connected to.
2. A link is at least 100 m long, its free speed between 10 and 40 m/s. Lanes: one for each 1,800 veh/h of the file's
   capacity, at least one; three on motorways (type 2). A lane has Newell's diagram of `api.benchmarks.grids`.
3. The table's trips are divided by 0.85; pairs of zones with more than 30 of them send their vehicles evenly over an
   hour, a part of a vehicle counted as one.

Sources: https://github.com/bstabler/TransportationNetworks (network and trips); https://github.com/toruseo/UXsim,
dat/chicago_sketch.uxsim_scenario, of whose figures these are the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.benchmarks.grids import JAM_VEH_M, REACTION_S
from gis_data.readers.tntp import read_tntp_network, read_tntp_nodes
from gis_data.readers.tntp_text import read_text
from gis_data.readers.tntp_trips import read_tntp_trips

F64 = NDArray[np.float64]
I32 = NDArray[np.int32]

_M_PER_MILE, _LEAST_M = 1609.34, 100.0
_SLOWEST_MPS, _FASTEST_MPS = 10.0, 40.0
_LANE_VEH_H, _MOTORWAY_TYPE, _MOTORWAY_LANES = 1800.0, 2, 3
_TYPE_COLUMN = 9
_SHARE_IN_TABLE, _LEAST_TRIPS, _SPREAD_S = 0.85, 30.0, 3600.0
UNTIL_S = 10_000.0


@dataclass(frozen=True, kw_only=True)
class ZoneWork:
    """A network and what every pair of zones sends, spread evenly; everybody finds his own way.

    Attributes
    ----------
    node_xy : (N, 2)
        As the file has them: only pictures need them.
    tail, head : (L,)
    length_m : (L,) [m]
    speed_mps : (L,) [m/s]
    lanes : (L,)
    origin, destination : (P,)
        Node of each pair of zones.
    vehicles : (P,)
    spread_s, until_s : [s]
        Departures are in [0, spread); the run ends at until.
    """

    node_xy: F64
    tail: I32
    head: I32
    length_m: F64
    speed_mps: F64
    lanes: I32
    origin: I32
    destination: I32
    vehicles: I32
    spread_s: float
    until_s: float

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the work as arrays, to be handed to another process."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> ZoneWork:
        """Return the work of which these are the arrays."""
        given: dict[str, Any] = {f.name: arrays[f.name] for f in fields(cls)}
        given.update({name: float(value) for name, value in given.items() if value.ndim == 0})
        return cls(**given)

    @property
    def capacity_veh_s(self) -> F64:
        """Flow that each link can carry ``(L,)`` [veh/s]."""
        lane = self.speed_mps * JAM_VEH_M
        return np.asarray(self.lanes * lane / (lane * REACTION_S + 1.0))

    def departures(self) -> tuple[F64, I32]:
        """Return the departures in order ``(V,)`` [s] and the pair of zones of each ``(V,)``."""
        pair = np.repeat(np.arange(len(self.vehicles), dtype=np.int32), self.vehicles)
        rank = np.arange(len(pair)) - np.repeat(np.cumsum(self.vehicles) - self.vehicles, self.vehicles)
        depart_s = (rank + 0.5) / self.vehicles[pair] * self.spread_s
        order = np.argsort(depart_s, kind="stable")
        return depart_s[order], pair[order]


def chicago_work(folder: Path) -> ZoneWork:
    """Return the work from the files `ChicagoSketch_net`, `_trips` and `_node.tntp` of a folder.

    Raises
    ------
    TwinError
        A file is missing or is not what it should be.
    """
    net_file = folder / "ChicagoSketch_net.tntp"
    net = read_tntp_network(net_file)
    trips = read_tntp_trips(folder / "ChicagoSketch_trips.tntp", net)
    street = (net.tail >= net.n_zones) & (net.head >= net.n_zones)
    length_m = np.maximum(net.length[street] * _M_PER_MILE, _LEAST_M)
    speed_mps = np.clip(length_m / (60.0 * net.free_time[street]), _SLOWEST_MPS, _FASTEST_MPS)
    lanes = np.maximum(net.capacity[street] // _LANE_VEH_H, 1)
    lanes[_link_type(net_file)[street] == _MOTORWAY_TYPE] = _MOTORWAY_LANES
    connected = np.zeros(net.n_zones, np.int32)
    out = net.tail < net.n_zones
    connected[net.tail[out]] = net.head[out] - net.n_zones
    wanted = trips / _SHARE_IN_TABLE
    np.fill_diagonal(wanted, 0.0)
    origin, destination = np.nonzero(wanted > _LEAST_TRIPS)
    return ZoneWork(
        node_xy=read_tntp_nodes(folder / "ChicagoSketch_node.tntp", net)[net.n_zones :],
        tail=(net.tail[street] - net.n_zones).astype(np.int32),
        head=(net.head[street] - net.n_zones).astype(np.int32),
        length_m=length_m,
        speed_mps=speed_mps,
        lanes=lanes.astype(np.int32),
        origin=connected[origin],
        destination=connected[destination],
        vehicles=np.ceil(wanted[origin, destination]).astype(np.int32),
        spread_s=_SPREAD_S,
        until_s=UNTIL_S,
    )


def _link_type(file: Path) -> NDArray[np.int64]:
    """Return the type of each link, the tenth column of the file's records ``(L,)``; the reader has no use for it."""
    return np.array([int(record.replace(";", " ").split()[_TYPE_COLUMN]) for _, record in read_text(file).records])
