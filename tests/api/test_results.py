"""Tables, links and tracks of runs as clients and GIS software meet them."""

import csv
import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import pytest

from api.map.pack import decode
from tests.api.conftest import town_with_sensors
from tests.fakes.service import finished

PARAMS = {"duration_min": 10, "warm_up_min": 5, "cool_down_min": 5}
ROADS = town_with_sensors().roads


@pytest.fixture(scope="module")
def pair(town: httpx.Client) -> tuple[str, str]:
    """A baseline and the town without its western bridge."""
    ids = []
    for changes in ([], [{"kind": "close-street", "name": "Cầu Tây"}]):
        asked = {"scenario": "traffic", "params": PARAMS, "replications": 2, "interventions": changes}
        ids.append(town.post("/api/v1/runs", json=asked).json()["id"])
    assert [finished(town, i)["status"] for i in ids] == ["successful"] * 2
    return ids[0], ids[1]


def table(town: httpx.Client, pair: tuple[str, str], key: str, **query: Any) -> dict[str, Any]:
    answer = town.get(f"/api/v1/compare/tables/{key}", params={"a": pair[0], "b": pair[1], **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_comparison_names_its_tables(town: httpx.Client, pair: tuple[str, str]) -> None:
    made = town.get("/api/v1/compare", params={"a": pair[0], "b": pair[1]}).json()
    assert [t["key"] for t in made["tables"]] == ["bridges", "junctions", "streets", "wards"]
    assert all(t["title"]["vi"] for t in made["tables"])


def test_bridges_are_compared_pair_by_pair(town: httpx.Client, pair: tuple[str, str]) -> None:
    found = table(town, pair, "bridges")
    assert found["columns"][0] == {
        "key": "flow_veh_h", "title": {"vi": "Lưu lượng", "en": "Flow"}, "unit": "veh/h", "better": None,
    }  # fmt: skip
    west = next(r for r in found["rows"] if r["name"]["vi"] == "Cầu Tây")
    assert west["b"][0] == 0.0
    assert west["difference"][0] == pytest.approx(-west["a"][0])
    assert west["half_width"][0] > 0
    assert 100 < west["lonlat"][0] < 110


def test_streets_come_by_gain_and_as_many_as_asked(town: httpx.Client, pair: tuple[str, str]) -> None:
    found = table(town, pair, "streets", limit=3)
    assert [len(found["rows"]), found["rows"][0]["name"]["vi"]] == [3, "Cầu Đông"]
    assert found["total"] > 10
    slow = table(town, pair, "streets", by="delay_veh_h", order="value", limit=0)
    values = [r["b"][2] for r in slow["rows"]]
    assert values == sorted(values, reverse=True)
    assert len(values) == slow["total"]


def test_a_run_has_its_own_tables(town: httpx.Client, pair: tuple[str, str]) -> None:
    found = town.get(f"/api/v1/runs/{pair[0]}/tables/junctions").json()
    assert 0 < len(found["rows"]) <= 10
    assert "–" in found["rows"][0]["name"]["vi"]


def test_csv_opens_in_a_vietnamese_spreadsheet(town: httpx.Client, pair: tuple[str, str]) -> None:
    query = {"a": pair[0], "b": pair[1], "f": "csv", "lang": "vi"}
    answer = town.get("/api/v1/compare/tables/bridges", params=query)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].endswith('.csv"')
    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Mã", "Tên", "Thuộc", "Lưu lượng [veh/h] A"]
    assert {len(r) for r in rows} == {len(rows[0])}
    numbers = [cell for row in rows[1:] for cell in row[3:]]
    assert any("," in cell for cell in numbers)
    assert not any("." in cell for cell in numbers)
    english = town.get(f"/api/v1/runs/{pair[0]}/tables/bridges", params={"f": "csv", "lang": "en"}).text
    assert english.splitlines()[0].startswith("\ufeffId,Name,Belongs to,Flow [veh/h],")


def test_links_open_in_gis_software(town: httpx.Client, pair: tuple[str, str], tmp_path: Path) -> None:
    for f in ("gpkg", "geojson", "csv"):
        answer = town.get("/api/v1/compare/links", params={"a": pair[0], "b": pair[1], "f": f})
        assert answer.status_code == 200
        (tmp_path / f"links.{f}").write_bytes(answer.content)
    frame = gpd.read_file(tmp_path / "links.gpkg")
    assert len(frame) == len(ROADS)
    assert frame.crs.to_epsg() == 9214
    closed = frame[frame["name"] == "Cầu Tây"]
    assert (closed["flow_veh_h_b"] == 0).all()
    np.testing.assert_allclose(frame["flow_veh_h_diff"], frame["flow_veh_h_b"] - frame["flow_veh_h_a"], atol=1e-6)
    assert gpd.read_file(tmp_path / "links.geojson").total_bounds[0] > 100, "longitude first"
    assert (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()[0].startswith("WKT,id,name")
    single = town.get(f"/api/v1/runs/{pair[0]}/links").json()
    assert {"flow_veh_h", "speed_kmh_motorcycle", "queue_veh"} <= set(single["features"][0]["properties"])


def test_tracks_are_a_pack_of_links_and_times(town: httpx.Client, pair: tuple[str, str]) -> None:
    header, arrays = decode(town.get(f"/api/v1/runs/{pair[0]}/tracks").content)
    assert [c["key"] for c in header["classes"]][:2] == ["motorcycle", "car"]
    assert arrays["first"][-1] == len(arrays["link"]) == len(arrays["entered_s"])
    assert len(arrays["left_s"]) == len(arrays["kind"]) == header["count"] > 0
    assert arrays["link"].max() < len(ROADS)


def test_what_is_not_there_is_named(town: httpx.Client, pair: tuple[str, str]) -> None:
    wrong = town.get(f"/api/v1/runs/{pair[0]}/tables/bridge")
    assert wrong.status_code == 404
    assert "did you mean bridges" in wrong.json()["detail"]
    column = town.get(f"/api/v1/runs/{pair[0]}/tables/bridges", params={"by": "flow"})
    assert column.status_code == 404
    assert town.get(f"/api/v1/runs/{'0' * 24}/tracks").status_code == 404
