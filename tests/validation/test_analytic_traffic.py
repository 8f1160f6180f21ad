"""The traffic engine against what theory says of a triangular diagram, to the tolerance stated in each case.

Unless said otherwise a street has u = 20 m/s, w = 5 m/s, κ = 0.2 veh/m, so q = κ u w / (u + w) = 0.8 veh/s.
Theory: Newell, Transp. Res. B 27 (1993); Daganzo, Fundamentals of Transportation and Traffic Operations (1997), ch. 2
and 4; Vickrey, Am. Econ. Rev. 59 (1969). One vehicle, or one headway of 1.25 s, is the resolution of single vehicles.
"""

import numpy as np
import pytest

from scenarios.models.traffic import Streets, simulate
from scenarios.models.traffic_types import BURST_PCU
from tests.twin.kernels.streets import street
from twin.errors import InvalidParams
from twin.kernels.traffic import advance
from twin.kernels.traffic_change import find_gridlocks, reconsider, wake
from twin.kernels.traffic_state import ARRIVED, GREEN, GRIDLOCKS, RED

U, W, K = 20.0, 5.0, 0.2
Q = K * U * W / (U + W)


def streets(ends: list[tuple[int, int]], length_m: float | list[float] = 1000.0, lanes: float | list[float] = 1.0,
            exit_factor: dict[int, float] | None = None) -> Streets:  # fmt: skip
    """Streets of the standard diagram."""
    n = len(ends)
    length, wide = (np.broadcast_to(np.asarray(x, float), n) for x in (length_m, lanes))
    slow = np.ones(n)
    for link, factor in (exit_factor or {}).items():
        slow[link] = factor
    return Streets(
        [e[0] for e in ends], [e[1] for e in ends], length / U, Q * wide * slow, K * length * wide, length / W
    )


def go(network: Streets, routes: list[list[int]], depart_s: np.ndarray, until_s: float = 1e9, burst: float = BURST_PCU):  # type: ignore[no-untyped-def]
    first = np.cumsum([0, *(len(r) for r in routes)])
    return simulate(network, first, np.concatenate(routes), depart_s, until_s, burst=burst)


def rate(arrive_s: np.ndarray, from_s: float, to_s: float) -> float:
    """Arrivals per second between two times."""
    return float(np.sum((arrive_s >= from_s) & (arrive_s < to_s)) / (to_s - from_s))


def test_free_flow_time_is_exact() -> None:
    arrive, _ = go(streets([(0, 1), (1, 2)]), [[0, 1]], np.array([7.0]))
    assert arrive.tolist() == [107.0]


def test_capacity_is_exact() -> None:
    """All want to go at once: one vehicle each 1.25 s, to the tick."""
    arrive, _ = go(streets([(0, 1), (1, 2)]), [[0, 1]] * 1000, np.zeros(1000))
    np.testing.assert_allclose(np.diff(arrive), 1.0 / Q, atol=1e-6)


def test_vickrey_bottleneck() -> None:
    """Arrivals at 0.7 veh/s for T = 1000 s at a bottleneck of 0.5: the k-th waits k (1/0.5 - 1/0.7)."""
    n = 700
    arrive, _ = go(streets([(0, 1), (1, 2)], 2000.0, exit_factor={1: 0.5 / Q}), [[0, 1]] * n, np.arange(n) / 0.7)
    delay = arrive - np.arange(n) / 0.7 - 200.0
    # The bottleneck's own token bucket lets vehicles in ahead of its rate, its exit does not.
    np.testing.assert_allclose(delay, np.arange(n) * (1 / 0.5 - 1 / 0.7), atol=1e-4)
    assert delay[-1] == pytest.approx((0.7 / 0.5 - 1) * 999 / 0.7 * 0.7, rel=2e-3)


def test_merge_is_shared_by_capacity_two_to_one() -> None:
    """Two lanes and one lane, both over-supplied, into one lane: 2 : 1, and the whole capacity is used."""
    ends = [(0, 2), (1, 2), (2, 3)]
    routes = [[k % 2, 2] for k in range(4000)]
    arrive, t = go(streets(ends, lanes=[2.0, 1.0, 1.0]), routes, np.zeros(4000), 2500.0)
    late = (arrive > 500.0) & np.isfinite(arrive)
    wide, narrow = np.sum(late[0::2]), np.sum(late[1::2])
    assert rate(arrive, 500.0, 2500.0) == pytest.approx(Q, abs=1e-3)
    assert wide / narrow == pytest.approx(2.0, abs=0.01)
    assert t.state.tally[GRIDLOCKS] == 0


def test_merge_gives_what_one_street_does_not_use_to_the_other() -> None:
    """0.2 veh/s from the narrow street is less than its share of 0.267: it is not held up, the wide one gets 0.6."""
    ends = [(0, 2), (1, 2), (2, 3)]
    n, m = 2000, 400
    depart = np.concatenate([np.zeros(n), np.arange(m) * 5.0])
    arrive, _ = go(streets(ends, lanes=[2.0, 1.0, 1.0]), [[0, 2]] * n + [[1, 2]] * m, depart, 2000.0)
    assert rate(arrive[:n], 500.0, 2000.0) == pytest.approx(0.6, abs=2e-3)
    narrow = (arrive - depart)[n:]
    assert np.nanmax(narrow) <= 100.0 + 2 / Q, "at most the vehicle before it at the merge"


def test_merge_below_capacity_delays_nobody_for_long() -> None:
    ends = [(0, 2), (1, 2), (2, 3)]
    depart = np.concatenate([np.arange(500) / 0.39, np.arange(500) / 0.39])
    arrive, _ = go(streets(ends), [[k // 500, 2] for k in range(1000)], depart)
    assert np.max(arrive - depart) <= 100.0 + 2 / Q


def test_diverge_is_first_in_first_out() -> None:
    """Every other vehicle turns into a street of 0.2 veh/s: all are held to 0.4, half of them go straight on (FIFO)."""
    ends = [(0, 1), (1, 2), (1, 3)]
    routes = [[0, 1 + k % 2] for k in range(3000)]
    arrive, t = go(streets(ends, 1000.0, exit_factor={2: 0.2 / Q}), routes, np.zeros(3000), 4000.0)
    # After the narrow street has filled up (200 vehicles at 0.4 - 0.2 veh/s).
    assert rate(arrive[0::2], 2500.0, 4000.0) == pytest.approx(0.2, abs=2e-3)
    assert rate(arrive[1::2], 2500.0, 4000.0) == pytest.approx(0.2, abs=2e-3)
    assert np.all(np.diff(arrive[0::2][np.isfinite(arrive[0::2])]) > 0)
    assert t.state.tally[GRIDLOCKS] == 0


def test_diverge_under_over_supply_passes_its_capacity() -> None:
    arrive, _ = go(streets([(0, 1), (1, 2), (1, 3)]), [[0, 1 + k % 2] for k in range(2000)], np.zeros(2000), 2000.0)
    assert rate(arrive, 500.0, 1500.0) == pytest.approx(Q, abs=1e-3)


def test_closed_exit_fills_the_link_to_its_jam_density() -> None:
    """0.4 veh/s into a link of 200 vehicles whose end is closed: the 200th enters after 199 gaps, the 201st never."""
    s = street(
        [(0, 1), (1, 2)], [(2.5 * k, 0, 2) for k in range(400)], time_s=50.0, headway_s=1 / Q, room=200.0, wave_s=200.0
    )
    s.t.net.links["signal"][0] = RED
    s.run(5000.0)
    assert s.on_link().tolist() == [200, 0]
    assert np.nanmax(s.t.cars["entered_s"]) == 199 * 2.5


def test_backward_wave_travels_at_w() -> None:
    """The exit opens at 1500 s: the first hole reaches the entrance, 1,000 m behind, 200 s later; w = 5 m/s."""
    s = street([(0, 1), (1, 2)], [(0.0, 0, 2)] * 400, time_s=50.0, headway_s=1 / Q, room=200.0, wave_s=200.0)
    s.t.net.links["signal"][0] = RED
    advance(s.t, 1500.0)
    s.t.net.links["signal"][0] = GREEN
    wake(s.t, np.array([0]), 1500.0)
    advance(s.t, 1703.0)
    entered = np.sort(s.t.cars["entered_s"][s.t.cars["link"] == 0])
    assert entered[entered > 1400.0].tolist() == [1700.0, 1701.25, 1702.5]


def test_shock_travels_at_the_speed_of_rankine_and_hugoniot() -> None:
    """0.4 veh/s meets a bottleneck of 0.2: the queue's tail grows at (0.2 - 0.4) / (k2 - k1) and fills 2,000 m.

    k1 = 0.4 / u = 0.02, k2 = κ - 0.2 / w = 0.16 veh/m; 1.4286 m/s, so 1,400 s from the exit to the entrance.
    """
    n, (a, b) = 1200, (0.4, 0.2)
    network = streets([(0, 1), (1, 2)], [2000.0, 1000.0], exit_factor={1: b / Q})
    begin_s, shock_s = 2000.0 / U, 2000.0 / ((a - b) / (K - b / W - a / U))
    # The bottleneck's token bucket lets half a vehicle in ahead, and the last vehicle's tail may be outside: a vehicle
    # and a half at a net inflow of 0.2 veh/s, and the probe looks every 2.5 s.
    ahead = BURST_PCU + 1
    assert _first_wait_at_home(network, n, a) == pytest.approx(begin_s + shock_s, abs=ahead / (a - b) + 2.5)


def _first_wait_at_home(network: Streets, n: int, per_s: float) -> float:
    """Return when a vehicle first finds the first link full."""
    for until_s in np.arange(1000.0, 2500.0, 2.5):
        _, t = go(network, [[0, 1]] * n, np.arange(n) / per_s, float(until_s))
        late = (t.cars["depart_s"] < until_s - 1e-9) & (t.cars["link"] < 0) & (t.cars["status"] != ARRIVED)
        if late.any():
            return float(until_s)
    return np.inf


def test_queue_spills_back_through_a_merge_by_its_priorities() -> None:
    """A bottleneck of 0.3 behind a merge of 2 : 1: once the street between is full, the arms get 0.2 and 0.1."""
    ends = [(0, 2), (1, 2), (2, 3), (3, 4)]
    network = streets(ends, [1000.0, 1000.0, 200.0, 1000.0], [2.0, 1.0, 1.0, 1.0], exit_factor={3: 0.3 / Q})
    depart = np.repeat(np.arange(3000) / 0.4, 2)
    arrive, _ = go(network, [[k % 2, 2, 3] for k in range(6000)], depart, 6000.0)
    assert rate(arrive[0::2], 2000.0, 6000.0) == pytest.approx(0.2, abs=2e-3)
    assert rate(arrive[1::2], 2000.0, 6000.0) == pytest.approx(0.1, abs=2e-3)


def test_signal_delay_is_that_of_a_deterministic_queue() -> None:
    """Uniform arrivals v at a signal: mean delay r² / (2 C (1 - v/s)), r red, C cycle (Webster's first term)."""
    cycle, red, v, s_flow = 90.0, 45.0, 0.3, 0.8
    n = 10 * 2700
    s = street([(0, 1), (1, 2)], [(k / v, 0, 2) for k in range(n)], time_s=30.0, headway_s=1 / s_flow, entry_s=0.1,
               room=1000.0, wave_s=10.0, green={0: (cycle, red, cycle)})  # fmt: skip
    s.run(1e9)
    delay = s.travel_s[27:] - 60.0
    # Single vehicles: the j-th of a cycle's 27 comes j/v after the red began and goes j/s after it ended.
    single = np.maximum(red - np.arange(27) * (1 / v - 1 / s_flow), 0.0).mean()
    assert delay.mean() == pytest.approx(single, rel=1e-3)
    # A fluid is the limit of small vehicles: within one headway.
    assert delay.mean() == pytest.approx(red**2 / (2 * cycle * (1 - v / s_flow)), abs=1 / s_flow)


def test_signal_passes_its_share_of_the_capacity_and_only_in_green() -> None:
    s = street([(0, 1), (1, 2)], [(0.0, 0, 2)] * 3000, time_s=10.0, headway_s=1 / Q, entry_s=0.1, room=4000.0,
               wave_s=0.0,
               green={0: (60.0, 0.0, 30.0)})  # fmt: skip
    s.run(3610.0)
    arrive = s.t.cars["arrive_s"]
    assert np.all((arrive[np.isfinite(arrive)] - 10.0) % 60.0 < 30.0)
    # 30 s of green at 1.25 s each; the first green loses the 10 s of the way there.
    assert s.arrived() == pytest.approx(0.5 * Q * 3600, abs=24)


@pytest.mark.parametrize(("pcu", "per_s"), [(1.0, 0.8), (0.25, 3.2), (2.5, 0.32)])
def test_capacity_is_in_pcu(pcu: float, per_s: float) -> None:
    s = street(
        [(0, 1), (1, 2)], [(0.0, 0, 2)] * 4000, time_s=50.0, headway_s=1 / Q, room=200.0, wave_s=200.0, pcu=(pcu,)
    )
    s.run(1100.0)
    arrive = s.t.cars["arrive_s"]
    assert rate(arrive, 200.0, 1100.0) == pytest.approx(per_s, abs=0.005)


def test_mix_of_classes_shares_the_capacity() -> None:
    """Four motorcycles of 0.25, a car and a truck of 2.5 by turns: 4.5 PCU each 4.5 / 0.8 s, in one queue or in two."""
    kinds = [0, 0, 0, 0, 1, 2] * 500
    for queue in ([0, 0, 0], [0, 1, 1]):
        s = street([(0, 1), (1, 2)], [(0.0, 0, 2)] * 3000, time_s=50.0, headway_s=1 / Q, room=200.0, wave_s=200.0,
                   pcu=(0.25, 1.0, 2.5), kind=kinds, queue=queue)  # fmt: skip
        s.run(1100.0)
        done = (s.t.cars["arrive_s"] > 200.0) & (s.t.cars["arrive_s"] <= 1100.0)
        assert s.t.net.kinds["pcu"][s.t.cars["kind"][done]].sum() == pytest.approx(0.8 * 900.0, abs=3.0)


@pytest.mark.parametrize("piece_m", [10.0, 25.0, 80.0, 100.0])
@pytest.mark.parametrize("out", [1.0, 0.5])
def test_street_cut_in_pieces_is_the_same_street(piece_m: float, out: float) -> None:
    """800 m in one link, and in pieces: the same flow, and the same time for each vehicle to within three headways.

    In a jam each piece may hold one vehicle more than its share, so a cut street holds more of the queue that would
    wait before it; the time from departure to arrival does not change by that.
    """
    n, pieces = 600, round(800.0 / piece_m)
    whole = streets([(0, 1), (1, 2)], [800.0, 500.0], exit_factor={1: out})
    ends = [(k, k + 1) for k in range(pieces + 1)]
    cut = streets(ends, [*[piece_m] * pieces, 500.0], exit_factor={pieces: out})
    depart = np.arange(n) / 0.7
    one, _ = go(whole, [[0, 1]] * n, depart)
    many, _ = go(cut, [list(range(pieces + 1))] * n, depart)
    assert np.max(np.abs(many - one)) <= 3 / Q
    assert many[-1] - many[100] == pytest.approx(one[-1] - one[100], abs=2 / Q)


def test_short_links_pass_the_full_capacity() -> None:
    """A street of 3-metre links, shorter than a vehicle with its gap: 0.8 veh/s to a thousandth."""
    network = streets([(k, k + 1) for k in range(50)], 3.0)
    arrive, _ = go(network, [list(range(50))] * 2000, np.zeros(2000))
    assert rate(arrive, 200.0, 1200.0) == pytest.approx(Q, abs=1e-3)


def test_ring_of_full_links_is_reported_not_predicted() -> None:
    ends = [(0, 1), (1, 2), (2, 3), (3, 0)]
    routes = [[(k + j) % 4 for j in range(3)] for k in range(2000)]
    arrive, t = go(streets(ends, 100.0), routes, np.zeros(2000))
    assert find_gridlocks(t, 1e9) == 4
    assert t.state.tally[GRIDLOCKS] == 1
    assert np.isnan(arrive).sum() > 1500


def test_braess_more_streets_more_delay() -> None:
    """A dynamic analogue of Braess: two narrow streets of 0.4 veh/s, each part of one of two ways, and 0.8 veh/s.

    Without the bridge half of the vehicles take each way and nobody waits. The bridge joins the two narrow streets to
    a way that is the fastest for each vehicle alone; all who follow it wait for streets that carry half of them.
    """
    # 0 start, 1 upper, 2 lower, 3 end; links: 0-1 narrow, 0-2 long, 1-3 long, 2-3 narrow, 1-2 bridge.
    ends = [(0, 1), (0, 2), (1, 3), (2, 3), (1, 2)]
    network = streets(ends, [400.0, 2000.0, 2000.0, 400.0, 20.0], lanes=[0.5, 1.0, 1.0, 0.5, 1.0])
    n = 800
    depart = np.arange(n) / 0.8
    apart, _ = go(network, [[0, 2] if k % 2 else [1, 3] for k in range(n)], depart)
    over, _ = go(network, [[0, 4, 3]] * n, depart)
    assert np.max(apart - depart) <= 120.0 + 3 / Q
    assert over[0] - depart[0] == 41.0, "the bridge is the faster way for the first"
    # Then each waits for the narrow street: the k-th k (1/0.4 - 1/0.8), the last 1,000 s.
    np.testing.assert_allclose(over - depart, 41.0 + np.arange(n) * (1 / 0.4 - 1 / 0.8), atol=3 / 0.4)
    assert np.mean(over - depart) > 3 * np.mean(apart - depart)


def test_bad_input_is_refused() -> None:
    one = streets([(0, 1), (1, 2)])
    with pytest.raises(InvalidParams, match="capacity"):
        go(one._replace(capacity_veh_s=[0.8, 0.0]), [[0, 1]], np.zeros(1))
    with pytest.raises(InvalidParams, match="room"):
        go(one._replace(room_veh=np.nan), [[0, 1]], np.zeros(1))
    with pytest.raises(InvalidParams, match="follow each other"):
        go(one, [[1, 0]], np.zeros(1))


def test_demand_halved_in_half_the_city_takes_the_same_time() -> None:
    """Half as many vehicles of double size: the same queue, to within one vehicle (self-similarity)."""
    one = street(
        [(0, 1), (1, 2)], [(k / 0.7, 0, 2) for k in range(700)], time_s=50.0, headway_s=[1.25, 2.0], room=200.0
    )
    two = street([(0, 1), (1, 2)], [(2 * k / 0.7, 0, 2) for k in range(350)], time_s=50.0, headway_s=[1.25, 2.0],
                 room=200.0, pcu=(2.0,))  # fmt: skip
    for s in (one, two):
        s.run(1e6)
    np.testing.assert_allclose(two.travel_s, one.travel_s[1::2], atol=4.0)


def test_closing_a_street_reroutes_who_waits_for_it() -> None:
    s = street(
        [(0, 1), (1, 2), (1, 3), (3, 2)], [(float(k), 0, 2) for k in range(50)], time_s=10.0, headway_s=1.0, room=60.0
    )
    advance(s.t, 30.0)
    s.t.net.links["closed"][1] = 1
    s.t.ways.next_turn[0, 0, 0] = 1
    reconsider(s.t, 30.0)
    before = s.t.state.seen["entered"][1, 0]
    s.run(1000.0)
    assert s.arrived() == 50
    assert s.t.state.seen["entered"][1, 0] == before, "nobody enters it any more; who was on it left it"
