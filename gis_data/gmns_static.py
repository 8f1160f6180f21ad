"""Static assignment on a GMNS folder: its links with volume-delay functions, its zones, and a demand table.

The columns beyond the specification are those of the published GMNS data sets: ``vdf_fftt`` [min], ``vdf_alpha``,
``vdf_beta`` and ``vdf_toll`` in ``link.csv``; ``o_zone_id``, ``d_zone_id``, ``volume`` in the demand file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_data.readers.gmns import GmnsNetwork, read_gmns, read_table
from gis_data.validation import Faults, Rule, numbers, texts
from twin.network.static import StaticNetwork

BPR_ALPHA, BPR_BETA = 0.15, 4.0
"""Where a link does not say. Bureau of Public Roads, Traffic Assignment Manual (1964)."""

_DEMAND = {
    "o_zone_id": Rule(required=True),
    "d_zone_id": Rule(required=True),
    "volume": Rule("number", required=True, low=0.0),
}


def read_gmns_static(folder: Path) -> tuple[StaticNetwork, list[str]]:
    """Return the network of a GMNS folder for an assignment, and the ids of its zones ``(Z,)``.

    Rules
    -----
    1. The network's links begin with those of `link.csv` in their order; behind them two links without cost join each
       zone to every node that names it in ``zone_id``, so that no way passes through a zone.
    2. Times are minutes: ``vdf_fftt``, else length over free speed. Capacity is that of all lanes, in PCU per hour.

    Raises
    ------
    ValidationFailed
        Files, columns or values are missing or wrong, or no node names a zone.
    """
    net = read_gmns(folder)
    faults = Faults("node.csv")
    zone_of = net.zone_id
    zones = list(dict.fromkeys(sorted((z for z in zone_of if z), key=_natural)))
    if not zones:
        faults.add("no node names a zone", "Fill in the column zone_id.", column="zone_id")
    faults.raise_if_any()
    row = {name: k for k, name in enumerate(zones)}
    ends = [(row[z], k + len(zones)) for k, z in enumerate(zone_of) if z]
    ways = np.array([pair for a, b in ends for pair in ((a, b), (b, a))], dtype=np.int32)
    n = len(ways)
    time_min, capacity = _time_min(net, faults), net.links.capacity_veh_h
    bad = np.flatnonzero(np.isnan(time_min) | np.isnan(capacity))
    for k in bad.tolist():
        why = "neither its free-flow time nor length and speed, or no capacity, is given"
        faults.add(why, "Fill in vdf_fftt or length and free_speed, and capacity.", record=int(net.links.record[k]))
    faults.raise_if_any()
    number = len(zones)
    return StaticNetwork(
        tail=np.concatenate([net.links.tail + number, ways[:, 0]]).astype(np.int32),
        head=np.concatenate([net.links.head + number, ways[:, 1]]).astype(np.int32),
        capacity=np.concatenate([capacity, np.ones(n)]),
        free_time=np.concatenate([time_min, np.zeros(n)]),
        b=np.concatenate([_own(net, "vdf_alpha", BPR_ALPHA), np.zeros(n)]),
        power=np.concatenate([_own(net, "vdf_beta", BPR_BETA), np.zeros(n)]),
        length=np.concatenate([np.nan_to_num(net.links.length_m), np.zeros(n)]),
        toll=np.concatenate([_own(net, "vdf_toll", 0.0), np.zeros(n)]),
        n_nodes=number + len(net.node_id),
        n_zones=number,
        first_thru_node=number,
        name=folder.name,
    ), zones


def read_gmns_demand(path: Path, zones: list[str]) -> NDArray[np.float64]:
    """Return the trips ``(Z, Z)`` of a demand table; several rows of a pair add up.

    Raises
    ------
    ValidationFailed
        A zone is unknown, a volume negative or no number, or a column is missing.
    """
    faults = Faults(path.name)
    table = read_table(path, _DEMAND, faults)
    faults.raise_if_any()
    row = {name: k for k, name in enumerate(zones)}
    ends = []
    faults.rows = np.arange(2, len(table) + 2)
    for column in ("o_zone_id", "d_zone_id"):
        names = texts(table[column])
        for k, name in enumerate(names):
            if name not in row:
                faults.add(f"no node names the zone {name!r}", "Correct it.", record=k, column=column)
        ends.append(np.array([row.get(name, 0) for name in names], dtype=np.int64))
    faults.raise_if_any()
    trips = np.zeros((len(zones), len(zones)))
    np.add.at(trips, (ends[0], ends[1]), numbers(table["volume"]))
    return trips


def _time_min(net: GmnsNetwork, faults: Faults) -> NDArray[np.float64]:
    faults.file, faults.rows = "link.csv", np.arange(2, len(net.link_table) + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        run = net.links.length_m / net.links.free_speed_mps / 60.0
    said = _own(net, "vdf_fftt", np.nan)
    return np.where(np.isnan(said), np.where(np.isfinite(run), run, np.nan), said)


def _own(net: GmnsNetwork, column: str, unsaid: float) -> NDArray[np.float64]:
    if column not in net.link_table:
        return np.full(len(net.links.record), unsaid)
    said = numbers(pd.Series(net.link_table[column]))[net.links.record]
    return np.where(np.isnan(said), unsaid, said)


def _natural(text: str) -> tuple[int, str]:
    """Numbers in their order, before words."""
    return (int(text), "") if text.isdecimal() else (1 << 62, text)
