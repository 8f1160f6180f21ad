"""What is believed of the demand before anything is counted: a trip table, and how far and how jointly it may be wrong.

*Equation*: trips of a pair = prior · exp(total + origin factor + destination factor) · (1 + cell), all with mean 0 and
the standard deviations of a `Spread`; origins near each other may be wrong together.
*Assumptions*: the spreads are beliefs about a demand model, scaled by the counts themselves where they contradict them.
*References*: M. G. H. Bell, Transportation Research B 25 (1991), doi:10.1016/0191-2615(91)90019-G; E. Cascetta,
Transportation Research B 18 (1984), doi:10.1016/0191-2615(84)90012-2 (generalised least squares on a prior table).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from scenarios.models.link_use import Pairs
from twin.errors import InvalidParams

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
TOTAL, ORIGIN, DESTINATION = 0, 1, 2
"""Parts of the shared factors."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Standard deviations of the logarithm of what may be wrong.

    Attributes
    ----------
    total : float
        All trips together.
    origin, destination : float
        All trips from, and to, a zone.
    cell : float
        The trips of one pair.
    assignment : float
        A link's flow at the right demand: drivers who choose otherwise than the model.
    """

    total: float = 0.3
    origin: float = 0.2
    destination: float = 0.2
    cell: float = 0.3
    assignment: float = 0.0

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if not (np.isfinite(value) and value >= 0):
                raise InvalidParams(f"spread.{f.name}", f"{value}: a standard deviation is a number of 0 or more")
        if self.total + self.origin + self.destination + self.cell == 0:
            raise InvalidParams("spread", "a prior that cannot be wrong learns nothing: give one of its parts a spread")


@dataclass(frozen=True)
class Prior:
    """A belief about the demand of one period.

    Attributes
    ----------
    pairs : Pairs
    volume : (M,)
        Trips of each pair at factors of 0.
    design : (M, F) sparse
        Which shared factors act on which pair.
    part : (F,)
        `TOTAL`, `ORIGIN` or `DESTINATION`.
    mean, covariance : (F,), (F, F)
        Of the shared factors.
    cell_mean : (M,)
    cell_sd : float
    assignment_sd : float
    """

    pairs: Pairs
    volume: F64
    design: sparse.csr_array
    part: I64
    mean: F64
    covariance: F64
    cell_mean: F64
    cell_sd: float
    assignment_sd: float

    def trips(self, shared: F64, cell: F64) -> F64:
        """Return the trips (M,) at given factors; never negative."""
        return np.asarray(self.volume * np.exp(self.design @ shared) * (1.0 + cell))

    def scaled(self, factor: F64) -> Prior:
        """Return the belief with its spreads multiplied: (total, origin, destination, cell, assignment)."""
        by_factor = factor[self.part]
        return replace(
            self,
            covariance=by_factor[:, None] * self.covariance * by_factor,
            cell_sd=self.cell_sd * float(factor[3]),
            assignment_sd=self.assignment_sd * float(factor[4]),
        )


def make_prior(pairs: Pairs, volume: F64, spread: Spread, *, together: F64 | None = None) -> Prior:
    """Return the belief in a trip table.

    Parameters
    ----------
    pairs : Pairs
    volume : (M,)
        Trips of the prior table.
    spread : Spread
    together : (Z, Z), optional
        Correlation of the zones' factors, e.g. `by_distance`; none when not given.

    Raises
    ------
    InvalidParams
        There are no trips, a volume is not positive, or `together` is no correlation matrix of the zones.
    """
    if len(pairs) == 0:
        raise InvalidParams("prior trips", "there are none between different zones")
    if volume.shape != (len(pairs),) or not np.all(np.isfinite(volume)) or np.any(volume <= 0):
        raise InvalidParams("prior trips", f"give a number above 0 for each of the {len(pairs)} pairs")
    z, m = pairs.n_zones, len(pairs)
    zones = np.eye(z) if together is None else together
    if zones.shape != (z, z) or not np.allclose(zones, zones.T) or not np.allclose(np.diag(zones), 1.0):
        raise InvalidParams("together", f"give a symmetric correlation of the {z} zones, 1 on its diagonal")
    rows = np.arange(m)
    ones = np.ones(m)
    onto = [sparse.csr_array((ones, (rows, at)), shape=(m, z)) for at in (pairs.origin, pairs.destination)]
    design = sparse.hstack([sparse.csr_array(np.ones((m, 1))), *onto], format="csr")
    covariance = np.zeros((1 + 2 * z, 1 + 2 * z))
    covariance[0, 0] = spread.total**2
    covariance[1 : z + 1, 1 : z + 1] = spread.origin**2 * zones
    covariance[z + 1 :, z + 1 :] = spread.destination**2 * zones
    part = np.repeat([TOTAL, ORIGIN, DESTINATION], [1, z, z])
    return Prior(
        pairs, volume, design, part, np.zeros(len(part)), covariance, np.zeros(m), spread.cell, spread.assignment
    )


def by_distance(zone_xy: F64, reach: float, *, share: float = 0.5) -> F64:
    """Return the correlation (Z, Z) of zones that are partly wrong together: `share` · exp(−distance / reach).

    Parameters
    ----------
    zone_xy : (Z, 2)
    reach : float
        Distance at which the common part has fallen to 1/e, in the unit of `zone_xy`.
    share : float
        Part of a zone's variance that it shares with a neighbour at no distance.

    Raises
    ------
    InvalidParams
        `reach` is not positive or `share` not between 0 and 1.
    """
    if not (np.isfinite(reach) and reach > 0 and 0 <= share <= 1):
        raise InvalidParams("reach", "give a distance above 0 and a share from 0 to 1")
    step = zone_xy[:, None, :] - zone_xy[None, :, :]
    common = np.exp(-np.hypot(step[..., 0], step[..., 1]) / reach)
    return np.asarray(share * common + (1.0 - share) * np.eye(len(zone_xy)))
