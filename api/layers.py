"""The city's layers on the wire: GeoJSON by page and by box, and the binary packs the map draws, each made once."""

from __future__ import annotations

import json
import math
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from api.map.pack import pack_layer
from api.services import layer_frame
from twin.city.city import TABLES, City
from twin.errors import RequestError, UnknownItem

MAX_FEATURES = 10_000
_WGS84 = "EPSG:4326"
_DECIMALS = 7
_NOT_PUBLIC = {"cameras": ("height_m", "heading_deg", "fov_deg", "range_m")}
"""Where a camera looks stays out: its blind spots would follow from it."""


class Layers:
    """The layers of one city, in longitude and latitude."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._frames: dict[str, tuple[NDArray[np.object_], list[dict[str, Any]]]] = {}
        self._packs: dict[str, bytes] = {}

    def pack(self, key: str) -> bytes:
        """Return a layer as a binary pack.

        Raises
        ------
        UnknownItem
            The city has no such layer.
        """
        if key not in self._packs:
            self._packs[key] = pack_layer(self.city, self._known(key))
        return self._packs[key]

    def features(
        self, key: str, *, limit: int, offset: int, box: tuple[float, float, float, float] | None
    ) -> tuple[list[str], int]:
        """Return a page of features as GeoJSON texts, and how many matched.

        Raises
        ------
        UnknownItem
            The city has no such layer.
        """
        shapes, rows = self._frame(self._known(key))
        matched = np.arange(len(rows))
        if box is not None:
            inside = shapely.intersects(shapes, shapely.box(*box))
            matched = np.flatnonzero(inside)
        page = matched[offset : offset + limit]
        geometries = shapely.to_geojson(shapes[page])
        texts = [_feature(rows[k], g) for k, g in zip(page.tolist(), geometries.tolist(), strict=True)]
        return texts, len(matched)

    def _known(self, key: str) -> str:
        if key not in TABLES:
            raise UnknownItem(key, f"no such layer; one of {', '.join(TABLES)}")
        return key

    def _frame(self, key: str) -> tuple[NDArray[np.object_], list[dict[str, Any]]]:
        if key not in self._frames:
            frame = layer_frame(self.city, key)
            shapes = np.full(len(frame), None, dtype=object)
            if isinstance(frame, gpd.GeoDataFrame):
                lonlat = np.asarray(frame.geometry.to_crs(_WGS84).array, dtype=object)
                shapes = np.asarray(shapely.transform(lonlat, lambda xy: np.round(xy, _DECIMALS)), dtype=object)
                frame = frame.drop(columns="geometry")
            frame = frame.drop(columns=list(_NOT_PUBLIC.get(key, ()))).rename(columns={"ids": "id"})
            self._frames[key] = (
                shapes,
                [{str(k): v for k, v in row.items()} for row in frame.to_dict(orient="records")],
            )
        return self._frames[key]


def box_of(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a ``bbox`` parameter.

    Raises
    ------
    RequestError
        It is not four numbers in this order, in degrees.
    """
    why = "bbox needs west,south,east,north in degrees, west below east and south below north"
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise RequestError(text, why) from None
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise RequestError(text, why)
    return west, south, east, north


def _feature(row: dict[str, Any], geometry: str | None) -> str:
    return (
        f'{{"type":"Feature","id":{json.dumps(row["id"])},"geometry":{geometry or "null"},"properties":{_json(row)}}}'
    )


def _json(row: dict[str, Any]) -> str:
    clean = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
    return json.dumps(clean, ensure_ascii=False, default=str)
