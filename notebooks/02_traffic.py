# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Giao thông Huế: hỏi trước khi cấm đường
#
# *Traffic in Huế: ask before you close a street.*
#
# Một ngày làm việc của người quy hoạch: xem giờ cao điểm sáng, thử cấm đường Lê Lợi một tối Festival, đọc bảng chênh
# lệch kèm khoảng tin cậy, in dự thảo thông báo, chỉnh một đèn tín hiệu. Các mục 3–5 đối chiếu mô hình với lý thuyết
# trên những mạng đường nhỏ.
#
# *A planner's day on the embedded city; sections 3 to 5 hold the models against theory on small networks. The city is a
# schematic drawn from published facts; every rate of the demand is an assumption, not calibrated against counts.*

# %%
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import TwoSlopeNorm

from api.services import open_city
from api.settings import settings
from scenarios import ask, run, study
from scenarios.engine.store import ResultStore
from twin.city.ragged import lines_of
from twin.variables import Text

plt.rcParams.update({"figure.dpi": 64, "axes.spines.top": False, "axes.spines.right": False})
hue = open_city("hue", cache=settings().cache)  # kept there: the next opening is quick
roads = hue.roads
BOX = (560_000.0, 1_818_000.0, 566_500.0, 1_824_000.0)
LINES = [np.asarray(line.coords) for line in lines_of(roads.xy_m, roads.first_vertex)]
WIDTH = {"trunk": 2.4, "primary": 2.2, "secondary": 1.8, "tertiary": 1.4, "residential": 0.8}


def number(value, digits=1):
    """Write a number as it is written in Vietnam: decimal comma, points between thousands."""
    return f"{value:,.{digits}f}".translate(str.maketrans(",.", ".,")).replace("-", "−")


def unit_of(spec):
    """Return a variable's unit in Vietnamese, in brackets; nothing for a plain number."""
    return "" if spec.unit == "1" else f" [{spec.unit.replace('veh', 'xe')}]"


def with_interval(estimate, digits=1):
    """Write a mean and half its 95 % interval."""
    spread = "" if estimate.half_width is None else f" ± {number(estimate.half_width, digits)}"
    return number(estimate.mean, digits) + spread


def city_map(values, title, label, **look):
    """Draw the streets of the centre, coloured by a value per link; grey where there is none."""
    figure, ax = plt.subplots(figsize=(8.4, 6.6))
    rings = [np.asarray(p.exterior.coords) for shape in hue.water.shapes() for p in shape.geoms]
    holes = [np.asarray(h.coords) for shape in hue.water.shapes() for p in shape.geoms for h in p.interiors]
    ax.add_collection(PolyCollection(rings, facecolors="#dbe7ee", edgecolors="none"))
    ax.add_collection(PolyCollection(holes, facecolors="#f4f1ea", edgecolors="none"))
    widths = np.array([WIDTH.get(str(k), 0.5) for k in roads.road_class])
    known = np.flatnonzero(np.isfinite(values))
    ax.add_collection(LineCollection(LINES, linewidths=0.3, colors="#c8c8c8"))
    drawn = LineCollection([LINES[k] for k in known], linewidths=widths[known], **look)
    drawn.set_array(values[known])
    ax.add_collection(drawn)
    figure.colorbar(drawn, ax=ax, label=label, shrink=0.7)
    ax.set(xlim=(BOX[0], BOX[2]), ylim=(BOX[1], BOX[3]), aspect="equal", title=title, facecolor="#f4f1ea")
    ax.tick_params(labelbottom=False, labelleft=False, bottom=False, left=False)
    return ax


# %% [markdown]
# ## 1. Giờ cao điểm sáng
#
# Ai đi, đi đâu, đi bằng gì: chuyến đi sinh ra từ nhà ở và công trình, cân bằng hai đầu, xe máy là chính.
#
# *The morning peak: trips come from land use, balanced at both ends, two-wheelers first.*

# %%
from scenarios.traffic.params import CLASSES, PCU
from scenarios.traffic.scenario import demand_of

WHY = {
    "work": "đi làm", "school": "đi học", "escort": "đưa đón con", "shop": "đi chợ", "leisure": "đi chơi",
    "business": "công việc", "tourism": "du lịch", "freight": "xe tải", "external": "cửa ngõ", "through": "quá cảnh",
}  # fmt: skip
WHAT = dict(zip(CLASSES, ("xe máy", "ô tô", "xe buýt", "xe tải", "xe đạp"), strict=True))

day = {"start_h": 0.0, "duration_min": 1440, "warm_up_min": 0, "cool_down_min": 0}
trips, demand, people = demand_of(hue, params=day, seed=2026)
purpose = np.array([list(WHY).index(f.segment) for f in demand.flows])[trips.segment]
hour = (trips.depart_s // 3600).astype(int)
by_hour = np.zeros((len(WHY), 24))
np.add.at(by_hour, (purpose, hour), 1.0)

figure, (ax, beside) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(2.2, 1))
floor = np.zeros(24)
for row, name in enumerate(WHY.values()):
    ax.bar(np.arange(24) + 0.5, by_hour[row] / 1000, 0.9, floor, label=name, color=plt.cm.tab10(row))
    floor += by_hour[row] / 1000
ax.set(xlabel="giờ trong ngày [h]", ylabel="lượt xe [nghìn xe/h]", title="Lượt xe theo mục đích / trips by purpose")
ax.set_xticks(range(0, 25, 3))
ax.set_ylim(0, 125)
ax.legend(ncols=5, fontsize=8, frameon=False, loc="upper center")
share = 100 * np.bincount(trips.kind, minlength=len(CLASSES)) / len(trips.kind)
bars = beside.barh(list(WHAT.values())[::-1], share[::-1], color="#4878a8")
beside.bar_label(bars, [f"{number(v)} %" for v in share[::-1]], padding=3, fontsize=9)
beside.set(xlabel="phần lượt xe [%]", title="Theo loại xe / by class", xlim=(0, 100))
figure.tight_layout()

# %%
busiest = int(by_hour.sum(axis=0).argmax())
print(f"Cả ngày {number(len(trips.kind), 0)} lượt xe; đông nhất lúc {busiest}–{busiest + 1} giờ,", end=" ")
print(f"{number(100 * by_hour[:, busiest].sum() / len(trips.kind))} % của cả ngày.")
print(f"Lượt người đi bộ: {number(100 * people.overall(people.mode_share)[0])} %.")

# %% [markdown]
# Mô phỏng từng xe từ 7 giờ: 10 phút làm đầy mạng lưới, 20 phút đánh giá. Bản đồ là tốc độ so với lúc vắng xe.
#
# *Every vehicle from 7 h on; the map shows speed as a share of the free one.*

# %%
PEAK = {"start_h": 7.0, "duration_min": 20, "warm_up_min": 10, "cool_down_min": 10, "replications": 3}
store = ResultStore(Path(mkdtemp()))  # a run that was asked for once is not computed again
morning = run(hue, "traffic", params=PEAK, seed=2026, store=store)


def over_time(result, key):
    """Return the mean of a series over time, NaN where there was nobody."""
    values = result.series[key].values.astype(float)
    n = np.isfinite(values).sum(axis=0)
    return np.where(n > 0, np.nansum(values, axis=0) / np.maximum(n, 1), np.nan)


city_map(
    100 * over_time(morning, "speed_ratio"), "Huế 7 giờ 00 – 7 giờ 20: tốc độ / speed",
    "tốc độ so với lúc vắng xe [%]", cmap="RdYlGn", norm=plt.Normalize(20, 100),
)  # fmt: skip
for key in ("trips", "mean_travel_time_s", "mean_delay_s", "mean_speed_kmh", "queue_max_veh", "gridlocks", "co2_kg"):
    spec = morning.specs[key]
    print(f"{spec.title.vi + unit_of(spec):<42}{number(morning.value(key)):>12}")

# %% [markdown]
# ## 2. Cấm xe đường Lê Lợi 18–22 giờ tối Festival
#
# Kịch bản mẫu đã có sẵn đoạn đường, giờ cấm và ngày. Mỗi cặp lần chạy dùng chung số ngẫu nhiên, nên chênh lệch là do
# lệnh cấm chứ không phải do may rủi; khoảng tin cậy 95 % lấy từ ba cặp.
#
# *The festival closure, ready-made: three pairs of runs share their chance, so the difference is the closure's; 95 %
# intervals come from the three pairs.*

# %%
from api.asks import ready
from api.orders import measured_detours, order_text
from scenarios.traffic.detours import detours_of

standard, closure = ready(hue, "le-loi-festival")
EVENING = standard | {"start_h": 18.0, "duration_min": 20, "warm_up_min": 10, "cool_down_min": 10, "replications": 3}
festival = study(ask(hue, "traffic", params=EVENING, interventions=closure, seed=2026), workers=2)

print(f"{'':<44}{'hiện trạng':>12}{'phương án':>12}   chênh lệch (95 %)")
for d in festival.indicators:
    if d.group == "" and d.key in ("trips", "mean_travel_time_s", "mean_delay_s", "vkt_km", "queue_max_veh", "co2_kg"):
        spec = festival.specs[d.key]
        name = spec.title.vi + unit_of(spec)
        print(f"{name:<44}{number(d.baseline.mean):>12}{number(d.whatif.mean):>12}   {with_interval(d.difference, 2)}")

# %% [markdown]
# Xe đi đâu: đỏ là đông thêm, xanh là bớt. *Where the traffic goes: red gains, blue loses.*

# %%
change = festival.places["flow_veh_h"].difference
limit = float(np.nanpercentile(np.abs(change), 99.7))
ax = city_map(
    np.where(np.abs(change) > 5, change, np.nan), "Cấm Lê Lợi: lưu lượng thay đổi / change of flow",
    "thay đổi lưu lượng [xe/h]", cmap="RdBu_r", norm=TwoSlopeNorm(0.0, -limit, limit),
)  # fmt: skip
_ = ax.set(xlim=(560_800.0, 565_200.0), ylim=(1_818_800.0, 1_822_900.0))
# %% [markdown]
# Đường xe dồn sang, và phần của mỗi cầu trên mặt cắt sông Hương; vạch ngang là khoảng tin cậy 95 %.
#
# *Streets that take the traffic, and each bridge's share of the river's screenline, with 95 % intervals.*

# %%
detours = detours_of(hue, festival.places)
flow = festival.places["flow_veh_h"]
half = {
    str(roads.name[k]): flow.half_width[k]
    for k in np.argsort(np.nan_to_num(flow.difference))
    if roads.name[k] != ""
}  # fmt: skip # of the direction that gains most
bridges = festival.tables["bridges"]
column = [c.key for c in bridges.spec.columns].index("screenline_percent")
over = np.flatnonzero((bridges.groups == "Sông Hương") & (bridges.names != "") & (bridges.baseline[:, column] > 0.2))
over = over[np.argsort(bridges.baseline[over, column])]

figure, (ax, beside) = plt.subplots(1, 2, figsize=(11, 4.4))
names = [d.street for d in detours][::-1]
ax.barh(names, [d.added_veh_h for d in detours][::-1], xerr=[half[n] for n in names], color="#c0504d", capsize=3)
ax.set(xlabel="thêm ở đoạn và chiều tăng nhiều nhất [xe/h]", title="Đường xe dồn sang / detours")
rows = np.arange(len(over))
beside.barh(rows + 0.2, bridges.baseline[over, column], 0.38, label="hiện trạng / before", color="#a0a0a0")
beside.barh(
    rows - 0.2, bridges.whatif[over, column], 0.38, xerr=np.nan_to_num(bridges.half_width[over, column]),
    label="cấm Lê Lợi / closed", color="#4878a8", capsize=2,
)  # fmt: skip
beside.set_yticks(rows, bridges.names[over])
beside.set(xlabel="phần lượt xe qua sông [%]", title="Các cầu sông Hương / bridges")
beside.legend(frameon=False, fontsize=9)
figure.tight_layout()

# %% [markdown]
# Dự thảo thông báo, với hướng đi thay thế do mô phỏng tìm ra. *The draft of the traffic order, detours from the runs.*

# %%
print(order_text(closure, measured_detours(hue, festival, closure), "text"))

# %% [markdown]
# ## 3. Một con đường: biểu đồ cơ bản và sóng lùi
#
# Đường 1 km, vận tốc tự do u = 20 m/s, sóng lùi w = 5 m/s, mật độ kẹt κ = 0,2 xe/m; lý thuyết cho năng lực
# q = κ u w / (u + w) = 0,8 xe/s. Mỗi chấm là một lần mô phỏng, với nhu cầu khác (nhánh trái)
# hoặc nút thắt khác (nhánh phải).
#
# *One street of 1 km against the triangular diagram: each dot is a simulation of another demand or bottleneck.*

# %%
from scenarios.models.traffic import Streets, simulate
from twin.kernels.traffic import advance

U, W, K = 20.0, 5.0, 0.2
Q = K * U * W / (U + W)


def street(length_m, links, exit_share=1.0):
    """Return links of one length in a row, the last of them a bottleneck."""
    at, share = np.arange(links), np.where(np.arange(links) == links - 1, exit_share, 1.0)
    return Streets(at, at + 1, length_m / U, Q * share, K * length_m, length_m / W)


def steady(demand_veh_s, exit_share):
    """Return density [veh/km] and flow [veh/h] of a street of 1 km once nothing changes any more."""
    n = int(demand_veh_s * 4000)
    first, links = 2 * np.arange(n + 1), np.tile([0, 1], n)
    _, traffic = simulate(street(1000.0, 2, exit_share), first, links, np.arange(n) / demand_veh_s, 2500.0)
    traffic.state.seen[:] = 0
    advance(traffic, 3500.0)
    seen = traffic.state.seen[0]
    return seen["spent_s"].sum() / 1000.0, 3.6 * seen["left"].sum()


free = np.array([steady(q, 1.0) for q in np.linspace(0.08, 0.76, 9)])
jammed = np.array([steady(Q, share) for share in np.linspace(0.1, 0.9, 9)])

# %% [markdown]
# Sóng lùi có tốc độ hữu hạn: 40 đoạn dài 25 m, đèn ở cuối đỏ từ giây 200 đến giây 320. Hàng chờ lan ngược lên, rồi khi
# đèn xanh, sóng khởi hành chạy lùi với tốc độ w, không phải tức thời.
#
# *The backward wave is finite: 40 links of 25 m, red at the end from 200 to 320 s. Blue lines are theory: the tail of
# the queue by Rankine and Hugoniot, and the wave of starting vehicles at w.*

# %%
from twin.kernels.traffic_change import wake
from twin.kernels.traffic_state import GREEN, ON_ROAD, RED

LINKS, LENGTH, RATE, RED_S, GREEN_S = 40, 25.0, 0.4, 200.0, 320.0
n = int(RATE * 700)
_, traffic = simulate(
    street(LENGTH, LINKS + 1),
    (LINKS + 1) * np.arange(n + 1),
    np.tile(np.arange(LINKS + 1), n),
    np.arange(n) / RATE,
    0.0,
)
STEP_S, UNTIL_S = 0.5, 600.0
times = np.arange(STEP_S, UNTIL_S + STEP_S, STEP_S)
on_link = np.zeros((len(times), LINKS))
last = np.array([LINKS - 1])
for step, now_s in enumerate(times):
    advance(traffic, now_s)
    for moment, light in ((RED_S, RED), (GREEN_S, GREEN)):
        if now_s == moment:
            traffic.net.links["signal"][last] = light
            wake(traffic, last, now_s)
    here = traffic.cars["link"][traffic.cars["status"] == ON_ROAD]
    on_link[step] = np.bincount(here, minlength=LINKS + 1)[:LINKS]
density = 1000.0 / LENGTH * on_link.reshape(-1, 10, LINKS).mean(axis=1).T  # of 5 s each

# %%
figure, (ax, beside) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(1, 1.3))
ax.plot([0, 1000 * Q / U, 1000 * K], [0, 3600 * Q, 0], color="#999999", label="lý thuyết / theory")
ax.plot(*free.T, "o", color="#2e7d32", label="thông thoáng / free")
ax.plot(*jammed.T, "s", color="#c0504d", label="ùn tắc / congested")
ax.set(xlabel="mật độ [xe/km]", ylabel="lưu lượng [xe/h]", title="Biểu đồ cơ bản / fundamental diagram")
ax.legend(frameon=False, fontsize=9)
shown = beside.imshow(density, origin="lower", aspect="auto", extent=(0, UNTIL_S, 0, LINKS * LENGTH), cmap="magma")
shock = RATE / (K - RATE / U)  # inflow over the difference of densities
meet_s = (W * GREEN_S - shock * RED_S) / (W - shock)
end_m = LINKS * LENGTH
beside.plot([RED_S, meet_s], [end_m, end_m - shock * (meet_s - RED_S)], "--", color="#00b8d4", lw=2)
beside.plot([GREEN_S, meet_s], [end_m, end_m - W * (meet_s - GREEN_S)], "-", color="#00b8d4", lw=2)
beside.set(xlabel="thời gian [s]", ylabel="vị trí [m]", title="Hàng chờ sau đèn đỏ / queue behind a red light")
figure.colorbar(shown, ax=beside, label="mật độ [xe/km]")
figure.tight_layout()

# %%
largest = max(
    np.abs(free[:, 1] / free[:, 0] / (3.6 * U) - 1).max(),
    np.abs(jammed[:, 1] / (3600 * Q * np.linspace(0.1, 0.9, 9)) - 1).max(),
)
print(f"Sai lệch lớn nhất so với biểu đồ tam giác: {number(100 * largest, 2)} %")
print(f"Đuôi hàng chờ lan lên {number(shock, 2)} m/s, sóng khởi hành {number(W, 2)} m/s,", end=" ")
print(f"gặp nhau sau {number(meet_s - GREEN_S, 0)} s, cách đèn {number(W * (meet_s - GREEN_S), 0)} m")

# %% [markdown]
# ## 4. Cân bằng tĩnh: nghịch lý Braess
#
# Thêm một con đường có thể làm mọi người đi lâu hơn. Bốn nút, 6 nghìn xe từ A đến B: hai đường 10 x phút, hai đường
# 50 + x phút; lối tắt 10 + x phút. Tính tay: 83 phút khi chưa có lối tắt, 92 phút khi có.
#
# *Braess' paradox, by hand 83 minutes without the short cut and 92 with it.*

# %%
from scenarios.models.assignment import assign
from twin.network.static import StaticNetwork

TINY = 1e-8  # min; 10 x is a BPR function of an almost free street


def braess(short_cut):
    """Return the four or five links: A = 0, B = 1, north = 2, south = 3; time = free · (1 + b · flow)."""
    ends = [(0, 2), (3, 1), (0, 3), (2, 1)] + [(2, 3)] * short_cut
    tail, head = np.array(ends, np.int32).T
    free = np.array([TINY, TINY, 50.0, 50.0, 10.0])[: len(ends)]
    slope = np.array([10.0, 10.0, 1.0, 1.0, 1.0])[: len(ends)]
    one, zero = np.ones(len(ends)), np.zeros(len(ends))
    return StaticNetwork(tail, head, one, free, slope / free, one, one, zero, 4, 2)


def equilibrium(volume, short_cut):
    """Return the assignment of a volume from A to B."""
    return assign(braess(short_cut), np.array([[0.0, volume], [0.0, 0.0]]), gap=1e-12)


volumes = np.linspace(0.5, 12.0, 24)
minutes = np.array([[equilibrium(v, cut).least_cost[0, 0, 1] for v in volumes] for cut in (False, True)])
for cut, name in ((False, "chưa có lối tắt"), (True, "có lối tắt")):
    found = equilibrium(6.0, cut)
    flows = ", ".join(number(f, 2) for f in found.flow)
    print(
        f"{name:<16}{number(found.least_cost[0, 0, 1], 6):>12} phút; lưu lượng {flows}; khe hở {found.relative_gap:.0e}"
    )

figure, ax = plt.subplots(figsize=(6.4, 3.8))
ax.plot(volumes, minutes[0], color="#4878a8", label="chưa có lối tắt / without")
ax.plot(volumes, minutes[1], color="#c0504d", label="có lối tắt / with the short cut")
ax.plot([6, 6], [83, 92], "k.", ms=10)
ax.fill_between(volumes, *minutes, where=minutes[1] > minutes[0], color="#c0504d", alpha=0.15)
ax.set(xlabel="nhu cầu [nghìn xe]", ylabel="thời gian đi [phút]", title="Nghịch lý Braess / Braess' paradox")
ax.legend(frameon=False)
figure.tight_layout()

# %% [markdown]
# ## 5. Từ số đếm đến lưu lượng: thí nghiệm song sinh
#
# Lưới 6 × 6 nút, 120 đoạn. Biết trước "sự thật", ta đưa cho mô hình một bảng chuyến đi sai (tổng thiếu 20 %, từng
# vùng sai 15 %, từng cặp sai 30 %) và số đếm có nhiễu 5 % ở 12 đoạn. Các đoạn còn lại để dành chấm điểm. Lưu lượng
# nhỏ nên GEH dễ đạt; RMSN không phụ thuộc độ lớn.
#
# *A twin experiment: the truth is known, the prior is wrong, 12 of 120 links are counted with 5 % noise; all others are
# held out. GEH is lenient with small flows, RMSN is not.*

# %%
from scenarios.models.acceptance import geh, rmsn
from scenarios.models.counts import counts_of
from scenarios.models.demand_prior import Spread, make_prior
from scenarios.models.estimation import estimate
from scenarios.models.link_use import link_use, pairs_of
from scenarios.models.sensors import choose_links
from twin.chance import stream

SIDE = 6
at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
one_way = np.concatenate(
    [np.stack([at[:, :-1], at[:, 1:]], -1).reshape(-1, 2), np.stack([at[:-1], at[1:]], -1).reshape(-1, 2)]
)
tail, head = np.concatenate([one_way, one_way[:, ::-1]]).astype(np.int32).T
rng = stream(7, "notebook/twin experiment")
n, zones = len(tail), SIDE * SIDE
grid = StaticNetwork(
    tail, head, rng.uniform(500.0, 900.0, n), rng.uniform(1.0, 2.0, n), np.full(n, 0.15), np.full(n, 4.0), np.ones(n),
    np.zeros(n), zones, zones, name="lưới",
)  # fmt: skip
xy = np.stack(np.divmod(np.arange(zones), SIDE), -1)
apart = np.abs(xy[:, None] - xy[None]).sum(axis=-1)
pull = rng.lognormal(0.0, 0.5, zones)
pairs, true_trips = pairs_of(24.0 * pull[:, None] * pull[None] * np.exp(-0.35 * apart))
truth = assign(grid, pairs.table(true_trips), gap=1e-8).flow

by_zone = 0.15 * rng.standard_normal((2, zones))
by_pair = 0.3 * rng.standard_normal(len(pairs))
wrong = 0.8 * np.exp(by_zone[0, pairs.origin] + by_zone[1, pairs.destination] + by_pair - 0.0675)
belief = Spread(total=0.3, origin=0.25, destination=0.25, cell=0.4, assignment=0.05)
prior = make_prior(pairs, true_trips * wrong, belief)
before = assign(grid, pairs.table(prior.volume), gap=1e-6)
counted = choose_links(prior, link_use(grid, pairs, before), 12, noise=0.05)
seen = truth[counted] * (1 + 0.05 * rng.standard_normal(len(counted)))
found = estimate(grid, prior, counts_of(counted, seen, (0.05 * seen) ** 2 + seen, n_links=n))

held = np.setdiff1d(np.arange(n), counted)
low, high = found.interval(0.9)
inside = 100 * np.mean((low <= truth)[held] & (truth <= high)[held])
print(f"Đoạn không đếm có GEH < 5: {number(100 * np.mean(geh(before.flow, truth)[held] < 5), 0)} % trước,", end=" ")
print(f"{number(100 * np.mean(geh(found.flow, truth)[held] < 5), 0)} % sau khi đếm")
print(f"Sự thật nằm trong khoảng 90 %: {number(inside, 0)} % số đoạn không đếm")
volume = [trips.sum() / true_trips.sum() for trips in (prior.volume, found.trips)]
errors = [rmsn(flow[held], truth[held]) for flow in (before.flow, found.flow)]
print(f"Tổng chuyến so với sự thật: {number(volume[0], 2)} trước, {number(volume[1], 2)} sau;", end=" ")
print(f"RMSN {number(errors[0], 2)} trước, {number(errors[1], 2)} sau")

figure, axes = plt.subplots(1, 2, figsize=(10, 4.4), sharex=True, sharey=True)
for ax, flow, title in ((axes[0], before.flow, "Trước khi đếm / prior"), (axes[1], found.flow, "Sau khi đếm / after")):
    error = None if ax is axes[0] else np.stack([(flow - low)[held], (high - flow)[held]])
    ax.errorbar(truth[held], flow[held], error, fmt=".", color="#4878a8", elinewidth=0.6, label="không đếm / held out")
    ax.plot(truth[counted], flow[counted], "D", color="#c0504d", ms=5, label="có đếm / counted")
    ax.axline((0, 0), slope=1, color="#999999", lw=1)
    ax.set(xlabel="lưu lượng thật [PCU/h]", title=title)
axes[0].set_ylabel("lưu lượng ước lượng [PCU/h]")
axes[0].legend(frameon=False, fontsize=9)
figure.tight_layout()

# %% [markdown]
# ## 6. Chỉnh đèn Lê Lợi – Hà Nội theo Webster
#
# Từ lưu lượng 7 giờ sáng của mục 1 (quy đổi theo bảng PCU), công thức Webster cho chu kỳ và thời gian xanh mới. Sau đó
# chạy lại cả thành phố với đèn mới, ba cặp dùng chung số ngẫu nhiên. Chu kỳ hiện tại trong dữ liệu là giả định.
#
# *The signal Lê Lợi – Hà Nội retimed by Webster from the flows of section 1, then the whole city is run with it: three
# pairs again. The present plan is an assumption of the data.*

# %%
from scenarios.models.signal_plans import assess, retime
from twin.city.interventions import Green, SetSignal

STREETS = ("Lê Lợi", "Hà Nội")
mixed = sum(PCU[kind] * np.nan_to_num(over_time(morning, f"flow_veh_h_{kind}")) for kind in CLASSES)
meets = [set(roads.name[s].tolist()) for s in np.split(hue.signals.green_link, hue.signals.green_first[1:-1])]
row = meets.index(set(STREETS))
junction = str(hue.signals.ids[row])
figures = {"flow_pcu_h": mixed, "saturation_pcu_h": roads.capacity_pcu_h}
new = retime(hue.signals, [junction], **figures)
plans = [(Text("hiện tại", "now"), hue.signals), (Text("Webster", "Webster"), new)]
states = [assess(table, junction, **figures) for _, table in plans]
for (name, _), state in zip(plans, states, strict=True):
    print(f"{name.vi}: chu kỳ {number(state.cycle_s, 0)} s, mức phục vụ {state.level}", end=", ")
    print(f"chậm trễ HCM {number(state.mean_delay_s)} s/PCU")
    for k, link in enumerate(state.link):
        print(
            f"    {roads.name[link]:<8} {number(state.flow_pcu_h[k], 0):>6} PCU/h  xanh {number(state.green_s[k]):>5} s"
            f"  V/C {number(state.degree[k], 2)}  chậm {number(state.delay_s[k]):>5} s"
        )

# %%
approaches = slice(int(new.green_first[row]), int(new.green_first[row + 1]))
greens = tuple(
    Green(str(roads.ids[link]), float(start_s), float(end_s))
    for link, start_s, end_s in zip(
        new.green_link[approaches], new.green_from_s[approaches], new.green_to_s[approaches], strict=True
    )
)
plan = SetSignal(STREETS, float(new.cycle_s[row]), greens)
retimed = study(ask(hue, "traffic", params=PEAK, interventions=[plan], seed=2026), workers=2, store=store)

into = states[0].link
speed = retimed.places["speed_kmh"]
simulated = [3.6 * roads.length_m[into] / v[into] for v in (speed.baseline, speed.whatif)]
half_s = simulated[1] * speed.half_width[into] / speed.whatif[into]
delay = next(d for d in retimed.indicators if (d.key, d.group) == ("mean_delay_s", ""))
print(f"Cả thành phố, chậm trễ trung bình mỗi chuyến: {number(delay.baseline.mean)} s,", end=" ")
print(f"chênh lệch {with_interval(delay.difference)} s (95 %)")

figure, axes = plt.subplots(1, 2, figsize=(10.5, 3.8))
heading = np.degrees(np.arctan2(*(roads.node_xy_m[roads.head] - roads.node_xy_m[roads.tail])[into].T)) % 360
sides = ("bắc", "đông bắc", "đông", "đông nam", "nam", "tây nam", "tây", "tây bắc")
labels = [
    f"{roads.name[link]}\ntừ phía {sides[int((h + 180 + 22.5) % 360 // 45)]}"
    for link, h in zip(into, heading, strict=True)
]
x = np.arange(len(labels))
for ax, values, half_width, title, unit in (
    (axes[0], [s.delay_s for s in states], None, "Công thức HCM / formula", "chậm trễ [s/PCU]"),
    (axes[1], simulated, half_s, "Mô phỏng / simulation", "thời gian đi hết nhánh [s]"),
):
    for k, (name, _) in enumerate(plans):
        ax.bar(
            x + 0.4 * k - 0.2,
            values[k],
            0.38,
            yerr=half_width if k else None,
            capsize=3,
            label=f"{name.vi} / {name.en}",
            color=("#a0a0a0", "#4878a8")[k],
        )
    ax.set_xticks(x, labels, fontsize=8)
    ax.set(ylabel=unit, title=title)
axes[0].legend(frameon=False, fontsize=9)
figure.tight_layout()

# %% [markdown]
# ## Đọc trước khi tin
#
# *What a reader must know before trusting the numbers.*

# %%
for note in festival.notes:
    print(f"• {note.vi}\n  {note.en}")
