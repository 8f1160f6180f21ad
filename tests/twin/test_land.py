"""Parcels are found by ward, sheet and number in the latest edition, with several uses and missing facts."""

import numpy as np
import pytest
import shapely

from twin.city.areas import Areas
from twin.city.land import GEOMETRY, LAND_USE, LEGAL_AREA, Parcels
from twin.errors import UnknownItem


def _parcels() -> Parcels:
    boxes = np.array([shapely.box(x, 0, x + 10, 10) for x in (0, 10, 10)], dtype=object)
    return Parcels(
        ids=np.array(["p1", "p2", "p2-2025"]),
        provenance=np.full(3, "surveyed"),
        accuracy_m=np.full(3, 0.1),
        source=np.full(3, "toy"),
        kind=np.full(3, "parcel"),
        name=np.full(3, ""),
        **Areas.flatten(boxes),
        ward_code=np.full(3, "19789"),
        map_sheet=np.full(3, "12"),
        parcel_no=np.array(["1", "2", "2"]),
        valid_from=np.array(["2010-01-01", "2010-01-01", "2025-07-01"], dtype="datetime64[D]"),
        legal_area_m2=np.array([98.5, np.nan, 101.0]),
        use_first=np.array([0, 2, 2, 3]),
        use_code=np.array(["ODT", "CLN", "ODT"]),
        use_area_m2=np.array([60.0, 38.5, 101.0]),
        vocabulary="tt27_2018",
        complete=np.array(
            [LEGAL_AREA | LAND_USE | GEOMETRY, GEOMETRY, LEGAL_AREA | LAND_USE | GEOMETRY], dtype=np.int8
        ),
    )


def test_the_latest_edition_answers() -> None:
    assert _parcels().ids[_parcels().find("19789", "12", "2")] == "p2-2025"


def test_unknown_parcel_is_named() -> None:
    with pytest.raises(UnknownItem, match="19789/12/9: no parcel has this ward, sheet and number"):
        _parcels().find("19789", "12", "9")


def test_a_parcel_has_several_uses_or_none() -> None:
    parcels = _parcels()
    assert parcels.uses_of(0) == [("ODT", 60.0), ("CLN", 38.5)]
    assert parcels.uses_of(1) == []


def test_legal_area_is_not_the_geometric_area() -> None:
    parcels = _parcels()
    geometric = shapely.area(parcels.shapes())
    assert geometric[0] == pytest.approx(100.0)
    assert parcels.legal_area_m2[0] == pytest.approx(98.5)


def test_completeness_is_a_share() -> None:
    assert _parcels().completeness() == pytest.approx(2 / 3)
