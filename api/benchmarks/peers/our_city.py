"""This project's traffic scenario on a whole city, as `hue-twin run traffic` runs it; there is no peer.

Timed is all from the open city to the stored answer on two threads: demand, ways, every trip of every class, records,
tables, and the comparison where something is closed. Opening the city and loading what the compiler made come before;
nothing that is known of this city is, as a run of a toy city comes first.
"""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from api import services, studies
from api.benchmarks.process import Answer, Arrays, Options, Timer, peer_main
from gis_data.assemble import Elevation, StreetInput, assemble
from twin.city.city import City
from twin.city.interventions import CloseLink, Intervention
from twin.testing.toy import toy_city

_SHOWN = ("trips", "completed", "unfinished", "unreachable", "gridlocks", "mean_delay_s")


def run(_given: Arrays, options: Options) -> Answer:
    """Run the `params` on a `city` (`hue`, or an OpenStreetMap file) and, where a `bridge` is named, with it closed."""
    params, name = dict(options["params"]), str(options["city"])
    city = services.open_city(name) if name == "hue" else _built(Path(name))
    closed = _closure(city, options["bridge"]) if "bridge" in options else ()
    with tempfile.TemporaryDirectory() as folder:
        toy = toy_city()
        _study(toy, {"duration_min": 10, "demand_scale": 10.0}, (CloseLink((str(toy.roads.ids[0]),)),), Path(folder))
        timer = Timer()
        made = _study(city, params, closed, Path(folder))
        took = timer.stop()
    return Answer(version("hue-twin"), *took, _told(made))


def _study(city: City, params: dict[str, Any], closed: tuple[Intervention, ...], folder: Path) -> studies.Study:
    asked = studies.question(city, "traffic", params=params, interventions=closed)
    return studies.study(asked, folder, workers=2, report=lambda _: None)


def _built(extract: Path) -> City:
    streets = StreetInput(osm=extract)
    return assemble(streets=streets, elevation=Elevation(), name=extract.name.partition(".")[0], say=lambda _: None)


def _closure(city: City, name: str) -> tuple[Intervention, ...]:
    """Return the closure of all links of a name, or, where the name is empty, of the widest bridge."""
    roads = city.roads
    links = roads.links_named(name)
    if not name:
        bridges = np.flatnonzero(roads.bridge)
        links = bridges[[np.argmax(roads.capacity_pcu_h[bridges])]]
    return (CloseLink(tuple(str(i) for i in roads.ids[links])),)


def _told(made: studies.Study) -> dict[str, Any]:
    """Return the figures that say whether the run was a sound one, of the changed city last."""
    rows = [row for row in made.indicators if not row["mode"] and row["key"] in _SHOWN]
    columns = {"baseline": "a", "closed": "b"} if made.comparison else {"run": "value"}
    return {
        f"{row['key']} ({world})": np.array(np.nan if row[column] is None else row[column])
        for row in rows
        for world, column in columns.items()
    }


if __name__ == "__main__":
    peer_main(run)
