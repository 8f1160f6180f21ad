"""The text of a traffic order: word for word, in NFC, with dates and hours as notices in Vietnam write them."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.engine.timeline import KINDS
from scenarios.traffic.change_labels import change_label
from scenarios.traffic.order import Format, traffic_order
from scenarios.traffic.order_words import vehicle_words, window_words
from tests.scenarios.engine.test_timeline import changes
from twin.city.interventions import CloseStreet, Intervention, MakeOneWay, NetworkAsOf, Where, Window
from twin.city.roads import ALL_MODES, CAR, CYCLE, FOUR_WHEELED, MOTOR, MOTORCYCLE, TRUCK, WALK
from twin.city.windows import Weekday
from twin.errors import InvalidIntervention

GOLDEN = Path(__file__).with_name("order_festival.txt")


def _on(first: int, last: int, start: str, end: str, days: tuple[Weekday, ...] = ()) -> tuple[Window, ...]:
    return (Window(start, end, days, date(2023, 4, first), date(2023, 4, last)),)


FESTIVAL: tuple[Intervention, ...] = (
    CloseStreet("Lê Lợi", MOTOR, ("Nguyễn Trường Tộ", "Phan Bội Châu"), when=_on(27, 30, "18:00", "22:00")),
    CloseStreet("Cầu Trường Tiền", ALL_MODES & ~WALK, when=_on(29, 29, "17:00", "18:30")),
    MakeOneWay(
        Where("Hà Nội", ("Lê Lợi", "Hùng Vương")),
        when=_on(26, 30, "18:00", "02:00", days=("fri", "sat", "sun")),
    ),
)


def test_the_order_of_a_festival_reads_like_a_notice() -> None:
    text = traffic_order(FESTIVAL, ["Hùng Vương", "Xe tải đi theo đường tránh Huế."]).render()
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)


def test_every_form_says_the_same_and_keeps_its_own_marks_out() -> None:
    order = traffic_order([CloseStreet("Đường <b>1 & 2</b>", CAR)], ["A & B"])
    text, markdown, page = (order.render(f) for f in ("text", "markdown", "html"))
    assert "đường <b>1 & 2</b>" in text
    assert "đường <b>1 & 2</b>" in markdown
    assert "đường &lt;b&gt;1 &amp; 2&lt;/b&gt;" in page
    assert "<script" not in page
    assert page.startswith('<!doctype html>\n<html lang="vi">')
    for words in ("Tổ chức giao thông", "Hướng đi thay thế", "Thời gian hiệu lực"):
        assert words.upper() in text
        assert words in markdown
        assert words in page


def test_without_dates_it_holds_until_further_notice_and_without_detours_it_says_so() -> None:
    text = traffic_order([CloseStreet("Lê Lợi", CAR)]).render()
    assert "Từ khi ban hành cho đến khi có thông báo mới." in text
    assert "Chưa xác định; cần bổ sung trước khi ban hành." in text


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (
            Window("18:00", "02:00", ("sun", "fri", "sat")),
            "từ 18:00 đến 02:00 hôm sau, từ thứ Sáu đến Chủ nhật hằng tuần",
        ),
        (Window("06:30", "08:30"), "từ 06:30 đến 08:30 hằng ngày"),
        (Window("06:30", "08:30", ("mon", "wed")), "từ 06:30 đến 08:30, thứ Hai, thứ Tư hằng tuần"),
        (Window(first_day=date(2027, 4, 1)), "cả ngày hằng ngày, kể từ ngày 01/04/2027"),
        (Window("18:00", "24:00", last_day=date(2027, 4, 1)), "từ 18:00 đến 24:00 hằng ngày, đến hết ngày 01/04/2027"),
    ],
)
def test_hours_and_days_in_words(window: Window, words: str) -> None:
    assert window_words(window) == words


@given(st.integers(1, ALL_MODES))
def test_every_set_of_vehicles_has_other_words(modes: int) -> None:
    words = vehicle_words(modes)
    assert words
    assert all(vehicle_words(other) != words for other in range(1, ALL_MODES + 1) if other != modes)


def test_vehicles_in_words() -> None:
    assert vehicle_words(FOUR_WHEELED) == "ô tô các loại"
    assert vehicle_words(MOTORCYCLE | CYCLE) == "xe máy, xe đạp"
    assert vehicle_words(TRUCK) == "xe tải"


@given(changes, st.sampled_from(("text", "markdown", "html")))
def test_every_change_has_a_label_and_every_measure_an_order(change: Intervention, form: Format) -> None:
    label = change_label(change)
    assert label.vi
    assert label.en
    no_measure = {"network-as-of", "land-use", "floor-area", "raise-ground"}
    assert no_measure < set(KINDS)
    if change.kind in no_measure:
        with pytest.raises(InvalidIntervention, match="no measure of traffic"):
            traffic_order([change])
    else:
        text = traffic_order([change, NetworkAsOf(date(2025, 1, 1))]).render(form)
        assert unicodedata.is_normalized("NFC", text)
        assert text.count("Thời gian:") == 1
