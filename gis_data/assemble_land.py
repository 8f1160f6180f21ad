"""A city with the land database and the infrastructure layers of its owner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.admin import admin_of_hue
from gis_data.projection import CrsWords
from gis_data.readers.cadastre import read_parcels
from gis_data.readers.infrastructure import read_infrastructure
from gis_data.readers.mapping import read_mapping
from gis_data.readers.parcel_shapes import Frame
from gis_data.readers.sources import LayerSource
from gis_data.tables import joined
from gis_data.validation import Faults
from twin.city.city import City
from twin.city.frame import HUE_BOX_M, HUE_CRS
from twin.city.land import Buildings
from twin.city.openings import Openings
from twin.city.ragged import lines_of
from twin.city.roads import Roads, Signals, TurnBans

_WORDS = CrsWords("--parcels-crs {}", "--swap-xy")
_MARGIN_M = 5_000.0
"""[m] Around the roads of a city other than Huế, where its layers may lie."""
_CAMERA_REACH_M = 30.0
"""[m] A camera farther from every link counts on none."""


@dataclass(frozen=True, kw_only=True)
class LandInputs:
    """What the user gives beside the roads and the terrain.

    Attributes
    ----------
    parcels : files of the cadastre
    parcels_crs : str or None
        Reference system of files that state none.
    parcels_date : str or None
        Day from which the ward codes and parcel numbers of the files hold.
    swap_xy : bool
        X holds the northing.
    infrastructure : Path or None
        Mapping file.
    """

    parcels: Sequence[Path] = ()
    parcels_crs: str | None = None
    parcels_date: str | None = None
    swap_xy: bool = False
    infrastructure: Path | None = None


def with_land(city: City, given: LandInputs, *, say: Callable[[str], None]) -> City:
    """Return the city with its parcels and infrastructure; the faults of all files come in one report.

    Raises
    ------
    ValidationFailed
        At least one fault.
    """
    faults = Faults("")
    mapped: tuple[LayerSource, ...] = ()
    if given.infrastructure is not None:
        path = given.infrastructure
        mapped = faults.attempt(lambda: read_mapping(path)) or ()
    cadastre = [*_parcel_files(given), *(s for s in mapped if s.table == "parcels")]
    layers = [s for s in mapped if s.table != "parcels"]
    frame = _frame_of(city)
    notes = [] if cadastre else ["no cadastre was given: land use is OpenStreetMap's, there are no parcels"]
    if cadastre:
        say("Reading the cadastre…")
        if city.crs == HUE_CRS and len(city.admin) == 0:
            city = replace(city, admin=admin_of_hue())
            notes.append("wards are the built-in ones of Huế, with generalised outlines")
        read = faults.attempt(lambda: read_parcels(cadastre, frame=frame, admin=city.admin))
        if read is not None:
            city = replace(city, parcels=read[0])
            notes += read[1].notes()
    if layers:
        say("Reading the infrastructure…")
        found = faults.attempt(lambda: read_infrastructure(layers, frame=frame))
        if found is not None:
            city = faults.attempt(partial(_with_tables, city, found[0], layers)) or city
            notes += found[1]
    faults.raise_if_any()
    city = replace(city, warnings=(*city.warnings, *notes))
    return replace(city, buildings=_on_parcels(city), cameras=_on_links(city))


def _parcel_files(given: LandInputs) -> list[LayerSource]:
    constants: dict[str, Any] = {"valid_from": given.parcels_date} if given.parcels_date else {}
    return [
        LayerSource(
            table="parcels",
            file=path,
            crs=given.parcels_crs,
            swap_xy=given.swap_xy,
            constants=constants,
            words=_WORDS,
        )
        for path in given.parcels
    ]


def _frame_of(city: City) -> Frame:
    if city.crs == HUE_CRS:
        return Frame(HUE_CRS, HUE_BOX_M)
    west, south = (city.roads.node_xy_m.min(axis=0) - _MARGIN_M).tolist()
    east, north = (city.roads.node_xy_m.max(axis=0) + _MARGIN_M).tolist()
    return Frame(city.crs, (west, south, east, north))


def _with_tables(city: City, tables: dict[str, Any], layers: list[LayerSource]) -> City:
    """Add the tables to the city's; one that is to be replaced, and the roads, take the place of the city's own."""
    whole = {s.table for s in layers if s.replaces} | ({"roads"} & set(tables))
    made = {}
    for name, table in tables.items():
        own = getattr(city, name)
        file = next(s.file.name for s in layers if s.table == name)
        made[name] = table if name in whole or len(own) == 0 else joined(own, table, file)
    if "roads" in made:
        roads: Roads = made["roads"]
        made |= {
            "roads": _on_ground(city, roads),
            "turn_bans": TurnBans.empty(),
            "signals": Signals.empty(),
            "openings": Openings.empty(),
        }
    return replace(city, **made)


def _on_ground(city: City, roads: Roads) -> Roads:
    """Give links whose level is unknown the lowest ground along them; a bridge's deck stays unknown."""
    if city.terrain is None:
        return roads
    ground = np.fmin.reduceat(city.terrain.height_at(roads.xy_m), roads.first_vertex[:-1])
    unknown = np.isnan(roads.surface_m) & ~roads.bridge
    return replace(roads, surface_m=np.where(unknown, ground, roads.surface_m))


def _on_parcels(city: City) -> Buildings:
    """Give each building the parcel under a point inside it."""
    if len(city.parcels) == 0 or len(city.buildings) == 0:
        return city.buildings
    inside = shapely.point_on_surface(city.buildings.shapes())
    building, parcel = shapely.STRtree(city.parcels.shapes()).query(inside, predicate="within")
    row = np.full(len(city.buildings), -1, dtype=np.int32)
    row[building[::-1]] = parcel[::-1]
    return replace(city.buildings, parcel=row)


def _on_links(city: City) -> Any:
    """Give each camera without a link the nearest one within reach."""
    cameras = city.cameras
    if len(cameras) == 0 or len(city.roads) == 0:
        return cameras
    tree = shapely.STRtree(lines_of(city.roads.xy_m, city.roads.first_vertex))
    camera, link = tree.query_nearest(shapely.points(cameras.xy_m), max_distance=_CAMERA_REACH_M, all_matches=False)
    near: NDArray[np.int32] = np.full(len(cameras), -1, dtype=np.int32)
    near[camera] = link
    return replace(cameras, link=np.where(cameras.link < 0, near, cameras.link).astype(np.int32))
