"""The engine in plain SimPy gives the compiled one's answers, whatever a run asks of it, and needs no compiler.

Tolerance of means: 0.2 % on an ordinary morning with changes in it, 3 % in a jam, where vehicles of equal moments are
served in another order and each such choice has followers.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scenarios.engine.clock import Clock
from scenarios.engine.result import RunResult
from scenarios.models.demand import Trips
from scenarios.models.network import road_network
from scenarios.models.routes import empty_road_ways, make_routes
from scenarios.models.traffic import TrafficModel
from scenarios.models.traffic_plain import PlainTraffic
from scenarios.traffic.params import TrafficParams
from scenarios.traffic.scenario import road_rules, vehicle_kinds
from tests.scenarios.cities import two_banks
from tests.scenarios.traffic.test_traffic import WEST, go
from twin.city.interventions import (
    ActuateSignal,
    CloseStreet,
    Intervention,
    SetCapacity,
    SetSpeed,
    SplitSignal,
    Where,
    Window,
)
from twin.errors import UnknownItem
from twin.kernels.traffic_state import ARRIVED

ROOT = Path(__file__).parents[3]
SOON = (Window("07:05", "07:15"),)
KEYS = ("mean_travel_time_s", "mean_delay_s", "vkt_km", "link_entries")


def both(*changes: Intervention, **params: object) -> tuple[RunResult, RunResult]:
    compiled, plain = (go(*changes, engine=e, **params) for e in ("compiled", "simpy"))  # type: ignore[arg-type]
    assert plain.value("trips") == compiled.value("trips")
    assert any("SimPy thuần" in n.vi for n in plain.notes)
    assert not any("SimPy thuần" in n.vi for n in compiled.notes)
    return compiled, plain


def agree(compiled: RunResult, plain: RunResult, rel: float) -> None:
    for key in KEYS:
        assert plain.value(key) == pytest.approx(compiled.value(key), rel=rel), key
    flows = [r.series["flow_veh_h"].values.sum(axis=0) for r in (compiled, plain)]
    assert np.corrcoef(*flows)[0, 1] > 0.999


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (CloseStreet("Cầu Tây", when=SOON),),
        (SetSpeed(Where("Cầu Tây"), 6.0, when=SOON),),
        (SetCapacity(Where("Cầu Tây"), 0.2, when=SOON),),
        (SplitSignal(("Cầu Tây", "Ngang 4 Nam"), 90.0, 0.3, when=SOON),),
        (ActuateSignal(("Cầu Tây", "Ngang 4 Nam")),),
    ],
)
def test_engines_agree_on_a_morning_and_on_changes_within_it(changes: tuple[Intervention, ...]) -> None:
    agree(*both(*changes), rel=0.002)


def test_engines_agree_in_a_jam() -> None:
    compiled, plain = both(WEST, demand_scale=2.0)
    assert compiled.value("mean_delay_s") > 300.0
    agree(compiled, plain, rel=0.03)
    assert plain.value("completed") == pytest.approx(compiled.value("completed"), rel=0.03)


def test_engines_agree_that_it_is_a_gridlock() -> None:
    compiled, plain = both(WEST, demand_scale=12.0)
    assert compiled.value("gridlocks") > 0
    assert plain.value("gridlocks") > 0, "how many rings close at once hangs on who comes first at one moment"
    assert plain.value("gridlocked_links") == pytest.approx(compiled.value("gridlocked_links"), rel=0.1)
    minutes = [n.en for r in (compiled, plain) for n in r.notes if n.en.startswith("Gridlock from minute")]
    assert len(minutes) == 2
    assert minutes[0] == minutes[1]


def test_a_process_waits_for_its_drive_and_is_woken_at_the_same_moment() -> None:
    town, kinds, ends = two_banks(), vehicle_kinds(), []
    net = road_network(town, road_rules(TrafficParams()))
    zone = np.array([49], np.int32)
    none = np.zeros(0, np.int32)
    for make in (TrafficModel, PlainTraffic):
        routes = make_routes(net, empty_road_ways(net, zone), none, none, none, np.zeros(0), 1)
        trips = Trips(np.zeros(0), none, none, none, none)
        clock = Clock(-60.0, 3600.0)
        model = make(net, routes, trips, row=none, kinds=kinds, clock=clock)
        clock.carry(model)
        first, second = model.drive(1, 0, 0), model.drive(1, 0, [0, 2])
        with pytest.raises(UnknownItem, match="no way from node"):
            model.drive(1, 0, [2, 0])
        clock.run(until=3000.0)
        assert first.value is not None
        assert second.value is not None
        ends.append((first.value.at_s, second.value.at_s))
        assert model.cars["status"].tolist() == [ARRIVED, ARRIVED]
    assert ends[0] == pytest.approx(ends[1], abs=1e-5)


def test_without_a_compiler_a_run_is_made_by_plain_simpy() -> None:
    """A process in which numba is not installed; what is asked of the compiler there is refused with a remedy."""
    code = (
        "import sys, importlib.metadata as m\n"
        "sys.modules['numba'], had = None, m.distribution\n"
        "def gone(name):\n    if name == 'numba':\n        raise m.PackageNotFoundError(name)\n    return had(name)\n"
        "m.distribution = gone\n"
        "from tests.scenarios.traffic.test_traffic import go\n"
        "from twin.errors import InvalidParams\n"
        "r = go(demand_scale=0.2)\n"
        "assert any('SimPy thuần' in n.vi for n in r.notes)\n"
        "try:\n    go(engine='compiled')\nexcept InvalidParams as e:\n    assert 'choose simpy' in str(e)\n"
        "print(repr(r.value('mean_travel_time_s')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 # our own words
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(go(demand_scale=0.2).value("mean_travel_time_s"), rel=0.001)
