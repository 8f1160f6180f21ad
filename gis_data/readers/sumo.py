"""SUMO networks (``net.xml``, plain or gzipped): edges with their lanes, permitted movements and signal programs.

Reference: Eclipse SUMO, "SUMO Road Networks", sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from lxml import etree

from gis_data.validation import Faults
from twin.city.roads import ALL_MODES, BUS, CAR, CYCLE, MOTORCYCLE, TRUCK, WALK
from twin.errors import SchemaError, ValidationFailed

_CLASS_MODE = {
    "pedestrian": WALK, "bicycle": CYCLE, "scooter": CYCLE, "moped": MOTORCYCLE, "motorcycle": MOTORCYCLE,
    "passenger": CAR, "private": CAR, "taxi": CAR, "hov": CAR, "evehicle": CAR, "vip": CAR, "army": CAR,
    "authority": CAR, "emergency": CAR, "bus": BUS, "coach": BUS, "public_transport": BUS, "delivery": TRUCK,
    "truck": TRUCK, "trailer": TRUCK, "transport": TRUCK,
}  # fmt: skip
_SPECIAL = frozenset({"emergency", "authority", "army", "vip", "evehicle", "hov"})
"""Classes that may use what others may not: they do not open a lane to cars."""
_DEFAULT_WIDTH_M = 3.2
"""[m] Width of a lane that states none, as SUMO documents it."""


@dataclass(slots=True)
class SumoEdge:
    """A directed street of the file; the figures are those of all its lanes together.

    Attributes
    ----------
    modes : int
        Bits of `twin.city.roads`.
    lanes : int
        Lanes for vehicles with an engine; at least 1.
    width_m, length_m, speed_mps : float [m], [m], [m/s]
    shape : list of (x, y) [m]
        From junction to junction, in the file's own plane.
    """

    edge_id: str
    tail: str
    head: str
    kind: str
    name: str
    modes: int = 0
    lanes: int = 0
    width_m: float = 0.0
    length_m: float = 0.0
    speed_mps: float = 0.0
    shape: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SumoProgram:
    """A fixed-time plan.

    Attributes
    ----------
    offset_s : [s]
    phases : list of (duration [s], state)
        One letter of the state per signal index.
    static : bool
        Whether the program is fixed in time; a controlled one is read as if it were.
    """

    offset_s: float
    phases: list[tuple[float, str]]
    static: bool


@dataclass(slots=True)
class SumoNetwork:
    """What a ``net.xml`` says about streets.

    Attributes
    ----------
    offset_m : (x, y) [m]
        Added by SUMO to the projected coordinates.
    projection : str
        A PROJ string, or ``!`` for a plane without a place on Earth.
    junctions : dict of str to (x, y) [m]
    edges : list
        Streets between junctions; what lies inside a junction is left out.
    movements : dict of (from edge, to edge) to set of (signal, index)
        Permitted movements, and the signal heads they obey.
    programs : dict of str to SumoProgram
        First program of each signal.
    """

    offset_m: tuple[float, float] = (0.0, 0.0)
    projection: str = "!"
    junctions: dict[str, tuple[float, float]] = field(default_factory=dict)
    edges: list[SumoEdge] = field(default_factory=list)
    movements: dict[tuple[str, str], set[tuple[str, int]]] = field(default_factory=dict)
    programs: dict[str, SumoProgram] = field(default_factory=dict)


def read_sumo_network(path: Path) -> SumoNetwork:
    """Return the network of a SUMO file.

    Raises
    ------
    ValidationFailed
        Every edge, movement or phase that cannot be read, in one report.
    SchemaError
        The file is no XML, or no SUMO network.
    """
    net, faults = SumoNetwork(), Faults(path.name, "net")
    for element in elements(path, ("location", "edge", "junction", "connection", "tlLogic"), root="net"):
        try:
            _READ[element.tag](net, element)
        except (KeyError, ValueError) as error:
            name = element.get("id") or f"{element.get('from')} → {element.get('to')}"
            faults.found.append(
                SchemaError(
                    path.name,
                    f"<{element.tag}> {name} cannot be read: {_reason(error)}",
                    "Write the network again with netconvert.",
                    "net",
                    line_of(element),
                )
            )
    known = {e.edge_id for e in net.edges}
    for edge in net.edges:
        for end in (edge.tail, edge.head):
            if end not in net.junctions:
                faults.add(f"edge {edge.edge_id} names the junction {end}, which is missing", "Complete the file.")
    if faults.found:
        raise ValidationFailed(tuple(faults.found))
    net.movements = {pair: heads for pair, heads in net.movements.items() if known.issuperset(pair)}
    return net


def elements(path: Path, tags: tuple[str, ...], *, root: str) -> Iterator[etree._Element]:
    """Yield the elements of an XML file one by one, so that a file of any size fits in memory.

    Raises
    ------
    SchemaError
        The file is no well-formed XML, is damaged, or has another root.
    """
    with opened(path) as stream:
        try:
            for event, element in etree.iterparse(
                stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
            ):
                if event == "start":
                    if element.getparent() is None and element.tag != root:
                        raise SchemaError(path.name, f"it begins with <{element.tag}>, not <{root}>", "Check the file.")
                    continue
                if element.tag in tags:
                    yield element
                if element.getparent() is not None and element.getparent().getparent() is None:
                    element.clear()
        except (etree.XMLSyntaxError, EOFError, OSError) as error:
            raise SchemaError(path.name, f"it is damaged or no XML: {error}", "Export it again.") from None


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """Open a plain or a gzipped file for reading."""
    if path.suffix == ".gz":
        with gzip.open(path) as stream:
            yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def said(element: etree._Element, name: str) -> str:
    """Return an attribute.

    Raises
    ------
    KeyError
        The element does not have it.
    """
    return str(element.attrib[name])


def line_of(element: etree._Element) -> int | None:
    """Return the line of the file an element stands in."""
    return cast(int | None, element.sourceline)


def modes_of(lane: etree._Element) -> int:
    """Return who may use a lane: ``allow`` names the only ones, ``disallow`` those who may not; else everybody."""
    allow, deny = (lane.get("allow") or "").split(), (lane.get("disallow") or "").split()
    if allow and allow != ["all"]:
        return _bits([c for c in allow if c not in _SPECIAL])
    if deny == ["all"]:
        return 0
    denied = _bits([c for c in deny if c not in _SPECIAL])
    if CAR & denied and "passenger" not in deny:
        denied &= ~CAR  # taxis or private cars alone are kept out
    if BUS & denied and "bus" not in deny:
        denied &= ~BUS
    if TRUCK & denied and "truck" not in deny:
        denied &= ~TRUCK
    return ALL_MODES & ~denied


def _bits(classes: list[str]) -> int:
    modes = 0
    for name in classes:
        modes |= _CLASS_MODE.get(name, 0)
    return modes


def _location(net: SumoNetwork, element: etree._Element) -> None:
    net.offset_m = _pair(said(element, "netOffset"))
    net.projection = said(element, "projParameter")


def _edge(net: SumoNetwork, element: etree._Element) -> None:
    if element.get("function", "normal") != "normal":
        return
    ends = said(element, "from"), said(element, "to")
    edge = SumoEdge(said(element, "id"), *ends, element.get("type", ""), element.get("name", ""))
    motor_m = 0.0
    for lane in element.iterchildren("lane"):
        modes = modes_of(lane)
        speed_mps, length_m = float(said(lane, "speed")), float(said(lane, "length"))
        if not (speed_mps > 0 and length_m > 0):
            raise ValueError(f"lane {lane.get('id')} has speed {speed_mps} and length {length_m}; both must be above 0")
        edge.modes |= modes
        width_m = float(lane.get("width", _DEFAULT_WIDTH_M))
        if modes & ~(CYCLE | WALK):
            edge.lanes += 1
            motor_m += width_m
        if not edge.shape or modes & CAR:
            edge.speed_mps, edge.length_m = speed_mps, length_m
            edge.shape = _points(element.get("shape") or said(lane, "shape"))
        edge.width_m = max(edge.width_m, motor_m, width_m)
    edge.lanes = max(edge.lanes, 1)
    if edge.modes:
        net.edges.append(edge)


def _junction(net: SumoNetwork, element: etree._Element) -> None:
    if element.get("type") != "internal":
        net.junctions[said(element, "id")] = (float(said(element, "x")), float(said(element, "y")))


def _connection(net: SumoNetwork, element: etree._Element) -> None:
    heads = net.movements.setdefault((said(element, "from"), said(element, "to")), set())
    if "tl" in element.attrib:
        heads.add((said(element, "tl"), int(said(element, "linkIndex"))))


def _program(net: SumoNetwork, element: etree._Element) -> None:
    name = said(element, "id")
    phases = [(float(said(p, "duration")), str(said(p, "state"))) for p in element.iterchildren("phase")]
    if not phases or min(duration for duration, _ in phases) < 0 or sum(duration for duration, _ in phases) <= 0:
        raise ValueError("its phases take no time")
    static = element.get("type", "static") == "static"
    net.programs.setdefault(name, SumoProgram(float(element.get("offset", 0)), phases, static))


_READ = {
    "location": _location,
    "edge": _edge,
    "junction": _junction,
    "connection": _connection,
    "tlLogic": _program,
}


def _pair(text: str) -> tuple[float, float]:
    x, y = text.split(",")[:2]
    return float(x), float(y)


def _points(text: str) -> list[tuple[float, float]]:
    return [_pair(point) for point in text.split()]


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
