"""Settings come from the command line, else the environment, else the defaults; a typo never passes silently."""

from pathlib import Path

import pytest

from api.settings import settings
from twin.errors import RequestError


def test_what_is_given_wins_over_the_environment_and_that_over_the_defaults() -> None:
    environment = {"HUE_TWIN_PORT": "9000", "HUE_TWIN_OUT": "elsewhere", "HUE_TWIN_SPEED_X": "10", "PATH": "/bin"}
    found = settings(environment, port=9001, city=None)
    assert (found.port, found.out, found.speed_x, found.city) == (9001, Path("elsewhere"), 10.0, "hue")
    assert found.workers >= 1


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HUE_TWIN_PORT": "many"}, "HUE_TWIN_PORT: 'many' is no int"),
        ({"HUE_TWIN_PORT": "70000"}, "port: 70000 is outside 0 to 65535"),
        ({"HUE_TWIN_TICK_S": "0"}, "tick_s: must be above 0"),
        ({"HUE_TWIN_SLOTS": "0"}, "slots: 0 is outside 1 to 64"),
        ({"HUE_TWIN_COLOUR": "red"}, "HUE_TWIN_COLOUR: no such setting; one of HUE_TWIN_CITY, HUE_TWIN_HOST"),
    ],
)
def test_a_wrong_variable_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError) as error:
        settings(environment)
    assert str(error.value).startswith(message)
