"""The ground plan of the generated city: which land is street, alley, plot, park, monument, wall or open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.alleys import Cuts, subdivide
from gis_data.hue.fabric.blocks import blocks_of, corridors, housing_streets, land_water
from gis_data.hue.fabric.geometry import only_polygons
from gis_data.hue.fabric.land import OpenLand, open_land
from gis_data.hue.fabric.landmarks import Landmarks, landmarks, ramparts, riverside_parks
from gis_data.hue.fabric.lanes import village_lanes
from gis_data.hue.fabric.plots import Facilities, Plots, clear_of_ways, facilities, plots_of
from gis_data.hue.fabric.styles import Styles, styles_of
from twin.chance import stream
from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.roads import Roads
from twin.city.terrain import Terrain

SEED = 1802
"""Of the embedded city: fixed, so that it is the same everywhere."""
_RIVER = "Sông Hương"


@dataclass(frozen=True)
class Layout:
    """The ground plan; no two of plots, parks, landmarks, walls and open land overlap.

    Attributes
    ----------
    styles : Styles
    wet, built, walls : geometry
        Water, the blocks as a whole, the Citadel's ramparts.
    roadway : (k,) polygons
        Land of the named streets.
    cuts : Cuts
    blocks : (n,) polygons
        Between alleys, clear of every way.
    plots : Plots
    kinds : Facilities
    marks : Landmarks
    parks : (p,) polygons
    land : OpenLand
    """

    styles: Styles
    wet: shapely.Geometry
    built: shapely.Geometry
    walls: shapely.Geometry
    roadway: NDArray[np.object_]
    cuts: Cuts
    blocks: NDArray[np.object_]
    plots: Plots
    kinds: Facilities
    marks: Landmarks
    parks: NDArray[np.object_]
    land: OpenLand


def layout_of(
    streets: Roads, water: Areas, waterways: Lines, admin: AdminUnits, places: Places, terrain: Terrain
) -> Layout:
    """Return the ground plan around the named streets and the water."""
    styles, wet, marks = styles_of(admin, water), land_water(water), landmarks()
    roadway = corridors(streets)
    walls = shapely.difference(ramparts(styles), wet)
    reserved = shapely.union_all(np.concatenate([marks.shapes, [walls]]))
    lanes = village_lanes(housing_streets(streets), waterways, wet, reserved, styles)
    faces = blocks_of(streets, lanes, wet, reserved, styles)
    river = shapely.union_all(water.shapes()[water.name == _RIVER])
    green = riverside_parks(faces, river, styles.has_riverside_parks(shapely.point_on_surface(faces)))
    cuts = subdivide(faces[~green], lanes, styles, stream(SEED, "alleys"))
    blocks, owner = clear_of_ways(cuts, roadway, cuts.alleys, cuts.width_m)
    kinds = facilities()
    free = np.where(_served(places, marks, kinds), "", places.kind)
    plots = plots_of(blocks, cuts.style[owner], styles, kinds, replace(places, kind=free), stream(SEED, "plots"))
    ways = shapely.STRtree(np.concatenate([roadway, shapely.get_parts(wet)]))
    marks = replace(marks, shapes=_clear(marks.shapes, ways))
    wall_land = _clear(np.array([shapely.difference(walls, shapely.union_all(marks.shapes))]), ways)[0]
    built = shapely.union_all(faces)
    taken = shapely.union_all(np.concatenate([[built, wet, wall_land], marks.shapes, roadway]))
    return Layout(
        styles=styles,
        wet=wet,
        built=built,
        walls=wall_land,
        roadway=roadway,
        cuts=cuts,
        blocks=blocks,
        plots=plots,
        kinds=kinds,
        marks=marks,
        parks=_clear(faces[green], ways),
        land=open_land(terrain, wet, taken),
    )


def _served(places: Places, marks: Landmarks, kinds: Facilities) -> NDArray[np.bool_]:
    """Return which places stand on a landmark of their own use, so that they need no plot."""
    code = dict(zip(kinds.kind.tolist(), kinds.use_code.tolist(), strict=True))
    points = np.asarray(shapely.points(places.xy_m), dtype=object)
    mark, place = shapely.STRtree(points).query(marks.shapes, predicate="intersects")
    found = np.zeros(len(places), dtype=bool)
    for m, p in zip(mark.tolist(), place.tolist(), strict=True):
        found[p] |= code.get(str(places.kind[p])) == marks.use_code[m]
    return found


def _clear(shapes: NDArray[np.object_], ways: shapely.STRtree) -> NDArray[np.object_]:
    """Return shapes without the streets and water that cross them."""
    taken = [shapely.union_all(ways.geometries[np.sort(ways.query(s, predicate="intersects"))]) for s in shapes]
    return only_polygons(shapely.difference(shapes, np.array(taken, dtype=object)))
