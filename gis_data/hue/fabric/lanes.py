"""Village lanes along the rivers of the plain, where the delta's villages lie and no street table reaches."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.extent import extent
from gis_data.hue.fabric.styles import Styles
from twin.city.areas import Lines
from twin.city.ragged import lines_of

_OFFSETS_M = (45.0, 200.0)
"""[m] From the bank to the lanes: the village street, and a back lane behind the gardens."""
_FROM_STREET_M = 90.0
_SHORTEST_M = 250.0
_JOIN_M = 420.0
_SIMPLIFY_M = 6.0
_BANK_M = 20.0


def village_lanes(
    streets: NDArray[np.object_], waterways: Lines, wet: shapely.Geometry, reserved: shapely.Geometry, styles: Styles
) -> NDArray[np.object_]:
    """Return lanes ``(n,)`` in the villages, in an order in which each ends on a street or on a lane before it.

    Rules
    -----
    1. On both banks, lanes run parallel to the river, outside water, monuments and the reach of drawn streets.
    2. An end is led to the nearest street or earlier lane if that is not across water; a lane with no such end is
       dropped.
    """
    where = shapely.intersection(styles.area_of("village"), extent())
    taken = shapely.union_all(
        [shapely.buffer(wet, _BANK_M), reserved, shapely.union_all(shapely.buffer(streets, _FROM_STREET_M))]
    )
    free = shapely.difference(where, taken)
    lines = lines_of(waterways.xy_m, waterways.first_vertex)
    width = np.nan_to_num(waterways.width_m)
    curves = [
        shapely.simplify(shapely.offset_curve(lines[k], side * (width[k] / 2 + off)), _SIMPLIFY_M)
        for off in _OFFSETS_M
        for k in range(len(lines))
        for side in (1, -1)
    ]
    parts = shapely.get_parts(shapely.line_merge(shapely.intersection(np.array(curves, dtype=object), free)))
    parts = parts[shapely.length(parts) >= _SHORTEST_M]
    return _joined(_apart(parts), streets, wet)


def _apart(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return lines without the stretches that run beside an earlier one."""
    kept: list[shapely.LineString] = []
    for line in lines:
        others = shapely.union_all([shapely.buffer(k, _FROM_STREET_M) for k in kept])
        rest = shapely.get_parts(shapely.line_merge(shapely.difference(line, others)))
        kept += [r for r in rest if r.length >= _SHORTEST_M]
    return np.array(kept, dtype=object)


def _joined(lanes: NDArray[np.object_], streets: NDArray[np.object_], wet: shapely.Geometry) -> NDArray[np.object_]:
    shapely.prepare(wet)
    done: list[shapely.LineString] = []
    waiting = list(lanes)
    found = True
    while found:
        found = False
        for lane in list(waiting):
            targets = np.concatenate([streets, np.array(done, dtype=object)])
            led = _led(lane, targets, wet)
            if led is not None:
                done.append(led)
                waiting.remove(lane)
                found = True
    return np.array(done, dtype=object)


def _led(lane: shapely.LineString, targets: NDArray[np.object_], wet: shapely.Geometry) -> shapely.LineString | None:
    tree = shapely.STRtree(targets)
    xy = [tuple(p) for p in shapely.get_coordinates(lane).tolist()]
    joined = False
    for end in (0, -1):
        tip = shapely.Point(xy[end])
        for k in tree.query_nearest(tip, max_distance=_JOIN_M, all_matches=False).tolist():
            way = shapely.shortest_line(tip, targets[k])
            if way.length < 1.0 or shapely.intersects(wet, way):
                continue
            foot = tuple(shapely.get_coordinates(way)[-1].tolist())
            xy = [foot, *xy] if end == 0 else [*xy, foot]
            joined = True
    return shapely.LineString(xy) if joined else None
