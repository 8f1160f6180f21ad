"""A city's roads, turn bans and signals from a SUMO network, so that its users can move over and compare."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from gis_data.projection import CrsWords, city_crs_for, is_metric, project, trusted_crs
from gis_data.readers.sumo import SumoEdge, SumoNetwork, SumoProgram, read_sumo_network
from gis_data.road_defaults import CAPACITY_PCU_H_PER_LANE
from twin.city.city import City
from twin.city.ragged import flatten
from twin.city.roads import Roads, Signals, TurnBans
from twin.errors import CrsError, TopologyError

_ACCURACY_M = 5.0
"""[m] Of the drawing: mostly converted from OpenStreetMap. Assumption."""
_NO_PLACE = ("!", "-", "")
_GREEN = "Gg"


def sumo_city(path: Path, *, name: str, crs: str | None = None) -> City:
    """Return the city of a ``net.xml``: streets, permitted movements, fixed-time signals; nothing else is in the file.

    Parameters
    ----------
    path
        SUMO network, plain or gzipped.
    name
        Of the city.
    crs
        Metric reference system of a network that states none; the city keeps it.

    Rules
    -----
    1. A link keeps the edge's id, the length its lanes state, and the lanes' number; capacity is the lanes' number
       times that of a lane (`gis_data.road_defaults`), because SUMO states none.
    2. A movement without a connection is banned.
    3. A link has green while at least one of its movements, turning back apart, has; protected and permitted green
       count alike, yellow is lost time.
    4. Ids are kept, so that SUMO's routes can be followed; nothing is dropped or merged.

    Raises
    ------
    ValidationFailed
        Parts of the file cannot be read.
    CrsError
        The network states no reference system and none is given.
    TopologyError
        There is no street for vehicles.
    """
    net = read_sumo_network(path)
    system = _crs(net, path, crs)
    source_crs = str(system.to_wkt())
    if not net.edges:
        raise TopologyError(path.name, "it holds no street for vehicles", "Check the file.")
    offset = np.array(net.offset_m)
    first = np.array([net.edges[0].shape[0]]) - offset
    metric = crs or city_crs_for(first, system)
    roads = _roads(net, path.name, offset, source_crs, metric)
    row = {edge.edge_id: k for k, edge in enumerate(net.edges)}
    signals, notes = _signals(net, roads, row, path.name)
    notes.append(f"{path.name}: capacity assumed by the number of lanes on all links; SUMO states none")
    return City(
        name=name,
        crs=metric,
        roads=roads,
        turn_bans=_turn_bans(net, roads, row, path.name),
        signals=signals,
        warnings=tuple(notes),
    )


def _crs(net: SumoNetwork, path: Path, given: str | None) -> CRS:
    if given is None and net.projection in _NO_PLACE:
        raise CrsError(
            path.name,
            "the network lies in a plane without a place on Earth",
            "Give its system, e.g. --crs EPSG:9214, or any metric one if only the shape matters.",
            "net",
            None,
            "projParameter",
        )
    system = trusted_crs(given or _by_code(net.projection), file=path.name, words=CrsWords())
    if given is not None and not is_metric(system):
        raise CrsError(path.name, f"{given} is not metric", "Give a projected system in metres, e.g. --crs EPSG:9214.")
    return system


def _by_code(projection: str) -> str:
    """Return the code of a UTM zone on WGS 84, as SUMO writes most networks; else the words as they are.

    Only a PROJ string that says ``utm`` is trusted: a damaged VN-2000 says ``tmerc``.
    """
    if "+proj=utm" not in projection or "+towgs84" in projection:
        return projection
    code = CRS.from_user_input(projection).to_epsg()
    return projection if code is None else f"EPSG:{code}"


def _roads(net: SumoNetwork, file: str, offset: NDArray[np.float64], source_crs: str, crs: str) -> Roads:
    edges, names = net.edges, sorted(net.junctions)
    number = {name: k for k, name in enumerate(names)}
    tail = np.array([number[e.tail] for e in edges], dtype=np.int32)
    head = np.array([number[e.head] for e in edges], dtype=np.int32)
    used, ends = np.unique(np.stack([tail, head]), return_inverse=True)
    tail, head = ends.reshape(2, -1).astype(np.int32)
    spots = np.array([net.junctions[names[k]] for k in used.tolist()])
    drawn = [shapely.LineString(_shape(e, net)) for e in edges]
    xy, first = flatten([shapely.LineString(project(np.array(d.coords) - offset, source_crs, crs)) for d in drawn])
    lanes = np.array([e.lanes for e in edges])
    pairs = {(e.tail, e.head) for e in edges}
    n = len(edges)
    return Roads(
        ids=np.array([e.edge_id for e in edges]),
        node_xy_m=project(spots - offset, source_crs, crs),
        tail=tail,
        head=head,
        length_m=np.array([e.length_m for e in edges]),
        road_class=np.array([_road_class(e.kind) for e in edges]),
        name=np.array([e.name for e in edges]),
        lanes=np.minimum(lanes, 127).astype(np.int8),
        width_m=np.array([e.width_m for e in edges]),
        free_speed_mps=np.array([e.speed_mps for e in edges]),
        capacity_pcu_h=lanes * CAPACITY_PCU_H_PER_LANE,
        oneway=np.array([(e.head, e.tail) not in pairs for e in edges]),
        bridge=np.zeros(n, dtype=bool),
        surface_m=np.full(n, np.nan),
        modes=np.array([e.modes for e in edges], dtype=np.int8),
        xy_m=xy,
        first_vertex=first,
        **_origin(n, file),
    )


def _shape(edge: SumoEdge, net: SumoNetwork) -> list[tuple[float, float]]:
    """The drawn lane ends at the junction's mouth: lead the line on to the junctions themselves."""
    line = [net.junctions[edge.tail], *edge.shape[1:-1], net.junctions[edge.head]]
    return line if shapely.LineString(line).length > 0 else edge.shape


def _road_class(kind: str) -> str:
    """OpenStreetMap's word where netconvert kept it (``highway.primary``), else residential."""
    words = [part.partition(".")[2] for part in kind.split("|") if part.startswith("highway.")]
    return words[0] if words and words[0] else "residential"


def _turn_bans(net: SumoNetwork, roads: Roads, row: dict[str, int], file: str) -> TurnBans:
    leaving = defaultdict(list)
    for k, tail in enumerate(roads.tail.tolist()):
        leaving[tail].append(k)
    allowed = {(row[a], row[b]) for a, b in net.movements}
    head = roads.head.tolist()
    banned = [(a, b) for a in range(len(roads)) for b in leaving[head[a]] if (a, b) not in allowed]
    source, target = np.array(banned, dtype=np.int32).reshape(-1, 2).T
    ids = np.array([f"{roads.ids[a]}>{roads.ids[b]}" for a, b in banned], dtype=np.str_)
    return TurnBans(ids=ids, from_link=source.copy(), to_link=target.copy(), **_origin(len(banned), file))


def _signals(net: SumoNetwork, roads: Roads, row: dict[str, int], file: str) -> tuple[Signals, list[str]]:
    """Return the signals, one per junction: what SUMO joins into one program is one row for each node it controls."""
    heads: dict[tuple[str, int], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (a, b), found in net.movements.items():
        back = roads.head[row[b]] == roads.tail[row[a]]
        for signal, index in found:
            if not back:
                heads[signal, int(roads.head[row[a]])][row[a]].add(index)
    made = [(s, node) for s, node in sorted(heads) if s in net.programs]
    greens: list[tuple[int, float, float]] = []
    first = [0]
    never = []
    for signal, node in made:
        for link, indices in sorted(heads[signal, node].items()):
            spans = _windows(net.programs[signal], indices)
            never += [] if spans else [str(roads.ids[link])]
            greens += [(link, a, b) for a, b in spans]
        first.append(len(greens))
    controlled = sorted({s for s, _ in made if not net.programs[s].static})
    notes = []
    if controlled:
        notes.append(f"{file}: {len(controlled)} traffic-actuated signals are read with their first program as fixed")
    if never:
        notes.append(f"{file}: {len(never)} links never get green ({', '.join(never[:5])}); nothing leaves them")
    windows = np.array(greens, dtype=np.float64).reshape(-1, 3)
    nodes = np.array([node for _, node in made], dtype=np.int32)
    return Signals(
        ids=np.array([f"{s}@{node}" for s, node in made], dtype=np.str_),
        node=nodes,
        xy_m=roads.node_xy_m[nodes],
        cycle_s=np.array([_cycle(net.programs[s]) for s, _ in made]),
        offset_s=np.array([net.programs[s].offset_s for s, _ in made]),
        green_first=np.array(first, dtype=np.int64),
        green_link=windows[:, 0].astype(np.int32),
        green_from_s=windows[:, 1],
        green_to_s=windows[:, 2],
        **_origin(len(made), file),
    ), notes


def _cycle(program: SumoProgram) -> float:
    return sum(duration for duration, _ in program.phases)


def _windows(program: SumoProgram, indices: set[int]) -> list[tuple[float, float]]:
    """Return the spans of the cycle in which one of the heads shows green [s]."""
    windows: list[tuple[float, float]] = []
    at = 0.0
    for duration, state in program.phases:
        if any(k < len(state) and state[k] in _GREEN for k in indices) and duration > 0:
            begin = windows.pop()[0] if windows and windows[-1][1] == at else at
            windows.append((begin, at + duration))
        at += duration
    return windows


def _origin(n: int, file: str) -> dict[str, NDArray[Any]]:
    return {
        "provenance": np.full(n, "surveyed"),
        "accuracy_m": np.full(n, _ACCURACY_M),
        "source": np.full(n, f"SUMO network {file}"),
    }
