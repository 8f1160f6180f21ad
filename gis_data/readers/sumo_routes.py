"""SUMO demand (``rou.xml``, ``trips.xml``, plain or gzipped): vehicles and flows with their routes.

Reference: Eclipse SUMO, "Definition of Vehicles, Vehicle Types, and Routes",
sumo.dlr.de/docs/Definition_of_Vehicles,_Vehicle_Types,_and_Routes.html.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from lxml import etree

from gis_data.readers.sumo import elements, line_of, said
from gis_data.validation import Faults
from twin.city.roads import Roads
from twin.errors import SchemaError, ValidationFailed
from twin.given_trips import CLASSES, GivenTrips

_CLASS_OF = {
    "motorcycle": "motorcycle", "moped": "motorcycle", "bicycle": "bicycle", "scooter": "bicycle", "bus": "bus",
    "coach": "bus", "truck": "truck", "trailer": "truck", "delivery": "truck", "passenger": "car", "private": "car",
    "taxi": "car", "emergency": "car", "evehicle": "car", "hov": "car", "authority": "car", "army": "car", "vip": "car",
    "ignoring": "car", "custom1": "car", "custom2": "car",
}  # fmt: skip
_DEFAULT_TYPE = {"DEFAULT_BIKETYPE": "bicycle", "DEFAULT_PEDTYPE": "pedestrian"}
_TAGS = ("vType", "route", "vehicle", "trip", "flow", "person", "container", "routeDistribution", "vTypeDistribution")
_NOT_READ = frozenset({"person", "container", "routeDistribution", "vTypeDistribution"})


@dataclass(slots=True)
class _Demand:
    """What has been read so far."""

    rows: Mapping[str, int]
    file: str
    types: dict[str, str] = field(default_factory=dict)
    routes: dict[str, list[int]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    depart_s: list[float] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    links: list[list[int]] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, depart_s: float, kind: int, links: list[int], *, whole: bool) -> None:
        """Add a vehicle."""
        if not links:
            raise ValueError("its route has no edge")
        self.ids.append(name)
        self.depart_s.append(depart_s)
        self.kinds.append(kind)
        self.links.append(links)
        self.whole.append(whole)


def read_sumo_routes(path: Path, roads: Roads) -> GivenTrips:
    """Return the vehicles of a SUMO demand file on the roads of the same network.

    Rules
    -----
    1. A flow with a number, a rate or a period departs evenly spaced, as SUMO does; one with a probability is refused.
    2. A trip, or a flow from edge to edge, has its first, via and last edges; the fastest ways fill the rest.
    3. Persons, containers and distributions are left out and counted.

    Raises
    ------
    ValidationFailed
        Every vehicle that cannot be read (unknown edge, missing route, negative time), in one report.
    SchemaError
        The file is no XML, or no SUMO demand.
    """
    demand = _Demand({str(edge): k for k, edge in enumerate(roads.ids.tolist())}, path.name)
    faults = Faults(path.name, "routes")
    for element in elements(path, _TAGS, root="routes"):
        parent = element.getparent()
        if parent is not None and parent.tag in ("vehicle", "flow", *_NOT_READ):
            continue
        try:
            _take(demand, element)
        except (KeyError, ValueError) as error:
            why = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            faults.found.append(
                SchemaError(
                    path.name,
                    f"<{element.tag}> {element.get('id')}: {why}",
                    "Take the network these routes were made for, or mend the file.",
                    "routes",
                    line_of(element),
                )
            )
    if faults.found:
        raise ValidationFailed(tuple(faults.found))
    return _sorted(demand)


def _take(demand: _Demand, element: etree._Element) -> None:
    tag = str(element.tag)
    if tag in _NOT_READ:
        demand.left_out[tag] += 1
    elif tag == "vType":
        demand.types[said(element, "id")] = element.get("vClass", "passenger")
    elif tag == "route":
        demand.routes[said(element, "id")] = _edges(demand, said(element, "edges"))
    else:
        _vehicles(demand, element)


def _vehicles(demand: _Demand, element: etree._Element) -> None:
    name = said(element, "id")
    kind = _kind(demand, element.get("type", "DEFAULT_VEHTYPE"))
    if kind is None:
        demand.left_out["vehicles of a class that is not simulated"] += 1
        return
    inner = element.find("route")
    if inner is not None:
        links, whole = _edges(demand, said(inner, "edges")), True
    elif "route" in element.attrib:
        route = said(element, "route")
        if route not in demand.routes:
            raise ValueError(f"the route {route} is not defined before it")
        links, whole = demand.routes[route], True
    else:
        via = element.get("via", "")
        links = _edges(demand, f"{said(element, 'from')} {via} {said(element, 'to')}")
        whole = len(links) == 1
    if element.tag == "flow":
        for k, depart_s in enumerate(_departures(element)):
            demand.add(f"{name}.{k}", depart_s, kind, links, whole=whole)
        return
    demand.add(name, seconds(said(element, "depart")), kind, links, whole=whole)


def _kind(demand: _Demand, type_id: str) -> int | None:
    v_class = demand.types.get(type_id, _DEFAULT_TYPE.get(type_id, "passenger"))
    known = _CLASS_OF.get(v_class)
    return None if known is None else CLASSES.index(known)


def _edges(demand: _Demand, text: str) -> list[int]:
    links = []
    for edge in text.split():
        if edge not in demand.rows:
            raise ValueError(f"the edge {edge} is not in the network")
        links.append(demand.rows[edge])
    return links


def _departures(flow: etree._Element) -> Iterator[float]:
    begin_s, end_s = seconds(flow.get("begin", "0")), seconds(flow.get("end", "86400"))
    if end_s < begin_s:
        raise ValueError(f"it ends at {end_s} s, before it begins at {begin_s} s")
    if "probability" in flow.attrib:
        raise ValueError("it departs by chance (probability); write vehsPerHour instead")
    if "number" in flow.attrib:
        number = int(said(flow, "number"))
        step_s = (end_s - begin_s) / max(number, 1)
        if "period" in flow.attrib:
            step_s = float(said(flow, "period"))
    else:
        rate = flow.get("vehsPerHour")
        step_s = float(said(flow, "period")) if rate is None else 3600.0 / float(rate)
        if step_s <= 0:
            raise ValueError("its rate is not above 0")
        number = int(np.ceil((end_s - begin_s) / step_s - 1e-9))
    return iter((begin_s + step_s * np.arange(number)).tolist())


def seconds(text: str) -> float:
    """Return a time of SUMO, in seconds or as ``[days:]hours:minutes:seconds`` [s].

    Raises
    ------
    ValueError
        It is no time (``triggered`` depends on a person), or before 0.
    """
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        raise ValueError(f"the time {text!r} is no number of seconds") from None
    total = 0.0
    for part, factor in zip(reversed(parts), (1.0, 60.0, 3600.0, 86400.0), strict=False):
        total += part * factor
    if total < 0:
        raise ValueError(f"the time {text} lies before 0")
    return total


def _sorted(demand: _Demand) -> GivenTrips:
    order = np.argsort(np.array(demand.depart_s), kind="stable").tolist()
    links = [demand.links[k] for k in order]
    first = np.concatenate([[0], np.cumsum([len(route) for route in links])]).astype(np.int64)
    return GivenTrips(
        ids=np.array([demand.ids[k] for k in order], dtype=np.str_),
        depart_s=np.array([demand.depart_s[k] for k in order], dtype=np.float64),
        kind=np.array([demand.kinds[k] for k in order], dtype=np.int32),
        route_first=first,
        route_link=np.array([k for route in links for k in route], dtype=np.int32),
        complete=np.array([demand.whole[k] for k in order], dtype=bool),
        left_out=tuple(f"{n} {what}" for what, n in sorted(demand.left_out.items())),
    )
