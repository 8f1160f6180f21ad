"""All land of Huế divided by use: blocks, what serves them, monuments and parks, and the open land around."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.extent import extent
from gis_data.hue.fabric.geometry import only_polygons, polygon_parts
from gis_data.hue.fabric.land import SOURCE
from gis_data.hue.fabric.layout import Layout
from gis_data.hue.fabric.plots import HOUSE
from twin.city.areas import Areas

_SMALLEST_M2 = 400.0
_SQUARE_M = 1000.0


def land_use_of(layout: Layout) -> Areas:
    """Return the land-use table in codes of TT 08/2024: no two areas overlap."""
    plots, marks = layout.plots, layout.marks
    special = np.flatnonzero(plots.facility != HOUSE)
    walls = polygon_parts(np.array([layout.walls], dtype=object), _SMALLEST_M2)
    groups = [
        _group(_homes(layout, special), "ODT"),
        (plots.shapes[special], layout.kinds.use_code[plots.facility[special]], np.full(len(special), "")),
        (marks.shapes, marks.use_code, marks.name),
        _group(layout.parks, "DKV", "Công viên bờ sông Hương"),
        _group(walls, "DDD", "Thượng thành, Eo bầu"),
        _group(_roads(layout), "DGT"),
        (layout.land.shapes, layout.land.use_code, np.full(len(layout.land.shapes), "")),
    ]
    shapes, code, name = (np.concatenate(column) for column in zip(*groups, strict=True))
    keep = ~shapely.is_empty(shapes)
    n = int(keep.sum())
    return Areas(
        ids=np.array([f"lu{k}" for k in range(n)]),
        kind=code[keep],
        name=name[keep],
        **Areas.flatten(shapes[keep]),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def _homes(layout: Layout, special: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the blocks without the plots that are no dwellings."""
    plots, shapes = layout.plots, layout.blocks.copy()
    for k in np.unique(plots.block[special]).tolist():
        rest = shapely.union_all(plots.shapes[special[plots.block[special] == k]])
        shapes[k] = shapely.difference(layout.blocks[k], rest)
    return only_polygons(shapes)


def _roads(layout: Layout) -> NDArray[np.object_]:
    """Return the land of the named streets, cut into squares so that no polygon spans the city."""
    west, south, east, north = extent().bounds
    x, y = (a.ravel() for a in np.meshgrid(np.arange(west, east, _SQUARE_M), np.arange(south, north, _SQUARE_M)))
    squares = shapely.box(x, y, x + _SQUARE_M, y + _SQUARE_M)
    square, way = shapely.STRtree(layout.roadway).query(squares, predicate="intersects")
    order = np.argsort(square, kind="stable")
    first = np.flatnonzero(np.diff(square[order], prepend=-1))
    near = [shapely.union_all(layout.roadway[w]) for w in np.split(way[order], first[1:])]
    inside = shapely.intersection(np.array(near, dtype=object), squares[square[order][first]])
    return only_polygons(shapely.difference(inside, layout.wet))


def _group(
    shapes: NDArray[np.object_], code: str, name: str = ""
) -> tuple[NDArray[np.object_], NDArray[np.str_], NDArray[np.str_]]:
    return shapes, np.full(len(shapes), code), np.full(len(shapes), name)
