"""Where trips begin and end: homes and attractions at the nodes of the network, from land use; the basis is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.city.areas import Areas
from twin.city.city import City
from twin.city.land import Buildings
from twin.variables import Text

F64 = NDArray[np.float64]

ATTRACTION_PER_HA = {
    "TMD": 60.0, "DCH": 200.0, "DGD": 80.0, "DYT": 80.0, "TSC": 60.0, "DVH": 20.0, "DTT": 15.0, "DKV": 10.0,
    "DXH": 20.0,
    "DKH": 30.0, "DSK": 30.0, "DDD": 15.0, "DDT": 15.0, "SKC": 20.0, "SKK": 25.0, "SKN": 20.0, "TON": 10.0, "TIN": 5.0,
    "ODT": 6.0, "ONT": 3.0, "DGT": 0.0,
    "commercial": 60.0, "retail": 120.0, "industrial": 20.0, "education": 80.0, "school": 80.0, "university": 60.0,
    "hospital": 80.0, "religious": 10.0, "institutional": 50.0, "recreation_ground": 10.0, "park": 5.0, "military": 3.0,
    "residential": 6.0, "construction": 3.0,
}  # fmt: skip
"""Trips attracted per hectare by land-use code (TT 08/2024, TT 27/2018) or OpenStreetMap kind: an
assumption, relative weights, to be calibrated against counts."""

ATTRACTION_PER_PLACE = {
    "market": 400.0, "mall": 400.0, "school": 150.0, "university": 400.0, "college": 250.0, "hospital": 300.0,
    "clinic": 40.0, "heritage": 60.0, "station": 150.0, "bus_station": 150.0, "office": 80.0, "townhall": 80.0,
    "venue": 60.0, "beach": 60.0, "airport": 100.0, "supermarket": 200.0,
}  # fmt: skip
"""Trips attracted by a place whose size is unknown: an assumption."""

NOT_A_HOME = frozenset(
    {"commercial", "retail", "industrial", "warehouse", "school", "university", "hospital", "church", "office", "hotel",
     "garage", "garages", "roof", "shed", "public", "civic", "temple", "pagoda", "market", "heritage", "government",
     "greenhouse", "stadium", "kindergarten", "college", "farm_auxiliary", "service", "administrative"}
)  # fmt: skip
"""Uses of buildings without households; every other use, the unknown ones too, counts as dwelling."""

LOCAL_CLASSES = frozenset({"residential", "living_street", "unclassified", "tertiary", "service", "alley", "secondary"})


@dataclass(frozen=True)
class TripEnds:
    """Weights of the nodes.

    Attributes
    ----------
    households : (N,)
        Homes; their sum sets the demand.
    attraction : (N,)
        Relative weights.
    gateways : (n,)
        Nodes of the gateways.
    notes : tuple of Text
        On which basis.
    """

    households: F64
    attraction: F64
    gateways: NDArray[np.int64]
    notes: tuple[Text, ...]


def trip_ends(
    city: City, usable: NDArray[np.bool_], *, floor_area_per_household_m2: float, households_per_km: float
) -> TripEnds:
    """Return homes and attractions at the usable nodes ``(N,)`` of the network.

    Rules
    -----
    1. Homes: the households of buildings; else dwelling floor area; else the length of local streets.
    2. Attractions: parcels by land-use code; else land use by kind, shared by the nodes within it; always the places;
       else the length of streets.
    """
    nearest = _Nearest(city, usable)
    homes, note = _homes(city, nearest, floor_area_per_household_m2, households_per_km)
    pulls, notes = _pulls(city, nearest)
    gates = np.flatnonzero(city.places.kind == "gateway")
    return TripEnds(homes, pulls, np.unique(nearest.node(city.places.xy_m[gates])), (note, *notes))


class _Nearest:
    def __init__(self, city: City, usable: NDArray[np.bool_]) -> None:
        self.n, self.rows = city.roads.n_nodes, np.flatnonzero(usable)
        self.tree = cKDTree(city.roads.node_xy_m[self.rows])

    def node(self, xy_m: F64) -> NDArray[np.int64]:
        """Return the usable node nearest to each point."""
        if len(xy_m) == 0:
            return np.zeros(0, dtype=np.int64)
        found: NDArray[np.int64] = self.rows[self.tree.query(xy_m)[1]]
        return found

    def spread(self, xy_m: F64, weight: F64) -> F64:
        """Return the weights of points summed at their nearest usable nodes ``(N,)``."""
        return np.asarray(np.bincount(self.node(xy_m), weights=weight, minlength=self.n), dtype=np.float64)

    def spread_over(self, shapes: NDArray[np.object_], weight: F64) -> F64:
        """Return the weights of areas, each shared by the usable nodes in it, or at the nearest one ``(N,)``."""
        points: NDArray[np.object_] = np.asarray(shapely.points(self.tree.data), dtype=object)
        area, row = shapely.STRtree(points).query(shapes, predicate="contains")
        inside = np.bincount(area, minlength=len(shapes))
        total = np.bincount(self.rows[row], weights=weight[area] / inside[area], minlength=self.n)
        empty = inside == 0
        return total + self.spread(shapely.get_coordinates(shapely.centroid(shapes[empty])), weight[empty])


def _homes(city: City, nearest: _Nearest, area_m2: float, per_km: float) -> tuple[F64, Text]:
    b = city.buildings
    households = np.nan_to_num(b.households)
    if households.sum() > 0:
        return nearest.spread(_centres(b), households), Text(
            f"Nguồn chuyến đi: {households.sum():.0f} hộ trong bảng nhà.",
            f"Trip origins: {households.sum():.0f} households of the building table.",
        )
    floor_m2 = _floor_area_m2(b)
    if floor_m2.sum() > 0:
        n = floor_m2.sum() / area_m2
        return nearest.spread(_centres(b), floor_m2 / area_m2), Text(
            f"Nguồn chuyến đi: không có số hộ; ước tính {n:.0f} hộ từ diện tích sàn nhà ở (giả định).",
            f"Trip origins: no households in the data; {n:.0f} estimated from dwelling floor area (assumption).",
        )
    km = np.where(np.isin(city.roads.road_class, sorted(LOCAL_CLASSES)), city.roads.length_m, 0.0) / 2000.0
    if km.sum() == 0:
        km = city.roads.length_m / 2000.0
    return nearest.spread(_middles(city), km * per_km), Text(
        f"Nguồn chuyến đi: không có nhà; ước tính {km.sum() * per_km:.0f} hộ từ chiều dài đường (giả định thô).",
        f"Trip origins: no buildings; {km.sum() * per_km:.0f} households from street length (crude assumption).",
    )


def _pulls(city: City, nearest: _Nearest) -> tuple[F64, list[Text]]:
    places = np.array([ATTRACTION_PER_PLACE.get(k, 0.0) for k in city.places.kind.tolist()])
    pulls = nearest.spread(city.places.xy_m, places)
    if len(city.parcels):
        pulls += nearest.spread(_centres(city.parcels), _parcel_pulls(city))
        basis = Text(
            "Điểm đến: thửa đất theo mã loại đất và các địa điểm.", "Destinations: parcels by land-use code, places."
        )
    elif len(city.land_use):
        shapes = city.land_use.shapes()
        rates = np.array([ATTRACTION_PER_HA.get(k, 0.0) for k in city.land_use.kind.tolist()])
        pulls += nearest.spread_over(shapes, shapely.area(shapes) / 1e4 * rates)
        basis = Text("Điểm đến: loại đất sử dụng và các địa điểm.", "Destinations: land use by kind, places.")
    else:
        basis = Text("Điểm đến: chỉ có các địa điểm.", "Destinations: places only.")
    if pulls.sum() > 0:
        return pulls, [basis]
    text = Text(
        "Điểm đến: theo chiều dài đường (không có dữ liệu đất).", "Destinations: by street length (no land data)."
    )
    return nearest.spread(_middles(city), city.roads.length_m), [text]


def _parcel_pulls(city: City) -> F64:
    p = city.parcels
    owner = np.repeat(np.arange(len(p)), np.diff(p.use_first))
    drawn_m2 = shapely.area(p.shapes())
    whole_m2 = np.where(np.isnan(p.legal_area_m2), drawn_m2, p.legal_area_m2)
    part_m2 = np.where(np.isnan(p.use_area_m2), (whole_m2 / np.maximum(np.diff(p.use_first), 1))[owner], p.use_area_m2)
    rates = np.array([ATTRACTION_PER_HA.get(c, 0.0) for c in p.use_code.tolist()])
    return np.asarray(np.bincount(owner, weights=rates * part_m2 / 1e4, minlength=len(p)), dtype=np.float64)


def _floor_area_m2(b: Buildings) -> F64:
    storeys = np.where(np.isnan(b.storeys), 1.0, b.storeys)
    home = ~np.isin(b.kind, sorted(NOT_A_HOME))
    area_m2: F64 = np.asarray(shapely.area(b.shapes()) if len(b) else np.zeros(0)) * storeys * home
    return area_m2


def _centres(areas: Areas) -> F64:
    if len(areas) == 0:
        return np.zeros((0, 2))
    xy: F64 = shapely.get_coordinates(shapely.centroid(areas.shapes()))
    return xy


def _middles(city: City) -> F64:
    xy: F64 = city.roads.node_xy_m[city.roads.head]
    return xy
