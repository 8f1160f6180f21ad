"""Flows of a static network, written as TNTP or CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.errors import SchemaError
from twin.network.static import StaticNetwork

F64 = NDArray[np.float64]
_SUFFIXES = (".csv", ".tntp")


def check_flows_path(path: Path) -> None:
    """Refuse a file whose name ends neither in .csv nor in .tntp, or whose folder is not there.

    Raises
    ------
    SchemaError
        With the remedy.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise SchemaError(path.name, "is of no known kind", "Give a name that ends in .csv or .tntp.")
    if not path.parent.is_dir():
        raise SchemaError(str(path), "the folder does not exist", "Make it first, or give another.")


def write_flows(path: Path, network: StaticNetwork, flow: F64, cost: F64, time: F64) -> None:
    """Write a line for each link, in the network's order, so that every number is read back bit for bit.

    Parameters
    ----------
    path : Path
        `.tntp`: from, to, volume, cost; `.csv`: time, capacity and their ratio as well.
    network : StaticNetwork
    flow, cost, time : (L,)

    Raises
    ------
    SchemaError
        The name has another ending, or the file cannot be written.
    """
    check_flows_path(path)
    ends = [network.tail + 1, network.head + 1]
    if path.suffix.lower() == ".csv":
        busy = np.divide(flow, network.capacity, out=np.full(len(flow), np.nan), where=network.capacity > 0)
        columns = {"from": ends[0], "to": ends[1], "volume": flow, "cost": cost, "time": time,
                   "capacity": network.capacity, "volume_capacity": busy}  # fmt: skip
        mark, heading = ",", ",".join(columns)
    else:
        columns = {"From": ends[0], "To": ends[1], "Volume": flow, "Cost": cost}
        mark, heading = "\t", "\t".join(columns)
    rows = zip(*(c.tolist() for c in columns.values()), strict=True)
    lines = [heading, *(mark.join("" if np.isnan(v) else repr(v) for v in row) for row in rows)]
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise SchemaError(str(path), f"cannot be written ({error.strerror})", "Give another file.") from error
