"""On a disk that is really full the old city stays, and nothing half-written is left."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gis_data.city_file import read_city, write_city
from twin.errors import SchemaError
from twin.testing.toy import toy_city

_SIZE_MB = 3


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, unmounted afterwards."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MB}m", "tmpfs", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 # own words
    if done.returncode:
        pytest.skip(f"may not mount a small file system here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607 # the folder mounted above


def test_a_really_full_disk_leaves_the_old_city_intact(small_disk: Path) -> None:
    path = small_disk / "hue.gpkg"
    city = toy_city()
    write_city(city, path)
    before = path.read_bytes()
    assert city.terrain is not None
    noise = (np.arange(1500 * 1500, dtype=np.uint64) * 2_654_435_761 % 4093).reshape(1500, 1500).astype(np.float32)
    large = replace(city, terrain=replace(city.terrain, z_m=noise, manning=None, impervious=None))
    with pytest.raises(SchemaError) as caught:
        write_city(large, path)
    assert str(caught.value).endswith("Free disk space; the old file is intact.")
    assert path.read_bytes() == before
    assert read_city(path).digest == city.digest
    assert [p.name for p in small_disk.iterdir()] == ["hue.gpkg"]


def test_rows_that_do_not_fit_are_refused_too(small_disk: Path) -> None:
    path = small_disk / "hue.gpkg"
    city = toy_city()
    write_city(city, path)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    assert os.statvfs(small_disk).f_bavail == 0
    before = path.read_bytes()
    with pytest.raises(SchemaError, match="the old file is intact"):
        write_city(city, path)
    assert path.read_bytes() == before
    assert sorted(p.name for p in small_disk.iterdir()) == ["filler", "hue.gpkg"]
