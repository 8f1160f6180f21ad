"""Changes over the API: checked and told before a run, timed in it, and written out as a traffic order."""

from typing import Any

import httpx
import pytest

import scenarios
from api.orders import measured_detours
from tests.api.test_runs import SHORT
from tests.fakes.service import finished
from tests.scenarios.cities import two_banks
from twin.city.interventions import CloseStreet
from twin.city.roads import FOUR_WHEELED, MOTOR

EVENING = {"from_time": "07:02", "to_time": "07:08", "days": ["wed"]}
BAN = {"kind": "close-street", "name": "Cầu Tây", "modes": 57, "when": [EVENING]}


def _told(client: httpx.Client, *changes: dict[str, Any]) -> Any:
    return client.post("/api/v1/changes", json={"interventions": changes}).json()


def test_changes_are_told_with_the_links_they_touch(town: httpx.Client) -> None:
    section = {"street": "Ngang 1 Nam", "between": ["Dọc 1 Nam", "Dọc 3 Nam"]}
    ban, one_way, signal = _told(
        town,
        BAN | {"modes": 56},
        {"kind": "one-way", "where": section},
        {"kind": "signal-split", "junction": ["Ngang 1 Nam", "Dọc 2 Nam"], "cycle_s": 60},
    )
    assert ban["label"]["vi"] == "Cầu Tây: cấm ô tô các loại · từ 07:02 đến 07:08, thứ Tư hằng tuần"
    assert ban["label"]["en"] == "Cầu Tây: no cars, buses, trucks · 07:02–07:08 wed"
    assert sorted(ban["links"]) == ["21-26", "26-21"]
    assert sorted(one_way["links"]) == ["6-7", "7-6", "7-8", "8-7"]
    assert sorted(signal["links"]) == ["12-7", "2-7", "6-7", "8-7"]


@pytest.mark.parametrize(
    ("change", "status", "code", "detail"),
    [
        ({"kind": "close-street", "name": "Cau Tay"}, 422, "invalid-intervention", "did you mean Cầu Tây?"),
        ({"kind": "close-link", "links": ["zz"]}, 404, "unknown-item", "zz"),
        ({"kind": "close-street", "name": "Cầu Tây", "hour": 3}, 422, "invalid-request", "hour: Unexpected keyword"),
        ({"kind": "speed", "where": {"street": "Cầu Tây"}, "speed_kmh": -1}, 422, "invalid-intervention", "above 0"),
        (
            BAN | {"when": [EVENING | {"first_day": "2027-05-02", "last_day": "2027-05-01"}]},
            422, "invalid-intervention", "ends before it starts on 2027-05-02",
        ),
        (
            {"kind": "signal", "junction": ["Ngang 1 Nam", "Dọc 2 Nam"], "cycle_s": 60, "greens": []},
            422, "invalid-intervention", "a signal without green",
        ),
        ({"kind": "network-as-of", "day": "2024-01-01"}, 422, "invalid-intervention", "no street is known to"),
        ({"kind": "burn"}, 422, "invalid-request", "burn"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_refused(
    town: httpx.Client, change: dict[str, Any], status: int, code: str, detail: str
) -> None:
    for path, body in (("changes", {}), ("runs", {"scenario": "traffic", "params": SHORT})):
        answer = town.post(f"/api/v1/{path}", json=body | {"interventions": [change]})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert detail in answer.json()["detail"]


def test_a_timed_closure_is_run_compared_and_written_out_as_an_order(town: httpx.Client) -> None:
    asked: dict[str, Any] = {"scenario": "traffic", "params": SHORT | {"date": "2026-11-25"}, "replications": 2}
    ids = [
        town.post("/api/v1/runs", json=asked | {"interventions": changes}).json()["id"]
        for changes in ([], [BAN | {"when": [EVENING]}])
    ]
    statuses = [finished(town, i) for i in ids]
    assert [s["status"] for s in statuses] == ["successful"] * 2
    assert statuses[1]["request"]["interventions"][0]["when"][0]["days"] == ["wed"]
    compared = town.get("/api/v1/compare", params={"a": ids[0], "b": ids[1]}).json()
    assert any(row["difference"] for row in compared["indicators"]), "on a Wednesday it is in force"
    order = town.get(f"/api/v1/runs/{ids[1]}/order", params={"baseline": ids[0], "f": "text"})
    assert order.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Cấm xe cơ giới (ô tô, xe máy) lưu thông trên cầu Tây." in order.text
    page = town.get(f"/api/v1/runs/{ids[1]}/order", params={"baseline": ids[0]})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Thời gian: từ 07:02 đến 07:08, thứ Tư hằng tuần." in page.text
    nothing = town.get(f"/api/v1/runs/{ids[0]}/order")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "invalid-intervention")


def test_a_street_that_an_order_bars_is_no_way_around_it() -> None:
    city = two_banks()
    made = scenarios.study(
        scenarios.ask(
            city, "traffic", params=SHORT | {"replications": 2}, interventions=[CloseStreet("Cầu Tây", MOTOR)]
        )
    )
    assert any("cầu Đông" in way for way in measured_detours(city, made, [CloseStreet("Cầu Tây", MOTOR)]))
    both = [CloseStreet("Cầu Tây", MOTOR), CloseStreet("Cầu Đông", FOUR_WHEELED)]
    assert not any("cầu Đông" in way for way in measured_detours(city, made, both))


def test_an_order_needs_no_run(town: httpx.Client) -> None:
    body = {"interventions": [BAN], "detours": ["Cầu Đông"]}
    answer = town.post("/api/v1/traffic-orders", params={"f": "markdown"}, json=body)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "# THÔNG BÁO PHÂN LUỒNG GIAO THÔNG" in answer.text
    assert "- Đi theo cầu Đông." in answer.text
    assert town.post("/api/v1/traffic-orders", json={"interventions": []}).status_code == 422


def test_a_town_without_the_streets_of_hue_has_no_ready_made_what_ifs(town: httpx.Client) -> None:
    assert town.get("/api/v1/what-ifs").json() == []
