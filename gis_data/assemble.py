"""A city from an OpenStreetMap extract and elevation tiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.osm_network import ACCURACY_M, SOURCE, Network, network
from gis_data.projection import metric_crs_for, project
from gis_data.readers.elevation import read_terrain_files
from gis_data.readers.osm import OsmLine, OsmShape, read_osm
from gis_data.surface_cover import covered
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.land import Buildings
from twin.city.roads import Roads, Signals, TurnBans
from twin.city.terrain import Terrain

_MARGIN_M = 500.0
"""[m] Terrain kept around the road network."""


def assemble(
    *,
    osm: Path,
    dem: Sequence[Path],
    dem_offset_m: float | None,
    dem_crs: str | None = None,
    dem_accuracy_m: float | None = None,
    cell_m: float,
    name: str,
    say: Callable[[str], None],
) -> City:
    """Return the city of an extract; nothing is written.

    Raises
    ------
    DataError
        An input is wrong.
    """
    say(f"Reading {osm.name}…")
    extract = read_osm(osm)
    crs = metric_crs_for(*np.median([way.lon_lat[0] for way in extract.ways], axis=0).tolist())
    say("Building the road network…")
    streets = network(extract, crs=crs, file=osm.name)
    roads, notes = streets.roads, list(streets.notes)
    terrain: Terrain | None = None
    water, land_use = _areas(extract.water, crs), _areas(extract.land_use, crs)
    if dem:
        say("Reading the terrain…")
        (west, south), (east, north) = roads.node_xy_m.min(axis=0), roads.node_xy_m.max(axis=0)
        box = (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)
        ground, read_notes = read_terrain_files(
            dem,
            box_m=box,
            cell_m=cell_m,
            crs=crs,
            offset_m=dem_offset_m,
            dem_crs=dem_crs,
            accuracy_m=dem_accuracy_m,
        )
        terrain, cover_notes = covered(ground, land_use=land_use, water=water)
        roads = _on_terrain(roads, terrain, off_ground=roads.bridge | streets.underground)
        notes += [*read_notes, *cover_notes]
    else:
        notes.append("no elevation file was given: no question about depth can be answered")
    return City(
        name=name,
        crs=crs,
        roads=roads,
        terrain=terrain,
        turn_bans=_turn_bans(streets),
        signals=_signals(streets),
        water=water,
        waterways=_lines(extract.waterways, crs),
        land_use=land_use,
        buildings=_buildings(extract.buildings, crs),
        places=_places(extract.places, crs),
        warnings=(*extract.warnings, *notes),
    )


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
