"""The binary pack gives back what the table holds, to the accuracy a map needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from api.map.pack import LOWEST_RANK, class_rank, decode, encode, pack_layer, reverse_links
from gis_data.hue.build import hue
from gis_data.projection import project
from twin.city.city import TABLES
from twin.errors import SchemaError, UnknownItem


@given(
    arrays(np.float32, st.integers(0, 9), elements=st.floats(-1e6, 1e6, width=32)),
    arrays(np.uint8, st.tuples(st.integers(0, 5), st.just(3))),
    st.text(max_size=12),
)
def test_any_arrays_survive_the_round_trip(one: np.ndarray, three: np.ndarray, words: str) -> None:
    header, found = decode(encode({"words": words}, {"one": one, "three": three}))
    assert header["words"] == words
    np.testing.assert_array_equal(found["one"], one)
    np.testing.assert_array_equal(found["three"], three)


def test_every_array_starts_where_a_browser_may_view_it() -> None:
    pack = encode({"name": "Huế"}, {"a": np.zeros(3, np.uint8), "b": np.zeros(2, np.float32)})
    length = int.from_bytes(pack[:4], "little")
    assert (4 + length + -length % 4) % 4 == 0
    assert all(spec["offset"] % 4 == 0 for spec in decode(pack)[0]["arrays"].values())


def test_positions_are_right_to_a_centimetre() -> None:
    roads = hue().roads
    header, found = decode(pack_layer(hue(), "roads"))
    lonlat = np.asarray(header["origin"]) + found["positions"].reshape(-1, 2).astype(np.float64)
    off_m = np.linalg.norm(project(lonlat, "EPSG:4326", hue().crs) - roads.xy_m, axis=1)
    assert off_m.max() < 0.01
    np.testing.assert_array_equal(found["start_indices"], roads.first_vertex)


@pytest.mark.parametrize("key", TABLES)
def test_every_table_is_packed_with_its_names_and_origin(key: str) -> None:
    table = hue().tables()[key]
    header, found = decode(pack_layer(hue(), key))
    assert header["ids"] == table.ids.tolist()
    for name in ("provenance", "source", *(["name"] if hasattr(table, "name") else [])):
        words = np.array(header["text"][name] or [""])
        assert words[found[f"{name}_index"]].tolist() == getattr(table, name).tolist() or len(table) == 0
    assert len(found["accuracy_m"]) == len(table)


def test_where_a_camera_looks_stays_private() -> None:
    _, found = decode(pack_layer(hue(), "cameras"))
    assert not {"heading_deg", "fov_deg", "range_m", "height_m"} & set(found)


def test_a_link_and_its_reverse_find_each_other() -> None:
    roads = hue().roads
    back = reverse_links(roads)
    both = np.flatnonzero(back >= 0)
    np.testing.assert_array_equal(back[back[both]], both)
    np.testing.assert_array_equal(roads.tail[both], roads.head[back[both]])
    assert (back[roads.oneway] == -1).all()
    assert len(both) > 0.5 * len(roads)


def test_class_ranks_keep_the_order_of_importance() -> None:
    names = np.array(["trunk", "primary_link", "secondary", "tertiary", "residential", "steps"])
    assert class_rank(names).tolist() == [0, 0, 1, 2, 3, LOWEST_RANK]


@pytest.mark.parametrize("bad", [b"", b"\x05\0\0\0nope!", b'\x0d\0\0\0{"version":2}'])
def test_what_is_no_pack_is_refused(bad: bytes) -> None:
    with pytest.raises(SchemaError):
        decode(bad)


def test_an_array_of_another_type_and_an_unknown_table_are_refused() -> None:
    with pytest.raises(SchemaError, match="float64"):
        encode({}, {"x": np.zeros(1)})
    with pytest.raises(UnknownItem):
        pack_layer(hue(), "moon")
