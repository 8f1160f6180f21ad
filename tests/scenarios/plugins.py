"""Scenarios that stand at module level, as a plugin's do, so that worker processes find them."""

from typing import Any

from scenarios import Phase, Run, ScenarioParams, param, scenario
from twin.errors import NoPath
from twin.variables import Text, VariableSpec

COUNT = VariableSpec("count", "1", "int64", "city", Text("Số lần", "Count"))
TOTAL = VariableSpec("total", "1", "float64", "city", Text("Tổng", "Total"))


class DiceParams(ScenarioParams):
    """One die."""

    sides: int = param(6, ge=1, le=100, unit="1", vi="Số mặt", en="Sides")
    fail: int = param(0, ge=0, le=3, unit="1", vi="Cách hỏng", en="Way to fail")


class OddError(Exception):
    """An error that cannot be made again from its arguments."""

    def __init__(self, *, where: str) -> None:
        super().__init__(f"odd in {where}")


@scenario("dice", title={"vi": "Xúc xắc", "en": "Dice"}, params=DiceParams, variables=(COUNT,), indicators=(TOTAL,))
def dice(run: Run, params: DiceParams) -> None:
    """Throw a die every minute; closed links make every throw count one more."""
    thrown: list[int] = []

    def process() -> Any:
        while True:
            yield run.env.timeout(60.0)
            if params.fail == 1:
                raise OddError(where="dice")
            if params.fail == 2:
                raise NoPath("dice", "no way")
            closed = int((run.city.roads.modes == 0).any())
            thrown.append(int(run.rng("dice").integers(params.sides)) + closed)

    run.start(process())
    run.every(600.0, lambda: run.record("count", [len(thrown)]), Phase.RECORD)
    run.at_end(lambda: run.indicator("total", sum(thrown)))


class SloppyParams(ScenarioParams):
    """What a careless author writes."""

    wildness: float = 3.0


@scenario("Sloppy One", title={"vi": "", "en": "Sloppy"}, params=SloppyParams, variables=(COUNT,), indicators=(TOTAL,))
def sloppy(run: Run, _params: SloppyParams) -> None:
    """Report something else every time."""
    SLOPPY_RUNS.append(1)
    run.indicator("total", len(SLOPPY_RUNS))


SLOPPY_RUNS: list[int] = []
