"""What a change of land adds to the trips of a working day: by class of vehicle and hour, before any is simulated.

*Assumptions*: those of the demand (`scenarios.models.demand`): people choose by the times without traffic, and what a
plot adds at its own end is taken from nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.demand import Demand, expected_trips
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways
from scenarios.scenario import HOUR_S
from scenarios.traffic.demand import demand_of, places_of
from scenarios.traffic.params import CLASSES, TrafficParams
from scenarios.traffic.scenario import road_rules
from twin.city.city import City
from twin.city.interventions import Intervention, apply

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class TripImpact:
    """Vehicle trips of a working day, before and after.

    Attributes
    ----------
    by_class : (2, C) [1/d]
        Without and with the changes.
    by_hour : (2, 24) [1/h]
    """

    by_class: F64
    by_hour: F64

    @property
    def peak_hour(self) -> int:
        """Hour of the day at which most is added."""
        return int(np.argmax(self.by_hour[1] - self.by_hour[0]))


def trip_impact(city: City, changes: Sequence[Intervention], params: TrafficParams) -> TripImpact:
    """Return the trips of the day of `params` without and with changes of land; changes of streets count for nothing.

    Raises
    ------
    InvalidIntervention
        A change cannot be made to the city.
    """
    by_class, by_hour = np.zeros((2, len(CLASSES))), np.zeros((2, 24))
    for k, demand in enumerate(land_demands(city, changes, params)[:2]):
        by_class[k] = demand.per_day().sum(axis=0)
        for hour in range(24):
            window_s = (hour * HOUR_S, (hour + 1) * HOUR_S)
            by_hour[k, hour] = expected_trips(demand, params.day_rules, window_s=window_s, midnight_s=0.0)
    return TripImpact(by_class, by_hour)


def land_demands(
    city: City, changes: Sequence[Intervention], params: TrafficParams
) -> tuple[Demand, Demand, NDArray[np.int64]]:
    """Return the demand of a working day without and with changes of land, and the nodes whose land they change.

    Raises
    ------
    InvalidIntervention
        A change cannot be made to the city.
    """
    net, changed = road_network(city, road_rules(params)), apply(city, changes)
    before, after = places_of(city, city, params), places_of(city, changed, params)
    times = empty_road_ways(net, before.zones.node).cost_s  # the zones are those of the surveyed land
    motorcycle, car, bicycle = (
        times[net.group[CLASSES.index(name)]].astype(np.float64) for name in ("motorcycle", "car", "bicycle")
    )
    cost_s = motorcycle, car, bicycle
    old, _ = demand_of(city, params, before, city.roads, cost_s)
    new, _ = demand_of(changed, params, after, city.roads, cost_s)
    a, b = before.ends, after.ends
    differs = (a.households != b.households) | (a.attraction != b.attraction).any(axis=0) | (a.hotels != b.hotels)
    return old, new, np.flatnonzero(differs | (a.trucks != b.trucks))
