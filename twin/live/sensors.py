"""Which sensors a city has, how often each should speak, and which link a camera sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.city import City
from twin.city.ragged import lines_of
from twin.city.roads import MOTOR, Roads
from twin.city.table import FrozenArrays

CADENCE_S: Mapping[str, float] = {"camera": 300.0, "bike_station": 300.0, "gauge": 600.0}
"""How often a sensor should speak [s], where the city does not say otherwise."""

INDOOR = frozenset({"desk"})
"""Purposes of cameras that see no street."""

_REACH_M = 150.0
_MAX_REACH_M = 500.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Sensors(FrozenArrays):
    """The sensors of a city.

    Attributes
    ----------
    ids : (n,) str
    kind : (n,) str
        One of camera, bike_station, gauge.
    row : (n,)
        Row in the city's table of the kind.
    link : (n,)
        Row of the road link a camera counts on; -1 where none.
    cadence_s : (n,) [s]
        How often it should speak.
    """

    ids: NDArray[np.str_]
    kind: NDArray[np.str_]
    row: NDArray[np.int32]
    link: NDArray[np.int32]
    cadence_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of each sensor by its id."""
        return {str(key): k for k, key in enumerate(self.ids)}


def sensors_of(city: City, cadence_s: Mapping[str, float] = CADENCE_S) -> Sensors:
    """Return the outdoor cameras, bike stations and gauges of a city; each id once.

    A camera without a link takes the nearest link open to motors, as far as its position may be off; several on one
    spot are taken to look along different links, nearest first.
    """
    outdoors = np.flatnonzero(~np.isin(city.cameras.purpose, list(INDOOR)) & (city.cameras.status != "planned"))
    links = _links_of_cameras(city)[outdoors]
    stations, gauges = np.arange(len(city.bike_stations)), np.arange(len(city.gauges))
    parts = [
        ("camera", city.cameras.ids[outdoors], outdoors, links),
        ("bike_station", city.bike_stations.ids, stations, np.full(len(stations), -1)),
        ("gauge", city.gauges.ids, gauges, np.full(len(gauges), -1)),
    ]
    ids = np.concatenate([p[1] for p in parts]).astype(np.str_)
    kind = np.repeat([p[0] for p in parts], [len(p[1]) for p in parts])
    _, first = np.unique(ids, return_index=True)
    keep = np.sort(first)
    return Sensors(
        ids=ids[keep],
        kind=kind[keep],
        row=np.concatenate([p[2] for p in parts]).astype(np.int32)[keep],
        link=np.concatenate([p[3] for p in parts]).astype(np.int32)[keep],
        cadence_s=np.array([cadence_s[str(k)] for k in kind[keep]], dtype=np.float64),
    )


def _links_of_cameras(city: City) -> NDArray[np.int32]:
    cameras = city.cameras
    links = cameras.link.astype(np.int32).copy()
    missing = np.flatnonzero(links < 0)
    if len(missing) == 0 or len(city.roads) == 0:
        return links
    reach_m = np.clip(np.nan_to_num(cameras.accuracy_m[missing], nan=0.0), _REACH_M, _MAX_REACH_M)
    links[missing] = _nearest_links(city.roads, cameras.xy_m[missing], reach_m)
    return links


def _nearest_links(roads: Roads, xy_m: NDArray[np.float64], reach_m: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return the nearest open link of each point; the second point on a spot takes the second nearest, and so on."""
    found = np.full(len(xy_m), -1, dtype=np.int32)
    open_links = np.flatnonzero(roads.modes & MOTOR)
    if len(open_links) == 0:
        return found
    lines = lines_of(roads.xy_m, roads.first_vertex)[open_links]
    tree = shapely.STRtree(lines)
    before: Counter[tuple[float, float]] = Counter()
    for k, (x, y) in enumerate(xy_m.tolist()):
        spot = shapely.Point(x, y)
        near = tree.query(spot, predicate="dwithin", distance=float(reach_m[k]))
        if len(near):
            distance_m = np.round(shapely.distance(lines[near], spot), 2)  # both directions of a street are as near
            order = near[np.lexsort((near, distance_m))]
            found[k] = open_links[order[before[(x, y)] % len(order)]]
            before[(x, y)] += 1
    return found
