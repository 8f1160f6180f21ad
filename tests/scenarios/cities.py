"""A town of two banks for traffic: two square grids of streets joined by two bridges."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.land import Buildings
from twin.city.roads import ALL_MODES, Roads

BLOCK_M = 150.0
SIDE = 5


def origin(n: int) -> dict[str, Any]:
    return {"provenance": np.full(n, "drawn"), "accuracy_m": np.full(n, 1.0), "source": np.full(n, "test town")}


def _ends() -> tuple[np.ndarray, list[tuple[int, int, str]]]:
    xy: list[tuple[float, float]] = []
    streets: list[tuple[int, int, str]] = []
    for bank in (0, 1):
        for row in range(SIDE):
            for col in range(SIDE):
                node = len(xy)
                xy.append((col * BLOCK_M, row * BLOCK_M + bank * (SIDE * BLOCK_M + 150.0)))
                side = ("Nam", "Bắc")[bank]
                streets += [(node, node + 1, f"Ngang {row} {side}")] if col + 1 < SIDE else []
                streets += [(node, node + SIDE, f"Dọc {col} {side}")] if row + 1 < SIDE else []
    top, low = SIDE * (SIDE - 1), SIDE * SIDE
    streets += [(top + 1, low + 1, "Cầu Tây"), (top + 3, low + 3, "Cầu Đông")]
    return np.array(xy), streets


def two_banks() -> City:
    """Return the town: homes on the southern bank, work and a market on the northern one."""
    xy, streets = _ends()
    ends = np.array([(a, b) for a, b, _ in streets] + [(b, a) for a, b, _ in streets])
    names = np.array([s[2] for s in streets] * 2)
    n = len(ends)
    roads = Roads(
        ids=np.array([f"{a}-{b}" for a, b in ends]),
        node_xy_m=xy,
        tail=ends[:, 0].astype(np.int32),
        head=ends[:, 1].astype(np.int32),
        length_m=np.hypot(*(xy[ends[:, 1]] - xy[ends[:, 0]]).T),
        road_class=np.full(n, "tertiary"),
        name=names,
        lanes=np.ones(n, dtype=np.int8),
        width_m=np.full(n, 3.5),
        free_speed_mps=np.full(n, 10.0),
        capacity_pcu_h=np.full(n, 1950.0),
        oneway=np.zeros(n, dtype=bool),
        bridge=np.char.startswith(names, "Cầu"),
        surface_m=np.full(n, np.nan),
        modes=np.full(n, ALL_MODES, dtype=np.int8),
        xy_m=xy[ends].reshape(-1, 2),
        first_vertex=np.arange(0, 2 * n + 1, 2),
        **origin(n),
    )
    south = xy[: SIDE * SIDE]
    houses = np.array([shapely.box(x + 10, y + 10, x + 20, y + 20) for x, y in south], dtype=object)
    k = len(houses)
    buildings = Buildings(
        ids=np.array([f"house-{i}" for i in range(k)]),
        kind=np.full(k, "residential"),
        name=np.full(k, ""),
        **Buildings.flatten(houses),
        storeys=np.full(k, 2.0),
        floor_level_m=np.full(k, np.nan),
        households=np.full(k, 200.0),
        parcel=np.full(k, -1, dtype=np.int32),
        **origin(k),
    )
    offices = np.array([shapely.box(x - 40, y - 40, x + 40, y + 40) for x, y in xy[SIDE * SIDE :]], dtype=object)
    m = len(offices)
    land_use = Areas(
        ids=np.array([f"land-{i}" for i in range(m)]),
        kind=np.full(m, "commercial"),
        name=np.full(m, ""),
        **Areas.flatten(offices),
        **origin(m),
    )
    market = Places(
        ids=np.array(["market"]),
        kind=np.array(["market"]),
        name=np.array(["Chợ"]),
        xy_m=xy[-1:],
        capacity=np.array([np.nan]),
        floor_level_m=np.array([np.nan]),
        **origin(1),
    )
    return City(name="two banks", crs="EPSG:9214", roads=roads, buildings=buildings, land_use=land_use, places=market)


def with_river(city: City) -> City:
    """Return the town with a river between its banks, and a ward on each of them."""
    middle, right = SIDE * BLOCK_M - 75.0, SIDE * BLOCK_M
    river = Lines(
        ids=np.array(["river"]),
        kind=np.array(["river"]),
        name=np.array(["Sông"]),
        width_m=np.array([100.0]),
        xy_m=np.array([[-500.0, middle + 75.0], [right + 500.0, middle + 75.0]]),
        first_vertex=np.array([0, 2]),
        **origin(1),
    )
    boxes = [shapely.box(-500, -500, 2000, middle + 75), shapely.box(-500, middle + 75, 2000, 5000)]
    admin = AdminUnits(
        ids=np.array(["1@2025-07-01", "2@2025-07-01"]),
        code=np.array(["1", "2"]),
        name=np.array(["Bờ Nam", "Bờ Bắc"]),
        unit_type=np.full(2, "phuong"),
        valid_from=np.full(2, np.datetime64("2025-07-01"), dtype="datetime64[D]"),
        valid_to=np.full(2, np.datetime64("NaT"), dtype="datetime64[D]"),
        area_km2=np.ones(2),
        population=np.full(2, np.nan),
        xy_m=np.array([[0.0, 0.0], [0.0, 1000.0]]),
        **AdminUnits.flatten(np.array(boxes, dtype=object)),
        successor_first=np.zeros(3, dtype=np.int64),
        successor=np.zeros(0, dtype=np.int32),
        **origin(2),
    )
    return replace(city, waterways=river, admin=admin)


def without_buildings(city: City) -> City:
    """Return the town with no building table."""
    return replace(city, buildings=Buildings.empty())
