"""Elevation: heights land in the right cell, voids are counted, and what cannot be trusted is refused."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio import Affine

from gis_data.readers.elevation import read_terrain_files
from twin.city.terrain import Terrain
from twin.errors import CrsError, SchemaError

BOX_M = (560_000.0, 1_820_000.0, 560_200.0, 1_820_200.0)
NODATA = -9999.0


def _tile(path: Path, z: NDArray[np.float64], *, crs: str | None = "EPSG:9214", west: float = 560_000.0) -> Path:
    profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "height": z.shape[0], "width": z.shape[1]}
    place = Affine(20.0, 0.0, west, 0.0, -20.0, 1_820_200.0)
    with rasterio.open(path, "w", crs=crs, transform=place, nodata=NODATA, **profile) as raster:
        raster.write(z.astype(np.float32), 1)
    return path


def _read(*paths: Path, offset_m: float | None = 0.0) -> tuple[Terrain, list[str]]:
    return read_terrain_files(paths, box_m=BOX_M, cell_m=20.0, crs="EPSG:9214", offset_m=offset_m)


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
    with pytest.raises(SchemaError, match=r"a\.tif: 40% of the city has no height, more than 20%"):
        _read(_tile(tmp_path / "a.tif", z))


def test_a_second_tile_completes_the_first(tmp_path: Path) -> None:
    left = _tile(tmp_path / "a.tif", np.full((10, 5), 1.0))
    right = _tile(tmp_path / "b.tif", np.full((10, 5), 2.0), west=560_100.0)
    terrain, _ = _read(left, right)
    assert terrain.z_m[0].tolist() == [1.0] * 5 + [2.0] * 5


@pytest.mark.parametrize("z", [np.full((10, 10), NODATA)])
def test_all_nodata_is_refused(tmp_path: Path, z: NDArray[np.float64]) -> None:
    with pytest.raises(CrsError, match=r"no height inside the city's box \(560000, 1820000, 560200, 1820200\)"):
        _read(_tile(tmp_path / "a.tif", z))


def test_a_tile_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="Give the tile that covers the city"):
        _read(_tile(tmp_path / "a.tif", np.ones((10, 10)), west=700_000.0))


def test_a_missing_reference_system_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.asc").write_text(
        "ncols 2\nnrows 2\nxllcorner 560000\nyllcorner 1820000\ncellsize 100\nNODATA_value -9999\n1 2\n3 4\n"
    )
    with pytest.raises(CrsError, match=r"a\.asc: no reference system is stated"):
        _read(tmp_path / "a.asc")


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "N16E107.hgt.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N16E107.hgt", b"\0" * 5_000_000)
    with pytest.raises(SchemaError, match="Refused as a zip bomb"):
        _read(path)


def test_what_is_no_raster_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"not a raster")
    with pytest.raises(SchemaError, match=r"a\.tif: unreadable elevation file"):
        _read(tmp_path / "a.tif")
