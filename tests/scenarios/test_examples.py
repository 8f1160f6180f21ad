"""The examples in the kit's docstrings do what they say."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["scenarios.scenario", "scenarios.facade", "scenarios.engine.compare"])
def test_examples(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried > 0
    assert failed == 0
