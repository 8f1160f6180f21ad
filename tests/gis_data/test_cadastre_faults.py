"""Bad cadastral files: each mistake has its sentence, all faults come together, and nothing is returned."""

import json
import sqlite3
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from gis_data.readers.cadastre import read_parcels
from tests.gis_data.cadastre_files import EAST_M, NORTH_M, parcels, source, written
from twin.errors import ValidationFailed
from twin.testing.toy import toy_admin


def _faults(*sources: object, **more: object) -> list[str]:
    with pytest.raises(ValidationFailed) as caught:
        read_parcels(sources, **more)  # type: ignore[arg-type] # the test's own sources
    return [str(f) for f in caught.value.faults]


def test_wrong_zone(tmp_path: Path) -> None:
    frame = parcels().set_crs("EPSG:5899", allow_override=True)
    assert _faults(written(frame, tmp_path / "a.gpkg")) == [
        "a.gpkg: the points lie outside the city in EPSG:5899. They fit EPSG:9214: give --parcels-crs EPSG:9214."
    ]


def test_swapped_axes(tmp_path: Path) -> None:
    frame = parcels()
    frame.geometry = shapely.transform(frame.geometry.array, lambda xy: xy[:, ::-1])
    path = tmp_path / "a.gpkg"
    assert _faults(written(frame, path)) == [
        "a.gpkg: the axes are swapped: X holds the northing, as cadastral tables write it. Give --swap-xy."
    ]
    assert len(read_parcels([source(path, swap_xy=True)])[0]) == 3


def test_a_table_with_x_to_the_north(tmp_path: Path) -> None:
    path = tmp_path / "toado.csv"
    path.write_text(f"MAXA,SOTO,SOTHUA,X,Y\n19789,12,1,{NORTH_M},{EAST_M}\n", encoding="utf-8")
    assert _faults(source(path, crs="EPSG:9214")) == [
        "toado.csv: the axes are swapped: X holds the northing, as cadastral tables write it. Give --swap-xy."
    ]
    assert len(read_parcels([source(path, crs="EPSG:9214", swap_xy=True)])[0]) == 1


def test_missing_crs(tmp_path: Path) -> None:
    frame = parcels().set_crs(None, allow_override=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyogrio warns that it writes no system: that is the case
        src = written(frame, tmp_path / "a.shp")
    assert _faults(src) == [
        "a.shp: no coordinate reference system is stated. Give it with --parcels-crs, e.g. --parcels-crs EPSG:9214."
    ]
    assert len(read_parcels([source(src.file, crs="EPSG:9214")])[0]) == 3


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_crs_damaged_by_to_proj4(tmp_path: Path, suffix: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyproj warns that it drops the shift: that is the trap
        damaged = CRS.from_proj4(CRS.from_epsg(9214).to_proj4())
    src = written(parcels(), tmp_path / f"a.{suffix}")
    if suffix == "shp":
        src.file.with_suffix(".prj").write_text(damaged.to_wkt("WKT1_ESRI"), encoding="utf-8")
    else:
        change = "update gpkg_spatial_ref_sys set organization = 'NONE', definition = ? where srs_id = 9214"
        with closing(sqlite3.connect(src.file)) as db, db:
            db.execute(change, [damaged.to_wkt("WKT1_GDAL")])
    assert _faults(src) == [
        f"a.{suffix}: a transverse Mercator of VN-2000's shape without VN-2000's datum shift (225 m off at Huế). "
        "Give the system by its code, --parcels-crs EPSG:9214, not by a PROJ string."
    ]


def test_empty_layer(tmp_path: Path) -> None:
    pyogrio.write_dataframe(parcels().iloc[:0], tmp_path / "a.gpkg", layer="thua", geometry_type="Polygon")
    assert _faults(source(tmp_path / "a.gpkg")) == [
        "a.gpkg, layer thua: the layer is empty. Give a layer with records."
    ]


def test_duplicate_parcels_in_and_between_files(tmp_path: Path) -> None:
    frame = parcels(SHTHUA=[1, 2, 1], SHTO=["12", "12", "012"])
    a, b = written(frame, tmp_path / "a.gpkg"), written(parcels(n=2), tmp_path / "b.gpkg")
    remedy = "Keep one, or give each edition its own valid_from."
    assert _faults(a, b) == [
        f"a.gpkg, layer a, row 3, field SHTHUA: ward 19789, sheet 12, parcel 1 is already on row 1. {remedy}",
        f"b.gpkg, layer b, row 1, field SHTHUA: ward 19789, sheet 12, parcel 1 is already on row 1 of a.gpkg. {remedy}",
        f"b.gpkg, layer b, row 2, field SHTHUA: ward 19789, sheet 12, parcel 2 is already on row 2 of a.gpkg. {remedy}",
    ]


def test_a_ward_code_without_a_date_is_ambiguous(tmp_path: Path) -> None:
    written(parcels(), tmp_path / "a.gpkg")
    assert _faults(source(tmp_path / "a.gpkg", constants={}), admin=toy_admin()) == [
        "a.gpkg, layer a, row 1, field MAXA: 19789: meant several units (Phú Nhuận from 2021-07-01, Thuận Hóa from "
        "2025-07-01); give a date. Give --parcels-date, or valid_from in a mapping file."
    ]


def test_all_faults_of_a_file_come_in_one_report(tmp_path: Path) -> None:
    frame = parcels(DIENTICH=["200", "hai trăm", "-5"], NGAYHIEULU=["2025-07-01", "31/02/2025", ""])
    frame.loc[0, "geometry"] = shapely.LineString([(EAST_M, NORTH_M), (EAST_M + 5, NORTH_M)])
    frame.loc[2, "geometry"] = shapely.box(0, 0, 1, 1)
    frame = gpd.GeoDataFrame(pd.concat([frame, frame.iloc[1:2]], ignore_index=True), crs="EPSG:9214")
    pyogrio.write_dataframe(frame.rename(columns={"SHTHUA": "COT"}), tmp_path / "a.gpkg", geometry_type="Unknown")
    faults = _faults(source(tmp_path / "a.gpkg", columns={"valid_from": "NGAYHIEULU"}))
    assert faults == [
        "a.gpkg, layer a, field parcel_no: no column is recognised. "
        "Map it in a mapping file: columns.parcel_no = … or constants.parcel_no = ….",
        "a.gpkg, layer a, row 2, field DIENTICH: 'hai trăm' is no number. Write digits with a decimal point.",
        "a.gpkg, layer a, row 2, field NGAYHIEULU: '31/02/2025' is no date. Write it as 2025-07-01 or 01/07/2025.",
        "a.gpkg, layer a, row 3, field DIENTICH: '-5' is below 0. Correct the value.",
        "a.gpkg, layer a, row 4, field DIENTICH: 'hai trăm' is no number. Write digits with a decimal point.",
        "a.gpkg, layer a, row 4, field NGAYHIEULU: '31/02/2025' is no date. Write it as 2025-07-01 or 01/07/2025.",
        "a.gpkg, layer a, row 3, field geometry: lies outside the city (E 0, N 0). "
        "Correct its coordinates or leave it out.",
        "a.gpkg, layer a, row 1, field geometry: is a LineString, not an area. Give polygons; close the lines first.",
    ]


def test_the_report_is_json_too(tmp_path: Path) -> None:
    src = written(parcels(DIENTICH=["200", "x", "200"]), tmp_path / "a.gpkg")
    with pytest.raises(ValidationFailed) as caught:
        read_parcels([src])
    assert json.loads(json.dumps([f.as_dict() for f in caught.value.faults])) == [
        {
            "code": "schema-error",
            "file": "a.gpkg",
            "layer": "a",
            "row": 2,
            "column": "DIENTICH",
            "why": "'x' is no number",
            "remedy": "Write digits with a decimal point.",
        }
    ]


def test_rows_of_a_spreadsheet_count_its_heading(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"MAXA,SOTO,SOTHUA,X,Y\n19789,12,1,{EAST_M},?\n", encoding="utf-8")
    assert _faults(source(path, crs="EPSG:9214")) == [
        "a.csv, row 2, field Y: '?' is no coordinate. Write metres or degrees."
    ]


def test_a_line_of_two_corners_is_no_outline(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    corner = f"19789,12,1,{EAST_M},{NORTH_M}\n"
    path.write_text(f"MAXA,SOTO,SOTHUA,E,N\n{corner}{corner}", encoding="utf-8")
    assert _faults(source(path, crs="EPSG:9214")) == [
        "a.csv, row 2: an outline of 2 corners. Give at least three corners, each on a row of its own."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_with_an_external_entity(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.gml"
    written(parcels(), path)
    text = path.read_text(encoding="utf-8").partition("?>")[2]
    evil = f'<?xml version="1.0"?>{" " * 5000}<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>{text}'
    path.write_text(evil, encoding=encoding)
    assert _faults(source(path)) == [
        "a.gml: the XML declares a document type or an entity. Export it without a DOCTYPE."
    ]


def test_a_file_that_only_names_others(tmp_path: Path) -> None:
    path = tmp_path / "a.gml"
    inner = "<OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"
    path.write_text(f"<OGRVRTDataSource>{inner}</OGRVRTDataSource>", encoding="utf-8")
    assert _faults(source(path)) == ["a.gml: the file only names other sources. Give the layer itself."]


def test_a_table_with_a_stray_separator(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"MAXA,SOTO,SOTHUA,E,N\n19789,12,1,{EAST_M},{NORTH_M}\n1,2,3,4,5,6,7\n", encoding="utf-8")
    assert _faults(source(path, crs="EPSG:9214")) == [
        "a.csv, row 3: has 7 cells, the heading 5. Put texts with a separator in quotes."
    ]


def test_a_date_that_is_none(tmp_path: Path) -> None:
    written(parcels(), tmp_path / "a.gpkg")
    assert _faults(source(tmp_path / "a.gpkg", constants={"valid_from": "31/02/2025"})) == [
        "a.gpkg, layer a, field valid_from: '31/02/2025' is no date. Write it as 2025-07-01 or 01/07/2025."
    ]


def test_a_coordinate_that_is_no_number(tmp_path: Path) -> None:
    frame = parcels()
    frame.loc[1, "geometry"] = shapely.Polygon([(EAST_M, np.inf), (EAST_M + 1, NORTH_M), (EAST_M, NORTH_M + 1)])
    (fault,) = _faults(written(frame, tmp_path / "a.gpkg"))
    assert fault.startswith("a.gpkg, layer a, row 2, field geometry: lies outside the city")


def test_zip_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.shp", "w") as member:
        for _ in range(80):
            member.write(bytes(2**20))
    (fault,) = _faults(source(path))
    assert fault.startswith("a.zip: a zip bomb: ")
    assert fault.endswith("kB unpack to 80 MB. Take the archive from its source again.")


def test_zip_members_stay_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../evil.shp", b"")
    assert _faults(source(path)) == ["a.zip: member '../evil.shp' points outside the archive. Pack it again."]


def test_damaged_files_and_missing_ones(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "b.gpkg").write_bytes(b"no database")
    faults = _faults(source(tmp_path / "a.zip"), source(tmp_path / "b.gpkg"), source(tmp_path / "c.gpkg"))
    assert faults[0] == "a.zip: damaged or locked archive (File is not a zip file). Pack it again."
    assert faults[1].startswith("b.gpkg: unreadable (")
    assert faults[1].endswith("Open it in QGIS and export it again.")
    assert str(tmp_path) not in faults[1]
    assert faults[2] == "c.gpkg: no such file. Check the path."


def test_text_in_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    frame = parcels(LOAIDAT=["ODT", "\x81\x8d\x8f\x90", "ODT"])
    _, report = read_parcels([written(frame, tmp_path / "a.shp", encoding="ISO-8859-1")])
    assert "a.shp: column LOAIDAT is in an unknown encoding, kept as it is" in report.notes()


def test_a_personal_column_cannot_be_mapped(tmp_path: Path) -> None:
    written(parcels(TENCHU=["A"] * 3), tmp_path / "a.gpkg")
    assert _faults(source(tmp_path / "a.gpkg", columns={"land_use": "TENCHU"})) == [
        "a.gpkg, layer a, field TENCHU: holds personal data. Map another column; persons are not read."
    ]
    (fault,) = _faults(source(tmp_path / "a.gpkg", columns={"land_use": "KHONG_CO"}))
    assert "no such column for land_use. Columns of the layer: DIENTICH, LOAIDAT, MAXA, SHTHUA, SHTO." in fault


def test_several_layers_must_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    for layer in ("nam2024", "nam2025"):
        pyogrio.write_dataframe(parcels(), path, layer=layer)
    assert _faults(source(path)) == [
        "a.gpkg: has 2 layers with geometry. Name one in a mapping file (layer = …): nam2024, nam2025."
    ]
    pyogrio.write_dataframe(parcels(n=2), path, layer="ThuaDat")
    assert len(read_parcels([source(path)])[0]) == 2
    assert len(read_parcels([source(path, layer="nam2024")])[0]) == 3


def test_a_lossy_outline_is_a_fault(tmp_path: Path) -> None:
    frame = parcels()
    flat = [(EAST_M, NORTH_M), (EAST_M + 5, NORTH_M), (EAST_M, NORTH_M)]
    frame.loc[0, "geometry"] = shapely.Polygon(flat)
    assert _faults(written(frame, tmp_path / "a.gpkg")) == [
        "a.gpkg, layer a, row 1, field geometry: an outline without area. Draw the outline again."
    ]


def test_reading_is_exact_on_a_thousand_parcels(tmp_path: Path) -> None:
    # property: the sum of areas and the order of records survive reading
    frame: gpd.GeoDataFrame = parcels(n=1000)
    read, _ = read_parcels([written(frame, tmp_path / "a.gpkg")])
    assert read.parcel_no.tolist() == [str(k) for k in np.arange(1000) + 1]
    assert shapely.area(read.shapes()).sum() == pytest.approx(200_000.0, abs=1e-3)
