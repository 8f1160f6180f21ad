"""Turn restrictions: which movements they forbid, and which cannot be told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis_data.osm_network import Network, network
from gis_data.readers.osm import OsmExtract, OsmWay
from gis_data.readers.osm_tags import interpret
from gis_data.readers.osm_turns import OsmRestriction
from twin.city.roads import MOTOR
from twin.errors import TopologyError

from .osm_toy import toy_network, turn, way

CROSS = (
    way(1, "2 5", highway="primary"),
    way(2, "5 8", highway="primary"),
    way(3, "5 15", highway="primary"),
    way(4, "15 25", highway="residential"),
)


def _bans(made: Network) -> list[tuple[str, str]]:
    ids = made.roads.ids
    return sorted((str(ids[a]), str(ids[b])) for a, b in made.turns.pairs)


def _told(made: Network) -> str:
    return next(n for n in made.notes if "turn restrictions" in n)


def test_a_no_forbids_one_movement(tmp_path: Path) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, "from:w1 via:n5 to:w3", restriction="no_left_turn"))
    assert _bans(made) == [("w1.0f", "w3.0f")]
    assert _told(made) == "1 turn restrictions kept as 1 forbidden movements"


def test_an_only_forbids_the_others_and_turning_back(tmp_path: Path) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, "from:w1 via:n5 to:w3", restriction="only_left_turn"))
    assert _bans(made) == [("w1.0f", "w1.0b"), ("w1.0f", "w2.0f")]


def test_a_u_turn_is_the_way_back(tmp_path: Path) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, "from:w1 via:n5 to:w1", restriction="no_u_turn"))
    assert _bans(made) == [("w1.0f", "w1.0b")]


def test_the_movement_follows_the_way_drawn_against_it(tmp_path: Path) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, "from:w3 via:n5 to:w1", restriction="no_right_turn"))
    assert _bans(made) == [("w3.0b", "w1.0b")]


def test_several_ways_into_a_no_entry(tmp_path: Path) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, "from:w1 from:w2 via:n5 to:w3", restriction="no_entry"))
    assert _bans(made) == [("w1.0f", "w3.0f"), ("w2.0b", "w3.0f")]


def test_the_via_node_stays_where_only_two_streets_meet(tmp_path: Path) -> None:
    ways = way(1, "1 2", highway="primary"), way(2, "2 3", highway="primary")
    made = toy_network(tmp_path, *ways, turn(1, "from:w1 via:n2 to:w1", restriction="no_u_turn"))
    assert made.roads.n_nodes == 3
    assert _bans(made) == [("w1.0f", "w1.0b")]


def test_a_restriction_holds_on_joined_links(tmp_path: Path) -> None:
    longer = way(9, "1 2", highway="primary")
    made = toy_network(tmp_path, *CROSS, longer, turn(1, "from:w1 via:n5 to:w3", restriction="no_left_turn"))
    assert "w9.0f" not in made.roads.ids.tolist()
    assert _bans(made) == [("w1.0f", "w3.0f")]


@pytest.mark.parametrize(
    ("members", "tags", "why"),
    [
        (
            "from:w1 via:n5 to:w3",
            {"restriction__conditional": "no_left_turn @ (07:00-09:00)"},
            "for certain times only",
        ),
        ("from:w1 via:n5 to:w3", {"restriction": "no_left_turn", "hour_on": "07:00"}, "for certain times only"),
        ("from:w1 via:n5 to:w3", {"restriction__hgv": "no_left_turn"}, "for certain vehicles only"),
        ("from:w1 via:n5 to:w3", {"restriction": "no_left_turn", "except": "motorcar"}, "for certain vehicles only"),
        ("from:w1 via:n5 to:w3", {"restriction": "no_way"}, "of an unknown kind"),
        ("from:w1 to:w3", {"restriction": "no_left_turn"}, "without a clear from, via and to"),
        ("from:w1 from:w2 via:n5 to:w3", {"restriction": "no_left_turn"}, "without a clear from, via and to"),
        ("from:w1 via:n5 to:w77", {"restriction": "no_left_turn"}, "at streets outside the network"),
        ("from:w1 via:n8 to:w3", {"restriction": "no_left_turn"}, "at streets outside the network"),
    ],
)
def test_what_binds_nobody_here_is_counted(tmp_path: Path, members: str, tags: dict[str, str], why: str) -> None:
    made = toy_network(tmp_path, *CROSS, turn(1, members, **tags))
    assert _bans(made) == []
    assert _told(made) == f"0 turn restrictions kept as 0 forbidden movements; left out: 1 {why}"


def test_buses_and_bicycles_excepted_change_nothing_for_the_rest(tmp_path: Path) -> None:
    said = {"restriction": "no_left_turn", "except": "bus;bicycle"}
    assert _bans(toy_network(tmp_path, *CROSS, turn(1, "from:w1 via:n5 to:w3", **said))) == [("w1.0f", "w3.0f")]


def test_a_way_straight_through_the_node_is_not_guessed(tmp_path: Path) -> None:
    through = way(1, "2 5 8", highway="primary"), way(3, "5 15", highway="primary")
    made = toy_network(tmp_path, *through, turn(1, "from:w1 via:n5 to:w3", restriction="no_left_turn"))
    assert _bans(made) == []
    assert _told(made).endswith("left out: 1 ambiguous at a way that is not cut there")


def test_through_a_way_that_has_one_entry_the_exit_is_forbidden(tmp_path: Path) -> None:
    """From 1 over the link 3 to 14 and there back: nobody else comes onto the link, so its exit is enough."""
    two_ways_on = way(5, "15 14 2", highway="primary"), way(6, "15 16 8", highway="primary")
    ways = way(1, "2 5", highway="primary", oneway="yes"), way(3, "5 15", highway="primary", oneway="yes")
    made = toy_network(
        tmp_path, *ways, *two_ways_on, way(7, "8 2", highway="primary"),
        turn(1, "from:w1 via:w3 to:w5", restriction="no_u_turn"),
    )  # fmt: skip
    assert len(_bans(made)) == 1
    assert _bans(made)[0][1] == "w5.0f"


def test_through_a_way_that_others_use_too_it_is_counted(tmp_path: Path) -> None:
    grid = (
        *CROSS,
        way(5, "15 12", highway="primary"),
        way(6, "15 18", highway="primary"),
    )
    made = toy_network(tmp_path, *grid, turn(1, "from:w1 via:w3 to:w5", restriction="no_u_turn"))
    assert _bans(made) == []
    assert _told(made).endswith("left out: 1 through a way that pairs of links cannot express")


_GRID = [(a, b) for a in range(9) for b in (a + 1, a + 3) if b < 9 and (b == a + 3 or b % 3)]


@settings(deadline=None, max_examples=150, derandomize=True)
@given(
    sides=st.lists(st.sampled_from(["no", "yes", "-1", "gone"]), min_size=len(_GRID), max_size=len(_GRID)),
    ways=st.permutations(range(len(_GRID))),
    kind=st.sampled_from(["no", "only"]),
)
def test_through_a_way_exactly_what_is_meant_is_forbidden(sides: list[str], ways: list[int], kind: str) -> None:
    """On random grids: no walk loses more than the sequence from, via, to, and none keeps it."""
    extract = OsmExtract()
    for number, ((a, b), side) in enumerate(zip(_GRID, sides, strict=True)):
        traffic = interpret({"highway": "primary", "name": str(number), "oneway": side})
        if side != "gone" and traffic is not None:
            places = tuple((107.58 + n % 3 / 1000, 16.46 + n // 3 / 1000) for n in (a, b))
            extract.ways.append(OsmWay(number, traffic, (a, b), places))
    via = next((w for w in ways if sides[w] != "gone"), 0)
    near = [w for w in ways if w != via and sides[w] != "gone"]
    source = next((w for w in near if _GRID[via][0] in _GRID[w]), -1)
    target = next((w for w in near if _GRID[via][1] in _GRID[w]), -1)
    assume(min(source, target) >= 0)
    extract.restrictions.append(OsmRestriction(1, kind == "only", (source,), (target,), None, (via,), u_turn=False))
    try:
        made = network(extract, crs="EPSG:9214", file="grid.osm")
    except TopologyError:
        return
    if not made.turns.kept:
        return
    way_of = [int(i[1:].partition(".")[0]) for i in made.roads.ids]
    banned = {(int(a), int(b)) for a, b in made.turns.pairs}
    meant = [source, via, target]
    for walk in _walks(made, 5):
        named = [way_of[k] for k in walk]
        inner = {(walk[i], walk[i + 1]) for i in (1, 2)}
        follows = [named[i : i + 3] == meant for i in range(3)]
        strays = [named[i : i + 2] == meant[:2] and named[i + 2] != target for i in range(3)]
        said = strays if kind == "only" else follows
        if inner & banned:
            assert any(said)
        if said[1]:
            assert {(walk[i], walk[i + 1]) for i in (1, 2)} & banned


def _walks(made: Network, length: int) -> list[list[int]]:
    """All drives over links without turning back on a street."""
    tail, head, stem = made.roads.tail, made.roads.head, [i[:-1] for i in made.roads.ids]
    open_links = np.flatnonzero(made.roads.modes & MOTOR).tolist()
    walks = [[k] for k in open_links]
    for _ in range(length - 1):
        walks = [[*w, k] for w in walks for k in open_links if tail[k] == head[w[-1]] and stem[k] != stem[w[-1]]]
    return walks
