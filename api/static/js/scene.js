/** The picture: which layers lie on the map for a state, in which order, and what of them the pointer meets. */

import { BaseLayers } from "./baselayers.js";
import { fitting, textLayers } from "./labels.js";
import { drawScale } from "./legend.js";
import { sensorLayers } from "./sensorlayers.js";
import { NO_FLOW } from "./statelayers.js";

const SENSORS = ["cameras", "bike_stations", "gauges"]; // of the present: a comparison has none
const UNDER_VEHICLES = 0.3; // opacity of the streets' colours while vehicles are drawn over them

/** @typedef {object} App the loaded city: packs, spec, base, state, labels, names, map */

/**
 * Return the rows of the streets and sections that the changes touch.
 * @param {App} app @param {object[]} closures
 */
export function closedRows(app, closures) {
  const { roads } = app.packs;
  return closures.flatMap((c) => c.links.map((id) => roads.rowOf(id)).filter((row) => row >= 0));
}

/** Return the parcels that the changes are about. @param {object[]} closures */
const parcels = (closures) => [...new Map(closures.filter((c) => c.lonlat).map((c) => [c.change.parcel, c.lonlat])).values()];

/** Move the map, if need be, so that the middle of the changed streets, or a parcel, is in the inner part of each view. */
export function bringIntoView(app, closures) {
  const rows = closedRows(app, closures);
  const [spot] = parcels(closures);
  if (rows.length === 0 && !spot) return;
  const [a, b] = rows.length ? app.packs.roads.span(rows[Math.floor(rows.length / 2)]) : [0, 0];
  const at = rows.length ? app.packs.roads.lonlat.subarray(a * 2, b * 2) : spot;
  const viewport = app.map.viewport();
  const [x, y] = viewport.project([at[0], at[1]]);
  const inside = Math.abs(x / viewport.width - 0.5) < 0.32 && Math.abs(y / viewport.height - 0.5) < 0.3;
  if (!inside) app.map.move({ ...app.map.view, longitude: at[0], latitude: at[1] });
}

/** Return the words shown beside the pointer. */
export function tip(app, info) {
  const hit = info.layer ? app.base?.picked(info) : null;
  const name = hit && app.packs[hit.key].value("name", hit.row);
  return name ? { text: name, className: "tip" } : null;
}

/**
 * Return the tables a view needs and has not got: large ones are fetched when first looked at.
 * @param {App} app @param {{zoom: number, switched: Record<string, boolean>}} ctx
 */
export function missing(app, ctx) {
  const needed = (def) => BaseLayers.shown(def, ctx.switched) && ctx.zoom >= (def.twin.minZoom ?? 0);
  return [...new Set(app.spec.layers.filter((def) => !app.packs[def.twin.key] && needed(def)).map((def) => def.twin.key))];
}

/**
 * Draw the map of a state.
 * @param {App} app @param {object} s
 */
export function drawScene(app, s) {
  const viewport = app.map.viewport();
  const ctx = { zoom: app.map.view.zoom, theme: s.theme, switched: s.switched, bounds: viewport.getBounds() };
  app.wanted(missing(app, ctx));
  const layers = app.base.at(ctx);
  const dots = layers.filter((l) => l instanceof globalThis.deck.ScatterplotLayer);
  const points = dots.filter((l) => !s.comparison || !SENSORS.includes(l.id));
  const ground = layers.filter((l) => !dots.includes(l));
  const values = [];
  const c = s.comparison;
  if (c?.steps) {
    const step = Math.min(s.step, c.steps - 1);
    const { a, b } = c.flow;
    if (s.show === "queue" || s.show === "density") {
      for (const side of ["a", "b"]) values.push(...app.state.scaled(`${s.show}@${side}`, app.replay.values(side, step), s.show, ctx));
    } else if (s.show === "change" && s.whole && c.change) {
      const sure = (row) => (c.unclear?.[row] ? 0 : c.change[row]);
      values.push(...app.state.flow("flow@a", c.meanFlow(), ctx), ...app.state.change("change@b", c.change, sure, ctx));
    } else if (s.show === "change" && a[step] && b[step]) {
      const one = (row) => (a[step][row] === NO_FLOW || b[step][row] === NO_FLOW ? 0 : b[step][row] - a[step][row]);
      values.push(...app.state.flow("flow@a", a[step], ctx), ...app.state.change("change@b", b[step], one, ctx));
    } else values.push(...app.state.speed("speed@a", c.ratio.a[step], ctx), ...app.state.speed("speed@b", c.ratio.b[step], ctx));
  } else if (s.live && s.switched.live !== false) values.push(...app.state.speed("speed", s.live.decoded.ratio, ctx));
  const closed = app.state.closed(c ? "closed@b" : "closed", closedRows(app, s.closures), ctx);
  closed.push(...app.state.marked(c ? "parcels@b" : "parcels", parcels(s.closures)));
  const selected = s.selected?.key === "roads" ? app.state.selection(streetRows(app, s.selected.row), ctx) : [];
  const theme = app.spec.themes[s.theme];
  const shownKeys = new Set(app.spec.layers.filter((d) => BaseLayers.shown(d, s.switched)).map((d) => d.twin.key));
  const wanted = (label) => (label.style === "ward" ? shownKeys.has("admin") : label.style !== "place" || shownKeys.has("places"));
  const { layers: sensors, taken } = sensorLayers(c ? null : s.live, app.packs, { ...ctx, shown: shownKeys });
  app.fitted = s.switched.labels === false ? [] : fitting(app.labels, viewport, wanted, taken);
  const muted = c && s.trips ? values.map((l) => l.clone({ opacity: UNDER_VEHICLES })) : values;
  app.below = [...ground, ...selected, ...muted, ...closed, ...points, ...sensors];
  app.above = textLayers(app.fitted, theme);
  drawTrips(app, s);
  drawScale(app.map.view.latitude, app.map.view.zoom);
  app.drawn += 1;
}

/** Draw the vehicles of the present moment into the picture as it is. */
export function drawTrips(app, s) {
  const c = s.comparison;
  const ctx = { zoom: app.map.view.zoom, bounds: app.map.viewport().getBounds() };
  const [from, to] = c?.steps ? c.interval(Math.min(s.step, c.steps - 1)) : [0, 0];
  const moving = c?.steps && s.trips ? app.replay.trips.layers({ clock: app.replay.clock.now, from, to }, ctx) : [];
  app.map.draw([...app.below, ...moving, ...app.above]);
}

/** Return every section of the street a row belongs to. */
export function streetRows(app, row) {
  const name = app.packs.roads.value("name", row);
  return name ? app.names.entries.find((e) => e.key === "roads" && e.name === name).rows : [row];
}
