"""The only place that knows all parts: opens cities, builds them, says what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_data.assemble import Elevation, StreetInput, assemble
from gis_data.assemble_land import LandInputs, with_land
from gis_data.city_cache import open_city_file
from gis_data.city_file import layer_frame, write_city
from gis_data.export import export_layer
from gis_data.hue.build import NOTICE, hue
from gis_data.projection import project
from twin.city.city import City
from twin.city.roads import Roads
from twin.errors import SchemaError
from vision_bridge.codec import write_day
from vision_bridge.sources.replay import RecordedDay, read_day
from vision_bridge.sources.synthetic import DayPlan, synthetic_day

__all__ = [
    "Elevation",
    "LandInputs",
    "StreetInput",
    "bounds_lonlat",
    "build_city",
    "city_facts",
    "export_layer",
    "layer_frame",
    "notices",
    "open_city",
    "read_recorded_day",
    "to_city_xy",
    "to_lonlat",
    "write_synthetic_day",
]

_WGS84 = "EPSG:4326"


def open_city(name: str, *, cache: Path | None = None) -> City:
    """Return the embedded city for ``hue``, else the city of a file.

    Parameters
    ----------
    name
    cache
        Folder that keeps opened cities, so that the next opening is quick; none is kept without one.

    Raises
    ------
    SchemaError
        No such file, or it is no city file.
    """
    if name == "hue":
        return hue(cache)
    path = Path(name)
    if not path.is_file():
        raise SchemaError(name, "no such city file", "Give a city file, or hue for the embedded city.")
    return open_city_file(path, cache)


def build_city(
    *,
    streets: StreetInput,
    elevation: Elevation,
    name: str,
    out: Path,
    say: Callable[[str], None],
    land: LandInputs | None = None,
) -> City:
    """Build a city from its streets, elevation tiles and the city's own layers, and write its file.

    Raises
    ------
    DataError
        An input is wrong; nothing is written.
    """
    city = assemble(streets=streets, elevation=elevation, name=name, say=say)
    city = with_land(city, land or LandInputs(), say=say)
    say("Writing…")
    write_city(city, out)
    return city


def city_facts(city: City) -> dict[str, Any]:
    """Return the counts, extent, digest, provenance and warnings of a city."""
    roads = city.roads
    origin: Counter[str] = Counter()
    for table in city.tables().values():
        origin.update(dict(zip(*[a.tolist() for a in np.unique(table.provenance, return_counts=True)], strict=True)))
    return {
        "name": city.name,
        "nodes": roads.n_nodes,
        "links": len(roads),
        "street_km": round(_street_km(roads), 1),
        "named_streets": len(np.unique(roads.name[(roads.name != "") & (roads.provenance != "generated")])),
        "parcels": len(city.parcels),
        "buildings": len(city.buildings),
        "admin_units": len(city.admin),
        "layers": {name: len(table) for name, table in city.tables().items()},
        "area_km2": round(city.area_km2, 2),
        "crs": city.crs,
        "height_datum": city.terrain.datum if city.terrain else None,
        "digest": city.digest,
        "provenance": dict(sorted(origin.items())),
        "warnings": list(city.warnings),
    }


def bounds_lonlat(city: City) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the street network [°]."""
    lonlat = project(np.asarray(city.roads.node_xy_m), city.crs, _WGS84)
    (west, south), (east, north) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    return west, south, east, north


def to_city_xy(city: City, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes and latitudes ``(n, 2)`` [°] in the city's reference system [m]."""
    return project(lonlat, _WGS84, city.crs)


def to_lonlat(city: City, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions ``(n, 2)`` [m] in longitude and latitude [°]; NaN stays NaN."""
    found = np.full(xy_m.shape, np.nan)
    known = ~np.isnan(xy_m).any(axis=1)
    if known.any():
        found[known] = project(xy_m[known], city.crs, _WGS84)
    return found


def notices(city: City) -> dict[str, str]:
    """Return what a reader of the map must know about its sources, in both languages; empty for a surveyed city."""
    if NOTICE in city.warnings:
        return {"vi": "Sơ đồ Huế vẽ theo số liệu đã công bố; không phải dữ liệu đo đạc.", "en": NOTICE}
    return {"vi": "", "en": ""}


def write_synthetic_day(city: City, out: Path, *, seed: int, day: date, crest_m: float | None) -> int:
    """Write a synthetic day of observations and return how many.

    Raises
    ------
    SchemaError
        The file cannot be written.
    """
    return write_day(synthetic_day(city, DayPlan(seed=seed, day=day, crest_m=crest_m)), out)


def read_recorded_day(path: Path) -> RecordedDay:
    """Read a recorded day; bad lines are counted and named.

    Raises
    ------
    SchemaError
        The file cannot be read, or not one line of it holds an observation.
    """
    return read_day(path)


def _street_km(roads: Roads) -> float:
    """Length of the streets [km]; the two directions of a street count once, also where only people on foot go back."""
    ends = np.sort(np.column_stack([roads.tail, roads.head]), axis=1)
    streets = np.unique(np.column_stack([ends, np.rint(roads.length_m * 1000)]), axis=0)
    return float(streets[:, 2].sum()) / 1e6
