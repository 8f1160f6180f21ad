"""Cars are sent only where they come back from; motorcycles go on through the alleys."""

import numpy as np

from gis_data.connectivity import largest_part, without_stranded_cars
from twin.city.roads import ALL_MODES, CAR, FOUR_WHEELED, MOTORCYCLE


def test_a_lane_behind_a_narrow_alley_takes_no_car() -> None:
    """Street 0–1 and 1–2, alley 2–3 for two wheels only, lane 3–4 wide enough but out of a car's reach."""
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4)]
    ends = np.array([end for a, b in pairs for end in ((a, b), (b, a))])
    modes = np.repeat([ALL_MODES, ALL_MODES, ALL_MODES & ~FOUR_WHEELED, ALL_MODES], 2)
    kept = without_stranded_cars(ends[:, 0], ends[:, 1], modes)
    assert ((kept & CAR) > 0).tolist() == [True] * 4 + [False] * 4
    assert ((kept & MOTORCYCLE) > 0).all()


def test_no_edge_no_part() -> None:
    assert not largest_part(np.zeros((2, 0), np.int64), np.ones(3, bool)).any()
    assert without_stranded_cars(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int)).size == 0
