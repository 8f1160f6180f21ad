"""Rows of the bench as the table of docs/validation.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"
"""Marks around the table in docs/validation.md."""

_HEADS = ("work", "ours", "peer", "peer's time", "ratio", "found by ours", "by the peer", "ours includes", "peer's")
_KEEPS_FIGURES = 100.0
"""From here on a time or ratio is shown without decimals."""


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Return a table in Markdown, a line for each row, and below it what each time includes."""
    texts = dict.fromkeys(x for row in rows for x in (row["ours_includes"], row["peer_includes"]) if x)
    note = {text: f"({k})" for k, text in enumerate(texts, 1)}
    lines = [f"| {' | '.join(_HEADS)} |", f"|{'---|' * len(_HEADS)}"]
    lines += [f"| {' | '.join(_cells(row, note))} |" for row in rows]
    lines += ["", "What the times include:", "", *(f"* {mark} {text}" for text, mark in note.items())] if note else []
    return "\n".join(lines) + "\n"


def put(text: str, table: str) -> str:
    """Return a text with the table between its marks.

    Raises
    ------
    ValueError
        The text has no marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the text has no {BEGIN.strip()} and {END.strip()}")
    return before + begin + table + end + after


def _cells(row: dict[str, Any], note: Mapping[str, str]) -> tuple[str, ...]:
    clock = " by the clock" if row["clock"] == "wall" else ""
    peer = " ".join(x for x in (row["peer"], row["peer_version"]) if x) or "none"
    return (
        row["work"],
        _side(row, "ours") + clock,
        peer,
        row["failed"] or _side(row, "peer"),
        "–" if row["ratio"] is None else _number(row["ratio"]),
        _found(row["ours_found"]),
        _found(row["peer_found"]),
        note[row["ours_includes"]],
        note.get(row["peer_includes"], "–"),
    )


def _found(values: Mapping[str, float] | None) -> str:
    """Return the vehicles that arrived and the like; what the rows say besides is in their file."""
    return ", ".join(f"{key} {value:,.6g}" for key, value in (values or {}).items()) or "–"


def _side(row: dict[str, Any], who: str) -> str:
    if row[f"{who}_s"] is None:
        return "–"
    whole = row[f"{who}_process_s"]
    further = [] if whole is None or whole == row[f"{who}_s"] else [f"whole process {_number(whole)} s"]
    further += [f"{row[f'{who}_peak_mb']:,.0f} MB"]
    return f"{_number(row[f'{who}_s'])} s ({', '.join(further)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _KEEPS_FIGURES else f"{value:.3g}"
