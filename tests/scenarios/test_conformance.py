"""Every built-in conforms; a careless scenario is told all it breaks."""

import pytest

from scenarios.conformance import check
from scenarios.registry import Entry, installed
from tests.scenarios.cities import two_banks
from tests.scenarios.plugins import dice, sloppy


@pytest.mark.parametrize("entry", installed(), ids=lambda e: e.name)
def test_installed_scenario_conforms(entry: Entry) -> None:
    assert entry.scenario is not None, entry.reason
    assert check(entry.scenario) == ()
    assert check(entry.scenario, city=two_banks()) == ()


def test_good_plugin_conforms() -> None:
    assert check(dice) == ()


def test_careless_plugin_is_told_everything() -> None:
    assert check(sloppy) == (
        "the name 'Sloppy One' is not kebab-case",
        "Sloppy One: no text in vi",
        "parameter wildness: no unit",
        "parameter wildness: no vi",
        "parameter wildness: no en",
        "parameter wildness: a number without both bounds",
        "variable count is declared but not recorded",
        "the same question gave two answers",
    )
