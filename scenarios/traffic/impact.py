"""What a change of land adds to the trips of a working day: by class of vehicle and hour, before any is simulated.

*Assumptions*: those of the demand (`scenarios.models.demand`): people choose by the times without traffic, and what a
plot adds at its own end is taken from nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.models.demand import expected_trips
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
    net = road_network(city, road_rules(params))
    by_class, by_hour = np.zeros((2, len(CLASSES))), np.zeros((2, 24))
    cost_s: tuple[F64, F64, F64] | None = None
    for k, land in enumerate((city, apply(city, changes))):
        places = places_of(city, land, params)
        if cost_s is None:  # the zones are those of the surveyed land
            times = empty_road_ways(net, places.zones.node).cost_s
            motorcycle, car, bicycle = (
                times[net.group[CLASSES.index(name)]].astype(np.float64) for name in ("motorcycle", "car", "bicycle")
            )
            cost_s = motorcycle, car, bicycle
        demand, _ = demand_of(land, params, places, city.roads, cost_s)
        by_class[k] = demand.per_day().sum(axis=0)
        for hour in range(24):
            window_s = (hour * HOUR_S, (hour + 1) * HOUR_S)
            by_hour[k, hour] = expected_trips(demand, params.day_rules, window_s=window_s, midnight_s=0.0)
    return TripImpact(by_class, by_hour)
