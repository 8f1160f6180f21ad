"""Named streets of Huế as drawn in the street tables."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import shapely

from gis_data.projection import project
from twin.city.frame import HUE_CRS
from twin.city.roads import CYCLE, MOTOR, MOTORCYCLE, WALK

_MODES = {"motor": MOTOR, "motorcycle": MOTORCYCLE, "cycle": CYCLE, "walk": WALK}


@dataclass(frozen=True, slots=True)
class Street:
    """A street or bridge as drawn: one line in EPSG:9214 [m] in its driving direction, with its attributes.

    Attributes
    ----------
    lanes, width_m : of the whole carriageway, both directions
    modes : bits of ``twin.city.roads``
    surface_m : [m]
        Level of the road above the city's datum where a source gives it, NaN elsewhere.
    """

    street_id: str
    name: str
    road_class: str
    lanes: int
    width_m: float
    oneway: bool
    speed_kmh: float
    bridge: bool
    modes: int
    surface_m: float
    provenance: str
    accuracy_m: float
    source: str
    line: shapely.LineString


def read_streets(folder: Path) -> list[Street]:
    """Return the streets of ``streets.csv`` with the lines of ``street_points.csv``."""
    points: dict[str, list[tuple[float, float]]] = {}
    with (folder / "street_points.csv").open(encoding="utf-8", newline="") as file:
        for row in sorted(csv.DictReader(file), key=lambda r: (r["street_id"], int(r["seq"]))):
            points.setdefault(row["street_id"], []).append((float(row["lon"]), float(row["lat"])))
    with (folder / "streets.csv").open(encoding="utf-8", newline="") as file:
        return [_street(row, points[row["street_id"]]) for row in csv.DictReader(file)]


def _street(row: dict[str, str], points: list[tuple[float, float]]) -> Street:
    return Street(
        street_id=row["street_id"],
        name=row["name"],
        road_class=row["road_class"],
        lanes=int(row["lanes"]),
        width_m=float(row["width_m"]),
        oneway=row["oneway"] == "1",
        speed_kmh=float(row["speed_kmh"]),
        bridge=row["bridge"] == "1",
        modes=sum(_MODES[word] for word in row["modes"].split()),
        surface_m=float(row["surface_m"] or "nan"),
        provenance=row["provenance"],
        accuracy_m=float(row["accuracy_m"]),
        source=row["source"],
        line=shapely.LineString(project(shapely.get_coordinates(shapely.LineString(points)), "EPSG:4326", HUE_CRS)),
    )
