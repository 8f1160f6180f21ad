"""hue-twin simulate: a SUMO network and its demand on this engine, so that its users can move over and compare."""

from __future__ import annotations

import csv
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console

from api.cli.output import Json, or_exit, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.models.given import GivenRun
    from twin.given_trips import GivenTrips

_COLUMNS = (
    "id", "class", "depart_s", "arrive_s", "travel_time_s", "free_time_s", "delay_s", "distance_m", "links",
)  # fmt: skip


def simulate(
    net: Annotated[Path, typer.Argument(help="SUMO network …net.xml, plain or gzipped.")],
    routes: Annotated[Path, typer.Argument(help="SUMO demand …rou.xml or …trips.xml, plain or gzipped.")],
    *,
    crs: Annotated[
        str | None, typer.Option(help="Metric reference system of a network that states none, e.g. EPSG:9214.")
    ] = None,
    until: Annotated[float | None, typer.Option(min=0.0, help="End [s]; else when nobody can move any more.")] = None,
    out: Annotated[Path | None, typer.Option(help="CSV to write, a row for each vehicle.", dir_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """Drive the vehicles of a SUMO demand file over its network: whole routes as they are, gaps by the fastest ways."""
    facts = or_exit(lambda: _answer(net, routes, crs, until, out), as_json=as_json)
    if as_json:
        say(facts, as_json=True)
    else:
        _show(facts)


def _answer(net: Path, routes: Path, crs: str | None, until: float | None, out: Path | None) -> dict[str, Any]:
    from gis_data.readers.sumo_routes import read_sumo_routes
    from gis_data.sumo_city import sumo_city
    from scenarios.models.given import drive_given
    from scenarios.models.network import road_network
    from scenarios.traffic.params import TrafficParams
    from scenarios.traffic.scenario import road_rules, vehicle_kinds

    with Console(stderr=True).status("Đang đọc… / Reading…"):
        city = sumo_city(net, name=net.name.partition(".")[0], crs=crs)
        trips = read_sumo_routes(routes, city.roads)
    with Console(stderr=True).status("Đang mô phỏng… / Simulating…"):
        started = perf_counter()
        made = drive_given(road_network(city, road_rules(TrafficParams())), vehicle_kinds(), trips, until_s=until)
        seconds = perf_counter() - started
    if out is not None:
        _write(out, trips, made)
    return {
        "network": {"links": len(city.roads), "nodes": city.roads.n_nodes, "signals": len(city.signals)},
        **_numbers(trips, made),
        "seconds": round(seconds, 3),
        "notes": list(city.warnings),
        "out": None if out is None else str(out),
    }


def _numbers(trips: GivenTrips, made: GivenRun) -> dict[str, Any]:
    from twin.given_trips import CLASSES

    kind = trips.kind[made.row]
    by_class = {name: _means(made, kind == k) for k, name in enumerate(CLASSES) if np.any(kind == k)}
    first_s = made.first_gridlock_s
    return {
        **_means(made, np.ones(len(made.row), dtype=np.bool_)),
        "by_class": by_class,
        "link_entries": made.link_entries,
        "gridlocks": made.gridlocks,
        "gridlocked_links": made.gridlocked_links,
        "first_gridlock_s": None if np.isnan(first_s) else first_s,
        "end_s": made.end_s,
        "left_out": [
            *({"vehicles": n, **why._asdict()} for n, why in made.left_out),
            *({"vehicles": None, "vi": what, "en": what} for what in trips.left_out),
        ],
    }


def _means(made: GivenRun, chosen: NDArray[np.bool_]) -> dict[str, Any]:
    done = chosen & ~np.isnan(made.arrive_s)
    n = int(done.sum())
    return {
        "vehicles": int(chosen.sum()),
        "arrived": n,
        "mean_travel_time_s": float(made.travel_s[done].mean()) if n else None,
        "mean_delay_s": float(made.delay_s[done].mean()) if n else None,
    }


def _write(out: Path, trips: GivenTrips, made: GivenRun) -> None:
    from twin.errors import SchemaError
    from twin.given_trips import CLASSES

    rows = zip(
        trips.ids[made.row].tolist(), (CLASSES[k] for k in trips.kind[made.row].tolist()), made.depart_s.tolist(),
        made.arrive_s.tolist(), made.travel_s.tolist(), made.free_s.tolist(), made.delay_s.tolist(),
        made.distance_m.tolist(), made.n_links.tolist(), strict=True,
    )  # fmt: skip
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            for name, kind, *numbers, links in rows:
                writer.writerow([name, kind, *("" if np.isnan(v) else round(v, 3) for v in numbers), links])
    except OSError as error:
        raise SchemaError(str(out), f"cannot be written ({error})", "Give a file that can be written.") from error


def _show(facts: dict[str, Any]) -> None:
    console = Console(soft_wrap=True)

    def _line(vi: str, en: str, value: str) -> None:
        console.print(f"{vi} / {en}: {value}", markup=False, highlight=False)

    _line("Mạng", "network", "{links} đoạn, {nodes} nút, {signals} đèn / links, nodes, signals".format(
        **facts["network"]))  # fmt: skip
    _line("Xe", "vehicles", str(facts["vehicles"]))
    _line("Đã đến nơi", "arrived", str(facts["arrived"]))
    _line("Thời gian đi trung bình", "mean travel time", _seconds(facts["mean_travel_time_s"]))
    _line("Chậm trễ trung bình", "mean delay", _seconds(facts["mean_delay_s"]))
    _line("Số lượt xe vào đoạn đường", "link entries", str(facts["link_entries"]))
    _line("Kết thúc lúc", "ended at", _seconds(facts["end_s"]))
    _line("Máy tính chạy (lần đầu gồm cả biên dịch)", "computed in (the first time with compiling)",
          _seconds(facts["seconds"]))  # fmt: skip
    if facts["gridlocks"]:
        where = f"{facts['gridlocks']} ({facts['gridlocked_links']} đoạn / links)"
        _line("Số vòng kẹt cứng", "gridlocked rings", where)
        at = _seconds(facts["first_gridlock_s"])
        console.print(
            f"! Kẹt cứng từ {at}: từ đó kết quả không còn giá trị dự báo.\n"
            f"  Gridlock from {at}: from then on the result predicts nothing.", style="yellow", markup=False
        )  # fmt: skip
    for entry in facts["left_out"]:
        count = "" if entry["vehicles"] is None else f"{entry['vehicles']} "
        _line("Bỏ ra", "left out", count + (entry["vi"] if not count else f"{entry['vi']} / {entry['en']}"))
    for note in facts["notes"]:
        console.print(f"! {note}", style="yellow", markup=False)
    if facts["out"] is not None:
        _line("Đã ghi", "written", facts["out"])


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s".replace(".", ",")
