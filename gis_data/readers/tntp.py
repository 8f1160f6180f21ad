"""TNTP files of the Transportation Networks collection: network, flows, nodes.

Rules
-----
1. Announcements come in any order; `<FIRST THRU NODE>` is 1 where it is missing.
2. The heading after the announcements names the columns; without one they stand in the standard order. Capacity,
   length, free-flow time, B and power must be there, a toll need not.
3. A generalized cost is time + toll weight · toll + distance weight · length. The weights come from the asker, else
   from the announcements `<TOLL WEIGHT>` and `<DISTANCE WEIGHT>` (or FACTOR), else from the README.md beside the file
   as the collection writes it, else from `PUBLISHED_WEIGHTS`, else they are 0.
4. Every fault of a file is reported, with its line.

Source: https://github.com/bstabler/TransportationNetworks, README.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis_data.readers.tntp_text import TntpText, as_float, read_text
from twin.errors import DataError, ValidationFailed
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]

PUBLISHED_WEIGHTS = {
    (387, 933, 2950): (0.02, 0.04),  # Chicago Sketch: minutes per cent, minutes per mile
    (1790, 12982, 39018): (0.1, 0.25),  # Chicago Regional: minutes per cent, minutes per mile
    (1525, 13389, 40003): (0.055, 0.0),  # Philadelphia: minutes per cent
}
"""Weights of toll and distance of published optima, by zones, nodes and links. Source: the collection's READMEs."""
_STANDARD = ("tail", "head", "capacity", "length", "free_time", "b", "power", "speed", "toll", "type")
_NEEDED = _STANDARD[:7]
_NAMES = {
    "init_node": "tail", "term_node": "head", "from": "tail", "to": "head", "free_flow_time": "free_time",
    "fftt": "free_time", "alpha": "b", "beta": "power", "link_type": "type",
}  # fmt: skip
_TITLES = {v: k for k, v in _NAMES.items() if k not in {"from", "to", "fftt", "alpha", "beta"}}


@dataclass(frozen=True)
class Flows:
    """Flows of a file, by link of a network.

    Attributes
    ----------
    flow : (L,)
    cost : (L,)
        NaN where the file has none.
    """

    flow: F64
    cost: F64


def read_tntp_network(
    path: Path, *, toll_weight: float | None = None, distance_weight: float | None = None
) -> StaticNetwork:
    """Read a network file.

    Parameters
    ----------
    path : Path
    toll_weight, distance_weight : float, optional
        Time per unit of toll and of length; rule 3 where not given.

    Raises
    ------
    ValidationFailed
        All faults of the file.
    """
    text = read_text(path)
    zones, nodes, links = (text.count(f"NUMBER OF {what}") for what in ("ZONES", "NODES", "LINKS"))
    first = text.count("FIRST THRU NODE", default=1)
    if zones > nodes > 0:
        text.add(
            f"{zones} zones among {nodes} nodes", "Zones are nodes: give as many nodes.", column="<NUMBER OF ZONES>"
        )
    columns = _columns(text)
    table, lines = _table(text, columns)
    if links and len(table) != links:
        why = f"holds {len(table)} links, {links} are announced"
        text.add(why, "Complete the file or correct the number.", column="<NUMBER OF LINKS>")
    for title in ("tail", "head"):
        numbered = table[:, columns.index(title)]
        for row in np.flatnonzero((numbered < 1) | (numbered > nodes) | (numbered != np.floor(numbered))):
            why, remedy = f"node {numbered[row]:g} is unknown", f"Nodes are numbered 1 to {nodes}."
            text.add(why, remedy, line=int(lines[row]), column=_TITLES[title])
    text.raise_if_any()
    weights = _weights(path, text, (zones, nodes, links))
    network = StaticNetwork(
        capacity=table[:, columns.index("capacity")],
        length=table[:, columns.index("length")],
        free_time=table[:, columns.index("free_time")],
        b=table[:, columns.index("b")],
        power=table[:, columns.index("power")],
        tail=(table[:, columns.index("tail")] - 1).astype(np.int32),
        head=(table[:, columns.index("head")] - 1).astype(np.int32),
        toll=table[:, columns.index("toll")] if "toll" in columns else np.zeros(len(table)),
        n_nodes=nodes,
        n_zones=zones,
        first_thru_node=first - 1,
        toll_weight=weights[0] if toll_weight is None else toll_weight,
        distance_weight=weights[1] if distance_weight is None else distance_weight,
        name=path.name,
    )
    try:
        network.check()
    except ValidationFailed as error:
        raise ValidationFailed(tuple(_on_line(fault, lines) for fault in error.faults)) from None
    return network


def read_tntp_flows(path: Path, network: StaticNetwork) -> Flows:
    """Read flows of links, and their costs where the file has them; links between the same nodes in the file's order.

    Raises
    ------
    ValidationFailed
        All faults of the file, and where it does not fit the network.
    """
    text = read_text(path, has_metadata=False)
    waiting: dict[tuple[int, int], list[int]] = {}
    for link in range(len(network) - 1, -1, -1):
        waiting.setdefault((int(network.tail[link]) + 1, int(network.head[link]) + 1), []).append(link)
    flow, cost = np.full(len(network), np.nan), np.full(len(network), np.nan)
    for line, record in text.records:
        cells = [as_float(c) for c in record.replace(";", " ").replace(":", " ").replace(",", " ").split()]
        if not waiting or np.isnan(cells[0]):
            continue  # a heading
        if len(cells) < _FLOW_CELLS or np.isnan(cells[:_FLOW_CELLS]).any() or cells[2] < 0:
            text.add("is no flow of a link", "Write from, to, volume and cost; volumes are 0 or more.", line=line)
            continue
        places = waiting.get((int(cells[0]), int(cells[1])), [])
        if not places:
            why = f"{network.name} has no link from {cells[0]:g} to {cells[1]:g}, or fewer of them"
            text.add(why, "Give the flows of this network.", line=line, column="From")
            continue
        link = places.pop()
        flow[link], cost[link] = cells[2], cells[3] if len(cells) > _FLOW_CELLS else np.nan
    for link in np.flatnonzero(np.isnan(flow)).tolist():
        where = f"from {network.tail[link] + 1} to {network.head[link] + 1}"
        text.add(f"no flow of link {link + 1} {where}", "Give a flow of every link.")
    text.raise_if_any()
    return Flows(flow, cost)


_FLOW_CELLS = 3


def read_tntp_nodes(path: Path, network: StaticNetwork) -> F64:
    """Read coordinates of nodes : (N, 2), as the file has them; NaN where it has none.

    Raises
    ------
    ValidationFailed
        All faults of the file, and where it does not fit the network.
    """
    text = read_text(path, has_metadata=False)
    xy = np.full((network.n_nodes, 2), np.nan)
    for line, record in text.records:
        cells = [as_float(c) for c in record.replace(";", " ").replace(",", " ").split()]
        if np.isnan(cells[0]):
            continue  # a heading
        if len(cells) < _FLOW_CELLS or not np.isfinite(cells[:3]).all():
            text.add("is no node", "Write node, X and Y.", line=line)
        elif not 1 <= cells[0] <= network.n_nodes:
            why, remedy = f"node {cells[0]:g} is unknown", f"Nodes are numbered 1 to {network.n_nodes}."
            text.add(why, remedy, line=line, column="node")
        else:
            xy[int(cells[0]) - 1] = cells[1:3]
    text.raise_if_any()
    return xy


def _columns(text: TntpText) -> list[str]:
    """Return the columns' names by the heading of a comment, else the standard order."""
    for comment in text.comments:
        names = [_NAMES.get(w.lower(), w.lower()) for w in comment.replace(";", " ").split()]
        if set(_NEEDED) <= set(names):
            return names
    return list(_STANDARD)


def _table(text: TntpText, columns: list[str]) -> tuple[F64, NDArray[np.int64]]:
    """Return the records as numbers (L, columns), and their lines; a cell that is not needed may be missing."""
    needed = max(columns.index(c) for c in _NEEDED) + 1
    rows, lines = [], []
    for line, record in text.records:
        cells = record.replace(";", " ").split()
        values = [as_float(c) for c in cells[: len(columns)]]
        values += [0.0] * (len(columns) - len(values))
        bad = [k for k, name in enumerate(columns) if name in (*_NEEDED, "toll") and np.isnan(values[k])]
        if len(cells) < needed:
            why = f"has {len(cells)} cells, {needed} are needed"
            text.add(why, f"Write {', '.join(_TITLES.get(c, c) for c in columns[:needed])}.", line=line)
            continue
        for k in bad:
            name = _TITLES.get(columns[k], columns[k])
            text.add(f"{cells[k]!r} is no number", "Write a number with a decimal point.", line=line, column=name)
        if not bad:
            rows.append(values)
            lines.append(line)
    return np.array(rows, dtype=np.float64).reshape(-1, len(columns)), np.array(lines, dtype=np.int64)


def _on_line(fault: DataError, lines: NDArray[np.int64]) -> DataError:
    """Return a link's fault with the line of the file and the column's name there."""
    line = None if fault.row is None else int(lines[fault.row - 1])
    return type(fault)(fault.file, fault.why, fault.remedy, "", line, _TITLES.get(fault.field, fault.field))


def _weights(path: Path, text: TntpText, size: tuple[int, int, int]) -> tuple[float, float]:
    """Return the weights of toll and distance (rule 3)."""
    readme = path.with_name("README.md")
    beside = readme.read_text(encoding="utf-8", errors="replace") if readme.is_file() else ""
    section = re.search(r"generalized cost weights\s*\n(.*?)(?:\n#|\Z)", beside, re.IGNORECASE | re.DOTALL)
    found = []
    for k, name in enumerate(("TOLL", "DISTANCE")):
        announced = [text.number(f"{name} {what}") for what in ("WEIGHT", "FACTOR")]
        written = re.search(rf"^{name}:[ \t]*([-+.\deE]+)", section[1] if section else "", re.IGNORECASE | re.MULTILINE)
        known = PUBLISHED_WEIGHTS.get(size, (0.0, 0.0))[k]
        values = [v for v in announced if v is not None] + ([as_float(written[1])] if written else []) + [known]
        found.append(values[0])
    text.raise_if_any()
    return found[0], found[1]
