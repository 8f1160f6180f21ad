"""Titles of the classes of vehicles."""

from __future__ import annotations

from typing import Final

from twin.variables import Text

CLASS_TITLES: Final = {
    "motorcycle": Text("Xe máy", "Motorcycles"),
    "car": Text("Ô tô con", "Cars"),
    "bus": Text("Xe buýt", "Buses"),
    "truck": Text("Xe tải", "Trucks"),
    "bicycle": Text("Xe đạp", "Bicycles"),
}
"""In the order of `CLASSES`."""
