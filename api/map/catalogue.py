"""The layer catalogue: what each table of the city is called, Vietnamese first, and in which order it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.city.city import TABLES, City


@dataclass(frozen=True, slots=True)
class LayerTitle:
    """How a layer is named and listed.

    Attributes
    ----------
    vi, en : str
        Title in Vietnamese and English.
    group : str
        One of ``base``, ``land``, ``network``, ``sensors``, ``plan``: the section of the layer panel.
    """

    vi: str
    en: str
    group: str


CATALOGUE: dict[str, LayerTitle] = {
    "roads": LayerTitle("Đường phố và cầu", "Streets and bridges", "network"),
    "turn_bans": LayerTitle("Cấm rẽ", "Turn bans", "network"),
    "signals": LayerTitle("Đèn tín hiệu", "Traffic signals", "network"),
    "openings": LayerTitle("Ngày thông xe", "Days of opening", "network"),
    "water": LayerTitle("Mặt nước, cồn", "Water and islands", "base"),
    "waterways": LayerTitle("Sông, kênh, hói", "Rivers and canals", "base"),
    "gauges": LayerTitle("Trạm thủy văn", "River gauges", "sensors"),
    "reservoirs": LayerTitle("Hồ chứa", "Reservoirs", "network"),
    "gates": LayerTitle("Cửa van, đập", "Gates and weirs", "network"),
    "tides": LayerTitle("Trạm triều", "Tide stations", "sensors"),
    "land_use": LayerTitle("Sử dụng đất", "Land use", "base"),
    "parcels": LayerTitle("Thửa đất", "Parcels", "land"),
    "buildings": LayerTitle("Nhà và công trình", "Buildings", "base"),
    "drains": LayerTitle("Cống thoát nước", "Drains", "network"),
    "power_zones": LayerTitle("Khu vực cấp điện", "Power zones", "network"),
    "equipment": LayerTitle("Trạm bơm, đèn, cây xanh", "Pumps, lights, trees", "network"),
    "admin": LayerTitle("Phường, xã", "Wards and communes", "base"),
    "places": LayerTitle("Địa điểm", "Places", "base"),
    "cameras": LayerTitle("Camera", "Cameras", "sensors"),
    "bike_stations": LayerTitle("Trạm xe đạp công cộng", "Bike stations", "sensors"),
}
"""One entry for each table of `TABLES`; a test holds the two together."""

KINDS: dict[str, tuple[str, str]] = {
    "river": ("Sông", "River"),
    "canal": ("Sông đào, kênh", "Canal"),
    "moat": ("Hào", "Moat"),
    "lake": ("Hồ", "Lake"),
    "lagoon": ("Phá", "Lagoon"),
    "sea": ("Biển", "Sea"),
    "island": ("Cồn", "Island"),
    "hospital": ("Bệnh viện", "Hospital"),
    "clinic": ("Trạm y tế", "Clinic"),
    "school": ("Trường học", "School"),
    "university": ("Trường đại học", "University"),
    "market": ("Chợ", "Market"),
    "mall": ("Trung tâm thương mại", "Shopping centre"),
    "heritage": ("Di tích", "Heritage site"),
    "shelter": ("Điểm sơ tán", "Shelter"),
    "depot": ("Bến bãi, trụ sở", "Depot"),
    "boat_launch": ("Bến thuyền", "Boat launch"),
    "flood_parking_car": ("Điểm đỗ ô tô khi lũ", "Flood refuge for cars"),
    "flood_parking_motorbike": ("Điểm đỗ xe máy khi lũ", "Flood refuge for motorbikes"),
    "gateway": ("Cửa ngõ", "Gateway"),
    "airport": ("Sân bay", "Airport"),
    "beach": ("Bãi biển", "Beach"),
    "hill": ("Đồi, núi", "Hill"),
    "nature": ("Khu thiên nhiên", "Nature area"),
    "station": ("Nhà ga", "Railway station"),
    "venue": ("Trung tâm văn hóa, thể thao", "Venue"),
    "walkway": ("Phố đi bộ", "Walking street"),
    "community-team": ("Tổ công nghệ số cộng đồng", "Community digital teams"),
    "camera": ("Camera", "Camera"),
    "bike_station": ("Trạm xe đạp", "Bike station"),
}
"""Kinds of water and places in words; a kind without words is shown as it stands in the table."""


def city_layers(city: City) -> list[dict[str, Any]]:
    """Return the layers of a city that have rows: key, titles, group, geometry and count, in catalogue order."""
    return [
        {
            "key": key,
            "title": {"vi": title.vi, "en": title.en},
            "group": title.group,
            "geometry": TABLES[key].GEOMETRY,
            "count": len(city.tables()[key]),
        }
        for key, title in CATALOGUE.items()
        if len(city.tables()[key])
    ]
