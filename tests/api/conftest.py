"""Running services for all tests of routes: the toy city with one of everything, and a town with traffic."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.fakes.service import RunningService
from tests.scenarios.cities import two_banks
from twin.city.city import City
from twin.testing.toy import toy_city


@pytest.fixture(scope="package")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service of the toy city."""
    out: Path = tmp_path_factory.mktemp("out")
    with RunningService(toy_city(), out) as found:
        yield found


def town_with_sensors() -> City:
    """Return the town of two banks with the toy city's sensors and terrain."""
    toy = toy_city()
    return replace(two_banks(), terrain=toy.terrain, cameras=toy.cameras, gauges=toy.gauges)


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service of a town with traffic."""
    out: Path = tmp_path_factory.mktemp("out")
    with RunningService(town_with_sensors(), out) as found:
        yield found
