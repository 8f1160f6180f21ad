"""Profiles of counts over the day against a stored run, by the criteria of FHWA 2019: part of hue-twin accept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from api.cli.stored import mean_flow_veh_h

if TYPE_CHECKING:
    from gis_data.readers.count_profiles import CountProfile
    from scenarios.engine.result import RunResult
    from twin.city.city import City


def judged_profiles(run: RunResult, city: City, path: Path, day: date | None) -> list[tuple[dict[str, Any], str, str]]:
    """Return each place's facts, and its verdict in words of both languages.

    Parameters
    ----------
    run, city
    path
        See `gis_data.readers.count_profiles.read_count_profiles`.
    day
        The day that stands for its kind; the one nearest to the mean of the days where not given.

    Raises
    ------
    InvalidParams
        No interval of a place lies within the run, there are less than two whole days, or the day is none of them.
    """
    from gis_data.readers.count_profiles import read_count_profiles

    return [_judged(run, city, profile, day) for profile in read_count_profiles(path, city.roads)]


def _judged(run: RunResult, city: City, profile: CountProfile, day: date | None) -> tuple[dict[str, Any], str, str]:
    from scenarios.models.acceptance import accept_profile
    from twin.errors import InvalidParams

    place = profile.place
    inside, modelled = _modelled(run, city, profile)
    if not inside.any():
        raise InvalidParams(place.label, "none of its intervals lies within the run and on the run's own intervals")
    if day is not None and day not in profile.days:
        raise InvalidParams(place.label, f"{day.isoformat()} is none of its days without a gap")
    row = None if day is None else profile.days.index(day)
    report = accept_profile(modelled, profile.count_veh_h[:, inside], unit="veh/h", representative=row)
    begins = profile.begin_min[inside]
    facts = {
        "place": place.label,
        "class": place.kind or None,
        "verdict": report.verdict,
        "days": len(profile.days),
        "days_with_gaps": profile.n_gaps,
        "intervals": int(inside.sum()),
        "intervals_outside": int((~inside).sum()),
        "step_min": profile.step_min,
        "from": _clock(begins[0]),
        "to": _clock(begins[-1] + profile.step_min),
        "criteria": [c | {"title": list(c["title"])} for c in (asdict(c) for c in report.criteria)],
    }
    text = report.text()
    return facts, text.vi, text.en


def _modelled(run: RunResult, city: City, profile: CountProfile) -> tuple[np.ndarray, np.ndarray]:
    """Return which intervals the run covers exactly ``(T,)``, and its flow in those [veh/h]."""
    kind, links = profile.place.kind, profile.place.links
    key = f"flow_veh_h_{kind}" if kind else "flow_veh_h"
    start_min = 60.0 * float(run.manifest["params"]["start_h"])
    ends_s = run.series[key].time_s if key in run.series else np.zeros(0)
    edges_s = np.concatenate([[0.0], ends_s])
    from_s = 60.0 * (profile.begin_min - start_min)
    to_s = from_s + 60.0 * profile.step_min
    inside = np.array([_on(edges_s, a) and _on(edges_s, b) for a, b in zip(from_s, to_s, strict=True)])
    weight = city.roads.length_m[links]
    flow = [
        float(np.average(mean_flow_veh_h(run, key, (a, b))[links], weights=weight))
        for a, b in zip(from_s[inside].tolist(), to_s[inside].tolist(), strict=True)
    ]
    return inside, np.array(flow)


def _on(edges_s: np.ndarray, at_s: float) -> bool:
    return bool(np.any(np.abs(edges_s - at_s) < 1e-6))


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"
