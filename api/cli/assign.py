"""hue-twin assign: the user equilibrium of a TNTP network or a GMNS folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api.cli.output import Json, or_exit, say

if TYPE_CHECKING:
    from scenarios.models.assignment import Assignment
    from twin.network.static import StaticNetwork

EXIT_GAP_NOT_REACHED = 3
_DIGITS = 12


@dataclass(frozen=True)
class _Asked:
    """What was asked for."""

    net: Path
    trips: Path
    flows: Path | None
    out: Path | None
    toll_weight: float | None
    distance_weight: float | None
    conical: bool
    gap: float
    max_iterations: int
    drop_unreachable: bool


@dataclass(frozen=True)
class _Answer:
    """What came out; `facts` are the keys of the JSON."""

    network: StaticNetwork
    found: Assignment
    facts: dict[str, Any]


def assign(
    net: Annotated[Path, typer.Argument(help="Network file …_net.tntp, or a GMNS folder.")],
    trips: Annotated[Path, typer.Argument(help="Trip table …_trips.tntp, or demand.csv of a GMNS folder.")],
    *,
    flows: Annotated[Path | None, typer.Option(help="Flows to compare with: …_flow.tntp")] = None,
    gap: Annotated[float, typer.Option(help="Relative gap at which to stop.", min=0.0, max=1.0)] = 1e-10,
    toll_weight: Annotated[
        float | None, typer.Option(help="Time per unit of toll; else as the network was published.")
    ] = None,
    distance_weight: Annotated[
        float | None, typer.Option(help="Time per unit of length; else as the network was published.")
    ] = None,
    conical: Annotated[bool, typer.Option("--conical", help="Spiess's conical functions, alpha = power.")] = False,
    drop_unreachable: Annotated[
        bool, typer.Option("--drop-unreachable", help="Leave out trips that have no way.")
    ] = False,
    max_iterations: Annotated[int, typer.Option(min=1, help="Rounds of new paths.")] = 1000,
    out: Annotated[Path | None, typer.Option(help="File of flows to write: .tntp or .csv")] = None,
    as_json: Json = False,
) -> None:
    """Assign trips to a network so that nobody can shorten their way; exit code 3 where the gap is not reached."""
    asked = _Asked(net, trips, flows, out, toll_weight, distance_weight, conical, gap, max_iterations, drop_unreachable)
    answer = or_exit(lambda: _answer(asked), as_json=as_json)
    if as_json:
        say(answer.facts, as_json=True)
    else:
        _show(asked, answer)
    if not answer.found.converged:
        raise typer.Exit(EXIT_GAP_NOT_REACHED)


def _answer(asked: _Asked) -> _Answer:
    from gis_data.gmns_static import read_gmns_demand, read_gmns_static
    from gis_data.readers.tntp import read_tntp_flows, read_tntp_network
    from gis_data.readers.tntp_trips import read_tntp_trips
    from gis_data.tntp_flows import check_flows_path, write_flows
    from scenarios.models import assignment

    if asked.out is not None:
        check_flows_path(asked.out)
    if asked.net.is_dir():
        network, zones = read_gmns_static(asked.net)
        table = read_gmns_demand(asked.trips, zones)
    else:
        network = read_tntp_network(asked.net, toll_weight=asked.toll_weight, distance_weight=asked.distance_weight)
        table = read_tntp_trips(asked.trips, network)
    network = network.as_conical() if asked.conical else network
    given = read_tntp_flows(asked.flows, network) if asked.flows else None
    with Console(stderr=True).status("Đang phân bổ… / Assigning…"):
        assignment.warm_up()
        started = perf_counter()
        found = assignment.assign(
            network, table, gap=asked.gap, max_iterations=asked.max_iterations,
            drop_unreachable=asked.drop_unreachable,
        )  # fmt: skip
        seconds = perf_counter() - started
    if asked.out is not None:
        write_flows(asked.out, network, found.flow, found.cost, found.time)
    unique = network.strictly_increasing
    error = None if given is None else float(abs(given.flow - found.flow)[unique].max(initial=0.0))
    return _Answer(
        network,
        found,
        {
            "relative_gap": found.relative_gap,
            "objective": found.objective,
            "iterations": found.iterations,
            "seconds": round(seconds, 6),
            "max_abs_flow_error": error,
            "objective_of_given_flows": None if given is None else assignment.objective(network, given.flow),
        },
    )


def _show(asked: _Asked, answer: _Answer) -> None:
    network, found, facts = answer.network, answer.found, answer.facts
    console = Console(soft_wrap=True)

    def _line(vi: str, en: str, value: str) -> None:
        console.print(f"{vi} / {en}: {value}", markup=False, highlight=False)

    size = (network.n_zones, network.n_nodes, len(network))
    _line("Mạng", "network", "{} — {} vùng, {} nút, {} cung / zones, nodes, links".format(network.name, *size))
    if network.toll_weight or network.distance_weight:
        weights = f"{_vietnamese(network.toll_weight)}, {_vietnamese(network.distance_weight)}"
        _line("Trọng số phí, quãng đường", "weights of toll, distance", weights)
    _line("Khe hở tương đối", "relative gap", _vietnamese(found.relative_gap, digits=3))
    _line("Hàm mục tiêu", "objective", _vietnamese(found.objective))
    _line("Số vòng lặp", "iterations", str(found.iterations))
    _line("Thời gian", "time", f"{_vietnamese(facts['seconds'], digits=3)} s")
    if found.dropped:
        _line("Nhu cầu bỏ ra vì không có đường đi", "trips without a way, left out", _vietnamese(found.dropped))
    if asked.flows is not None:
        _line("Hàm mục tiêu của lưu lượng đã cho", "objective of the given flows",
             _vietnamese(facts["objective_of_given_flows"]))  # fmt: skip
        _line("Chênh lệch lưu lượng lớn nhất (cung có chi phí tăng chặt)",
             "largest difference of flow (links of strictly increasing cost)",
             _vietnamese(facts["max_abs_flow_error"], digits=3))  # fmt: skip
    if asked.out is not None:
        _line("Đã ghi", "written", str(asked.out))
    if not found.converged:
        text = f"Không đạt khe hở {asked.gap:g} / the gap {asked.gap:g} was not reached"
        Console(stderr=True, soft_wrap=True).print(f"! {text}", style="yellow", markup=False)


def _vietnamese(value: float, *, digits: int = _DIGITS) -> str:
    return f"{value:.{digits}g}".replace(".", ",").replace("-", "−")
