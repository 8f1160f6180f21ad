"""The text of a traffic order in Vietnamese: measures by section, hours and vehicles, and the ways around; unsigned."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scenarios.traffic.order_words import (
    UNTIL_FURTHER_NOTICE,
    street_words,
    validity,
    vehicle_words,
    when_words,
    where_words,
)
from twin.city.interventions import (
    ActuateSignal,
    CloseLink,
    CloseStreet,
    Intervention,
    MakeOneWay,
    OpenLink,
    ReverseOneWay,
    SetCapacity,
    SetDepth,
    SetLanes,
    SetSignal,
    SetSpeed,
    SplitSignal,
    Where,
)
from twin.city.roads import ALL_MODES, WALK
from twin.errors import InvalidIntervention

Format = Literal["text", "markdown", "html"]

TITLE = "THÔNG BÁO PHÂN LUỒNG GIAO THÔNG"
DRAFT = "Dự thảo lập từ bản sao số, chưa ký; chỉ có hiệu lực khi cơ quan có thẩm quyền ban hành."
_MEASURES, _DETOURS, _VALID = "Tổ chức giao thông", "Hướng đi thay thế", "Thời gian hiệu lực"
_NO_DETOUR = "Chưa xác định; cần bổ sung trước khi ban hành."
_NO_BAN = "Không cần: không có đoạn đường nào bị cấm."
_BARRING = (CloseStreet, CloseLink, MakeOneWay, ReverseOneWay, SetDepth)
_CLOCK = "%d/%m/%Y %H:%M"
_VEHICLES = ALL_MODES & ~WALK


@dataclass(frozen=True, slots=True)
class Measure:
    """One item of an order.

    Attributes
    ----------
    text : str
        What holds where, for whom.
    when : str
        Hours, weekdays and dates.
    """

    text: str
    when: str


@dataclass(frozen=True, slots=True)
class TrafficOrder:
    """A traffic order, not signed.

    Attributes
    ----------
    measures : tuple of Measure
    detours : tuple of str
        Ways around, a sentence each.
    valid : str
        From when until when.
    """

    measures: tuple[Measure, ...]
    detours: tuple[str, ...]
    valid: str

    def render(self, form: Format = "text") -> str:
        """Return the order as plain text, Markdown or a page of HTML, in NFC."""
        return unicodedata.normalize("NFC", _FORMS[form](self))


def traffic_order(changes: Sequence[Intervention], detours: Sequence[str] = ()) -> TrafficOrder:
    """Return the order for some changes; those that are no traffic measures, such as land use, are left out.

    Parameters
    ----------
    changes
    detours
        Ways around: names of streets, or whole sentences.

    Raises
    ------
    InvalidIntervention
        None of the changes is a measure of traffic.
    """
    measures = tuple(Measure(text, when_words(c.when)) for c in changes if (text := _measure(c)))
    if not measures:
        raise InvalidIntervention("traffic order", "there is no measure of traffic among the changes")
    ways = tuple(way if " " in way and way[-1:] == "." else f"Đi theo {street_words(way)}." for way in detours)
    if not ways and not any(isinstance(c, _BARRING) for c in changes):
        ways = (_NO_BAN,)
    return TrafficOrder(measures, ways, _valid([c for c in changes if _measure(c)]))


def _measure(change: Intervention) -> str:
    """Return the sentence of a change; empty where it is no measure of traffic."""
    match change:
        case CloseStreet():
            walkers = "; người đi bộ vẫn được đi lại" if change.modes == _VEHICLES else ""
            return f"Cấm {vehicle_words(change.modes)} lưu thông trên {where_words(change.where)}{walkers}."
        case CloseLink():
            return f"Cấm {vehicle_words(change.modes)} lưu thông trên {where_words(Where(links=change.links))}."
        case OpenLink():
            return f"Cho phép {vehicle_words(change.modes)} lưu thông trên {where_words(change.where)}."
        case MakeOneWay():
            start, end = (street_words(name) for name in change.where.between or ("", ""))
            return (
                f"Tổ chức giao thông một chiều trên {street_words(change.where.street)}, chiều từ {start} đến {end}; "
                f"cấm {vehicle_words(change.modes)} đi ngược chiều."
            )
        case ReverseOneWay():
            return f"Đổi chiều giao thông một chiều trên {where_words(change.where)}."
        case SetSignal() | SplitSignal():
            first, second = (street_words(name) for name in change.junction)
            cycle = f"chu kỳ {change.cycle_s:.0f} giây"
            if isinstance(change, SplitSignal):
                greens = [f"{seconds:.0f} giây" for seconds in change.greens_s]
                cycle += f", xanh {greens[0]} cho {first} và {greens[1]} cho {second}"
            return f"Điều chỉnh đèn tín hiệu tại nút giao {first} – {second}: {cycle}."
        case ActuateSignal():
            first, second = (street_words(name) for name in change.junction)
            span = f"thời gian xanh mỗi pha từ {change.min_green_s:.0f} đến {change.max_green_s:.0f} giây"
            return f"Đèn tín hiệu tại nút giao {first} – {second} điều khiển theo lượng xe đến: {span}."
        case SetSpeed() | SetLanes() | SetCapacity() | SetDepth():
            return _restriction(change)
        case _:
            return ""


def _restriction(change: SetSpeed | SetLanes | SetCapacity | SetDepth) -> str:
    there = where_words(change.where)
    match change:
        case SetSpeed():
            return f"Tốc độ tối đa {change.speed_kmh:.0f} km/h trên {there}."
        case SetLanes():
            return f"Mỗi chiều còn {change.lanes} làn xe trên {there}."
        case SetCapacity():
            return f"Thu hẹp mặt đường trên {there}, còn khoảng {100 * change.share:.0f} % năng lực thông hành."
        case SetDepth():
            depth = f"{change.depth_m:.2f}".replace(".", ",")
            return f"Cảnh báo ngập sâu {depth} m trên {there}; cấm các phương tiện không qua được."


def _valid(changes: Sequence[Intervention]) -> str:
    bounds = [validity(c.when) for c in changes]
    starts, ends = [a for a, _ in bounds if a], [b for _, b in bounds if b]
    start = f"Từ {min(starts).strftime(_CLOCK)}" if len(starts) == len(bounds) else "Từ khi ban hành"
    end = f"đến {max(ends).strftime(_CLOCK)}" if len(ends) == len(bounds) else UNTIL_FURTHER_NOTICE
    return f"{start} {end}."


def _text(order: TrafficOrder) -> str:
    lines = [TITLE, f"({DRAFT})", "", f"I. {_MEASURES.upper()}"]
    for k, m in enumerate(order.measures, 1):
        lines += [f"{k}. {m.text}", f"   Thời gian: {m.when}."]
    lines += ["", f"II. {_DETOURS.upper()}", *(f"- {way}" for way in order.detours or (_NO_DETOUR,))]
    return "\n".join([*lines, "", f"III. {_VALID.upper()}", order.valid, ""])


def _markdown(order: TrafficOrder) -> str:
    lines = [f"# {TITLE}", "", f"*{DRAFT}*", "", f"## I. {_MEASURES}", ""]
    lines += [f"{k}. {m.text}  \n   Thời gian: {m.when}." for k, m in enumerate(order.measures, 1)]
    lines += ["", f"## II. {_DETOURS}", "", *(f"- {way}" for way in order.detours or (_NO_DETOUR,))]
    return "\n".join([*lines, "", f"## III. {_VALID}", "", order.valid, ""])


def _html(order: TrafficOrder) -> str:
    items = "\n".join(f"<li>{html.escape(m.text)}<br>Thời gian: {html.escape(m.when)}.</li>" for m in order.measures)
    ways = "\n".join(f"<li>{html.escape(way)}</li>" for way in order.detours or (_NO_DETOUR,))
    return (
        f'<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n<title>{TITLE}</title>\n</head>\n<body>\n'
        f"<h1>{TITLE}</h1>\n<p><em>{DRAFT}</em></p>\n<h2>I. {_MEASURES}</h2>\n<ol>\n{items}\n</ol>\n"
        f"<h2>II. {_DETOURS}</h2>\n<ul>\n{ways}\n</ul>\n<h2>III. {_VALID}</h2>\n<p>{html.escape(order.valid)}</p>\n"
        "</body>\n</html>\n"
    )


_FORMS: Mapping[Format, Callable[[TrafficOrder], str]] = {"text": _text, "markdown": _markdown, "html": _html}
