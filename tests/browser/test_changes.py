"""The form of a change in a browser: signals by plan or by vehicles, hours, and what it says of what cannot be."""

from typing import Any

import pytest

from tests.browser.page import Page
from tests.fakes.fake_twin_api import FakeTwin

Fake = tuple[Page, FakeTwin]


def choose(page: Page, kind: str) -> None:
    """Choose a kind of change and open all of its form."""
    page.run(
        f"const s = document.querySelector('#change-kind'); s.value = '{kind}';"
        "s.dispatchEvent(new Event('change')); document.querySelector('#change-details').open = true"
    )


def fill(page: Page, **fields: object) -> None:
    """Write into fields of the form as somebody types."""
    for name, text in fields.items():
        page.run(
            f"const i = document.querySelector('#change-{name}'); i.value = '{text}';"
            "i.dispatchEvent(new Event('input', {bubbles: true}))"
        )


def added(page: Page) -> dict[str, Any]:
    """Name the street, and return the change that is then on the list."""
    page.type("#close-name", "hung vuong", enter=True)
    page.until("return hueTwin.store.get().closures.length === 1", 20)
    change: dict[str, Any] = page.run("return hueTwin.store.get().closures[0].change")
    return change


def test_a_signal_gets_its_green_in_seconds_and_hours(fake: Fake) -> None:
    page = fake[0]
    choose(page, "signal")
    fill(page, start="Hà Nội", cycle=90, green=50, to="18:30")
    fill(page, **{"from": "16:30"})
    assert page.text("#change-follows").startswith("Các hướng còn lại được 32 giây xanh")
    change = added(page)
    assert change["junction"] == ["Hùng Vương", "Hà Nội"]
    assert change["first_share"] * (90 - 8) == pytest.approx(50)
    assert change["when"][0]["from_time"] == "16:30"
    assert "đèn chu kỳ 90 giây, xanh 50 + 32 giây · từ 16:30 đến 18:30 hằng ngày" in page.text("#closures")
    assert "Đèn tín hiệu thay đổi" in page.text("#legend")
    page.settled()
    assert page.run("return hueTwin.app.map.deck.layerManager.getLayers().some(l => l.id === 'closed-light-lamps')")


def test_vehicles_may_decide_a_signal(fake: Fake) -> None:
    page = fake[0]
    choose(page, "signal-actuated")
    fill(page, start="Hà Nội", least=10, most=45, gap="2,5")
    change = added(page)
    assert (change["kind"], change["min_green_s"], change["max_green_s"], change["gap_s"]) == (
        "signal-actuated", 10, 45, 2.5,
    )  # fmt: skip
    assert "đèn theo lượng xe, xanh 10–45 giây" in page.text("#closures")


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("signal", {"green": 0}, "Không có thời gian xanh thì không xe nào qua được"),
        ("signal", {"green": 75}, "Thời gian xanh 75 giây dài hơn hoặc bằng chu kỳ 60 giây"),
        ("signal", {"green": 55}, "phải dưới 52 giây"),
        ("signal", {"cycle": 10}, "Chu kỳ đèn phải từ 20 đến 300 giây"),
        ("signal", {"green": "ba"}, "Xanh của đường được chọn (giây): cần một số"),
        ("signal-actuated", {"most": 5}, "Xanh nhiều nhất 5 giây ngắn hơn xanh ít nhất 7 giây"),
        ("signal-actuated", {"gap": 0}, "Thời gian vắng xe phải lớn hơn 0"),
        ("close", {"from": "18:30", "to": "16:30"}, "Giờ kết thúc 16:30 trước giờ bắt đầu 18:30"),
        ("close", {"from": "25:00"}, "“25:00” không phải giờ trong ngày"),
        ("close", {"from": "18:00", "to": "18:00"}, "Giờ kết thúc trùng giờ bắt đầu"),
        ("close", {"first": "31/02/2027"}, "Ngày viết dd/MM/yyyy"),
        ("close", {"first": "28/04/2027", "last": "27/04/2027"}, "Ngày cuối trước ngày đầu"),
    ],
)
def test_what_cannot_be_is_told_in_vietnamese_and_not_added(
    fake: Fake, kind: str, fields: dict[str, object], words: str
) -> None:
    page = fake[0]
    choose(page, kind)
    fill(page, **({"start": "Hà Nội"} if kind != "close" else {}), **fields)
    page.type("#close-name", "hung vuong", enter=True)
    assert words in page.text("#change-problem")
    assert page.run("return document.querySelectorAll('#change-details input:invalid').length") >= 1
    assert page.run("return hueTwin.store.get().closures.length") == 0


def test_hours_past_midnight_are_asked_for(fake: Fake) -> None:
    page = fake[0]
    choose(page, "close")
    fill(page, **{"from": "22:00", "to": "05:00"})
    assert page.run("return document.querySelector('#change-problem').hidden") is False
    page.find("#change-overnight").click()
    assert page.run("return document.querySelector('#change-problem').hidden") is True
    assert added(page)["when"][0] == {
        "from_time": "22:00", "to_time": "05:00", "days": [], "first_day": None, "last_day": None,
    }  # fmt: skip


def test_one_way_streets_are_drawn_with_arrows_and_not_as_closed(fake: Fake) -> None:
    page = fake[0]
    choose(page, "one-way")
    fill(page, start="Hà Nội", end="Lê Lợi")
    added(page)
    page.until("return hueTwin.app.map.deck.layerManager.getLayers().some(l => l.id === 'closed-cross')")
    sign, angle = page.run(
        "const [m] = hueTwin.app.map.deck.layerManager.getLayers().find(l => l.id === 'closed-cross').props.data;"
        "return [m.sign, m.angle]"
    )
    assert sign == "➤"
    assert 90 < angle < 180, "Hùng Vương leads north-west to the river"
    ids = page.run("return hueTwin.app.map.deck.layerManager.getLayers().map(l => l.id)")
    assert "closed-core" not in ids
    assert "closed-changed" in ids
    assert "Một chiều (mũi tên)" in page.text("#legend")
