"""A city's roads from a GMNS folder, and a city's roads as one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_data.projection import CrsWords, city_crs_for, project, trusted_crs
from gis_data.readers.gmns import CLOSED, USES, GmnsNetwork, read_gmns
from gis_data.road_defaults import capacity_pcu_h, default_for
from gis_data.validation import numbers, texts
from twin.city.city import City
from twin.city.ragged import flatten, lines_of
from twin.city.roads import Roads, TurnBans
from twin.errors import TopologyError

_ACCURACY_M = 10.0
"""[m] Where a foreign folder does not say. Assumption."""
_KMH = 3.6
_WORDS = CrsWords("crs = {} in config.csv", "swap x_coord and y_coord")


def gmns_city(folder: Path, *, name: str) -> City:
    """Return the city of a GMNS folder: streets and forbidden movements.

    Rules
    -----
    1. What a link does not say (length, lanes, width, speed, capacity) is drawn from its line or assumed by its class.
    2. Ids are kept; the second direction of a record that is not directed ends in ``b``.

    Raises
    ------
    ValidationFailed
        Files, columns or values are missing or wrong.
    CrsError
        The reference system is not stated, or damaged.
    TopologyError
        There is no link, or one without length.
    """
    net = read_gmns(folder)
    system = trusted_crs(net.crs, file="config.csv", words=_WORDS)
    source_crs = str(system.to_wkt())
    if not net.links.ids:
        raise TopologyError("link.csv", "it holds no link", "Check the folder.")
    crs = city_crs_for(net.node_xy, system)
    roads = _roads(net, folder.name, source_crs, crs)
    source, target = net.bans.T
    bans = TurnBans(
        ids=np.array([f"{roads.ids[a]}>{roads.ids[b]}" for a, b in net.bans.tolist()], dtype=np.str_),
        from_link=source.copy(),
        to_link=target.copy(),
        provenance=np.full(len(source), "surveyed"),
        accuracy_m=np.full(len(source), np.nan),
        source=np.full(len(source), f"GMNS {folder.name}"),
    )
    unsaid = {
        "length": net.links.length_m, "lanes": np.where(net.links.lanes > 0, 1.0, np.nan),
        "speed": net.links.free_speed_mps, "capacity": net.links.capacity_veh_h,
    }  # fmt: skip
    notes = [
        f"{folder.name}: {what} assumed on {int(np.isnan(values).sum())} of {len(values)} links"
        for what, values in unsaid.items()
        if np.isnan(values).any()
    ]
    return City(name=name, crs=crs, roads=roads, turn_bans=bans, warnings=tuple(notes))


def _roads(net: GmnsNetwork, folder: str, source_crs: str, crs: str) -> Roads:
    given, n = net.links, len(net.links.ids)
    lines = shapely.transform(given.lines, lambda xy: project(xy, source_crs, crs))
    xy, first = flatten(list(lines))
    default = [default_for(kind) for kind in given.facility]
    lanes = np.where(given.lanes > 0, given.lanes, [d.lanes for d in default])
    width = np.where(np.isnan(given.width_m), lanes * np.array([d.lane_width_m for d in default]), given.width_m)
    speed = np.array([d.free_speed_kmh for d in default]) / _KMH
    capacity = np.array([capacity_pcu_h(w) for w in width])
    drawn_m = shapely.length(lines)
    length = np.where(np.isnan(given.length_m) | (given.length_m == 0), drawn_m, given.length_m)
    if (length <= 0).any():
        bad = int(np.argmin(length))
        raise TopologyError("link.csv", f"link {given.ids[bad]} has no length", "Give its length or its geometry.")
    both = set(zip(given.tail.tolist(), given.head.tolist(), strict=True))
    return Roads(
        ids=np.array(given.ids),
        node_xy_m=project(net.node_xy, source_crs, crs),
        tail=given.tail.astype(np.int32),
        head=given.head.astype(np.int32),
        length_m=length,
        road_class=np.array([kind or "residential" for kind in given.facility]),
        name=np.array(given.name),
        lanes=lanes.astype(np.int8),
        width_m=width,
        free_speed_mps=np.where(given.free_speed_mps > 0, given.free_speed_mps, speed),
        capacity_pcu_h=np.where(given.capacity_veh_h > 0, given.capacity_veh_h, capacity),
        oneway=np.array([(b, a) not in both for a, b in zip(given.tail.tolist(), given.head.tolist(), strict=True)]),
        bridge=np.array([t in ("1", "true") for t in _own(net, "bridge", "0")]),
        surface_m=_own_numbers(net, "surface_m", np.nan),
        modes=given.modes.astype(np.int8),
        xy_m=xy,
        first_vertex=first,
        provenance=np.array(_own(net, "provenance", "surveyed")),
        accuracy_m=_own_numbers(net, "accuracy_m", _ACCURACY_M),
        source=np.array(_own(net, "source", f"GMNS {folder}")) if n else np.zeros(0, dtype=np.str_),
    )


def _own(net: GmnsNetwork, column: str, unsaid: str) -> list[str]:
    if column not in net.link_table:
        return [unsaid] * len(net.links.record)
    values = texts(net.link_table[column])
    return [values[k].lower() if column == "bridge" else values[k] or unsaid for k in net.links.record.tolist()]


def _own_numbers(net: GmnsNetwork, column: str, unsaid: float) -> NDArray[np.float64]:
    if column not in net.link_table:
        return np.full(len(net.links.record), unsaid)
    return numbers(net.link_table[column])[net.links.record]


def write_gmns(city: City, folder: Path) -> int:
    """Write a city's streets as a GMNS folder and return the number of links; an old folder stays whole on failure.

    Positions are in the city's reference system, lengths in kilometres, widths in metres, speeds in km/h, capacities
    per lane and hour, as the specification wants them.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        for name, frame in _frames(city).items():
            frame.to_csv(Path(fresh) / name, index=False, float_format="%.10g", encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for path in Path(fresh).iterdir():
            path.replace(folder / path.name)
    return len(city.roads)


def _frames(city: City) -> dict[str, pd.DataFrame]:
    roads, n = city.roads, len(city.roads)
    signalled = np.isin(np.arange(roads.n_nodes), city.signals.node)
    nodes = pd.DataFrame(
        {
            "node_id": np.arange(1, roads.n_nodes + 1),
            "x_coord": roads.node_xy_m[:, 0],
            "y_coord": roads.node_xy_m[:, 1],
            "ctrl_type": np.where(signalled, "signal", "no_control"),
        }
    )
    links = pd.DataFrame(
        {
            "link_id": roads.ids, "name": roads.name, "from_node_id": roads.tail + 1, "to_node_id": roads.head + 1,
            "directed": np.ones(n, dtype=int), "length": roads.length_m / 1000.0,
            "facility_type": roads.road_class, "capacity": roads.capacity_pcu_h / np.maximum(roads.lanes, 1),
            "free_speed": roads.free_speed_mps * _KMH, "lanes": roads.lanes,
            "allowed_uses": [uses_of(m) for m in roads.modes.tolist()], "row_width": roads.width_m,
            "geometry": shapely.to_wkt(lines_of(roads.xy_m, roads.first_vertex), rounding_precision=3),
            "bridge": roads.bridge.astype(int), "surface_m": roads.surface_m, "provenance": roads.provenance,
            "accuracy_m": roads.accuracy_m, "source": roads.source,
        }
    )  # fmt: skip
    bans = city.turn_bans
    movements = pd.DataFrame(
        {
            "mvmt_id": bans.ids, "node_id": roads.head[bans.from_link] + 1, "ib_link_id": roads.ids[bans.from_link],
            "ob_link_id": roads.ids[bans.to_link], "type": np.full(len(bans), "all"),
            "allowed_uses": np.full(len(bans), "none"),
        }
    )  # fmt: skip
    config = pd.DataFrame(
        [
            {
                "dataset_name": city.name, "short_length": "m", "long_length": "km", "speed": "kph", "crs": city.crs,
                "geometry_field_format": "WKT", "version_number": "0.96",
            }
        ]
    )  # fmt: skip
    return {"node.csv": nodes, "link.csv": links, "movement.csv": movements, "config.csv": config}


def uses_of(modes: int) -> str:
    """Return a link's modes as the words of ``allowed_uses``; a closed link says ``closed``."""
    words = [word for word, bit in USES.items() if bit.bit_count() == 1 and modes & bit]
    return ";".join(words) or CLOSED
