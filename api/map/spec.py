"""The map's specification, written with pydeck: layers, styles and camera, the data by reference."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pydeck as pdk

from api.map.catalogue import CATALOGUE, KINDS, city_layers
from api.map.style import (
    LAND_USE,
    MAIN_PLACES,
    OTHER_PLACE,
    PLACE_COLOURS,
    ROAD_WIDTH_PX,
    SPEED_RATIO,
    SPEED_RATIO_DARK,
    THEMES,
    Colour,
)
from gis_data.projection import project
from twin.city.city import City

DECK_VERSION = "9.3.6"
"""The deck.gl inside the pinned pydeck; the browser test compares it with what the page runs."""

_KEPT = ("initialViewState", "layers", "views")
_MAX_START_SPAN_DEG = 0.06


def map_spec(city: City, lang: str = "vi", *, base: str = "/api/v1/city/layers") -> dict[str, Any]:
    """Return the map of a city as deck.gl JSON; each layer names the pack it draws and the rows it selects.

    Beside deck's own properties a layer carries ``twin``: key of the table, group and title for the panel, zoom range,
    width stops, colour by theme (``tokens``) or by kind, and the rows to draw (``select``). The page resolves these.
    """
    drawn = [pdk.Layer(**layer, data=f"{base}/{layer['twin']['key']}/arrays") for layer in _layers(city, lang)]
    lon, lat, zoom = start_view(city)
    deck = pdk.Deck(
        layers=drawn,
        views=[pdk.View(type="MapView", controller=True)],
        initial_view_state=pdk.ViewState(longitude=lon, latitude=lat, zoom=zoom, min_zoom=9, max_zoom=19),
        map_provider=None,
        map_style=None,
    )
    spec: dict[str, Any] = json.loads(deck.to_json())
    return {key: spec[key] for key in _KEPT} | {
        "deckVersion": DECK_VERSION,
        "lang": lang,
        "themes": THEMES,
        "speedRatio": [
            {"below": below, "light": light, "dark": dark}
            for (below, light), dark in zip(SPEED_RATIO, SPEED_RATIO_DARK, strict=True)
        ],
        "kinds": {kind: words[0 if lang == "vi" else 1] for kind, words in KINDS.items()},
        "layerList": [{**layer, "title": layer["title"][lang]} for layer in city_layers(city)] + _teams(city, lang),
    }


def _teams(city: City, lang: str) -> list[dict[str, Any]]:
    """Return the panel's entry for the community teams, which are places but drawn on demand."""
    count = int((city.places.kind == "community-team").sum())
    title = KINDS["community-team"][0 if lang == "vi" else 1]
    return [{"key": "teams", "title": title, "group": "plan", "geometry": "point", "count": count}] if count else []


def start_view(city: City) -> tuple[float, float, float]:
    """Return longitude, latitude and zoom that show the heart of the city: where half of its junctions lie."""
    xy = np.asarray(city.roads.node_xy_m)
    if len(xy) == 0:
        return 107.58, 16.466, 12.0
    lonlat = project(xy, city.crs, "EPSG:4326")
    low, high = np.percentile(lonlat, [15, 85], axis=0)
    lon, lat = (low + high) / 2
    span = float(np.clip(max(high - low), 1e-3, _MAX_START_SPAN_DEG))
    return round(float(lon), 5), round(float(lat), 5), round(float(np.log2(360 / span) + 0.6), 2)


def _layers(city: City, lang: str) -> Iterable[dict[str, Any]]:
    filled = {name for name, table in city.tables().items() if len(table)}
    surfaces = set(city.water.name[city.water.kind != "island"].tolist())
    for layer in [*_base(surfaces), *_roads(), *_overlays()]:
        key = layer["twin"]["key"]
        if key in filled:
            title = CATALOGUE[key]
            layer["twin"] |= {"group": title.group, "title": title.vi if lang == "vi" else title.en}
            yield layer


def _layer(
    kind: str, name: str, key: str, twin: Mapping[str, Any], *, pickable: bool = False, **props: Any
) -> dict[str, Any]:
    """Return one layer's keyword arguments for pydeck; ``twin`` is what the page resolves by itself."""
    quoted = {k: pdk.types.String(v) if isinstance(v, str) else v for k, v in props.items()}  # else an expression
    return {"type": kind, "id": name, "pickable": pickable, "twin": {"key": key, **twin}, **quoted}


def _by_kind(colours: Mapping[str, Colour], other: Colour | None) -> dict[str, Any]:
    return {"column": "kind", "colours": colours, "other": other}


def _base(surfaces: set[str]) -> list[dict[str, Any]]:
    between = {"not": {"name": sorted(surfaces)}}
    edge = {"tokens": {"line": "ward_edge"}, "select": {"valid": True}, "rings": True, "widthPx": [[9, 0.7], [14, 1.3]]}
    return [
        _layer("SolidPolygonLayer", "land", "admin", {"tokens": {"fill": "land"}, "select": {"valid": True}}),
        _layer(
            "SolidPolygonLayer", "land-use", "land_use",
            {"fillBy": _by_kind(LAND_USE, None), "select": {"kind": sorted(LAND_USE)}, "minZoom": 12.4, "window": True},
        ),
        _layer(
            "SolidPolygonLayer", "water", "water",
            {"tokens": {"fill": "water"}, "select": {"not": {"kind": ["island"]}}}, pickable=True,
        ),
        _layer(
            "PathLayer", "waterways", "waterways",
            {"tokens": {"line": "water"}, "select": between, "widthColumn": "width_m"},
            pickable=True, width_units="meters", width_min_pixels=1.2, joint_rounded=True, cap_rounded=True,
        ),
        _layer(
            "SolidPolygonLayer", "islands", "water",
            {"tokens": {"fill": "land"}, "select": {"kind": ["island"]}}, pickable=True,
        ),
        _layer(
            "SolidPolygonLayer", "parcels", "parcels",
            {"tokens": {"fill": "parcel"}, "minZoom": 16, "off": True, "outline": "parcel_edge", "window": True},
            pickable=True,
        ),
        _layer(
            "SolidPolygonLayer", "buildings", "buildings",
            {"tokens": {"fill": "building"}, "minZoom": 15, "outline": "building_edge", "window": True}, pickable=True,
        ),
        _layer("PathLayer", "ward-edges", "admin", edge, width_units="pixels"),
    ]  # fmt: skip


def _roads() -> list[dict[str, Any]]:
    made = []
    for part, extra in (("case", 1.6), ("road", 0.0)):
        for rank in reversed(range(len(ROAD_WIDTH_PX))):
            stops = [
                [zoom, round(width + (extra if width > 1.4 else extra / 2), 2)] for zoom, width in ROAD_WIDTH_PX[rank]
            ]
            twin = {
                "tokens": {"line": f"{part}_{rank}"}, "select": {"class_rank": [rank], "oneOfPair": True},
                "minZoom": stops[0][0], "widthPx": stops, "window": rank > 1,
            }  # fmt: skip
            made.append(
                _layer(
                    "PathLayer", f"{part}-{rank}", "roads", twin, pickable=part == "road",
                    width_units="pixels", joint_rounded=True, cap_rounded=True,
                )
            )  # fmt: skip
    bridge = {"select": {"bridge": [1], "oneOfPair": True}, "minZoom": 12}
    edge = {**bridge, "tokens": {"line": "bridge"}, "widthPx": [[12, 4.0], [14, 8.2], [16, 15.0], [18, 30.0]]}
    deck = {**bridge, "tokens": {"line": "road_2"}, "widthPx": [[12, 2.0], [14, 5.6], [16, 12.0], [18, 26.0]]}
    for name, twin in (("bridge-edge", edge), ("bridge-deck", deck)):
        made.append(_layer("PathLayer", name, "roads", twin, pickable=name == "bridge-deck", width_units="pixels"))
    return made


def _overlays() -> list[dict[str, Any]]:
    def _dots(key: str, fill: Colour, radius: float, **twin: Any) -> dict[str, Any]:
        """Return a layer of dots for a table."""
        name = twin.pop("name", key)
        return _layer(
            "ScatterplotLayer", name, key, twin, pickable=True, get_fill_color=fill, get_line_color=(255, 255, 255),
            radius_units="pixels", get_radius=radius, stroked=True, line_width_units="pixels", get_line_width=1.2,
        )  # fmt: skip

    colour = _by_kind(PLACE_COLOURS, OTHER_PLACE)
    teams = {"kind": ["community-team"]}
    more = {
        "not": {"kind": [*MAIN_PLACES, "camera", "bike_station", "community-team"]}
    }  # these have layers of their own
    return [
        _layer(
            "PathLayer", "drains", "drains", {"tokens": {"line": "drain"}, "minZoom": 14, "off": True},
            pickable=True, width_units="pixels", get_width=1.5,
        ),
        _layer(
            "PathLayer", "power_zones", "power_zones",
            {"tokens": {"line": "power_edge"}, "rings": True, "off": True}, width_units="pixels", get_width=1.5,
        ),
        _dots("equipment", (116, 110, 132), 2.5, minZoom=15, off=True, window=True),
        _dots("signals", (60, 60, 60), 3.0, minZoom=14, off=True),
        _dots("gates", (30, 92, 138), 5.0, minZoom=11),
        _dots("reservoirs", (30, 92, 138), 6.0),
        _dots("tides", (30, 92, 138), 4.5, off=True),
        _dots("places", OTHER_PLACE, 4.0, minZoom=12.6, fillBy=colour, select={"kind": [*MAIN_PLACES]}),
        _dots("places", OTHER_PLACE, 3.5, name="places-more", minZoom=14.6, fillBy=colour, select=more),
        _dots("places", (92, 92, 112), 3.0, name="teams", minZoom=13, off=True, panel="teams", select=teams),
        _dots("cameras", (88, 62, 132), 4.5, minZoom=12),
        _dots("bike_stations", (0, 128, 128), 5.5, minZoom=11),
        _dots("gauges", (20, 78, 140), 6.5),
    ]  # fmt: skip
