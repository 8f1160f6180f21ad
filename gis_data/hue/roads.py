"""The streets of the embedded Huế as directed links."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gis_data.hue.noding import Section, node_streets
from gis_data.hue.streets import Street, read_streets
from gis_data.road_defaults import capacity_pcu_h
from twin.city.ragged import flatten
from twin.city.roads import Roads

_KMH = 1 / 3.6


def roads_of(tables: Path) -> Roads:
    """Return the road network of the street tables: one link for each direction of each section between nodes."""
    streets = read_streets(tables)
    by_id = {street.street_id: street for street in streets}
    sections = node_streets(streets)
    links = [(s, by_id[s.street_id], back) for s in sections for back in (False, True)]
    links = [(s, street, back) for s, street, back in links if not (back and street.oneway)]
    return _table(sections, links)


def _table(sections: list[Section], links: list[tuple[Section, Street, bool]]) -> Roads:
    xy, first = flatten([s.line.reverse() if back else s.line for s, _, back in links])
    ends = np.array([(s.end, s.start) if back else (s.start, s.end) for s, _, back in links], dtype=np.int32)
    nodes = np.zeros((1 + max(max(s.start, s.end) for s in sections), 2))
    for s in sections:
        nodes[s.start], nodes[s.end] = s.line.coords[0], s.line.coords[-1]
    share = np.array([1 if street.oneway else 2 for _, street, _ in links])
    width = np.array([street.width_m for _, street, _ in links]) / share
    seen: dict[str, int] = {}
    return Roads(
        ids=np.array([_link_id(s, back, seen) for s, _, back in links]),
        node_xy_m=nodes,
        tail=ends[:, 0],
        head=ends[:, 1],
        length_m=np.array([s.length_m for s, _, _ in links]),
        road_class=np.array([street.road_class for _, street, _ in links]),
        name=np.array([street.name for _, street, _ in links]),
        lanes=np.maximum(1, np.array([street.lanes for _, street, _ in links]) // share).astype(np.int8),
        width_m=width,
        free_speed_mps=np.array([street.speed_kmh for _, street, _ in links]) * _KMH,
        capacity_pcu_h=np.array([capacity_pcu_h(w) for w in width]),
        oneway=np.array([bool(street.oneway) for _, street, _ in links]),
        bridge=np.array([bool(street.bridge) for _, street, _ in links]),
        surface_m=np.array([street.surface_m for _, street, _ in links]),
        modes=np.array([street.modes for _, street, _ in links], dtype=np.int8),
        xy_m=xy,
        first_vertex=first,
        provenance=np.array([street.provenance for _, street, _ in links]),
        accuracy_m=np.array([street.accuracy_m for _, street, _ in links], dtype=np.float64),
        source=np.array([street.source for _, street, _ in links]),
    )


def _link_id(section: Section, back: bool, seen: dict[str, int]) -> str:  # noqa: FBT001 # a private two-way flag
    key = f"{section.street_id}-{'b' if back else 'f'}"
    seen[key] = seen.get(key, 0) + 1
    return f"{key}{seen[key]}"
