"""Fixtures every test may use: where the shared test data is, or a skip that says why."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared test data; a test that asks for it is skipped where it is absent.

    With HUE_TWIN_SHARED_REQUIRED set, as CI sets it when the data is there, an absence is a failure.
    """
    folder = Path(os.environ.get("HUE_TWIN_SHARED", _ROOT.parent / "shared")) / "data"  # noqa: TID251 # tests' own port
    if not folder.is_dir():
        if "HUE_TWIN_SHARED_REQUIRED" in os.environ:  # noqa: TID251 # tests' own port
            pytest.fail(f"CI promised the shared test data, but {folder} is absent")
        pytest.skip(f"needs the shared test data: {folder} is absent (set HUE_TWIN_SHARED)")
    return folder
