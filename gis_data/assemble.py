"""A city from an OpenStreetMap extract and elevation tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.gmns_city import gmns_city
from gis_data.osm_network import ACCURACY_M, SOURCE, Network, network
from gis_data.projection import metric_crs_for, project
from gis_data.readers.elevation import read_terrain_files
from gis_data.readers.osm import OsmLine, OsmShape, read_osm
from gis_data.sumo_city import sumo_city
from gis_data.surface_cover import covered
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.land import Buildings
from twin.city.roads import Roads, Signals, TurnBans
from twin.city.terrain import Terrain
from twin.errors import InvalidParams

_MARGIN_M = 500.0
"""[m] Terrain kept around the road network."""


@dataclass(frozen=True, kw_only=True)
class Elevation:
    """Elevation files and what they do not say themselves.

    Attributes
    ----------
    files : sequence of Path
    offset_m : [m] or None
        Added to reach the city's height datum.
    crs : str or None
        Reference system of files that state none.
    accuracy_m : [m] or None
        One standard deviation.
    cell_m : [m]
        Cell size of the city's terrain.
    """

    files: Sequence[Path] = ()
    offset_m: float | None = None
    crs: str | None = None
    accuracy_m: float | None = None
    cell_m: float = 30.0


@dataclass(frozen=True, kw_only=True)
class StreetInput:
    """Where a city's streets come from: one of three.

    Attributes
    ----------
    osm : Path or None
        OpenStreetMap extract.
    sumo : Path or None
        SUMO network.
    gmns : Path or None
        GMNS folder.
    crs : str or None
        Metric reference system of a SUMO network that states none.
    """

    osm: Path | None = None
    sumo: Path | None = None
    gmns: Path | None = None
    crs: str | None = None


def assemble(*, streets: StreetInput, elevation: Elevation, name: str, say: Callable[[str], None]) -> City:
    """Return the city of its inputs; nothing is written.

    Raises
    ------
    DataError
        An input is wrong.
    InvalidParams
        None or several of the three sources of streets are given.
    """
    given = [path for path in (streets.osm, streets.sumo, streets.gmns) if path is not None]
    if len(given) != 1:
        raise InvalidParams("city build", "give one of --osm, --sumo and --gmns")
    say(f"Reading {given[0].name}…")
    if streets.osm is not None:
        return _from_osm(streets.osm, elevation=elevation, name=name, say=say)
    if streets.sumo is not None:
        city = sumo_city(streets.sumo, name=name, crs=streets.crs)
    else:
        city = gmns_city(given[0], name=name)
    return with_terrain(city, elevation, off_ground=city.roads.bridge, say=say)


def _from_osm(osm: Path, *, elevation: Elevation, name: str, say: Callable[[str], None]) -> City:
    extract = read_osm(osm)
    crs = metric_crs_for(*np.median([way.lon_lat[0] for way in extract.ways], axis=0).tolist())
    say("Building the road network…")
    streets = network(extract, crs=crs, file=osm.name)
    city = City(
        name=name,
        crs=crs,
        roads=streets.roads,
        turn_bans=_turn_bans(streets),
        signals=_signals(streets),
        water=_areas(extract.water, crs),
        waterways=_lines(extract.waterways, crs),
        land_use=_areas(extract.land_use, crs),
        buildings=_buildings(extract.buildings, crs),
        places=_places(extract.places, crs),
        warnings=(*extract.warnings, *streets.notes),
    )
    return with_terrain(city, elevation, off_ground=streets.roads.bridge | streets.underground, say=say)


def with_terrain(
    city: City, elevation: Elevation, *, off_ground: NDArray[np.bool_], say: Callable[[str], None]
) -> City:
    """Return the city on its terrain; without an elevation file, as it is, with a warning.

    Raises
    ------
    DataError
        An elevation file is wrong.
    """
    if not elevation.files:
        why = "no elevation file was given: no question about depth can be answered"
        return replace(city, warnings=(*city.warnings, why))
    say("Reading the terrain…")
    at = city.roads.node_xy_m
    (west, south), (east, north) = at.min(axis=0), at.max(axis=0)
    ground, read_notes = read_terrain_files(
        elevation.files,
        box_m=(west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M),
        cell_m=elevation.cell_m,
        crs=city.crs,
        offset_m=elevation.offset_m,
        dem_crs=elevation.crs,
        accuracy_m=elevation.accuracy_m,
    )
    terrain, cover_notes = covered(ground, land_use=city.land_use, water=city.water)
    roads = _on_terrain(city.roads, terrain, off_ground=off_ground)
    return replace(city, terrain=terrain, roads=roads, warnings=(*city.warnings, *read_notes, *cover_notes))


def _on_terrain(roads: Roads, terrain: Terrain, *, off_ground: NDArray[np.bool_]) -> Roads:
    """Give each link the lowest ground along it; bridges and tunnels are not on the ground and stay unknown."""
    heights = np.fmin.reduceat(terrain.height_at(roads.xy_m), roads.first_vertex[:-1])
    return replace(roads, surface_m=np.where(off_ground, np.nan, heights))


def _turn_bans(streets: Network) -> TurnBans:
    source, target = streets.turns.pairs.T
    ids = streets.roads.ids
    names = [f"{ids[a]}>{ids[b]}" for a, b in streets.turns.pairs]
    return TurnBans(ids=np.array(names, dtype=np.str_), from_link=source, to_link=target, **_origin(len(source)))


def _signals(streets: Network) -> Signals:
    """Signals at their nodes; OpenStreetMap knows no timing, so it stays unknown."""
    n = len(streets.signal_node)
    return Signals(
        ids=streets.signal_id,
        node=streets.signal_node,
        xy_m=streets.roads.node_xy_m[streets.signal_node],
        cycle_s=np.full(n, np.nan),
        offset_s=np.full(n, np.nan),
        green_first=np.zeros(n + 1, dtype=np.int64),
        green_link=np.zeros(0, dtype=np.int32),
        green_from_s=np.zeros(0),
        green_to_s=np.zeros(0),
        **_origin(n),
    )


def _areas(shapes: list[OsmShape], crs: str) -> Areas:
    return Areas(**Areas.flatten(_projected(shapes, crs)), **_named(shapes))


def _buildings(shapes: list[OsmShape], crs: str) -> Buildings:
    n = len(shapes)
    return Buildings(
        storeys=np.array([s.storeys for s in shapes], dtype=np.float64),
        floor_level_m=np.full(n, np.nan),
        households=np.full(n, np.nan),
        parcel=np.full(n, -1, dtype=np.int32),
        **Buildings.flatten(_projected(shapes, crs)),
        **_named(shapes),
    )


def _projected(shapes: list[OsmShape], crs: str) -> NDArray[np.object_]:
    polygons = np.array([s.shape for s in shapes], dtype=object)
    projected: NDArray[np.object_] = shapely.transform(polygons, lambda xy: project(xy, "EPSG:4326", crs))
    return projected


def _places(shapes: list[OsmShape], crs: str) -> Places:
    points = [shapely.get_coordinates(shapely.point_on_surface(s.shape))[0] for s in shapes]
    lon_lat = np.array(points, dtype=np.float64).reshape(-1, 2)
    return Places(
        xy_m=project(lon_lat, "EPSG:4326", crs),
        capacity=np.full(len(shapes), np.nan),
        floor_level_m=np.full(len(shapes), np.nan),
        **_named(shapes),
    )


def _named(shapes: Sequence[OsmShape | OsmLine]) -> dict[str, NDArray[Any]]:
    return {
        "ids": np.array([s.osm_id for s in shapes], dtype=np.str_),
        "kind": np.array([s.kind for s in shapes], dtype=np.str_),
        "name": np.array([s.name for s in shapes], dtype=np.str_),
        **_origin(len(shapes)),
    }


def _origin(n: int) -> dict[str, NDArray[Any]]:
    return {"provenance": np.full(n, "surveyed"), "accuracy_m": np.full(n, ACCURACY_M), "source": np.full(n, SOURCE)}


def _lines(lines: list[OsmLine], crs: str) -> Lines:
    lon_lat = np.array([at for line in lines for at in line.lon_lat], dtype=np.float64).reshape(-1, 2)
    first = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum([len(line.lon_lat) for line in lines], out=first[1:])
    return Lines(
        width_m=np.array([line.width_m for line in lines], dtype=np.float64),
        xy_m=project(lon_lat, "EPSG:4326", crs),
        first_vertex=first,
        **_named(lines),
    )
