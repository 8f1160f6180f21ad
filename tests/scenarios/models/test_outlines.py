"""Areas and centres straight from the arrays equal shapely's, holes and parts and missing outlines included."""

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.models.outlines import measured
from tests.scenarios.cities import origin
from twin.chance import stream
from twin.city.areas import Areas


def areas_of(shapes: list[Any]) -> Areas:
    n = len(shapes)
    return Areas(
        ids=np.array([f"a{k}" for k in range(n)]), kind=np.full(n, "x"), name=np.full(n, ""),
        **Areas.flatten(np.array(shapes, dtype=object)), **origin(n),
    )  # fmt: skip


@given(st.integers(0, 10_000), st.integers(1, 8))
@settings(deadline=None, max_examples=30)
def test_as_shapely_measures_them(seed: int, n: int) -> None:
    rng = stream(seed, "outlines")
    shapes: list[Any] = []
    for k in range(n):
        x, y = rng.uniform(0, 5e5), 1.8e6 + rng.uniform(0, 1e4)
        blob = shapely.Point(x, y).buffer(rng.uniform(5, 50), quad_segs=int(rng.integers(2, 9)))
        hole = shapely.Point(x, y).buffer(2.0)
        part = shapely.box(x + 100, y, x + 100 + rng.uniform(1, 30), y + 10)
        shapes.append([blob, blob - hole, shapely.union_all([blob - hole, part]), part.reverse()][k % 4])
    centre, area = measured(areas_of(shapes))
    np.testing.assert_allclose(area, shapely.area(shapes), rtol=1e-9)
    np.testing.assert_allclose(centre, shapely.get_coordinates(shapely.centroid(shapes)), atol=1e-6)


def test_what_has_no_outline_has_no_place() -> None:
    centre, area = measured(areas_of([None, shapely.box(0, 0, 2, 2), None]))
    assert area.tolist() == [0.0, 4.0, 0.0]
    assert centre[1].tolist() == [1.0, 1.0]
    assert np.isnan(centre[[0, 2]]).all()
    empty_centre, empty_area = measured(Areas.empty())
    assert empty_centre.shape == (0, 2)
    assert len(empty_area) == 0
    nothing, _ = measured(areas_of([None, None]))
    assert np.isnan(nothing).all()
