"""Both sides on the same work in the same run, and the rows that come of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from api.benchmarks.contests import Contest, Side
from api.benchmarks.process import Answer, Arrays, Failed, run_apart

Row = dict[str, Any]


def rows(contest: Contest, *, timeout_s: float, rounds: int, tell: Callable[[str], None]) -> Iterator[Row]:
    """Yield a row per peer: ours is the fastest of some rounds before and after the peer's, as is the peer's.

    Parameters
    ----------
    timeout_s : [s]
        For each process.
    rounds
        Runs of ours around each peer's, and of a peer that takes less than a minute.
    tell
        Called with a line of progress.
    """
    work = contest.make()

    def _best(side: Side, n: int) -> Answer | Failed:
        best: Answer | Failed = Failed("did not run")
        for _ in range(n):
            tell(f"{contest.name}: {side.name} …")
            got = run_apart(side.module, work, side.options, timeout_s=timeout_s)
            if isinstance(got, Failed):
                return got
            best = got if isinstance(best, Failed) else _better(contest, best, got)
            if got.wall_s > 60.0:
                break
        return best

    if not contest.peers:
        yield _row(contest, None, _best(contest.ours, rounds), None, work)
    for peer in contest.peers:
        sides = _best(contest.ours, rounds), _best(peer, rounds), _best(contest.ours, rounds)
        yield _row(contest, peer, _better(contest, sides[0], sides[2]), sides[1], work)


def _seconds(contest: Contest, answer: Answer) -> float:
    return answer.wall_s if contest.by_clock else answer.cpu_s


def _better(contest: Contest, one: Answer | Failed, other: Answer | Failed) -> Answer | Failed:
    """Return the quicker of two answers; a failure, where there is one, is not hidden by the other."""
    if isinstance(one, Failed) or isinstance(other, Failed):
        return one if isinstance(one, Failed) else other
    return min(one, other, key=lambda a: _seconds(contest, a))


def _row(
    contest: Contest, peer: Side | None, ours: Answer | Failed, theirs: Answer | Failed | None, work: Arrays
) -> Row:
    ours_s = _seconds(contest, ours) if isinstance(ours, Answer) else None
    peer_s = _seconds(contest, theirs) if isinstance(theirs, Answer) else None
    failed = [f"{who}: {x.reason}" for who, x in (("ours", ours), ("peer", theirs)) if isinstance(x, Failed)]
    return {
        "work": contest.name,
        "ours_s": ours_s,
        "peer": peer.name if peer else None,
        "peer_version": theirs.version if isinstance(theirs, Answer) else None,
        "peer_s": peer_s,
        "ratio": peer_s / ours_s if ours_s and peer_s else None,
        "clock": "wall" if contest.by_clock else "processor",
        "ours": contest.ours.name,
        "ours_includes": contest.ours.includes,
        "peer_includes": peer.includes if peer else None,
        **_about("ours", ours, work),
        **_about("peer", theirs, work),
        "failed": "; ".join(failed),
    }


def _about(who: str, answer: Answer | Failed | None, work: Arrays) -> Row:
    """Return both times of a side, its memory, and the single numbers it found; nothing of one that did not run."""
    if not isinstance(answer, Answer):
        return {f"{who}_{key}": None for key in ("cpu_s", "wall_s", "process_s", "peak_mb", "found")}
    values, depart_s = answer.values, answer.values.get("depart_s", work.get("depart_s"))
    found = {key: float(value) for key, value in values.items() if np.ndim(value) == 0}
    if depart_s is not None and "arrive_s" in values:
        found["arrived"] = float(np.isfinite(values["arrive_s"]).sum())
        found["mean_travel_s"] = float(np.nanmean(values["arrive_s"] - depart_s))
    return {
        f"{who}_cpu_s": answer.cpu_s,
        f"{who}_wall_s": answer.wall_s,
        f"{who}_process_s": None if math.isnan(answer.process_s) else answer.process_s,
        f"{who}_peak_mb": answer.peak_mb,
        f"{who}_found": {key: value for key, value in found.items() if math.isfinite(value)},
    }
