"""A city of four links with one feature in every table."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.hydrology import Gates, Gauges, Reservoirs, Tides
from twin.city.infrastructure import BikeStations, Cameras, Drains, Equipment, PowerZones
from twin.city.land import GEOMETRY, LAND_USE, Buildings, Parcels
from twin.city.openings import Openings
from twin.city.roads import ALL_MODES, Roads, Signals, TurnBans
from twin.city.terrain import Terrain

_NAN = np.full(1, np.nan)
_BOX = np.array([shapely.box(0, 0, 30, 40)], dtype=object)
_SPOT = np.array([[15.0, 5.0]])


def _origin(n: int) -> dict[str, NDArray[Any]]:
    return {"provenance": np.full(n, "drawn"), "accuracy_m": np.full(n, 1.0), "source": np.full(n, "toy")}


def _one(kind: str, name: str) -> dict[str, NDArray[Any]]:
    return {"ids": np.array([f"{kind}-1"]), "kind": np.array([kind]), "name": np.array([name]), **_origin(1)}


def _named(key: str, name: str) -> dict[str, NDArray[Any]]:
    return {"ids": np.array([key]), "name": np.array([name]), "xy_m": _SPOT, **_origin(1)}


def toy_admin() -> AdminUnits:
    """Return three reused codes, before and after 1 July 2025; each unit became the one with the same code."""
    before, after = (
        [("19789", "Phú Nhuận"), ("19753", "Thuận Lộc"), ("19815", "An Đông")],
        ["Thuận Hóa", "Phú Xuân", "An Cựu"],
    )
    code = np.array([c for c, _ in before] * 2)
    start = np.array(["2021-07-01"] * 3 + ["2025-07-01"] * 3, dtype="datetime64[D]")
    shapes = np.array([shapely.box(10 * k, 0, 10 * k + 10, 40) for k in (0, 1, 2)] * 2, dtype=object)
    return AdminUnits(
        ids=np.array([f"{c}@{s}" for c, s in zip(code, start, strict=True)]),
        code=code,
        name=np.array([n for _, n in before] + after),
        unit_type=np.full(6, "phuong"),
        valid_from=start,
        valid_to=np.array(["2025-07-01"] * 3 + ["NaT"] * 3, dtype="datetime64[D]"),
        area_km2=np.full(6, 0.0004),
        population=np.full(6, np.nan),
        xy_m=np.array([[10.0 * k + 5.0, 20.0] for k in (0, 1, 2)] * 2),
        **AdminUnits.flatten(shapes),
        successor_first=np.array([0, 1, 2, 3, 3, 3, 3]),
        successor=np.array([3, 4, 5], dtype=np.int32),
        **_origin(6),
    )


def _toy_roads() -> Roads:
    # a - b is Lê Lợi, b - c has no name; both run both ways.
    ends = np.array([[0, 1], [1, 0], [1, 2], [2, 1]])
    nodes = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 40.0]])
    return Roads(
        ids=np.array(["ab", "ba", "bc", "cb"]),
        node_xy_m=nodes,
        tail=ends[:, 0].astype(np.int32),
        head=ends[:, 1].astype(np.int32),
        length_m=np.array([30.0, 30.0, 40.0, 40.0]),
        road_class=np.full(4, "primary"),
        name=np.array(["Lê Lợi", "Lê Lợi", "", ""]),
        lanes=np.ones(4, dtype=np.int8),
        width_m=np.full(4, 3.5),
        free_speed_mps=np.full(4, 10.0),
        capacity_pcu_h=np.full(4, 1800.0),
        oneway=np.zeros(4, dtype=bool),
        bridge=np.zeros(4, dtype=bool),
        surface_m=np.full(4, np.nan),
        modes=np.full(4, ALL_MODES, dtype=np.int8),
        xy_m=nodes[ends].reshape(-1, 2),
        first_vertex=np.arange(0, 10, 2),
        **_origin(4),
    )


def _toy_land() -> dict[str, Any]:
    parcels = Parcels(
        **_one("parcel", ""),
        **Parcels.flatten(_BOX),
        ward_code=np.array(["19789"]),
        map_sheet=np.array(["12"]),
        parcel_no=np.array(["7"]),
        valid_from=np.array(["2025-07-01"], dtype="datetime64[D]"),
        legal_area_m2=_NAN,
        use_first=np.array([0, 2]),
        use_code=np.array(["ODT", "CLN"]),
        use_area_m2=np.array([900.0, 300.0]),
        vocabulary="tt08_2024",
        complete=np.array([LAND_USE | GEOMETRY], dtype=np.int8),
    )
    house = np.array([shapely.box(2, 2, 10, 20)], dtype=object)
    buildings = Buildings(
        **_one("residential", ""),
        **Buildings.flatten(house),
        storeys=np.array([2.0]),
        floor_level_m=np.array([2.4]),
        households=np.array([3.0]),
        parcel=np.zeros(1, dtype=np.int32),
    )
    land_use = Areas(**_one("residential", ""), **Areas.flatten(_BOX))
    return {"parcels": parcels, "buildings": buildings, "land_use": land_use}


def _toy_water() -> dict[str, Any]:
    line = {"xy_m": np.array([[0.0, 50.0], [40.0, 50.0]]), "first_vertex": np.array([0, 2])}
    gauges = Gauges(
        **_named("kim-long", "Kim Long"),
        river=np.array(["Hương"]),
        datum=np.array(["Hòn Dấu"]),
        alarm_first=np.array([0, 2]),
        alarm_from=np.array(["NaT", "2005-01-01"], dtype="datetime64[D]"),
        alarm_to=np.array(["2005-01-01", "NaT"], dtype="datetime64[D]"),
        alarm1_m=np.array([1.0, 1.0]),
        alarm2_m=np.array([2.0, 2.0]),
        alarm3_m=np.array([3.0, 3.5]),
    )
    nans = dict.fromkeys(("normal_level_m", "capacity_m3", "catchment_km2"), _NAN)
    calm: dict[str, Any] = {k: np.zeros(1) for k in ("mean_level_m", "m2_m", "s2_m", "k1_m", "o1_m")}
    return {
        "water": Areas(**_one("river", "Sông Hương"), **Areas.flatten(np.array([shapely.box(0, 45, 40, 55)]))),
        "waterways": Lines(**_one("river", "Sông Hương"), width_m=np.array([10.0]), **line),
        "gauges": gauges,
        "reservoirs": Reservoirs(**_named("ta-trach", "Tả Trạch"), river=np.array(["Tả Trạch"]), **nans),
        "gates": Gates(**_named("dap-da", "Đập Đá"), kind=np.array(["weir"]), width_m=_NAN, sill_m=_NAN),
        "tides": Tides(**_named("thuan-an", "Thuận An"), **calm),
        "drains": Drains(**_one("drain", ""), width_m=np.array([0.8]), invert_from_m=_NAN, invert_to_m=_NAN, **line),
    }


def _toy_services() -> dict[str, Any]:
    return {
        "power_zones": PowerZones(**_one("power", ""), **PowerZones.flatten(_BOX), shut_off_m=np.array([2.0])),
        "equipment": Equipment(**_one("pump", ""), xy_m=_SPOT, capacity_m3s=np.array([0.5]), height_m=_NAN),
        "places": Places(
            **_one("market", "Chợ Đông Ba"), xy_m=np.array([[28.0, 35.0]]), capacity=_NAN, floor_level_m=_NAN
        ),
        "cameras": Cameras(
            **_named("cam-1", "Camera 1"),
            purpose=np.array(["traffic"]),
            owner=np.array(["HueIOC"]),
            status=np.array(["working"]),
            height_m=np.array([6.0]),
            heading_deg=np.array([90.0]),
            fov_deg=np.array([60.0]),
            range_m=np.array([80.0]),
            link=np.zeros(1, dtype=np.int32),
        ),
        "bike_stations": BikeStations(**_named("bike-1", "Bến 1"), docks=np.array([20.0])),
    }


def toy_city() -> City:
    """Return four links, a 4 × 4 terrain of 10 m cells, three reused ward codes and one of everything else."""
    roads = _toy_roads()
    signals = Signals(
        ids=np.array(["signal-1"]),
        node=np.array([1], dtype=np.int32),
        xy_m=roads.node_xy_m[1:2],
        cycle_s=np.array([60.0]),
        offset_s=np.zeros(1),
        green_first=np.array([0, 2]),
        green_link=np.array([0, 3], dtype=np.int32),
        green_from_s=np.array([0.0, 30.0]),
        green_to_s=np.array([27.0, 57.0]),
        **_origin(1),
    )
    terrain = Terrain(
        z_m=(np.arange(16).reshape(4, 4) / 4).astype(np.float32),
        x0_m=0.0,
        y0_m=40.0,
        cell_m=10.0,
        datum="Hòn Dấu",
        offset_m=0.0,
        provenance="drawn",
        accuracy_m=0.5,
        source="toy",
        manning=np.full((4, 4), 0.03, dtype=np.float32),
    )
    return City(
        name="toy",
        crs="EPSG:9214",
        roads=roads,
        terrain=terrain,
        turn_bans=TurnBans(
            ids=np.array(["no-u-turn"]),
            from_link=np.zeros(1, dtype=np.int32),
            to_link=np.ones(1, dtype=np.int32),
            **_origin(1),
        ),
        signals=signals,
        openings=Openings(
            ids=np.array(["opened-1"]),
            link=np.array([2], dtype=np.int32),
            opened=np.array(["2025-03-26"], dtype="datetime64[D]"),
            **_origin(1),
        ),
        admin=toy_admin(),
        **_toy_land(),
        **_toy_water(),
        **_toy_services(),
    )
