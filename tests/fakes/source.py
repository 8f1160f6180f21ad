"""A feed that fails when told to."""

from collections.abc import Sequence

from twin.live.observation import Observation


class FakeSource:
    """Hands out what was put in, or raises what was put in."""

    name = "fake"

    def __init__(self) -> None:
        self.next: Sequence[Observation] | Exception = ()

    def due(self, now_s: float) -> Sequence[Observation]:  # noqa: ARG002 # the port has it
        given, self.next = self.next, ()
        if isinstance(given, Exception):
            raise given
        return given
