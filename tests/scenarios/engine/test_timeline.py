"""Timelines and interventions travel through JSON unchanged, and wrong ones are refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.engine.timeline import (
    Inject,
    intervention_json,
    parse_intervention,
    parse_timeline,
    timeline_json,
)
from twin.city.interventions import CloseLink, CloseStreet, Intervention, RaiseGround
from twin.city.roads import ALL_MODES
from twin.errors import InvalidIntervention

number = st.floats(-1e6, 1e6)
changes: st.SearchStrategy[Intervention] = st.one_of(
    st.builds(CloseLink, links=st.lists(st.text(), min_size=1).map(tuple), modes=st.integers(1, ALL_MODES)),
    st.builds(CloseStreet, name=st.text(), modes=st.integers(1, ALL_MODES)),
    st.builds(RaiseGround, outline_m=st.lists(st.tuples(number, number)).map(tuple), level_m=number),
)


@given(changes, st.floats(0, 1e5), st.none() | st.floats(2e5, 3e5))
def test_json_round_trip(change: Intervention, at_s: float, until_s: float | None) -> None:
    assert parse_intervention(json.loads(json.dumps(intervention_json(change)))) == change
    timeline = (Inject(at_s, change, until_s),)
    assert parse_timeline(json.loads(json.dumps(timeline_json(timeline)))) == timeline


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"kind": "BlowUp"}, "no such kind of intervention; one of CloseLink"),
        ({"kind": "CloseStreet"}, "name: Field required"),
        ({"kind": "CloseLink", "links": 3}, "links"),
    ],
)
def test_wrong_intervention_is_refused(data: dict[str, object], why: str) -> None:
    with pytest.raises(InvalidIntervention, match=why):
        parse_intervention(data)


def test_timeline_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidIntervention, match="not after its start"):
        Inject(10.0, CloseStreet("Lê Lợi"), 10.0)
    with pytest.raises(InvalidIntervention, match="entry 1: needs at_s"):
        parse_timeline([{"change": {"kind": "CloseStreet", "name": "Lê Lợi"}}])
