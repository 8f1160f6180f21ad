"""Stored runs as the commands that look at one need them: the result, its city, and its flows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.errors import InvalidParams, SchemaError

if TYPE_CHECKING:
    from scenarios.engine.result import RunResult
    from twin.city.city import City

F64 = NDArray[np.float64]


def stored_run(folder: Path) -> RunResult:
    """Return the run stored in a folder, such as ``out/results/ID``.

    Raises
    ------
    SchemaError
        The folder holds no run.
    """
    from scenarios.engine.store import ResultStore

    where = folder.resolve()
    found = ResultStore(where.parent).find(where.name)
    if found is None:
        raise SchemaError(
            str(folder), "holds no stored run", "Give a folder such as out/results/ID, see hue-twin run --out."
        )
    return found


def check_city(run: RunResult, city: City) -> None:
    """Make sure that a run was made of a city, whose links its columns are.

    Raises
    ------
    InvalidParams
        It was made of another city, or of another state of it.
    """
    if run.manifest["city_digest"] != city.digest:
        raise InvalidParams(
            "--city", f"{city.name} is not the city of this run ({run.manifest['city']}), or has changed since"
        )


def mean_flow_veh_h(run: RunResult, key: str, span_s: tuple[float, float] = (0.0, np.inf)) -> F64:
    """Return a flow series' mean over a part of the run ``(L,)`` [veh/h].

    Parameters
    ----------
    run
    key
        ``flow_veh_h``, or ``flow_veh_h_CLASS``.
    span_s : [s]
        Only intervals within it count.

    Raises
    ------
    InvalidParams
        The run recorded no such series, or no interval lies in the span.
    """
    if key not in run.series:
        known = [name for name in run.series if name.startswith("flow_veh_h")]
        raise InvalidParams(key, f"the run recorded no such flow; recorded: {', '.join(known) or 'none'}")
    series = run.series[key]
    begin_s = np.concatenate([[0.0], series.time_s[:-1]])
    inside = (begin_s >= span_s[0] - 1e-6) & (series.time_s <= span_s[1] + 1e-6)
    if not inside.any():
        raise InvalidParams("span", f"no interval of the run lies within {span_s[0] / 60:g} to {span_s[1] / 60:g} min")
    return np.asarray(
        np.average(series.values[inside].astype(np.float64), axis=0, weights=(series.time_s - begin_s)[inside])
    )
