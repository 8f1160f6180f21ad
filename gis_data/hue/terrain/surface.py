"""The terrain grid of the embedded Huế: the fitted ground with rivers, canals and moats cut into it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import rasterio.features
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from scipy.ndimage import distance_transform_edt, zoom

from gis_data.hue.columns import read_table
from gis_data.hue.extent import EAST_M, NORTH_M, SOUTH_M, WEST_M
from gis_data.hue.terrain.fit import Ground, fit_ground
from gis_data.hue.terrain.points import SpotHeights, spot_heights
from twin.city.areas import Areas, Places
from twin.city.roads import Roads
from twin.city.terrain import Terrain

CELL_M = 10.0
DATUM = "Hòn Dấu (fitted to spot heights and published flood depths)"
SOURCE = "fitted: spot heights and flood depths of the tables, inclined water surface; no survey"
_COARSE = 20
"""The smooth ground is evaluated on cells twenty times as large and interpolated; its shortest range is 900 m."""
_DAM_M = 0.5
"""[m] No road lies lower: the fields of the plain are the lowest land that is not pond."""
_PLAIN_M = 6.0
"""[m] Below this the accuracy counts: hills do not flood."""


def terrain_of(roads: Roads, places: Places, water: Areas) -> Terrain:
    """Return the terrain: the smooth ground with the water cut in.

    Its accuracy is measured: the error on the third of the evidence that a trial fit did not see.
    """
    spots = spot_heights(roads, places)
    ground = fit_ground(spots)
    z_m = _with_channels(_grid(ground), water)
    return Terrain(
        z_m=z_m,
        x0_m=WEST_M,
        y0_m=NORTH_M,
        cell_m=CELL_M,
        datum=DATUM,
        offset_m=0.0,
        provenance="generated",
        accuracy_m=round(held_out_rmse_m(spots), 2),
        source=SOURCE,
    )


def residuals_m(ground: Ground, spots: SpotHeights) -> NDArray[np.float64]:
    """Return fitted less stated height ``(n,)`` [m]; what stayed dry errs only where the ground is too low."""
    error: NDArray[np.float64] = ground.height_m(spots.xy_m) - spots.height_m
    return np.where(spots.at_least, np.minimum(error, 0.0), error)


def held_out_rmse_m(spots: SpotHeights, evidence: str | None = None) -> float:
    """Return the error of a trial fit on the third of the heights it did not see, in the plain [m]."""
    out = spots.held_out()
    error = residuals_m(fit_ground(spots.take(~out)), spots)
    counted = out & (spots.height_m < _PLAIN_M) & ((spots.evidence == evidence) if evidence else True)
    return float(np.sqrt(np.mean(error[counted] ** 2)))


def on_terrain(roads: Roads, terrain: Terrain) -> Roads:
    """Give each link the lowest ground along it where its table states no level.

    A bridge's deck is not on the ground, so it stays unknown. No other road dips into the water under it: it lies on a
    dam there, no lower than the lowest fields.
    """
    heights = np.maximum(terrain.height_at(roads.xy_m), _DAM_M)
    lowest = np.round(np.fmin.reduceat(heights, roads.first_vertex[:-1]), 2)
    known = ~np.isnan(roads.surface_m)
    return replace(roads, surface_m=np.where(known, roads.surface_m, np.where(roads.bridge, np.nan, lowest)))


def raster(shapes: NDArray[np.object_], values: NDArray[np.float64], *, fill: float) -> NDArray[np.float32]:
    """Return values on the terrain's cells ``(ny, nx)``: the last shape over a cell's centre wins."""
    pairs = [(s, float(v)) for s, v in zip(shapes, values, strict=True) if not shapely.is_empty(s)]
    height, width = int((NORTH_M - SOUTH_M) / CELL_M), int((EAST_M - WEST_M) / CELL_M)
    blank = np.full((height, width), fill, dtype=np.float32)
    if not pairs:
        return blank
    made: NDArray[np.float32] = rasterio.features.rasterize(
        pairs, out=blank, transform=Affine(CELL_M, 0.0, WEST_M, 0.0, -CELL_M, NORTH_M)
    )
    return made


def _grid(ground: Ground) -> NDArray[np.float32]:
    step = CELL_M * _COARSE
    x = np.arange(WEST_M - 2.5 * step, EAST_M + 3 * step, step)
    y = np.arange(NORTH_M + 2.5 * step, SOUTH_M - 3 * step, -step)
    xx, yy = np.meshgrid(x, y)
    coarse = ground.base_m(np.column_stack([xx.ravel(), yy.ravel()])).reshape(xx.shape).astype(np.float32)
    fine = zoom(coarse, _COARSE, order=3, grid_mode=True, mode="nearest")
    edge = 3 * _COARSE
    fine = np.ascontiguousarray(fine[edge : -edge or None, edge : -edge or None])
    height, width = int((NORTH_M - SOUTH_M) / CELL_M), int((EAST_M - WEST_M) / CELL_M)
    return _with_hills(fine[:height, :width], ground)


def _with_hills(z_m: NDArray[np.float32], ground: Ground) -> NDArray[np.float32]:
    for k in range(len(ground.rise_m)):
        reach = 3.0 * float(ground.hills.spread_m[k].max())
        x, y = ground.hills.xy_m[k]
        cols = slice(max(int((x - reach - WEST_M) / CELL_M), 0), max(int((x + reach - WEST_M) / CELL_M), 0))
        rows = slice(max(int((NORTH_M - y - reach) / CELL_M), 0), max(int((NORTH_M - y + reach) / CELL_M), 0))
        ny, nx = z_m[rows, cols].shape
        xs = WEST_M + (np.arange(cols.start, cols.start + nx) + 0.5) * CELL_M
        ys = NORTH_M - (np.arange(rows.start, rows.start + ny) + 0.5) * CELL_M
        xx, yy = np.meshgrid(xs, ys)
        bell = ground.hills.shape(np.column_stack([xx.ravel(), yy.ravel()]))[:, k] * ground.rise_m[k]
        z_m[rows, cols] += bell.reshape(ny, nx).astype(np.float32)
    return z_m


def _with_channels(z_m: NDArray[np.float32], water: Areas) -> NDArray[np.float32]:
    """Cut the water surfaces in: the bed falls from the bank with its slope down to its level."""
    table = read_table("water_beds.csv").set_index("of")
    beds = table["bed_m"].astype(float).to_dict()
    slopes = table["bank_slope"].astype(float).to_dict()
    wet = np.flatnonzero(water.kind != "island")
    keys = [str(water.name[k]) if str(water.name[k]) in beds else str(water.kind[k]) for k in wet]
    shapes = water.shapes()
    outline = np.concatenate([shapes[wet], shapes[water.kind == "island"]])
    dry = np.full(len(outline) - len(wet), np.nan)
    bed = raster(outline, np.concatenate([[beds[k] for k in keys], dry]), fill=np.nan)
    slope = raster(outline, np.concatenate([[slopes[k] for k in keys], dry]), fill=np.nan)
    inside = np.isfinite(bed)
    away = distance_transform_edt(inside, sampling=CELL_M).astype(np.float32)
    cut = np.maximum(bed, np.minimum(z_m, 2.0) - 0.5 - slope * away)
    return np.where(inside, np.minimum(z_m, cut), z_m).astype(np.float32)
