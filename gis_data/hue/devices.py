"""Cameras and bike stations of the embedded Huế."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.columns import numbers, origin, points, read_table, text
from twin.city.infrastructure import BikeStations, Cameras
from twin.city.ragged import lines_of
from twin.city.roads import MOTOR, Roads

_COUNTING = ("gateway", "traffic")
"""Purposes whose cameras count on a link."""
_STEP_M = 5.0
"""[m] Half the stretch over which the direction of a link is taken."""


def cameras_of_hue(roads: Roads) -> Cameras:
    """Return the cameras; a counting one is tied to the link in its reach that leads where it looks."""
    table = read_table("cameras.csv")
    purpose, xy_m, heading = text(table["purpose"]), points(table), numbers(table["heading_deg"])
    lines = lines_of(roads.xy_m, roads.first_vertex)
    reach_m = np.where(np.isin(purpose, _COUNTING), numbers(table["accuracy_m"]), -1.0)
    return Cameras(
        ids=text(table["camera_id"]),
        name=text(table["name"]),
        purpose=purpose,
        owner=text(table["owner"]),
        status=text(table["status"]),
        xy_m=xy_m,
        height_m=numbers(table["height_m"]),
        heading_deg=heading,
        fov_deg=numbers(table["fov_deg"]),
        range_m=numbers(table["range_m"]),
        link=np.array([_link(roads, lines, *row) for row in zip(xy_m, heading, reach_m, strict=True)], dtype=np.int32),
        **origin(table),
    )


def bike_stations_of_hue() -> BikeStations:
    """Return the stations of the pilot of 2022."""
    table = read_table("bike_stations.csv")
    return BikeStations(
        ids=text(table["station_id"]),
        name=text(table["name"]),
        xy_m=points(table),
        docks=numbers(table["capacity"]),
        **origin(table),
    )


def _link(
    roads: Roads, lines: NDArray[np.object_], xy_m: NDArray[np.float64], heading_deg: float, reach_m: float
) -> int:
    """Return the nearest motor link within reach that leads within 90° of the heading, -1 where there is none."""
    if reach_m < 0:
        return -1
    here = shapely.Point(xy_m)
    away_m = np.where(roads.modes & MOTOR, shapely.distance(lines, here), np.inf)
    look = np.array([np.sin(np.radians(heading_deg)), np.cos(np.radians(heading_deg))])
    for link in np.argsort(away_m, kind="stable"):
        if away_m[link] > reach_m:
            break
        along = shapely.line_locate_point(lines[link], here)
        ends = shapely.line_interpolate_point(lines[link], [max(along - _STEP_M, 0.0), along + _STEP_M])
        if float(np.diff(shapely.get_coordinates(ends), axis=0)[0] @ look) > 0:
            return int(link)
    return -1
