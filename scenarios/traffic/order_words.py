"""Vietnamese words of a traffic order: streets, vehicles, hours and days, as notices of diversion write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, FOUR_WHEELED, MOTOR, MOTORCYCLE, TRUCK, WALK
from twin.city.sections import Where
from twin.city.windows import WEEKDAYS, Weekday, Window

_KNOWN_KINDS = ("Cầu", "Đập", "Cửa", "Quốc lộ", "Tỉnh lộ", "Kiệt", "Đường", "Phố", "Ngõ", "Hẻm")
_VEHICLES = (
    (MOTORCYCLE, "xe máy"), (CAR, "ô tô con"), (BUS, "xe buýt"), (TRUCK, "xe tải"), (CYCLE, "xe đạp"),
    (WALK, "người đi bộ"),
)  # fmt: skip
_DAYS: dict[Weekday, str] = {
    "mon": "thứ Hai", "tue": "thứ Ba", "wed": "thứ Tư", "thu": "thứ Năm", "fri": "thứ Sáu", "sat": "thứ Bảy",
    "sun": "Chủ nhật",
}  # fmt: skip
_EVERY_DAY = "hằng ngày"
UNTIL_FURTHER_NOTICE = "cho đến khi có thông báo mới"


def street_words(name: str) -> str:
    """Return a street with its kind: ``đường Lê Lợi``, ``cầu Trường Tiền``."""
    kind = next((k for k in _KNOWN_KINDS if name.startswith(f"{k} ")), None)
    return f"đường {name}" if kind is None else f"{name[0].lower()}{name[1:]}"


def where_words(where: Where) -> str:
    """Return a part of the network: a street, its section between two others, or links by their ids."""
    if where.links:
        return f"đoạn đường có mã {', '.join(where.links)}"
    if where.between is None:
        return street_words(where.street)
    start, end = (street_words(name) for name in where.between)
    return f"{street_words(where.street)}, đoạn từ {start} đến {end}"


def vehicle_words(modes: int) -> str:
    """Return the vehicles of a set of mode bits."""
    if modes == ALL_MODES:
        return "tất cả các phương tiện và người đi bộ"
    if modes == ALL_MODES & ~WALK:
        return "tất cả các phương tiện"
    if modes == MOTOR:
        return "xe cơ giới (ô tô, xe máy)"
    if modes == FOUR_WHEELED:
        return "ô tô các loại"
    return ", ".join(word for bit, word in _VEHICLES if modes & bit)


def window_words(window: Window) -> str:
    """Return the hours, weekdays and dates of a window."""
    if (window.from_time, window.to_time) == ("00:00", "24:00"):
        hours = "cả ngày"
    else:
        next_day = " hôm sau" if window.to_min > 24 * 60 else ""
        hours = f"từ {window.from_time} đến {window.to_time}{next_day}"
    if window.first_day and window.first_day == window.last_day:
        return f"{hours} {_date_words(window)}"
    days = _day_words(window.days)
    hours += f" {days}" if days == _EVERY_DAY else f", {days}"
    return ", ".join(part for part in (hours, _date_words(window)) if part)


def when_words(when: Sequence[Window]) -> str:
    """Return the hours of a change; without any it holds until further notice."""
    return "; ".join(window_words(w) for w in when) or UNTIL_FURTHER_NOTICE


def validity(when: Sequence[Window]) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last moment at which a change is in force; None where it has no such bound."""
    bounded = [_bounds(w) for w in when]
    starts, ends = [a for a, _ in bounded if a], [b for _, b in bounded if b]
    first = min(starts) if when and len(starts) == len(when) else None
    last = max(ends) if when and len(ends) == len(when) else None
    return first, last


def _bounds(window: Window) -> tuple[datetime | None, datetime | None]:
    first = last = None
    if window.first_day is not None:
        day = _begins(window, window.first_day, 1)
        first = datetime.combine(day, time()) + timedelta(minutes=window.from_min)
    if window.last_day is not None:
        day = _begins(window, window.last_day, -1)
        last = datetime.combine(day, time()) + timedelta(minutes=window.to_min)
    return first, last


def _begins(window: Window, day: date, step: int) -> date:
    """Return the nearest day, going forward or back, on which the window begins; the bound itself where none does."""
    days = (day + timedelta(days=step * k) for k in range(7))
    return next((d for d in days if window.begins_on(d)), day)


def _day_words(days: Sequence[Weekday]) -> str:
    if not days or len(set(days)) == len(WEEKDAYS):
        return _EVERY_DAY
    order = sorted({WEEKDAYS.index(d) for d in days})
    if len(order) > 2 and order[-1] - order[0] == len(order) - 1:
        return f"từ {_DAYS[WEEKDAYS[order[0]]]} đến {_DAYS[WEEKDAYS[order[-1]]]} hằng tuần"
    return f"{', '.join(_DAYS[WEEKDAYS[k]] for k in order)} hằng tuần"


def _date_words(window: Window) -> str:
    first, last = (d and d.strftime("%d/%m/%Y") for d in (window.first_day, window.last_day))
    if first and first == last:
        return f"ngày {first}"
    if first and last:
        return f"từ ngày {first} đến hết ngày {last}"
    if first:
        return f"kể từ ngày {first}"
    return f"đến hết ngày {last}" if last else ""
