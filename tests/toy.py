"""A city of four links for tests."""

import numpy as np

from twin.city.admin import AdminUnits
from twin.city.areas import Areas, Lines, Places
from twin.city.city import City
from twin.city.roads import Roads
from twin.city.terrain import Terrain


def _origin(n: int) -> dict[str, np.ndarray]:
    return {"provenance": np.full(n, "drawn"), "accuracy_m": np.full(n, 1.0), "source": np.full(n, "toy")}


def toy_admin() -> AdminUnits:
    """Three reused codes, before and after 1 July 2025."""
    before, after = (
        [("19789", "Phú Nhuận"), ("19753", "Thuận Lộc"), ("19815", "An Đông")],
        ["Thuận Hóa", "Phú Xuân", "An Cựu"],
    )
    code = np.array([c for c, _ in before] * 2)
    start = np.array(["2021-07-01"] * 3 + ["2025-07-01"] * 3, dtype="datetime64[D]")
    return AdminUnits(
        ids=np.array([f"{c}@{s}" for c, s in zip(code, start, strict=True)]),
        code=code,
        name=np.array([n for _, n in before] + after),
        unit_type=np.full(6, "phuong"),
        valid_from=start,
        valid_to=np.array(["2025-07-01"] * 3 + ["NaT"] * 3, dtype="datetime64[D]"),
        area_km2=np.ones(6),
        population=np.full(6, np.nan),
        xy_m=np.zeros((6, 2)),
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
        modes=np.full(4, 7, dtype=np.int8),
        xy_m=nodes[ends].reshape(-1, 2),
        first_vertex=np.arange(0, 10, 2),
        **_origin(4),
    )


def toy_city() -> City:
    """Four links, a 4 × 4 terrain of 10 m cells, three reused ward codes, one market."""
    none = Areas(
        ids=np.array([], dtype=str),
        kind=np.array([], dtype=str),
        name=np.array([], dtype=str),
        storeys=np.zeros(0),
        **Areas.flatten(np.array([], dtype=object)),
        **_origin(0),
    )
    return City(
        name="toy",
        crs="EPSG:9214",
        roads=_toy_roads(),
        terrain=Terrain(
            z_m=(np.arange(16).reshape(4, 4) / 4).astype(np.float32),
            x0_m=0.0,
            y0_m=40.0,
            cell_m=10.0,
            datum="Hòn Dấu",
            offset_m=0.0,
            provenance="drawn",
            accuracy_m=0.5,
            source="toy",
        ),
        water=none,
        waterways=Lines(
            ids=np.array([], dtype=str),
            kind=np.array([], dtype=str),
            name=np.array([], dtype=str),
            width_m=np.zeros(0),
            xy_m=np.zeros((0, 2)),
            first_vertex=np.zeros(1, dtype=np.int64),
            **_origin(0),
        ),
        land_use=none,
        buildings=none,
        admin=toy_admin(),
        places=Places(
            ids=np.array(["dong-ba"]),
            kind=np.array(["market"]),
            name=np.array(["Chợ Đông Ba"]),
            xy_m=np.array([[15.0, 5.0]]),
            capacity=np.full(1, np.nan),
            **_origin(1),
        ),
    )
