"""Layers of a PostGIS database; a file and a table are read the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from gis_data.readers.sources import LayerSource
from gis_data.readers.vector import RawLayer, named_columns, read_layer, repaired_text
from twin.errors import DataError, SchemaError

if TYPE_CHECKING:
    from sqlalchemy import URL, ColumnClause, Connection

_TIMEOUT_S = 10
_EXTRA = "Install the extra: pip install 'hue-twin[postgres]'."
_COLUMNS = """
select a.attname, t.typname from pg_attribute a
join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
where n.nspname = :schema and c.relname = :name and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
_SYSTEM = "select auth_name, auth_srid, srtext from spatial_ref_sys where srid = :srid"


def read_any(source: LayerSource, aliases: dict[str, tuple[str, ...]], prefer: tuple[str, ...] = ()) -> RawLayer:
    """Read a layer of a file or of a database.

    Raises
    ------
    DataError
        The source is missing, unreadable, empty or ambiguous.
    """
    return read_table(source, aliases) if source.database else read_layer(source, aliases, prefer)


def read_table(source: LayerSource, aliases: dict[str, tuple[str, ...]]) -> RawLayer:
    """Read the columns of a PostGIS table or view that have a meaning; personal columns are never asked for.

    The password may stand in the address or where libpq looks for it (a password file); it is in no message.

    Raises
    ------
    DataError
        The server does not answer or refuses.
    SchemaError
        No such table or column, no geometry, several reference systems, or no record.
    """
    try:
        import geoalchemy2  # noqa: F401 # an optional extra; registers the geometry type
        import sqlalchemy as sa  # an optional extra
    except ImportError as error:
        raise DataError(source.file.name, "a PostGIS source needs SQLAlchemy and psycopg", _EXTRA) from error
    try:
        url = sa.make_url(source.database)
    except (sa.exc.ArgumentError, ValueError):
        remedy = "Write it as postgresql://user@host:5432/database."
        raise DataError(source.file.name, "the database address cannot be read", remedy) from None
    server = f"{url.host or 'local'}/{url.database}"
    if url.get_backend_name() != "postgresql":
        raise DataError(server, "not a PostgreSQL address", "Write it as postgresql://user@host:5432/database.")
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool, connect_args={"connect_timeout": _TIMEOUT_S}
    )
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            return _read(connection, source, aliases, server)
    except sa.exc.DBAPIError as error:
        told = _without_secret(str(error.orig), url)
        raise DataError(
            server, f"the database refused ({told})", "Check the address, the user and the rights."
        ) from None


def _without_secret(message: str, url: URL) -> str:
    line = " ".join(message.split())
    return line.replace(str(url.password), "***") if url.password else line


def _read(connection: Connection, source: LayerSource, aliases: dict[str, tuple[str, ...]], server: str) -> RawLayer:
    import sqlalchemy as sa  # an optional extra

    schema, _, name = source.layer.rpartition(".")
    schema = schema or "public"
    kinds = {str(c): str(t) for c, t in connection.execute(sa.text(_COLUMNS), {"schema": schema, "name": name})}
    if not kinds:
        raise SchemaError(server, "no such table or view", 'Give layer = "schema.table".', source.layer)
    geometry = _geometry_column(kinds, source, server)
    found, personal = named_columns(source, [c for c, t in kinds.items() if t != "geometry"], aliases, source.layer)
    columns: dict[str, ColumnClause[Any]] = {
        m: sa.column(sa.quoted_name(c, quote=True)) for m, c in found.items() if m != "geometry"
    }
    shape: ColumnClause[Any] = sa.column(sa.quoted_name(geometry, quote=True))
    table = sa.table(sa.quoted_name(name, quote=True), schema=sa.quoted_name(schema, quote=True))
    crs = _declared(connection, sa.select(sa.func.ST_SRID(shape)).select_from(table).distinct(), source, server)
    flat = sa.func.ST_SetSRID(sa.func.ST_Force2D(sa.func.ST_CurveToLine(shape)), 0)
    query = sa.select(*(c.label(m) for m, c in columns.items()), flat.label("geometry")).select_from(table)
    query = query.order_by(*columns.values())
    frame = gpd.read_postgis(query, connection, geom_col="geometry")
    if len(frame) == 0:
        raise SchemaError(server, "the layer is empty", "Give a table with records.", source.layer)
    frame, notes = repaired_text(frame, found, server)
    rows = np.arange(len(frame)) + 1
    return RawLayer(frame, found, server, source.layer, rows, crs, personal, tuple(notes))


def _geometry_column(kinds: dict[str, str], source: LayerSource, server: str) -> str:
    shapes = [c for c, t in kinds.items() if t == "geometry"]
    wanted = source.columns.get("geometry")
    if wanted in shapes:
        return str(wanted)
    if len(shapes) != 1 or wanted:
        why = f"has {len(shapes)} geometry columns ({', '.join(shapes)})" if shapes else "has no geometry column"
        raise SchemaError(server, why, "Name one as columns.geometry in the mapping file.", source.layer)
    return shapes[0]


def _declared(connection: Connection, query: Any, source: LayerSource, server: str) -> str | None:
    """Return the reference system of a column by its EPSG code, else by the definition the database holds."""
    import sqlalchemy as sa  # an optional extra

    found = sorted(int(s) for (s,) in connection.execute(query) if s is not None)
    if len(found) > 1:
        named = ", ".join(map(str, found))
        raise SchemaError(server, f"holds several reference systems (SRID {named})", "Bring them to one.", source.layer)
    if source.crs or not found or found[0] == 0:
        return source.crs
    row = connection.execute(sa.text(_SYSTEM), {"srid": found[0]}).one_or_none()
    if row is None:
        return f"EPSG:{found[0]}"
    return f"EPSG:{row.auth_srid}" if str(row.auth_name).upper() == "EPSG" else str(row.srtext)
