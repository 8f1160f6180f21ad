"""OpenStreetMap files: what is read out of them, and what is refused before it does harm."""

import bz2
import gzip
import zlib
from pathlib import Path

import osmium
import pytest
import shapely
from osmium.osm import mutable

from gis_data.readers.osm import read_osm
from twin.errors import SchemaError, TopologyError

from .osm_toy import HEAD, NODES, node, osm_file, way

AGAIN = "Download the extract again; compare its size with the provider's."
STREET = way(1, "1 2", highway="primary")


def _refused(path: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        read_osm(path)
    return str(caught.value)


def test_the_same_is_read_from_every_packing(tmp_path: Path) -> None:
    plain = osm_file(tmp_path, STREET, way(2, "3 4 14 3", building="yes"))
    packed, packed2 = tmp_path / "toy.osm.gz", tmp_path / "toy.osm.bz2"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    packed2.write_bytes(bz2.compress(plain.read_bytes()))
    extracts = [read_osm(p) for p in (plain, packed, packed2)]
    assert [e.ways for e in extracts] == [extracts[0].ways] * 3
    assert [e.counts for e in extracts] == [extracts[0].counts] * 3
    assert extracts[0].counts["nodes"] == 27


def test_shapes_lines_and_places_have_their_meaning(tmp_path: Path) -> None:
    nodes = NODES.replace(node(9), node(9, amenity="hospital", name="Bệnh viện Trung ương"))
    square = "3 4 14 13 3"
    extract = read_osm(
        osm_file(
            tmp_path,
            STREET,
            way(2, square, building="house", building__levels="2"),
            way(3, square, building="office", height="33 m"),
            way(4, square, building="yes", building__levels="tall"),
            way(5, square, natural="water", water="pond"),
            way(6, square, landuse="residential"),
            way(7, square, natural="wood"),
            way(8, "5 6 16", waterway="canal", name="Sông Ngự Hà", width="20 m"),
            way(9, "7 8", waterway="stream"),
            nodes=nodes,
        )
    )
    assert [(b.kind, b.storeys) for b in extract.buildings[:2]] == [("house", 2.0), ("office", 10.0)]
    assert extract.buildings[2].storeys != extract.buildings[2].storeys
    assert [(w.kind, isinstance(w.shape, shapely.MultiPolygon)) for w in extract.water] == [("pond", True)]
    assert [u.kind for u in extract.land_use] == ["residential", "wood"]
    assert [(w.kind, w.name, w.width_m, len(w.lon_lat)) for w in extract.waterways[:1]] == [
        ("canal", "Sông Ngự Hà", 20.0, 3)
    ]
    assert extract.waterways[1].width_m != extract.waterways[1].width_m
    assert [(p.osm_id, p.kind, p.name) for p in extract.places] == [("n9", "hospital", "Bệnh viện Trung ương")]
    assert extract.warnings == ["1 buildings give a height only; storeys counted as 3.3 m each"]


def test_every_way_is_accounted_for(tmp_path: Path) -> None:
    open_building = way(4, "5 6", building="yes")
    lost = way(2, "3 98", highway="primary")
    extract = read_osm(osm_file(tmp_path, STREET, lost, way(3, "3 4", highway="proposed"), open_building))
    assert extract.counts["highways"] == 3
    assert [w.way_id for w in extract.ways] == [1]
    assert extract.counts["highways not travelled"] == 1
    assert extract.counts["highways without two known nodes"] == 1
    assert extract.warnings == [
        "1 nodes of ways are missing in the file; the ways are cut there",
        "1 buildings have no closed outline and were left out",
    ]


@pytest.mark.parametrize("suffix", [".osm.gz", ".osm.bz2"])
def test_a_truncated_packing_is_refused(tmp_path: Path, suffix: str) -> None:
    pack = gzip.compress if suffix == ".osm.gz" else bz2.compress
    whole = pack(osm_file(tmp_path, STREET).read_bytes())
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    assert _refused(path) == f"cut{suffix}: truncated: the packed file ends in the middle. {AGAIN}"


def test_a_damaged_packing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.osm.gz"
    path.write_bytes(b"not packed at all")
    assert _refused(path).startswith("bad.osm.gz: damaged packing (")


def test_a_truncated_plain_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.osm"
    path.write_text(HEAD + NODES + STREET)
    assert _refused(path).startswith("cut.osm: truncated or damaged OpenStreetMap file (XML parsing error")


def test_a_truncated_pbf_is_refused(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes((shared / "osm" / "andorra.osm.pbf").read_bytes()[:50_000])
    assert (
        _refused(path) == f"cut.osm.pbf: truncated or damaged OpenStreetMap file (PBF error: unexpected EOF). {AGAIN}"
    )


def test_a_decompression_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm.gz"
    path.write_bytes(gzip.compress(HEAD.encode() + b" " * 60_000_000))
    size = path.stat().st_size
    assert _refused(path) == (
        f"bomb.osm.gz: {size} bytes unpack to more than 50000000. "
        "Refused as a decompression bomb; give the extract as .osm.pbf."
    )


def _field(number: int, content: bytes | int) -> bytes:
    """One field of a protocol buffer: a number or bytes."""

    def varint(n: int) -> bytes:
        return bytes([n & 127 | 128]) + varint(n >> 7) if n > 127 else bytes([n])

    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def test_a_pbf_whose_block_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.osm.pbf"
    size = 64 * 1024 * 1024
    blob = _field(2, size) + _field(3, zlib.compress(bytes(size)))
    head = _field(1, b"OSMHeader") + _field(3, len(blob))
    path.write_bytes(len(head).to_bytes(4, "big") + head + blob)
    assert path.stat().st_size < 100_000
    assert _refused(path) == (
        f"bomb.osm.pbf: truncated or damaged OpenStreetMap file (PBF error: illegal blob size). {AGAIN}"
    )


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE osm [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE osm SYSTEM "https://example.org/osm.dtd">',
        f"<!--{' ' * 2_000_000}--><!DOCTYPE osm [<!ENTITY a 'b'>]>",
    ],
)
def test_an_entity_or_document_type_is_refused(tmp_path: Path, prologue: str) -> None:
    path = tmp_path / "bomb.osm"
    path.write_text(f'<?xml version="1.0"?>{prologue}<osm/>')
    assert _refused(path) == "bomb.osm: the XML declares a document type or an entity. Take a plain extract."


def test_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.osm"
    path.write_bytes(HEAD.encode() + b'<node id="1" lon="1" lat="1"><tag k="name" v="Caf\xe9 "/></node></osm>')
    at = path.read_bytes().index(b"\xe9")
    assert _refused(path) == f"latin.osm: text that is not UTF-8 near byte {at}. Save it as UTF-8."


def test_text_in_a_pbf_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.osm.pbf"
    writer = osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=none"))
    for number in (1, 2):
        writer.add_node(mutable.Node(id=number, version=1, location=(107.58 + number / 1000, 16.46)))
    writer.add_way(mutable.Way(id=1, version=1, nodes=[1, 2], tags={"highway": "primary", "name": "Café"}))
    writer.close()
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xe9 "))
    assert _refused(path) == f"latin.osm.pbf: text that is not UTF-8. {AGAIN}"


def test_an_unsorted_file_is_refused(tmp_path: Path) -> None:
    path = osm_file(tmp_path, way(2, "1 2", highway="primary"), way(1, "2 3", highway="primary"))
    assert _refused(path) == "toy.osm: not sorted (Way IDs out of order: 1). Sort it, e.g. with osmium sort."


def test_an_empty_file_and_one_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.osm").touch()
    (tmp_path / "roads.shp").touch()
    assert _refused(tmp_path / "empty.osm") == f"empty.osm: the file is empty. {AGAIN}"
    assert _refused(tmp_path / "roads.shp") == (
        "roads.shp: no OpenStreetMap file by its name. Give one of .osm.pbf, .osm.gz, .osm.bz2, .osm, .pbf."
    )


def test_a_file_without_roads_says_so(tmp_path: Path) -> None:
    with pytest.raises(TopologyError) as caught:
        read_osm(osm_file(tmp_path, way(1, "1 2", waterway="river")))
    assert str(caught.value) == (
        "toy.osm: no travelled way (highway=*) in the file. Take an extract of a settled area."
    )
