"""Parameters of who takes which way."""

from __future__ import annotations

from scenarios.models.way_choice import ChoiceRules
from scenarios.scenario import ScenarioParams, param

_BAND = "Mahmassani & Jayakrishnan, Transp. Res. A 25 (1991), doi:10.1016/0191-2607(91)90145-G"


class RouteParams(ScenarioParams):
    """How much time decides the choice of a way."""

    way_choice_per_min: float = param(
        1.0,
        ge=0.0,
        le=10.0,
        unit="1/min",
        vi="Độ nhạy của lựa chọn lộ trình theo thời gian đi",
        en="How strongly time decides between ways",
        source="assumption, to be calibrated against counts or a household survey",
    )
    change_band_share: float = param(
        0.2,
        ge=0.0,
        le=1.0,
        unit="1",
        vi="Phần thời gian còn lại phải tiết kiệm được thì mới đổi đường",
        en="Share of the time left that a change of way must save",
        source=_BAND,
    )
    change_band_min: float = param(
        1.0,
        ge=0.0,
        le=30.0,
        unit="min",
        vi="Số phút ít nhất phải tiết kiệm được thì mới đổi đường",
        en="Least time that a change of way must save",
        source=_BAND,
    )

    @property
    def choice(self) -> ChoiceRules:
        """The rules of `scenarios.models.way_choice`."""
        return ChoiceRules(
            per_min=self.way_choice_per_min, band_share=self.change_band_share, band_min=self.change_band_min
        )
