"""What is read from where, and which of its columns mean what: aliases of the cadastre, mappings from a TOML file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gis_data.projection import CrsWords

Value = str | float


@dataclass(frozen=True, kw_only=True)
class LayerSource:
    """One layer to read.

    Attributes
    ----------
    table : str
        Table of the city it fills.
    file : Path
        Vector file; of a database source the mapping file that names it.
    layer : str
        Layer of the file, or ``schema.table`` of the database; empty where the file has only one.
    database : str
        PostgreSQL address; empty for a file.
    crs : str or None
        Reference system, where the source states none or a wrong one.
    swap_xy : bool
        X holds the northing.
    columns : dict
        Column of the source for each field.
    factors : dict
        Number by which a field is multiplied to reach the twin's unit.
    constants : dict
        Value of a field that no column holds.
    translate : dict
        For each field, the twin's word for a word of the source.
    source, provenance : str
    accuracy_m : float
        [m]; NaN where unknown.
    replaces : bool
        Takes the place of what the city has in the table, instead of joining it.
    words : CrsWords
        How the user states a reference system here, for the messages.
    """

    table: str
    file: Path
    layer: str = ""
    database: str = ""
    crs: str | None = None
    swap_xy: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    constants: Mapping[str, Value] = field(default_factory=dict)
    translate: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = ""
    provenance: str = "surveyed"
    accuracy_m: float = float("nan")
    replaces: bool = False
    words: CrsWords = field(default_factory=CrsWords)


PARCEL_ALIASES: dict[str, tuple[str, ...]] = {
    "ward_code": (
        *("maxa", "maphuongxa", "maphuong", "madvhc", "madonvihanhchinh", "mahanhchinh", "maxaphuong"),
        *("gsocode", "wardcode", "ward"),
    ),
    "map_sheet": (
        *("shto", "soto", "sohieutobando", "sohieuto", "sotobando", "sohieubando", "shbando", "tobando", "tobd"),
        *("mapsheet", "sheet"),
    ),
    "parcel_no": (
        *("shthua", "sothua", "sothututhua", "sohieuthua", "sothuadat", "sttthua", "thuaso", "thuadatso", "thua"),
        *("parcelno", "parcel"),
    ),
    "land_use": (
        *("loaidat", "maloaidat", "kyhieuloaidat", "mld", "mdsd", "mucdichsudung", "mucdichsudungdat", "kyhieumdsd"),
        *("mamucdichsudung", "loaidatpl", "landusecode", "landuse"),
    ),
    "legal_area_m2": (
        *("dientichphaply", "dientichpl", "dtpl", "dtphaply", "dientichgcn", "dtgcn", "dientich", "dientichtu"),
        *("legalaream2", "legalarea", "dtich"),
    ),
    "valid_from": ("ngayhieuluc", "hieuluctu", "tungay", "validfrom"),
}
"""Names of the columns in Vietnamese cadastral files without accents and marks, the likeliest first."""

COORDINATE_ALIASES: dict[str, tuple[str, ...]] = {
    "wkt": ("wkt", "thegeom", "geom", "geometry", "hinhhoc", "shape"),
    "x": ("x", "toadox", "xm", "xvn2000"),
    "y": ("y", "toadoy", "ym", "yvn2000"),
    "east": ("e", "east", "easting", "dong", "lon", "longitude", "kinhdo"),
    "north": ("n", "north", "northing", "bac", "lat", "latitude", "vido"),
}
"""Names of the columns of a table that hold its geometry."""

_PERSONAL = re.compile(
    "chusd|chusudung|chusohuu|chunha|chuho|chuthua|tenchu|hoten|hovaten|nguoisd|nguoisudung|nguoinop|tennsd"
    "|cmnd|socmt|cccd|cancuoc|dinhdanh(?!thua)|hochieu|sogiayto|giaytotuythan|masothue|dienthoai|^sdt|didong|phone|mobile|email"
    "|diachi|thuongtru|tamtru|namsinh|ngaysinh|gioitinh|dantoc|vochong|tenvo|tenchong|owner(?!ship)|holder|passport"
)
_PERSONAL_WHOLE = {"chu", "cmt", "nsd", "sodt", "dtdd", "mst", "sogt", "ho", "chu1", "chu2"}
_DBASE_NAME = 10


def plain_name(name: str) -> str:
    """Return a column's name in small letters without accents, spaces and marks: ``Số thửa`` is ``sothua``."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(c for c in letters if c.isascii() and c.isalnum())


def personal_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that hold a person: name, identity number, birth, spouse, address, telephone."""
    return tuple(n for n in names if _PERSONAL.search(plain_name(n)) or plain_name(n) in _PERSONAL_WHOLE)


def match_columns(
    names: Iterable[str], aliases: Mapping[str, tuple[str, ...]], explicit: Mapping[str, str]
) -> dict[str, str]:
    """Return the column of each field: the one mapped by the user, else the first known alias.

    A name of ten letters also matches an alias that begins with it: dBASE cuts names there.
    """
    available = [n for n in names if n not in set(explicit.values())]
    found = dict(explicit)
    for wanted, spellings in aliases.items():
        if wanted in found:
            continue
        hits = [n for alias in spellings for n in available if _same(plain_name(n), alias)]
        if hits:
            found[wanted] = hits[0]
            available.remove(hits[0])
    return found


def _same(name: str, alias: str) -> bool:
    return name == alias or (len(name) == _DBASE_NAME and alias.startswith(name))
