"""Drains under the named streets, falling along the shortest way to the nearest water."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gis_data.hue.fabric.blocks import sections_of
from twin.city.infrastructure import Drains
from twin.city.ragged import flatten, lines_of
from twin.city.roads import Roads
from twin.city.terrain import Terrain

SOURCE = "generated along the streets; no drainage record"
DIAMETER_M = {"trunk": 1.5, "primary": 1.5, "secondary": 1.2, "tertiary": 1.0}
OTHER_DIAMETER_M = 0.8
"""[m] By road class; assumptions."""
LEAST_FALL = 0.0005
COVER_M = 0.9
"""Least slope of a drain and least depth of its invert under the street [m]; assumptions."""
_OUTFALL_M = 90.0
_LONGEST_M = 4000.0


def drains_of(roads: Roads, wet: shapely.Geometry, built: shapely.Geometry, terrain: Terrain) -> Drains:
    """Return one drain for each stretch of street in the built-up city, from its upper to its lower end.

    Rules
    -----
    1. Junctions within 90 m of water have an outfall; every other drains along the shortest way to one.
    2. From the upper ends down, an invert lies at least the cover under the street and falls at least 0.05 %; so every
       drain falls, and one may end under the water level of its outfall, as in a flat city it does.
    """
    link, _ = sections_of(roads)
    lines = lines_of(roads.xy_m, roads.first_vertex)
    middle = shapely.line_interpolate_point(lines[link], 0.5, normalized=True)
    shapely.prepare(built)
    use = ~roads.bridge[link] & (roads.provenance[link] != "generated") & shapely.intersects(built, middle)
    link = link[use]
    way = _ways(roads, link, wet)
    upper, lower, reached = _ordered(roads, link, way)
    link, upper, lower = link[reached], upper[reached], lower[reached]
    level = _inverts(roads, link, upper, lower, way, terrain)
    flip = roads.tail[link] != upper
    geometry = np.where(flip, shapely.reverse(lines[link]), lines[link])
    xy, first = flatten(list(geometry))
    n = len(link)
    width = np.array([DIAMETER_M.get(c, OTHER_DIAMETER_M) for c in roads.road_class[link].tolist()])
    return Drains(
        ids=np.char.add("drain-", roads.ids[link]),
        kind=np.full(n, "culvert"),
        name=roads.name[link],
        width_m=width,
        xy_m=xy,
        first_vertex=first,
        invert_from_m=np.round(level[upper], 3),
        invert_to_m=np.round(np.minimum(level[lower], level[upper] - LEAST_FALL * roads.length_m[link]), 3),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def _ways(roads: Roads, link: NDArray[np.int64], wet: shapely.Geometry) -> NDArray[np.float64]:
    """Return the distance of every node to its outfall along drained streets [m]; inf where there is none."""
    nodes = np.unique([roads.tail[link], roads.head[link]])
    shapely.prepare(wet)
    out = nodes[shapely.dwithin(wet, shapely.points(roads.node_xy_m[nodes]), _OUTFALL_M)]
    n = roads.n_nodes
    graph = coo_array((roads.length_m[link], (roads.tail[link], roads.head[link])), shape=(n, n)).tocsr()
    found: NDArray[np.float64] = dijkstra(graph, directed=False, indices=out, min_only=True, limit=_LONGEST_M)
    return found


def _ordered(
    roads: Roads, link: NDArray[np.int64], way: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    tail, head = roads.tail[link].astype(np.int64), roads.head[link].astype(np.int64)
    down = (way[tail] > way[head]) | ((way[tail] == way[head]) & (tail > head))
    reached = np.isfinite(way[tail]) & np.isfinite(way[head])
    return np.where(down, tail, head), np.where(down, head, tail), reached


def _inverts(
    roads: Roads,
    link: NDArray[np.int64],
    upper: NDArray[np.int64],
    lower: NDArray[np.int64],
    way: NDArray[np.float64],
    terrain: Terrain,
) -> NDArray[np.float64]:
    """Return the invert at every node, from the farthest down: under its cover, and below all that drains into it."""
    level = terrain.height_at(roads.node_xy_m) - COVER_M
    order = np.lexsort((upper, -way[upper]))
    for k in order.tolist():
        level[lower[k]] = min(level[lower[k]], level[upper[k]] - LEAST_FALL * roads.length_m[link[k]])
    return level
