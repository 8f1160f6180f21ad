"""When streets and bridges were opened to traffic: what makes older versions of the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Openings(Table):
    """Links whose day of opening is known; a link that is not listed counts as old.

    Attributes
    ----------
    link : (n,)
        Row of `Roads`.
    opened : (n,) datetime64[D]
        First day on which it was open to traffic.
    """

    link: NDArray[np.int32]
    opened: NDArray[np.datetime64]
