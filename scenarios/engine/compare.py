"""A baseline and a what-if side by side: paired differences, with intervals of confidence where there are any."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from scenarios.engine.compare_tables import TableDifference, compare_tables
from scenarios.engine.paired import mean_known, paired
from scenarios.engine.result import RunResult
from twin.city.table import FrozenArrays
from twin.errors import NotComparable
from twin.variables import Text, VariableSpec

_SAME = ("scenario", "scenario_version", "code_version", "city_digest", "state_digest", "params")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications.

    Attributes
    ----------
    mean : float
        NaN where no replication has a value.
    half_width : float or None
        Half the interval of confidence; None where chance cannot be judged: with one replication, and with two that
        happen to agree on a value other than 0.
    n : int
        Replications with a value.
    level : float
        The interval's level, e.g. 0.95.
    """

    mean: float
    half_width: float | None
    n: int
    level: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One indicator in both worlds; `difference` is what-if minus baseline, paired by seed.

    Attributes
    ----------
    key, group : str
    baseline, whatif, difference : Estimate
    """

    key: str
    group: str
    baseline: Estimate
    whatif: Estimate
    difference: Estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceDifference(FrozenArrays):
    """A series' mean over time, per place, what-if minus baseline.

    Attributes
    ----------
    baseline, whatif, difference : (m,)
        Means over time and replications; NaN where either world has no value.
    half_width : (m,)
        Half the interval of confidence of the difference; NaN with fewer than two replications.
    """

    baseline: NDArray[np.float64]
    whatif: NDArray[np.float64]
    difference: NDArray[np.float64]
    half_width: NDArray[np.float64]


@dataclass(frozen=True)
class Comparison:
    """What a change does.

    Attributes
    ----------
    baseline_ids, whatif_ids : tuple of str
        Run ids, paired.
    level : float
    specs : dict of str to VariableSpec
    groups : dict of str to Text
    indicators : tuple of Difference
    places : dict of str to PlaceDifference
        By the series' key.
    notes : tuple of Text
        Notes of all runs, each once.
    tables : dict of str to TableDifference
        By the table's key.
    """

    baseline_ids: tuple[str, ...]
    whatif_ids: tuple[str, ...]
    level: float
    specs: dict[str, VariableSpec]
    groups: dict[str, Text]
    indicators: tuple[Difference, ...]
    places: dict[str, PlaceDifference]
    notes: tuple[Text, ...]
    tables: dict[str, TableDifference] = field(default_factory=dict)


def estimate(values: Sequence[float], *, level: float = 0.95) -> Estimate:
    """Return the mean and its Student interval; NaN values are left out.

    Examples
    --------
    >>> e = estimate([1.0, 2.0, 3.0])
    >>> e.mean, round(e.half_width, 3)
    (2.0, 2.484)
    >>> estimate([5.0]).half_width is None
    True
    """
    known = np.array([v for v in values if not math.isnan(v)])
    n = len(known)
    if n == 0:
        return Estimate(math.nan, None, 0, level)
    if n == 1:
        return Estimate(float(known[0]), None, 1, level)
    if n == 2 and known[0] == known[1] != 0.0:  # a coincidence of two, not certainty
        return Estimate(float(known[0]), None, 2, level)
    t = float(stdtrit(n - 1, 0.5 + level / 2))
    return Estimate(float(known.mean()), t * float(known.std(ddof=1)) / math.sqrt(n), n, level)


def compare(baseline: Sequence[RunResult], whatif: Sequence[RunResult], *, level: float = 0.95) -> Comparison:
    """Compare runs pair by pair: each pair shares its seed and so its chance.

    Raises
    ------
    NotComparable
        The numbers of runs or the seeds differ, or something else than the change under study does.
    """
    _check(baseline, whatif)
    pairs = list(zip(baseline, whatif, strict=True))
    keys = [(i.key, i.group) for i in baseline[0].indicators]
    shared = [k for k in keys if all(k in {(i.key, i.group) for i in r.indicators} for p in pairs for r in p)]
    return Comparison(
        baseline_ids=tuple(r.run_id for r in baseline),
        whatif_ids=tuple(r.run_id for r in whatif),
        level=level,
        specs=dict(baseline[0].specs),
        groups=dict(baseline[0].groups),
        indicators=tuple(_difference(pairs, key, group, level) for key, group in shared),
        places={key: _places(pairs, key, level) for key in sorted(set(baseline[0].series) & set(whatif[0].series))},
        notes=tuple(dict.fromkeys(n for p in pairs for r in p for n in r.notes)),
        tables={
            key: compare_tables([(b.tables[key], w.tables[key]) for b, w in pairs], level=level)
            for key in baseline[0].tables
            if all(key in r.tables for p in pairs for r in p)
        },
    )


def _check(baseline: Sequence[RunResult], whatif: Sequence[RunResult]) -> None:
    if not baseline or len(baseline) != len(whatif):
        raise NotComparable("comparison", f"{len(baseline)} baseline runs against {len(whatif)} what-if runs")
    for b, w in zip(baseline, whatif, strict=True):
        if b.manifest["seed"] != w.manifest["seed"]:
            raise NotComparable("comparison", f"pair with seeds {b.manifest['seed']} and {w.manifest['seed']}")
        for name in _SAME:
            if b.manifest[name] != w.manifest[name]:
                raise NotComparable("comparison", f"{name} differs: {b.manifest[name]} and {w.manifest[name]}")


def _difference(pairs: list[tuple[RunResult, RunResult]], key: str, group: str, level: float) -> Difference:
    before = [b.value(key, group) for b, _ in pairs]
    after = [w.value(key, group) for _, w in pairs]
    change = [w - b for b, w in zip(before, after, strict=True)]
    return Difference(
        key,
        group,
        estimate(before, level=level),
        estimate(after, level=level),
        estimate(change, level=level),
    )


def _places(pairs: list[tuple[RunResult, RunResult]], key: str, level: float) -> PlaceDifference:
    before = np.stack([_over_time(b.series[key].values) for b, _ in pairs])
    after = np.stack([_over_time(w.series[key].values) for _, w in pairs])
    baseline, whatif, difference, half_width = paired(before, after, level)
    return PlaceDifference(baseline=baseline, whatif=whatif, difference=difference, half_width=half_width)


def _over_time(values: NDArray[np.floating]) -> NDArray[np.float64]:
    return mean_known(np.asarray(values, dtype=np.float64))
