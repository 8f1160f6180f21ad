"""The map's specification: small, by reference, in both languages, and nothing from outside."""

import json
import re
from typing import Any

import pytest

from api.map.catalogue import CATALOGUE, KINDS
from api.map.page import CONTENT_SECURITY_POLICY, STATIC, bundle_path
from api.map.spec import DECK_VERSION, map_spec, start_view
from api.map.style import ROAD_WIDTH_PX, SPEED_RATIO, SPEED_RATIO_DARK, THEMES
from gis_data.hue.build import hue
from twin.city.city import TABLES
from twin.testing.toy import toy_city


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    """The specification of the embedded city, in Vietnamese."""
    return map_spec(hue(), "vi")


def test_data_are_by_reference_and_the_specification_is_small(spec: dict[str, Any]) -> None:
    assert len(json.dumps(spec)) < 40_000
    for layer in spec["layers"]:
        assert layer["data"] == f"/api/v1/city/layers/{layer['twin']['key']}/arrays"


def test_no_provider_no_style_no_address_of_another_origin(spec: dict[str, Any]) -> None:
    assert not {"mapProvider", "mapStyle"} & set(spec)
    assert not re.search(r"https?://|mapbox|carto", json.dumps(spec))


def test_strings_are_strings_and_not_expressions(spec: dict[str, Any]) -> None:
    assert "@@=" not in json.dumps(spec)


def test_layers_are_unique_and_only_for_tables_with_rows(spec: dict[str, Any]) -> None:
    names = [layer["id"] for layer in spec["layers"]]
    assert len(names) == len(set(names))
    for layer in spec["layers"]:
        assert len(hue().tables()[layer["twin"]["key"]]) > 0


def test_every_colour_a_layer_names_exists_in_both_themes(spec: dict[str, Any]) -> None:
    assert set(THEMES["light"]) == set(THEMES["dark"])
    used = {token for layer in spec["layers"] for token in layer["twin"].get("tokens", {}).values()}
    assert used <= set(THEMES["light"])
    assert len(SPEED_RATIO) == len(SPEED_RATIO_DARK)


def test_titles_follow_the_language(spec: dict[str, Any]) -> None:
    english = map_spec(hue(), "en")
    assert {"Streets and bridges", "Wards and communes"} <= {row["title"] for row in english["layerList"]}
    assert {"Đường phố và cầu", "Phường, xã"} <= {row["title"] for row in spec["layerList"]}


def test_every_table_has_a_title_in_both_languages() -> None:
    assert set(CATALOGUE) == set(TABLES)
    assert all(title.vi and title.en for title in CATALOGUE.values())


def test_every_kind_of_the_embedded_city_has_words() -> None:
    city = hue()
    kinds = {*city.places.kind.tolist(), *city.water.kind.tolist(), *city.waterways.kind.tolist()}
    assert kinds <= set(KINDS)


def test_wider_zoom_and_higher_class_mean_wider_streets() -> None:
    for stops in ROAD_WIDTH_PX:
        assert [w for _, w in stops] == sorted(w for _, w in stops)
    at_16 = [dict(stops)[16] for stops in ROAD_WIDTH_PX]
    assert at_16 == sorted(at_16, reverse=True)


def test_the_camera_starts_over_the_citadel_and_the_bridges() -> None:
    lon, lat, zoom = start_view(hue())
    assert 107.565 < lon < 107.605
    assert 16.45 < lat < 16.49
    assert 12.5 < zoom < 15


def test_any_city_has_a_map() -> None:
    spec = map_spec(toy_city(), "en")
    assert any(layer["twin"]["key"] == "roads" for layer in spec["layers"])


def test_the_bundle_is_the_version_the_specification_is_written_for() -> None:
    assert f'"{DECK_VERSION}"' in bundle_path().read_text(encoding="utf-8")


def test_the_policy_lets_nothing_in_from_outside() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'self'")
    assert not re.search(r"unsafe|https?:|\*", CONTENT_SECURITY_POLICY)


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda p: p.name)
def test_the_pages_files_name_no_other_origin(path) -> None:  # type: ignore[no-untyped-def] # ids need the path
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|//cdn|@import", text)
