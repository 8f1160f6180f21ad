"""Compiling leaves a cache where it can, and works without one where it cannot."""

from typing import Any

import numpy as np
import pytest

from twin.kernels.jit import kernel


def test_kernel_without_a_file_compiles_in_memory() -> None:
    """A function that came from no file has no place for a cache, like a source folder nobody may write to."""
    space: dict[str, Any] = {}
    exec("def twice(x):\n    for i in range(len(x)):\n        x[i] *= 2.0\n", space)  # noqa: S102 # own text
    twice = kernel(space["twice"])
    values = np.arange(3.0)
    twice(values)
    assert values.tolist() == [0.0, 2.0, 4.0]


def test_kernels_refuse_to_write_into_a_frozen_city() -> None:
    space: dict[str, Any] = {}
    exec("def spoil(x):\n    x[0] = 1.0\n", space)  # noqa: S102 # own text
    spoil = kernel(space["spoil"])
    frozen = np.zeros(3)
    frozen.setflags(write=False)
    with pytest.raises(Exception, match="Cannot modify readonly array"):
        spoil(frozen)
    assert frozen.tolist() == [0.0, 0.0, 0.0]
