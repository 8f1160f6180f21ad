"""The city file gives back the same city, opens in GIS software, and never half-replaces an old one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import rasterio

from gis_data.city_file import read_city, write_city
from gis_data.export import export_layer
from twin.city.city import TABLES, City
from twin.errors import SchemaError
from twin.testing.toy import toy_city


def test_round_trip_is_equal_bit_for_bit(tmp_path: Path) -> None:
    city = toy_city()
    path = tmp_path / "toy.gpkg"
    write_city(city, path)
    again = read_city(path)
    assert again.digest == city.digest
    assert again.name == city.name
    assert again.terrain is not None
    assert city.terrain is not None
    assert np.array_equal(again.terrain.z_m, city.terrain.z_m)


def test_voids_of_the_terrain_survive(tmp_path: Path) -> None:
    city = toy_city()
    assert city.terrain is not None
    z = city.terrain.z_m.copy()
    z[1, 2] = np.nan
    city = replace(city, terrain=replace(city.terrain, z_m=z, accuracy_m=float("nan"), offset_m=None))
    write_city(city, tmp_path / "toy.gpkg")
    assert read_city(tmp_path / "toy.gpkg").digest == city.digest


def test_wide_voids_survive_and_gis_software_sees_them_as_voids(tmp_path: Path) -> None:
    city = toy_city()
    assert city.terrain is not None
    rough = np.full((600, 600), np.nan, dtype=np.float32)
    rough[:300, :300] = 0.03
    city = replace(city, terrain=replace(city.terrain, z_m=np.ones_like(rough), manning=rough, impervious=rough))
    path = tmp_path / "toy.gpkg"
    write_city(city, path)
    assert read_city(path).digest == city.digest
    with rasterio.open(f"GPKG:{path}:terrain_manning") as opened:
        assert opened.read(1, masked=True).count() == 300 * 300


def test_layers_are_named_and_in_epsg_9214(tmp_path: Path) -> None:
    write_city(toy_city(), tmp_path / "toy.gpkg")
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "toy.gpkg")}
    assert {*TABLES, "road_nodes", "parcels_use", "gauges_alarm", "signals_green"} <= layers
    for raster in ("terrain", "terrain_manning"):
        with rasterio.open(f"GPKG:{tmp_path / 'toy.gpkg'}:{raster}") as opened:
            assert opened.crs.to_epsg() == 9214
            assert opened.shape == (4, 4)
    assert pyogrio.read_info(tmp_path / "toy.gpkg", layer="roads")["crs"] == "EPSG:9214"
    lengths = pyogrio.read_dataframe(tmp_path / "toy.gpkg", layer="roads").geometry.length
    assert lengths.tolist() == toy_city().roads.length_m.tolist()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "toy.gpkg"
    write_city(toy_city(), path)
    frame = pyogrio.read_dataframe(path, layer="places")
    frame["name"] = "Chợ khác"
    pyogrio.write_dataframe(frame, path, layer="places", driver="GPKG")
    with pytest.raises(SchemaError, match="does not match its digest"):
        read_city(path)


def test_what_is_no_city_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    path.write_bytes(b"SQLite format 3\0 but not really")
    with pytest.raises(SchemaError, match="not a city file"):
        read_city(path)


def test_a_full_disk_leaves_the_old_file_intact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "toy.gpkg"
    write_city(toy_city(), path)
    before = path.read_bytes()

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gis_data.city_file.write_terrain", no_space)
    with pytest.raises(SchemaError, match=r"No space left on device.*the old file is intact"):
        write_city(toy_city(), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["toy.gpkg"]


def test_a_city_of_roads_only_has_no_empty_layers(tmp_path: Path) -> None:
    bare = City(name="bare", crs="EPSG:9214", roads=toy_city().roads)
    write_city(bare, tmp_path / "bare.gpkg")
    assert {n for n, _ in pyogrio.list_layers(tmp_path / "bare.gpkg")} == {"roads", "road_nodes", "city_meta"}
    assert read_city(tmp_path / "bare.gpkg").digest == bare.digest


def test_an_exported_parcel_carries_all_its_uses(tmp_path: Path) -> None:
    export_layer(toy_city(), "parcels", tmp_path / "parcels.geojson", file_format="geojson")
    row = pyogrio.read_dataframe(tmp_path / "parcels.geojson").iloc[0]
    assert (row["use_code"], row["use_area_m2"]) == ("ODT+CLN", "900.0+300.0")
    export_layer(toy_city(), "gauges", tmp_path / "gauges.csv", file_format="csv")
    assert "3.0+3.5" in (tmp_path / "gauges.csv").read_text(encoding="utf-8")
