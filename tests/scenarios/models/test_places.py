"""Bridges, junctions, streets and wards of the town of two banks: which links belong to them."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.models.junctions import OUTSIDE, junctions, streets, wards
from scenarios.models.link_record import LinkRecord
from scenarios.models.screenlines import COLUMNS, bridge_values, bridges, screenlines
from tests.scenarios.cities import SIDE, two_banks, with_river

CITY = with_river(two_banks())
PCU = np.array([0.29, 1.0])


def over(links: np.ndarray, vehicles: int, *, kind: int = 1) -> LinkRecord:
    """Return an hour in which some vehicles used some links at 18 km/h, twice their free time."""
    n = len(CITY.roads)
    left, spent = np.zeros((2, n), np.uint16), np.zeros((2, n), np.float32)
    left[kind, links] = vehicles
    spent[kind, links] = vehicles * CITY.roads.length_m[links] / 5.0
    zero = np.zeros(n, np.float32)
    return LinkRecord(0.0, 3600.0, left, spent, spent.sum(axis=0) / 2, zero, zero)


def column(values: np.ndarray, key: str) -> np.ndarray:
    return values[:, COLUMNS.index(key)]


def test_bridges_are_named_by_their_river_and_make_a_screenline() -> None:
    found = bridges(CITY)
    assert sorted(found.names.tolist()) == ["Cầu Tây", "Cầu Đông"]
    assert set(found.waters.tolist()) == {"Sông"}
    assert [(water, len(rows)) for water, rows in screenlines(found)] == [("Sông", 2)]
    assert bridges(two_banks()).waters.tolist() == ["", ""]


def test_flow_share_and_fullness_of_a_bridge() -> None:
    found, west = bridges(CITY), CITY.roads.links_named("Cầu Tây")
    east = CITY.roads.links_named("Cầu Đông")
    values = bridge_values(found, [over(west, 300), over(east[:1], 200)], CITY, PCU)
    at = {name: k for k, name in enumerate(found.names.tolist())}
    assert column(values, "flow_veh_h")[at["Cầu Tây"]] == pytest.approx(300.0), "both ways, over two hours"
    assert column(values, "screenline_share").sum() == pytest.approx(1.0)
    assert column(values, "screenline_share")[at["Cầu Tây"]] == pytest.approx(0.75)
    assert column(values, "vc")[at["Cầu Tây"]] == pytest.approx(150.0 / 1950.0)
    assert column(values, "vc_max")[at["Cầu Tây"]] == pytest.approx(300.0 / 1950.0)
    assert column(values, "vc")[at["Cầu Đông"]] == pytest.approx(100.0 / 1950.0), "the fuller of two directions"
    assert column(values, "speed_kmh")[at["Cầu Tây"]] == pytest.approx(18.0)
    motorcycles = bridge_values(found, [over(west, 300, kind=0)], CITY, PCU)
    assert column(motorcycles, "flow_pcu_h")[at["Cầu Tây"]] == pytest.approx(0.29 * 600)


def test_a_bridge_in_two_pieces_counts_its_vehicles_once() -> None:
    """Cut each bridge link in the middle: the flow stays, also where the pieces are two."""
    roads = CITY.roads
    found, links = bridges(CITY), roads.links_named("Cầu Tây")
    halved = replace(found, share=np.where(np.isin(found.link, links), 0.5, found.share))
    doubled = replace(
        halved,
        link=np.concatenate([halved.link, links]),
        bridge=np.concatenate([halved.bridge, found.bridge[np.isin(found.link, links)]]),
        way=np.concatenate([halved.way, found.way[np.isin(found.link, links)]]),
        share=np.concatenate([halved.share, np.full(len(links), 0.5)]),
    )
    one, two = (bridge_values(b, [over(links, 100)], CITY, PCU) for b in (found, doubled))
    for key in ("flow_veh_h", "flow_pcu_h", "vc", "vc_max", "screenline_share"):
        np.testing.assert_allclose(column(one, key), column(two, key))


def test_junctions_are_named_by_the_streets_that_meet() -> None:
    places = wards(CITY)
    found = junctions(CITY, places.of_node)
    assert {"Cầu Tây – Dọc 1 Nam – Ngang 4 Nam", "Dọc 2 Nam – Ngang 2 Nam"} <= set(found.names.tolist())
    assert len(set(found.ids.tolist())) == len(found.ids)
    corner = CITY.roads.head == 0
    assert (found.of_link[corner] == -1).all(), "a corner of two sides is no junction"
    inner = np.flatnonzero(CITY.roads.head == SIDE + 1)
    assert len(set(found.of_link[inner].tolist())) == 1


def test_two_directions_of_a_street_are_one_length() -> None:
    found = streets(CITY.roads)
    at = found.names.tolist().index("Ngang 0 Nam")
    assert found.length_m[at] == pytest.approx((SIDE - 1) * 150.0)
    assert len(found.names) == len(np.unique(CITY.roads.name))


def test_wards_hold_every_node_once_and_the_rest_is_outside() -> None:
    found = wards(CITY)
    assert found.names.tolist() == ["Bờ Nam", "Bờ Bắc", ""]
    assert found.ids.tolist()[-1] == OUTSIDE
    assert np.bincount(found.of_node, minlength=3).tolist() == [SIDE * SIDE, SIDE * SIDE, 0]
    assert wards(two_banks()).ids.tolist() == [OUTSIDE]
