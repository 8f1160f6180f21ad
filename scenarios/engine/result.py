"""What a run leaves behind: a manifest, indicators, series and notes; the same bytes for the same question."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.engine.question import canonical_json
from twin.city.table import FrozenArrays
from twin.errors import SchemaError, UnknownItem
from twin.variables import Text, VariableSpec

MANIFEST, SERIES = "manifest.json", "series.npz"
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
    """

    run_id: str
    manifest: Mapping[str, Any]
    specs: Mapping[str, VariableSpec]
    groups: Mapping[str, Text]
    indicators: tuple[Indicator, ...]
    series: Mapping[str, Series]
    notes: tuple[Text, ...]

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
        return {MANIFEST: self._manifest_bytes(), SERIES: _packed(self.series)}

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
        specs = [VariableSpec(**{**s, "title": Text(**s["title"])}) for s in data["specs"]]
        numbers = [Indicator(i["key"], i["group"], _nan(i["value"])) for i in data["indicators"]]
        notes = tuple(Text(**n) for n in data["notes"])
        groups = {key: Text(**text) for key, text in data["groups"].items()}
        series = _unpacked(files[SERIES])
        return RunResult(
            data["run_id"], data["question"], {s.key: s for s in specs}, groups, tuple(numbers), series, notes
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
            "specs": [
                {"key": s.key, "unit": s.unit, "dtype": s.dtype, "place": s.place, "title": s.title._asdict()}
                for s in self.specs.values()
            ],
            "groups": {key: text._asdict() for key, text in self.groups.items()},
            "indicators": [
                {"key": i.key, "group": i.group, "value": None if math.isnan(i.value) else i.value}
                for i in self.indicators
            ],
            "notes": [n._asdict() for n in self.notes],
        }
        return canonical_json(data)


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _packed(series: Mapping[str, Series]) -> bytes:
    # numpy's own writer leaves the archive's dates to the library; fixed ones keep the bytes the same.
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for key in sorted(series):
            for name, array in (("time_s", series[key].time_s), ("values", series[key].values)):
                part = io.BytesIO()
                np.lib.format.write_array(part, array, allow_pickle=False)
                info = zipfile.ZipInfo(f"{key}/{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, part.getvalue())
    return out.getvalue()


def _unpacked(data: bytes) -> dict[str, Series]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        keys = sorted({name.partition("/")[0] for name in arrays.files})
        return {k: Series(time_s=arrays[f"{k}/time_s"], values=arrays[f"{k}/values"]) for k in keys}
