"""Tables of a baseline and a what-if side by side: rows joined by id, differences paired by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.paired import paired
from scenarios.engine.tables import Table
from twin.city.table import FrozenArrays
from twin.variables import TableSpec


@dataclass(frozen=True, kw_only=True, eq=False)
class TableDifference(FrozenArrays):
    """A table in both worlds; `difference` is what-if minus baseline, the mean over pairs.

    Attributes
    ----------
    spec : TableSpec
    ids, names, groups : (n,) str
        Rows of either world.
    xy_m : (n, 2) [m]
    baseline, whatif, difference : (n, m)
        NaN where no pair has a value.
    half_width : (n, m)
        Half the interval of confidence of the difference; NaN where chance cannot be judged.
    """

    spec: TableSpec
    ids: NDArray[np.str_]
    names: NDArray[np.str_]
    groups: NDArray[np.str_]
    xy_m: NDArray[np.float64]
    baseline: NDArray[np.float64]
    whatif: NDArray[np.float64]
    difference: NDArray[np.float64]
    half_width: NDArray[np.float64]

    def order(self, by: str, *, difference: bool) -> NDArray[np.int64]:
        """Return the rows in order of a column: of its difference, or of its value in the what-if; most first."""
        k = [c.key for c in self.spec.columns].index(by)
        values = (self.difference if difference else self.whatif)[:, k]
        return np.lexsort((self.names, -np.nan_to_num(values, nan=-np.inf)))


def compare_tables(pairs: Sequence[tuple[Table, Table]], *, level: float) -> TableDifference:
    """Compare the tables of one key of paired runs.

    Parameters
    ----------
    pairs
        Baseline and what-if of each seed.
    level
        Of the interval of confidence.
    """
    everything = [t for pair in pairs for t in pair]
    place = {str(i): (t, k) for t in reversed(everything) for k, i in enumerate(t.ids.tolist())}
    ids = list(dict.fromkeys(i for t in everything for i in t.ids.tolist()))
    rows = [place[i] for i in ids]
    before = np.stack([_aligned(b, ids) for b, _ in pairs])
    after = np.stack([_aligned(w, ids) for _, w in pairs])
    baseline, whatif, difference, half_width = paired(before, after, level)
    return TableDifference(
        spec=everything[0].spec,
        ids=np.array(ids, dtype=str),
        names=np.array([t.names[k] for t, k in rows], dtype=str),
        groups=np.array([t.groups[k] for t, k in rows], dtype=str),
        xy_m=np.array([t.xy_m[k] for t, k in rows], dtype=float).reshape(-1, 2),
        baseline=baseline,
        whatif=whatif,
        difference=difference,
        half_width=half_width,
    )


def _aligned(table: Table, ids: list[str]) -> NDArray[np.float64]:
    """Return the values of the rows named ``(n, m)``; NaN for a row the table lacks."""
    row = {str(i): k for k, i in enumerate(table.ids.tolist())}
    found = np.full((len(ids), table.values.shape[1]), np.nan)
    for at, name in enumerate(ids):
        if name in row:
            found[at] = table.values[row[name]]
    return found
