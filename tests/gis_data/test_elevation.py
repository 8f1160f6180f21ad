"""Elevation: heights land in the right cell, voids are counted, and what cannot be trusted is refused."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.errors import NotGeoreferencedWarning

from gis_data.readers.elevation import read_terrain_files
from gis_data.readers.elevation_files import read_tile
from twin.city.terrain import Terrain
from twin.errors import CrsError, DataError, RequestError, SchemaError

BOX_M = (560_000.0, 1_820_000.0, 560_200.0, 1_820_200.0)
NODATA = -9999.0


def _tile(path: Path, z: NDArray[np.float64], *, crs: str | None = "EPSG:9214", west: float = 560_000.0) -> Path:
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": z.shape[0], "width": z.shape[1]}
    place = Affine(20.0, 0.0, west, 0.0, -20.0, 1_820_200.0)
    with rasterio.open(path, "w", crs=crs, transform=place, nodata=NODATA, **profile) as raster:
        raster.write(z.astype(np.float32), 1)
    return path


def _read(*paths: Path, offset_m: float | None = 0.0, dem_crs: str | None = None) -> tuple[Terrain, list[str]]:
    return read_terrain_files(
        paths, box_m=BOX_M, cell_m=20.0, crs="EPSG:9214", offset_m=offset_m, dem_crs=dem_crs, accuracy_m=1.0
    )


def _refused(*paths: Path, kind: type[DataError] = SchemaError, dem_crs: str | None = None) -> str:
    with pytest.raises(kind) as caught:
        _read(*paths, dem_crs=dem_crs)
    assert type(caught.value) is kind
    return str(caught.value)


def test_heights_land_in_their_cells_with_the_offset(tmp_path: Path) -> None:
    z = np.arange(100.0).reshape(10, 10)
    terrain, notes = _read(_tile(tmp_path / "a.tif", z), offset_m=-0.4)
    assert np.allclose(terrain.z_m, z - 0.4, atol=1e-4)
    assert terrain.offset_m == -0.4
    assert notes == []


def test_an_unstated_offset_is_said(tmp_path: Path) -> None:
    _, notes = _read(_tile(tmp_path / "a.tif", np.ones((10, 10))), offset_m=None)
    assert notes == ["terrain heights are on the file's own datum: no offset to the city's was stated"]


def test_small_voids_are_filled_and_counted(tmp_path: Path) -> None:
    z = np.full((10, 10), 5.0)
    z[4, 4] = NODATA
    terrain, notes = _read(_tile(tmp_path / "a.tif", z))
    assert notes == ["1 of 100 terrain cells had no height and were filled from their neighbours"]
    assert np.allclose(terrain.z_m, 5.0)


def test_large_voids_are_refused(tmp_path: Path) -> None:
    z = np.full((10, 10), 5.0)
    z[:4] = NODATA
    why = _refused(_tile(tmp_path / "a.tif", z))
    assert why == "a.tif: 40% of the city has no height, more than 20%. Add the neighbouring tile."


def test_a_second_tile_completes_the_first(tmp_path: Path) -> None:
    left = _tile(tmp_path / "a.tif", np.full((10, 5), 1.0))
    right = _tile(tmp_path / "b.tif", np.full((10, 5), 2.0), west=560_100.0)
    terrain, _ = _read(left, right)
    assert terrain.z_m[0].tolist() == [1.0] * 5 + [2.0] * 5


def test_all_nodata_is_refused(tmp_path: Path) -> None:
    why = _refused(_tile(tmp_path / "a.tif", np.full((10, 10), NODATA)))
    assert why == "a.tif: covers the city but holds nodata only there. Give another elevation file."


def test_a_tile_elsewhere_is_refused_with_both_boxes(tmp_path: Path) -> None:
    why = _refused(_tile(tmp_path / "a.tif", np.ones((10, 10)), west=700_000.0), kind=CrsError)
    assert why == (
        "a.tif: covers 108.875 16.447 108.876 16.449, but the city lies in 107.564 16.455 107.566 16.457 "
        "(west, south, east, north in degrees). Give the tile that covers the city; of SRTM it is N16E107."
    )


def test_only_the_city_is_read_of_a_large_file(tmp_path: Path) -> None:
    """The cell of each height is the same as when the file ends at the city's box."""
    z = np.arange(250_000.0).reshape(500, 500) / 1000
    path = tmp_path / "large.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 500, "width": 500}
    place = Affine(20.0, 0.0, BOX_M[0] - 100 * 20, 0.0, -20.0, BOX_M[3] + 200 * 20)
    with rasterio.open(path, "w", crs="EPSG:9214", transform=place, **profile) as raster:
        raster.write(z.astype(np.float32), 1)
    terrain, _ = _read(path)
    assert np.allclose(terrain.z_m, z[200:210, 100:110], atol=1e-3)
    tile = read_tile(path, box_m=BOX_M, crs="EPSG:9214", dem_crs=None)
    assert tile.heights_m.shape == (14, 14)


def _ascii(path: Path, *, west: float = 560_000.0, south: float = 1_820_000.0) -> Path:
    head = f"ncols 2\nnrows 2\nxllcorner {west}\nyllcorner {south}\ncellsize 100\nNODATA_value -9999\n"
    path.write_text(head + "1 2\n3 4\n")
    return path


def test_a_missing_reference_system_is_refused(tmp_path: Path) -> None:
    assert _refused(_ascii(tmp_path / "a.asc"), kind=CrsError) == (
        "a.asc: no reference system is stated. Give it with --dem-crs, e.g. --dem-crs EPSG:9214."
    )


def test_a_reference_system_given_with_the_file_is_used_and_said(tmp_path: Path) -> None:
    terrain, notes = _read(_ascii(tmp_path / "a.asc"), dem_crs="EPSG:9214")
    assert terrain.z_m[0, 0] == 1
    assert terrain.z_m[-1, -1] == 4
    assert notes[0] == "a.asc states no reference system; EPSG:9214 was given for it"


def test_a_file_without_a_position_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 2, "width": 2}
    with pytest.warns(NotGeoreferencedWarning), rasterio.open(path, "w", **profile) as raster:
        raster.write(np.ones((1, 2, 2), dtype=np.float32))
    assert _refused(path, kind=CrsError, dem_crs="EPSG:9214") == (
        "scan.tif: no position is stated. Georeference it, e.g. with a world file and --dem-crs."
    )


def test_a_damaged_reference_system_is_refused(tmp_path: Path) -> None:
    damaged = "+proj=tmerc +lat_0=0 +lon_0=107 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m"
    assert _refused(_tile(tmp_path / "a.tif", np.ones((10, 10)), crs=damaged), kind=CrsError) == (
        "a.tif: a transverse Mercator of VN-2000's shape without VN-2000's datum shift (225 m off at Huế). "
        "Write the right one into the file, e.g. gdal_edit.py -a_srs EPSG:9214."
    )


def _tile_in(path: Path, unit: str, value: float = 100.0) -> Path:
    _tile(path, np.full((10, 10), value))
    with rasterio.open(path, "r+") as raster:
        raster.units = (unit,)
    return path


@pytest.mark.parametrize(("unit", "metres"), [("m", 100.0), ("ft", 30.48), ("US survey foot", 120000 / 3937)])
def test_heights_in_feet_become_metres_and_it_is_said(tmp_path: Path, unit: str, metres: float) -> None:
    terrain, notes = _read(_tile_in(tmp_path / "a.tif", unit))
    assert np.allclose(terrain.z_m, metres)
    said = [] if unit == "m" else [f"heights of a.tif are in {unit} and were converted to metres"]
    assert notes == said


def test_heights_in_another_unit_are_refused(tmp_path: Path) -> None:
    why = _refused(_tile_in(tmp_path / "a.tif", "cm"))
    assert why == "a.tif: heights in 'cm', neither metres nor feet. Convert them to metres."


def test_feet_on_the_ground_without_a_unit_of_height_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": 2, "width": 2}
    with rasterio.open(
        path, "w", crs="EPSG:2263", transform=Affine(9, 0, 984_000, 0, -9, 200_000), **profile
    ) as raster:
        raster.write(np.ones((1, 2, 2), dtype=np.float32))
    assert _refused(path) == (
        "a.tif: its coordinates count in feet and the unit of its heights is not stated. "
        "Write it into the file, e.g. gdal_edit.py -units ft."
    )


def test_an_undeclared_nodata_value_is_no_height(tmp_path: Path) -> None:
    z = np.full((10, 10), 5.0)
    z[0, :3] = -32768
    assert _refused(_tile(tmp_path / "a.tif", z)) == (
        "a.tif: 3 cells lie below -500 m or above 9000 m. "
        "State its value for no data, e.g. gdal_edit.py -a_nodata, or its unit."
    )


def test_a_picture_is_no_elevation(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 3, "height": 2, "width": 2}
    with rasterio.open(
        tmp_path / "photo.tif", "w", crs="EPSG:9214", transform=Affine(9, 0, 1, 0, -9, 1), **profile
    ) as raster:
        raster.write(np.ones((3, 2, 2), dtype=np.uint8))
    assert _refused(tmp_path / "photo.tif") == (
        "photo.tif: 3 bands, an elevation file has one. Give the heights alone."
    )


def _zip(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return path


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "N16E107.hgt.zip", N16E107_hgt=b"\0" * 5_000_000)
    with zipfile.ZipFile(path) as archive:
        packed = archive.infolist()[0].compress_size
    assert _refused(path) == (
        f"N16E107.hgt.zip: {packed} bytes would unpack to 5000000. Refused as a zip bomb; unpack it first."
    )


@pytest.mark.parametrize("member", ["../N16E107.hgt", "/etc/N16E107.hgt", "a/../../b.hgt", "..\\b.hgt", "C:\\b.hgt"])
def test_a_zip_member_that_points_outside_is_refused(tmp_path: Path, member: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, b"1")
    assert _refused(path) == (
        f"a.zip: its member {member!r} points outside the archive. Refused; take the zip from its provider."
    )


def test_a_zip_holds_one_elevation_file_and_may_hold_a_licence(tmp_path: Path) -> None:
    tile = _tile(tmp_path / "a.tif", np.full((10, 10), 7.0)).read_bytes()
    terrain, _ = _read(_zip(tmp_path / "one.zip", heights__a_tif=tile, LICENCE_txt=b"free"))
    assert np.allclose(terrain.z_m, 7.0)
    assert _refused(_zip(tmp_path / "two.zip", a_tif=tile, b_tif=tile)) == (
        "two.zip: the zip holds 2 elevation files, not one. Unpack it first."
    )
    assert _refused(_zip(tmp_path / "none.zip", readme_txt=b"x")) == (
        "none.zip: the zip holds 0 elevation files, not one. Unpack it first."
    )


def test_what_is_no_raster_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"not a raster")
    (tmp_path / "b.zip").write_bytes(b"not a zip")
    (tmp_path / "c.vrt").write_text("<VRTDataset/>")
    assert _refused(tmp_path / "a.tif") == (
        "a.tif: unreadable elevation file ('a.tif' not recognized as being in a supported file format.). "
        "Give GeoTIFF, .hgt or .asc."
    )
    assert _refused(tmp_path / "b.zip") == "b.zip: damaged zip file. Download it again."
    assert _refused(tmp_path / "c.vrt") == (
        "c.vrt: no elevation format known by the name '.vrt'. Give .tif, .tiff, .hgt, .asc or a .zip of one."
    )


def test_a_truncated_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    _tile(path, np.ones((300, 300)))
    path.write_bytes(path.read_bytes()[:2000])
    assert _refused(path).startswith("a.tif: unreadable elevation file (")


@pytest.mark.parametrize(("given", "known"), [(None, 8.0), (2.5, 2.5)])
def test_the_accuracy_is_that_of_srtm_for_its_files(shared: Path, given: float | None, known: float) -> None:
    box = (373_000.0, 4_706_000.0, 374_000.0, 4_707_000.0)
    file = shared / "dem" / "N42E001.hgt.zip"
    frame = {"box_m": box, "cell_m": 90.0, "crs": "EPSG:32631", "offset_m": None}
    terrain, notes = read_terrain_files([file], accuracy_m=given, **frame)  # type: ignore[arg-type] # mixed values
    assert terrain.accuracy_m == known
    assert notes == ["terrain heights are on the file's own datum: no offset to the city's was stated"]
    assert 900 < float(terrain.z_m.min()) < float(terrain.z_m.max()) < 3_000


def test_the_accuracy_of_other_files_is_unknown_unless_given(tmp_path: Path) -> None:
    path = _tile(tmp_path / "a.tif", np.ones((10, 10)))
    terrain, notes = read_terrain_files([path], box_m=BOX_M, cell_m=20.0, crs="EPSG:9214", offset_m=0.0)
    assert np.isnan(terrain.accuracy_m)
    assert notes == ["the vertical accuracy of a.tif is not known: give it with --dem-accuracy-m"]


def test_cells_too_small_for_memory_are_refused(tmp_path: Path) -> None:
    path = _tile(tmp_path / "a.tif", np.ones((10, 10)))
    with pytest.raises(RequestError) as caught:
        read_terrain_files([path], box_m=BOX_M, cell_m=0.01, crs="EPSG:9214", offset_m=0.0)
    assert str(caught.value) == ("cell size 0.01 m: 20000 × 20000 cells, more than 200000000; take larger cells")
