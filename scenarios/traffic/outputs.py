"""What a traffic run leaves behind beside its trips' numbers: series, tables, city indicators and tracks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.run import Run
from scenarios.engine.tables import Tracks
from scenarios.models.emissions import emissions
from scenarios.models.link_record import LinkRecorder, totals
from scenarios.models.network import allowed_links
from scenarios.traffic.city_indicators import report_access, report_emissions
from scenarios.traffic.engines import AnyTraffic
from scenarios.traffic.link_series import report_series
from scenarios.traffic.params import CLASSES, MODES, PCU
from scenarios.traffic.tables import TripTimes, traffic_tables
from scenarios.traffic.tracks import tracks_of

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """What was asked of the streets; V trips.

    Attributes
    ----------
    origin : (V,)
        Node.
    free_s : (V,) [s]
        Time of each trip on the empty, unchanged city.
    households : (N,)
        At each node.
    """

    origin: NDArray[np.integer]
    free_s: F64
    households: F64


@dataclass(frozen=True)
class RoadUse:
    """Who may use which link, how fast, at the end of a run.

    Attributes
    ----------
    pcu : (C,)
    free_s : (C, L) [s]
        Time on an empty link.
    allowed : (C, L)
        Links each class may enter, closures taken into account.
    ever : (C, L)
        Links each class may enter in the unchanged city.
    households : (N,)
        At each node.
    """

    pcu: F64
    free_s: F64
    allowed: NDArray[np.bool_]
    ever: NDArray[np.bool_]
    households: F64


def report_outputs(run: Run, recorder: LinkRecorder, use: RoadUse, trips: TripTimes, tracks: Tracks | None) -> None:
    """Report series by link, tables of bridges, junctions, streets and wards, emissions, accessibility, and tracks.

    Parameters
    ----------
    run
    recorder
        The intervals that count.
    use
    trips
        The trips that count.
    tracks
        Of a sample of vehicles, where they were traced.
    """
    roads, records = run.base.roads, recorder.records()
    seen = totals(records, len(CLASSES), len(roads))
    emitted = emissions(records, roads.length_m, CLASSES)
    report_series(run, records, roads.length_m)
    for table in traffic_tables(run.base, records, seen, trips, pcu=use.pcu, emitted=emitted.sum(axis=1)):
        run.table(table)
    report_emissions(run, emitted.sum(axis=2))
    report_access(run, run.city, seen, free_s=use.free_s, allowed=use.allowed, ever=use.ever, households=use.households)
    if tracks is not None:
        run.trace(tracks)


def trip_times(
    asked: Asked, depart_s: F64, arrive_s: F64, *, chosen: NDArray[np.bool_], arrived: NDArray[np.bool_]
) -> TripTimes:
    """Return the times of chosen trips.

    Parameters
    ----------
    asked
    depart_s, arrive_s : (V,) [s]
    chosen, arrived : (V,)
        The trips that count; those that were completed.
    """
    travel_s = np.where(arrived, arrive_s - depart_s, np.nan)
    delay_s = travel_s - np.where(arrived, asked.free_s, np.nan)
    return TripTimes(asked.origin[chosen], travel_s[chosen], delay_s[chosen])


def leave_behind(run: Run, model: AnyTraffic, recorder: LinkRecorder, asked: Asked, end_s: float) -> None:
    """Report what a run's model saw in the period that counts, from 0 to `end_s` [s]; see `report_outputs`."""
    from twin.kernels.traffic_state import ARRIVED, CUT_OFF

    cars, log, net = model.cars, model.traces, model.net
    trips = cars[: len(asked.origin)]
    counts = (trips["depart_s"] >= 0.0) & (trips["depart_s"] < end_s)
    tracks = tracks_of(
        log["car"],
        log["link"],
        log["entered_s"],
        classes=CLASSES,
        kind=cars["kind"],
        ended_s=np.where(np.isin(cars["status"], (ARRIVED, CUT_OFF)), cars["end_s"], np.nan),
        window_s=(0.0, end_s),
    )
    times = trip_times(
        asked,
        trips["depart_s"],
        trips["arrive_s"],
        chosen=counts,
        arrived=trips["status"] == ARRIVED,
    )
    pcu = np.array([PCU[name] for name in CLASSES])
    rights = (allowed_links(run.city, MODES), allowed_links(run.base, MODES))
    use = RoadUse(pcu, net.time_s[net.group], *rights, asked.households)
    report_outputs(run, recorder, use, times, tracks)
