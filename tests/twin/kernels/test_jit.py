"""Compiling leaves a cache where it can, and works without one where it cannot."""

import numpy as np

from twin.kernels.jit import kernel


def test_kernel_without_a_file_compiles_in_memory() -> None:
    """A function that came from no file has no place for a cache, like a source folder nobody may write to."""
    space: dict[str, object] = {}
    exec("def twice(x):\n    for i in range(len(x)):\n        x[i] *= 2.0\n", space)  # noqa: S102 # own text
    twice = kernel(space["twice"])  # type: ignore[arg-type]
    values = np.arange(3.0)
    twice(values)
    assert values.tolist() == [0.0, 2.0, 4.0]


def test_kernels_refuse_to_write_into_a_frozen_city() -> None:
    space: dict[str, object] = {}
    exec("def spoil(x):\n    x[0] = 1.0\n", space)  # noqa: S102 # own text
    spoil = kernel(space["spoil"])  # type: ignore[arg-type]
    frozen = np.zeros(3)
    frozen.setflags(write=False)
    try:
        spoil(frozen)
    except Exception as error:  # noqa: BLE001 # numba's own class
        assert "Cannot modify readonly array" in str(error)
    else:
        raise AssertionError("a frozen array was written")
    assert frozen.tolist() == [0.0, 0.0, 0.0]
