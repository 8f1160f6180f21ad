"""Places of the embedded Huế: from hospitals and shelters to the community digital teams."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_data.hue.columns import numbers, origin, points, read_table, text
from twin.chance import stream
from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Places
from twin.city.terrain import Terrain

_SEED = 2022
"""Of the teams' positions: fixed, so that the embedded city is the same everywhere."""


def places_of_hue(admin: AdminUnits, water: Areas) -> Places:
    """Return the places of the table, then one place on dry land for each community digital team."""
    table = read_table("places.csv")
    teams, team_xy_m = _teams(admin, shapely.union_all(water.shapes()))
    both = pd.concat([table, teams], ignore_index=True)
    return Places(
        ids=text(both["place_id"]),
        kind=text(both["kind"]),
        name=text(both["name"]),
        xy_m=np.vstack([points(table), team_xy_m]),
        capacity=numbers(both["capacity"]),
        floor_level_m=numbers(both["floor_level_m"]),
        **origin(both),
    )


def with_floors(places: Places, terrain: Terrain) -> Places:
    """Return the places with the ground floors that the survey implies: the ground plus the height above the road."""
    table = read_table("places.csv")
    above = np.full(len(places), np.nan)
    above[: len(table)] = numbers(table["height_above_road_m"])
    implied = np.round(terrain.height_at(places.xy_m) + above, 2)
    return replace(places, floor_level_m=np.where(np.isnan(places.floor_level_m), implied, places.floor_level_m))


def share_out(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Divide a whole number in proportion to weights ``(n,)`` by the largest remainders; ties go to the first.

    Examples
    --------
    >>> share_out(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    exact = total * weights / weights.sum()
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def _teams(admin: AdminUnits, water: BaseGeometry) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    outlines = admin.shapes()
    rows, xy = [], []
    for ward in read_table("community_teams.csv").to_dict("records"):
        n, unit = int(ward["teams"]), ward["ward"]
        members = share_out(int(ward["members"]), np.ones(n))
        xy.append(_inside(outlines[admin.index_of(unit)].difference(water), n, f"community-team {unit}"))
        rows += [
            {
                "place_id": f"team-{unit.partition('@')[0]}-{k + 1}",
                "kind": "community-team",
                "name": f"Tổ công nghệ số cộng đồng {k + 1} – {ward['name']}",
                "capacity": str(members[k]),
                "floor_level_m": "",
                **{column: ward[column] for column in ("provenance", "accuracy_m", "source")},
            }
            for k in range(n)
        ]
    return pd.DataFrame(rows), np.vstack(xy)


def _inside(outline: BaseGeometry, n: int, name: str) -> NDArray[np.float64]:
    """Return ``(n, 2)`` positions drawn evenly over an outline from the stream of that name."""
    chance = stream(_SEED, name)
    low, high = np.array(outline.bounds[:2]), np.array(outline.bounds[2:])
    found = np.zeros((0, 2))
    while len(found) < n:
        tried = chance.uniform(low, high, size=(4 * n, 2))
        found = np.vstack([found, tried[shapely.contains_xy(outline, tried)]])
    return found[:n]
