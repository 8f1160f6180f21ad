"""Link use: shares of trips on links, and how flows answer to demand once drivers reroute."""

import numpy as np
import pytest

from scenarios.models.assignment import assign
from scenarios.models.link_use import link_use, pairs_of, slopes
from tests.scenarios.models.small_nets import fan, network, two_ways


def test_pairs_leave_out_trips_within_a_zone_and_give_the_table_back() -> None:
    trips = np.array([[5.0, 1.0], [2.0, 7.0]])
    pairs, volume = pairs_of(trips)
    assert volume.tolist() == [1.0, 2.0]
    assert pairs.table(volume).tolist() == [[0.0, 1.0], [2.0, 0.0]]


def test_shares_carry_the_demand_to_the_links() -> None:
    net, trips = fan()
    pairs, volume = pairs_of(trips)
    found = assign(net, trips)
    use = link_use(net, pairs, found)
    assert (use.share @ volume).tolist() == pytest.approx(found.flow.tolist())
    assert use.rows(np.array([3])).tolist() == [[1.0, 1.0, 1.0]]
    assert use.rows(np.array([1])).tolist() == [[0.0, 1.0, 0.0]]
    assert len(use.bends) == 0


def test_two_ways_share_a_change_by_the_inverse_of_their_slopes() -> None:
    """dv₁/dq = T₂ / (T₁ + T₂), T the summed slopes of a way's links: both ways stay equally long."""
    net, trips = two_ways()
    found = assign(net, trips, gap=1e-12)
    slope = slopes(net, found.flow)
    first, second = slope[:2].sum(), slope[2:].sum()
    rows = link_use(net, pairs_of(trips)[0], found, sharpness=1e6).rows(np.arange(4))[:, 0]
    assert rows.tolist() == pytest.approx([second / (first + second)] * 2 + [first / (first + second)] * 2, rel=1e-3)
    # The exact answer of a new equilibrium:
    more = assign(net, trips * 1.001, gap=1e-12).flow - found.flow
    assert more / 0.4 == pytest.approx(rows, rel=2e-2)


def test_without_sharpness_everybody_keeps_their_way() -> None:
    net, trips = two_ways()
    found = assign(net, trips, gap=1e-10)
    use = link_use(net, pairs_of(trips)[0], found, sharpness=0.0)
    assert use.rows(np.arange(4))[:, 0] == pytest.approx(found.flow / 400.0)


def test_rows_and_reroute_are_the_same_map() -> None:
    net, trips = two_ways()
    use = link_use(net, pairs_of(trips)[0], assign(net, trips, gap=1e-10))
    whole = use.reroute(use.share.toarray())
    assert use.rows(np.array([3, 0])) == pytest.approx(whole[[3, 0]])


def test_slopes_are_those_of_the_bpr_function() -> None:
    net = network([(0, 1, 2.0, 100.0)], 2, 2)
    # t = 2 (1 + 0.15 x⁴), dt/dv = 2 · 0.15 · 4 x³ / 100 at x = 1.5.
    assert slopes(net, np.array([150.0]))[0] == pytest.approx(1.2 * 1.5**3 / 100, rel=1e-6)
    assert slopes(net, np.array([0.0]))[0] == pytest.approx(0.0, abs=1e-12)


def test_slopes_of_a_conical_function_match_a_difference() -> None:
    net = network([(0, 1, 2.0, 100.0)], 2, 2).as_conical()
    # At capacity Spiess's function doubles the free time and rises by α t₀ / c.
    assert slopes(net, np.array([100.0]))[0] == pytest.approx(4.0 * 2.0 / 100, rel=1e-3)
