"""The list of works: what is measured, against whom, and what each time includes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from api.benchmarks.chicago import chicago_work
from api.benchmarks.contests import Contest, Side
from api.benchmarks.grids import Work, grid_work
from api.benchmarks.process import Arrays

_COMPILED, _IN_CHARGE, _PLAIN_SIMPY = 0, 1, 2
_PEERS = "api.benchmarks.peers."
_MOVED = "movement of all vehicles on given ways, one thread"
_UPDATE_S = 600.0
"""How often ways are looked up again: UXsim's own default."""


def small_grid() -> Work:
    """Return 20 × 20 nodes, 286 m apart, and 50,000 vehicles in an hour."""
    return grid_work(20, spacing_m=286.0, jitter=0.0, vehicles=50_000, last_departure_s=3600.0, until_s=7200.0, seed=1)


def large_grid() -> Work:
    """Return a network as large as Huế's, 19,320 links of 76 m in the mean, and 200,000 vehicles in two hours."""
    return grid_work(
        70, spacing_m=75.6, jitter=0.15, vehicles=200_000, last_departure_s=7200.0, until_s=10_800.0, seed=1
    )


def contests(data: Path) -> tuple[Contest, ...]:
    """Return every work; TNTP networks and OpenStreetMap extracts are read from a folder of test data."""
    small, large = (lambda: small_grid().arrays()), (lambda: large_grid().arrays())
    return (
        Contest(name="grid-20x20", make=small, ours=_moves(_COMPILED), peers=(_sumo_loop(), _uxsim_loop(1))),
        Contest(
            name="grid-70x70",
            make=large,
            ours=_moves(_COMPILED),
            peers=(_sumo_loop(), _uxsim_loop(5), _moves(_PLAIN_SIMPY, "this project in plain SimPy")),
        ),
        Contest(
            name="grid-70x70-simpy-in-charge",
            make=large,
            ours=_moves(_IN_CHARGE),
            peers=(_moves(_COMPILED, "this project without SimPy"),),
        ),
        *_whole_jobs("grid-20x20", small, deltan=1),
        *_whole_jobs("grid-70x70", large, deltan=5),
        _chicago(data),
        *_cities(data),
        *(_static(data, folder, name, threads) for folder, name in _TNTP for threads in (1, 2)),
    )


_TNTP = (("SiouxFalls", "SiouxFalls"), ("Anaheim", "Anaheim"), ("Chicago-Sketch", "ChicagoSketch"))


def _side(name: str, module: str, includes: str, **options: Any) -> Side:
    return Side(name=name, module=_PEERS + module, options=options, includes=includes)


_ours = partial(_side, "hue-twin")
"""Ours: module, what its time includes, options."""


def _moves(mode: int, name: str = "hue-twin") -> Side:
    return _side(name, "ours", f"{_MOVED}; compiling and loading left out", mode=mode)


def _sumo_loop() -> Side:
    loop = "simulation loop, network without internal links, no outputs; reading of network and routes left out"
    return _side("SUMO meso", "sumo", loop)


def _uxsim_loop(deltan: int) -> Side:
    loop = "main loop of the C++ engine on given ways, its one search for ways at the start included; no logging"
    return _side(f"UXsim C++, platoons of {deltan}", "uxsim", loop, deltan=deltan)


def _whole_jobs(name: str, make: Any, *, deltan: int) -> tuple[Contest, ...]:
    """Return the contests in which each does all that its user waits for."""
    uxsim = partial(_side, f"UXsim C++, platoons of {deltan}", "uxsim", deltan=deltan)
    arrays = "from arrays of network and vehicles through its public calls to every platoon's arrival"
    sumo = partial(_side, "SUMO meso", "sumo")
    files = "the whole program, from its XML files to its file of every vehicle's trip"
    job = partial(_ours, "our_job")
    drive = "from a file of network and given ways to a file of arrivals"
    search = "a search for the ways from everywhere to every end besides, though the given ones are driven"
    own = "from a file of network and ends to a file of arrivals; all by the fastest ways by the times seen"
    xml = "the whole command `hue-twin simulate` on SUMO's files, with its table of trips"
    whole = partial(Contest, make=make)
    by_sumo = (sumo(f"{files}; ways given, read while it runs", ways="given"),)
    once = uxsim(f"{arrays}; ways given, its one search for ways at the start included", ways="given")
    renewed = uxsim(f"{arrays}; its own choice of ways, renewed every 600 s", ways="looked-up")
    renews = {"ways": "looked-up", "update_s": _UPDATE_S}
    return (
        whole(name=f"{name}-whole-job", ours=job(drive, ways="given"), peers=by_sumo),
        whole(name=f"{name}-whole-job-xml", ours=job(xml, ways="xml"), peers=by_sumo),
        whole(
            name=f"{name}-whole-job-search", ours=job(f"{drive}; {search}", ways="given", search=True), peers=(once,)
        ),
        whole(name=f"{name}-own-ways", ours=job(f"{own}, renewed every 600 s", **renews), peers=(renewed,)),
    )


def _chicago(data: Path) -> Contest:
    def _make() -> Arrays:
        return chicago_work(data / "tntp" / "Chicago-Sketch").arrays()

    own = "from arrays of network and demand to every arrival; its own choice of ways, renewed every 600 s"
    return Contest(
        name="chicago-sketch-own-ways",
        make=_make,
        ours=_ours("our_zones", f"{own}: all by the fastest by the times seen, up to 2 threads", update_s=_UPDATE_S),
        peers=tuple(
            _side(f"UXsim C++, platoons of {n}", "uxsim_zones", f"{own}; no logging", deltan=n) for n in (30, 5)
        ),
    )


def _cities(data: Path) -> tuple[Contest, ...]:
    """Return whole cities, on which there is no peer with the same classes, demand and ways."""
    pair = (
        "a pair of runs, 16:30 to 17:30 with 20 minutes before and after it, and their comparison: demand, habits, all "
        "trips and classes, records, tables, storing; two threads; opening the city left out"
    )
    evening = {"start_h": 16.5, "duration_min": 60}
    day = {"start_h": 0.0, "duration_min": 1440}
    alone = partial(Contest, make=dict, by_clock=True)
    city = partial(_ours, "our_city")
    duitama = {"city": str(data / "osm" / "duitama.osm.pbf"), "bridge": ""}
    return (
        alone(name="hue-evening-bridge-closed", ours=city(pair, city="hue", bridge="Cầu Trường Tiền", params=evening)),
        alone(name="hue-weekday", ours=city("one run of 24 hours; otherwise as for the pair", city="hue", params=day)),
        alone(name="duitama-evening-bridge-closed", ours=city(pair, **duitama, params=evening)),
    )


def _static(data: Path, folder: str, name: str, threads: int) -> Contest:
    """Return an equilibrium; against one thread processor time is compared, against several the time by the clock."""
    files = {kind: str(data / "tntp" / folder / f"{name}_{kind}.tntp") for kind in ("net", "trips")}
    asked = {**files, "gap": 1e-6}
    reached = "to a relative gap of 1e-6"
    return Contest(
        name=f"equilibrium-{folder}",
        make=dict,
        ours=_ours("our_assignment", f"equilibrium {reached}, one thread; reading left out", **asked),
        peers=(
            _side(
                f"AequilibraE bi-conjugate Frank-Wolfe, {threads} thread{'s' * (threads > 1)}", "aequilibrae",
                f"its execute() {reached}; reading and graph left out", **asked, threads=threads,
            ),
        ),
        by_clock=threads > 1,
    )  # fmt: skip
