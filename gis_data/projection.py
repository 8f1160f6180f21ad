"""Reference systems: into EPSG:9214 and back, and the mistakes that shift a map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as PyprojError

from twin.city.frame import HUE_BOX_M, HUE_CRS
from twin.errors import CrsError


@dataclass(frozen=True, slots=True)
class CrsWords:
    """How the user states a reference system where a fault is found: the words of the remedy.

    Attributes
    ----------
    crs, swap : str
        What gives a system, with ``{}`` for its code, and what swaps the axes.
    """

    crs: str = "--crs {}"
    swap: str = "--swap-xy"

    def give(self, code: str) -> str:
        """Return what to write for a system."""
        return self.crs.format(code)


_WORDS = CrsWords()
_VN2000_ZONES = ("EPSG:9214", "EPSG:5899", "EPSG:5898", "EPSG:5897", "EPSG:5896", "EPSG:3405", "EPSG:3406")
_MIN_OVERLAP = 0.5
_VN2000_TOWGS84 = (-191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372, 0.252906278)
"""EPSG "VN-2000 to WGS 84 (2)" as PROJ's position vector: the rotations' signs are those printed, flipped."""
_SHIFT_TOLERANCE = 1e-6
_VN_MERIDIANS_DEG = (102.0, 111.0)
_SIX_DEGREE_MERIDIANS_DEG = (105.0, 111.0)
_UTM_SCALE = 0.9996


@lru_cache(maxsize=64)
def transformer(source: str, target: str) -> Transformer:
    """Return the transformer between two systems, always east (or longitude) first."""
    return Transformer.from_crs(source, target, always_xy=True)


def project(xy: NDArray[np.float64], source: str, target: str) -> NDArray[np.float64]:
    """Return coordinates ``(n, 2)`` in another system, east (or longitude) first."""
    if source == target or len(xy) == 0:
        return xy
    return np.column_stack(transformer(source, target).transform(xy[:, 0], xy[:, 1]))


def metric_crs_for(lon_deg: float, lat_deg: float) -> str:
    """Return the metric system for a city: EPSG:9214 around Huế, else the UTM zone of the place."""
    west, south = transformer(HUE_CRS, "EPSG:4326").transform(*HUE_BOX_M[:2])
    east, north = transformer(HUE_CRS, "EPSG:4326").transform(*HUE_BOX_M[2:])
    if west <= lon_deg <= east and south <= lat_deg <= north:
        return HUE_CRS
    zone = math.floor((lon_deg + 180) / 6) % 60 + 1
    return f"EPSG:{(32600 if lat_deg >= 0 else 32700) + zone}"


def city_crs_for(xy: NDArray[np.float64], source: CRS) -> str:
    """Return the metric system of a city whose streets ``(n, 2)`` come in another: EPSG:9214 around Huế.

    Elsewhere a metric system with a code is kept, any other gives way to the UTM zone of the place.
    """
    here = project(xy[:1], source.to_wkt(), "EPSG:4326")[0].tolist()
    found, code = metric_crs_for(*here), source.to_epsg()
    if found == HUE_CRS or code is None or not is_metric(source):
        return found
    return f"EPSG:{code}"


def is_metric(crs: CRS) -> bool:
    """Return whether a system is projected, in metres."""
    return bool(crs.is_projected and crs.axis_info[0].unit_name == "metre")


def trusted_crs(declared: str | None, *, file: str, words: CrsWords = _WORDS) -> CRS:
    """Return the declared system, refusing a missing one and the known damaged forms of VN-2000.

    Rules
    -----
    1. No system is never guessed.
    2. A transverse Mercator on a Vietnamese meridian must carry VN-2000's datum shift, with PROJ's signs: without it
       Huế lands 225 m off, with the printed signs of the rotations 0.65 m (DOMAIN.md §1.5).
    3. The scale is 0.9999 in a 3-degree zone; 0.9996 belongs to the meridians 105 and 111 only (547 m, and 682 m
       together with a missing shift).

    Raises
    ------
    CrsError
        The system is missing, unreadable or damaged.
    """
    if not declared:
        remedy = f"Give it with {words.crs.split()[0]}, e.g. {words.give(HUE_CRS)}."
        raise CrsError(file, "no coordinate reference system is stated", remedy)
    try:
        crs = CRS.from_user_input(declared)
    except PyprojError as error:
        raise CrsError(
            file, f"unreadable reference system {declared[:60]!r}", f"Give {words.give(HUE_CRS)}."
        ) from error
    fault = _vn2000_fault(crs)
    if fault:
        raise CrsError(file, fault, f"Give the system by its code, {words.give(HUE_CRS)}, not by a PROJ string.")
    return crs


def _vn2000_fault(crs: CRS) -> str | None:
    operation = crs.source_crs.coordinate_operation if crs.is_bound and crs.source_crs else crs.coordinate_operation
    if not crs.is_projected or operation is None or operation.method_name != "Transverse Mercator":
        return None
    params = {p.name: float(p.value) for p in operation.params}
    meridian = params.get("Longitude of natural origin", math.nan)
    if not (_VN_MERIDIANS_DEG[0] <= meridian <= _VN_MERIDIANS_DEG[1] and meridian % 0.25 == 0):
        return None
    if "WGS 84 / UTM" in crs.name:
        return None
    shift = crs.coordinate_operation.towgs84 if crs.is_bound and crs.coordinate_operation else None
    named = any(word in f"{crs.name} {crs.datum}".upper() for word in ("VN-2000", "VIETNAM"))
    if (shift is None and not named) or (shift is not None and not any(shift)):
        return "a transverse Mercator of VN-2000's shape without VN-2000's datum shift (225 m off at Huế)"
    if shift is not None and max(abs(a - b) for a, b in zip(shift, _VN2000_TOWGS84, strict=True)) > _SHIFT_TOLERANCE:
        return "VN-2000's datum shift with other numbers or with the rotations' printed signs (0.65 m off at Huế)"
    if params.get("Scale factor at natural origin") == _UTM_SCALE and meridian not in _SIX_DEGREE_MERIDIANS_DEG:
        return f"scale 0.9996 on the 3-degree meridian {meridian:g} (547 m off at Huế); VN-2000 / TM-3 has 0.9999"
    return None


def checked_xy(
    xy: NDArray[np.float64],
    crs: CRS,
    *,
    file: str,
    box_m: tuple[float, float, float, float] = HUE_BOX_M,
    target: str = HUE_CRS,
    words: CrsWords = _WORDS,
) -> NDArray[np.float64]:
    """Return coordinates ``(n, 2)`` in the city's system, refusing what does not lie on the city.

    A wrong zone or swapped axes is found by overlap with the city's box, never by magnitude: the zones overlap in
    their eastings.

    Raises
    ------
    CrsError
        Less than half of the points lie on the city; the remedy names the reading that would fit.
    """
    declared = f"EPSG:{crs.to_epsg(min_confidence=20)}" if crs.to_epsg(min_confidence=20) else crs.to_wkt()
    out = project(np.asarray(xy, dtype=np.float64), declared, target)
    if _share_inside(out, box_m) >= _MIN_OVERLAP:
        return out
    name = declared if declared.startswith("EPSG:") else crs.name
    why = f"the points lie outside the city in {name}"
    swapped = project(xy[:, ::-1], declared, target)
    if _share_inside(swapped, box_m) >= _MIN_OVERLAP:
        axes = "the axes are swapped: X holds the northing, as cadastral tables write it"
        raise CrsError(file, axes, f"Give {words.swap}.")
    for zone in (*_VN2000_ZONES, "EPSG:4326"):
        if zone != declared and _share_inside(project(xy, zone, target), box_m) >= _MIN_OVERLAP:
            raise CrsError(file, why, f"They fit {zone}: give {words.give(zone)}.")
    raise CrsError(file, why, "Check the file's reference system.")


def _share_inside(xy_m: NDArray[np.float64], box_m: tuple[float, float, float, float]) -> float:
    west, south, east, north = box_m
    x, y = xy_m[:, 0], xy_m[:, 1]
    with np.errstate(invalid="ignore"):
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return float(inside.mean()) if len(xy_m) else 0.0
