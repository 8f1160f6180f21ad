"""Changes to traffic signals: cycle, offset and greens of a junction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from twin.city.changes_roads import Change
from twin.city.city import City
from twin.city.roads import Signals
from twin.city.sections import crossing
from twin.errors import InvalidIntervention

SHORTEST_CYCLE_S, LONGEST_CYCLE_S = 20.0, 300.0
_CYCLES = f"{SHORTEST_CYCLE_S:.0f} đến {LONGEST_CYCLE_S:.0f}"


@dataclass(frozen=True, slots=True)
class Green:
    """When an approach may go: half-open, within the cycle.

    Attributes
    ----------
    link : str
        Id of the link that ends at the junction.
    from_s, to_s : [s]
    """

    link: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class SetSignal(Change):
    """Set the fixed-time plan of a signal, or put a signal where there was none.

    Attributes
    ----------
    junction : (str, str)
        Two streets that cross there.
    cycle_s, offset_s : [s]
    greens : tuple of Green
        Windows of the approaches; an approach without one has no signal, and waits as at any junction.

    Raises
    ------
    InvalidIntervention
        The cycle is out of bounds, there is no green, or a green is empty or longer than the cycle.
    """

    junction: tuple[str, str]
    cycle_s: float
    greens: tuple[Green, ...]
    offset_s: float = 0.0
    kind: Literal["signal"] = field(default="signal", kw_only=True)

    def __post_init__(self) -> None:
        at = " × ".join(self.junction)
        if not SHORTEST_CYCLE_S <= self.cycle_s <= LONGEST_CYCLE_S:
            why = f"a cycle of {self.cycle_s} s is not from {SHORTEST_CYCLE_S:.0f} to {LONGEST_CYCLE_S:.0f} s"
            raise InvalidIntervention(at, why, f"chu kỳ {_s(self.cycle_s)} giây không nằm trong {_CYCLES} giây")
        if not 0.0 <= self.offset_s < self.cycle_s:
            raise InvalidIntervention(
                at, f"the offset of {self.offset_s} s is not within the cycle of {self.cycle_s} s"
            )
        if not self.greens:
            why = "a signal without green lets nobody pass; give each approach its green"
            raise InvalidIntervention(at, why, "đèn không có pha xanh thì không xe nào qua được")
        for green in self.greens:
            if not 0.0 <= green.from_s < green.to_s <= self.cycle_s:
                why = f"green of {green.link} from {green.from_s} to {green.to_s} s is not within 0 to {self.cycle_s} s"
                span = f"từ {_s(green.from_s)} đến {_s(green.to_s)} giây"
                raise InvalidIntervention(at, why, f"pha xanh {span} không nằm trong chu kỳ {_s(self.cycle_s)} giây")


@dataclass(frozen=True, slots=True)
class SplitSignal(Change):
    """Share the green of a junction between two streets: two phases, each followed by the lost time.

    Attributes
    ----------
    junction : (str, str)
        Two streets that cross there; what belongs to neither goes with the second.
    cycle_s : [s]
    first_share : float
        Share of the effective green that the first street gets.
    offset_s, lost_s : [s]
        Lost time of a phase: yellow and all red.
    """

    junction: tuple[str, str]
    cycle_s: float
    first_share: float = 0.5
    offset_s: float = 0.0
    lost_s: float = 4.0
    kind: Literal["signal-split"] = field(default="signal-split", kw_only=True)

    def __post_init__(self) -> None:
        at = " × ".join(self.junction)
        if not 0.0 < self.first_share < 1.0:
            why = f"a share of {self.first_share} leaves one street without green"
            raise InvalidIntervention(at, why, "một trong hai đường không còn thời gian xanh")
        if not 0.0 <= 2.0 * self.lost_s < self.cycle_s:
            why = f"lost times of {self.lost_s} s leave no green in {self.cycle_s} s"
            raise InvalidIntervention(at, why, f"chu kỳ {_s(self.cycle_s)} giây không còn chỗ cho pha xanh")

    @property
    def greens_s(self) -> tuple[float, float]:
        """Effective green of the first street and of the second [s]."""
        green_s = self.cycle_s - 2.0 * self.lost_s
        return self.first_share * green_s, (1.0 - self.first_share) * green_s

    def plan(self, city: City) -> SetSignal:
        """Return the plan of every approach of the junction.

        Raises
        ------
        InvalidIntervention
            The streets do not cross, or nobody comes to the junction on one of them.
        """
        here, first = _two_streets(city, self.junction)
        until_s = self.greens_s[0]
        spans = {True: (0.0, until_s), False: (until_s + self.lost_s, self.cycle_s - self.lost_s)}
        ids = city.roads.ids[here].tolist()
        greens = tuple(Green(row, *spans[bool(f)]) for row, f in zip(ids, first, strict=True))
        return SetSignal(self.junction, self.cycle_s, greens, self.offset_s)


@dataclass(frozen=True, slots=True)
class ActuateSignal(Change):
    """Let the vehicles decide: each stage keeps its green while they come, from a least to a most.

    The city's own plan becomes the one this signal runs where all stages last as long as they may; the traffic model
    lets it react.

    Attributes
    ----------
    junction : (str, str)
        Two streets that cross there. Its stages are those of its known plan; where there is none, the first street is
        one stage and all else the second.
    min_green_s, max_green_s : [s]
        Effective green of a stage; the most counts from the first call of another stage on.
    gap_s : [s]
        Time without a vehicle at the stop line after which a stage gives up its green.
    lost_s : [s]
        Between two stages: yellow and all red.

    Raises
    ------
    InvalidIntervention
        A time is not positive, or the least green is longer than the most.
    """

    junction: tuple[str, str]
    min_green_s: float = 7.0
    max_green_s: float = 40.0
    gap_s: float = 3.0
    lost_s: float = 4.0
    kind: Literal["signal-actuated"] = field(default="signal-actuated", kw_only=True)

    def __post_init__(self) -> None:
        at = " × ".join(self.junction)
        if not 0.0 < self.min_green_s <= self.max_green_s <= LONGEST_CYCLE_S:
            why = f"green from {self.min_green_s} to {self.max_green_s} s is no span within 0 to {LONGEST_CYCLE_S:.0f}"
            span = f"từ {_s(self.min_green_s)} đến {_s(self.max_green_s)} giây"
            vi = f"pha xanh {span} không nằm trong 0 đến {LONGEST_CYCLE_S:.0f} giây"
            raise InvalidIntervention(at, why, vi)
        if not (self.gap_s > 0.0 and self.lost_s >= 0.0):
            why = f"a gap of {self.gap_s} s with {self.lost_s} s lost lets no stage end"
            raise InvalidIntervention(at, why, f"thời gian vắng xe {_s(self.gap_s)} giây không kết thúc được pha nào")

    def plan(self, city: City) -> SetSignal:
        """Return the plan with all greens as long as they may be.

        Raises
        ------
        InvalidIntervention
            The streets do not cross, nobody comes to the junction on one of them, or the stages make too long a cycle.
        """
        greens: list[Green] = []
        each_s, n = self.max_green_s + self.lost_s, 0
        for n, links in enumerate(_stages_at(city, self.junction), 1):
            begin_s = (n - 1) * each_s
            greens += [Green(row, begin_s, begin_s + self.max_green_s) for row in city.roads.ids[links].tolist()]
        return SetSignal(self.junction, n * each_s, tuple(greens))


SignalChange = SetSignal | SplitSignal | ActuateSignal


def stages_of(from_s: NDArray[np.float64], to_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the stages of a plan in the order of their greens ``(n,)``: windows that overlap share one."""
    stage = np.zeros(len(from_s), dtype=np.int64)
    number, until_s = -1, -np.inf
    for k in np.argsort(from_s, kind="stable"):
        if from_s[k] >= until_s:
            number += 1
        until_s = max(until_s, to_s[k])
        stage[k] = number
    return stage


def _stages_at(city: City, junction: tuple[str, str]) -> list[NDArray[np.int32]]:
    signals, node = city.signals, signal_node(city, junction)
    known = np.isfinite(signals.cycle_s) & np.isfinite(signals.offset_s) & (signals.node == node)
    mine = np.flatnonzero(np.repeat(known, np.diff(signals.green_first)))
    if len(mine):
        stage, link = stages_of(signals.green_from_s[mine], signals.green_to_s[mine]), signals.green_link[mine]
    else:
        link, first = _two_streets(city, junction)
        stage = np.where(first, 0, 1)
    return [np.unique(link[stage == k]) for k in range(int(stage.max()) + 1)]


def _two_streets(city: City, junction: tuple[str, str]) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the links into a junction, and which of them belong to the first street."""
    roads = city.roads
    here = np.flatnonzero(roads.head == signal_node(city, junction)).astype(np.int32)
    first = np.char.lower(roads.name[here]) == junction[0].lower()
    if first.all() or not first.any():
        why, vi = (
            "nobody comes to the junction on one of the streets",
            "không xe nào tới nút giao theo một trong hai đường",
        )
        raise InvalidIntervention(" × ".join(junction), why, vi)
    return here, first


def signal_node(city: City, junction: tuple[str, str]) -> int:
    """Return the node of a crossing that has a signal already, else the first.

    Raises
    ------
    InvalidIntervention
        The streets do not cross.
    """
    nodes: list[int] = crossing(city.roads, *junction).tolist()
    return next((n for n in nodes if n in city.signals.node), nodes[0])


def change_signals(city: City, change: SignalChange) -> City:
    """Return the city with another plan at one junction.

    Raises
    ------
    InvalidIntervention
        The streets do not cross, a green names a link that does not end there, or an approach gets no green at all.
    """
    if not isinstance(change, SetSignal):
        change = change.plan(city)
    roads, at = city.roads, " × ".join(change.junction)
    node = signal_node(city, change.junction)
    links = np.array([roads.index_of(g.link) for g in change.greens], dtype=np.int32)
    for link in links.tolist():
        if roads.head[link] != node:
            here = roads.ids[(roads.head == node)].tolist()
            raise InvalidIntervention(at, f"link {roads.ids[link]} does not end at the junction; {', '.join(here)} do")
    had = _rows_at(city.signals, node)
    unserved = np.setdiff1d(_links_of(city.signals, had), links)
    if len(unserved):
        names = ", ".join(roads.ids[unserved].tolist())
        raise InvalidIntervention(at, f"the signal leaves {names} without green", f"đèn không cho {names} pha xanh nào")
    order = np.lexsort((np.array([g.from_s for g in change.greens]), links))
    new = {
        "green_link": links[order],
        "green_from_s": np.array([g.from_s for g in change.greens])[order],
        "green_to_s": np.array([g.to_s for g in change.greens])[order],
    }
    return replace(city, signals=_with_plan(city, node, change, new))


def _s(seconds: float) -> str:
    return f"{seconds:g}".replace(".", ",")


def _rows_at(signals: Signals, node: int) -> list[int]:
    return np.flatnonzero(signals.node == node).tolist()


def _links_of(signals: Signals, rows: list[int]) -> NDArray[np.int32]:
    found = [signals.green_link[signals.green_first[r] : signals.green_first[r + 1]] for r in rows]
    return np.unique(np.concatenate([np.zeros(0, np.int32), *found]))


def _with_plan(city: City, node: int, change: SetSignal, new: dict[str, NDArray[Any]]) -> Signals:
    signals = city.signals
    kept = signals.node != node
    owner = np.repeat(np.arange(len(signals)), np.diff(signals.green_first))
    stays = kept[owner]
    counts = np.append(np.diff(signals.green_first)[kept], len(change.greens))
    about: dict[str, Any] = {"provenance": "drawn", "accuracy_m": np.nan, "source": "change under study"}
    return Signals(
        ids=np.append(signals.ids[kept], f"signal-{' × '.join(change.junction)}"),
        node=np.append(signals.node[kept], np.int32(node)),
        xy_m=np.vstack([signals.xy_m[kept], city.roads.node_xy_m[node]]),
        cycle_s=np.append(signals.cycle_s[kept], change.cycle_s),
        offset_s=np.append(signals.offset_s[kept], change.offset_s),
        green_first=np.concatenate([[0], np.cumsum(counts)]),
        **{k: np.append(getattr(signals, k)[stays], new[k]).astype(new[k].dtype) for k in new},
        **{k: np.append(getattr(signals, k)[kept], v) for k, v in about.items()},
    )
