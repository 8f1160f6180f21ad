"""The generated Huế: in the real blocks, on dry land, as many people as registered, and it says it is generated."""

import re
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis_data.hue.build import hue
from gis_data.hue.columns import TABLES
from gis_data.hue.extent import extent
from gis_data.hue.fabric.blocks import corridors, land_water
from gis_data.hue.fabric.build import people_inside
from gis_data.hue.fabric.houses import PEOPLE_PER_HOUSEHOLD
from gis_data.hue.fabric.styles import citadel_of
from gis_data.hue.roads import roads_of
from gis_data.land_use import unknown_codes
from twin.chance import stream
from twin.city.ragged import lines_of

SAMPLE = 3000


def _sample(n: int, name: str) -> NDArray[np.int64]:
    return np.sort(stream(1, name).choice(n, size=min(n, SAMPLE), replace=False))


def _overlap_m2(shapes: NDArray[np.object_], rows: NDArray[np.int64]) -> float:
    """Return the largest area that one of the sampled shapes shares with any other."""
    of_row, other = shapely.STRtree(shapes).query(shapes[rows], predicate="intersects")
    apart = rows[of_row] != other
    shared = shapely.intersection(shapes[rows[of_row[apart]]], shapes[other[apart]])
    return float(shapely.area(shared).max(initial=0.0))


def test_it_is_the_same_city_in_another_process_whatever_the_hash_seed() -> None:
    code = "from gis_data.hue.build import hue; print(hue().digest)"
    done = subprocess.run(  # noqa: S603 # own code
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "4242"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hue().digest


def test_it_has_the_size_of_a_city() -> None:
    city = hue()
    assert len(city.roads) > 5_000
    assert len(city.parcels) > 30_000
    assert len(city.buildings) > 30_000
    assert len(city.drains) > 300
    assert len(city.power_zones) > 300
    assert len(city.signals) > 15


@pytest.mark.parametrize("name", ["land_use", "parcels", "buildings", "drains", "power_zones", "equipment", "signals"])
def test_generated_tables_say_so(name: str) -> None:
    table = getattr(hue(), name)
    assert set(table.provenance.tolist()) == {"generated"}
    assert all(s.startswith("generated") for s in np.unique(table.source).tolist())


def test_alleys_are_flagged_named_after_their_street_and_two_way() -> None:
    roads = hue().roads
    made = roads.provenance == "generated"
    streets = set(roads.name[~made].tolist())
    pattern = re.compile(r"Kiệt \d+(/\d+)* (.+)")
    for name in np.unique(roads.name[made]).tolist():
        found = pattern.fullmatch(name)
        assert found, name
        assert found[2] in streets
    pairs = set(zip(roads.tail[made].tolist(), roads.head[made].tolist(), strict=True))
    assert {(b, a) for a, b in pairs} == pairs
    assert (roads.width_m[made] * 2 <= 5.5).all()


def test_alley_names_are_those_of_one_way_in_each() -> None:
    roads = hue().roads
    alley = np.flatnonzero((roads.provenance == "generated") & (np.char.find(roads.ids, "-f") > 0))
    stem = np.array([i.rpartition("-")[0] for i in roads.ids[alley].tolist()])
    owners = {(n, s) for n, s in zip(roads.name[alley].tolist(), stem.tolist(), strict=True)}
    assert len({n for n, _ in owners}) == len(owners)


def test_alleys_of_the_citadel_follow_its_grid() -> None:
    city = hue()
    inside = citadel_of(city.water)
    lines = lines_of(city.roads.xy_m, city.roads.first_vertex)
    rows = np.flatnonzero((city.roads.provenance == "generated") & (city.roads.length_m > 20))
    rows = rows[shapely.within(lines[rows], inside)]
    assert len(rows) > 500
    first, last = (shapely.get_coordinates(shapely.get_point(lines[rows], k)) for k in (0, -1))
    angle = np.degrees(np.arctan2(*(last - first).T[::-1])) % 90
    # 38.8° to true north (HUE_DATA §2.3) and 0.2° of grid convergence; ends move by up to 4 m onto a shared node
    assert np.percentile(np.abs(angle - 38.97), 80) < 0.5
    assert np.median(np.abs(angle - 38.97)) < 0.05


def test_parcels_do_not_overlap() -> None:
    shapes = hue().parcels.shapes()
    assert _overlap_m2(shapes, _sample(len(shapes), "parcels")) < 0.2


def test_land_use_does_not_overlap() -> None:
    shapes = hue().land_use.shapes()
    assert _overlap_m2(shapes, _sample(len(shapes), "land use")) < 1.0


def test_the_sea_is_beyond_the_dune_and_nowhere_else() -> None:
    land_use = hue().land_use
    sea = shapely.get_coordinates(land_use.shapes()[land_use.kind == "MVK"])
    assert len(sea) > 0
    assert sea[:, 0].min() > 566_000
    assert sea[:, 1].min() > 1_829_000


def test_nothing_stands_in_the_water_or_on_a_street() -> None:
    city = hue()
    taken = [*shapely.get_parts(land_water(city.water)), *corridors(roads_of(TABLES))]
    tree = shapely.STRtree(taken)
    for shapes in (city.parcels.shapes(), city.buildings.shapes()):
        rows = _sample(len(shapes), "dry")
        of_row, other = tree.query(shapes[rows], predicate="intersects")
        wet = shapely.intersection(shapes[rows[of_row]], np.array(taken, dtype=object)[other])
        assert shapely.area(wet).max(initial=0.0) < 0.2


def test_buildings_stand_on_their_parcels() -> None:
    city = hue()
    rows = _sample(len(city.buildings), "on parcels")
    prints, parcels = city.buildings.shapes()[rows], city.parcels.shapes()[city.buildings.parcel[rows]]
    assert shapely.area(shapely.difference(prints, parcels)).max() < 0.2


def test_floors_lie_above_the_ground() -> None:
    city = hue()
    assert city.terrain is not None
    ground = city.terrain.height_at(shapely.get_coordinates(shapely.centroid(city.buildings.shapes())))
    above = city.buildings.floor_level_m - ground
    assert above.min() > 0.2
    assert above.max() < 0.7


def test_people_of_each_ward_are_as_many_as_registered() -> None:
    city = hue()
    ward = city.parcels.ward_code[city.buildings.parcel]
    counts = people_inside(city.admin)
    assert len(counts) >= 12
    for row, people in counts.items():
        homes = city.buildings.households[ward == city.admin.code[row]].sum()
        assert homes * PEOPLE_PER_HOUSEHOLD == pytest.approx(people, rel=0.01), city.admin.name[row]
    core = [city.admin.find(code, date(2025, 7, 1)) for code in ("19753", "19789", "19777", "19815")]
    official = city.admin.population[core].sum()
    assert sum(counts[r] for r in core) == pytest.approx(official, rel=0.01)


def test_households_live_in_dwellings_only() -> None:
    buildings = hue().buildings
    assert set(buildings.kind[buildings.households > 0].tolist()) == {"house", "shophouse"}


def test_parcels_are_named_once_and_by_the_codes_of_july_2025() -> None:
    city = hue()
    parcels = city.parcels
    names = np.char.add(
        np.char.add(parcels.ward_code, "/"), np.char.add(np.char.add(parcels.map_sheet, "/"), parcels.parcel_no)
    )
    assert len(np.unique(names)) == len(parcels)
    assert set(parcels.valid_from.tolist()) == {date(2025, 7, 1)}
    now = city.admin.code[city.admin.valid_on(date(2025, 7, 1))]
    assert set(parcels.ward_code.tolist()) <= set(now.tolist())
    row = parcels.find(*(str(v[7]) for v in (parcels.ward_code, parcels.map_sheet, parcels.parcel_no)))
    assert row == 7


def test_land_use_codes_are_those_of_the_circular_in_force() -> None:
    city = hue()
    assert city.parcels.vocabulary == "tt08_2024"
    assert unknown_codes(city.parcels.use_code.tolist(), "tt08_2024") == {}
    assert unknown_codes(city.land_use.kind.tolist(), "tt08_2024") == {}
    assert {"ODT", "CLN", "TMD", "DGD", "DYT", "TSC", "DDD", "DCH", "LUC"} <= set(city.parcels.use_code.tolist())


def test_the_register_has_gaps_and_areas_near_the_drawn_ones() -> None:
    parcels = hue().parcels
    assert 0.90 < parcels.completeness() < 0.96
    known = ~np.isnan(parcels.legal_area_m2)
    ratio = parcels.legal_area_m2[known] / shapely.area(parcels.shapes()[known])
    assert 0.005 < ratio.std() < 0.02
    one = int(np.flatnonzero(np.diff(parcels.use_first) == 2)[0])
    assert sum(a for _, a in parcels.uses_of(one)) == pytest.approx(parcels.legal_area_m2[one], abs=0.2)


@pytest.mark.parametrize(
    ("kind", "code"), [("hospital", "DYT"), ("market", "DCH"), ("university", "DGD"), ("clinic", "DYT")]
)
def test_known_places_stand_on_fitting_land(kind: str, code: str) -> None:
    city = hue()
    fitting = city.parcels.shapes()[city.parcels.kind == code]
    tree = shapely.STRtree(fitting)
    at = [p for p in shapely.points(city.places.xy_m[city.places.kind == kind]) if extent().contains(p)]
    assert at
    for point in at:
        assert len(tree.query(point, predicate="dwithin", distance=150.0)), f"{kind} at {point}"


def test_drains_fall_and_lie_under_the_street() -> None:
    city = hue()
    drains = city.drains
    lines = lines_of(drains.xy_m, drains.first_vertex)
    slope = (drains.invert_from_m - drains.invert_to_m) / shapely.length(lines)
    assert slope.min() > 0.00045
    assert city.terrain is not None
    upper = city.terrain.height_at(shapely.get_coordinates(shapely.get_point(lines, 0)))
    assert (drains.invert_from_m < upper - 0.8).all()


def test_signals_give_every_approach_green_and_never_two_phases_at_once() -> None:
    city = hue()
    signals, roads = city.signals, city.roads
    for k in range(len(signals)):
        span = slice(signals.green_first[k], signals.green_first[k + 1])
        links = signals.green_link[span]
        assert (roads.head[links] == signals.node[k]).all()
        assert set(links.tolist()) == set(np.flatnonzero(roads.head == signals.node[k]).tolist())
        windows = sorted(set(zip(signals.green_from_s[span].tolist(), signals.green_to_s[span].tolist(), strict=True)))
        assert all(a[1] <= b[0] for a, b in pairwise(windows))
        assert windows[-1][1] <= signals.cycle_s[k]


def test_power_is_cut_above_the_lower_floors() -> None:
    zones = hue().power_zones
    assert np.isfinite(zones.shut_off_m).all()
    assert 1.0 < np.median(zones.shut_off_m) < 6.0
    assert not shapely.is_empty(zones.shapes()).any()
