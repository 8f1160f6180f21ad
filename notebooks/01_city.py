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
# # The city of Huế, and a first what-if
#
# A schematic of Huế drawn from published facts; not survey data. Every feature says where it comes from and how well it
# is placed. This notebook opens the city, looks at its layers, closes Trường Tiền bridge and compares the two worlds.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from api.services import city_facts, open_city
from api.settings import settings
from twin.city.ragged import lines_of

plt.rcParams["figure.dpi"] = 64
hue = open_city("hue", cache=settings().cache)  # kept there: the next opening is quick
facts = city_facts(hue)
{key: facts[key] for key in ("name", "crs", "nodes", "links", "parcels", "buildings", "admin_units", "area_km2")}

# %% [markdown]
# ## What it is made of
#
# Four provenances: official figures, published points, lines drawn by hand, and what was generated to fill real blocks.

# %%
facts["provenance"], facts["warnings"]

# %% [markdown]
# ## The map
#
# The river's bend, the Citadel turned 38.8° within its moat, and the bridges. Metres in EPSG:9214
# (VN-2000 / TM-3 107-00).

# %%
BOX = (557_000.0, 1_817_000.0, 567_000.0, 1_825_500.0)
WIDTH = {"trunk": 2.2, "primary": 2.0, "secondary": 1.5, "tertiary": 1.1, "residential": 0.7}


def draw_water(ax):
    """Fill the water surfaces; islands stay land."""
    rings = [np.asarray(p.exterior.coords) for shape in hue.water.shapes() for p in shape.geoms]
    holes = [np.asarray(h.coords) for shape in hue.water.shapes() for p in shape.geoms for h in p.interiors]
    ax.add_collection(PolyCollection(rings, facecolors="#a9cfe8", edgecolors="none"))
    ax.add_collection(PolyCollection(holes, facecolors="#f4f1ea", edgecolors="none"))


def draw_roads(ax, *, values=None, cmap=None, norm=None):
    """Draw every link; by class, or coloured by a value per link."""
    lines = [np.asarray(line.coords) for line in lines_of(hue.roads.xy_m, hue.roads.first_vertex)]
    widths = [WIDTH.get(str(k), 0.3) for k in hue.roads.road_class]
    drawn = LineCollection(lines, linewidths=widths, colors="#555555" if values is None else None, cmap=cmap, norm=norm)
    if values is not None:
        drawn.set_array(values)
    ax.add_collection(drawn)
    return drawn


def frame(ax, title):
    """Set the window and the title."""
    ax.set(xlim=(BOX[0], BOX[2]), ylim=(BOX[1], BOX[3]), aspect="equal", title=title, facecolor="#f4f1ea")
    ax.tick_params(labelbottom=False, labelleft=False)


figure, ax = plt.subplots(figsize=(9, 7.6))
draw_water(ax)
draw_roads(ax)
for name in ("Cầu Dã Viên", "Cầu Phú Xuân", "Cầu Trường Tiền", "Cầu Nguyễn Hoàng", "Cầu Chợ Dinh"):
    link = hue.roads.links_named(name)[0]
    east, north = hue.roads.xy_m[hue.roads.first_vertex[link]]
    ax.annotate(name, (east, north), fontsize=8, color="#7a1f1f", ha="right")
frame(ax, "Huế: streets and water")

# %% [markdown]
# ## The ground
#
# Ten-metre cells fitted to spot heights and to published flood depths; heights above Hòn Dấu.

# %%
ground = hue.terrain
ny, nx = ground.z_m.shape
extent = (ground.x0_m, ground.x0_m + nx * ground.cell_m, ground.y0_m - ny * ground.cell_m, ground.y0_m)
figure, ax = plt.subplots(figsize=(9, 7.6))
shown = ax.imshow(ground.z_m, extent=extent, vmin=0, vmax=8, cmap="terrain")
figure.colorbar(shown, ax=ax, label=f"ground [m above {ground.datum}]", shrink=0.7)
draw_roads(ax)
frame(ax, f"Ground, accuracy {ground.accuracy_m:.1f} m")

# %% [markdown]
# ## A what-if: Trường Tiền bridge closed in the morning peak
#
# Two replications a side share their chance, so that the difference is the bridge's and not luck's; with so few the
# interval is wide, and says so.

# %%
from scenarios import ask, study
from twin.city.interventions import CloseStreet

question = ask(
    hue,
    "traffic",
    params={"replications": 2, "duration_min": 20, "warm_up_min": 10, "cool_down_min": 10},
    interventions=[CloseStreet("Cầu Trường Tiền")],
    seed=2026,
)
comparison = study(question)
for d in comparison.indicators:
    if d.key in ("trips", "mean_travel_time_s", "mean_delay_s", "mean_speed_kmh") and not d.group:
        spread = "" if d.difference.half_width is None else f" ± {d.difference.half_width:.1f}"
        print(f"{d.key:>20}  {d.baseline.mean:10.1f} → {d.whatif.mean:10.1f}   change {d.difference.mean:+.1f}{spread}")

# %% [markdown]
# Where the traffic went: links with more vehicles in red, with fewer in blue.

# %%
from matplotlib.colors import TwoSlopeNorm

change = comparison.places["flow_veh_h"].difference
limit = float(np.nanpercentile(np.abs(change), 99.5)) or 1.0
figure, ax = plt.subplots(figsize=(9, 7.6))
draw_water(ax)
drawn = draw_roads(ax, values=np.nan_to_num(change), cmap="RdBu_r", norm=TwoSlopeNorm(0.0, -limit, limit))
figure.colorbar(drawn, ax=ax, label="change of flow [veh/h]", shrink=0.7)
frame(ax, "Cầu Trường Tiền closed: change of flow")

# %% [markdown]
# What a reader must know before trusting the numbers:

# %%
[note.en for note in comparison.notes]
