"""GMNS in and out: nothing of the streets is lost, units are said and never guessed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gis_data.export import export_layer
from gis_data.gmns_city import gmns_city, uses_of, write_gmns
from gis_data.hue.build import hue
from gis_data.readers.gmns import USES, read_gmns
from twin.city.city import City
from twin.city.interventions import CloseLink, apply
from twin.city.roads import ALL_MODES, CAR, CYCLE, WALK
from twin.errors import CrsError, UnknownItem, ValidationFailed
from twin.testing.toy import toy_city

EXACT = ("ids", "tail", "head", "road_class", "name", "lanes", "oneway", "bridge", "modes", "provenance", "source")
CLOSE = ("length_m", "width_m", "free_speed_mps", "capacity_pcu_h", "surface_m", "accuracy_m")


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


CONFIG = "long_length,short_length,speed,crs\nkm,m,kph,EPSG:4326\n"
NODES = "node_id,x_coord,y_coord\nA,107.58,16.46\nB,107.59,16.46\nC,107.59,16.47\n"
LINKS = (
    "link_id,name,from_node_id,to_node_id,directed,length,lanes,free_speed,capacity,allowed_uses,facility_type\n"
    '1,Lê Lợi,A,B,0,1.1,2,40,1800,"auto,moto,bike",primary\n2,,B,C,1,,,,,,\n'
)


def _same(a: City, b: City) -> None:
    for name in EXACT:
        assert getattr(a.roads, name).tolist() == getattr(b.roads, name).tolist(), name
    for name in CLOSE:
        np.testing.assert_allclose(getattr(a.roads, name), getattr(b.roads, name), rtol=1e-8, err_msg=name)
    np.testing.assert_allclose(a.roads.node_xy_m, b.roads.node_xy_m, atol=1e-2)
    np.testing.assert_allclose(a.roads.xy_m, b.roads.xy_m, atol=1e-2)
    assert a.turn_bans.from_link.tolist() == b.turn_bans.from_link.tolist()
    assert a.turn_bans.to_link.tolist() == b.turn_bans.to_link.tolist()


def test_the_toy_city_comes_back_whole_with_a_closed_link(tmp_path: Path) -> None:
    city = apply(toy_city(), [CloseLink((str(toy_city().roads.ids[0]),))])
    assert write_gmns(city, tmp_path / "toy") == len(city.roads)
    _same(city, gmns_city(tmp_path / "toy", name="Toy"))


def test_the_embedded_city_comes_back_whole(tmp_path: Path) -> None:
    city = hue()
    assert export_layer(city, "roads", tmp_path / "hue", file_format="gmns") == len(city.roads)
    back = gmns_city(tmp_path / "hue", name=city.name)
    assert back.crs == city.crs
    _same(city, back)


def test_units_of_the_file_become_ours(tmp_path: Path) -> None:
    us = "long_length,short_length,speed,crs\nmi,ft,mph,EPSG:4326\n"
    city = gmns_city(_write(tmp_path, config=us, node=NODES, link=LINKS), name="x")
    assert city.roads.length_m[0] == pytest.approx(1.1 * 1609.344)
    assert city.roads.free_speed_mps[0] == pytest.approx(40 * 0.44704)
    assert city.roads.capacity_pcu_h[0] == 3600.0


def test_an_undirected_record_gives_both_directions_and_gaps_are_filled_and_said(tmp_path: Path) -> None:
    city = gmns_city(_write(tmp_path, config=CONFIG, node=NODES, link=LINKS), name="x")
    roads = city.roads
    assert roads.ids.tolist() == ["1", "1b", "2"]
    assert (roads.tail.tolist(), roads.head.tolist()) == ([0, 1, 1], [1, 0, 2])
    assert roads.oneway.tolist() == [False, False, True]
    assert roads.modes.tolist() == [CAR | 1 | CYCLE, CAR | 1 | CYCLE, ALL_MODES]
    assert roads.length_m[2] == pytest.approx(1107, rel=1e-3)  # 0.01° of latitude
    assert [w.partition(": ")[2] for w in city.warnings] == [
        f"{what} assumed on 1 of 3 links" for what in ("length", "lanes", "speed", "capacity")
    ]


def test_geometry_by_id_and_prohibited_movements(tmp_path: Path) -> None:
    links = "link_id,from_node_id,to_node_id,geometry_id\n1,A,B,g\n2,B,C,\n"
    geometry = 'geometry_id,geometry\ng,"LINESTRING (107.58 16.46, 107.585 16.465, 107.59 16.46)"\n'
    moves = "mvmt_id,node_id,ib_link_id,ob_link_id,type,allowed_uses\nm,B,1,2,left,none\nk,B,1,2,left,auto\n"
    files = {"config": CONFIG, "node": NODES, "link": links, "geometry": geometry, "movement": moves}
    city = gmns_city(_write(tmp_path, **files), name="x")
    assert np.diff(city.roads.first_vertex).tolist() == [3, 2]
    assert (city.turn_bans.from_link.tolist(), city.turn_bans.to_link.tolist()) == ([0], [1])


def test_all_faults_come_in_one_report(tmp_path: Path) -> None:
    bad = (
        "link_id,from_node_id,to_node_id,length,geometry,allowed_uses\n"
        '1,A,Z,1,,auto\n2,B,C,abc,,auto\n3,A,B,1,"POINT (1 2)",auto\n4,A,B,-1,,rocket\n'
    )
    with pytest.raises(ValidationFailed) as caught:
        read_gmns(_write(tmp_path, config=CONFIG, node=NODES, link=bad))
    told = str(caught.value)
    assert "link.csv, row 3, field length: 'abc' is no number" in told
    assert "link.csv, row 5, field length: '-1' is below 0" in told
    (tmp_path / "link.csv").write_text(bad.replace("abc", "1").replace("-1", "1"))
    with pytest.raises(ValidationFailed) as caught:
        read_gmns(tmp_path)
    told = str(caught.value)
    assert "row 2, field to_node_id: the node 'Z' is not in node.csv" in told
    assert "row 4, field geometry: the geometry is no WKT LineString" in told
    assert "row 5, field allowed_uses: 'rocket' is no use known here" in told


def test_missing_files_units_and_systems_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ValidationFailed, match=r"config.csv: it is missing: units and reference system(.|\n)*node.csv"):
        read_gmns(tmp_path)
    _write(tmp_path, config="long_length,short_length,speed\nparsec,m,kph\n", node=NODES, link=LINKS)
    with pytest.raises(ValidationFailed, match="field long_length: 'parsec' is no unit"):
        read_gmns(tmp_path)
    _write(tmp_path, config="long_length,short_length,speed\nkm,m,kph\n")
    with pytest.raises(CrsError, match="no coordinate reference system is stated"):
        gmns_city(tmp_path, name="x")


def test_only_streets_can_be_a_gmns_folder(tmp_path: Path) -> None:
    with pytest.raises(UnknownItem, match="holds streets"):
        export_layer(toy_city(), "parcels", tmp_path / "x", file_format="gmns")


def test_every_set_of_modes_has_words_of_its_own() -> None:
    words = {uses_of(modes) for modes in range(ALL_MODES + 1)}
    assert len(words) == ALL_MODES + 1
    assert uses_of(WALK | CYCLE) == "bike;walk"
    assert set(USES) >= {w for text in words for w in text.split(";")} - {"closed"}


def test_a_failed_write_leaves_the_old_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_gmns(toy_city(), tmp_path / "toy")
    before = {p.name: p.read_bytes() for p in (tmp_path / "toy").iterdir()}

    def _full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", _full)
    with pytest.raises(OSError, match="No space left"):
        write_gmns(apply(toy_city(), [CloseLink((str(toy_city().roads.ids[0]),))]), tmp_path / "toy")
    assert {p.name: p.read_bytes() for p in (tmp_path / "toy").iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["toy"]
