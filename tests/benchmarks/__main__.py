"""Run every benchmark and print one line each: our time, the peer's, and the ratio with its spread."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks import osm_network
from tests.benchmarks.paired import Pair, measure

_SHARED = Path(__file__).parents[3] / "shared" / "data"


def main() -> int:
    """Return 0 when every benchmark ran, 1 when the data it needs is absent."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else _SHARED
    if not data.is_dir():
        print(f"needs the shared test data: {data} is absent; give its folder as argument")  # noqa: T201 # a report
        return 1
    pairs: list[Pair] = [*osm_network.pairs(data)]
    for pair in pairs:
        print(measure(pair).line())  # noqa: T201 # a report
    return 0


if __name__ == "__main__":
    sys.exit(main())
