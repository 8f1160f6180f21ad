"""Land-use vocabularies are whole trees, the crosswalk covers every code, unknown codes are counted."""

import unicodedata

import pytest

from gis_data.land_use import VERSIONS, to_tt08_2024, unknown_codes, vocabulary
from twin.errors import UnknownItem


@pytest.mark.parametrize("version", VERSIONS)
def test_every_parent_exists_and_names_are_nfc(version: str) -> None:
    codes = vocabulary(version)
    assert all(use.parent == "" or use.parent in codes for use in codes.values())
    assert all(use.name_vi == unicodedata.normalize("NFC", use.name_vi) for use in codes.values())


def test_the_old_list_has_seventy_codes_and_the_official_colour_of_urban_housing() -> None:
    codes = vocabulary("tt27_2018")
    assert len(codes) == 70
    assert codes["ODT"].colour == "#FFA0FF"


def test_every_old_code_has_a_new_one() -> None:
    new = vocabulary("tt08_2024")
    assert {to_tt08_2024(code) for code in vocabulary("tt27_2018")} <= set(new)
    assert to_tt08_2024("DDT") == "DDD"


def test_codes_from_memory_say_so() -> None:
    assert not any(use.verified for use in vocabulary("tt08_2024").values())


def test_unknown_codes_are_counted_not_dropped() -> None:
    assert unknown_codes(["ODT", "XYZ", "XYZ", ""], "tt27_2018") == {"": 1, "XYZ": 2}
    assert to_tt08_2024("XYZ") == "XYZ"


def test_unknown_version_lists_the_known() -> None:
    with pytest.raises(UnknownItem, match="tt27_2018, tt08_2024"):
        vocabulary("tt99")
