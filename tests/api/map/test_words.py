"""The page's words: both languages complete, every key used and known, modules small."""

import json
import re
import unicodedata

import pytest

from api.map.page import STATIC

VI, EN = (json.loads((STATIC / "i18n" / f"{lang}.json").read_text(encoding="utf-8")) for lang in ("vi", "en"))
MODULES = sorted((STATIC / "js").glob("*.js"))
SOURCE = "\n".join(p.read_text(encoding="utf-8") for p in [*MODULES, STATIC / "index.html"])
MADE = (
    "live.", "status.", "mode.", "field.", "provenance.", "road.", "value.", "group.", "search.", "layer.", "kpi.",
    "u.", "show.", "change.", "day.", "params.", "table.by_", "legend.sensor_",
    "legend.closed", "legend.changed", "legend.signal", "legend.parcel",
)  # fmt: skip
"""Families whose keys the page puts together from the data."""


def test_both_languages_have_the_same_keys() -> None:
    assert set(VI) == set(EN)
    assert all(VI.values())
    assert all(EN.values())


@pytest.mark.parametrize("key", sorted(VI))
def test_both_texts_take_the_same_values(key: str) -> None:
    holes = [set(re.findall(r"\{(\w+)\}", words[key])) for words in (VI, EN)]
    assert holes[0] == holes[1]


def test_vietnamese_is_composed_and_has_its_marks() -> None:
    assert all(unicodedata.is_normalized("NFC", text) for text in VI.values())
    assert sum(any(ord(c) > 127 for c in text) for text in VI.values()) > 0.8 * len(VI)


def test_every_key_the_page_names_exists() -> None:
    named = set(re.findall(r"""\bt\(["']([\w.-]+)["']""", SOURCE))
    named |= set(re.findall(r'data-i18n(?:-\w+)?="([\w.-]+)"', SOURCE))
    assert named - set(VI) == set()
    assert len(named) > 60


def test_no_word_is_left_over() -> None:
    unused = [key for key in VI if not key.startswith(MADE) and f'"{key}"' not in SOURCE]
    assert unused == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.name)
def test_a_module_is_one_small_thing(path) -> None:  # type: ignore[no-untyped-def] # ids need the path
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("/**"), "a module opens with one line that says what lives there"
    assert len(lines) <= 320
    assert all(len(line) <= 140 for line in lines)
