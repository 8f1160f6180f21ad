"""The page against the fake service: what it shows, in which words, and how it takes bad news."""

import re
from typing import Any

import numpy as np
import pytest

from api.map.spec import DECK_VERSION
from api.map.style import THEMES
from tests.browser.page import Page
from tests.fakes.fake_twin_api import FakeTwin

Fake = tuple[Page, FakeTwin]


def test_the_page_asks_no_other_origin_and_breaks_no_policy(fake: Fake) -> None:
    page = fake[0]
    asked = [url for url in page.requests() if not url.startswith(("data:", "blob:", "about:"))]
    assert len(asked) > 20
    assert {url for url in asked if not url.startswith(page.address)} == set()
    assert page.complaints() == []


def test_deck_is_the_version_the_specification_names(fake: Fake) -> None:
    assert fake[0].run("return deck.VERSION") == DECK_VERSION


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_shows_land_water_and_streets(fake: Fake, theme: str) -> None:
    page = fake[0]
    page.run(f"hueTwin.store.set({{theme: '{theme}'}})")
    page.settled()
    pixels = page.map_pixels().reshape(-1, 3).astype(np.int64)
    water = np.abs(pixels - THEMES[theme]["water"][:3]).max(axis=1) <= 3
    land = np.abs(pixels - THEMES[theme]["land"][:3]).max(axis=1) <= 3
    assert 0.03 < water.mean() < 0.4
    assert 0.2 < land.mean() < 0.9
    assert len(np.unique(pixels, axis=0)) > 300


def test_labels_are_whole_vietnamese_and_do_not_overlap_their_anchors(fake: Fake) -> None:
    page = fake[0]
    page.settled()
    labels = page.run("return hueTwin.app.fitted.map(l => l.text)")
    assert {"Sông Hương", "Cầu Phú Xuân"} <= set(labels)
    drawn = page.run(
        "const out = new Set(); for (const l of hueTwin.app.map.deck.layerManager.getLayers())"
        " if (l instanceof deck.TextLayer && l.id.startsWith('label-'))"
        " for (const c of Object.keys(l.state.fontAtlasManager.mapping)) out.add(c); return [...out]"
    )
    assert set("".join(labels)) - set(drawn) <= {"\n"}


def test_the_notice_is_always_there_in_the_language_chosen(fake: Fake) -> None:
    page = fake[0]
    assert page.text("#notice") == "Sơ đồ Huế vẽ theo số liệu đã công bố; không phải dữ liệu đo đạc."
    page.find("[data-lang=en]").click()
    page.until(
        "return document.documentElement.lang === 'en' && document.querySelector('#tab-live').textContent === 'Live'"
    )
    assert page.text("#notice") == "A schematic of Huế drawn from published facts; not survey data."
    assert "Not observed" in page.text("#legend")
    assert "Bike stations" in page.text("#legend"), "every dot on the map is explained"
    page.find("#tab-layers").click()
    assert "Streets and bridges" in page.text("#section-layers")


def test_times_and_numbers_are_written_as_in_vietnam(fake: Fake) -> None:
    page = fake[0]
    page.until("return hueTwin.store.get().live !== null")
    assert "24/11/2026 07:0" in page.text("#feed")
    page.find("#tab-layers").click()
    assert re.search(r"Đường phố và cầu\s*\d{1,3}\.\d{3}\b", page.text("#section-layers")), "thousands have a dot"


def test_stale_and_silent_sensors_are_named_and_not_drawn_as_live(fake: Fake) -> None:
    page = fake[0]
    page.find("#tab-live").click()
    page.until("return document.querySelectorAll('.counts b').length === 3")
    assert [e.text for e in page.all(".counts b")] == ["1", "1", "1"]
    assert "đã cũ · 24/11/2026 06:20" in page.text("#section-live")
    assert "im lặng · chưa từng gửi" in page.text("#section-live")


def test_a_street_is_found_without_accents_and_says_how_it_is_known(fake: Fake) -> None:
    page = fake[0]
    page.type("#search-text", "truong tien", enter=True)
    assert page.text("#inspector h2") == "Cầu Trường Tiền"
    wards = page.run("return hueTwin.app.names.find('vinh ninh').concat(hueTwin.app.names.find('my thuong'))")
    assert {w["name"]: w["hint"] for w in wards if w["key"] == "admin"} == {
        "Vĩnh Ninh": "phường, xã cũ", "Mỹ Thượng": "phường, xã",
    }  # fmt: skip
    assert "Độ chính xác vị trí" in page.text("#inspector")
    assert "±" in page.text("#inspector")


def test_a_bridge_is_closed_by_a_click_on_the_map(fake: Fake) -> None:
    page = fake[0]
    page.run("hueTwin.app.map.move({longitude: 107.585, latitude: 16.4658, zoom: 14.6})")
    page.settled()
    page.find("#pick").click()
    page.run(
        "const r = hueTwin.app.packs.roads, e = hueTwin.app.names.entries.find(x => x.name === 'Cầu Phú Xuân');"
        "const [a, b] = r.span(e.rows[0]), i = a * 2; const m = (k) => (r.lonlat[i + k] + r.lonlat[i + 2 + k]) / 2;"
        "const [x, y] = hueTwin.app.map.viewport().project([m(0), m(1)]);"
        "const c = document.querySelector('#map canvas');"
        "const o = c.getBoundingClientRect();"
        "const at = {clientX: o.x + x, clientY: o.y + y, bubbles: true, pointerId: 1, button: 0, isPrimary: true,"
        " pointerType: 'mouse'};"
        "c.dispatchEvent(new PointerEvent('pointerdown', {...at, buttons: 1}));"
        "c.dispatchEvent(new PointerEvent('pointerup', at))"
    )
    page.until("return hueTwin.store.get().closures.length === 1")
    assert "Cầu Phú Xuân" in page.text("#closures")


def test_a_ban_of_some_vehicles_at_some_hours_goes_on_the_list_and_off_again(fake: Fake) -> None:
    page = fake[0]
    page.run("document.querySelector('#change-kind').value = 'walking';"
             "document.querySelector('#change-kind').dispatchEvent(new Event('change'))")  # fmt: skip
    page.run("document.querySelector('#change-details').open = true")
    page.type("#change-first", "27/04/2027")
    assert page.find("#param-date").get_attribute("value") == "25/11/2026"
    page.type("#close-name", "vo thi sau", enter=True)
    page.until("return hueTwin.store.get().closures.length === 1", 20)
    shown = page.text("#closures")
    assert "Võ Thị Sáu: cấm tất cả các phương tiện" in shown
    assert "từ 18:00 đến 02:00 hôm sau, từ thứ Sáu đến Chủ nhật hằng tuần" in shown
    change = page.run("return hueTwin.store.get().closures[0].change")
    assert change["when"][0]["days"] == ["fri", "sat", "sun"]
    assert (change["when"][0]["first_day"], change["when"][0]["last_day"]) == ("2027-04-27", None)
    assert page.run("return hueTwin.store.get().closures[0].links.length") > 0
    page.find("#closures button").click()
    assert page.run("return hueTwin.store.get().closures.length") == 0


def test_a_ready_made_what_if_fills_the_list_and_the_form(fake: Fake) -> None:
    page = fake[0]
    page.until("return document.querySelector('#what-if') !== null", 20)
    page.run("const s = document.querySelector('#what-if'); s.value = 'truong-tien-no-cars';"
             "s.dispatchEvent(new Event('change'))")  # fmt: skip
    page.until("return hueTwin.store.get().closures.length === 1", 20)
    assert "Cầu Trường Tiền: cấm ô tô các loại" in page.text("#closures")
    assert page.find("#param-duration_min").get_attribute("value") == "45"
    assert page.find("#what-if").get_attribute("value") == "truong-tien-no-cars"
    assert page.text("#what-if-source") == "Giả định của bản thử"
    assert page.text("#asked").startswith("Mô phỏng thứ Tư 25/11/2026 45 phút, lặp lại 3 lần")
    assert "thường là 60" in page.text("label.set")
    assert page.run("return hueTwin.app.run.questions().b.interventions[0].modes") == 56
    assert page.run("return hueTwin.app.run.questions().a.interventions.length") == 0


def test_a_failed_run_says_why_and_the_form_is_free_again(fake: Fake) -> None:
    page, twin = fake
    twin.failing = True
    page.ground(shown=False)
    close_and_run(page)
    page.until("return document.querySelector('.problem') !== null")
    assert page.text(".problem").split("\n") == ["Lượt chạy bị dừng", "", "Hãy chạy lại.", "", "Chi tiết kỹ thuật"]
    assert page.run("return document.querySelector('.problem details p').textContent") == "as the test asked [x]"
    assert page.find("#run").is_enabled()
    assert page.run("return hueTwin.store.get().comparison") is None


def test_the_link_brings_back_view_language_and_comparison(fake: Fake) -> None:
    page = fake[0]
    page.ground(shown=False)
    close_and_run(page)
    page.until("return hueTwin.store.get().comparison !== null")
    page.run("hueTwin.store.set({ step: 2, show: 'speed' })")
    page.until("return location.hash.includes('t=2') && location.hash.includes('show=speed')", 10)
    link = page.run("return location.hash.slice(1)")
    page.open(link)
    state: dict[str, Any] = page.until(
        "const s = hueTwin.store.get(); const names = s.closures.map(c => c.change.name);"
        "return s.comparison && {step: s.step, show: s.show, names}"
    )
    assert state == {"step": 2, "show": "speed", "names": ["Cầu Trường Tiền"]}


def test_a_comparison_plays_shows_queues_and_vehicles_and_names_bridges(fake: Fake) -> None:
    page = fake[0]
    page.ground(shown=False)
    close_and_run(page)
    page.until("return hueTwin.store.get().comparison !== null")
    assert page.text("#verdict") == "Đóng cầu: chậm thêm 2,7 phút (95 %: 2,1–3,3)."
    assert page.find("#whole").get_attribute("aria-pressed") == "true"
    assert "khoảng tin cậy chứa 0" in page.text("#legend")
    page.run("hueTwin.app.map.move({longitude: 107.5886, latitude: 16.4695, zoom: 14.6})")
    page.find("#show-queue").click()
    page.until("return hueTwin.app.map.deck.layerManager.getLayers().some(l => l.id.startsWith('queue@b'))")
    assert "Hàng chờ dài nhất trong khoảng (xe)" in page.text("#legend")
    page.find("#show-trips").click()
    drawn = "hueTwin.app.map.deck.layerManager.getLayers().filter(l => l instanceof deck.TripsLayer)"
    page.until(f"return {drawn}.filter(l => l.getNumInstances() > 1).length === 2")
    assert "Ô tô con" in page.text("#legend")
    at = page.run("return hueTwin.app.replay.clock.now")
    page.find("#play").click()
    page.until(f"return hueTwin.app.replay.clock.now > {at}")
    page.until(f"return {drawn}[0].props.currentTime > {at}")
    page.find("#play").click()
    page.run(
        "const slider = document.querySelector('#time'); slider.value = 1;"
        "slider.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert page.run("return [hueTwin.store.get().step, hueTwin.app.replay.clock.now]") == [1, 900]
    page.run("hueTwin.store.set({trips: false, show: 'speed'})")
    page.until("return document.querySelectorAll('#table-bridges tbody tr').length === 3")
    table = page.text("#table-bridges")
    assert "Tổng các cầu qua Sông Hương" in table
    assert "+1.510 (+60,4 %)" in table
    assert "Lưu lượng [xe/giờ]" in table
    assert page.run("return document.querySelector('#tables a[href*=gpkg]').getAttribute('href')").startswith(
        "/api/v1/"
    )
    assert page.complaints() == []


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1920, 1080)])
def test_nothing_runs_over_the_edge_of_a_phone_or_a_wall(fake: Fake, width: int, height: int) -> None:
    page = fake[0]
    page.size(width, height)
    page.settled()
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert page.find("#map").rect["height"] > 0.4 * height
    for css in ("#notice", "#legend", "#feed", "#tab-run"):
        assert page.find(css).is_displayed()


def test_everything_to_press_has_a_name(fake: Fake) -> None:
    page = fake[0]
    nameless = page.run(
        "return [...document.querySelectorAll('button, input, select')].filter(e => !e.textContent.trim()"
        " && !e.labels?.length && !e.getAttribute('aria-label')).map(e => e.id || e.outerHTML)"
    )
    assert nameless == []


def close_and_run(page: Page, name: str = "truong tien") -> None:
    """Close a street by its name and press Run."""
    page.type("#close-name", name, enter=True)
    page.until("return hueTwin.store.get().closures.length === 1", 20)
    page.find("#run").click()
