"""What-ifs: a city, changes to it, a SimPy clock and a result.

A scenario author needs `scenario`, `ScenarioParams`, `param`, `Run` and `Phase`; whoever asks needs `ask`, `run` and
`study`.
"""

from scenarios.engine.clock import Phase
from scenarios.engine.run import Run
from scenarios.facade import ask, run, study
from scenarios.scenario import ScenarioParams, param, scenario

__all__ = ["Phase", "Run", "ScenarioParams", "ask", "param", "run", "scenario", "study"]
