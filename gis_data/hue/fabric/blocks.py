"""Real blocks of Huế: the faces between the named streets and the banks, as far as land is built on."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.extent import extent
from gis_data.hue.fabric.geometry import polygon_parts
from gis_data.hue.fabric.styles import Styles
from twin.city.areas import Areas
from twin.city.ragged import lines_of
from twin.city.roads import Roads

SIDEWALK_M = {"trunk": 3.0, "primary": 4.0, "secondary": 3.0, "tertiary": 2.0}
"""[m] on each side, by road class; assumptions after the classes of TCXDVN 104:2007."""
OTHER_SIDEWALK_M = 1.5
_SMALLEST_M2 = 300.0
_BANK_M = 12.0
_BYPASS = "tránh"


def land_water(water: Areas) -> shapely.Geometry:
    """Return the surfaces of rivers, moats and lakes as one shape; an island is land."""
    return shapely.union_all(water.shapes()[water.kind != "island"])


def sections_of(roads: Roads) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return one link for each stretch of street and the whole carriageway's width [m] over both directions."""
    ends = np.sort(np.stack([roads.tail, roads.head], axis=1), axis=1)
    key = np.column_stack([ends, np.round(roads.length_m * 100).astype(np.int64)])
    _, first, group = np.unique(key, axis=0, return_index=True, return_inverse=True)
    width = np.bincount(group.ravel(), weights=roads.width_m)
    return first.astype(np.int64), width.astype(np.float64)


def corridors(roads: Roads) -> NDArray[np.object_]:
    """Return the land taken by each stretch of street with its sidewalks; a bridge takes it too, at its ramps."""
    link, width = sections_of(roads)
    walk = np.array([SIDEWALK_M.get(c, OTHER_SIDEWALK_M) for c in roads.road_class[link].tolist()])
    lines = lines_of(roads.xy_m, roads.first_vertex)[link]
    made: NDArray[np.object_] = shapely.buffer(lines, width / 2 + walk, quad_segs=2)
    return made


def housing_streets(roads: Roads) -> NDArray[np.object_]:
    """Return the lines of the streets along which people live: all but bridges and the bypass."""
    link, _ = sections_of(roads)
    lived = ~roads.bridge[link] & (np.char.find(roads.name[link], _BYPASS) < 0)
    made: NDArray[np.object_] = lines_of(roads.xy_m, roads.first_vertex)[link[lived]]
    return made


def blocks_of(
    roads: Roads, lanes: NDArray[np.object_], wet: shapely.Geometry, reserved: shapely.Geometry, styles: Styles
) -> NDArray[np.object_]:
    """Return the polygons of built-up land between street axes and banks, in a fixed order.

    Rules
    -----
    1. Land is built on up to the style's reach from a named street or village lane, inside its ward.
    2. Water, a strip along the banks and reserved areas (monuments, parks, hills) are left out.
    3. The rest is cut along the axes of streets and lanes.
    """
    link, _ = sections_of(roads)
    lines = np.concatenate([lines_of(roads.xy_m, roads.first_vertex)[link], lanes])
    built = _reach(np.concatenate([housing_streets(roads), lanes]), styles)
    taken = shapely.union(shapely.buffer(wet, _BANK_M, quad_segs=2), reserved)
    built = shapely.intersection(shapely.difference(built, taken), extent())
    outline = shapely.get_parts(shapely.boundary(built))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(np.concatenate([lines, outline]))]))
    inside = shapely.intersects(shapely.point_on_surface(faces), built)
    faces = polygon_parts(faces[inside], _SMALLEST_M2)
    at = shapely.get_coordinates(shapely.centroid(faces))
    made: NDArray[np.object_] = faces[np.lexsort((at[:, 0], at[:, 1]))]
    return made


def _reach(lines: NDArray[np.object_], styles: Styles) -> shapely.Geometry:
    """Return the land within each ward's reach of a street, over all wards and the Citadel."""
    units, rows = styles.tree.geometries, styles.unit_style
    tree = shapely.STRtree(lines)
    parts = []
    for shape, style in [*zip(units, rows, strict=True), (styles.inside_walls, styles.citadel)]:
        reach = float(styles.reach_m[style])
        near = lines[np.sort(tree.query(shape, predicate="dwithin", distance=reach))]
        parts.append(shapely.intersection(shapely.union_all(shapely.buffer(near, reach, quad_segs=3)), shape))
    return shapely.union_all(np.array(parts, dtype=object), grid_size=0.01)
