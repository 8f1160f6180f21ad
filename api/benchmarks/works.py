"""The list of works: what is measured, against whom, and what each time includes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from api.benchmarks.grids import Work, grid_work
from api.benchmarks.process import Arrays, Options

_COMPILED, _IN_CHARGE, _PLAIN_SIMPY = 0, 1, 2
_PEERS = "api.benchmarks.peers."
_UXSIM = "main loop of the C++ engine on given ways, its one search for ways at the start included; no logging"
_SUMO = "simulation loop, network without internal links, no outputs; reading of network and routes left out"


@dataclass(frozen=True, kw_only=True)
class Side:
    """One engine on a work.

    Attributes
    ----------
    name
    module
        Its process.
    options
    includes
        What its time includes.
    """

    name: str
    module: str
    options: Options = field(default_factory=dict)
    includes: str


@dataclass(frozen=True, kw_only=True)
class Contest:
    """A work on which this project's engine meets peers.

    Attributes
    ----------
    name
    make
        Makes what both sides are given.
    ours
    peers
    by_clock
        Compare times by the clock: a side uses several threads.
    """

    name: str
    make: Callable[[], Arrays]
    ours: Side
    peers: tuple[Side, ...]
    by_clock: bool = False


def small_grid() -> Work:
    """Return 20 × 20 nodes, 286 m apart, and 50,000 vehicles in an hour."""
    return grid_work(20, spacing_m=286.0, jitter=0.0, vehicles=50_000, last_departure_s=3600.0, until_s=7200.0, seed=1)


def large_grid() -> Work:
    """Return a network as large as Huế's, 19,320 links of 76 m in the mean, and 200,000 vehicles in two hours."""
    return grid_work(
        70, spacing_m=75.6, jitter=0.15, vehicles=200_000, last_departure_s=7200.0, until_s=10_800.0, seed=1
    )


def contests(data: Path) -> tuple[Contest, ...]:
    """Return every work; those of the static assignment read TNTP networks from a folder of test data."""
    compiled = _ours(_COMPILED)
    return (
        Contest(name="grid-20x20", make=lambda: small_grid().arrays(), ours=compiled, peers=(_sumo(), _uxsim(1))),
        Contest(
            name="grid-70x70",
            make=lambda: large_grid().arrays(),
            ours=compiled,
            peers=(
                _sumo(),
                _uxsim(5),
                Side(
                    name="this project in plain SimPy",
                    module=_PEERS + "ours",
                    options={"mode": _PLAIN_SIMPY},
                    includes="movement of all vehicles, one thread",
                ),
            ),
        ),
        Contest(
            name="grid-70x70-simpy-in-charge",
            make=lambda: large_grid().arrays(),
            ours=_ours(_IN_CHARGE),
            peers=(
                Side(
                    name="this project without SimPy",
                    module=compiled.module,
                    options=compiled.options,
                    includes="movement of all vehicles, one thread",
                ),
            ),
        ),
        *(_static(data, folder, name) for folder, name in _TNTP),
    )


_TNTP = (("SiouxFalls", "SiouxFalls"), ("Anaheim", "Anaheim"), ("Chicago-Sketch", "ChicagoSketch"))


def _ours(mode: int) -> Side:
    return Side(
        name="hue-twin",
        module=_PEERS + "ours",
        options={"mode": mode},
        includes="movement of all vehicles, one thread; compiling and loading left out",
    )


def _sumo() -> Side:
    return Side(name="SUMO meso", module=_PEERS + "sumo", includes=_SUMO)


def _uxsim(deltan: int) -> Side:
    return Side(
        name=f"UXsim C++, platoons of {deltan}", module=_PEERS + "uxsim", options={"deltan": deltan}, includes=_UXSIM
    )


def _static(data: Path, folder: str, name: str) -> Contest:
    files = {kind: str(data / "tntp" / folder / f"{name}_{kind}.tntp") for kind in ("net", "trips")}
    asked = {**files, "gap": 1e-6}
    return Contest(
        name=f"equilibrium-{folder}",
        make=dict,
        ours=Side(
            name="hue-twin",
            module=_PEERS + "our_assignment",
            options=asked,
            includes="equilibrium to a relative gap of 1e-6, one thread; reading left out",
        ),
        peers=tuple(
            Side(
                name=f"AequilibraE bi-conjugate Frank-Wolfe, {threads} threads",
                module=_PEERS + "aequilibrae",
                options={**asked, "threads": threads},
                includes="its execute() to a relative gap of 1e-6; reading and graph left out",
            )
            for threads in (1, 2)
        ),
        by_clock=True,
    )
