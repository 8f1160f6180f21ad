"""The text of TNTP files: announcements between < and >, comments after ~, records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from twin.errors import DataError, SchemaError, ValidationFailed

END = "END OF METADATA"
_ANNOUNCED = re.compile(r"\s*<([^>]*)>\s*(.*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")


@dataclass
class TntpText:
    """A file split into announcements, comments and records, and the faults found in it so far.

    Attributes
    ----------
    file : str
    announced : dict
        Upper-case name to (text, line).
    comments : list
        Texts after the announcements.
    records : list
        (line, text) without comments, empty ones left out.
    faults : list
    """

    file: str
    announced: dict[str, tuple[str, int]] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    records: list[tuple[int, str]] = field(default_factory=list)
    faults: list[DataError] = field(default_factory=list)

    def add(self, why: str, remedy: str, *, line: int | None = None, column: str = "") -> None:
        """Keep a fault; lines count from 1."""
        self.faults.append(SchemaError(self.file, why, remedy, "", line, column))

    def number(self, name: str) -> float | None:
        """Return an announced number, or None and a fault where it is no number."""
        text, line = self.announced.get(name, ("", 0))
        if not line:
            return None
        found = _NUMBER.match(text)
        if found is None:
            self.add(f"<{name}> announces {text!r}", "Write a number after it.", line=line, column=f"<{name}>")
            return None
        return as_float(found.group())

    def count(self, name: str, *, default: int | None = None) -> int:
        """Return an announced count of 1 or more; 0 and a fault where there is none."""
        value = self.number(name)
        if value is None and name not in self.announced:
            if default is None:
                self.add(f"<{name}> is missing", "Add it before <END OF METADATA>.", column=f"<{name}>")
            return default or 0
        if value is None:
            return 0
        if value < 1 or value != int(value):
            line = self.announced[name][1]
            self.add(f"<{name}> is {value:g}", "Give a whole number of 1 or more.", line=line, column=f"<{name}>")
            return 0
        return int(value)

    def raise_if_any(self) -> None:
        """Raise all faults at once.

        Raises
        ------
        ValidationFailed
            Something was added.
        """
        if self.faults:
            raise ValidationFailed(tuple(self.faults))


def read_text(path: Path, *, has_metadata: bool = True) -> TntpText:
    """Split a file into its parts.

    Parameters
    ----------
    path : Path
    has_metadata : bool
        False for kinds of file that may do without announcements.

    Raises
    ------
    ValidationFailed
        No such file, or no text.
    """
    found = TntpText(path.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        found.add(f"cannot be read ({error.strerror})", "Give the path of a TNTP file.")
        found.raise_if_any()
    if b"\0" in content:
        found.add("is no text", "Give a TNTP file, which is plain text.")
        found.raise_if_any()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    ended = not has_metadata and f"<{END}>" not in text.upper()
    for line, written in enumerate(text.splitlines(), start=1):
        ended = _take(found, line, written, ended=ended)
    if not ended:
        found.add(f"<{END}> is missing", f"Write <{END}> on a line of its own before the records.")
        found.raise_if_any()
    return found


def _take(found: TntpText, line: int, written: str, *, ended: bool) -> bool:
    """Take in one line; return whether the announcements have ended."""
    announced = _ANNOUNCED.match(written)
    if announced and not ended:
        name = " ".join(announced[1].upper().split())
        if name == END:
            return True
        if name in found.announced:
            why = f"<{name}> is given twice, first on line {found.announced[name][1]}"
            found.add(why, "Keep one.", line=line, column=f"<{name}>")
        found.announced[name] = (announced[2].partition("~")[0].strip(), line)
        return ended
    record, tilde, comment = written.partition("~")
    if tilde:
        found.comments.append(comment)
    if record.strip(" \t;"):
        if ended:
            found.records.append((line, record))
        else:
            why = "a record stands before the end of the announcements"
            found.add(why, f"Write <{END}> before the records.", line=line)
    return ended


def as_float(text: str) -> float:
    """Return a number, also with a Fortran exponent; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(text.upper().replace("D", "E"))
    except ValueError:
        return float("nan")
