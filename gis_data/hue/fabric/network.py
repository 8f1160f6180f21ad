"""The road network with its alleys: streets cut where alleys begin, alleys named after the street they leave."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from gis_data.connectivity import without_stranded_cars
from gis_data.hue.fabric.alleys import LOCAL_STREET_M
from gis_data.hue.fabric.blocks import sections_of
from gis_data.hue.fabric.knit import Piece, join, parents_of
from gis_data.road_defaults import capacity_pcu_h, default_for
from twin.city.ragged import flatten, lines_of
from twin.city.roads import ALL_MODES, CYCLE, FOUR_WHEELED, NARROW_M, WALK, Roads

SOURCE = "generated inside the real blocks; no surveyed alley"
_KMH = 1 / 3.6
_LEAST_MOTOR_M = 1.5
_FOOTPATHS, _BLIND, _BLIND_LENGTH = 0.30, 0.35, (0.5, 0.85)
_HOUSE_M = 8.0
"""[m] of street per house number on one side, on average."""


def with_alleys(
    roads: Roads, alleys: NDArray[np.object_], width_m: NDArray[np.float64], rng: np.random.Generator
) -> Roads:
    """Return the network of streets and two-way alleys; a bridge is never cut.

    Of the narrow alleys that no other leaves, some stay footpaths between walls and some end blind, as in the old
    quarters.
    """
    link, _ = sections_of(roads)
    link = link[~roads.bridge[link]]
    lines = lines_of(roads.xy_m, roads.first_vertex)
    ends = np.stack([roads.tail[link], roads.head[link]], axis=1).astype(np.int64)
    parents = parents_of(lines[link], alleys)
    alleys = _blind(alleys, width_m, parents, len(link), rng)
    pieces, nodes, begun = join(lines[link], ends, roads.node_xy_m, alleys, parents)
    names = _names(roads, link, lines, alleys, begun)
    return _roads(roads, link, pieces, nodes, names, width_m)


def _blind(
    alleys: NDArray[np.object_],
    width_m: NDArray[np.float64],
    parents: NDArray[np.int64],
    n_streets: int,
    rng: np.random.Generator,
) -> NDArray[np.object_]:
    """Return the alleys with some childless ones empty and some cut short; `parents` loses the end that is cut."""
    childless = ~np.isin(np.arange(len(alleys)) + n_streets, parents) & (width_m < LOCAL_STREET_M)
    fate, stay = rng.random(len(alleys)), rng.uniform(*_BLIND_LENGTH, len(alleys))
    made = alleys.copy()
    made[childless & (fate < _FOOTPATHS)] = shapely.LineString()
    for k in np.flatnonzero(
        childless & (fate >= _FOOTPATHS) & (fate < _FOOTPATHS + _BLIND) & (parents.min(axis=1) >= 0)
    ):
        keep = int(fate[k] * 1e6) % 2
        line = alleys[k] if keep == 0 else alleys[k].reverse()
        made[k] = substring(line, 0.0, stay[k], normalized=True)
        parents[k] = (parents[k, keep], -1)
    return made


def _names(
    roads: Roads,
    link: NDArray[np.int64],
    lines: NDArray[np.object_],
    alleys: NDArray[np.object_],
    begun: NDArray[np.int64],
) -> list[str]:
    """Return ``Kiệt 42 Chi Lăng`` for an alley off a street, ``Kiệt 42/3 Chi Lăng`` for one off that alley."""
    axis = _street_axes(roads, link)
    names: list[str] = []
    taken: Counter[str] = Counter()
    stem: list[tuple[str, str]] = []
    for k, parent in enumerate(begun.tolist()):
        if parent < 0:
            stem.append(("", ""))
            names.append("")
            continue
        if parent < len(link):
            street = str(roads.name[link[parent]])
            number = _house_number(axis[street], lines[link[parent]], alleys[k])
        else:
            number, street = stem[parent - len(link)]
            taken[f"{number}>{street}"] += 1
            number = f"{number}/{taken[f'{number}>{street}']}"
        while taken[f"{number} {street}"]:
            number = _next_number(number)
        taken[f"{number} {street}"] += 1
        stem.append((number, street))
        names.append(f"Kiệt {number} {street}")
    return names


def _next_number(number: str) -> str:
    stem, slash, last = number.rpartition("/")
    return f"{stem}{slash}{int(last) + 2}"


def _street_axes(roads: Roads, link: NDArray[np.int64]) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return for each street its southern or western end and the direction in which its houses count."""
    found = {}
    for name in np.unique(roads.name[link]).tolist():
        rows = link[roads.name[link] == name]
        xy = roads.node_xy_m[np.unique([roads.tail[rows], roads.head[rows]])]
        _, _, turned = np.linalg.svd(xy - xy.mean(axis=0), full_matrices=False)
        way = turned[0] * np.sign(turned[0].sum() or 1.0)
        found[name] = (xy[np.argmin(xy @ way)], way)
    return found


def _house_number(
    axis: tuple[NDArray[np.float64], NDArray[np.float64]], street: shapely.LineString, alley: shapely.LineString
) -> str:
    """Return the number at the alley's mouth: odd on the left, even on the right, counted from the street's start."""
    origin, way = axis
    xy = shapely.get_coordinates(alley)
    mouth, inner = (xy[0], xy[-1]) if street.distance(shapely.Point(xy[0])) < 1.0 else (xy[-1], xy[0])
    left = way[0] * (inner - mouth)[1] - way[1] * (inner - mouth)[0] > 0
    steps = int(max(0.0, (mouth - origin) @ way) // _HOUSE_M)
    return str(2 * steps + (1 if left else 2))


def _roads(
    roads: Roads,
    link: NDArray[np.int64],
    pieces: list[Piece],
    nodes: NDArray[np.float64],
    names: list[str],
    width_m: NDArray[np.float64],
) -> Roads:
    of_street: dict[int, list[Piece]] = {}
    for piece in pieces:
        of_street.setdefault(piece.parent, []).append(piece)
    row_of = _section_rows(roads, link)
    old: list[tuple[int, int, Piece | None]] = []
    for k in range(len(roads)):
        cut = of_street.get(row_of.get(k, -1), []) if k in row_of else []
        back = bool(cut) and cut[0].start != roads.tail[k]
        old += [(k, int(back), p) for p in (cut[::-1] if back else cut)] if len(cut) > 1 else [(k, 0, None)]
    fresh = [p for p in pieces if p.parent >= len(link)]
    return _table(roads, old, [(p, back) for p in fresh for back in (0, 1)], nodes, names, width_m, len(link))


def _section_rows(roads: Roads, link: NDArray[np.int64]) -> dict[int, int]:
    """Return for each link of a stretch, either way, the row of the stretch."""
    key = {}
    for row, k in enumerate(link.tolist()):
        key[(*sorted((int(roads.tail[k]), int(roads.head[k]))), round(float(roads.length_m[k]) * 100))] = row
    found = {}
    for k in range(len(roads)):
        ends = sorted((int(roads.tail[k]), int(roads.head[k])))
        same = key.get((*ends, round(float(roads.length_m[k]) * 100)))
        if same is not None:
            found[k] = same
    return found


def _table(
    roads: Roads,
    old: list[tuple[int, int, Piece | None]],
    fresh: list[tuple[Piece, int]],
    nodes: NDArray[np.float64],
    names: list[str],
    width_m: NDArray[np.float64],
    n_streets: int,
) -> Roads:
    lines = lines_of(roads.xy_m, roads.first_vertex)
    keep = np.array([k for k, _, _ in old])
    geometry = [lines[k] if p is None else (p.line.reverse() if back else p.line) for k, back, p in old]
    geometry += [p.line.reverse() if back else p.line for p, back in fresh]
    ends = [(int(roads.tail[k]), int(roads.head[k])) if p is None else _ends(p, back) for k, back, p in old]
    ends += [_ends(p, back) for p, back in fresh]
    alley = np.array([p.parent - n_streets for p, _ in fresh], dtype=np.int64)
    wide = width_m[alley]
    kind = np.where(wide >= LOCAL_STREET_M, "residential", "alley")
    speed = np.array([default_for(c).free_speed_kmh for c in kind.tolist()]) * _KMH
    n = len(fresh)
    made = {name: np.concatenate([getattr(roads, name)[keep], more]) for name, more in {
        "road_class": kind,
        "name": np.array([names[a] for a in alley.tolist()]),
        "lanes": np.ones(n, dtype=np.int8),
        "width_m": wide / 2,
        "free_speed_mps": speed,
        "capacity_pcu_h": capacity_pcu_h(1.0) * wide / 2,
        "oneway": np.zeros(n, dtype=bool),
        "bridge": np.zeros(n, dtype=bool),
        "surface_m": np.full(n, np.nan),
        "modes": _modes(wide),
        "provenance": np.full(n, "generated"),
        "accuracy_m": np.full(n, np.nan),
        "source": np.full(n, SOURCE),
    }.items()}  # fmt: skip
    xy, first = flatten(geometry)
    ids = _ids(roads, old) + _alley_ids(fresh, n_streets)
    tail, head = np.array(ends, dtype=np.int32).T
    made["modes"] = without_stranded_cars(tail, head, made["modes"]).astype(np.int8)
    return Roads(
        ids=np.array(ids),
        node_xy_m=nodes,
        tail=tail.copy(),
        head=head.copy(),
        length_m=np.asarray(shapely.length(np.array(geometry, dtype=object))),
        xy_m=xy,
        first_vertex=first,
        **made,
    )


def _modes(wide_m: NDArray[np.float64]) -> NDArray[np.int8]:
    narrow = np.where(wide_m >= _LEAST_MOTOR_M, ALL_MODES & ~FOUR_WHEELED, CYCLE | WALK)
    return np.where(wide_m >= NARROW_M, ALL_MODES, narrow).astype(np.int8)


def _ends(piece: Piece, back: int) -> tuple[int, int]:
    return (piece.end, piece.start) if back else (piece.start, piece.end)


def _ids(roads: Roads, old: list[tuple[int, int, Piece | None]]) -> list[str]:
    seen: Counter[int] = Counter()
    ids = []
    for k, _, piece in old:
        seen[k] += 1
        ids.append(str(roads.ids[k]) if piece is None else f"{roads.ids[k]}.{seen[k]}")
    return ids


def _alley_ids(fresh: list[tuple[Piece, int]], n_streets: int) -> list[str]:
    seen: Counter[tuple[int, int]] = Counter()
    ids = []
    for piece, back in fresh:
        seen[piece.parent, back] += 1
        ids.append(f"kiet-{piece.parent - n_streets}-{'b' if back else 'f'}{seen[piece.parent, back]}")
    return ids
