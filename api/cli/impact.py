"""hue-twin impact: what a change does before traffic is simulated: access lost, trips added, parking, exposure."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import Json, city_or_exit, or_exit, say
from api.cli.run import Changes, WhatIfKey, changes_asked

app = typer.Typer(no_args_is_help=True, help="Impact of a change without a simulation.")

_SHOWN = 20
_ASSUMED = "! Mọi suất là giả định, chưa hiệu chỉnh / every rate is an assumption, not calibrated"


@app.command("access")
def access(
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    changes: Changes = None,
    what_if: WhatIfKey = None,
    day: Annotated[str | None, typer.Option("--date", help="First day, YYYY-MM-DD; else the what-if's.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=240, help="Hours from that midnight.")] = 48,
    vehicles: Annotated[str, typer.Option(help="Class that needs access, such as car or motorcycle.")] = "car",
    far_m: Annotated[float, typer.Option(min=1.0, help="Farthest a vehicle may stop from a parcel [m].")] = 150.0,
    as_json: Json = False,
) -> None:
    """Tell which parcels are farther than 150 m from vehicle access, hour by hour, also across midnight."""
    opened = city_or_exit(city, as_json=as_json)

    def _answer() -> dict[str, Any]:
        from api import asks
        from scenarios.models.vehicle_access import lost_access
        from scenarios.traffic.params import TrafficParams

        standard, made = changes_asked(opened, changes, what_if)
        told = day or standard.get("date")
        first = _day(told) or TrafficParams().date
        mode, begin = asks.vehicles([vehicles]), datetime.combine(first, time())
        found = lost_access(opened, made, begin=begin, hours=hours, mode=mode, far_m=far_m)
        return {
            "vehicles": vehicles,
            "far_m": far_m,
            "parcels": len(opened.parcels),
            "hours": [
                {"begin": h.begin.isoformat(timespec="minutes"), "parcels": len(h.parcels), "households": h.households}
                for h in found
            ],
            "affected": sorted({str(opened.parcels.ids[k]) for h in found for k in h.parcels.tolist()}),
        }

    facts = or_exit(_answer, as_json=as_json)
    if as_json:
        say(facts, as_json=True)
    else:
        _show(facts)


def _show(facts: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    far = f"{facts['far_m']:.0f} m"
    console.print(f"Thửa đất xa đường có {facts['vehicles']} quá {far} / parcels farther than {far} from access")
    last: tuple[int, float] | None = None
    for hour in facts["hours"]:
        now = (hour["parcels"], hour["households"])
        if now != last:
            begin = datetime.fromisoformat(hour["begin"]).strftime("%d/%m/%Y %H:%M")
            homes = f"{now[1]:.0f} hộ / households"
            console.print(f"  từ / from {begin}: {now[0]} thửa / parcels; {homes}")
        last = now
    if facts["affected"]:
        more = len(facts["affected"]) - _SHOWN
        rest = f" … (+{more})" if more > 0 else ""
        console.print("Các thửa / the parcels: " + ", ".join(facts["affected"][:_SHOWN]) + rest)


@app.command("trips")
def trips(
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    changes: Changes = None,
    what_if: WhatIfKey = None,
    as_json: Json = False,
) -> None:
    """Tell the vehicle trips a change of land adds to a working day, by class, and to its busiest hour."""
    opened = city_or_exit(city, as_json=as_json)

    def _answer() -> dict[str, Any]:
        from scenarios.traffic.impact import trip_impact
        from scenarios.traffic.params import CLASSES, TrafficParams

        _, made = changes_asked(opened, changes, what_if)
        found = trip_impact(opened, made, TrafficParams())
        added = (found.by_class[1] - found.by_class[0]).tolist()
        hour = found.peak_hour
        return {
            "before_per_day": float(found.by_class[0].sum()),
            "added_per_day": sum(added),
            "added_by_class": dict(zip(CLASSES, added, strict=True)),
            "peak_hour": hour,
            "added_in_peak_hour": float(found.by_hour[1, hour] - found.by_hour[0, hour]),
        }

    facts = or_exit(_answer, as_json=as_json)
    if as_json:
        say(facts, as_json=True)
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"Lượt xe tăng mỗi ngày làm việc / trips added per working day: {facts['added_per_day']:.0f}")
    for name, n in facts["added_by_class"].items():
        console.print(f"  {name}: {n:.0f}")
    at, n = facts["peak_hour"], facts["added_in_peak_hour"]
    console.print(f"Giờ tăng nhiều nhất / busiest hour {at:02d}:00–{at + 1:02d}:00: {n:.0f}")
    console.print(_ASSUMED, style="yellow")


@app.command("parking")
def parking(
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    changes: Changes = None,
    what_if: WhatIfKey = None,
    day: Annotated[str | None, typer.Option("--date", help="The day, YYYY-MM-DD; else the what-if's.")] = None,
    car_places: Annotated[float | None, typer.Option(min=0.0, help="On the plot; else by floor area.")] = None,
    motorcycle_places: Annotated[float | None, typer.Option(min=0.0, help="On the plot; else by floor area.")] = None,
    reach_m: Annotated[float, typer.Option(min=1.0, help="Farthest kerb people park at [m].")] = 200.0,
    as_json: Json = False,
) -> None:
    """Tell the parking a new development asks for by hour, what its plot holds, and what spills to the street."""
    opened = city_or_exit(city, as_json=as_json)

    def _answer() -> dict[str, Any]:
        from scenarios.traffic.params import TrafficParams
        from scenarios.traffic.parking import PARKED, parking_balance

        standard, made = changes_asked(opened, changes, what_if)
        told = _day(day or standard.get("date"))
        params = TrafficParams() if told is None else TrafficParams(date=told)
        given = dict(zip(PARKED, (car_places, motorcycle_places), strict=True))
        supplied = {name: n for name, n in given.items() if n is not None}
        found = parking_balance(opened, made, params, supplied=supplied, reach_m=reach_m)
        names = [(name, k) for k, name in enumerate(PARKED)]
        return {
            "date": params.date.isoformat(),
            "supplied": {name: float(found.supplied[k]) for name, k in names},
            "most_demanded": {name: float(found.demanded[k].max()) for name, k in names},
            "hours": [
                {"hour": hour, "kerb_m": float(found.kerb_m[hour]), "unserved_m": float(found.unserved_m[hour])}
                | {f"{name}_demanded": float(found.demanded[k, hour]) for name, k in names}
                | {f"{name}_spilled": float(found.spilled[k, hour]) for name, k in names}
                for hour in range(24)
            ],
        }

    facts = or_exit(_answer, as_json=as_json)
    if as_json:
        say(facts, as_json=True)
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for name, words in (("car", "ô tô / cars"), ("motorcycle", "xe máy / motorcycles")):
        need, have = facts["most_demanded"][name], facts["supplied"][name]
        console.print(f"Chỗ đỗ / places, {words}: cần nhiều nhất / most needed {need:.0f}; có / supplied {have:.0f}")
    for h in facts["hours"]:
        if h["car_spilled"] + h["motorcycle_spilled"] > 0:
            over = f"{h['car_spilled']:.0f} ô tô / cars, {h['motorcycle_spilled']:.0f} xe máy / motorcycles"
            lack = f"lề đường thiếu / kerb lacking {h['unserved_m']:.0f} m"
            console.print(f"  {h['hour']:02d}:00–{h['hour'] + 1:02d}:00 tràn ra đường / to the street: {over}; {lack}")
    console.print(_ASSUMED, style="yellow")


@app.command("exposure")
def exposure(
    *,
    city: Annotated[str, typer.Option(help="A city file, or 'hue' for the embedded city.")] = "hue",
    changes: Changes = None,
    what_if: WhatIfKey = None,
    day: Annotated[str | None, typer.Option("--date", help="First day, YYYY-MM-DD; else the what-if's.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=240, help="Hours from that midnight.")] = 48,
    as_json: Json = False,
) -> None:
    """Tell what stands on closed or flooded streets by hour: length, kerb places lost, buildings, households."""
    opened = city_or_exit(city, as_json=as_json)

    def _answer() -> dict[str, Any]:
        from scenarios.models.exposure import exposed
        from scenarios.traffic.params import TrafficParams

        standard, made = changes_asked(opened, changes, what_if)
        first = _day(day or standard.get("date")) or TrafficParams().date
        found = exposed(opened, made, begin=datetime.combine(first, time()), hours=hours)
        return {
            "hours": [
                {
                    "begin": h.begin.isoformat(timespec="minutes"),
                    "links": len(h.links),
                    "street_m": h.street_m,
                    "kerb_places": h.kerb_places,
                    "buildings": len(h.buildings),
                    "households": h.households,
                }
                for h in found
            ]
        }

    facts = or_exit(_answer, as_json=as_json)
    if as_json:
        say(facts, as_json=True)
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print("Trên đường bị cấm hoặc ngập / on closed or flooded streets")
    last: dict[str, Any] | None = None
    for hour in facts["hours"]:
        begin = datetime.fromisoformat(hour.pop("begin")).strftime("%d/%m/%Y %H:%M")
        if hour != last:
            console.print(
                f"  từ / from {begin}: {hour['street_m']:.0f} m; mất chỗ đỗ / kerb places lost "
                f"{hour['kerb_places']:.0f}; {hour['buildings']} nhà / buildings; {hour['households']:.0f} hộ / "
                "households"
            )
        last = hour
    console.print(_ASSUMED, style="yellow")


def _day(told: str | None) -> date | None:
    from twin.errors import InvalidParams

    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise InvalidParams("--date", f"{told} is no day; write it as 2026-11-27") from None
