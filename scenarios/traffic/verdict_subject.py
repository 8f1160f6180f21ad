"""What was changed, as the subject of a verdict's sentence."""

from __future__ import annotations

from collections.abc import Sequence

from scenarios.traffic.order_words import street_words, vehicle_words
from twin.city.interventions import (
    ActuateSignal,
    AddFloorArea,
    CloseStreet,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    SetLandUse,
    SetSignal,
    SplitSignal,
)
from twin.city.roads import ALL_MODES, WALK
from twin.city.sections import Where
from twin.variables import Text

MOST_NAMED = 4


def subject(changes: Sequence[Intervention]) -> Text:
    """Return what was changed as the subject of a sentence."""
    closed = [c for c in changes if isinstance(c, CloseStreet)]
    one_way = [c for c in changes if isinstance(c, MakeOneWay) and c.where.street]
    if closed and len(closed) == len(changes) <= MOST_NAMED and len({c.modes for c in closed}) == 1:
        where, modes = _listed([c.where for c in closed]), closed[0].modes
        if modes == ALL_MODES:
            return Text(f"Đóng {where.vi}", f"Closing {where.en}")
        who = "xe" if modes == ALL_MODES & ~WALK else vehicle_words(modes)
        return Text(f"Cấm {who} trên {where.vi}", f"The ban on {where.en}")
    if one_way and len(one_way) == len(changes) <= MOST_NAMED:
        where = _listed([c.where for c in one_way])
        return Text(f"Tổ chức một chiều {where.vi}", f"Making {where.en} one-way")
    if len(changes) == 1 and isinstance(changes[0], NetworkAsOf):
        day = changes[0].day.strftime("%d/%m/%Y")
        return Text(f"Mạng đường ngày {day}", f"The network of {day}")
    return _of_land(changes) or _of_signals(changes) or Text("Phương án", "The what-if")


def _of_land(changes: Sequence[Intervention]) -> Text | None:
    """Return the subject of changes that are all about one parcel and build on it."""
    built = [c for c in changes if isinstance(c, AddFloorArea)]
    on_it = [c for c in changes if isinstance(c, AddFloorArea | SetLandUse)]
    if len(built) != 1 or len(on_it) != len(changes) or len({c.parcel for c in on_it}) != 1:
        return None
    floors, parcel = built[0].storeys, built[0].parcel
    return Text(f"Tòa nhà {floors} tầng trên thửa {parcel}", f"The building of {floors} storeys on parcel {parcel}")


def _of_signals(changes: Sequence[Intervention]) -> Text | None:
    """Return the subject of a change to one signal."""
    if len(changes) != 1 or not isinstance(changes[0], SetSignal | SplitSignal | ActuateSignal):
        return None
    at = " – ".join(changes[0].junction)
    if isinstance(changes[0], ActuateSignal):
        return Text(f"Đèn theo lượng xe tại nút {at}", f"The signal by vehicles at {at}")
    return Text(f"Đèn tín hiệu mới tại nút {at}", f"The new signal at {at}")


def _listed(places: Sequence[Where]) -> Text:
    names = [w.street for w in places]
    vi, en = (names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" for word in ("và", "and"))
    return Text(street_words(vi), en)
