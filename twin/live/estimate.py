"""What the fresh counts say about links: flow and speed as a share of free flow; no value where nobody looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.city.table import FrozenArrays
from twin.live.freshness import Freshness, freshness
from twin.live.observation import VehicleCount
from twin.live.state import Snapshot


@dataclass(frozen=True, kw_only=True, eq=False)
class LinkEstimate(FrozenArrays):
    """Observed traffic by link.

    Attributes
    ----------
    ratio : (n_links,)
        Mean speed over free-flow speed; NaN where not observed.
    flow_veh_h : (n_links,) [veh/h]
        NaN where not observed.
    """

    ratio: NDArray[np.float64]
    flow_veh_h: NDArray[np.float64]


def link_estimate(snapshot: Snapshot) -> LinkEstimate:
    """Return flow and speed ratio of the links that fresh cameras see.

    Rules
    -----
    1. Only fresh sensors count: a stale value is never drawn as live.
    2. Several cameras on a link: their flows are averaged, their speeds weighted by the vehicles counted.
    3. A link on which no speed was measured has a flow and no ratio.
    """
    city, state = snapshot.city, snapshot.state
    n = len(city.roads)
    cameras, flow, vehicles, distance = (np.zeros(n) for _ in range(4))
    fresh = freshness(state) == Freshness.FRESH
    for k in np.flatnonzero(fresh & (state.sensors.link >= 0)):
        count = state.latest[k]
        if not isinstance(count, VehicleCount):
            continue
        link = state.sensors.link[k]
        cameras[link] += 1
        flow[link] += count.flow_veh_h
        if count.speed_mps is not None:
            vehicles[link] += sum(count.counts)
            distance[link] += sum(count.counts) * count.speed_mps
    with np.errstate(invalid="ignore", divide="ignore"):
        return LinkEstimate(ratio=distance / vehicles / city.roads.free_speed_mps, flow_veh_h=flow / cameras)
