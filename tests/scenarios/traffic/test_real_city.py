"""The traffic scenario on a real city: plausible to a traffic engineer, and quick enough to be asked."""

from pathlib import Path

import numpy as np
import pytest

import scenarios
from gis_data.assemble import Elevation, StreetInput, assemble
from twin.city.city import City
from twin.city.interventions import CloseLink


@pytest.fixture(scope="module")
def duitama(shared: Path) -> City:
    """The city of Duitama from its OpenStreetMap extract."""
    file = shared / "osm" / "duitama.osm.pbf"
    return assemble(streets=StreetInput(osm=file), elevation=Elevation(), name="Duitama", say=lambda _: None)


@pytest.mark.shared
def test_a_working_morning_is_plausible_and_a_closed_bridge_is_felt(duitama: City) -> None:
    params = {"duration_min": 30, "warm_up_min": 15, "cool_down_min": 15}
    before = scenarios.run(duitama, "traffic", params=params)
    assert before.value("trips") > 4000
    assert before.value("completed") > 0.95 * before.value("trips")
    assert before.value("unreachable") < 0.01 * before.value("trips")
    assert 15.0 < before.value("mean_speed_kmh", "motorcycle") < 35.0
    assert 8.0 < before.value("mean_speed_kmh", "bicycle") < 12.0
    assert before.value("gridlocks") == 0
    mean_km = before.value("vkt_km") / before.value("trips")
    assert 1.0 < mean_km < 10.0
    flow = before.series["flow_veh_h"].values.mean(axis=0)
    bridges = np.flatnonzero(duitama.roads.bridge)
    busiest = bridges[np.argmax(flow[bridges])]
    assert flow[busiest] > 100
    after = scenarios.run(
        duitama, "traffic", params=params, interventions=[CloseLink((str(duitama.roads.ids[busiest]),))]
    )
    assert after.series["flow_veh_h"].values[:, busiest].sum() == 0
    assert after.value("trips") == before.value("trips")
    assert after.value("mean_delay_s") > before.value("mean_delay_s")
