"""Bridges and screenlines: which links carry traffic over which water, and how full they are.

*Assumptions*: a bridge is all bridge links of one name over one water; parallel and consecutive links are told apart by
their extent along the bridge. The capacity is the link's saturation flow, without the junctions at its ends.
*References*: screenlines: UK DfT, TAG unit M3.1 (2020), section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from scenarios.models.link_record import LinkRecord, totals
from twin.city.city import City

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Bridges:
    """Bridges of a city; B bridges, K bridge links.

    Attributes
    ----------
    ids, names, waters : (B,) str
        Water is empty where none is known below.
    xy_m : (B, 2) [m]
    link : (K,)
        Rows of `Roads`.
    bridge : (K,)
        Bridge of each of them.
    way : (K,)
        0 or 1: the two directions.
    share : (K,)
        Length along the bridge over the bridge's extent: parallel links count whole, consecutive ones in part.
    """

    ids: NDArray[np.str_]
    names: NDArray[np.str_]
    waters: NDArray[np.str_]
    xy_m: F64
    link: NDArray[np.int64]
    bridge: NDArray[np.int64]
    way: NDArray[np.int64]
    share: F64


def bridges(city: City) -> Bridges:
    """Return the bridges of a city's unchanged roads."""
    roads = city.roads
    links = np.flatnonzero(roads.bridge)
    water = _waters(city, links)
    unnamed = roads.name[links] == ""
    pair = np.minimum(roads.tail[links], roads.head[links]).astype(str)
    key = np.where(unnamed, np.char.add("#", pair), roads.name[links])
    keys, bridge = np.unique(np.char.add(np.char.add(water, "|"), key), return_inverse=True)
    n = len(keys)
    found: list[tuple[str, str, F64]] = []
    way, share = np.zeros(len(links), dtype=np.int64), np.ones(len(links))
    for b in range(n):
        rows = np.flatnonzero(bridge == b)
        ends = np.stack([roads.node_xy_m[roads.tail[links[rows]]], roads.node_xy_m[roads.head[links[rows]]]], axis=1)
        axis = ends[0, 1] - ends[0, 0]
        axis = axis / max(float(np.hypot(*axis)), 1e-9)
        along = ends @ axis
        extent = max(float(np.ptp(along)), 1e-9)
        way[rows] = along[:, 1] < along[:, 0]
        share[rows] = np.abs(along[:, 1] - along[:, 0]) / extent
        name = str(roads.name[links[rows[0]]])
        found.append((name, str(water[rows[0]]), ends.reshape(-1, 2).mean(axis=0)))
    return Bridges(
        ids=keys.astype(str),
        names=np.array([f[0] for f in found], dtype=str),
        waters=np.array([f[1] for f in found], dtype=str),
        xy_m=np.array([f[2] for f in found], dtype=float).reshape(-1, 2),
        link=links,
        bridge=np.asarray(bridge, dtype=np.int64),
        way=way,
        share=share,
    )


def _waters(city: City, links: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the name of the water each link crosses: the surface it covers most, else the first line it crosses."""
    roads = city.roads
    name = np.full(len(links), "", dtype=object)
    if len(links) == 0:
        return name.astype(str)
    shapes = [roads.xy_m[roads.first_vertex[k] : roads.first_vertex[k + 1]] for k in links.tolist()]
    lines = np.array([shapely.LineString(xy) for xy in shapes], dtype=object)
    lines_at, crossed = shapely.STRtree(lines).query(_water_lines(city), predicate="intersects")[::-1]
    for row, line in zip(lines_at.tolist(), crossed.tolist(), strict=True):
        name[row] = name[row] or city.waterways.name[line]
    wet = city.water.kind != "island"
    surfaces = city.water.shapes()[wet]
    covered = np.zeros(len(links))
    for surface, row in zip(*shapely.STRtree(lines).query(surfaces, predicate="intersects").tolist(), strict=True):
        over_m = shapely.length(shapely.intersection(surfaces[surface], lines[row]))
        if over_m > covered[row] and city.water.name[wet][surface]:
            covered[row], name[row] = over_m, city.water.name[wet][surface]
    return name.astype(str)


def _water_lines(city: City) -> NDArray[np.object_]:
    w = city.waterways
    found = [shapely.LineString(w.xy_m[w.first_vertex[k] : w.first_vertex[k + 1]]) for k in range(len(w))]
    return np.array(found, dtype=object)


COLUMNS = ("flow_veh_h", "flow_pcu_h", "screenline_share", "vc", "vc_max", "speed_kmh", "delay_veh_h")
"""What `bridge_values` returns, column by column."""


def bridge_values(found: Bridges, records: Sequence[LinkRecord], city: City, pcu: F64) -> F64:
    """Return the traffic over each bridge ``(B, 7)``, both directions together, in the order of `COLUMNS`.

    The ratio of volume to capacity is that of the fuller direction: its mean, and its largest in one interval.

    Parameters
    ----------
    found
    records
    city
        The unchanged city: lengths, capacities.
    pcu : (C,)
        Of each class.
    """
    n, roads = len(found.ids), city.roads
    seen = totals(records, len(pcu), len(roads))
    hours = max(seen.span_s / 3600.0, 1e-9)
    side = 2 * found.bridge + found.way
    capacity = np.bincount(side, found.share * roads.capacity_pcu_h[found.link], 2 * n)

    def _over(links: F64) -> F64:
        """Return a value of the links summed over each bridge."""
        return np.asarray(np.bincount(found.bridge, links[found.link], n))

    def _ratio(left: F64, span_h: float) -> F64:
        """Return volume over capacity of each direction."""
        volume = np.bincount(side, found.share * (pcu @ left)[found.link] / span_h, 2 * n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(capacity > 0, volume / capacity, np.nan)).reshape(n, 2)

    vehicles = np.bincount(found.bridge, found.share * seen.left.sum(axis=0)[found.link] / hours, n)
    units = np.bincount(found.bridge, found.share * (pcu @ seen.left)[found.link] / hours, n)
    waters, water = np.unique(found.waters, return_inverse=True)
    line = np.bincount(water, vehicles, len(waters))[water]
    most = np.full(n, np.nan)
    for r in records:
        most = np.fmax(most, _largest(_ratio(r.left.astype(float), max(r.span_s / 3600.0, 1e-9))))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where((found.waters != "") & (line > 0), vehicles / line, np.nan)
        driven = _over(seen.left.sum(axis=0) * roads.length_m) / 1000.0
        speed = driven / (_over(seen.spent_s.sum(axis=0)) / 3600.0)
    delay = _over(seen.delay_s) / 3600.0
    return np.column_stack([vehicles, units, share, _largest(_ratio(seen.left, hours)), most, speed, delay])


def _largest(pairs: F64) -> F64:
    return np.asarray(np.fmax(pairs[:, 0], pairs[:, 1]))


def screenlines(found: Bridges) -> list[tuple[str, NDArray[np.int64]]]:
    """Return each water with two bridges or more, and its bridges."""
    waters = [w for w in np.unique(found.waters).tolist() if w]
    lines = [(w, np.flatnonzero(found.waters == w)) for w in waters]
    return [(w, rows) for w, rows in lines if len(rows) >= 2]
