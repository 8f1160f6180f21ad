"""How far the embedded Huế is modelled in detail: the old city and its flood plain to the lagoon."""

from __future__ import annotations

import shapely

WEST_M, SOUTH_M, EAST_M, NORTH_M = 554_000.0, 1_814_000.0, 571_000.0, 1_832_000.0
"""Sides of the modelled area in EPSG:9214 [m]: 17 × 18 km from the hills to the dune of Thuận An."""


def extent() -> shapely.Polygon:
    """Return the modelled area in EPSG:9214."""
    return shapely.box(WEST_M, SOUTH_M, EAST_M, NORTH_M)
