"""Observations as lines of JSON: strict decoding, every bad line named with its number and its fault."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from twin.errors import SchemaError
from twin.live.observation import CLASSES, Observation

MAX_LINE_BYTES = 65_536

_REMEDY = "Correct the line or leave it out; the other lines were read."
_ADAPTER: TypeAdapter[Observation] = TypeAdapter(Annotated[Observation, Field(discriminator="kind")])


def encode(observation: Observation) -> str:
    """Return an observation as one line of JSON, without the line's end; counts by the name of their class."""
    data: dict[str, Any] = {"kind": observation.kind} | asdict(observation)
    if "counts" in data:
        data["counts"] = dict(zip(CLASSES, data["counts"], strict=True))
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def decode(line: bytes, *, file: str, row: int) -> Observation:
    """Return the observation of one line.

    Raises
    ------
    SchemaError
        The line is no JSON, has unknown, missing or wrongly typed fields, an unknown class or an impossible value;
        names file, line and field.
    """
    if len(line) > MAX_LINE_BYTES:
        raise SchemaError(file, f"a line of {len(line):,} bytes; up to {MAX_LINE_BYTES:,}", _REMEDY, row=row)
    try:
        data = json.loads(line)
    except ValueError as error:  # includes text that is not UTF-8
        raise SchemaError(file, f"no JSON ({error})", _REMEDY, row=row) from None
    except RecursionError:
        raise SchemaError(file, "JSON nested too deep", _REMEDY, row=row) from None
    if not isinstance(data, dict):
        raise SchemaError(file, f"a JSON object is needed, got {type(data).__name__}", _REMEDY, row=row)
    if isinstance(data.get("counts"), dict):
        data["counts"] = _by_class(data["counts"], file=file, row=row)
    try:
        return _ADAPTER.validate_json(json.dumps(data), strict=True, extra="forbid")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise SchemaError(file, first["msg"], _REMEDY, row=row, field=place) from None


def read_lines(lines: Iterable[bytes], *, file: str) -> Iterator[Observation | SchemaError]:
    """Yield each line's observation, or the fault of a line that holds none; blank lines are passed over."""
    for row, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield decode(line.strip(), file=file, row=row)
        except SchemaError as fault:
            yield fault


def write_day(observations: Iterable[Observation], path: Path) -> int:
    """Write observations as a file of lines and return how many; an existing file is replaced once the new is whole.

    Raises
    ------
    SchemaError
        The file cannot be written.
    """
    draft = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            for observation in observations:
                file.write(encode(observation) + "\n")
                count += 1
        draft.replace(path)
    except OSError as error:
        raise SchemaError(str(path), f"could not be written ({error})", "Give a folder that can be written.") from error
    finally:
        draft.unlink(missing_ok=True)
    return count


def _by_class(counts: dict[str, Any], *, file: str, row: int) -> list[Any]:
    unknown = sorted(set(counts) - set(CLASSES))
    if unknown:
        why = f"unknown class {', '.join(unknown)}; one of {', '.join(CLASSES)}"
        raise SchemaError(file, why, _REMEDY, row=row, field="counts")
    return [counts.get(name, 0) for name in CLASSES]
