"""The ground of Huế: what was published comes out again, what was held out nearly; floods reach what they did."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gis_data.hue.build import hue
from gis_data.hue.columns import TABLES
from gis_data.hue.places import places_of_hue
from gis_data.hue.roads import roads_of
from gis_data.hue.terrain.fit import fit_ground
from gis_data.hue.terrain.points import SpotHeights, spot_heights
from gis_data.hue.terrain.surface import held_out_rmse_m, residuals_m
from gis_data.hue.terrain.water_level import WaterSurface
from gis_data.projection import project
from twin.city.terrain import Terrain


@pytest.fixture(scope="module")
def spots() -> SpotHeights:
    return spot_heights(roads_of(TABLES), places_of_hue(hue().admin, hue().water))


def _terrain() -> Terrain:
    terrain = hue().terrain
    assert terrain is not None
    return terrain


def _ground_m(lon: float, lat: float) -> float:
    return float(_terrain().height_at(project(np.array([(lon, lat)]), "EPSG:4326", "EPSG:9214"))[0])


def _cells(box: tuple[float, float, float, float]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return every fifth cell between two corners in longitude and latitude: heights and centres."""
    t = _terrain()
    (west, south), (east, north) = project(np.array([box[:2], box[2:]]), "EPSG:4326", "EPSG:9214")
    rows = np.arange(int((t.y0_m - north) / t.cell_m), int((t.y0_m - south) / t.cell_m), 5)
    cols = np.arange(int((west - t.x0_m) / t.cell_m), int((east - t.x0_m) / t.cell_m), 5)
    rr, cc = np.meshgrid(rows, cols, indexing="ij")
    centre = np.column_stack([t.x0_m + (cc.ravel() + 0.5) * t.cell_m, t.y0_m - (rr.ravel() + 0.5) * t.cell_m])
    return t.z_m[rr.ravel(), cc.ravel()], centre


def test_the_grid_covers_the_city_at_ten_metres_without_holes() -> None:
    t = _terrain()
    assert t.cell_m == 10.0
    assert t.z_m.shape == (1800, 1700)
    assert t.z_m.dtype == np.float32
    assert np.isfinite(t.z_m).all()
    assert t.manning is not None
    assert t.impervious is not None
    assert 0.015 < t.manning.min() < t.manning.max() < 0.2
    assert t.impervious.min() >= 0.0
    assert t.impervious.max() <= 1.0
    assert t.provenance == "generated"


# Measured: streets 0.18, facilities 0.29, points 0.26 m in sample. The bounds leave a quarter for new rows.
@pytest.mark.parametrize(("evidence", "bound_m"), [("street", 0.25), ("facility", 0.40), ("point", 0.35)])
def test_the_fit_reproduces_its_evidence(spots: SpotHeights, evidence: str, bound_m: float) -> None:
    error = residuals_m(fit_ground(spots), spots)
    counted = (spots.evidence == evidence) & (spots.height_m < 6.0)
    assert float(np.sqrt(np.mean(error[counted] ** 2))) < bound_m


# Measured: streets 0.49, facilities 0.56, points 0.96 m on the third that the trial fit did not see. Reports of
# depths agree with each other only to about 0.4 m; the points are the low fields and banks that nothing else tells.
@pytest.mark.parametrize(("evidence", "bound_m"), [("street", 0.65), ("facility", 0.75), ("point", 1.2)])
def test_the_held_out_third_is_met_nearly(spots: SpotHeights, evidence: str, bound_m: float) -> None:
    assert 0.25 < spots.held_out().mean() < 0.45
    error = held_out_rmse_m(spots, evidence)
    print(f"held-out {evidence}: RMSE {error:.2f} m")  # noqa: T201 # the figure is the point of the test
    assert error < bound_m


def test_the_stated_accuracy_is_the_held_out_error(spots: SpotHeights) -> None:
    assert _terrain().accuracy_m == pytest.approx(held_out_rmse_m(spots), abs=0.006)


def test_evidence_of_one_street_is_never_on_both_sides_of_the_split(spots: SpotHeights) -> None:
    out = spots.held_out()
    assert not set(spots.group[out].tolist()) & set(spots.group[~out].tolist())


@pytest.mark.parametrize(
    ("name", "lon", "lat", "low_m", "high_m"),
    [
        ("Nghinh Lương Đình", 107.5815, 16.4657, 2.8, 3.3),  # 0.5 m of water at Kim Long 3.5 m
        ("Ngự Bình", 107.5961, 16.44168, 103.0, 105.0),
        ("Vọng Cảnh", 107.56493, 16.42723, 41.0, 45.0),
        ("Đàn Nam Giao", 107.5827, 16.4378, 15.0, 25.0),
        ("An Vân Dương", 107.6250, 16.4620, 1.7, 2.4),
        ("Xuân Phú", 107.6065, 16.4690, 1.0, 2.6),
    ],
)
def test_known_heights(name: str, lon: float, lat: float, low_m: float, high_m: float) -> None:
    assert low_m < _ground_m(lon, lat) < high_m, name


def test_ngo_quyen_is_wet_at_4_2_and_dry_below_3_9() -> None:
    roads = hue().roads
    level = np.median(roads.surface_m[roads.links_named("Ngô Quyền")])
    assert 3.7 < level < 4.2


def test_a_flood_of_5_05_covers_the_old_city_but_no_hill() -> None:
    surface = WaterSurface()
    z, xy = _cells((107.557, 16.463, 107.592, 16.490))
    assert np.mean(surface.level_m(xy, 5.05) > z) > 0.97
    assert float(surface.level_m(project(np.array([(107.5961, 16.44168)]), "EPSG:4326", "EPSG:9214"), 5.05)[0]) < 50.0
    assert _ground_m(107.5961, 16.44168) > 100.0


def test_at_alarm_one_the_built_up_city_is_dry() -> None:
    city = hue()
    surface = WaterSurface()
    floor = city.buildings.floor_level_m
    first = city.buildings.xy_m[city.buildings.ring_first[city.buildings.part_first[city.buildings.shape_first[:-1]]]]
    assert np.mean(surface.level_m(first, 1.0) > floor) < 0.005
    streets = (city.roads.provenance != "generated") & ~np.isnan(city.roads.surface_m)
    at = city.roads.xy_m[city.roads.first_vertex[:-1]]
    assert np.mean((surface.level_m(at, 1.0) > city.roads.surface_m)[streets]) < 0.02


def test_the_flood_surface_falls_a_metre_from_kim_long_to_an_van_duong() -> None:
    at = project(np.array([(107.5630, 16.4590), (107.6250, 16.4620)]), "EPSG:4326", "EPSG:9214")
    level = WaterSurface().level_m(at, 4.1)
    assert level[0] == pytest.approx(4.1, abs=0.02)
    assert level[1] == pytest.approx(3.05, abs=0.1)  # 3.0-3.1 m in October 2020


def test_rivers_and_moats_are_cut_below_their_banks() -> None:
    city = hue()
    t = _terrain()
    middle = [s.point_on_surface() for s in city.water.shapes()[city.water.kind != "island"]]
    inside = np.array([(p.x, p.y) for p in middle])
    bed = t.height_at(inside)
    assert np.nanmax(bed) < 1.5
    assert float(np.nanmin(bed)) == pytest.approx(-4.5, abs=0.1)


def test_places_of_the_survey_have_a_floor_level() -> None:
    places = hue().places
    known = np.isfinite(places.floor_level_m)
    assert known.sum() >= 20
    assert (places.floor_level_m[known] > 0.5).all()
