"""hue-twin impact: what a change does before any traffic is simulated: who loses access by vehicle."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

import typer
from rich.console import Console

from api.cli.output import Json, city_or_exit, or_exit, say
from api.cli.run import Changes, WhatIfKey, changes_asked

app = typer.Typer(no_args_is_help=True, help="Impact of a change without a simulation.")

_SHOWN = 20


@app.callback()
def _group() -> None:
    """Keep the name of the group where it has one command."""


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
        from twin.errors import InvalidParams

        standard, made = changes_asked(opened, changes, what_if)
        told = day or standard.get("date")
        try:
            first = date.fromisoformat(told) if told else TrafficParams().date
        except ValueError:
            raise InvalidParams("--date", f"{told} is no day; write it as 2026-11-27") from None
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
