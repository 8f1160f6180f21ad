"""Turn restrictions of OpenStreetMap: which relations bind motor vehicles, and what they forbid."""

from __future__ import annotations

from dataclasses import dataclass

_NO = frozenset({"no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit"})
_ONLY = frozenset({"only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn"})
_FREED = frozenset({"motor_vehicle", "motorcar", "motorcycle", "vehicle"})
"""Where one of these is excepted the general traffic is not bound; buses, taxis or bicycles excepted do not count."""
_TIMED = ("day_on", "day_off", "hour_on", "hour_off")


@dataclass(frozen=True, slots=True)
class OsmRestriction:
    """A movement from a way through a node, or through ways, to a way, that is forbidden or the only one allowed.

    Attributes
    ----------
    relation_id : int
    only : bool
        True: every other movement from there is forbidden.
    from_ways, to_ways : tuple of int
        Several only where no entry or no exit is meant.
    via_node : int or None
    via_ways : tuple of int
        In order of travel; empty where a node is the via.
    u_turn : bool
    """

    relation_id: int
    only: bool
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    u_turn: bool


Member = tuple[str, int, str]
"""Type (n, w or r), id and role."""


def restriction_of(relation_id: int, tags: dict[str, str], members: list[Member]) -> OsmRestriction | str:
    """Return the restriction of a relation, or in words why it is left out.

    Rules
    -----
    1. ``restriction`` and ``restriction:motor_vehicle`` bind; one for lorries, buses or bicycles alone does not.
    2. One that is conditional or has hours is left out: bans of the city hold at all times.
    3. ``except`` frees buses, taxis and bicycles without further effect; where it frees cars or motorcycles the
       restriction is left out.
    """
    kind = tags.get("restriction:motor_vehicle") or tags.get("restriction")
    if kind is None:
        timed = any(key.startswith("restriction") and key.endswith(":conditional") for key in tags)
        return "for certain times only" if timed else "for certain vehicles only"
    if any(key in tags for key in _TIMED):
        return "for certain times only"
    if kind not in _NO | _ONLY:
        return "of an unknown kind"
    if _FREED & {word.strip() for word in tags.get("except", "").split(";")}:
        return "for certain vehicles only"
    by_role = {role: [(t, i) for t, i, r in members if r == role] for role in ("from", "via", "to")}
    sources, targets = ([i for t, i in by_role[role] if t == "w"] for role in ("from", "to"))
    nodes, ways = ([i for t, i in by_role["via"] if t == kind_of] for kind_of in "nw")
    whole = sources and targets and (len(nodes) == 1) != bool(ways)
    many = (len(sources) > 1 and kind != "no_entry") or (len(targets) > 1 and kind != "no_exit")
    if not whole or many:
        return "without a clear from, via and to"
    return OsmRestriction(
        relation_id=relation_id,
        only=kind in _ONLY,
        from_ways=tuple(sources),
        to_ways=tuple(targets),
        via_node=nodes[0] if nodes else None,
        via_ways=tuple(ways),
        u_turn=kind.endswith("u_turn"),
    )
