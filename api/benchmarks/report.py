"""Rows of the bench as the table of docs/validation.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"
"""Marks around the table in docs/validation.md."""

_HEADS = ("work", "ours", "peer", "peer's time", "ratio", "what the times include")
_KEEPS_FIGURES = 100.0
"""From here on a time or ratio is shown without decimals."""


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Return a table in Markdown, a line for each row."""
    lines = [f"| {' | '.join(_HEADS)} |", f"|{'---|' * len(_HEADS)}"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
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


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    clock = " by the clock" if row["clock"] == "wall" else ""
    peer = " ".join(x for x in (row["peer"], row["peer_version"]) if x) or "none"
    told = [f"ours: {row['ours_includes']}"]
    told += [f"peer: {row['peer_includes']}"] if row["peer_includes"] else []
    told += [f"did not run: {row['failed']}"] if row["failed"] else []
    found = {who: row[f"{who}_found"] for who in ("ours", "peer") if row[f"{who}_found"]}
    told += [f"{who} found {', '.join(f'{k} {v:,.4g}' for k, v in values.items())}" for who, values in found.items()]
    return (
        row["work"],
        _side(row, "ours") + clock,
        peer,
        _side(row, "peer"),
        "–" if row["ratio"] is None else _number(row["ratio"]),
        "; ".join(told),
    )


def _side(row: dict[str, Any], who: str) -> str:
    if row[f"{who}_s"] is None:
        return "–"
    whole = row[f"{who}_process_s"]
    further = [] if whole is None or whole == row[f"{who}_s"] else [f"whole process {_number(whole)} s"]
    further += [f"{row[f'{who}_peak_mb']:,.0f} MB"]
    return f"{_number(row[f'{who}_s'])} s ({', '.join(further)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= _KEEPS_FIGURES else f"{value:.3g}"
