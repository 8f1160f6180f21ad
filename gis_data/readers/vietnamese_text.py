"""Vietnamese text of the years before Unicode: TCVN3 (ABC), VNI, Windows-1258 and UTF-8 read as Windows-1252."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_TCVN3 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"  # 0x80
    "\xa0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"  # 0xA0
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"  # 0xC0
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"  # 0xE0
)
"""Bytes 0x80–0xFF of TCVN 5712:1993, VN1 right half; the ABC fonts (VN3) use its small letters and bare capitals."""

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_ROUND, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"

_VNI_MARKS = {
    "Ù": _ACUTE,
    "Ø": _GRAVE,
    "Û": _HOOK,
    "Õ": _TILDE,
    "Ï": _DOT,
    "Â": _ROUND,
    "Á": _ROUND + _ACUTE,
    "À": _ROUND + _GRAVE,
    "Å": _ROUND + _HOOK,
    "Ã": _ROUND + _TILDE,
    "Ä": _ROUND + _DOT,
    "Ê": _BREVE,
    "É": _BREVE + _ACUTE,
    "È": _BREVE + _GRAVE,
    "Ú": _BREVE + _HOOK,
    "Ü": _BREVE + _TILDE,
    "Ë": _BREVE + _DOT,
}
"""VNI writes a mark as a second byte after its letter."""
_VNI_ALONE = {"Ô": "O" + _HORN, "Ö": "U" + _HORN, "Ñ": "Đ", "Æ": "Ỉ", "Ó": "Ĩ", "Ò": "Ị", "Î": "Ỵ", "Í": "Í", "Ì": "Ì"}
_VNI_LETTERS = set("AEOUYaeouyÔÖôö")

_ONSET = "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
_OPEN = (
    "uyu|uya|uây|oai|oay|oao|oeo|uôi|iêu|yêu|ươi|ươu|ai|ao|au|ay|âu|ây|eo|êu|ia|iu"
    "|oa|oe|oi|ôi|ơi|ua|uê|ui|uơ|uy|ưa|ưi|ưu"
)
_CLOSED = "uyê|iê|yê|oa|oă|oe|oo|uâ|uê|uô|uy|ươ|[aăâeêioôơuưy]"
_SYLLABLE = re.compile(rf"{_ONSET}(?:(?:{_OPEN}|[aeêioôơuưy])|(?:{_CLOSED})(?:ng|nh|ch|[cmnpt]))")
_STOPPED = ("c", "ch", "p", "t")
_TONES = {_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT}
_WORD = re.compile(r"[^\s!-/:-@\[-`{-~0-9]+")

_MIN_SHARE = 0.5
"""An encoding is believed when at least half of the accented words it gives are Vietnamese syllables."""
_MAX_VALUES = 4000


@dataclass(frozen=True, slots=True)
class Repaired:
    """The columns of a layer in NFC Unicode, the encoding found in each, and the columns nobody could read."""

    columns: dict[str, list[str | None]]
    encodings: dict[str, str]
    unreadable: tuple[str, ...]


def from_tcvn3(raw: bytes) -> str:
    """Return text written in TCVN3 (ABC fonts).

    The ABC fonts for capitals (.VnTimeH) store small letters, so a value that otherwise is in capitals becomes capital
    throughout; a value stored wholly in small letters stays small.
    """
    text = "".join(chr(b) if b < 0x80 else _TCVN3[b - 0x80] for b in raw)
    plain = [c for c in raw.decode("ascii", "ignore") if c.isalpha()]
    shouted = any(sum(c.isascii() and c.isupper() for c in word) > 1 for word in _WORD.findall(text))
    if shouted and all(c.isupper() for c in plain):
        text = text.upper()
    return unicodedata.normalize("NFC", text)


def from_vni(raw: bytes) -> str:
    """Return text written in VNI: each mark a byte of its own after the letter."""
    text, out, k = raw.decode("latin-1"), [], 0
    while k < len(text):
        letter = text[k]
        base = _in_case(_VNI_ALONE.get(letter.upper(), letter), letter) if ord(letter) >= 0x80 else letter
        mark = _VNI_MARKS.get(text[k + 1].upper()) if letter in _VNI_LETTERS and k + 1 < len(text) else None
        out.append(base + (mark or ""))
        k += 2 if mark else 1
    return unicodedata.normalize("NFC", "".join(out))


def _in_case(text: str, like: str) -> str:
    return text.lower() if like.islower() else text


def _from_utf8(raw: bytes) -> str:
    # A dBASE field may end within a letter: the incomplete one is left out.
    return unicodedata.normalize("NFC", codecs.getincrementaldecoder("utf-8")().decode(raw))


_DECODERS: dict[str, Callable[[bytes], str]] = {
    "UTF-8": _from_utf8,
    "TCVN3": from_tcvn3,
    "VNI": from_vni,
    "Windows-1258": lambda raw: unicodedata.normalize("NFC", raw.decode("cp1258")),
}


def repair_columns(columns: Mapping[str, Iterable[str | None]]) -> Repaired:
    """Return the text of a layer in NFC Unicode, whatever it was written in.

    Rules
    -----
    1. Text with letters beyond one byte is Unicode already; what reads as UTF-8 throughout is UTF-8.
    2. Else an encoding is judged by the share of accented words that become well-formed Vietnamese syllables, first
       over the whole layer, then for a column that clearly differs.
    3. What no encoding explains is kept as it is and named.

    Parameters
    ----------
    columns
        Values as decoded by a reader that maps each byte to one character (ISO-8859-1, Windows-1252) or as Unicode.
    """
    values = {name: list(column) for name, column in columns.items()}
    tallies = {name: _tally(column) for name, column in values.items()}
    whole = {e: _share(sum(t[e][0] for t in tallies.values()), sum(t[e][1] for t in tallies.values())) for e in _ALL}
    winner = max(_ALL, key=lambda e: whole[e])
    encodings, unreadable = {}, []
    for name, tally in tallies.items():
        if _is_utf8(values[name]):
            encodings[name] = "UTF-8"
            continue
        shares = {e: _share(*tally[e]) for e in _ALL}
        best = max(_ALL, key=lambda e: (shares[e], e == winner))
        chosen = winner if shares[winner] >= shares[best] - 0.2 else best
        if shares[chosen] < _MIN_SHARE:
            chosen = "Unicode"
            unreadable += [name] if _looks_foreign(values[name]) else []
        encodings[name] = chosen
    fixed = {name: [_decoded(v, encodings[name]) for v in column] for name, column in values.items()}
    return Repaired(fixed, encodings, tuple(unreadable))


def is_syllable(word: str) -> bool:
    """Say whether a word is a well-formed Vietnamese syllable: onset, rhyme, and a tone its last consonant permits."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in parts if c in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(bare):
        return False
    return not bare.endswith(_STOPPED) or tones in ([_ACUTE], [_DOT])


_ALL = ("Unicode", *_DECODERS)
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_WINDOWS = {b: bytes([b]).decode("cp1252") for b in range(0x80, 0xA0) if b not in _UNDEFINED}
"""Windows-1252 where ISO-8859-1 has control characters."""


def _tally(column: list[str | None]) -> dict[str, tuple[int, int]]:
    """Count the well-formed and all accented words of a column under each encoding."""
    seen = [v for v in dict.fromkeys(column) if v and not v.isascii()][:_MAX_VALUES]
    counts = {}
    for encoding in _ALL:
        good = total = 0
        for value in seen:
            text = _try(value, encoding)
            words = [w for w in _WORD.findall(value if text is None else text) if not w.isascii()]
            total += max(len(words), 1)
            good += sum(map(is_syllable, words)) if text is not None else 0
        counts[encoding] = (good, total)
    return counts


def _is_utf8(column: list[str | None]) -> bool:
    read = [_try(v, "UTF-8") for v in column if v and not v.isascii()]
    return None not in read and any(not v.isascii() for v in read if v)


def _share(good: int, total: int) -> float:
    return good / total if total else 0.0


def _looks_foreign(column: list[str | None]) -> bool:
    """Say whether a column holds control or symbol characters that no name in any language has."""
    return any(unicodedata.category(c) in {"Cc", "Co", "Cn"} or c == "\ufffd" for v in column if v for c in v)


def _try(value: str, encoding: str) -> str | None:
    if encoding == "Unicode":
        return unicodedata.normalize("NFC", value.translate(_WINDOWS))
    raw = _bytes_of(value)
    try:
        return None if raw is None else _DECODERS[encoding](raw)
    except UnicodeDecodeError:
        return None


def _decoded(value: str | None, encoding: str) -> str | None:
    if not value or value.isascii():
        return value
    text = _try(value, encoding)
    return unicodedata.normalize("NFC", value) if text is None else text


def _bytes_of(value: str) -> bytes | None:
    """Return the bytes a one-byte reader saw, None where the text has letters no such reader gives."""
    out = bytearray()
    for c in value:
        if ord(c) < 0x100:
            out.append(ord(c))
            continue
        try:
            out += c.encode("cp1252")
        except UnicodeEncodeError:
            return None
    return bytes(out)
