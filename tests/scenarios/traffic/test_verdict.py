"""The verdict says what a comparison found, how sure that is, and nothing that it did not find."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from scenarios.engine.compare import Comparison, Difference, Estimate
from scenarios.engine.compare_tables import TableDifference
from scenarios.engine.timeline import never_in_force
from scenarios.registry import get
from scenarios.traffic.tables import STREETS
from scenarios.traffic.verdict import verdict
from scenarios.traffic.verdict_subject import subject
from twin.city.interventions import (
    ActuateSignal,
    AddFloorArea,
    CloseStreet,
    Intervention,
    MakeOneWay,
    NetworkAsOf,
    SetLandUse,
    SplitSignal,
    Where,
)
from twin.city.roads import ALL_MODES, MOTOR, WALK
from twin.city.windows import Window
from twin.testing.toy import toy_city

CLOSED = (CloseStreet("Lê Lợi"),)


def _difference(key: str, before: float, change: float, half: float | None) -> Difference:
    means = (Estimate(before, half, 3, 0.95), Estimate(before + change, half, 3, 0.95), Estimate(change, half, 3, 0.95))
    return Difference(key, "", *means)


def _comparison(*indicators: Difference, streets: TableDifference | None = None) -> Comparison:
    tables = {} if streets is None else {"streets": streets}
    return Comparison(("a",), ("b",), 0.95, {}, {}, indicators, {}, (), tables)


def _streets(grown: dict[str, tuple[float, float]]) -> TableDifference:
    n, m = len(grown), len(STREETS.columns)
    change = np.repeat([[v] for v, _ in grown.values()], m, axis=1)
    half = np.repeat([[h] for _, h in grown.values()], m, axis=1)
    names = np.array(list(grown))
    return TableDifference(
        spec=STREETS, ids=names, names=names, groups=np.full(n, ""), xy_m=np.zeros((n, 2)), baseline=np.zeros((n, m)),
        whatif=change, difference=change, half_width=half,
    )  # fmt: skip


def _first(change: float, half: float | None) -> tuple[str, str]:
    return verdict(toy_city(), _comparison(_difference("mean_travel_time_s", 720.0, change, half)), CLOSED)[0]


def test_a_sure_difference_is_told_with_its_interval_in_both_languages() -> None:
    vi, en = _first(48.0, 18.0)
    assert vi == (
        "Đóng đường Lê Lợi làm mỗi chuyến đi trong toàn thành phố chậm thêm trung bình 48,0 giây (khoảng tin cậy 95 %: "
        "30,0–66,0) so với 12,0 phút ở hiện trạng (+6,7 %)."
    )
    assert en == (
        "Closing Lê Lợi makes trips all over the city 48.0 s slower on average (95 % interval: 30.0–66.0) than the "
        "baseline's 12.0 min (+6.7 %)."
    )


def test_minutes_are_used_from_one_minute_on_and_a_gain_is_called_faster() -> None:
    assert "nhanh hơn trung bình 1,5 phút (khoảng tin cậy 95 %: 1,2–1,8)" in _first(-90.0, 18.0)[0]
    assert "1.5 min faster on average" in _first(-90.0, 18.0)[1]


@pytest.mark.parametrize(
    ("change", "half", "vi"),
    [
        (
            3.0,
            5.0,
            "chưa cho thấy khác biệt rõ về thời gian đi: trung bình +3,0 giây mỗi chuyến (khoảng tin cậy 95 %: −2,0",
        ),
        (3.0, None, "theo một cặp mô phỏng; chưa có khoảng tin cậy"),
        (0.0, 0.0, "không làm thay đổi thời gian đi lại"),
        (float("nan"), None, "Không có chuyến nào hoàn thành để so sánh"),
    ],
)
def test_what_is_not_sure_is_not_claimed(change: float, half: float | None, vi: str) -> None:
    assert vi in _first(change, half)[0]


def test_after_a_gridlock_nothing_else_is_claimed() -> None:
    said = verdict(
        toy_city(),
        _comparison(_difference("mean_travel_time_s", 720.0, 9.0, 1.0), _difference("gridlocks", 0, 2.0, 1.0)),
    )
    assert len(said) == 1
    assert said[0].vi.startswith("Mạng đường kẹt cứng trong mô phỏng (chỉ phương án, hiện trạng thì không)")
    assert "predict nothing" in said[0].en


def test_trips_that_are_not_made_are_told_instead_of_the_hours_they_save() -> None:
    fewer = (_difference("mean_travel_time_s", 720.0, 9.0, 1.0), _difference("time_spent_veh_h", 900.0, -30.0, 4.0))
    assert any("−30,0 giờ xe" in s.vi for s in verdict(toy_city(), _comparison(*fewer)))
    lost = (*fewer, _difference("unreachable", 0.0, 486.7, 60.0), _difference("cut_off", 0.0, 3.0, 5.0))
    said = " ".join(s.vi for s in verdict(toy_city(), _comparison(*lost)))
    assert "Thêm 487 ± 60 chuyến không còn đường đi; thời gian trung bình không tính các chuyến này." in said
    assert "giờ xe" not in said
    assert "bị chặn" not in said


def test_many_trips_that_do_not_arrive_come_before_a_mean_time_that_leaves_them_out() -> None:
    found = (
        _difference("mean_travel_time_s", 440.0, -3.6, 35.7), _difference("trips", 21_000.0, 0.0, 0.0),
        _difference("unfinished", 400.0, 1_277.0, 300.0),
    )  # fmt: skip
    first, second = verdict(toy_city(), _comparison(*found), CLOSED)
    assert first.vi.startswith(
        "Đóng đường Lê Lợi khiến thêm 1.277 ± 300 chuyến chưa xong khi kết thúc, trên 21.000 chuyến."
    )
    assert second.en.startswith("Among the trips that arrive, the what-if shows no clear difference in travel time")


def test_a_change_that_was_never_in_force_gets_no_verdict_on_its_effect() -> None:
    """Not "does not change how long trips take", which a planner would take for an answer."""
    evening, always = CloseStreet("Lê Lợi", when=(Window("18:00", "22:00"),)), CloseStreet("Hà Nội")
    same = _comparison(_difference("mean_travel_time_s", 720.0, 0.0, 0.0))
    morning = get("traffic").parse({"start_h": 7.0, "duration_min": 60})
    idle = never_in_force([evening, always], morning)
    assert idle == [evening]
    (said,) = verdict(toy_city(), same, [evening], idle=idle)
    assert said.vi.startswith("Giờ hiệu lực của phương án nằm ngoài thời gian mô phỏng")
    assert "does not change" in verdict(toy_city(), same, [evening, always], idle=idle)[0].en
    assert never_in_force([evening], get("traffic").parse({"start_h": 17.5, "duration_min": 60})) == []


def test_only_real_streets_with_a_sure_growth_are_named() -> None:
    city = toy_city()
    names, known = (
        np.array(["Hà Nội", "Lê Lợi", "Kiệt 1", "Kiệt 1"]),
        np.array(["drawn", "drawn", "generated", "generated"]),
    )
    city = replace(city, roads=replace(city.roads, name=names, provenance=known))
    grown = {"Hà Nội": (40.0, 5.0), "Lê Lợi": (60.0, 70.0), "Kiệt 1": (90.0, 1.0)}
    said = verdict(city, _comparison(_difference("mean_travel_time_s", 720.0, 9.0, 1.0), streets=_streets(grown)))
    assert [s.vi for s in said[1:]] == [
        "Chậm thêm nhiều nhất (giờ xe, ± khoảng tin cậy): Hà Nội +40,0 ± 5,0.",
        "Xe dồn sang nhiều nhất (xe/giờ, ± khoảng tin cậy): Hà Nội +40,0 ± 5,0.",
    ]


def test_a_scenario_without_travel_times_gets_no_verdict() -> None:
    assert verdict(toy_city(), _comparison(_difference("rentals", 3.0, 1.0, 0.5))) == ()


def test_the_subject_names_what_was_changed() -> None:
    ban = [CloseStreet(name, ALL_MODES & ~WALK) for name in ("Chu Văn An", "Cầu Gỗ")]
    assert subject(ban) == ("Cấm xe trên đường Chu Văn An và Cầu Gỗ", "The ban on Chu Văn An and Cầu Gỗ")
    assert subject([CloseStreet("Cầu Gỗ", MOTOR)]).vi == "Cấm xe cơ giới (ô tô, xe máy) trên cầu Gỗ"
    assert subject([MakeOneWay(Where("Hà Nội", ("Lê Lợi", "Hùng Vương")))]).vi == "Tổ chức một chiều đường Hà Nội"
    assert subject([NetworkAsOf(date(2025, 3, 25))]).en == "The network of 25/03/2025"
    assert subject([SetLandUse("p1", "TMD")]).vi == "Phương án"
    tower: list[Intervention] = [SetLandUse("p1", "TMD"), AddFloorArea("p1", 9_000.0, 15)]
    assert subject(tower).vi == "Tòa nhà 15 tầng trên thửa p1"
    assert subject([*tower, CLOSED[0]]).vi == "Phương án"
    assert subject([SplitSignal(("Lê Lợi", "Hà Nội"), 60.0)]).vi == "Đèn tín hiệu mới tại nút Lê Lợi – Hà Nội"
    assert subject([ActuateSignal(("Lê Lợi", "Hà Nội"))]).en == "The signal by vehicles at Lê Lợi – Hà Nội"


def test_trips_that_a_building_makes_are_told_first() -> None:
    times = _difference("mean_travel_time_s", 472.0, -1.2, 2.4)
    tower: list[Intervention] = [SetLandUse("p1", "TMD"), AddFloorArea("p1", 9_000.0, 15)]
    said = verdict(toy_city(), _comparison(times, _difference("trips", 93_359.0, 380.0, 82.0)), tower)
    assert said[0].vi == (
        "Tòa nhà 15 tầng trên thửa p1 làm thêm 380 ± 82 chuyến xe trong kỳ, hiện trạng có 93.359 chuyến."
    )
    assert "380 ± 82 more vehicle trips in the period, on 93,359 today" in said[0].en
    unsure = verdict(toy_city(), _comparison(times, _difference("trips", 93_359.0, 60.0, 82.0)), tower)
    assert "chưa cho thấy khác biệt rõ" in unsure[0].vi
