"""What a run leaves behind: a manifest, indicators, series and notes; the same bytes for the same question."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.question import canonical_json
from scenarios.engine.tables import (
    Table,
    Tracks,
    pack_tables,
    pack_tracks,
    packed,
    spec_json,
    spec_of,
    table_spec_json,
    table_spec_of,
    unpack_tables,
    unpack_tracks,
    unpacked,
)
from twin.city.table import FrozenArrays
from twin.errors import SchemaError, UnknownItem
from twin.variables import Text, VariableSpec

MANIFEST, SERIES, TABLES, TRACKS = "manifest.json", "series.npz", "tables.npz", "tracks.npz"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number a run reports.

    Attributes
    ----------
    key : str
        Key of one of the scenario's indicators.
    group : str
        Whom it is about, e.g. a vehicle class; empty for all.
    value : float
        NaN where it is not defined, such as a mean over nobody.
    """

    key: str
    group: str
    value: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Series(FrozenArrays):
    """A variable over time.

    Attributes
    ----------
    time_s : (n,) [s]
        End of each interval, simulated time.
    values : (n, m)
        One column per place; NaN where there is nothing to say.
    """

    time_s: NDArray[np.float64]
    values: NDArray[Any]


@dataclass(frozen=True, eq=False)
class RunResult:
    """The answer to a question.

    Attributes
    ----------
    run_id : str
    manifest : Mapping
        The question as JSON: scenario, versions, digests, parameters, interventions, timeline, seed.
    specs : dict of str to VariableSpec
        What keys of indicators and series mean.
    groups : dict of str to Text
        Whom an indicator is about.
    indicators : tuple of Indicator
    series : dict of str to Series
    notes : tuple of Text
        What a reader must know: the basis of the demand, what was assumed, what went wrong.
    tables : dict of str to Table
        Values of named things, by the table's key.
    tracks : Tracks or None
        Where a sample of vehicles went; None where none was traced.
    """

    run_id: str
    manifest: Mapping[str, Any]
    specs: Mapping[str, VariableSpec]
    groups: Mapping[str, Text]
    indicators: tuple[Indicator, ...]
    series: Mapping[str, Series]
    notes: tuple[Text, ...]
    tables: Mapping[str, Table] = field(default_factory=dict)
    tracks: Tracks | None = None

    def value(self, key: str, group: str = "") -> float:
        """Return an indicator.

        Raises
        ------
        UnknownItem
            The run reports no such indicator.
        """
        for i in self.indicators:
            if (i.key, i.group) == (key, group):
                return i.value
        raise UnknownItem(f"{key} {group}".strip(), f"not among the indicators of run {self.run_id[:12]}")

    def files(self) -> dict[str, bytes]:
        """Return the result's files; byte for byte the same for the same question."""
        arrays = {
            f"{k}/{n}": a for k, s in self.series.items() for n, a in (("time_s", s.time_s), ("values", s.values))
        }
        found = {MANIFEST: self._manifest_bytes(), SERIES: packed(arrays)}
        if self.tables:
            found[TABLES] = pack_tables(self.tables)
        if self.tracks is not None:
            found[TRACKS] = pack_tracks(self.tracks)
        return found

    @staticmethod
    def from_files(files: Mapping[str, bytes]) -> RunResult:
        """Return the result of its files.

        Raises
        ------
        SchemaError
            The files are of another format.
        """
        data = json.loads(files[MANIFEST])
        if data.get("format") != FORMAT:
            raise SchemaError(MANIFEST, f"format {data.get('format')}, expected {FORMAT}", "Run the question again.")
        specs = [spec_of(s) for s in data["specs"]]
        numbers = [Indicator(i["key"], i["group"], _nan(i["value"])) for i in data["indicators"]]
        notes = tuple(Text(**n) for n in data["notes"])
        groups = {key: Text(**text) for key, text in data["groups"].items()}
        table_specs = [table_spec_of(t) for t in data.get("tables", ())]
        return RunResult(
            data["run_id"],
            data["question"],
            {s.key: s for s in specs},
            groups,
            tuple(numbers),
            _series(files[SERIES]),
            notes,
            unpack_tables(files[TABLES], table_specs) if TABLES in files else {},
            unpack_tracks(files[TRACKS]) if TRACKS in files else None,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunResult) and self.files() == other.files()

    def __hash__(self) -> int:
        return hash(self.run_id)

    def _manifest_bytes(self) -> bytes:
        data = {
            "format": FORMAT,
            "run_id": self.run_id,
            "question": dict(self.manifest),
            "specs": [spec_json(s) for s in self.specs.values()],
            "groups": {key: text._asdict() for key, text in self.groups.items()},
            "indicators": [
                {"key": i.key, "group": i.group, "value": None if math.isnan(i.value) else i.value}
                for i in self.indicators
            ],
            "notes": [n._asdict() for n in self.notes],
            "tables": [table_spec_json(t.spec) for t in self.tables.values()],
        }
        return canonical_json(data)


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _series(data: bytes) -> dict[str, Series]:
    arrays = unpacked(data)
    keys = sorted({name.partition("/")[0] for name in arrays})
    return {k: Series(time_s=arrays[f"{k}/time_s"], values=arrays[f"{k}/values"]) for k in keys}
