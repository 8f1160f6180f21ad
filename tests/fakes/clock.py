"""A clock that tells what it is told."""


class FakeClock:
    """Stands still until moved."""

    def __init__(self, now_s: float = 0.0) -> None:
        self.at_s = now_s

    def now_s(self) -> float:
        return self.at_s
