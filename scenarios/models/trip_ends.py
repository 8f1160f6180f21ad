"""Where trips begin and end: homes and attractions at the nodes of the network, from land use; the basis is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from scenarios.models.land_rates import ACTIVITY, HOMES, PURPOSES, RATES
from scenarios.models.outlines import measured
from twin.city.areas import Areas
from twin.city.city import City
from twin.city.land import Buildings, Parcels
from twin.variables import Text

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LOCAL_CLASSES = frozenset({"residential", "living_street", "unclassified", "tertiary", "service", "alley", "secondary"})

SAME_PLACE_M = 150.0
"""A place this near a building or plot of its activity is that building, and does not count twice [m]."""

_ACTIVITIES = tuple(RATES)
_ROW = {name: k for k, name in enumerate(_ACTIVITIES)}
_TABLE = np.array([RATES[a] for a in _ACTIVITIES])
_DWELLING, _NONE = _ROW["dwelling"], _ROW["none"]


@dataclass(frozen=True)
class TripEnds:
    """Weights of the nodes.

    Attributes
    ----------
    households : (N,)
    attraction : (P, N)
        By purpose, in the units of `land_rates`.
    hotels : (N,)
        Hotel floor [100 m²].
    trucks : (N,) [1/d]
        Truck trips that begin here on a working day.
    gateways : (n,)
        Nodes of the gateways.
    notes : tuple of Text
        On which basis.
    """

    households: F64
    attraction: F64
    hotels: F64
    trucks: F64
    gateways: I64
    notes: tuple[Text, ...]


def trip_ends(
    city: City, usable: NDArray[np.bool_], *, floor_area_per_household_m2: float, households_per_km: float
) -> TripEnds:
    """Return homes and attractions at the usable nodes ``(N,)`` of the network.

    Rules
    -----
    1. Homes: the households of buildings; else dwelling floor area; else the length of local streets.
    2. A building attracts by its floor area and use; one of unknown use or a house by the land it stands on.
    3. A parcel without a building attracts by its area; where there are no parcels, land use does, by the floor to be
       expected on it beyond the buildings mapped.
    4. A place counts with a usual floor area, unless a building of its activity stands there.
    5. A purpose that finds no destination takes those of all others; a city without any, its street length.
    """
    nearest = _Nearest(city, usable)
    plots = city.parcels if len(city.parcels) else city.land_use
    built, land = _Measured(*measured(city.buildings)), _Measured(*measured(plots))
    floor_m2 = built.area_m2 * np.where(np.isnan(city.buildings.storeys), 1.0, city.buildings.storeys)
    floor, kind, place_kinds = _floor(city, plots, _Measured(built.centre_m, floor_m2), land, nearest)
    is_home = np.isin(kind, [_ROW[a] for a in HOMES])
    homes, note = _homes(
        city, built.centre_m, floor_m2 * is_home, nearest, floor_area_per_household_m2, households_per_km
    )
    pulls, notes = _pulls(city, plots, np.einsum("na,ap->np", floor, _TABLE[:, : len(PURPOSES)]), nearest, place_kinds)
    notes += _unplaced(built, land)
    at = {name: k for k, name in enumerate(RATES["none"]._fields)}
    gates = np.flatnonzero(city.places.kind == "gateway")
    return TripEnds(
        households=homes,
        attraction=pulls,
        hotels=(floor * _TABLE[:, at["hotel"]]).sum(axis=1),
        trucks=(floor * _TABLE[:, at["trucks"]]).sum(axis=1),
        gateways=np.unique(nearest.node(city.places.xy_m[gates])),
        notes=(note, *notes),
    )


class _Measured(NamedTuple):
    """Where features lie, NaN where unknown, and how large they are."""

    centre_m: F64
    area_m2: F64


def _unplaced(built: _Measured, land: _Measured) -> list[Text]:
    n = [int(np.isnan(part.centre_m[:, 0]).sum()) for part in (built, land)]
    if sum(n) == 0:
        return []
    return [Text(
        f"{n[0]} nhà và {n[1]} thửa không rõ ranh giới nên không sinh chuyến đi.",
        f"{n[0]} buildings and {n[1]} plots have no outline and make no trips.",
    )]  # fmt: skip


class _Nearest:
    def __init__(self, city: City, usable: NDArray[np.bool_]) -> None:
        self.n, self.rows = city.roads.n_nodes, np.flatnonzero(usable)
        self.tree = cKDTree(city.roads.node_xy_m[self.rows])

    def node(self, xy_m: F64) -> I64:
        """Return the usable node nearest to each point."""
        if len(xy_m) == 0:
            return np.zeros(0, dtype=np.int64)
        found: I64 = self.rows[self.tree.query(xy_m)[1]]
        return found

    def spread(self, xy_m: F64, weight: F64) -> F64:
        """Return the weights of points summed at their nearest usable nodes ``(N,)``; NaN marks an unknown place."""
        known = np.isfinite(xy_m[:, 0])
        return np.asarray(
            np.bincount(self.node(xy_m[known]), weights=weight[known], minlength=self.n), dtype=np.float64
        )

    def by_activity(self, xy_m: F64, kind: I64, weight: F64) -> F64:
        """Return the weights of points summed by their nearest usable node and their activity ``(N, activities)``."""
        k, known = len(_ACTIVITIES), np.isfinite(xy_m[:, 0])
        cell = self.node(xy_m[known]) * k + kind[known]
        sums = np.bincount(cell, weights=weight[known], minlength=self.n * k)
        return np.asarray(sums, dtype=np.float64).reshape(-1, k)

    def spread_over(self, shapes: NDArray[np.object_], kind: I64, weight: F64) -> F64:
        """Return the weights of areas, each shared by the usable nodes in it, or at the nearest one, by activity."""
        points: NDArray[np.object_] = np.asarray(shapely.points(self.tree.data), dtype=object)
        area, row = shapely.STRtree(points).query(shapes, predicate="contains")
        inside = np.bincount(area, minlength=len(shapes))
        empty = inside == 0
        xy = np.concatenate([self.tree.data[row], shapely.get_coordinates(shapely.centroid(shapes[empty]))])
        shared = np.concatenate([weight[area] / inside[area], weight[empty]])
        return self.by_activity(xy, np.concatenate([kind[area], kind[empty]]), shared)


def _floor(city: City, plots: Areas, built: _Measured, land: _Measured, nearest: _Nearest) -> tuple[F64, I64, set[str]]:
    """Return floor by node and activity ``(N, A)`` [100 m²], each building's activity, the kinds of places used."""
    b, (xy, floor_m2) = city.buildings, built
    plot_kind, plot_area_m2 = _plots(plots, land.area_m2)
    kind = _activities(b.kind, unknown=_DWELLING)
    on_plot = _plot_of(b, xy, plots)
    of_land = np.where(on_plot >= 0, plot_kind[on_plot], _DWELLING) if len(plots) else np.full(len(b), _DWELLING)
    kind = np.where((kind == _DWELLING) & (of_land != _NONE), of_land, kind)
    total = nearest.by_activity(xy, kind, floor_m2 / 100.0)
    # Where buildings are mapped, a bare plot for housing is a garden.
    counts = (plot_kind != _NONE) & ((plot_kind != _DWELLING) | (len(b) == 0))
    built_m2 = np.bincount(on_plot[on_plot >= 0], weights=floor_m2[on_plot >= 0], minlength=len(plots))
    if isinstance(plots, Parcels):
        counts &= np.bincount(on_plot[on_plot >= 0], minlength=len(plots)) == 0
    rows = np.flatnonzero(counts)
    land_100m2 = np.maximum(plot_area_m2 * _TABLE[plot_kind, -2] - built_m2, 0.0)[rows] / 100.0
    if isinstance(plots, Parcels):
        total += nearest.by_activity(land.centre_m[rows], plot_kind[rows], land_100m2)
    elif len(rows):
        total += nearest.spread_over(plots.shapes()[rows], plot_kind[rows], land_100m2)
    seen_xy, seen_kind = np.concatenate([xy, land.centre_m[rows]]), np.concatenate([kind, plot_kind[rows]])
    at_places, used = _places(city, seen_xy, seen_kind, nearest)
    return total + at_places, kind, used


def _places(city: City, seen_xy: F64, seen_kind: I64, nearest: _Nearest) -> tuple[F64, set[str]]:
    kind = _activities(city.places.kind, unknown=_NONE)
    counts = (kind != _NONE) & (_TABLE[kind, -1] > 0)
    for activity in np.unique(kind[counts]):
        there = seen_xy[(seen_kind == activity) & np.isfinite(seen_xy[:, 0])]
        rows = np.flatnonzero(kind == activity)
        if len(there):
            counts[rows] &= cKDTree(there).query(city.places.xy_m[rows])[0] > SAME_PLACE_M
    used = set(city.places.kind[counts].tolist())
    return nearest.by_activity(city.places.xy_m[counts], kind[counts], _TABLE[kind[counts], -1] / 100.0), used


def _plots(plots: Areas, drawn_m2: F64) -> tuple[I64, F64]:
    """Return the activity of each plot, and its area [m²]: of several uses a dwelling wins, then the first known."""
    if not isinstance(plots, Parcels):
        return _activities(plots.kind, unknown=_NONE), drawn_m2
    uses = _activities(plots.use_code, unknown=_NONE)
    owner = np.repeat(np.arange(len(plots)), np.diff(plots.use_first))
    kind = np.full(len(plots), _NONE)
    known = np.flatnonzero(uses != _NONE)[::-1]
    kind[owner[known]] = uses[known]
    kind[owner[uses == _DWELLING]] = _DWELLING
    return kind, np.where(np.isnan(plots.legal_area_m2), drawn_m2, plots.legal_area_m2)


def _plot_of(b: Buildings, xy_m: F64, plots: Areas) -> I64:
    """Return the plot each building stands on ``(n,)``; -1 for none."""
    if isinstance(plots, Parcels) or len(plots) == 0 or len(b) == 0:
        return np.where(b.parcel < len(plots), b.parcel, -1).astype(np.int64)
    points: NDArray[np.object_] = np.asarray(shapely.points(xy_m), dtype=object)
    plot, row = shapely.STRtree(points).query(plots.shapes(), predicate="contains")
    out = np.full(len(b), -1, dtype=np.int64)
    out[row] = plot
    return out


def _activities(kinds: NDArray[np.str_], *, unknown: int) -> I64:
    names, which = np.unique(kinds, return_inverse=True)
    rows = [_ROW[ACTIVITY[k]] if k in ACTIVITY else unknown for k in names.tolist()]
    return np.array(rows, dtype=np.int64)[which] if len(kinds) else np.zeros(0, dtype=np.int64)


def _homes(city: City, xy_m: F64, floor_m2: F64, nearest: _Nearest, area_m2: float, per_km: float) -> tuple[F64, Text]:
    households = nearest.spread(xy_m, np.nan_to_num(city.buildings.households))
    if households.sum() > 0:
        return households, Text(
            f"Nguồn chuyến đi: {f'{households.sum():,.0f}'.replace(',', '.')} hộ trong bảng nhà.",
            f"Trip origins: {households.sum():.0f} households of the building table.",
        )
    if floor_m2.sum() > 0:
        n = floor_m2.sum() / area_m2
        return nearest.spread(xy_m, floor_m2 / area_m2), Text(
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


def _pulls(city: City, plots: Areas, by_node: F64, nearest: _Nearest, places: set[str]) -> tuple[F64, list[Text]]:
    pulls = np.ascontiguousarray(by_node.T)
    vi, en = ["diện tích sàn nhà"] if len(city.buildings) else [], ["floor area"] if len(city.buildings) else []
    if len(plots):
        parcels = isinstance(plots, Parcels)
        vi.append("mã loại đất của thửa" if parcels else "loại đất sử dụng")
        en.append("land-use code of parcels" if parcels else "land use by kind")
    if places:
        vi, en = [*vi, "địa điểm"], [*en, "places"]
    if pulls.sum() == 0:
        length = nearest.spread(_middles(city), city.roads.length_m)
        text = Text(
            "Điểm đến: theo chiều dài đường (không có dữ liệu đất).", "Destinations: by street length (no land data)."
        )
        return np.tile(length, (len(pulls), 1)), [text]
    notes = [Text(f"Điểm đến: theo {', '.join(vi)}.", f"Destinations: by {', '.join(en)}.")]
    missing = np.flatnonzero(pulls.sum(axis=1) == 0)
    if len(missing):
        pulls[missing] = pulls.sum(axis=0)
        names = ", ".join(PURPOSES[k] for k in missing)
        notes.append(Text(
            f"Không có điểm đến riêng cho mục đích {names}: dùng điểm đến của các mục đích khác.",
            f"No destinations of its own for {names}: those of the other purposes are used.",
        ))  # fmt: skip
    return pulls, notes


def _middles(city: City) -> F64:
    xy: F64 = city.roads.node_xy_m[city.roads.head]
    return xy
