"""Low-voltage areas with the flood level at which they are cut, street lights, trees and fibre nodes."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.blocks import SIDEWALK_M, sections_of
from gis_data.hue.fabric.geometry import polygon_parts
from twin.chance import stream
from twin.city.infrastructure import Equipment, PowerZones
from twin.city.ragged import lines_of
from twin.city.roads import Roads

SOURCE = "generated; no record of the network"
_CELL_M = 400.0
_REACH_M = 260.0
_SHUT_OFF_M = 0.5
"""[m] Water over the lower ground floors of an area at which its power is cut; an assumption."""
_LIGHT_STEP_M, _TREE_STEP_M = 45.0, 30.0
_LIT, _PLANTED = ("trunk", "primary", "secondary"), ("primary", "secondary")
_LIGHT_HEIGHT_M, _TREE_HEIGHT_M = 9.0, (5.0, 12.0)
_SEED = 2025


def power_zones_of(home_xy_m: NDArray[np.float64], floor_level_m: NDArray[np.float64]) -> PowerZones:
    """Return the areas around low-voltage stations, one to a cell of 400 m with buildings in it.

    Power is cut when water stands half a metre over the lower quarter of an area's ground floors.
    """
    cell = np.floor(home_xy_m / _CELL_M).astype(np.int64)
    _, zone = np.unique(cell, axis=0, return_inverse=True)
    zone = zone.ravel()
    count = np.bincount(zone)
    station = np.stack([np.bincount(zone, weights=home_xy_m[:, k]) / count for k in (0, 1)], axis=1)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(station)))
    of_cell, of_station = shapely.STRtree(np.asarray(shapely.points(station), dtype=object)).query(
        cells, predicate="contains"
    )
    area = np.empty(len(station), dtype=object)
    area[of_station] = shapely.intersection(
        cells[of_cell], shapely.buffer(shapely.points(station[of_station]), _REACH_M, quad_segs=4)
    )
    level = np.array(
        [
            np.nanpercentile(f, 25)
            for f in np.split(floor_level_m[np.argsort(zone, kind="stable")], np.cumsum(count)[:-1])
        ]
    )
    n = len(station)
    return PowerZones(
        ids=np.array([f"tba-{k + 1}" for k in range(n)]),
        kind=np.full(n, "low_voltage"),
        name=np.array([f"Trạm biến áp {k + 1}" for k in range(n)]),
        shut_off_m=np.round(level + _SHUT_OFF_M, 2),
        **PowerZones.flatten(area),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def equipment_of(roads: Roads, built: shapely.Geometry, zones: PowerZones) -> Equipment:
    """Return street lights along main streets, trees on both sides of them, and a fibre node in each power area."""
    rng = stream(_SEED, "street furniture")
    lights = _along(roads, built, _LIT, _LIGHT_STEP_M, sides=(1,))
    trees = _along(roads, built, _PLANTED, _TREE_STEP_M, sides=(1, -1))
    nodes = shapely.get_coordinates(shapely.centroid(polygon_parts(zones.shapes())))[: len(zones)]
    counts = {"street_light": len(lights), "tree": len(trees), "fibre_node": len(nodes)}
    height = np.concatenate(
        [
            np.full(len(lights), _LIGHT_HEIGHT_M),
            np.round(rng.uniform(*_TREE_HEIGHT_M, len(trees)), 1),
            np.full(len(nodes), np.nan),
        ]
    )
    n = sum(counts.values())
    return Equipment(
        ids=np.array([f"{kind}-{k + 1}" for kind, m in counts.items() for k in range(m)]),
        kind=np.repeat(list(counts), list(counts.values())),
        name=np.full(n, ""),
        xy_m=np.concatenate([lights, trees, nodes]),
        capacity_m3s=np.full(n, np.nan),
        height_m=height,
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def _along(
    roads: Roads, built: shapely.Geometry, classes: tuple[str, ...], step_m: float, *, sides: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return points on the sidewalks of streets of some classes in the built-up city."""
    link, width = sections_of(roads)
    keep = np.isin(roads.road_class[link], classes) & ~roads.bridge[link]
    link, width = link[keep], width[keep]
    lines = lines_of(roads.xy_m, roads.first_vertex)
    found = []
    for k, wide in zip(link.tolist(), width, strict=True):
        n = int(roads.length_m[k] // step_m)
        if n == 0:
            continue
        at = (np.arange(n) + 0.5) / n * roads.length_m[k]
        here = shapely.get_coordinates(shapely.line_interpolate_point(lines[k], at))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[k], at + 0.5))
        way = (ahead - here) / np.linalg.norm(ahead - here, axis=1, keepdims=True)
        left = np.column_stack([-way[:, 1], way[:, 0]])
        off = wide / 2 + SIDEWALK_M[str(roads.road_class[k])] / 2
        found += [here + side * off * left for side in sides]
    xy = np.concatenate(found)
    shapely.prepare(built)
    return np.round(xy[shapely.intersects_xy(built, xy)], 2)
