"""What a scenario is: a name, parameters with bounds, what it reports, and one function that sets a run up."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twin.city.windows import WEEKDAYS, Weekday
from twin.errors import InvalidParams, UnknownItem
from twin.variables import TableSpec, Text, VariableSpec

MINUTE_S, HOUR_S = 60.0, 3600.0

ORDINARY_DAY = datetime.date(2026, 11, 25)
"""The day of a run that names none: a Wednesday of term time, no holiday."""


def param(
    default: Any,
    *,
    vi: str,
    en: str,
    unit: str,
    ge: float | None = None,
    le: float | None = None,
    source: str = "",
) -> Any:
    """Return a parameter's field: default, bounds, unit, both texts, and where the default comes from.

    Parameters
    ----------
    default
        The value a run takes when the planner leaves it.
    vi, en
        What it is, one clause each.
    unit
        Unit as printed; ``1`` for a share or a count.
    ge, le
        Bounds, both included.
    source
        Origin of the default; an assumption says so here.
    """
    extra: dict[str, Any] = {"vi": vi, "en": en, "unit": unit, "source": source}
    return Field(default, ge=ge, le=le, title=en, description=f"{vi} / {en} [{unit}]", json_schema_extra=extra)


class ScenarioParams(BaseModel):
    """Parameters every scenario has; a scenario's own model adds to them.

    Time 0 of a run is the first moment that counts; a scenario that must warm up begins before it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    duration_min: float = param(
        60.0, ge=1.0, le=1440.0, unit="min", vi="Thời gian được đánh giá", en="Length of the period that counts"
    )
    date: datetime.date = param(
        ORDINARY_DAY,
        unit="1",
        vi="Ngày mô phỏng (quyết định thứ trong tuần và lệnh nào có hiệu lực)",
        en="Date of the run; gives the weekday, and decides which orders are in force",
        source="an ordinary Wednesday",
    )
    replications: int = param(
        1,
        ge=1,
        le=100,
        unit="1",
        vi="Số lần lặp lại với các chuỗi ngẫu nhiên khác nhau; khoảng tin cậy cần ít nhất 2",
        en="Replications with other random streams; an interval of confidence needs at least 2",
    )

    @property
    def begin_s(self) -> float:
        """Simulated time at which the clock starts [s]; negative where there is a warm-up."""
        return 0.0

    @property
    def horizon_s(self) -> float:
        """Simulated time, excluded, at which the run ends [s]."""
        return self.duration_min * MINUTE_S

    @property
    def midnight_s(self) -> float:
        """Simulated time of the midnight with which `date` begins [s]."""
        return 0.0

    @property
    def weekday(self) -> Weekday:
        """Weekday of the date, as orders name it: mon, tue, …, sun."""
        return WEEKDAYS[self.date.weekday()]

    def canonical(self) -> dict[str, Any]:
        """Return the values that decide a single run's answer, ready for JSON."""
        return self.model_dump(mode="json", exclude={"replications"})


P = TypeVar("P", bound=ScenarioParams)


class Scenario(Generic[P]):
    """A what-if the twin can run; made by the `scenario` decorator.

    Attributes
    ----------
    name : str
        Kebab-case, unique among the installed scenarios.
    version : str
        Raised when the same question would get another answer.
    title : Text
    params : type
        The parameters' model.
    variables, indicators : dict of str to VariableSpec
        What it records over time, and the numbers it reports.
    groups : dict of str to Text
        Whom an indicator may be about, such as a vehicle class.
    tables : dict of str to TableSpec
        Tables of named rows it reports.
    compiled : bool
        Most of its work is done by compiled kernels: several runs share the cores as threads of one process.
    setup : callable
        ``setup(run, params)``: starts models and processes; the clock turns afterwards.
    """

    def __init__(
        self,
        setup: Callable[[Any, P], None],
        *,
        name: str,
        version: str,
        title: Text,
        params: type[P],
        variables: Sequence[VariableSpec],
        indicators: Sequence[VariableSpec],
        groups: Mapping[str, Text],
        tables: Sequence[TableSpec] = (),
        compiled: bool = False,
    ) -> None:
        self.setup, self.name, self.version, self.title, self.params = setup, name, version, title, params
        self.variables = {v.key: v for v in variables}
        self.indicators = {v.key: v for v in indicators}
        self.groups, self.compiled = dict(groups), compiled
        self.tables = {t.key: t for t in tables}
        self.module, self.attribute = setup.__module__, setup.__qualname__

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        _imported(self.module, self.attribute)
        return _imported, (self.module, self.attribute)

    def parse(self, values: Mapping[str, Any] | ScenarioParams | None) -> P:
        """Return checked parameters; all faults are reported together.

        Raises
        ------
        InvalidParams
            A name is unknown or a value outside its bounds.
        """
        if isinstance(values, self.params):
            return values
        given = values.model_dump() if isinstance(values, ScenarioParams) else dict(values or {})
        try:
            return self.params.model_validate(given)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, e['loc']))} = {e['input']!r}: {e['msg']}" for e in error.errors()]
            raise InvalidParams(self.name, "; ".join(faults)) from None


def scenario(
    name: str,
    *,
    title: Mapping[str, str],
    params: type[P],
    version: str = "1",
    variables: Sequence[VariableSpec] = (),
    indicators: Sequence[VariableSpec] = (),
    groups: Mapping[str, Text] | None = None,
    tables: Sequence[TableSpec] = (),
    compiled: bool = False,
) -> Callable[[Callable[[Any, P], None]], Scenario[P]]:
    """Make a scenario of a function ``setup(run, params)``.

    Parameters
    ----------
    name
        Kebab-case.
    title
        Texts under ``vi`` and ``en``.
    params
        A subclass of `ScenarioParams`.
    version
        Raised when the same question would get another answer.
    variables, indicators
        What `run.record` and `run.indicator` may name.
    groups
        Whom `run.indicator` may be about, besides everybody.
    tables
        What `run.table` may name.
    compiled
        Most of its work is done by compiled kernels, so that several runs may be threads of one process.

    Examples
    --------
    >>> class FireParams(ScenarioParams):
    ...     trucks: int = param(3, ge=1, le=20, unit="1", vi="Số xe chữa cháy", en="Fire engines")
    >>> @scenario("market-fire", title={"vi": "Cháy chợ", "en": "Market fire"}, params=FireParams)
    ... def market_fire(run, params):
    ...     run.note("Chưa có gì cháy", "Nothing burns yet")
    >>> market_fire.parse({"trucks": 5}).trucks
    5
    """

    def _make(setup: Callable[[Any, P], None]) -> Scenario[P]:
        return Scenario(
            setup,
            name=name,
            version=version,
            title=Text(title["vi"], title["en"]),
            params=params,
            variables=variables,
            indicators=indicators,
            groups=groups or {},
            tables=tables,
            compiled=compiled,
        )

    return _make


def _imported(module: str, attribute: str) -> Scenario[Any]:
    """Return a scenario by the place it was defined: how it travels to a worker process."""
    __import__(module)
    found = getattr(sys.modules[module], attribute, None)
    if not isinstance(found, Scenario):
        raise UnknownItem(f"{module}:{attribute}", "is no scenario at module level, so no other process can find it")
    return found
