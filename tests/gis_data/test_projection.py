"""The mistakes that shift a map of Huế, each refused, and the reference point."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from gis_data.projection import checked_xy, metric_crs_for, project, trusted_crs
from twin.errors import CrsError

TRUONG_TIEN_DEG = np.array([[107.5895, 16.4675]])
TRUONG_TIEN_M = np.array([[562_747.170, 1_821_398.992]])  # DOMAIN.md §1.5
SHIFT = "+towgs84=-191.90441429,-39.30318279,-111.45032835,{},0.252906278 "
FLIPPED = SHIFT.format("0.00928836,-0.01975479,0.00427372")
PRINTED = SHIFT.format("-0.00928836,0.01975479,-0.00427372")


def _proj(scale: str, shift: str) -> str:
    return f"+proj=tmerc +lat_0=0 +lon_0=107 +k={scale} +x_0=500000 +y_0=0 +ellps=WGS84 {shift}+units=m +no_defs"


def test_reference_point_to_a_millimetre() -> None:
    got = project(TRUONG_TIEN_DEG, "EPSG:4326", "EPSG:9214")
    assert np.abs(got - TRUONG_TIEN_M).max() < 0.001


def test_the_right_proj_string_agrees_with_the_code() -> None:
    crs = trusted_crs(_proj("0.9999", FLIPPED), file="a.shp")
    got = project(TRUONG_TIEN_DEG, "EPSG:4326", crs.to_wkt())
    assert np.abs(got - TRUONG_TIEN_M).max() < 0.001


@pytest.mark.parametrize(
    ("declared", "metres", "sentence"),
    [
        (_proj("0.9999", ""), 225, "without VN-2000's datum shift"),
        (_proj("0.9996", "+towgs84=0,0,0,0,0,0,0 "), 682, "without VN-2000's datum shift"),
        (_proj("0.9996", FLIPPED), 547, "scale 0.9996 on the 3-degree meridian 107"),
        (_proj("0.9999", PRINTED), 0.65, "printed signs"),
    ],
)
def test_damaged_vn2000_is_refused(declared: str, metres: float, sentence: str) -> None:
    as_seen_on_the_web_map = project(TRUONG_TIEN_M, CRS(declared).to_wkt(), "EPSG:4326")
    shifted = project(as_seen_on_the_web_map, "EPSG:4326", "EPSG:9214")
    assert float(np.hypot(*(shifted - TRUONG_TIEN_M)[0])) == pytest.approx(metres, rel=0.02)
    with pytest.raises(CrsError, match=sentence):
        trusted_crs(declared, file="parcels.shp")


def test_to_proj4_round_trip_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyproj warns that it drops the shift: that is the trap
        damaged = CRS.from_epsg(9214).to_proj4()
    with pytest.raises(CrsError, match="225 m off at Huế"):
        trusted_crs(damaged, file="parcels.gpkg")


@pytest.mark.parametrize("kind", ["WKT2_2019", "WKT1_ESRI"])
def test_wkt_round_trips_are_trusted(kind: str) -> None:
    crs = trusted_crs(CRS.from_epsg(9214).to_wkt(kind), file="parcels.shp")
    assert np.abs(project(TRUONG_TIEN_DEG, "EPSG:4326", crs.to_wkt()) - TRUONG_TIEN_M).max() < 0.001


def test_missing_crs_names_the_option() -> None:
    with pytest.raises(CrsError) as caught:
        trusted_crs(None, file="parcels.csv")
    assert str(caught.value) == (
        "parcels.csv: no coordinate reference system is stated. Give it with --crs, e.g. --crs EPSG:9214."
    )


def test_swapped_cadastral_axes_are_recognised() -> None:
    with pytest.raises(CrsError, match=r"the axes are swapped: X holds the northing.*Give --swap-xy"):
        checked_xy(TRUONG_TIEN_M[:, ::-1], CRS.from_epsg(9214), file="toa_do.csv")


def test_wrong_zone_is_found_by_overlap() -> None:
    with pytest.raises(CrsError, match="They fit EPSG:9214: give --crs EPSG:9214"):
        checked_xy(TRUONG_TIEN_M, CRS.from_epsg(5899), file="parcels.shp")


@given(st.floats(107.1, 108.1), st.floats(16.0, 16.75))
def test_round_trip_under_a_millimetre(lon: float, lat: float) -> None:
    there = project(np.array([[lon, lat]]), "EPSG:4326", "EPSG:9214")
    back = project(there, "EPSG:9214", "EPSG:4326")
    assert np.abs(back - [lon, lat]).max() * 111_320 < 0.001


def test_metric_system_of_other_cities() -> None:
    assert metric_crs_for(107.58, 16.46) == "EPSG:9214"
    assert metric_crs_for(-73.03, 5.82) == "EPSG:32618"
    assert metric_crs_for(1.52, -42.5) == "EPSG:32731"
