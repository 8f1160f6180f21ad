"""OpenStreetMap extracts: .osm, .osm.gz and .osm.pbf through pyosmium."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path

import osmium
import shapely

from gis_data.readers.osm_guard import DOWNLOAD_AGAIN, check_osm_file
from gis_data.readers.osm_tags import WayTraffic, interpret, metres
from gis_data.readers.osm_turns import OsmRestriction, restriction_of
from twin.errors import SchemaError, TopologyError

_WATER = {"water", "riverbank", "reservoir", "basin", "wetland"}
_WATERWAYS = {"river", "stream", "canal", "drain", "ditch"}
_PLACES = {"hospital", "clinic", "school", "marketplace", "university", "fire_station", "police", "bus_station"}
_COVER = {"wood", "scrub", "grassland", "heath", "bare_rock", "scree", "sand", "beach", "mud"}
_STOREY_M = 3.3
"""[m] Assumed height of a storey, where a building gives its height only."""
_MOST_STOREYS, _HIGHEST_M, _WIDEST_M = 200, 900.0, 5_000.0

LonLat = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class OsmWay:
    """A travelled way, or a part of one where nodes are missing: meaning, node ids, longitudes and latitudes."""

    way_id: int
    traffic: WayTraffic
    nodes: tuple[int, ...]
    lon_lat: LonLat


@dataclass(frozen=True, slots=True)
class OsmShape:
    """A building, land use, water or place in longitude and latitude; `storeys` is NaN where unknown."""

    osm_id: str
    kind: str
    name: str
    storeys: float
    shape: shapely.Geometry


@dataclass(frozen=True, slots=True)
class OsmLine:
    """A waterway in longitude and latitude; `width_m` is NaN where unknown."""

    osm_id: str
    kind: str
    name: str
    width_m: float
    lon_lat: LonLat


@dataclass(slots=True)
class OsmExtract:
    """What one pass over a file gives.

    Attributes
    ----------
    signals : list of int
        Ids of the nodes with traffic signals.
    barriers : dict of int to str
        Kind of the gate, bollard and the like at a node.
    turns_left_out : Counter
        Turn restrictions that bind nobody here, by reason.
    counts : Counter
        Of the whole file: ``nodes``, ``ways``, ``relations``, ``highways`` and ``buildings`` (ways), ``building
        relations``; and ``highways not travelled``, ``highways without two known nodes``, ``nodes missing at the
        edge``, ``buildings without outline``, ``storeys from height``.
    """

    ways: list[OsmWay] = field(default_factory=list)
    restrictions: list[OsmRestriction] = field(default_factory=list)
    turns_left_out: Counter[str] = field(default_factory=Counter)
    signals: list[int] = field(default_factory=list)
    barriers: dict[int, str] = field(default_factory=dict)
    buildings: list[OsmShape] = field(default_factory=list)
    land_use: list[OsmShape] = field(default_factory=list)
    water: list[OsmShape] = field(default_factory=list)
    waterways: list[OsmLine] = field(default_factory=list)
    places: list[OsmShape] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def warnings(self) -> list[str]:
        """What a user must know of the reading, one sentence each."""
        said = (
            ("nodes missing at the edge", "nodes of ways are missing in the file; the ways are cut there"),
            ("buildings without outline", "buildings have no closed outline and were left out"),
            ("storeys from height", f"buildings give a height only; storeys counted as {_STOREY_M} m each"),
        )
        return [f"{self.counts[key]} {text}" for key, text in said if self.counts[key]]


def read_osm(path: Path) -> OsmExtract:
    """Read the travelled ways, turn restrictions, signals, buildings, land use, waters and places of an extract.

    Raises
    ------
    SchemaError
        The file is truncated, damaged, not UTF-8, unpacks without end or declares an XML entity.
    TopologyError
        The file has no travelled way.
    """
    check_osm_file(path)
    extract = OsmExtract()
    factory = osmium.geom.WKBFactory()
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_areas():
            _take(thing, extract, factory)
    except UnicodeDecodeError as error:
        raise SchemaError(path.name, "text that is not UTF-8", DOWNLOAD_AGAIN) from error
    except (RuntimeError, ValueError) as error:
        if "out of order" in str(error):
            raise SchemaError(path.name, f"not sorted ({error})", "Sort it, e.g. with osmium sort.") from error
        raise SchemaError(path.name, f"truncated or damaged OpenStreetMap file ({error})", DOWNLOAD_AGAIN) from error
    if not extract.ways:
        raise TopologyError(path.name, "no travelled way (highway=*) in the file", "Take an extract of a settled area.")
    drawn = extract.counts["buildings"] + extract.counts["building relations"]
    extract.counts["buildings without outline"] = drawn - len(extract.buildings)
    extract.ways.sort(key=lambda way: way.way_id)  # stable: the parts of one way keep their order
    return extract


def _take(thing: object, extract: OsmExtract, factory: osmium.geom.WKBFactory) -> None:
    if isinstance(thing, osmium.osm.Node):
        extract.counts["nodes"] += 1
        if len(thing.tags):
            _take_node(thing, extract)
    elif isinstance(thing, osmium.osm.Way):
        extract.counts["ways"] += 1
        extract.counts["buildings"] += "building" in thing.tags
        _take_way(thing, extract)
    elif isinstance(thing, osmium.osm.Relation):
        extract.counts["relations"] += 1
        kind = thing.tags.get("type")
        extract.counts["building relations"] += kind == "multipolygon" and "building" in thing.tags
        if kind == "restriction":
            _take_restriction(thing, extract)
    elif isinstance(thing, osmium.osm.Area):
        _take_area(thing, extract, factory)


def _take_node(node: osmium.osm.Node, extract: OsmExtract) -> None:
    if node.tags.get("highway") == "traffic_signals":
        extract.signals.append(node.id)
    if (barrier := node.tags.get("barrier")) is not None:
        extract.barriers[node.id] = barrier
    if (amenity := node.tags.get("amenity")) in _PLACES and node.location.valid():
        shape = shapely.Point(node.location.lon, node.location.lat)
        extract.places.append(_shape(f"n{node.id}", str(amenity), node.tags, shape, extract))


def _take_restriction(relation: osmium.osm.Relation, extract: OsmExtract) -> None:
    members = [(m.type, m.ref, m.role) for m in relation.members]
    made = restriction_of(relation.id, dict(relation.tags), members)
    if isinstance(made, str):
        extract.turns_left_out[made] += 1
    else:
        extract.restrictions.append(made)


def _take_way(way: osmium.osm.Way, extract: OsmExtract) -> None:
    tags = way.tags
    if "highway" in tags:
        extract.counts["highways"] += 1
        traffic = interpret(dict(tags))
        parts = _known_parts(way, extract) if traffic else []
        extract.counts["highways not travelled"] += traffic is None
        extract.counts["highways without two known nodes"] += traffic is not None and not parts
        if traffic:
            extract.ways += [OsmWay(way.id, traffic, nodes, lon_lat) for nodes, lon_lat in parts]
    elif (kind := tags.get("waterway")) in _WATERWAYS:
        width = metres(tags.get("width") or "", most=_WIDEST_M) or nan
        for number, (_, lon_lat) in enumerate(_known_parts(way, extract)):
            name = tags.get("name") or ""
            extract.waterways.append(OsmLine(f"w{way.id}.{number}", str(kind), name, width, lon_lat))


def _known_parts(way: osmium.osm.Way, extract: OsmExtract) -> list[tuple[tuple[int, ...], LonLat]]:
    """Return the runs of two or more nodes whose position is known: a gap cuts the way, it is never bridged."""
    runs: list[list[tuple[int, tuple[float, float]]]] = [[]]
    for node in way.nodes:
        if not node.location.valid():
            extract.counts["nodes missing at the edge"] += 1
            runs.append([])
        elif not runs[-1] or runs[-1][-1][0] != node.ref:
            runs[-1].append((node.ref, (node.location.lon, node.location.lat)))
    return [(tuple(ref for ref, _ in run), tuple(at for _, at in run)) for run in runs if len(run) > 1]


def _take_area(area: osmium.osm.Area, extract: OsmExtract, factory: osmium.geom.WKBFactory) -> None:
    tags = area.tags
    if "building" in tags:
        target, kind = extract.buildings, tags["building"]
    elif tags.get("natural") in _WATER or tags.get("waterway") in _WATER or tags.get("landuse") in _WATER:
        wet = "wetland" if tags.get("natural") == "wetland" else "water"
        target, kind = extract.water, tags.get("water") or wet
    elif "landuse" in tags or "leisure" in tags or tags.get("natural") in _COVER:
        target, kind = extract.land_use, tags.get("landuse") or tags.get("leisure") or tags["natural"]
    elif tags.get("amenity") in _PLACES:
        target, kind = extract.places, tags["amenity"]
    else:
        return
    try:
        shape = shapely.from_wkb(factory.create_multipolygon(area))
    except RuntimeError:
        return
    origin = "w" if area.from_way() else "r"
    target.append(_shape(f"{origin}{area.orig_id()}", kind, tags, shape, extract))


def _shape(osm_id: str, kind: str, tags: osmium.osm.TagList, shape: shapely.Geometry, extract: OsmExtract) -> OsmShape:
    storeys = _storeys(tags.get("building:levels") or "")
    if "building" in tags and isnan(storeys):
        height = metres(tags.get("height") or tags.get("building:height") or "", most=_HIGHEST_M)
        storeys = float(max(1, round(height / _STOREY_M))) if height else nan
        extract.counts["storeys from height"] += height is not None
    return OsmShape(osm_id, kind, tags.get("name") or "", storeys, shape)


def _storeys(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) and 0 < float(text) <= _MOST_STOREYS else nan
