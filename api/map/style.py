"""Colours, widths and zooms of the map: muted land, blue water, white streets with a casing, in light and dark."""

from __future__ import annotations

Colour = tuple[int, int, int] | tuple[int, int, int, int]

THEMES: dict[str, dict[str, Colour]] = {
    "light": {
        "ground": (233, 230, 222),
        "land": (244, 241, 234),
        "water": (179, 208, 226),
        "water_edge": (140, 178, 204),
        "building": (221, 213, 203),
        "building_edge": (200, 190, 178),
        "parcel": (244, 241, 234, 20),
        "parcel_edge": (150, 140, 128, 140),
        "road_0": (255, 253, 247),
        "road_1": (255, 254, 250),
        "road_2": (255, 255, 255),
        "road_3": (255, 255, 255),
        "road_4": (250, 248, 244),
        "case_0": (150, 140, 126),
        "case_1": (168, 159, 146),
        "case_2": (186, 178, 166),
        "case_3": (205, 199, 189),
        "case_4": (218, 213, 204),
        "bridge": (96, 88, 78),
        "ward_edge": (150, 124, 158, 130),
        "drain": (92, 134, 170),
        "power_edge": (170, 120, 60),
        "text": (52, 50, 48),
        "text_halo": (255, 255, 255, 235),
        "text_water": (38, 96, 148),
        "text_ward": (112, 76, 124),
        "text_place": (104, 70, 40),
        "not_observed": (176, 174, 170),
    },
    "dark": {
        "ground": (22, 26, 31),
        "land": (31, 36, 42),
        "water": (28, 58, 84),
        "water_edge": (52, 96, 132),
        "building": (46, 52, 59),
        "building_edge": (60, 67, 75),
        "parcel": (31, 36, 42, 20),
        "parcel_edge": (110, 116, 124, 130),
        "road_0": (112, 117, 124),
        "road_1": (98, 104, 112),
        "road_2": (84, 90, 98),
        "road_3": (68, 74, 82),
        "road_4": (58, 64, 71),
        "case_0": (24, 22, 18),
        "case_1": (24, 23, 20),
        "case_2": (20, 23, 27),
        "case_3": (22, 26, 31),
        "case_4": (24, 28, 33),
        "bridge": (196, 188, 172),
        "ward_edge": (168, 138, 178, 120),
        "drain": (96, 140, 178),
        "power_edge": (200, 150, 86),
        "text": (226, 226, 222),
        "text_halo": (16, 19, 23, 235),
        "text_water": (138, 188, 226),
        "text_ward": (204, 172, 214),
        "text_place": (226, 196, 158),
        "not_observed": (104, 108, 114),
    },
}
"""Named colours of each theme; both have the same names."""

_GREEN, _FIELD, _FOREST, _CIVIC = (204, 223, 186), (230, 236, 208), (194, 214, 176), (238, 229, 217)
LAND_USE: dict[str, Colour] = {
    **dict.fromkeys(("DKV", "park", "green"), _GREEN),
    **dict.fromkeys(("CLN", "LUA", "LUC", "LUK", "LUN", "HNK", "BHK", "NHK", "SXN", "agriculture", "paddy"), _FIELD),
    **dict.fromkeys(("RSX", "RPH", "RDD", "LNP", "forest"), _FOREST),
    **dict.fromkeys(("TSC", "DVH", "DTS", "DKH", "DXH", "DSH", "TIN", "TON"), _CIVIC),
    **dict.fromkeys(("DDT", "DDD", "DDL", "heritage"), (235, 224, 198)),
    **dict.fromkeys(("DGD", "education"), (240, 231, 208)),
    **dict.fromkeys(("DYT", "health"), (245, 223, 219)),
    **dict.fromkeys(("TMD", "DCH", "commercial"), (243, 229, 222)),
    **dict.fromkeys(("SKC", "SKN", "SKK", "SKT", "industrial"), (229, 225, 232)),
    **dict.fromkeys(("NTD", "cemetery"), (214, 220, 203)),
    **dict.fromkeys(("CQP", "CAN", "military"), (230, 221, 213)),
    **dict.fromkeys(("NTS",), (205, 224, 228)),
    **dict.fromkeys(("MNC", "SON", "MVT", "MVR", "MVK"), (179, 208, 226)),
}
"""Fill of land-use codes (Vietnamese) and kinds (OpenStreetMap) on the light theme; others are left as plain land."""

PLACE_COLOURS: dict[str, Colour] = {
    "hospital": (200, 54, 62),
    "clinic": (216, 110, 112),
    "school": (178, 128, 44),
    "university": (150, 104, 36),
    "market": (176, 92, 28),
    "mall": (176, 92, 28),
    "heritage": (132, 84, 52),
    "shelter": (44, 128, 96),
    "boat_launch": (40, 110, 160),
    "depot": (92, 92, 112),
    "station": (70, 70, 84),
}
"""Dot of each kind of place; other kinds are grey."""

MAIN_PLACES = ("hospital", "market", "heritage", "university", "station")
"""Kinds drawn from afar; the others wait for a nearer view."""

OTHER_PLACE: Colour = (120, 116, 110)

ROAD_WIDTH_PX: tuple[tuple[tuple[float, float], ...], ...] = (
    ((10, 1.2), (12, 2.2), (14, 5.0), (16, 11.0), (18, 26.0)),
    ((10, 0.8), (12, 1.6), (14, 3.8), (16, 9.0), (18, 22.0)),
    ((11, 0.6), (13, 1.6), (14, 2.8), (16, 7.5), (18, 18.0)),
    ((12.8, 0.6), (14, 1.5), (16, 5.0), (18, 14.0)),
    ((14.8, 0.8), (16, 2.4), (18, 8.0)),
)
"""Width of a street by class rank, as (zoom, pixels) stops; a level of detail starts at its first stop."""

SPEED_RATIO: tuple[tuple[float, Colour], ...] = (
    (0.25, (165, 0, 38)),
    (0.45, (244, 109, 67)),
    (0.65, (253, 190, 90)),
    (0.85, (94, 155, 203)),
    (2.01, (49, 84, 149)),
)
"""Upper bound of speed over free-flow speed, and its colour: red–yellow–blue, safe for red-green blindness."""

SPEED_RATIO_DARK: tuple[Colour, ...] = ((222, 45, 60), (246, 120, 72), (254, 217, 128), (120, 180, 220), (92, 124, 230))
"""The same classes on the dark ground."""
