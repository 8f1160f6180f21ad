"""Chance by name: reproducible, and independent between names."""

import numpy as np

from twin.chance import replication_seed, stream


def test_the_same_name_and_seed_give_the_same_numbers() -> None:
    assert np.array_equal(stream(7, "calls").random(5), stream(7, "calls").random(5))
    assert stream(2026, "golden").integers(0, 1_000_000, 3).tolist() == GOLDEN


def test_names_and_seeds_do_not_share_numbers() -> None:
    first = [stream(s, n).random() for s in (1, 2) for n in ("calls", "demand")]
    assert len(set(first)) == 4


GOLDEN = [135333, 364457, 931446]


def test_replications_have_their_own_seeds_and_the_first_is_the_studys() -> None:
    seeds = [replication_seed(2026, k) for k in range(100)]
    assert seeds[0] == 2026
    assert len(set(seeds)) == 100
    assert seeds == [replication_seed(2026, k) for k in range(100)]
    assert set(seeds[1:]).isdisjoint(replication_seed(2027, k) for k in range(100))
