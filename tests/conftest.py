"""What every test may use: the shared test data or a skip that says why, and one embedded city for all workers."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

_ROOT = Path(__file__).parents[1]
_ORDER = ("scenarios", "validation", "twin", "architecture", "gis_data", "notebooks", "browser", "vision_bridge", "api")
"""Folders in the order workers take them: one begins where kernels compile, another where the city is built."""

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault
if not os.environ.get("CI"):  # noqa: TID251 # in CI Hypothesis has a profile of its own, without a deadline as well
    settings.load_profile("unhurried")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let several workers begin at different folders; within a folder the order stays random."""
    if hasattr(config, "workerinput"):
        rank = {_ROOT / "tests" / name: k for k, name in enumerate(_ORDER)}
        items.sort(key=lambda item: min((rank[p] for p in item.path.parents if p in rank), default=len(rank)))


@pytest.fixture(scope="session", autouse=True)
def one_city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Build the embedded city once for all workers, and for the services and notebooks they start."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if hasattr(request.config, "workerinput") else own) / "cities"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUE_TWIN_CACHE", str(folder))
        module = sys.modules.get("gis_data.hue.build")  # tests of other things need not import it
        if module is not None:
            build, key = module._build, module.source_key(module.TABLES)
            patch.setattr(module, "_build", lambda: module.cached("hue", key, build, folder))
        yield


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
