"""Tables of the traffic scenario: bridges, junctions, streets, wards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.shared import Shared
from scenarios.engine.tables import Table
from scenarios.models.junctions import Junctions, Wards, junctions, streets, wards
from scenarios.models.link_record import LinkRecord, Totals
from scenarios.models.screenlines import bridge_values, bridges, screenlines
from twin.city.city import City
from twin.variables import Place, TableSpec, Text, VariableSpec

F64 = NDArray[np.float64]

_JUNCTIONS: Shared[Junctions] = Shared(2)

_COLUMNS = {
    "flow_veh_h": ("veh/h", "Lưu lượng", "Flow"),
    "flow_pcu_h": ("PCU/h", "Lưu lượng quy đổi", "Flow in PCU"),
    "screenline_percent": ("%", "Tỷ lệ trên mặt cắt sông", "Share of the river screenline"),
    "vc": ("1", "V/C chiều đông hơn", "V/C of the fuller direction"),
    "vc_max": ("1", "V/C lớn nhất", "Highest V/C"),
    "speed_kmh": ("km/h", "Tốc độ", "Speed"),
    "delay_veh_h": ("veh·h", "Tổng chậm trễ", "Total delay"),
    "delay_s": ("s", "Chậm trễ mỗi xe", "Delay per vehicle"),
    "queue_veh": ("veh", "Hàng chờ dài nhất", "Longest queue"),
    "vkt_km": ("km", "Quãng đường xe chạy", "Vehicle kilometres"),
    "trips": ("1", "Chuyến xuất phát", "Trips that start here"),
    "mean_delay_s": ("s", "Chậm trễ trung bình mỗi chuyến", "Mean delay per trip"),
    "mean_travel_time_s": ("s", "Thời gian đi trung bình", "Mean travel time"),
    "co2_kg": ("kg", "Phát thải CO2", "CO2"),
    "pm25_g": ("g", "Bụi PM2,5", "PM2.5"),
}


def _spec(key: str, place: Place, title: Text, columns: Sequence[str], rank_by: str, top: int = 0) -> TableSpec:
    made = tuple(VariableSpec(c, u, "float64", place, Text(vi, en)) for c in columns for u, vi, en in (_COLUMNS[c],))
    return TableSpec(key, title, made, rank_by, top)


BRIDGES = _spec(
    "bridges", "bridge", Text("Cầu", "Bridges"),
    ("flow_veh_h", "flow_pcu_h", "screenline_percent", "vc", "vc_max", "speed_kmh", "delay_veh_h"), "flow_veh_h",
)  # fmt: skip
JUNCTIONS = _spec(
    "junctions", "node", Text("Nút giao chậm nhất", "Worst junctions"),
    ("delay_veh_h", "delay_s", "flow_veh_h", "queue_veh"), "delay_veh_h", 10,
)  # fmt: skip
STREETS = _spec(
    "streets", "street", Text("Đường xe dồn sang", "Streets that take the traffic"),
    ("flow_veh_h", "speed_kmh", "delay_veh_h", "vkt_km"), "flow_veh_h", 10,
)  # fmt: skip
WARDS = _spec(
    "wards", "ward", Text("Phường, xã", "Wards and communes"),
    ("trips", "mean_travel_time_s", "mean_delay_s", "vkt_km", "delay_veh_h", "speed_kmh", "co2_kg", "pm25_g"),
    "delay_veh_h",
)  # fmt: skip
TABLES = (BRIDGES, JUNCTIONS, STREETS, WARDS)


@dataclass(frozen=True)
class TripTimes:
    """The trips that count; n of them.

    Attributes
    ----------
    origin : (n,)
        Node.
    travel_s, delay_s : (n,) [s]
        NaN for a trip that was not completed.
    """

    origin: NDArray[np.integer]
    travel_s: F64
    delay_s: F64


def traffic_tables(
    city: City, records: Sequence[LinkRecord], seen: Totals, trips: TripTimes, *, pcu: F64, emitted: F64
) -> list[Table]:
    """Return the tables of a run, rows in an order that depends on the city alone.

    Parameters
    ----------
    city
        The unchanged city: names, outlines and capacities.
    records, seen
        The intervals, and their sums.
    trips
    pcu : (C,)
    emitted : (5, L)
        Of all classes, in the order of `scenarios.models.emissions.QUANTITIES`.
    """
    places = wards(city)
    meet = _JUNCTIONS.get((city.digest, places.of_node.tobytes()), lambda: junctions(city, places.of_node))
    return [
        _bridges(city, records, pcu),
        _junctions(city, seen, meet, places),
        _streets(city, seen),
        _wards(city, seen, trips, places, emitted),
    ]


def _bridges(city: City, records: Sequence[LinkRecord], pcu: F64) -> Table:
    found = bridges(city)
    values = bridge_values(found, records, city, pcu)
    values[:, 2] *= 100.0
    ids, names, groups, xy, rows = (list(v) for v in (found.ids, found.names, found.waters, found.xy_m, values))
    for water, of in screenlines(found):
        sums = np.full(values.shape[1], np.nan)
        sums[[0, 1, 6]] = values[of][:, [0, 1, 6]].sum(axis=0)
        sums[2] = 100.0 if sums[0] > 0 else np.nan
        for column, new in zip(
            (ids, names, groups, xy, rows), (f"={water}", "", water, np.full(2, np.nan), sums), strict=True
        ):
            column.append(new)
    return _table(BRIDGES, ids, names, groups, np.array(xy), np.array(rows))


def _junctions(city: City, seen: Totals, found: Junctions, places: Wards) -> Table:
    at, n = found.of_link, len(found.ids)
    into = np.flatnonzero(at >= 0)
    vehicles = np.bincount(at[into], seen.left.sum(axis=0)[into], n)
    delay_s = np.bincount(at[into], seen.delay_s[into], n)
    queue = np.zeros(n)
    np.maximum.at(queue, at[into], seen.queue_veh[into])
    hours = max(seen.span_s / 3600.0, 1e-9)
    values = np.column_stack([delay_s / 3600.0, _ratio(delay_s, vehicles), vehicles / hours, queue])
    node = np.zeros(n, dtype=np.int64)
    node[at[into]] = city.roads.head[into]
    return _table(JUNCTIONS, found.ids, found.names, places.names[places.of_node[node]], found.xy_m, values)


def _streets(city: City, seen: Totals) -> Table:
    found, roads = streets(city.roads), city.roads
    named, n = np.flatnonzero(found.of_link >= 0), len(found.names)
    of = found.of_link[named]
    driven_m = np.bincount(of, (seen.left.sum(axis=0) * roads.length_m)[named], n)
    spent_s = np.bincount(of, seen.spent_s.sum(axis=0)[named], n)
    delay_h = np.bincount(of, seen.delay_s[named], n) / 3600.0
    hours = max(seen.span_s / 3600.0, 1e-9)
    flow = driven_m / found.length_m / hours
    values = np.column_stack([flow, 3.6 * _ratio(driven_m, spent_s), delay_h, driven_m / 1000.0])
    return _table(STREETS, found.names, found.names, np.full(n, ""), found.xy_m, values)


def _wards(city: City, seen: Totals, trips: TripTimes, places: Wards, emitted: F64) -> Table:
    n = len(places.ids)
    home, done = places.of_node[trips.origin], ~np.isnan(trips.travel_s)

    def _mean(values: F64) -> F64:
        """Return the mean of the completed trips by ward."""
        return _ratio(np.bincount(home[done], values[done], n), np.bincount(home[done], minlength=n))

    def _sum(links: F64) -> F64:
        """Return the sum over the links of each ward."""
        return np.asarray(np.bincount(places.of_link, links, n), dtype=np.float64)

    driven_m, spent_s = _sum(seen.left.sum(axis=0) * city.roads.length_m), _sum(seen.spent_s.sum(axis=0))
    columns = [
        np.bincount(home, minlength=n), _mean(trips.travel_s), _mean(trips.delay_s), driven_m / 1000.0,
        _sum(seen.delay_s) / 3600.0, 3.6 * _ratio(driven_m, spent_s), _sum(emitted[0]) / 1000.0, _sum(emitted[2]),
    ]  # fmt: skip
    return _table(WARDS, places.ids, places.names, np.full(n, ""), places.xy_m, np.column_stack(columns))


def _ratio(above: NDArray[Any], below: NDArray[Any]) -> F64:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan), dtype=np.float64)


def _table(
    spec: TableSpec,
    ids: Sequence[str] | NDArray[np.str_],
    names: Sequence[str] | NDArray[np.str_],
    groups: Sequence[str] | NDArray[np.str_],
    xy_m: F64,
    values: F64,
) -> Table:
    texts = [np.asarray(t, dtype=str).reshape(-1) for t in (ids, names, groups)]
    shape = (-1, len(spec.columns))
    return Table(
        spec=spec, ids=texts[0], names=texts[1], groups=texts[2], xy_m=xy_m.reshape(-1, 2), values=values.reshape(shape)
    )
