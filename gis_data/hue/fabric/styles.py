"""How a quarter of Huế is built: block, plot and alley sizes by old ward, from two tables of visible assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import numbers, read_table
from gis_data.projection import project
from twin.city.admin import AdminUnits
from twin.city.areas import Areas
from twin.city.frame import HUE_CRS

_ERA, _NOW = date(2022, 1, 1), date(2025, 7, 1)
_OTHER = "village"
_MOAT = "hao-kinh-thanh"
_CITADEL_FRONT = ((107.5712, 16.4597), (107.58945056, 16.47386374))
"""Two points on the line of the Citadel's front, 38.8° north of east (HUE_DATA §2.3)."""


@dataclass(frozen=True)
class Styles:
    """The rows of ``fabric_styles.csv`` as columns ``(n,)``, and the outlines of the wards each applies to.

    Attributes
    ----------
    name : (n,) str
    block_length_m, block_width_m, frontage_min_m, frontage_max_m, depth_m : (n,) [m]
        Largest block between alleys, range of plot frontages, depth of a plot.
    alley_min_m, alley_max_m, reach_m : (n,) [m]
        Alley widths, and how far from a named street land is built on.
    storeys_min, storeys_max, built_share, household_weight : (n,)
    """

    name: list[str]
    block_length_m: NDArray[np.float64]
    block_width_m: NDArray[np.float64]
    frontage_min_m: NDArray[np.float64]
    frontage_max_m: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    alley_min_m: NDArray[np.float64]
    alley_max_m: NDArray[np.float64]
    reach_m: NDArray[np.float64]
    storeys_min: NDArray[np.float64]
    storeys_max: NDArray[np.float64]
    built_share: NDArray[np.float64]
    household_weight: NDArray[np.float64]
    unit_style: NDArray[np.int64]
    unit_parks: NDArray[np.bool_]
    tree: shapely.STRtree
    inside_walls: shapely.Polygon

    @property
    def citadel(self) -> int:
        """Row of the style whose blocks follow the Citadel's grid."""
        return self.name.index("citadel")

    def area_of(self, style: str) -> shapely.Geometry:
        """Return the wards of a style as one shape."""
        return shapely.union_all(self.tree.geometries[self.unit_style == self.name.index(style)])

    def has_riverside_parks(self, points: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return whether the ward under each point ``(n,)`` keeps the river bank as a park."""
        found = np.zeros(len(points), dtype=bool)
        of_point, of_unit = self.tree.query(points, predicate="intersects")
        found[of_point] = self.unit_parks[of_unit]
        return found

    def at(self, points: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the style row ``(n,)`` under each point; village outside every ward."""
        rows = np.full(len(points), self.name.index(_OTHER))
        of_point, of_unit = self.tree.query(points, predicate="intersects")
        rows[of_point[::-1]] = self.unit_style[of_unit[::-1]]
        rows[shapely.intersects(points, self.inside_walls)] = self.citadel
        return rows


def styles_of(admin: AdminUnits, water: Areas) -> Styles:
    """Return the styles over the wards of 2022, the last date at which the quarters had names of their own.

    Inside the moat of the Citadel its own style holds, whatever the ward; outside the city of 2022 there are villages.
    """
    table = read_table("fabric_styles.csv")
    zones = read_table("fabric_zones.csv")
    names = list(table["style"])
    style_of_unit = dict(zip(zones["unit"], zones["style"], strict=True))
    park_units = set(zones["unit"][zones["riverside"] == "park"])
    rows, later = admin.valid_on(_ERA), admin.valid_on(_NOW)
    outlines = admin.shapes()
    around = shapely.difference(shapely.union_all(outlines[later]), shapely.union_all(outlines[rows]), grid_size=0.01)
    shapes = np.array([*outlines[rows], around], dtype=object)
    units = [*admin.name[rows].tolist(), ""]
    style = np.array([names.index(style_of_unit.get(n, _OTHER)) for n in units])
    known = ~shapely.is_empty(shapes)
    columns = {c: numbers(table[c]) for c in table.columns if c not in ("style", "source")}
    return Styles(
        name=names,
        unit_style=style[known],
        unit_parks=np.array([n in park_units for n in units])[known],
        tree=shapely.STRtree(shapes[known]),
        inside_walls=citadel_of(water),
        **columns,
    )


def citadel_of(water: Areas) -> shapely.Polygon:
    """Return the land inside the Citadel's moat; empty in a city without one."""
    rings = [r for s in water.shapes()[water.ids == _MOAT] for p in s.geoms for r in p.interiors]
    return max((shapely.Polygon(r) for r in rings), key=lambda p: p.area, default=shapely.Polygon())


def citadel_angle_rad() -> float:
    """Return the direction of the Citadel's front in the city's grid [rad], counted from east to north."""
    a, b = project(np.array(_CITADEL_FRONT), "EPSG:4326", HUE_CRS)
    return float(np.arctan2(b[1] - a[1], b[0] - a[0]))
