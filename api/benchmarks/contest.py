"""Both sides on the same work in the same run, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from api.benchmarks.process import Answer, Failed, run_apart
from api.benchmarks.works import Contest, Side

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
            best = got if isinstance(best, Failed) or _seconds(contest, got) < _seconds(contest, best) else best
            if got.wall_s > 60.0:
                break
        return best

    for peer in contest.peers:
        ours = _best(contest.ours, rounds)
        theirs = _best(peer, rounds)
        again = _best(contest.ours, rounds)
        if isinstance(ours, Answer) and isinstance(again, Answer):
            least = min(_seconds(contest, ours), _seconds(contest, again))
            ours = replace(again, cpu_s=least, wall_s=least)
        yield _row(contest, peer, ours, theirs)


def _seconds(contest: Contest, answer: Answer) -> float:
    return answer.wall_s if contest.by_clock else answer.cpu_s


def _row(contest: Contest, peer: Side, ours: Answer | Failed, theirs: Answer | Failed) -> Row:
    ours_s = _seconds(contest, ours) if isinstance(ours, Answer) else None
    peer_s = _seconds(contest, theirs) if isinstance(theirs, Answer) else None
    return {
        "work": contest.name,
        "ours_s": ours_s,
        "peer": peer.name,
        "peer_version": theirs.version if isinstance(theirs, Answer) else None,
        "peer_s": peer_s,
        "ratio": peer_s / ours_s if ours_s and peer_s else None,
        "clock": "wall" if contest.by_clock else "processor",
        "ours_includes": contest.ours.includes,
        "peer_includes": peer.includes,
        "ours_peak_mb": ours.peak_mb if isinstance(ours, Answer) else None,
        "peer_peak_mb": theirs.peak_mb if isinstance(theirs, Answer) else None,
        "failed": "; ".join(
            f"{who}: {x.reason}" for who, x in (("ours", ours), ("peer", theirs)) if isinstance(x, Failed)
        ),
    }
