"""Text written before Unicode comes back with every accent, and text that is right stays as it is."""

import shutil
import subprocess
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_data.hue.build import hue
from gis_data.readers.vietnamese_text import from_tcvn3, from_vni, is_syllable, repair_columns

NAMES = ["Phường Phú Nhuận", "Đường Nguyễn Huệ", "Kẻ Vạn, Tây Lộc", "Thủy Biều", "Vỹ Dạ", "Xã Hương Thọ"]
TCVN3 = ["Ph­êng Phó NhuËn", "§­êng NguyÔn HuÖ", "KÎ V¹n, T©y Léc", "Thñy BiÒu", "Vü D¹", "X· H­¬ng Thä"]
VNI = [
    "Phöôøng Phuù Nhuaän",
    "Ñöôøng Nguyeãn Hueä",
    "Keû Vaïn, Taây Loäc",
    "Thuûy Bieàu",
    "Vyõ Daï",
    "Xaõ Höông Thoï",
]


def _cp1252(byte: int) -> str:
    # as Windows shows a byte: the five undefined ones stay what they are
    return chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")


def _cp1258(letter: str) -> str:
    # Windows-1258 writes the tone as a mark after the letter
    parts = unicodedata.normalize("NFD", letter)
    tones = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones)) + "".join(tones)


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        (NAMES, "Unicode"),
        ([unicodedata.normalize("NFD", n) for n in NAMES], "Unicode"),
        (TCVN3, "TCVN3"),
        (VNI, "VNI"),
        ([n.encode("utf-8").decode("latin-1") for n in NAMES], "UTF-8"),
        (["".join(map(_cp1252, n.encode())) for n in NAMES], "UTF-8"),
    ],
)
def test_known_phrases_come_back_in_nfc(written: list[str], encoding: str) -> None:
    got = repair_columns({"ten": written})
    assert got.encodings == {"ten": encoding}
    assert got.columns["ten"] == NAMES
    assert got.unreadable == ()


def test_windows_1258_comes_back() -> None:
    raw = ["".join(map(_cp1258, n)).encode("cp1258").decode("latin-1") for n in NAMES]
    got = repair_columns({"ten": raw})
    assert got.encodings == {"ten": "Windows-1258"}
    assert got.columns["ten"] == NAMES


def test_a_column_of_another_encoding_is_judged_alone() -> None:
    got = repair_columns({"a": TCVN3, "b": VNI, "c": ["ODT", "CLN", None]})
    assert got.encodings["a"] == "TCVN3"
    assert got.encodings["b"] == "VNI"
    assert got.columns["a"] == got.columns["b"] == NAMES
    assert got.columns["c"] == ["ODT", "CLN", None]


def test_a_short_column_follows_the_layer() -> None:
    # "Phó" is a Vietnamese word as it stands, but in a TCVN3 file it is Phú.
    got = repair_columns({"a": TCVN3, "b": ["Phó"]})
    assert got.columns["b"] == ["Phú"]


def test_capitals_of_the_abc_fonts() -> None:
    assert from_tcvn3("THõA THI£N HUÕ".encode("latin-1")) == "THỪA THIÊN HUẾ"
    assert from_tcvn3("Hµ Néi".encode("latin-1")) == "Hà Nội"
    assert from_tcvn3("§µ N½ng".encode("latin-1")) == "Đà Nẵng"


def test_capitals_of_vni() -> None:
    assert from_vni("THÖØA THIEÂN HUEÁ".encode("latin-1")) == "THỪA THIÊN HUẾ"
    assert from_vni("ÑAØ NAÜNG".encode("latin-1")) == "ĐÀ NẴNG"


def test_other_languages_stay_as_they_are() -> None:
    assert repair_columns({"n": ["Calle Bogotá", "Straße", "Nürnberg"]}).columns["n"] == [
        "Calle Bogotá",
        "Straße",
        "Nürnberg",
    ]


def test_utf8_of_any_language_and_cut_short() -> None:
    read = [n.encode().decode("latin-1") for n in ["Calle Bogotá", "Nürnberg"]] + [
        "Huế".encode()[:-1].decode("latin-1")
    ]
    assert repair_columns({"n": read}).columns["n"] == ["Calle Bogotá", "Nürnberg", "Hu"]


def test_windows_quotes_are_kept() -> None:
    assert repair_columns({"n": ["\x93Straße\x94"]}).columns["n"] == ["“Straße”"]


def test_what_nobody_can_read_is_named() -> None:
    assert repair_columns({"n": ["\x81\x8d\x8f\x90\x9d\x81\x81"]}).unreadable == ("n",)


@pytest.mark.skipif(shutil.which("iconv") is None, reason="needs iconv as a second opinion")
def test_the_tcvn3_table_agrees_with_iconv() -> None:
    iconv = str(shutil.which("iconv"))
    for byte in range(0x80, 0x100):
        words = [iconv, "-f", "TCVN", "-t", "UTF-8"]
        told = subprocess.run(words, input=bytes([byte, 32]), capture_output=True, check=True)  # noqa: S603 # own bytes
        assert from_tcvn3(bytes([byte])) == unicodedata.normalize("NFC", told.stdout.decode()[:-1])


_VOWELS = "aăâeêioôơuưy"
_TONED = [
    unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
]


def _vni(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    base, marks = parts[0], parts[1:]
    alone = {"ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ"}
    if letter in alone:
        return alone[letter]
    if "\u031b" in marks:
        base, marks = {"o": "ô", "u": "ö"}[base], marks.replace("\u031b", "")
    bytes_of = {"": "", "\u0301": "ù", "\u0300": "ø", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
    round_of = {"": "â", "\u0301": "á", "\u0300": "à", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
    breve_of = {"": "ê", "\u0301": "é", "\u0300": "è", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
    for quality, table in (("\u0302", round_of), ("\u0306", breve_of)):
        if quality in marks:
            return base + table[marks.replace(quality, "")]
    return base + bytes_of[marks]


def test_every_toned_vowel_of_vni() -> None:
    for letter in [*_TONED, "đ"]:
        written = _vni(letter)
        assert from_vni(written.encode("latin-1")) == letter
        assert from_vni(written.upper().encode("latin-1")) == letter.upper()


def test_every_toned_vowel_is_in_tcvn3() -> None:
    found = {from_tcvn3(bytes([b])) for b in range(0x80, 0x100)}
    assert {*_TONED, "đ", "Đ"} - set("aeiouy") <= found


def test_syllables() -> None:
    right = ["Phường", "Thuận", "Hóa", "nghiêng", "khuỷu", "quốc", "yêu", "giếng", "Huế", "thủy"]
    assert all(map(is_syllable, right))
    assert not any(is_syllable(w) for w in ["Phöôøng", "bcá", "Straße", "cạtt", "sát́"])
    assert not is_syllable("màt")  # a syllable stopped by t takes sắc or nặng only


@given(st.text(max_size=40))
def test_repair_never_fails_and_is_stable(text: str) -> None:
    once = repair_columns({"t": [text]}).columns["t"]
    assert once[0] is not None
    assert unicodedata.is_normalized("NFC", once[0])


def _tcvn3(text: str) -> str | None:
    # the ABC fonts have no capital letter with a tone
    code = {from_tcvn3(bytes([b])): chr(b) for b in range(0xA1, 0xFF)}
    return "".join(code.get(c, c) for c in text) if all(c.isascii() or c in code for c in text) else None


def test_every_street_of_hue_comes_back_from_every_encoding() -> None:
    streets = sorted(set(hue().roads.name.tolist()) - {""})
    assert len(streets) > 150
    abc = {s: w for s in streets if (w := _tcvn3(s)) is not None}
    assert len(abc) > 0.95 * len(streets)
    assert repair_columns({"n": abc.values()}).columns["n"] == list(abc)
    vni = ["".join(c if c.isascii() else _vni_letter(c) for c in s) for s in streets]
    assert repair_columns({"n": vni}).columns["n"] == streets
    windows = ["".join(map(_cp1258, s)).encode("cp1258").decode("latin-1") for s in streets]
    assert repair_columns({"n": windows}).columns["n"] == streets
    assert repair_columns({"n": streets}).columns["n"] == streets


def _vni_letter(letter: str) -> str:
    written = _vni(letter.lower())
    return written.upper() if letter.isupper() else written
