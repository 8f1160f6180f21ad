"""Which engine moves the vehicles of a run: the compiled one, or plain SimPy where there is no compiler."""

from __future__ import annotations

from typing import Literal

from scenarios.engine.run import Run
from scenarios.models.traffic import TrafficModel
from scenarios.models.traffic_plain import PlainTraffic
from scenarios.traffic.params import TrafficParams
from twin.errors import InvalidParams

AnyTraffic = TrafficModel | PlainTraffic


def engine_of(run: Run, params: TrafficParams) -> Literal["compiled", "simpy"]:
    """Return the engine a run is to use, and let the run say so where it is not the compiled one.

    Raises
    ------
    InvalidParams
        The compiled engine is asked for and there is no compiler.
    """
    from twin.kernels.jit import COMPILED  # numba takes half a second that listing the scenarios should not cost

    if params.engine == "compiled" and not COMPILED:
        raise InvalidParams("engine", "numba cannot be imported, so nothing can be compiled; choose simpy, or auto")
    if params.engine == "compiled" or (params.engine == "auto" and COMPILED):
        return "compiled"
    run.note(
        "Các xe chạy bằng bộ máy SimPy thuần (không biên dịch); kết quả khác bộ máy biên dịch trong sai số đã nêu.",
        "The vehicles were moved by plain SimPy (not compiled); results differ from the compiled engine's within the "
        "stated tolerance.",
    )
    return "simpy"
