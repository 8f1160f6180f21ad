"""Compiling leaves a cache where it can, and works without one where it cannot."""

import importlib.util
from pathlib import Path
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


def test_processes_that_compile_at_once_do_not_read_each_others_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found an empty cache; the quick one keeps its code between the two steps in which the slow one does."""
    (tmp_path / "once.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("once", tmp_path / "once.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compiled: list[Any] = [kernel(module.twice) for _ in range(3)]
    slow, quick, later = (one._cache._cache_file for one in compiled)
    write = slow._save_data

    def _interrupted(name: str, data: object) -> None:
        quick.save("of floats", "code of floats")
        write(name, data)

    monkeypatch.setattr(quick, "_load_index", dict)
    monkeypatch.setattr(slow, "_save_data", _interrupted)
    slow.save("of integers", "code of integers")
    assert later.load("of floats") == "code of floats"
    assert later.load("of integers") in (None, "code of integers")
