"""Which fields each table of the city takes from a layer, and what they must hold."""

from __future__ import annotations

from gis_data.road_defaults import ROAD_DEFAULTS
from gis_data.validation import Rule
from twin.city.areas import Areas, Lines, Places
from twin.city.hydrology import Gates, Gauges, Reservoirs
from twin.city.infrastructure import BikeStations, Cameras, Drains, Equipment, PowerZones
from twin.city.land import Buildings
from twin.city.roads import Roads
from twin.city.table import Table

_TEXT = Rule()
_NEEDED = Rule(required=True)
_SIZE = Rule("number", low=0.0)
_LEVEL = Rule("number", low=-100.0, high=4000.0)
_DAY = Rule("date")
YES, NO = ("yes", "true", "1", "có", "co"), ("no", "false", "0", "không", "khong")
_FLAG = Rule(choices=(*YES, *NO, "True", "False"))
_NAMED = {"ids": _TEXT, "name": _TEXT}
_KIND = {**_NAMED, "kind": _TEXT}

KINDS: dict[str, type[Table]] = {
    "roads": Roads,
    "water": Areas,
    "waterways": Lines,
    "gauges": Gauges,
    "reservoirs": Reservoirs,
    "gates": Gates,
    "land_use": Areas,
    "buildings": Buildings,
    "drains": Drains,
    "power_zones": PowerZones,
    "equipment": Equipment,
    "places": Places,
    "cameras": Cameras,
    "bike_stations": BikeStations,
}
"""The tables a mapping file may fill, besides the parcels."""

FIELDS: dict[str, dict[str, Rule]] = {
    "roads": {
        **_NAMED,
        "road_class": Rule(required=True, choices=tuple(ROAD_DEFAULTS)),
        "lanes": Rule("number", low=1.0, high=12.0),
        "width_m": Rule("number", low=0.5, high=100.0),
        "free_speed_kmh": Rule("number", low=1.0, high=130.0),
        "oneway": _FLAG,
        "bridge": _FLAG,
        "surface_m": _LEVEL,
    },
    "water": _KIND,
    "waterways": {**_KIND, "width_m": _SIZE},
    "gauges": {
        **_NAMED,
        "river": _TEXT,
        "datum": _NEEDED,
        "alarm1_m": _LEVEL,
        "alarm2_m": _LEVEL,
        "alarm3_m": _LEVEL,
        "alarm_from": _DAY,
        "alarm_to": _DAY,
    },
    "reservoirs": {
        **_NAMED,
        "river": _TEXT,
        "normal_level_m": _LEVEL,
        "capacity_m3": _SIZE,
        "catchment_km2": _SIZE,
    },
    "gates": {**_NAMED, "kind": Rule(required=True, choices=("barrage", "sluice", "weir")), "width_m": _SIZE}
    | {"sill_m": _LEVEL},
    "land_use": {**_NAMED, "kind": _NEEDED},
    "buildings": {
        **_KIND,
        "storeys": Rule("number", low=0.0, high=150.0),
        "floor_level_m": _LEVEL,
        "households": _SIZE,
    },
    "drains": {**_KIND, "width_m": Rule("number", low=0.0, high=50.0)}
    | {"invert_from_m": _LEVEL, "invert_to_m": _LEVEL},
    "power_zones": {**_KIND, "shut_off_m": _LEVEL},
    "equipment": {
        **_NAMED,
        "kind": Rule(required=True, choices=("pump", "street_light", "fibre_node", "tree")),
        "capacity_m3s": _SIZE,
        "height_m": _SIZE,
    },
    "places": {**_NAMED, "kind": _NEEDED, "capacity": _SIZE, "floor_level_m": _LEVEL},
    "cameras": {
        **_NAMED,
        "purpose": Rule(required=True, choices=("gateway", "security", "desk", "traffic", "flood")),
        "owner": _TEXT,
        "status": Rule(choices=("working", "broken", "planned", "unknown")),
        "height_m": _SIZE,
        "heading_deg": Rule("number", low=0.0, high=360.0),
        "fov_deg": Rule("number", low=0.0, high=360.0),
        "range_m": _SIZE,
    },
    "bike_stations": {**_NAMED, "docks": _SIZE},
}
"""Fields by table; ``ids`` is the feature's own number."""

PARCEL_FIELDS = ("ward_code", "map_sheet", "parcel_no", "land_use", "legal_area_m2", "valid_from", "geometry")

WHEN_UNSAID = {
    ("drains", "kind"): "drain",
    ("power_zones", "kind"): "power",
    ("buildings", "kind"): "building",
    ("water", "kind"): "water",
    ("waterways", "kind"): "waterway",
    ("cameras", "status"): "unknown",
}
"""Text of a field that no column holds."""
