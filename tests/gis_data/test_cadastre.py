"""The land database comes in whole: every format, every accent, every use, and nobody's name."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis_data.readers.cadastre import read_parcels
from gis_data.readers.land_codes import parse_uses
from gis_data.readers.sources import PARCEL_ALIASES, match_columns, personal_columns, plain_name
from tests.gis_data.cadastre_files import EAST_M, NORTH_M, parcels, source, written
from twin.city.land import GEOMETRY, LAND_USE, LEGAL_AREA
from twin.testing.toy import toy_admin


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "gml"])
def test_every_format_gives_the_same_parcels(tmp_path: Path, suffix: str) -> None:
    frame = parcels()
    reference, _ = read_parcels([written(frame, tmp_path / "base.gpkg")])
    if suffix == "geojson":
        frame = frame.to_crs("EPSG:4326")
    read, report = read_parcels([written(frame, tmp_path / f"thua.{suffix}")])
    assert read.ids.tolist() == reference.ids.tolist()
    assert read.find("19789", "12", "3") == 2
    assert read.uses_of(1)[0][0] == "ODT"
    assert read.use_code.tolist() == ["ODT", "ODT", "CLN", "TMD"]
    assert np.allclose(shapely.area(read.shapes()), 200.0, atol=0.02)
    assert read.completeness() == 1.0
    assert report.records == 3
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".gfs"] == []


def test_csv_with_wkt_and_decimal_commas(tmp_path: Path) -> None:
    rows = [f'19789;12;{k + 1};ODT;200,5;"{s.wkt}"' for k, s in enumerate(parcels().geometry)]
    path = tmp_path / "thua.csv"
    path.write_text("\n".join(["Mã xã;Số tờ;Số thửa;Loại đất;Diện tích;WKT", *rows]), encoding="utf-8-sig")
    read, _ = read_parcels([source(path, crs="EPSG:9214")])
    assert read.legal_area_m2.tolist() == [200.5] * 3
    assert np.allclose(shapely.area(read.shapes()), 200.0)


def _corners(path: Path, names: tuple[str, str], *, north_first: bool) -> None:
    lines = [",".join(["MaXa", "SoTo", "SoThua", *names])]
    for k, shape in enumerate(parcels().geometry):
        for x, y in shape.exterior.coords[:-1]:
            pair = (y, x) if north_first else (x, y)
            lines.append(f"19789,12,{k + 1},{pair[0]},{pair[1]}")
    path.write_text("\n".join(lines), encoding="utf-8")


def test_a_table_of_corners_gives_outlines(tmp_path: Path) -> None:
    path = tmp_path / "goc_thua.csv"
    _corners(path, ("X", "Y"), north_first=True)
    read, _ = read_parcels([source(path, crs="EPSG:9214", swap_xy=True)])
    assert len(read) == 3
    assert np.allclose(shapely.bounds(read.shapes()[0]), [EAST_M, NORTH_M, EAST_M + 10, NORTH_M + 20])
    _corners(path, ("Bac", "Dong"), north_first=True)
    named, _ = read_parcels([source(path, crs="EPSG:9214")])
    assert np.array_equal(named.xy_m, read.xy_m)


def test_a_point_a_parcel_leaves_the_outline_unknown(tmp_path: Path) -> None:
    path = tmp_path / "tam_thua.csv"
    path.write_text(f"MAXA,SOTO,SOTHUA,E,N\n19789,12,1,{EAST_M},{NORTH_M}\n", encoding="utf-8")
    read, report = read_parcels([source(path, crs="EPSG:9214")])
    assert read.complete.tolist() == [0]
    assert report.without_outline == 1


def test_old_shapefile_text_is_repaired(tmp_path: Path) -> None:
    frame = parcels(LOAIDAT=["§Êt ë t¹i ®« thÞ", "ODT", "ODT"])
    read, report = read_parcels([written(frame, tmp_path / "cu.shp", encoding="ISO-8859-1")])
    assert read.use_code.tolist() == ["ODT"] * 3
    assert report.notes()[0] == "cu.shp: column LOAIDAT was written in TCVN3 and was repaired"


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_columns_of_a_shapefile_may_have_accents(tmp_path: Path, encoding: str) -> None:
    utf8 = encoding == "UTF-8"
    names = ["Mã xã", "Tờ", "Thửa"] if utf8 else ["M· x·", "Tê", "Thöa"]
    frame = parcels().rename(columns=dict(zip(["MAXA", "SHTO", "SHTHUA"], names, strict=True)))
    src = written(frame.assign(CHU=["Nguyễn" if utf8 else "NguyÔn"] * 3), tmp_path / "a.shp", encoding=encoding)
    mapped = source(src.file, columns={"map_sheet": "Tờ"})
    read, report = read_parcels([mapped])
    assert read.find("19789", "12", "3") == 2
    assert list(report.personal) == ["a.shp: CHU"]


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    written(parcels(), tmp_path / "thua.shp")
    with zipfile.ZipFile(tmp_path / "thua.zip", "w") as archive:
        for part in tmp_path.glob("thua.*"):
            if part.suffix != ".zip":
                archive.write(part, f"dulieu/{part.name}")
    read, _ = read_parcels([source(tmp_path / "thua.zip")])
    assert len(read) == 3


def test_nobody_comes_through_the_door(tmp_path: Path) -> None:
    people = {"TENCHU": "Nguyễn Văn Kín", "CCCD": "046099001122", "DIENTHOAI": "0905111222", "DIACHI": "12 Lê Lợi"}
    frame = parcels().assign(**{k: [v] * 3 for k, v in people.items()})
    read, report = read_parcels([written(frame, tmp_path / "thua.gpkg")])
    assert dict(report.personal) == {f"thua.gpkg: {name}": 3 for name in people}
    held = " ".join(
        np.concatenate([a for a in vars(read).values() if isinstance(a, np.ndarray) and a.dtype.kind == "U"])
    )
    assert not any(secret in held + " ".join(report.notes()) for secret in people.values())
    assert "4 personal columns were not read: thua.gpkg: TENCHU (3 records)" in report.notes()[0]


def test_names_of_persons_are_recognised() -> None:
    owners = [
        "CHU_SU_DUNG",
        "Chủ sử dụng",
        "Họ tên",
        "CMND",
        "SoCCCD",
        "SĐT",
        "Địa chỉ",
        "NAMSINH",
        "OWNER_NAME",
        "Email",
    ]
    assert personal_columns(owners) == tuple(owners)
    assert (
        personal_columns(
            [
                "MAXA",
                "SHTO",
                "SHTHUA",
                "LOAIDAT",
                "DIENTICH",
                "THOIHAN",
                "NGUONGOC",
                "MDSDT",
                "MaDinhDanhThua",
                "GHICHU",
            ]
        )
        == ()
    )


def test_aliases_and_names_cut_by_dbase() -> None:
    assert plain_name("Số hiệu tờ bản đồ") == "sohieutobando"
    names = ["ID", "MaXa", "SoHieuToBa", "SoThuTuThu", "MucDichSuD", "DienTich", "DienTichPL"]
    assert match_columns(names, PARCEL_ALIASES, {}) == {
        "ward_code": "MaXa",
        "map_sheet": "SoHieuToBa",
        "parcel_no": "SoThuTuThu",
        "land_use": "MucDichSuD",
        "legal_area_m2": "DienTichPL",
    }
    assert match_columns(names, PARCEL_ALIASES, {"parcel_no": "ID"})["parcel_no"] == "ID"


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("ODT", [("ODT", None)]),
        ("ODT+CLN", [("ODT", None), ("CLN", None)]),
        ("odt; cln", [("ODT", None), ("CLN", None)]),
        ("ODT CLN", [("ODT", None), ("CLN", None)]),
        ("ODT 120,5, CLN 80", [("ODT", 120.5), ("CLN", 80.0)]),
        ("ODT (120 m²) CLN (80 m2)", [("ODT", 120.0), ("CLN", 80.0)]),
        ("ODT:120+CLN:80.5", [("ODT", 120.0), ("CLN", 80.5)]),
        ("Đất ở tại đô thị", [("ODT", None)]),
        ("XYZ", [("XYZ", None)]),
        ("", []),
    ],
)
def test_land_uses_of_one_field(text: str, uses: list[tuple[str, float | None]]) -> None:
    got = [(code, None if np.isnan(area) else area) for code, area in parse_uses(text, "tt08_2024")]
    assert got == uses


def test_unknown_codes_are_kept_and_reported(tmp_path: Path) -> None:
    read, report = read_parcels([written(parcels(LOAIDAT=["XYZ", "ODT+QQQ", None]), tmp_path / "a.gpkg")])
    assert read.use_code.tolist() == ["XYZ", "ODT", "QQQ"]
    assert report.notes()[0] == "land-use codes outside the vocabulary, kept as they are: QQQ (1), XYZ (1)"
    assert read.complete.tolist() == [7, 7, LEGAL_AREA | GEOMETRY]


def test_a_crossing_outline_is_repaired_with_its_area(tmp_path: Path) -> None:
    frame = parcels()
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    frame.loc[1, "geometry"] = shapely.transform(bow, lambda xy: xy + np.array([EAST_M + 12, NORTH_M]))
    read, report = read_parcels([written(frame, tmp_path / "a.gpkg")])
    assert shapely.is_valid(read.shapes()).all()
    assert shapely.area(read.shapes()[1]) == pytest.approx(50.0)
    assert report.notes()[0] == (
        "1 outlines crossed themselves and were repaired, 50.0 m² changed: a.gpkg row 2 (0.0 → 50.0 m²)"
    )
    ((file, row, legal, drawn),) = report.area_differs
    assert (file, row, legal, round(drawn, 6)) == ("a.gpkg", 2, 200.0, 50.0)


def test_legal_and_drawn_area_are_compared(tmp_path: Path) -> None:
    _, report = read_parcels([written(parcels(DIENTICH=[200.0, 209.0, 300.0]), tmp_path / "a.gpkg")])
    assert report.notes() == [
        "1 parcels whose legal area differs from the outline's by over 5 %, the largest: "
        "a.gpkg row 3 (legal 300.0, outline 200.0 m²)",
        "ward codes were not checked: the city has no administrative units",
    ]


def test_wards_are_joined_by_code_and_date(tmp_path: Path) -> None:
    frame = parcels(MAXA=["19789", "19753", "99999"])
    _, report = read_parcels([written(frame, tmp_path / "a.gpkg")], admin=toy_admin())
    assert dict(report.unknown_wards) == {"99999": 1}
    early = source(tmp_path / "a.gpkg", constants={"valid_from": "2019-01-01"})
    assert dict(read_parcels([early], admin=toy_admin())[1].unknown_wards) == {"19753": 1, "19789": 1, "99999": 1}


def test_files_are_merged_and_editions_kept(tmp_path: Path) -> None:
    old = written(parcels(), tmp_path / "old.gpkg")
    new = written(parcels(n=2), tmp_path / "new.gpkg")
    both, _ = read_parcels([old, source(new.file, constants={"valid_from": "01/01/2026"})])
    assert len(both) == 5
    assert both.find("19789", "12", "1") == 3
    assert both.ids[:3].tolist() == read_parcels([old])[0].ids.tolist()
    assert not any("19789" in i for i in both.ids)


def test_a_column_can_be_mapped_and_a_ward_given_for_the_file(tmp_path: Path) -> None:
    frame = parcels().rename(columns={"SHTHUA": "COT_7"}).drop(columns="MAXA")
    written(frame, tmp_path / "a.gpkg")
    given = {"ward_code": 19789, "valid_from": "2025-07-01"}
    read, _ = read_parcels([source(tmp_path / "a.gpkg", columns={"parcel_no": "COT_7"}, constants=given)])
    assert read.find("19789", "12", "2") == 1


def test_the_date_of_the_file_fills_only_what_a_record_leaves_empty(tmp_path: Path) -> None:
    frame = parcels(NGAYHIEULUC=["", "01/01/2026", None])
    read, _ = read_parcels([written(frame, tmp_path / "a.gpkg")])
    assert [str(day) for day in read.valid_from] == ["2025-07-01", "2026-01-01", "2025-07-01"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_spreadsheets_text_in_any_unicode(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    lines = ["Mã xã\tSố tờ\tSố thửa\tLoại đất\tDong\tBac", f"19789\t12\t1\tĐất chợ\t{EAST_M}\t{NORTH_M}"]
    path.write_text("\n".join(lines), encoding=encoding)
    read, _ = read_parcels([source(path, crs="EPSG:9214")])
    assert read.use_code.tolist() == ["DCH"]


def test_a_spreadsheet_in_tcvn3_heading_and_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["M· x·,Sè tê,Sè thöa,Lo¹i ®Êt,E,N", f"19789,12,1,§Êt ë t¹i ®« thÞ,{EAST_M},{NORTH_M}"]
    path.write_text("\n".join(lines), encoding="latin-1")
    read, _ = read_parcels([source(path, crs="EPSG:9214")])
    assert read.use_code.tolist() == ["ODT"]
    assert read.find("19789", "12", "1") == 0


def test_records_without_facts_are_kept(tmp_path: Path) -> None:
    frame = parcels(DIENTICH=[None, None, 200.0], LOAIDAT=[None, "ODT", "ODT"], SHTHUA=["", None, "3"])
    read, report = read_parcels([written(frame, tmp_path / "a.gpkg")])
    assert read.complete.tolist() == [GEOMETRY, GEOMETRY | LAND_USE, 7]
    assert report.without_key == 2
    assert len(set(read.ids.tolist())) == 3
