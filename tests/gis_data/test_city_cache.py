"""A kept city is the same city, is never trusted over its source, and a bad cache costs time only."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gis_data.city_cache import cached, open_city_file, source_key
from gis_data.city_file import write_city
from twin.city.city import City
from twin.testing.toy import toy_city


def _never() -> City:
    raise AssertionError("built although it was kept")


def test_the_second_time_it_is_read_and_equal(tmp_path: Path) -> None:
    first = cached("toy", "k", toy_city, tmp_path)
    again = cached("toy", "k", _never, tmp_path)
    assert again.digest == first.digest
    del again.__dict__["digest"]
    assert again.digest == first.digest  # worked out anew from the arrays
    assert again.warnings == first.warnings
    assert not again.roads.length_m.flags.writeable


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_a_damaged_cache_is_replaced(tmp_path: Path, damage: bytes | None) -> None:
    cached("toy", "k", toy_city, tmp_path)
    path = tmp_path / "toy.npz"
    path.write_bytes(path.read_bytes()[:-5000] if damage is None else damage)
    assert cached("toy", "k", toy_city, tmp_path).digest == toy_city().digest
    assert cached("toy", "k", _never, tmp_path).digest == toy_city().digest


def test_another_key_builds_anew(tmp_path: Path) -> None:
    cached("toy", "k", toy_city, tmp_path)
    other = replace(toy_city(), name="other")
    assert cached("toy", "k2", lambda: other, tmp_path).name == "other"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    assert cached("toy", "k", toy_city, file).digest == toy_city().digest
    assert cached("toy", "k", toy_city, None).digest == toy_city().digest


def test_a_city_file_is_kept_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = tmp_path / "toy.gpkg", tmp_path / "cache"
    write_city(toy_city(), path)
    assert open_city_file(path, folder).digest == toy_city().digest
    reads: list[Path] = []

    def read(path: Path) -> City:
        reads.append(path)
        return toy_city()

    monkeypatch.setattr("gis_data.city_cache.read_city", read)
    assert open_city_file(path, folder).digest == toy_city().digest
    assert reads == []
    os.utime(path, ns=(1, 1))
    open_city_file(path, folder)
    assert reads == [path]


def test_the_key_follows_the_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    before = source_key(tmp_path)
    assert source_key(tmp_path) == before
    (tmp_path / "a.csv").write_text("2")
    assert source_key(tmp_path) != before
