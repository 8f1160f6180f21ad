"""Spot heights of the ground: from the table, and read out of street and facility depths at known river levels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import numbers, points, read_table, text
from gis_data.hue.terrain.water_level import WaterSurface
from twin.city.areas import Places
from twin.city.ragged import lines_of
from twin.city.roads import Roads

NOVEMBER_2023_M = 4.34
"""[m] Crest at Kim Long of the flood whose depths the facilities remember (15/11/2023)."""
_STEP_M = 150.0
_STREET_M, _FACILITY_M = 0.35, 0.45
"""[m] Accuracy beyond a report's own range: where on the street, when within the hour, how the surface lay."""


@dataclass(frozen=True)
class SpotHeights:
    """Heights of the ground ``(n,)``, each with an id that names its evidence.

    Attributes
    ----------
    ids, evidence : (n,) str
        Evidence is one of point, street, facility.
    group : (n,) str
        Heights of one group stand or fall together: all that was ever reported of one street.
    xy_m : (n, 2) [m]
    height_m, accuracy_m : (n,) [m]
        Above the national datum; one standard deviation.
    at_least : (n,) bool
        The place stayed dry: the ground is at least this high.
    """

    ids: NDArray[np.str_]
    evidence: NDArray[np.str_]
    group: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    accuracy_m: NDArray[np.float64]
    at_least: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> SpotHeights:
        """Return some of the heights."""
        return SpotHeights(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    def held_out(self) -> NDArray[np.bool_]:
        """Return which third is held out of a trial fit: by the hash of the group's name, so that nobody chooses."""
        digest = [hashlib.sha256(name.encode()).digest()[0] for name in self.group.tolist()]
        out: NDArray[np.bool_] = np.array(digest) % 3 == 0
        return out


def spot_heights(roads: Roads, places: Places) -> SpotHeights:
    """Return all evidence on the height of the ground."""
    surface = WaterSurface()
    parts = [_points(), _streets(roads, surface), _facilities(places, surface)]
    names = SpotHeights.__dataclass_fields__
    return SpotHeights(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def _points() -> SpotHeights:
    table = read_table("terrain_points.csv")
    n = len(table)
    return SpotHeights(
        ids=text(table["point_id"]),
        evidence=np.full(n, "point"),
        group=text(table["point_id"]),
        xy_m=points(table),
        height_m=numbers(table["height_m"]),
        accuracy_m=numbers(table["accuracy_m"]),
        at_least=np.zeros(n, dtype=bool),
    )


def _streets(roads: Roads, surface: WaterSurface) -> SpotHeights:
    """Read heights from street depths.

    Rules
    -----
    1. Only river floods at a known level count; rain fills other places.
    2. The ground is the inclined water surface less the middle of the reported depths.
    3. A report speaks of a whole street: it is placed every 150 m along it, and its weight shared among these points.
    """
    table = read_table("street_depths.csv")
    lines = lines_of(roads.xy_m, roads.first_vertex)
    ids, groups, xy, height, accuracy = [], [], [], [], []
    columns = ("depth_min_m", "depth_max_m", "kim_long_min_m", "kim_long_max_m")
    values = np.column_stack([numbers(table[c]) for c in columns])
    for row, (names, cause) in enumerate(zip(table["place"], table["cause"], strict=True)):
        depth, half = values[row, :2].mean(), np.ptp(values[row, :2]) / 2
        stage = values[row, 2:].mean()
        if cause != "river" or np.isnan(depth + stage):
            continue
        for name in names.split("|"):
            links = roads.links_named(name)
            links = links[~roads.bridge[links]]
            if len(links) == 0:
                continue
            at = _along(shapely.line_merge(shapely.union_all(lines[links])))
            ids += [f"{name} {table['at_local'][row]} {k}" for k in range(len(at))]
            groups += [name] * len(at)
            xy.append(at)
            height.append(surface.level_m(at, stage) - depth)
            accuracy.append(np.full(len(at), np.hypot(half, _STREET_M) * np.sqrt(len(at)) / np.sqrt(2)))
    n = len(ids)
    return SpotHeights(
        ids=np.array(ids),
        evidence=np.full(n, "street"),
        group=np.array(groups),
        xy_m=np.concatenate(xy),
        height_m=np.concatenate(height),
        accuracy_m=np.concatenate(accuracy),
        at_least=np.zeros(n, dtype=bool),
    )


def _along(line: shapely.Geometry) -> NDArray[np.float64]:
    parts = shapely.get_parts(line)
    longest = parts[np.argmax(shapely.length(parts))]
    n = max(1, round(float(longest.length) / _STEP_M))
    marks = shapely.line_interpolate_point(longest, (np.arange(n) + 0.5) / n, normalized=True)
    return np.asarray(shapely.get_coordinates(marks))


def _facilities(places: Places, surface: WaterSurface) -> SpotHeights:
    """Read heights from the depths inside schools and clinics in November 2023: road = surface - depth - floor height.

    The second event of the survey is left out: its date does not fit its depths.
    """
    table = read_table("facility_depths.csv")
    depth, floor = numbers(table["depth_m"]), numbers(table["height_above_road_m"])
    use = (table["event"] == "2023-11").to_numpy() & ~np.isnan(depth)
    ids = text(table["place_id"])[use]
    xy = places.xy_m[[places.index_of(i) for i in ids.tolist()]]
    return SpotHeights(
        ids=ids,
        evidence=np.full(len(ids), "facility"),
        group=ids,
        xy_m=xy,
        height_m=surface.level_m(xy, NOVEMBER_2023_M) - depth[use] - floor[use],
        accuracy_m=np.full(len(ids), _FACILITY_M),
        at_least=depth[use] == 0.0,
    )
