"""A step of the traffic in two halves, which two threads may take: what each keeps for itself, and how they meet."""

from __future__ import annotations

from twin.kernels.jit import inlined, lean
from twin.kernels.machine import I64, let_others_run, read_shared
from twin.kernels.traffic_state import DONE, N_MOVES, N_TRACED, State, Traffic

_LOOKS = 1024
"""Looks for the other thread before the core is left to others."""


@inlined
def of_mate(t: Traffic) -> Traffic:
    """Return the same traffic with the second half's lists and tallies in the place of the first's."""
    s = t.state
    mate = State(
        s.queues, s.holes, s.finish, s.due_s, s.due_link, s.junctions, s.next_s, s.block_s,
        s.lookahead_s, s.mate_acting, s.mate_coming, s.planned, s.planned_s, s.mate_tally,
        s.first_gridlock_s, s.seen, s.mate_traces, s.watched, s.ended, s.part_block, s.shared,
        s.step_to_s, s.mate_acting, s.mate_coming, s.mate_tally, s.mate_traces,
    )  # fmt: skip
    return Traffic(t.net, t.cars, t.ways, mate)


@inlined
def look_away(looked: int) -> int:
    """Count a look in vain; every so often leave the core to others, who may be the ones that are waited for."""
    if looked < _LOOKS:
        return looked + 1
    let_others_run()
    return 0


@lean
def wait_for(shared: I64, step: int) -> None:
    """Wait until the other thread has done the second half of a step it has taken."""
    looked = 0
    while read_shared(shared, DONE) != step:
        looked = look_away(looked)


@lean
def put_together(s: State) -> None:
    """Add what the second half has tallied and traced to the first half's."""
    s.tally[N_MOVES] += s.mate_tally[N_MOVES]
    s.mate_tally[N_MOVES] = 0
    for k in range(s.mate_tally[N_TRACED]):
        if s.tally[N_TRACED] < len(s.traces):
            s.traces[s.tally[N_TRACED]] = s.mate_traces[k]
            s.tally[N_TRACED] += 1
    s.mate_tally[N_TRACED] = 0
