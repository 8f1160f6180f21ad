"""A change in a few words of both languages: what the list of changes shows."""

from __future__ import annotations

from scenarios.traffic.order_words import vehicle_words, window_words
from twin.city.interventions import (
    ActuateSignal,
    AddFloorArea,
    CloseLink,
    CloseStreet,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    OpenLink,
    RaiseGround,
    ReverseOneWay,
    SetCapacity,
    SetDepth,
    SetLandUse,
    SetLanes,
    SetSignal,
    SetSpeed,
    SplitSignal,
    Where,
    Window,
)
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.variables import Text

_EN = (
    (MOTORCYCLE, "motorcycles"), (CAR, "cars"), (BUS, "buses"), (TRUCK, "trucks"), (CYCLE, "bicycles"),
    (WALK, "walkers"),
)  # fmt: skip


def change_label(change: Intervention) -> Text:
    """Return what a change does, where and when, in a few words."""
    what = _what(change)
    if not change.when:
        return what
    return Text(
        f"{what.vi} · {'; '.join(map(window_words, change.when))}", f"{what.en} · {'; '.join(map(_hours, change.when))}"
    )


def _what(change: Intervention) -> Text:
    match change:
        case CloseLink():
            return _closed(Where(links=change.links), change.modes)
        case CloseStreet():
            return _closed(change.where, change.modes)
        case SplitSignal():
            at, greens = " × ".join(change.junction), " + ".join(f"{s:.0f}" for s in change.greens_s)
            vi = f"{at}: đèn chu kỳ {change.cycle_s:.0f} giây, xanh {greens} giây"
            return Text(vi, f"{at}: signal of {change.cycle_s:.0f} s, green {greens} s")
        case SetSignal():
            at = " × ".join(change.junction)
            return Text(f"{at}: đèn chu kỳ {change.cycle_s:.0f} giây", f"{at}: signal of {change.cycle_s:.0f} s")
        case ActuateSignal():
            at, span = " × ".join(change.junction), f"{change.min_green_s:.0f}–{change.max_green_s:.0f} s"
            vi = f"{at}: đèn theo lượng xe, xanh {span.removesuffix(' s')} giây"
            return Text(vi, f"{at}: signal by vehicles, green {span}")
        case NetworkAsOf():
            day = change.day.strftime("%d/%m/%Y")
            return Text(f"Mạng đường ngày {day}", f"Network of {day}")
        case SetLandUse() | AddFloorArea() | RaiseGround():
            return _land(change)
        case _:
            vi, en = _figures(change)
            return Text(f"{change.where.label()}: {vi}", f"{change.where.label()}: {en}")


def _closed(where: Where, modes: int) -> Text:
    if modes == ALL_MODES:
        return Text(where.label(), where.label())
    words = ", ".join(word for bit, word in _EN if modes & bit)
    return Text(f"{where.label()}: cấm {vehicle_words(modes)}", f"{where.label()}: no {words}")


def _figures(
    change: OpenLink | MakeOneWay | ReverseOneWay | SetSpeed | SetLanes | SetCapacity | SetDepth,
) -> tuple[str, str]:
    match change:
        case OpenLink():
            words = ", ".join(word for bit, word in _EN if change.modes & bit)
            return f"mở cho {vehicle_words(change.modes)}", f"open to {words}"
        case MakeOneWay():
            end = (change.where.between or ("", ""))[1]
            return f"một chiều về phía {end}", f"one-way towards {end}"
        case ReverseOneWay():
            return "đổi chiều", "reversed"
        case SetSpeed():
            return f"{change.speed_kmh:.0f} km/h", f"{change.speed_kmh:.0f} km/h"
        case SetLanes():
            return f"{change.lanes} làn mỗi chiều", f"{change.lanes} lanes a direction"
        case SetCapacity():
            return f"còn {100 * change.share:.0f} % năng lực", f"{100 * change.share:.0f} % of its capacity"
        case SetDepth():
            depth = f"{change.depth_m:.2f}"
            return f"ngập {depth.replace('.', ',')} m", f"{depth} m of water"


def _land(change: SetLandUse | AddFloorArea | RaiseGround) -> Text:
    match change:
        case SetLandUse():
            return Text(
                f"Thửa {change.parcel}: đổi sang đất {change.use_code}",
                f"Parcel {change.parcel}: use becomes {change.use_code}",
            )
        case AddFloorArea():
            floor = f"{change.floor_area_m2:,.0f}"
            vi = f"Thửa {change.parcel}: thêm nhà {change.storeys} tầng, {floor.replace(',', '.')} m² sàn"
            return Text(vi, f"Parcel {change.parcel}: {change.storeys} storeys, {floor} m² of floor")
        case RaiseGround():
            level = f"{change.level_m:.2f}"
            return Text(f"Nâng nền lên {level.replace('.', ',')} m", f"Ground raised to {level} m")


def _hours(window: Window) -> str:
    days = f" {'/'.join(window.days)}" if window.days else ""
    first, last = (d.isoformat() if d else "" for d in (window.first_day, window.last_day))
    dates = f" {first}..{last}" if first or last else ""
    return f"{window.from_time}–{window.to_time}{days}{dates}"
