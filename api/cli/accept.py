"""hue-twin accept: a stored run against observed counts, by published criteria; without counts it is not calibrated."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console

from api.cli.output import Json, city_or_exit, or_exit, say
from api.cli.stored import check_city, mean_flow_veh_h, stored_run

if TYPE_CHECKING:
    from gis_data.readers.counts import Count
    from scenarios.engine.result import RunResult
    from twin.city.city import City

EXIT_NOT_ACCEPTED = 3


def accept(
    run: Annotated[Path, typer.Argument(help="Folder of a stored traffic run, such as out/results/ID.")],
    counts: Annotated[
        Path | None, typer.Argument(help="CSV: link, or street and direction; count_veh_h; class, empty for all.")
    ] = None,
    *,
    profiles: Annotated[
        Path | None,
        typer.Option(
            help="CSV like COUNTS with date and begin (HH:MM): judged over time by FHWA 2019.", dir_okay=False
        ),
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", help="Of the profiles' days the one that stands for them, YYYY-MM-DD.")
    ] = None,
    city: Annotated[str, typer.Option(help="The city of the run: a city file, or 'hue'.")] = "hue",
    from_min: Annotated[float, typer.Option(min=0.0, help="Start of the counted period, minutes of the run.")] = 0.0,
    to_min: Annotated[float | None, typer.Option(min=0.0, help="Its end; else the run's.")] = None,
    as_json: Json = False,
) -> None:
    """Judge a run by DfT TAG M3.1 (flows, GEH) and by FHWA 2019 (profiles); exit code 3 where it is not accepted."""
    opened = city_or_exit(city, as_json=as_json)
    span_s = (60.0 * from_min, np.inf if to_min is None else 60.0 * to_min)
    facts, text = or_exit(lambda: _answer(opened, run, counts, span_s), as_json=as_json)
    over_time = or_exit(lambda: _profiles(opened, run, profiles, day), as_json=as_json)
    facts["profiles"] = [found for found, _, _ in over_time]
    facts["verdict"] = _overall([facts["verdict"], *(found["verdict"] for found in facts["profiles"])])
    if as_json:
        say(facts, as_json=True)
    else:
        if counts is not None or not over_time:
            _show(facts, text)
        for found, vi, en in over_time:
            _show_profile(found, vi, en)
    if facts["verdict"] != "accepted":
        raise typer.Exit(EXIT_NOT_ACCEPTED)


def _answer(
    city: City, folder: Path, path: Path | None, span_s: tuple[float, float]
) -> tuple[dict[str, Any], dict[str, str]]:
    from gis_data.readers.counts import read_counts
    from scenarios.models.acceptance import accept_flows, geh

    result = stored_run(folder)
    check_city(result, city)
    counts = () if path is None else read_counts(path, city.roads)
    modelled = np.array([_modelled(result, city, count, span_s) for count in counts])
    observed = np.array([count.count_veh_h for count in counts])
    report = accept_flows(modelled, observed)
    places = [
        {"place": c.label, "class": c.kind or None, "modelled_veh_h": _number(m), "observed_veh_h": _number(o)}
        | {"geh": None if np.isnan(o) else _number(float(geh([m], [o])[0]))}
        for c, m, o in zip(counts, modelled.tolist(), observed.tolist(), strict=True)
    ]
    return {
        "run": result.run_id,
        "verdict": report.verdict,
        "criteria": [c | {"title": list(c["title"])} for c in (asdict(c) for c in report.criteria)],
        "rmsn": _number(report.rmsn),
        "bias": _number(report.bias),
        "n": report.n,
        "n_missing": report.n_missing,
        "places": places,
    }, report.text()._asdict()


def _profiles(city: City, folder: Path, path: Path | None, day: str | None) -> list[tuple[dict[str, Any], str, str]]:
    from api.cli.accept_profiles import judged_profiles
    from twin.errors import InvalidParams

    if path is None:
        return []
    try:
        chosen = None if day is None else date.fromisoformat(day)
    except ValueError:
        raise InvalidParams("--day", f"{day} is no day; write it as 2026-11-27") from None
    return judged_profiles(stored_run(folder), city, path, chosen)


def _overall(verdicts: list[str]) -> str:
    """Return the verdict over all that was judged: what has no counts says nothing."""
    judged = [v for v in verdicts if v != "not calibrated"]
    if not judged:
        return "not calibrated"
    return "accepted" if all(v == "accepted" for v in judged) else "not accepted"


def _modelled(run: RunResult, city: City, count: Count, span_s: tuple[float, float]) -> float:
    """Return the run's flow at a place [veh/h]: the mean of its links, by their length."""
    flow = mean_flow_veh_h(run, f"flow_veh_h_{count.kind}" if count.kind else "flow_veh_h", span_s)
    return float(np.average(flow[count.links], weights=city.roads.length_m[count.links]))


def _number(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None


def _show(facts: dict[str, Any], text: dict[str, str]) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(text["vi"], style="bold")
    console.print(text["en"])
    judged = [p for p in facts["places"] if p["geh"] is not None]
    for p in sorted(judged, key=lambda place: -place["geh"]):
        label = p["place"] + (f" ({p['class']})" if p["class"] else "")
        numbers = f"{_vi(p['modelled_veh_h'], 0)} / {_vi(p['observed_veh_h'], 0)} veh/h; GEH {_vi(p['geh'], 1)}"
        console.print(f"  {label}: mô phỏng / đếm – modelled / counted {numbers}")
    if facts["n_missing"]:
        console.print(f"  Không có số đếm / without a count: {facts['n_missing']}")


def _show_profile(facts: dict[str, Any], vi: str, en: str) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    label = facts["place"] + (f" ({facts['class']})" if facts["class"] else "")
    span = f"{facts['from']}–{facts['to']}, {facts['intervals']} × {facts['step_min']:.0f} min"
    console.print(f"{label}: {span}; {facts['days']} ngày / days", style="bold")
    console.print(vi)
    console.print(en)


def _vi(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace(".", ",")
