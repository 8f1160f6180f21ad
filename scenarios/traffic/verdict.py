"""What a comparison says in plain words: slower or faster, how sure that is, and which streets feel it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np

from scenarios.engine.compare import Comparison, Difference
from scenarios.traffic.detours import LEAST_VEH_H
from scenarios.traffic.verdict_subject import subject
from twin.city.city import City
from twin.city.interventions import Intervention
from twin.variables import Text

Lang = Literal["vi", "en"]
LANGS: Final[tuple[Lang, Lang]] = ("vi", "en")

MOST_STREETS = 3
MANY_SHARE = 0.01
"""From this share of the trips on, those that no longer arrive are told before the mean time: a convention."""
LEAST: Final = {"delay_veh_h": 0.5, "flow_veh_h": LEAST_VEH_H}
"""Streets that gain no more than this are not told [vehicle hours, veh/h]: a convention."""

_SECONDS_BELOW = 60.0
_WHOLE_FROM, _TENTHS_FROM = 100.0, 0.95

_SLOWER = Text(
    "Chậm thêm nhiều nhất (giờ xe, ± khoảng tin cậy): {}.", "Slowed most (vehicle hours, ± interval of confidence): {}."
)
_FULLER = Text(
    "Xe dồn sang nhiều nhất (xe/giờ, ± khoảng tin cậy): {}.",
    "Traffic moves mostly to (veh/h, ± interval of confidence): {}.",
)
_TIMES = {
    "none": Text("Không có chuyến nào hoàn thành để so sánh.", "No completed trip can be compared."),
    "same": Text("{who} không làm thay đổi thời gian đi lại.", "{who} does not change how long trips take."),
    "one": Text(
        "{who} làm mỗi chuyến đi {way} trung bình {size} {unit} so với {a} phút ở hiện trạng ({share} %), theo một cặp "
        "mô phỏng; chưa có khoảng tin cậy, cần lặp lại từ 2 lần trở lên.",
        "{who} makes trips {size} {unit} {way} on average than the baseline's {a} min ({share} %) in one pair of runs; "
        "there is no interval of confidence yet, it needs 2 or more replications.",
    ),
    "unclear": Text(
        "{who} chưa cho thấy khác biệt rõ về thời gian đi: trung bình {mean} {unit} mỗi chuyến (khoảng tin cậy "
        "{level} %: {low} đến {high}) so với {a} phút ở hiện trạng.",
        "{who} shows no clear difference in travel time: {mean} {unit} a trip on average ({level} % interval: {low} to "
        "{high}) against the baseline's {a} min.",
    ),
    "clear": Text(
        "{who} làm mỗi chuyến đi trong toàn thành phố {way} trung bình {size} {unit} (khoảng tin cậy {level} %: "
        "{least}–{most}) so với {a} phút ở hiện trạng ({share} %).",
        "{who} makes trips all over the city {size} {unit} {way} on average ({level} % interval: {least}–{most}) than "
        "the baseline's {a} min ({share} %).",
    ),
}
_WAYS = {
    "vi": {"way": ("nhanh hơn", "chậm thêm"), "unit": ("giây", "phút")},
    "en": {"way": ("faster", "slower"), "unit": ("s", "min")},
}


_NEVER_IN_FORCE = Text(
    "Giờ hiệu lực của phương án nằm ngoài thời gian mô phỏng, nên lượt chạy này không cho biết tác dụng của phương án. "
    "Hãy chọn giờ mô phỏng trong giờ hiệu lực rồi chạy lại.",
    "The hours of the what-if lie outside the simulated period, so these runs tell nothing about it. Choose a period "
    "within its hours and run again.",
)
_ARRIVING = Text("Trong các chuyến tới nơi, phương án", "Among the trips that arrive, the what-if")
_NOT_ARRIVED = {
    "unreachable": Text("{} chuyến không còn đường đi", "{} trips without a way"),
    "cut_off": Text("{} chuyến bị chặn giữa đường", "{} trips cut off under way"),
    "unfinished": Text("{} chuyến chưa xong khi kết thúc", "{} trips still under way at the end"),
}
_COMMA = str.maketrans(",.", ".,")


def verdict(
    city: City, made: Comparison, changes: Sequence[Intervention] = (), *, idle: Sequence[Intervention] = ()
) -> tuple[Text, ...]:
    """Return what a comparison of traffic says, the most important sentence first; nothing for other scenarios.

    Parameters
    ----------
    city
        Tells streets from generated alleys, which are not named.
    made
    changes
        The changes of the what-if; they name the first sentence's subject.
    idle
        Those of them that are in force at no moment of the run.

    Notes
    -----
    1. Where no change was ever in force, or a run locked up, that alone is said: the figures tell nothing about it.
    2. A difference counts as found only where its interval leaves out zero; without an interval that is said.
    3. Where a change makes trips, such as a building, their number is told first.
    4. Trips that do not arrive are told, first where they are many, as the mean is of those that arrive; the
       sum over all vehicles is then left out, as it falls with every trip that is not made.
    5. Streets are named only where their own interval leaves out zero, and where they gain something worth telling.
    """
    found = {d.key: d for d in made.indicators if not d.group}
    if "mean_travel_time_s" not in found:
        return ()
    if changes and len(idle) == len(changes):
        return (_NEVER_IN_FORCE,)
    locked = _gridlock(found.get("gridlocks"))
    if locked is not None:
        return (locked,)
    who, real = subject(changes), _surveyed_streets(city)
    lost, many = _not_arrived(found, who)
    parts = [
        _other_trips(found.get("trips"), who),
        lost if many else None,
        _travel_time(found["mean_travel_time_s"], _ARRIVING if many else who),
        None if many else lost or _sum(found.get("time_spent_veh_h")),
        _streets(made, real, "delay_veh_h", _SLOWER),
        _streets(made, real, "flow_veh_h", _FULLER),
    ]
    return tuple(part for part in parts if part is not None)


def _gridlock(d: Difference | None) -> Text | None:
    if d is None or not (d.baseline.mean > 0 or d.whatif.mean > 0):
        return None
    vi = "Mạng đường kẹt cứng trong mô phỏng ({}): từ lúc đó các con số không có giá trị dự báo, đừng dùng để so "
    vi += "sánh. Hãy giảm hệ số nhân nhu cầu, rút ngắn kỳ đánh giá, hoặc kiểm tra chỗ kẹt trên bản đồ hàng chờ."
    en = "The network locks up in the simulation ({}): from then on the figures predict nothing, do not compare them. "
    en += "Lower the factor on demand, shorten the period, or look for the jam on the map of queues."
    if d.baseline.mean > 0 and d.whatif.mean > 0:
        return Text(vi.format("cả hiện trạng lẫn phương án"), en.format("baseline and what-if"))
    if d.whatif.mean > 0:
        return Text(vi.format("chỉ phương án, hiện trạng thì không"), en.format("the what-if only, not the baseline"))
    return Text(vi.format("chỉ hiện trạng"), en.format("the baseline only"))


def _travel_time(d: Difference, who: Text) -> Text:
    mean, half = d.difference.mean, d.difference.half_width
    if np.isnan(mean):
        case = "none"
    elif mean == 0.0 and not half:
        case = "same"
    elif half is None:
        case = "one"
    else:
        case = "unclear" if abs(mean) <= half else "clear"
    return Text(*(_time_words(d, who, case, lang) for lang in ("vi", "en")))


def _time_words(d: Difference, who: Text, case: str, lang: Lang) -> str:
    mean, half = d.difference.mean, d.difference.half_width or 0.0
    minutes = max(abs(mean), half) >= _SECONDS_BELOW
    scale, rising = 60.0 if minutes else 1.0, mean > 0
    words = {key: pair[minutes if key == "unit" else rising] for key, pair in _WAYS[lang].items()}
    numbers = {
        "level": f"{100 * d.difference.level:.0f}",
        "size": _number(abs(mean) / scale, lang), "mean": _signed(mean / scale, lang),
        "low": _signed((mean - half) / scale, lang), "high": _signed((mean + half) / scale, lang),
        "least": _number((abs(mean) - half) / scale, lang), "most": _number((abs(mean) + half) / scale, lang),
        "a": _number(d.baseline.mean / 60.0, lang),
        "share": _signed(100.0 * mean / d.baseline.mean, lang) if d.baseline.mean else "–",
    }  # fmt: skip
    template = _TIMES[case].vi if lang == "vi" else _TIMES[case].en
    return template.format(who=who.vi if lang == "vi" else who.en, **words, **numbers)


def _other_trips(d: Difference | None, who: Text) -> Text | None:
    """Return how many trips more or fewer there are, where that is sure: only changes to land alter it."""
    if d is None or not _sure(d):
        return None
    mean, half, way = d.difference.mean, d.difference.half_width or 0.0, int(d.difference.mean > 0)
    vi, en = ((_count(abs(mean), lang), _count(half, lang), _count(d.baseline.mean, lang)) for lang in LANGS)
    return Text(
        f"{who.vi} làm {('bớt', 'thêm')[way]} {vi[0]} ± {vi[1]} chuyến xe trong kỳ, hiện trạng có {vi[2]} chuyến.",
        f"{who.en} makes {en[0]} ± {en[1]} {('fewer', 'more')[way]} vehicle trips in the period, on {en[2]} today.",
    )


def _sum(d: Difference | None) -> Text | None:
    """Return the hours all vehicles spend together, where their difference is sure."""
    if d is None or not _sure(d):
        return None
    mean, half = d.difference.mean, d.difference.half_width or 0.0
    vi, en = ((_signed(mean, lang), _signed(mean - half, lang), _signed(mean + half, lang)) for lang in LANGS)
    level = f"{100 * d.difference.level:.0f}"
    return Text(
        f"Cộng mọi xe: {vi[0]} giờ xe trên đường (khoảng tin cậy {level} %: {vi[1]} đến {vi[2]}).",
        f"All vehicles together: {en[0]} vehicle hours ({level} % interval: {en[1]} to {en[2]}).",
    )


def _not_arrived(found: Mapping[str, Difference], who: Text) -> tuple[Text | None, bool]:
    """Return the trips that no longer arrive, where the what-if surely has more of them, and whether they are many."""
    parts, lost = [], 0.0
    for key, words in _NOT_ARRIVED.items():
        d = found.get(key)
        if d is not None and d.difference.mean > (d.difference.half_width or 0.0):
            lost += d.difference.mean
            half = "" if d.difference.half_width is None else f" ± {round(d.difference.half_width):,}"
            count = f"{round(d.difference.mean):,}{half}"
            parts.append([words.vi.format(count.translate(_COMMA)), words.en.format(count)])
    if not parts:
        return None, False
    vi, en = ("; ".join(part) for part in zip(*parts, strict=True))
    trips = found["trips"].baseline.mean if "trips" in found else 0.0
    if trips > 0 and lost >= MANY_SHARE * trips:
        of = f"{round(trips):,}"
        return Text(
            f"{who.vi} khiến thêm {vi}, trên {of.translate(_COMMA)} chuyến. Thời gian trung bình dưới đây không tính "
            "các chuyến này, nên tác động thật có thể lớn hơn.",
            f"{who.en} leaves another {en}, of {of} trips. The mean time below leaves these out: the true "
            "effect may be larger.",
        ), True
    return Text(
        f"Thêm {vi}; thời gian trung bình không tính các chuyến này.", f"Another {en}; the mean time leaves these out."
    ), False


def _surveyed_streets(city: City) -> set[str]:
    return set(city.roads.name[city.roads.provenance != "generated"].tolist()) - {""}


def _streets(made: Comparison, real: set[str], column: str, words: Text) -> Text | None:
    """Return the streets whose column grows most, those alone whose growth is sure."""
    table = made.tables.get("streets")
    if table is None:
        return None
    k = [c.key for c in table.spec.columns].index(column)
    grown, half = table.difference[:, k], table.half_width[:, k]
    order = table.order(column, difference=True).tolist()
    told = np.where(np.isnan(half), np.inf, np.maximum(half, LEAST[column]))
    rows = [row for row in order if grown[row] > told[row] and str(table.names[row]) in real]
    if not rows:
        return None
    parts = [
        ", ".join(
            f"{table.names[r]} {_signed(float(grown[r]), lang)} ± {_number(float(half[r]), lang)}"
            for r in rows[:MOST_STREETS]
        )
        for lang in LANGS
    ]
    return Text(words.vi.format(parts[0]), words.en.format(parts[1]))


def _sure(d: Difference) -> bool:
    half = d.difference.half_width
    return half is not None and abs(d.difference.mean) > half


def _count(value: float, lang: Lang) -> str:
    text = f"{round(value):,}"
    return text.translate(_COMMA) if lang == "vi" else text


def _number(value: float, lang: Lang) -> str:
    """Return a number with as many decimals as a reader needs, written as the language does."""
    size = abs(value)
    text = f"{value:,.0f}" if size >= _WHOLE_FROM else f"{value:,.1f}" if size >= _TENTHS_FROM else f"{value:,.2f}"
    return text.translate(_COMMA) if lang == "vi" else text


def _signed(value: float, lang: Lang) -> str:
    return f"{'−' if value < 0 else '+'}{_number(abs(value), lang)}"
