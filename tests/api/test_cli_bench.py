"""hue-twin bench: rows for every peer, also for one that is missing or too slow."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from api.benchmarks import contest as contests
from api.benchmarks.contests import Contest, Side
from api.benchmarks.grids import Work, grid_work
from api.benchmarks.process import Answer, Failed, run_apart
from api.cli import app


def small() -> Work:
    """Return a grid of a hundred vehicles."""
    return grid_work(4, spacing_m=100.0, jitter=0.1, vehicles=100, last_departure_s=60.0, until_s=900.0, seed=1)


def one(module: str, **options: Any) -> Side:
    """Return a side."""
    return Side(name=module, module=f"api.benchmarks.peers.{module}", options=options, includes="everything")


def test_a_contest_gives_a_row_for_each_peer_and_says_what_is_missing() -> None:
    game = Contest(
        name="small", make=lambda: small().arrays(), ours=one("ours"), peers=(one("ours", mode=2), one("no_such"))
    )
    simpy, missing = contests.rows(game, timeout_s=60.0, rounds=1, tell=lambda _: None)
    assert simpy["ratio"] == pytest.approx(simpy["peer_s"] / simpy["ours_s"])
    assert 50.0 < simpy["ours_peak_mb"] < 500.0
    assert missing["ratio"] is None
    assert "no_such" in missing["failed"]


def test_simpy_in_charge_moves_everybody() -> None:
    answer = run_apart("api.benchmarks.peers.ours", small().arrays(), {"mode": 1}, timeout_s=60.0)
    assert isinstance(answer, Answer), answer
    assert np.isfinite(answer.values["arrive_s"]).all()


def test_a_peer_that_takes_too_long_is_ended() -> None:
    answer = run_apart("api.benchmarks.peers.ours", small().arrays(), {}, timeout_s=0.01)
    assert answer == Failed("not done after 0 s")


def test_unknown_work_is_refused_with_the_known_ones() -> None:
    result = CliRunner().invoke(app, ["bench", "traffic", "--work", "nonsense", "--json"])
    assert result.exit_code == 2
    assert "grid-70x70" in result.stderr


def test_ways_of_the_works_lead_along_connected_links() -> None:
    work = small()
    assert len(work.tail) == 48
    inner = np.setdiff1d(np.arange(1, len(work.route_link)), work.route_first)
    assert np.array_equal(work.tail[work.route_link[inner]], work.head[work.route_link[inner - 1]])
    assert json.dumps(Work.of(work.arrays()).until_s) == "900.0"
