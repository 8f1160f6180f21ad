"""What governs the water of the embedded Huế: gauges with their alarm schemes, reservoirs, gates and the tide."""

from __future__ import annotations

import numpy as np

from gis_data.hue.columns import days, numbers, origin, points, read_table, text
from twin.city.hydrology import Gates, Gauges, Reservoirs, Tides


def gauges_of_hue() -> Gauges:
    """Return the river gauges with their alarm schemes, oldest first."""
    table, schemes = read_table("gauges.csv"), read_table("alarm_schemes.csv")
    row_of = {gauge: row for row, gauge in enumerate(table["gauge_id"])}
    owner = np.array([row_of[gauge] for gauge in schemes["gauge_id"]])
    order = np.lexsort((days(schemes["valid_from"]), owner))
    schemes = schemes.iloc[order]
    return Gauges(
        ids=text(table["gauge_id"]),
        name=text(table["name"]),
        river=text(table["river"]),
        datum=text(table["datum"]),
        xy_m=points(table),
        alarm_first=np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(table)))]),
        alarm_from=days(schemes["valid_from"]),
        alarm_to=days(schemes["valid_to"]),
        alarm1_m=numbers(schemes["alarm1_m"]),
        alarm2_m=numbers(schemes["alarm2_m"]),
        alarm3_m=numbers(schemes["alarm3_m"]),
        **origin(table),
    )


def reservoirs_of_hue() -> Reservoirs:
    """Return the three dams upstream of the city."""
    table = read_table("reservoirs.csv")
    return Reservoirs(
        ids=text(table["reservoir_id"]),
        name=text(table["name"]),
        river=text(table["river"]),
        xy_m=points(table),
        normal_level_m=numbers(table["normal_level_m"]),
        capacity_m3=numbers(table["capacity_m3"]),
        catchment_km2=numbers(table["catchment_km2"]),
        **origin(table),
    )


def gates_of_hue() -> Gates:
    """Return the barrage, the sluice and the weir that part river, lagoon and branches."""
    table = read_table("gates.csv")
    return Gates(
        ids=text(table["gate_id"]),
        kind=text(table["kind"]),
        name=text(table["name"]),
        xy_m=points(table),
        width_m=numbers(table["width_m"]),
        sill_m=numbers(table["sill_m"]),
        **origin(table),
    )


def tides_of_hue() -> Tides:
    """Return the tide at the inlet of Thuận An."""
    table = read_table("tides.csv")
    return Tides(
        ids=text(table["tide_id"]),
        name=text(table["name"]),
        xy_m=points(table),
        mean_level_m=numbers(table["mean_level_m"]),
        m2_m=numbers(table["m2_m"]),
        s2_m=numbers(table["s2_m"]),
        k1_m=numbers(table["k1_m"]),
        o1_m=numbers(table["o1_m"]),
        **origin(table),
    )
