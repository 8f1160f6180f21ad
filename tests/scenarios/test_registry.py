"""The installed set: ours is there, and a broken plugin is listed with its reason and never raises."""

from importlib.metadata import EntryPoint

import pytest

from scenarios import registry
from scenarios.registry import GROUP, installed
from twin.errors import PluginFailed

POINTS = [
    EntryPoint("dice", "tests.scenarios.plugins:dice", GROUP),
    EntryPoint("gone", "no.such.module:thing", GROUP),
    EntryPoint("not-one", "tests.scenarios.plugins:DiceParams", GROUP),
    EntryPoint("other-name", "tests.scenarios.plugins:dice", GROUP),
    EntryPoint("dice", "zzz:twice", GROUP),
]


def test_built_ins_are_entry_points() -> None:
    entries = {e.name: e for e in installed()}
    assert entries["traffic"].reason == ""


def test_broken_plugins_are_listed_with_their_reason() -> None:
    reasons = {e.name: e.reason for e in installed(POINTS)}
    assert reasons["dice"] == ""
    assert reasons["gone"].startswith("ModuleNotFoundError: No module named 'no")
    assert "not made by @scenario" in reasons["not-one"]
    assert reasons["other-name"] == "its entry point is named other-name, the scenario dice"
    assert reasons["dice (zzz:twice)"] == "another scenario is named dice"


def test_asking_for_a_broken_one_says_why() -> None:
    with pytest.raises(PluginFailed, match="gone: ModuleNotFoundError"):
        registry.get("gone", POINTS)
