"""hue-twin signals: junctions retimed from the flows of a stored run, as changes that a run accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console

from api.cli.output import Json, city_or_exit, or_exit, say
from api.cli.stored import check_city, mean_flow_veh_h, stored_run
from twin.variables import Text

if TYPE_CHECKING:
    from scenarios.models.signal_plans import JunctionState
    from scenarios.models.signal_study import JunctionStudy
    from twin.city.city import City
    from twin.city.interventions import Intervention, SetSignal
    from twin.city.roads import Signals

_DIGITS = 3
_PASSED = Text(
    "Lưu lượng là số xe qua vạch dừng trong mô phỏng: nút quá tải có nhu cầu cao hơn.",
    "Flows are the vehicles that passed the stop line in the run: a junction over its capacity has more demand.",
)


def signals(
    run: Annotated[Path, typer.Argument(help="Folder of a stored traffic run, such as out/results/ID.")],
    *,
    city: Annotated[str, typer.Option(help="The city of the run: a city file, or 'hue'.")] = "hue",
    junctions: Annotated[
        str | None, typer.Option(help="Ids of signals, parted by commas; else the worst ones.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many of the worst junctions, where none are named.")] = 5,
    from_min: Annotated[float, typer.Option(min=0.0, help="Start of the flows to plan for, minutes of the run.")] = 0.0,
    to_min: Annotated[float | None, typer.Option(min=0.0, help="Their end; else the run's.")] = None,
    out: Annotated[Path | None, typer.Option(help="File of changes for run --change @FILE.", dir_okay=False)] = None,
    as_json: Json = False,
) -> None:
    """Retime junctions by Webster's method: delay, queue and saturation before and after, cycle and splits."""
    opened = city_or_exit(city, as_json=as_json)
    named = None if junctions is None else [name.strip() for name in junctions.split(",") if name.strip()]
    span_s = (60.0 * from_min, np.inf if to_min is None else 60.0 * to_min)
    facts = or_exit(lambda: _answer(opened, run, named, top, span_s), as_json=as_json)
    if out is not None:
        or_exit(lambda: _write(out, facts["changes"]), as_json=as_json)
    if as_json:
        say(facts, as_json=True)
    else:
        _show(facts, out)


def _answer(
    surveyed: City, folder: Path, named: list[str] | None, top: int, span_s: tuple[float, float]
) -> dict[str, Any]:
    from scenarios.engine.timeline import intervention_json, parse_intervention
    from scenarios.models.signal_study import study_junctions, worst_junctions
    from scenarios.traffic.params import CLASSES, PCU
    from twin.city.interventions import apply

    result = stored_run(folder)
    check_city(result, surveyed)
    changes: list[Intervention] = [parse_intervention(c) for c in result.manifest["interventions"]]
    city = apply(surveyed, changes)
    flow_veh_h = np.stack([mean_flow_veh_h(result, f"flow_veh_h_{name}", span_s) for name in CLASSES])
    pcu, saturation = np.array([PCU[name] for name in CLASSES]), city.roads.capacity_pcu_h
    if named is None:
        named = worst_junctions(city.signals, top, flow_pcu_h=pcu @ flow_veh_h, saturation_pcu_h=saturation)
    made, studies = study_junctions(
        city.signals, named, flow_veh_h=flow_veh_h, pcu=pcu, saturation_pcu_h=saturation,
        motorcycle=CLASSES.index("motorcycle"),
    )  # fmt: skip
    plans = [change_of(city, made, s.before.junction) if s.after is not None else None for s in studies]
    return {
        "run": result.run_id,
        "pcu": PCU,
        "junctions": [_facts(city, s, plan) for s, plan in zip(studies, plans, strict=True)],
        "changes": [intervention_json(plan) for plan in plans if plan is not None],
        "notes": [_PASSED._asdict()],
    }


def change_of(city: City, made: Signals, junction: str) -> SetSignal | None:
    """Return the plan of a junction as a change; None where no two of its streets name it unmistakably."""
    from twin.city.changes_signals import Green
    from twin.city.interventions import SetSignal

    row = int(np.flatnonzero(made.ids == junction)[0])
    streets = _crossing_of(city, int(made.node[row]))
    if streets is None:
        return None
    cycle_s = float(made.cycle_s[row])
    greens = tuple(
        Green(str(city.roads.ids[made.green_link[k]]), *(round(float(v), _DIGITS) for v in (
            made.green_from_s[k], min(made.green_to_s[k], cycle_s))))
        for k in range(int(made.green_first[row]), int(made.green_first[row + 1]))
    )  # fmt: skip
    return SetSignal(streets, cycle_s, greens, round(float(made.offset_s[row]) % cycle_s, _DIGITS))


def _crossing_of(city: City, node: int) -> tuple[str, str] | None:
    """Return two streets whose names lead to a signal's node, as a change of signals looks for it."""
    from itertools import combinations

    from twin.city.sections import crossing

    roads = city.roads
    here = np.unique(roads.name[(roads.head == node) | (roads.tail == node)]).tolist()
    for first, second in combinations([name for name in here if name], 2):
        nodes = crossing(roads, first, second).tolist()
        if next((n for n in nodes if n in city.signals.node), nodes[0]) == node:
            return first, second
    return None


def _facts(city: City, study: JunctionStudy, plan: SetSignal | None) -> dict[str, Any]:
    from dataclasses import asdict

    row = int(np.flatnonzero(city.signals.ids == study.before.junction)[0])
    node = city.signals.node[row]
    names = np.unique(city.roads.name[(city.roads.head == node) | (city.roads.tail == node)])
    return {
        "junction": study.before.junction,
        "name": " – ".join(name for name in names.tolist() if name),
        "before": _state(city, study.before),
        "after": None if study.after is None else _state(city, study.after),
        "reason": study.reason or None,
        "as_change": plan is not None,
        "motorcycle_share": _number(study.motorcycle_share),
        "sensitivity": [{k: _number(v) for k, v in asdict(case).items()} for case in study.cases],
    }


def _state(city: City, state: JunctionState) -> dict[str, Any]:
    columns = ("flow_pcu_h", "green_s", "degree", "delay_s", "queue_pcu")
    return {
        "cycle_s": state.cycle_s,
        "mean_delay_s": _number(state.mean_delay_s),
        "degree": _number(float(state.degree.max())),
        "queue_pcu": _number(float(state.queue_pcu.max())),
        "level": state.level,
        "approaches": [
            {"link": str(city.roads.ids[link]), "street": str(city.roads.name[link]), "stage": int(state.stage[k])}
            | {c: _number(float(getattr(state, c)[k])) for c in columns}
            for k, link in enumerate(state.link.tolist())
        ],
    }


def _number(value: float) -> float | None:
    return round(float(value), _DIGITS) if np.isfinite(value) else None


def _write(out: Path, changes: list[dict[str, Any]]) -> None:
    from twin.errors import SchemaError

    try:
        out.write_text(json.dumps({"changes": changes}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SchemaError(str(out), f"cannot be written ({error})", "Give a file that can be written.") from error


def _show(facts: dict[str, Any], out: Path | None) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for j in facts["junctions"]:
        console.print(f"{j['junction']}  {j['name']}", style="bold")
        console.print("  Hiện trạng / before: " + _words(j["before"]))
        if j["after"] is None:
            console.print(f"! Không có chu kỳ nào phục vụ được / no cycle serves it: {j['reason']}", style="yellow")
            continue
        console.print("  Phương án / after: " + _words(j["after"]))
        for a, b in zip(j["before"]["approaches"], j["after"]["approaches"], strict=True):
            console.print(f"    {a['street'] or a['link']}: {_vi(a['flow_pcu_h'], 0)} PCU/h; " + _changes(a, b))
        for case in j["sensitivity"]:
            share = f"    Xe máy / motorcycles {_vi(100 * case['motorcycle_share'], 0)} %: "
            delays = f"{_vi(case['present_delay_s'])} → {_vi(case['planned_delay_s'])} s; Webster C = "
            console.print(share + delays + f"{_vi(case['webster_cycle_s'], 0)} s: {_vi(case['webster_delay_s'])} s")
        if not j["as_change"]:
            console.print("! Không ghi được thành thay đổi: không có hai tên đường chỉ riêng nút này", style="yellow")
            console.print("  Not written as a change: no two street names lead to this junction alone", style="yellow")
    if not facts["junctions"]:
        console.print("Không có nút đèn nào có xe / no signal with traffic")
    for note in facts["notes"]:
        console.print(f"! {note['vi']}\n  {note['en']}", style="yellow")
    if out is not None:
        console.print(f"Đã ghi / written: {out} ({len(facts['changes'])})")


def _changes(a: dict[str, Any], b: dict[str, Any]) -> str:
    words = (("xanh / green", "green_s", "s", 1), ("chậm trễ / delay", "delay_s", "s", 1),
             ("hàng chờ / queue", "queue_pcu", "PCU", 1), ("bão hòa / saturation", "degree", "", 2))  # fmt: skip
    return "; ".join(f"{w} {_vi(a[k], n)} → {_vi(b[k], n)} {unit}".rstrip() for w, k, unit, n in words)


def _words(state: dict[str, Any]) -> str:
    delay = f"chậm trễ / delay {_vi(state['mean_delay_s'])} s ({state['level']})"
    rest = f"bão hòa / saturation {_vi(state['degree'], 2)}; hàng chờ / queue {_vi(state['queue_pcu'])} PCU"
    return f"C = {_vi(state['cycle_s'], 0)} s; {delay}; {rest}"


def _vi(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")
