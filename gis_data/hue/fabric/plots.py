"""Plots along the alleys: each block cut into rows of frontages, with room for what serves the quarter."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import numbers, read_table, text
from gis_data.hue.fabric.alleys import Cuts
from gis_data.hue.fabric.geometry import Boxes, boxes_of, polygon_parts, rectangles
from gis_data.hue.fabric.styles import Styles, citadel_angle_rad
from twin.city.areas import Places

HOUSE = -1
"""Value of `Plots.facility` for a dwelling plot."""
_ONE_ROW = 1.45
"""A block less deep than this many plots has one row."""
_LEAST_M2, _LEAST_SHARE = 28.0, 0.3
_PLACE_REACH_M = 250.0
_HAIR_M = 0.001
"""[m] A rectangle that sticks out of its block by less counts as inside."""


@dataclass(frozen=True)
class Facilities:
    """Kinds of plots that are no dwellings ``(k,)``: the kinds of `Places`, then the kinds sprinkled by chance."""

    kind: NDArray[np.str_]
    share_of_blocks: NDArray[np.float64]
    use_code: NDArray[np.str_]
    area_m2: NDArray[np.float64]
    storeys: NDArray[np.float64]
    built_share: NDArray[np.float64]
    building: NDArray[np.str_]


@dataclass(frozen=True)
class Plots:
    """Plots with the frame they were cut in.

    Attributes
    ----------
    shapes : (n,) polygons
    block, style : (n,)
        Row of the block between alleys, and of its style.
    facility : (n,)
        Row of `Facilities`, `HOUSE` for a dwelling.
    place : (n,)
        Row of `Places` the plot was made for; -1 for none.
    centre_m, angle_rad : (n, 2) [m], (n,) [rad]
        Frame of the block: x along its rows.
    low_m, high_m : (n, 2) [m]
        Corners of the plot in that frame.
    front : (n,)
        +1 where the door is on the side of large y, -1 on the other.
    whole : (n,) bool
        The plot is its whole rectangle.
    """

    shapes: NDArray[np.object_]
    block: NDArray[np.int64]
    style: NDArray[np.int64]
    facility: NDArray[np.int64]
    place: NDArray[np.int64]
    centre_m: NDArray[np.float64]
    angle_rad: NDArray[np.float64]
    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]
    front: NDArray[np.int64]
    whole: NDArray[np.bool_]


def facilities() -> Facilities:
    """Return the kinds of ``fabric_facilities.csv`` (of known places) and ``fabric_sprinkled.csv``."""
    known, chance = read_table("fabric_facilities.csv"), read_table("fabric_sprinkled.csv")
    known["share_of_blocks"] = "0"
    names = ("share_of_blocks", "area_m2", "storeys", "built_share")
    both = {c: np.concatenate([numbers(known[c]), numbers(chance[c])]) for c in names}
    words = {c: np.concatenate([text(known[c]), text(chance[c])]) for c in ("kind", "use_code", "building")}
    return Facilities(**both, **words)


def clear_of_ways(
    cuts: Cuts, corridors: NDArray[np.object_], alleys: NDArray[np.object_], width_m: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the blocks without the land of streets and alleys, largest part only, and the row each comes from."""
    ways = np.concatenate([corridors, shapely.buffer(alleys, width_m / 2, cap_style="flat")])
    tree = shapely.STRtree(ways)
    block, way = tree.query(cuts.plots, predicate="intersects")
    order = np.argsort(block, kind="stable")
    first = np.searchsorted(block[order], np.arange(len(cuts.plots) + 1))
    way = way[order]
    taken = [shapely.union_all(ways[way[first[k] : first[k + 1]]]) for k in range(len(cuts.plots))]
    left = shapely.difference(cuts.plots, np.array(taken, dtype=object))
    parts, owner = shapely.get_parts(left, return_index=True)
    size = shapely.area(parts)
    best = np.lexsort((-size, owner))
    keep = best[np.unique(owner[best], return_index=True)[1]]
    keep = keep[(size[keep] > _LEAST_M2 * 4) & (shapely.get_type_id(parts[keep]) == shapely.GeometryType.POLYGON)]
    return parts[keep], owner[keep]


def plots_of(
    blocks: NDArray[np.object_],
    style: NDArray[np.int64],
    styles: Styles,
    kinds: Facilities,
    places: Places,
    rng: np.random.Generator,
) -> Plots:
    """Return the plots of every block.

    Rules
    -----
    1. A block has one row of plots, or two back to back where it is deep enough.
    2. A facility takes a slice of the block over its whole depth: first the known places at their position, then by
       chance one in a share of the blocks.
    3. The rest is cut into frontages drawn from the style's range; slivers are left over.
    """
    given = np.where(style == styles.citadel, citadel_angle_rad(), np.nan)
    boxes = boxes_of(blocks, given)
    wanted = _wanted(blocks, boxes, kinds, places, rng)
    low, high, block, facility, place, front = [], [], [], [], [], []
    pool = _Pool(rng)
    for k in range(len(blocks)):
        s, depth = style[k], styles.depth_m[style[k]]
        rows = 1 if boxes.width_m[k] < _ONE_ROW * depth else 2
        spans = _spans(boxes.length_m[k], boxes.width_m[k], wanted.get(k, []), kinds)
        marks = _frontages(
            spans, boxes.length_m[k], float(styles.frontage_min_m[s]), float(styles.frontage_max_m[s]), pool
        )
        half = boxes.width_m[k] / 2
        for a, b, kind, spot in marks:
            for y0, y1, door in _rows(half, 1 if kind != HOUSE else rows):
                low.append((a, y0))
                high.append((b, y1))
                block.append(k)
                facility.append(kind)
                place.append(spot)
                front.append(door)
    owner = np.array(block)
    made = Plots(
        shapes=np.zeros(len(owner), dtype=object),
        block=owner,
        style=style[owner],
        facility=np.array(facility),
        place=np.array(place),
        centre_m=boxes.centre_m[owner],
        angle_rad=boxes.angle_rad[owner],
        low_m=np.array(low),
        high_m=np.array(high),
        front=np.array(front),
        whole=np.zeros(len(owner), dtype=bool),
    )
    return _cut(made, blocks)


class _Pool:
    """Uniform numbers drawn in one go and handed out in order."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng, self._numbers, self._at = rng, rng.random(1 << 16), 0

    def take(self, n: int) -> NDArray[np.float64]:
        """Return the next numbers ``(n,)``."""
        if self._at + n > len(self._numbers):
            self._numbers, self._at = self._rng.random(max(n, 1 << 16)), 0
        self._at += n
        return self._numbers[self._at - n : self._at]


def _wanted(
    blocks: NDArray[np.object_], boxes: Boxes, kinds: Facilities, places: Places, rng: np.random.Generator
) -> dict[int, list[tuple[float, int, int]]]:
    """Return for each block the facilities it gets: position along the block [m], kind, place."""
    wanted: dict[int, list[tuple[float, int, int]]] = {}
    tree = shapely.STRtree(blocks)
    row_of = {kind: row for row, kind in enumerate(kinds.kind.tolist()) if kinds.share_of_blocks[row] == 0}
    for p in np.flatnonzero(np.isin(places.kind, list(row_of))).tolist():
        near = tree.query_nearest(shapely.Point(places.xy_m[p]), max_distance=_PLACE_REACH_M, all_matches=False)
        for k in near.tolist():
            away = places.xy_m[p] - boxes.centre_m[k]
            along = float(away[0] * np.cos(boxes.angle_rad[k]) + away[1] * np.sin(boxes.angle_rad[k]))
            wanted.setdefault(k, []).append((along, row_of[str(places.kind[p])], p))
    shares = np.cumsum(kinds.share_of_blocks)
    lot, spot = rng.random(len(blocks)), rng.random(len(blocks)) - 0.5
    for k in np.flatnonzero(lot < shares[-1]).tolist():
        if k not in wanted:
            wanted[k] = [(float(spot[k] * boxes.length_m[k]), int(np.searchsorted(shares, lot[k], side="right")), -1)]
    return wanted


def _spans(
    length_m: float, width_m: float, wanted: list[tuple[float, int, int]], kinds: Facilities
) -> list[tuple[float, float, int, int]]:
    """Return where facilities lie along a block, in order and without overlap."""
    spans: list[tuple[float, float, int, int]] = []
    edge = -length_m / 2
    for along, kind, place in sorted(wanted):
        need = min(kinds.area_m2[kind] / width_m, length_m / len(wanted))
        start = max(edge, min(along - need / 2, length_m / 2 - need))
        end = min(start + need, length_m / 2)
        if end - start > 1.0:
            spans.append((start, end, kind, place))
            edge = end
    return spans


def _frontages(
    spans: list[tuple[float, float, int, int]], length_m: float, low: float, high: float, pool: _Pool
) -> list[tuple[float, float, int, int]]:
    marks = list(spans)
    edge = -length_m / 2
    for start, end, *_ in [*spans, (length_m / 2, length_m / 2)]:
        gap = start - edge
        if gap > low / 2:
            n = max(1, round(gap / ((low + high) / 2)))
            share = low + (high - low) * pool.take(n)
            stops = edge + gap * np.concatenate([[0.0], np.cumsum(share) / share.sum()])
            marks += [(a, b, HOUSE, -1) for a, b in pairwise(stops.tolist())]
        edge = end
    return marks


def _rows(half: float, rows: int) -> list[tuple[float, float, int]]:
    return [(-half, half, 1)] if rows == 1 else [(-half, 0.0, -1), (0.0, half, 1)]


def _cut(plots: Plots, blocks: NDArray[np.object_]) -> Plots:
    """Give each plot its shape: its rectangle within its block, without slivers."""
    frame = (plots.centre_m, plots.angle_rad)
    shapes = rectangles(*frame, plots.low_m, plots.high_m)
    shapely.prepare(blocks)
    whole = shapely.covers(blocks[plots.block], rectangles(*frame, plots.low_m + _HAIR_M, plots.high_m - _HAIR_M))
    shapes[~whole] = shapely.intersection(shapes[~whole], blocks[plots.block[~whole]])
    several = shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON
    for k in np.flatnonzero(several).tolist():
        parts = polygon_parts(shapes[k : k + 1])
        shapes[k] = parts[np.argmax(shapely.area(parts))] if len(parts) else shapely.Polygon()
    size, full = shapely.area(shapes), (plots.high_m - plots.low_m).prod(axis=1)
    keep = (size >= _LEAST_M2) & (size >= _LEAST_SHARE * full)
    columns = {
        name: getattr(plots, name)[keep] for name in plots.__dataclass_fields__ if name not in ("shapes", "whole")
    }
    return Plots(shapes=shapes[keep], whole=whole[keep], **columns)
