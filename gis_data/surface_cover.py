"""What the ground is covered with: Manning's roughness and sealing of terrain cells, from land use."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import nan
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.features import rasterize

from twin.city.areas import Areas
from twin.city.terrain import Terrain

_TABLE = Path(__file__).parent / "vocabularies" / "surface_cover.csv"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Cover:
    """What one kind of land use does to water.

    Attributes
    ----------
    manning : [s/m^(1/3)]
        Manning's roughness.
    impervious : float
        Sealed share, 0 to 1; NaN where no figure is known.
    manning_source, impervious_source : str
    """

    manning: float
    impervious: float
    manning_source: str
    impervious_source: str


@lru_cache(maxsize=1)
def cover_table() -> dict[str, Cover]:
    """Return the values by kind of land use, in OpenStreetMap's words and in the codes of TT 27/2018."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["kind"]: Cover(
                float(row["manning"]),
                float(row["impervious"]) if row["impervious"] else nan,
                row["manning_source"],
                row["impervious_source"],
            )
            for row in csv.DictReader(file)
        }


def covered(terrain: Terrain, *, land_use: Areas, water: Areas) -> tuple[Terrain, list[str]]:
    """Return the terrain with the roughness and sealing of its cells, and what a user must know about them.

    Rules
    -----
    1. A cell takes the kind of the area over its centre; the smallest area wins, water over all.
    2. A kind without an entry in the table paints nothing and is named; a cell without a kind stays NaN.
    3. Every water is ``water`` unless the table knows its kind.
    """
    table = cover_table()
    kinds = [*land_use.kind.tolist(), *(k if k in table else "water" for k in water.kind.tolist())]
    shapes = np.concatenate([land_use.shapes(), water.shapes()])
    over = np.arange(len(kinds)) >= len(land_use)
    known = np.array([k in table for k in kinds], dtype=bool)
    rows = np.flatnonzero(known & ~shapely.is_empty(shapes))
    rows = rows[np.lexsort((-shapely.area(shapes[rows]), over[rows]))]
    drawn = _drawn(terrain, [shapes[r] for r in rows])
    values = [table[kinds[r]] for r in rows]
    manning = np.array([nan, *(v.manning for v in values)], dtype=np.float32)[drawn]
    impervious = np.array([nan, *(v.impervious for v in values)], dtype=np.float32)[drawn]
    notes = [_known(manning, impervious), *_unknown(k for k in kinds if k not in table)]
    return replace(terrain, manning=manning, impervious=impervious), notes


def _drawn(terrain: Terrain, shapes: list[shapely.Geometry]) -> NDArray[np.int32]:
    """Number of the last shape over each cell's centre, counted from 1; 0 where there is none."""
    if not shapes:
        return np.zeros(terrain.z_m.shape, dtype=np.int32)
    place = Affine(terrain.cell_m, 0.0, terrain.x0_m, 0.0, -terrain.cell_m, terrain.y0_m)
    numbered = ((shape, i) for i, shape in enumerate(shapes, start=1))
    out: NDArray[np.int32] = rasterize(numbered, out_shape=terrain.z_m.shape, transform=place, dtype="int32")
    return out


def _known(manning: NDArray[np.float32], impervious: NDArray[np.float32]) -> str:
    rough, sealed = (float((~np.isnan(grid)).mean()) for grid in (manning, impervious))
    return (
        f"roughness known on {rough:.0%} of the terrain and sealing on {sealed:.0%}, "
        "from land use by table; unknown on the rest"
    )


def _unknown(kinds: Iterable[str]) -> list[str]:
    count = Counter(kinds)
    if not count:
        return []
    named = ", ".join(f"{kind} ({n})" for kind, n in sorted(count.items(), key=lambda p: (-p[1], p[0]))[:_NAMED])
    more = f" and {len(count) - _NAMED} more kinds" if len(count) > _NAMED else ""
    return [f"land use without a roughness in the table: {named}{more}"]
