"""The flood history: records stand as published, every row has a source, tables agree with each other."""

import itertools
import math
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from gis_data.hue import observations
from gis_data.hue.build import hue
from gis_data.hue.observations import (
    LOCAL,
    facility_depths,
    flood_peaks,
    rain_totals,
    reservoir_observations,
    stage_observations,
    street_depths,
)
from twin.errors import SchemaError


def _everything() -> list[Any]:
    stages = [*stage_observations("kim-long"), *stage_observations("phu-oc")]
    return [
        *flood_peaks(), *stages, *street_depths(), *facility_depths(), *rain_totals(), *reservoir_observations(),
    ]  # fmt: skip


def test_the_record_is_that_of_november_1999_and_the_second_that_of_october_2025() -> None:
    ranked = sorted((p for p in flood_peaks() if p.gauge_id == "kim-long"), key=lambda p: -p.level_m)
    assert (ranked[0].peaked_on, ranked[0].level_m) == (date(1999, 11, 2), 5.81)
    assert (ranked[1].at_local, ranked[1].level_m) == (datetime(2025, 10, 27, 20, tzinfo=LOCAL), 5.05)


def test_alarm_passed_is_what_todays_scheme_says() -> None:
    gauges = hue().gauges
    for peak in flood_peaks():
        levels = gauges.alarm_on(peak.gauge_id, date(2026, 1, 1)).levels_m
        assert peak.alarm_passed == sum(peak.level_m >= level for level in levels), peak.event_id


def test_no_reading_of_a_flood_is_above_its_crest() -> None:
    crest = {(p.gauge_id, p.peaked_on): p.level_m for p in flood_peaks() if p.kind == "observed"}
    read = [*stage_observations("kim-long"), *stage_observations("phu-oc")]
    compared = [(s, crest[s.gauge_id, s.at_local.date()]) for s in read if (s.gauge_id, s.at_local.date()) in crest]
    assert len(compared) >= 15
    assert all(seen.level_m <= top for seen, top in compared)


@pytest.mark.parametrize("gauge", ["kim-long", "phu-oc"])
def test_readings_are_in_order_and_rise_no_faster_than_the_river_can(gauge: str) -> None:
    seen = [s for s in stage_observations(gauge) if s.confidence != "low"]
    hours = [(b.at_local - a.at_local).total_seconds() / 3600 for a, b in itertools.pairwise(seen)]
    assert min(hours) > 0
    rates = [(b.level_m - a.level_m) / h for (a, b), h in zip(itertools.pairwise(seen), hours, strict=True)]
    assert -0.20 < min(rates) < 0 < max(rates) < 0.30  # m/h; DOMAIN.md §4.3 derives +0.18 and -0.17 at Kim Long


def test_october_2025_at_kim_long_is_told_hour_by_hour() -> None:
    flood = [s for s in stage_observations("kim-long") if date(2025, 10, 26) <= s.at_local.date() <= date(2025, 10, 30)]
    assert len(flood) >= 12
    assert max(flood, key=lambda s: s.level_m).at_local == datetime(2025, 10, 27, 20, tzinfo=LOCAL)


def test_the_dams_held_back_a_third_of_the_peak_inflow() -> None:
    (both,) = [o for o in reservoir_observations() if o.reservoir_ids == ("ta-trach", "binh-dien")]
    assert (both.inflow_m3s, both.outflow_m3s) == (12_599, 7_659)


def test_street_depths_cover_low_and_high_stages() -> None:
    river = [d for d in street_depths() if d.cause == "river" and not math.isnan(d.kim_long_m[0])]
    assert min(d.kim_long_m[0] for d in river) < 2.5
    assert max(d.kim_long_m[1] for d in river) > 4.5
    for depth in street_depths():
        assert math.isnan(depth.depth_m[1]) or 0 <= depth.depth_m[0] <= depth.depth_m[1] < 3
        assert not depth.kim_long_m[0] > depth.kim_long_m[1]


def test_facilities_are_places_of_the_city() -> None:
    places = hue().places
    seen = facility_depths()
    assert {d.event for d in seen} == {"2023-11", "2025-06"}
    assert len({places.index_of(d.place_id) for d in seen}) == 24
    assert sum(d.depth_m == 0 for d in seen) >= 5
    assert all(math.isnan(d.depth_m) or 0 <= d.depth_m <= 1.5 for d in seen)


def test_dams_and_gauges_named_are_the_citys() -> None:
    city = hue()
    assert {r for o in reservoir_observations() for r in o.reservoir_ids} == set(city.reservoirs.ids.tolist())
    assert {p.gauge_id for p in flood_peaks()} == set(city.gauges.ids.tolist())


def test_every_row_says_where_it_comes_from() -> None:
    rows = _everything()
    assert len(rows) > 150
    for row in rows:
        assert row.source, row
        assert row.confidence in ("high", "medium", "low")
        assert {f.name for f in fields(row)} >= {"source", "confidence", "note"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("kim-long,yesterday,1.0,observed,high,press,", "at_local"),
        ("kim-long,,1.0,observed,high,press,", "at_local"),
        ('kim-long,2025-10-27T07:00,"3,5",observed,high,press,', "level_m"),
        ("kim-long,2025-10-27T07:00,3.5,rumour,high,press,", "kind"),
        ("kim-long,2025-10-27T07:00,3.5,observed,certain,press,", "confidence"),
    ],
)
def test_a_bad_cell_is_named(line: str, field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "gauge_id,at_local,level_m,kind,confidence,source,note"
    (tmp_path / "stage_observations.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(observations, "TABLES", tmp_path)
    with pytest.raises(SchemaError) as caught:
        stage_observations("kim-long")
    assert (caught.value.file, caught.value.row, caught.value.field) == ("stage_observations.csv", 1, field)
