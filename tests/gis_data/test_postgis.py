"""A PostGIS database is read like a file: the same parcels, the same refusals, and no secret in any message."""

import socket
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import sqlalchemy as sa
from pyproj import CRS

from gis_data.projection import CrsWords
from gis_data.readers.cadastre import read_parcels
from gis_data.readers.infrastructure import read_infrastructure
from gis_data.readers.sources import LayerSource
from tests.gis_data.cadastre_files import EAST_M, NORTH_M, parcels, written
from twin.errors import ValidationFailed

SCHEMA = 'Địa chính "2025"'
RETYPE = 'alter table SCHEMA."Thửa đất" alter geometry type geometry'


@pytest.fixture
def database(postgis: str) -> Iterator[tuple[str, sa.Engine]]:
    """The address, and an engine to fill the database; its schemas are emptied afterwards."""
    engine = sa.create_engine(sa.make_url(postgis).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    _run(engine, "create schema SCHEMA")
    yield postgis, engine
    _run(engine, "drop schema SCHEMA cascade")
    _run(engine, "delete from spatial_ref_sys where srid >= 990000")


def _run(engine: sa.Engine, sql: str, **values: Any) -> None:
    quoted = '"' + SCHEMA.replace('"', '""') + '"'
    with engine.begin() as connection:
        connection.execute(sa.text(sql.replace("SCHEMA", quoted)), values)


def _fill(engine: sa.Engine, frame: gpd.GeoDataFrame, table: str = "Thửa đất") -> None:
    frame.to_postgis(table, engine, schema=SCHEMA, if_exists="replace")


def _source(address: str, table: str = "Thửa đất", **more: Any) -> LayerSource:
    given: dict[str, Any] = {"table": "parcels", "constants": {"valid_from": "2025-07-01"}}
    return LayerSource(
        file=Path("mapping.toml"),
        database=address,
        layer=f"{SCHEMA}.{table}",
        words=CrsWords('crs = "{}"', "swap_xy = true"),
        **(given | more),
    )


def _faults(*sources: LayerSource) -> list[str]:
    with pytest.raises(ValidationFailed) as caught:
        read_parcels(sources)
    return [str(f) for f in caught.value.faults]


def test_a_table_gives_the_parcels_of_the_file(database: tuple[str, sa.Engine], tmp_path: Path) -> None:
    address, engine = database
    frame = parcels(n=50, TENCHU=["Nguyễn Văn Kín"] * 50)
    _fill(engine, frame)
    from_table, report = read_parcels([_source(address)])
    from_file, _ = read_parcels([written(frame, tmp_path / "a.gpkg")])
    order = [from_table.index_of(i) for i in from_file.ids]
    assert from_table.ids[order].tolist() == from_file.ids.tolist()
    assert shapely.equals(from_table.shapes()[order], from_file.shapes()).all()
    assert [name.rpartition(" ")[2] for name in report.personal] == ["TENCHU"]


def test_only_the_columns_needed_are_asked_for_and_nothing_can_be_written(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    _fill(engine, parcels(CCCD=["046099001122"] * 3))
    asked: list[tuple[str, bool]] = []

    def listen(connection: sa.Connection, _: object, sql: str, *more: object) -> None:  # noqa: ARG001 # SQLAlchemy's
        asked.append((sql, bool(connection.connection.driver_connection.read_only)))  # type: ignore[union-attr]

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        read_parcels([_source(address)])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert any('"SHTHUA"' in sql for sql, _ in asked)
    assert not any("CCCD" in sql for sql, _ in asked)
    assert all(read_only for _, read_only in asked)


def test_a_view_is_read(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    _fill(engine, parcels())
    _run(engine, 'create view SCHEMA."Khung nhìn" as select * from SCHEMA."Thửa đất" limit 2')
    assert len(read_parcels([_source(address, "Khung nhìn")])[0]) == 2


def test_an_unknown_system_is_asked_for(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    _fill(engine, parcels())
    _run(engine, f"{RETYPE}(polygon, 0) using st_setsrid(geometry, 0)")
    assert [f.partition(": ")[2] for f in _faults(_source(address))] == [
        'no coordinate reference system is stated. Give it with crs, e.g. crs = "EPSG:9214".'
    ]
    assert len(read_parcels([_source(address, crs="EPSG:9214")])[0]) == 3


def test_a_damaged_system_of_the_database_is_refused(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    damaged = CRS("+proj=tmerc +lat_0=0 +lon_0=107 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m")
    row = {"srid": 990107, "wkt": damaged.to_wkt("WKT1_GDAL"), "proj": "+proj=tmerc +lon_0=107"}
    _fill(engine, parcels())
    _run(engine, "insert into spatial_ref_sys values (:srid, 'HUE', 107, :wkt, :proj)", **row)
    _run(engine, f"{RETYPE}(polygon, 990107) using st_setsrid(geometry, 990107)")
    (fault,) = _faults(_source(address))
    assert "without VN-2000's datum shift (225 m off at Huế)" in fault


def test_wrong_zone_empty_and_missing_tables(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    _fill(engine, parcels().set_crs("EPSG:5899", allow_override=True), "sai")
    _fill(engine, parcels().iloc[:0], "trống")
    server = address.rpartition("@")[2].replace(":" + address.rpartition(":")[2].partition("/")[0], "")
    assert _faults(_source(address, "sai"), _source(address, "trống"), _source(address, "không có")) == [
        f'{server}: the points lie outside the city in EPSG:5899. They fit EPSG:9214: give crs = "EPSG:9214".',
        f"{server}, layer {SCHEMA}.trống: the layer is empty. Give a table with records.",
        f'{server}, layer {SCHEMA}.không có: no such table or view. Give layer = "schema.table".',
    ]


def test_several_systems_in_one_column_are_refused(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    _fill(engine, parcels())
    _run(engine, RETYPE)
    _run(engine, 'update SCHEMA."Thửa đất" set geometry = st_setsrid(geometry, 3405) where "SHTHUA" = 1')
    (fault,) = _faults(_source(address))
    assert "holds several reference systems (SRID 3405, 9214). Bring them to one." in fault


def test_infrastructure_comes_from_the_database_too(database: tuple[str, sa.Engine]) -> None:
    address, engine = database
    line = shapely.LineString([(EAST_M, NORTH_M, 1.5), (EAST_M + 30, NORTH_M, 1.2)])
    _fill(engine, gpd.GeoDataFrame({"Đường kính": [800]}, geometry=[line], crs="EPSG:9214"), "Cống")
    tables, _ = read_infrastructure(
        [
            LayerSource(
                table="drains",
                file=Path("mapping.toml"),
                database=address,
                layer=f"{SCHEMA}.Cống",
                columns={"width_m": "Đường kính"},
                factors={"width_m": 0.001},
            )
        ]
    )
    assert tables["drains"].width_m.tolist() == [0.8]  # type: ignore[attr-defined] # a Drains


def test_a_wrong_password_is_refused_without_showing_it(database: tuple[str, sa.Engine]) -> None:
    wrong = str(database[0]).replace("sông-Hương-1", "s3cret-guess")
    with pytest.raises(ValidationFailed) as caught:
        read_parcels([_source(wrong)])
    text = str(caught.value) + "".join(traceback.format_exception(caught.value))
    assert "password authentication failed" in text
    assert "Check the address, the user and the rights." in text
    assert "s3cret-guess" not in text


def test_a_server_that_does_not_answer() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (fault,) = _faults(_source(f"postgresql://u:s3cret@127.0.0.1:{port}/hue"))
    assert fault.startswith("127.0.0.1/hue: the database refused (")
    assert "s3cret" not in fault


@pytest.mark.parametrize("address", ["mysql://u:s3cret@host/hue", "postgresql://u:s3cret@host:port/hue", "nonsense"])
def test_what_is_no_postgresql_address(address: str) -> None:
    (fault,) = _faults(_source(address))
    assert "postgresql://user@host:5432/database" in fault
    assert "s3cret" not in fault
