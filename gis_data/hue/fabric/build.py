"""All generated tables of the embedded Huế, in the order in which each needs the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_data.hue.admin import ward_pieces
from gis_data.hue.columns import numbers, read_table
from gis_data.hue.extent import extent
from gis_data.hue.fabric.cadastre import EDITION, parcels_of, wards_at
from gis_data.hue.fabric.drains import drains_of
from gis_data.hue.fabric.houses import (
    SOURCE,
    Footprints,
    dwellings,
    facility_buildings,
    households,
    joined,
    landmark_buildings,
)
from gis_data.hue.fabric.land_use import land_use_of
from gis_data.hue.fabric.layout import SEED, Layout, layout_of
from gis_data.hue.fabric.lights import signals_of
from gis_data.hue.fabric.lots import lots_of, shop_plots
from gis_data.hue.fabric.network import with_alleys
from gis_data.hue.fabric.power import equipment_of, power_zones_of
from gis_data.hue.terrain.surface import on_terrain, terrain_of
from gis_data.surface_cover import cover_table, covered
from twin.chance import stream
from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.infrastructure import Drains, Equipment, PowerZones
from twin.city.land import Buildings, Parcels
from twin.city.roads import Roads, Signals
from twin.city.terrain import Terrain

_LEAST_INSIDE = 0.5


@dataclass(frozen=True)
class Fabric:
    """The generated tables, and the terrain they stand on."""

    roads: Roads
    signals: Signals
    terrain: Terrain
    land_use: Areas
    parcels: Parcels
    buildings: Buildings
    drains: Drains
    power_zones: PowerZones
    equipment: Equipment


def fabric_of(streets: Roads, water: Areas, waterways: Lines, admin: AdminUnits, places: Places) -> Fabric:
    """Return terrain, alleys, land use, parcels, buildings, drains, power and lights around the named streets."""
    terrain = terrain_of(streets, places, water)
    layout = layout_of(streets, water, waterways, admin, places, terrain)
    cuts = layout.cuts
    roads = on_terrain(with_alleys(streets, cuts.alleys, cuts.width_m, stream(SEED, "blind alleys")), terrain)
    land_use = land_use_of(layout)
    parcels, buildings = _land(layout, streets, admin, places, terrain)
    middle = shapely.get_coordinates(shapely.centroid(buildings.shapes()))
    zones = power_zones_of(middle, buildings.floor_level_m)
    return Fabric(
        roads=roads,
        signals=signals_of(roads),
        terrain=_paved(covered(terrain, land_use=land_use, water=water)[0]),
        land_use=land_use,
        parcels=parcels,
        buildings=buildings,
        drains=drains_of(streets, layout.wet, layout.built, terrain),
        power_zones=zones,
        equipment=equipment_of(streets, layout.built, zones),
    )


def _land(
    layout: Layout, streets: Roads, admin: AdminUnits, places: Places, terrain: Terrain
) -> tuple[Parcels, Buildings]:
    shops = shop_plots(layout, streets, stream(SEED, "shops"))
    lots = lots_of(layout, places, shops)
    ward = wards_at(lots.shapes, admin)
    kept = np.flatnonzero((ward >= 0) & ~shapely.is_empty(lots.shapes))
    parcel_of_lot = np.full(len(lots.shapes), -1)
    parcel_of_lot[kept] = np.arange(len(kept))
    parcels = parcels_of(lots.take(kept), admin, ward[kept], stream(SEED, "register"))
    first_mark = len(layout.plots.shapes)
    prints = joined(
        [
            dwellings(layout.plots, layout.styles, shops, stream(SEED, "houses")),
            facility_buildings(layout.plots, layout.kinds),
            landmark_buildings(layout.marks, first_mark),
        ]
    )
    prints = prints.take(parcel_of_lot[prints.lot] >= 0)
    return parcels, _buildings(prints, parcel_of_lot[prints.lot], ward[prints.lot], admin, terrain)


def _paved(terrain: Terrain) -> Terrain:
    """Return the terrain with its alleys: the land between blocks that no land use names is paved like a street."""
    street = cover_table()["DGT"]
    manning, sealed = terrain.manning, terrain.impervious
    assert manning is not None  # noqa: S101 # `covered` has just made both
    assert sealed is not None  # noqa: S101
    return replace(
        terrain,
        manning=np.where(np.isnan(manning), np.float32(street.manning), manning),
        impervious=np.where(np.isnan(sealed), np.float32(street.impervious), sealed),
    )


def _buildings(
    prints: Footprints, parcel: NDArray[np.int64], ward: NDArray[np.int64], admin: AdminUnits, terrain: Terrain
) -> Buildings:
    n = len(prints.shapes)
    floor_m2 = np.asarray(shapely.area(prints.shapes)) * prints.storeys * prints.weight
    ground = terrain.height_at(shapely.get_coordinates(shapely.centroid(prints.shapes)))
    return Buildings(
        ids=np.char.add("b", np.char.zfill(np.arange(n).astype(str), 6)),
        kind=prints.kind,
        name=np.full(n, ""),
        storeys=prints.storeys,
        floor_level_m=np.round(ground + prints.plinth_m, 2),
        households=households(floor_m2, ward, people_inside(admin), stream(SEED, "households")),
        parcel=parcel.astype(np.int32),
        **Buildings.flatten(prints.shapes),
        provenance=np.full(n, "generated"),
        accuracy_m=np.full(n, np.nan),
        source=np.full(n, SOURCE),
    )


def people_inside(admin: AdminUnits) -> dict[int, float]:
    """Return the people of each ward of 2025 that live in the modelled area, by row.

    A ward that lies partly outside keeps the share of its built-up land (area times built share of its old wards); one
    that lies mostly outside has one household to a dwelling instead.
    """
    table = read_table("ward_pieces.csv")
    shapes, share = ward_pieces(), numbers(table["built_share"])
    weight: dict[str, NDArray[np.float64]] = {}
    for piece, unit, built in zip(table["piece"], table["unit_2025_07"], share, strict=True):
        shape, dense = shapes[piece], 1.0 if np.isnan(built) else built
        both = np.array([shape.intersection(extent()).area, shape.area]) * dense
        weight[unit] = weight.get(unit, np.zeros(2)) + both
    found = {}
    for row in admin.valid_on(EDITION).tolist():
        inside, whole = weight.get(str(admin.ids[row]), (0.0, 1.0))
        if inside > _LEAST_INSIDE * whole and np.isfinite(admin.population[row]):
            found[row] = float(admin.population[row] * inside / whole)
    return found
