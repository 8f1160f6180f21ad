"""The reference system of Huế and its known ranges; pure numbers, no projection library."""

from __future__ import annotations

HUE_CRS = "EPSG:9214"
"""VN-2000 / TM-3 107-00, the cadastral system of Huế: all metric work happens here."""

HUE_BOX_M = (499_800.0, 1_767_300.0, 630_400.0, 1_858_500.0)
"""West, south, east, north of the whole city in EPSG:9214 [m] (DOMAIN.md §1.5)."""

HEIGHT_DATUM = "Hòn Dấu"
"""Heights count from mean sea level at Hòn Dấu, as the gauges do."""
