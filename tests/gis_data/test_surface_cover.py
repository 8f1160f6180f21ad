"""Roughness and sealing: every value has a source, cells take the kind over their centre, the unknown stays unknown."""

import numpy as np
import pytest
import shapely

from gis_data.surface_cover import cover_table, covered
from twin.city.areas import Areas
from twin.city.terrain import Terrain

TERRAIN = Terrain(
    z_m=np.zeros((4, 6), dtype=np.float32),
    x0_m=1000.0,
    y0_m=2000.0,
    cell_m=10.0,
    datum="Hòn Dấu",
    offset_m=0.0,
    provenance="drawn",
    accuracy_m=1.0,
    source="test",
)


def _areas(**kinds: tuple[float, float, float, float]) -> Areas:
    """Areas by kind; columns and rows of the terrain as west, north, east, south."""
    boxes = [shapely.box(1000 + w * 10, 2000 - s * 10, 1000 + e * 10, 2000 - n * 10) for w, n, e, s in kinds.values()]
    n = len(boxes)
    return Areas(
        ids=np.array([f"a{i}" for i in range(n)], dtype=np.str_),
        kind=np.array(list(kinds), dtype=np.str_),
        name=np.full(n, "", dtype=np.str_),
        provenance=np.full(n, "drawn"),
        accuracy_m=np.full(n, 1.0),
        source=np.full(n, "test"),
        **Areas.flatten(np.array(boxes, dtype=object)),
    )


def test_every_value_is_physical_and_has_a_source() -> None:
    for kind, cover in cover_table().items():
        assert 0.01 <= cover.manning <= 0.2, kind
        assert np.isnan(cover.impervious) or 0 <= cover.impervious <= 1, kind
        assert cover.manning_source, kind
        assert cover.impervious_source, kind


def test_cells_take_the_kind_over_their_centre_and_the_rest_is_unknown() -> None:
    made, notes = covered(TERRAIN, land_use=_areas(forest=(0, 0, 3, 2)), water=Areas.empty())
    assert made.manning is not None
    assert made.impervious is not None
    wooded = np.zeros((4, 6), dtype=bool)
    wooded[:2, :3] = True
    assert np.array_equal(~np.isnan(made.manning), wooded)
    assert np.allclose(made.manning[wooded], 0.1)
    assert (made.impervious[wooded] == 0).all()
    assert notes == [
        "roughness known on 25% of the terrain and sealing on 25%, from land use by table; unknown on the rest"
    ]


@pytest.mark.parametrize("order", [("residential", "park"), ("park", "residential")])
def test_the_smaller_area_wins_whatever_the_order_and_water_wins_over_all(order: tuple[str, str]) -> None:
    boxes = {"residential": (0.0, 0.0, 6.0, 4.0), "park": (0.0, 0.0, 2.0, 2.0)}
    land = _areas(**{kind: boxes[kind] for kind in order})
    made, _ = covered(TERRAIN, land_use=land, water=_areas(pond=(1, 1, 6, 4)))
    assert made.manning is not None
    assert made.impervious is not None
    assert made.manning[0].tolist() == pytest.approx([0.035, 0.035, 0.1, 0.1, 0.1, 0.1])
    assert made.impervious[1].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_a_kind_without_values_paints_nothing_and_is_named() -> None:
    land = _areas(forest=(0, 0, 6, 4), nature_reserve=(0, 0, 3, 4), brownfield=(3, 0, 6, 4))
    made, notes = covered(TERRAIN, land_use=land, water=Areas.empty())
    assert made.manning is not None
    assert made.impervious is not None
    assert made.manning[0].tolist() == pytest.approx([0.1, 0.1, 0.1, 0.03, 0.03, 0.03])
    assert np.isnan(made.impervious[:, 3:]).all()
    assert notes[1] == "land use without a roughness in the table: nature_reserve (1)"


def test_without_land_use_nothing_is_invented() -> None:
    made, notes = covered(TERRAIN, land_use=Areas.empty(), water=Areas.empty())
    assert made.manning is not None
    assert np.isnan(made.manning).all()
    assert notes[0].startswith("roughness known on 0% of the terrain")
