"""OpenStreetMap extracts: .osm, .osm.gz and .osm.pbf through pyosmium."""

from __future__ import annotations

import bz2
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import osmium
import shapely

from gis_data.readers.osm_tags import WayTraffic, interpret
from twin.errors import SchemaError, TopologyError

_WATER = {"water", "riverbank", "reservoir", "basin", "wetland"}
_PLACES = {"hospital", "clinic", "school", "marketplace", "university", "fire_station", "police", "bus_station"}
_HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class OsmWay:
    """A travelled way: its traffic meaning, node ids and their longitudes and latitudes."""

    way_id: int
    traffic: WayTraffic
    nodes: tuple[int, ...]
    lon_lat: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class OsmShape:
    """A building, land use, water or place in longitude and latitude; `storeys` is NaN where unknown."""

    osm_id: str
    kind: str
    name: str
    storeys: float
    shape: shapely.Geometry


@dataclass(slots=True)
class OsmExtract:
    """What one pass over a file gives; `counts` are of the whole file, `warnings` what was left out."""

    ways: list[OsmWay] = field(default_factory=list)
    buildings: list[OsmShape] = field(default_factory=list)
    land_use: list[OsmShape] = field(default_factory=list)
    water: list[OsmShape] = field(default_factory=list)
    places: list[OsmShape] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


def read_osm(path: Path) -> OsmExtract:
    """Read the travelled ways, buildings, land use, water and places of an extract.

    Raises
    ------
    SchemaError
        The file is truncated, damaged or holds an XML entity.
    TopologyError
        The file has no travelled way.
    """
    _refuse_entities(path)
    extract = OsmExtract()
    factory = osmium.geom.WKBFactory()
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_areas():
            _take(thing, extract, factory)
    except (RuntimeError, ValueError) as error:
        remedy = "Download the extract again; compare its size with the provider's."
        raise SchemaError(path.name, f"truncated or damaged OpenStreetMap file ({error})", remedy) from error
    if not extract.ways:
        raise TopologyError(path.name, "no travelled way (highway=*) in the file", "Take an extract of a settled area.")
    return extract


def _take(thing: object, extract: OsmExtract, factory: osmium.geom.WKBFactory) -> None:
    if isinstance(thing, osmium.osm.Node):
        extract.counts["nodes"] += 1
        if (amenity := thing.tags.get("amenity")) in _PLACES:
            shape = shapely.Point(thing.location.lon, thing.location.lat)
            extract.places.append(_shape(f"n{thing.id}", str(amenity), thing.tags, shape))
    elif isinstance(thing, osmium.osm.Way):
        extract.counts["ways"] += 1
        extract.counts["highways"] += "highway" in thing.tags
        extract.counts["buildings"] += "building" in thing.tags
        _take_way(thing, extract)
    elif isinstance(thing, osmium.osm.Relation):
        extract.counts["relations"] += 1
    elif isinstance(thing, osmium.osm.Area):
        _take_area(thing, extract, factory)


def _take_way(way: osmium.osm.Way, extract: OsmExtract) -> None:
    traffic = interpret(dict(way.tags)) if "highway" in way.tags else None
    if traffic is None:
        return
    known = [n for n in way.nodes if n.location.valid()]
    if len(known) < len(way.nodes):
        extract.counts["nodes missing at the edge"] += len(way.nodes) - len(known)
    if len(known) > 1:
        places = tuple((n.location.lon, n.location.lat) for n in known)
        extract.ways.append(OsmWay(way.id, traffic, tuple(n.ref for n in known), places))


def _take_area(area: osmium.osm.Area, extract: OsmExtract, factory: osmium.geom.WKBFactory) -> None:
    tags = area.tags
    if "building" in tags:
        target, kind = extract.buildings, tags["building"]
    elif tags.get("natural") in _WATER or tags.get("waterway") in _WATER or tags.get("landuse") in _WATER:
        target, kind = extract.water, tags.get("water") or "water"
    elif "landuse" in tags or "leisure" in tags:
        target, kind = extract.land_use, tags.get("landuse") or tags["leisure"]
    elif tags.get("amenity") in _PLACES:
        target, kind = extract.places, tags["amenity"]
    else:
        return
    try:
        shape = shapely.from_wkb(factory.create_multipolygon(area))
    except RuntimeError:
        extract.counts["shapes without geometry"] += 1
        return
    origin = "w" if area.from_way() else "r"
    target.append(_shape(f"{origin}{area.orig_id()}", kind, tags, shape))


def _shape(osm_id: str, kind: str, tags: osmium.osm.TagList, shape: shapely.Geometry) -> OsmShape:
    levels = tags.get("building:levels") or ""
    storeys = float(levels) if levels.replace(".", "", 1).isdigit() else float("nan")
    return OsmShape(osm_id, kind, tags.get("name") or "", storeys, shape)


def _refuse_entities(path: Path) -> None:
    for head in _heads(path):
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise SchemaError(path.name, "the XML declares a document type or an entity", "Take a plain extract.")


def _heads(path: Path) -> Iterator[bytes]:
    if path.suffix == ".pbf":
        return
    try:
        with _open(path) as file:
            yield file.read(_HEAD_BYTES)
    except OSError as error:
        raise SchemaError(path.name, f"unreadable ({error})", "Download the extract again.") from error


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return bz2.open(path, "rb") if path.suffix == ".bz2" else path.open("rb")
