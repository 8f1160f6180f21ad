"""Every error of the twin, and how it reads.

TwinError
├─ DataError     the world outside is wrong:  SchemaError CrsError TopologyError StaleDataError
├─ RequestError  the asker is wrong:          UnknownItem InvalidIntervention OutsideCity
├─ ModelError    the numbers are wrong:       UnstableStep NoPath
└─ RunError      the run stopped:             RunCancelled PluginFailed

Every class takes positional arguments and hands them unchanged to ``Exception``: pickle and SimPy re-create an
exception as ``type(e)(*e.args)``, so anything else would lose the original in a worker process.
"""

from __future__ import annotations

from typing import ClassVar

MAX_LINES = 50
"""Faults of one file shown to a person; `ValidationFailed.faults` holds them all."""


class TwinError(Exception):
    """Base of every error the twin raises on purpose; ``code`` is stable and machine-readable."""

    code: ClassVar[str] = "twin-error"


class DataError(TwinError):
    """A file, table or feed is wrong: says where, why and what to do.

    Parameters
    ----------
    file
        The file or feed as the user named it.
    why
        What is wrong, one clause.
    remedy
        What the user can do about it.
    layer, row, field
        The place inside the file, where there is one; ``row`` counts from 1 as users do.
    """

    code = "data-error"

    def __init__(
        self, file: str, why: str, remedy: str, layer: str = "", row: int | None = None, field: str = ""
    ) -> None:
        super().__init__(file, why, remedy, layer, row, field)
        self.file, self.why, self.remedy = file, why, remedy
        self.layer, self.row, self.field = layer, row, field

    def __str__(self) -> str:
        places = [self.file]
        places += [f"layer {self.layer}"] if self.layer else []
        places += [f"row {self.row}"] if self.row is not None else []
        places += [f"field {self.field}"] if self.field else []
        return f"{', '.join(places)}: {self.why}. {self.remedy}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fault as a row of a report: code, file, layer, row, column, why, remedy."""
        return {
            "code": self.code,
            "file": self.file,
            "layer": self.layer,
            "row": self.row,
            "column": self.field,
            "why": self.why,
            "remedy": self.remedy,
        }


class SchemaError(DataError):
    """A file does not hold what its kind must hold."""

    code = "schema-error"


class CrsError(DataError):
    """Coordinates are in another reference system than claimed, or in none."""

    code = "crs-error"


class TopologyError(DataError):
    """Shapes or links do not fit together."""

    code = "topology-error"


class ValidationFailed(DataError):
    """Several faults of one import, collected before anything was written.

    Parameters
    ----------
    faults
        The single errors, in file order.
    """

    code = "validation-failed"

    def __init__(self, faults: tuple[DataError, ...]) -> None:
        TwinError.__init__(self, faults)
        self.faults = faults

    def __str__(self) -> str:
        lines = [str(f) for f in self.faults[:MAX_LINES]]
        more = len(self.faults) - MAX_LINES
        return "\n".join([*lines, f"… and {more} faults more"] if more > 0 else lines)


class RequestError(TwinError):
    """The question cannot be asked of this city.

    Parameters
    ----------
    what
        The thing named in the question.
    why
        What is wrong with it, and what would be right.
    vi
        The same in Vietnamese, where planners meet it; empty where only those who write programs do.
    """

    code = "request-error"

    def __init__(self, what: str, why: str, vi: str = "") -> None:
        super().__init__(what, why, vi)
        self.what, self.why, self.vi = what, why, vi

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


class UnknownItem(RequestError):
    """No feature, scenario or layer has this name."""

    code = "unknown-item"


class AmbiguousCode(RequestError):
    """A code or name means different areas at different dates."""

    code = "ambiguous-code"


class InvalidIntervention(RequestError):
    """A change to the city that cannot be applied."""

    code = "invalid-intervention"


class InvalidParams(RequestError):
    """Parameters of a scenario outside their bounds, or unknown ones."""

    code = "invalid-params"


class NotComparable(RequestError):
    """Two sets of runs that differ in more than the change under study."""

    code = "not-comparable"


class TooManyRuns(RequestError):
    """More runs are waiting than the service takes."""

    code = "too-many-runs"


class ModelError(TwinError):
    """A computation left the range in which it is valid.

    Parameters
    ----------
    model
        The model that stopped.
    why
        The broken condition, with its numbers.
    """

    code = "model-error"

    def __init__(self, model: str, why: str) -> None:
        super().__init__(model, why)
        self.model, self.why = model, why

    def __str__(self) -> str:
        return f"{self.model}: {self.why}"


class NoPath(ModelError):
    """A trip has no permitted way through the network."""

    code = "no-path"


class RunError(TwinError):
    """A run ended before its horizon.

    Parameters
    ----------
    run
        The run's id.
    why
        The reason.
    """

    code = "run-error"

    def __init__(self, run: str, why: str) -> None:
        super().__init__(run, why)
        self.run, self.why = run, why

    def __str__(self) -> str:
        return f"{self.run}: {self.why}"


class RunCancelled(RunError):
    """The asker stopped the run."""

    code = "run-cancelled"


class ResultNotReady(RunError):
    """The result of a run that is not done, failed or was dismissed."""

    code = "result-not-ready"


class NotReady(RunError):
    """A part of the service has stopped."""

    code = "not-ready"


class PluginFailed(RunError):
    """A scenario of another distribution could not be loaded or raised."""

    code = "plugin-failed"
