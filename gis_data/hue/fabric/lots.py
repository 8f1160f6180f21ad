"""From the ground plan to numbered parcels: dwellings, shops, what serves the quarter, monuments, parks, fields."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.fabric.blocks import sections_of
from gis_data.hue.fabric.cadastre import Lots
from gis_data.hue.fabric.land import fields
from gis_data.hue.fabric.layout import Layout
from gis_data.hue.fabric.plots import HOUSE
from twin.city.areas import Places
from twin.city.roads import Roads

_HOME_M2 = 300.0
"""[m²] Of a garden plot, the most that counts as residential; the rest is garden (CLN). An assumption."""
_SHOP_SHARE = 0.35
"""Share of plots on main streets with a shop in the house; an assumption."""
_MAIN = ("trunk", "primary", "secondary")
_FRONT_M = 3.0


def shop_plots(layout: Layout, streets: Roads, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which plots are dwellings with a shop on a main street ``(n,)``."""
    link, _ = sections_of(streets)
    ways = shapely.STRtree(layout.roadway[np.isin(streets.road_class[link], _MAIN)])
    near = np.zeros(len(layout.plots.shapes), dtype=bool)
    near[ways.query(layout.plots.shapes, predicate="dwithin", distance=_FRONT_M)[0]] = True
    shops: NDArray[np.bool_] = near & (layout.plots.facility == HOUSE) & (rng.random(len(near)) < _SHOP_SHARE)
    return shops


def lots_of(layout: Layout, places: Places, shops: NDArray[np.bool_]) -> Lots:
    """Return all lots: one for each plot in its order, then the landmarks, the parks and the fields."""
    groups = [_plot_lots(layout, places, shops), _landmark_lots(layout), _plain(layout.parks, "DKV", "generated")]
    groups.append(_plain(fields(layout.land), "LUC", "generated"))
    return Lots(**{name: np.concatenate([getattr(g, name) for g in groups]) for name in Lots.__dataclass_fields__})


def _plot_lots(layout: Layout, places: Places, shops: NDArray[np.bool_]) -> Lots:
    plots = layout.plots
    home = plots.facility == HOUSE
    area = np.asarray(shapely.area(plots.shapes))
    garden = home & ~shops & (area > _HOME_M2)
    return Lots(
        shapes=plots.shapes,
        use_code=np.where(home, "ODT", layout.kinds.use_code[plots.facility]),
        second_code=np.where(garden, "CLN", np.where(shops, "TMD", "")),
        first_share=np.where(garden, _HOME_M2 / area, np.where(shops, 0.5, 1.0)),
        name=np.where(plots.place >= 0, places.name[plots.place], ""),
        provenance=np.full(len(area), "generated"),
    )


def _landmark_lots(layout: Layout) -> Lots:
    marks = layout.marks
    n = len(marks.shapes)
    return Lots(marks.shapes, marks.use_code, np.full(n, ""), np.ones(n), marks.name, marks.provenance)


def _plain(shapes: NDArray[np.object_], code: str, provenance: str) -> Lots:
    n = len(shapes)
    return Lots(shapes, np.full(n, code), np.full(n, ""), np.ones(n), np.full(n, ""), np.full(n, provenance))
