/** The picture: which layers lie on the map for a state, in which order, and what of them the pointer meets. */

import { BaseLayers } from "./baselayers.js";
import { fitting, textLayers } from "./labels.js";
import { drawScale } from "./legend.js";
import { sensorLayers } from "./sensorlayers.js";
import { NO_FLOW } from "./statelayers.js";

const SENSORS = ["cameras", "bike_stations", "gauges"]; // of the present: a comparison has none
const UNDER_VEHICLES = 0.3; // opacity of the streets' colours while vehicles are drawn over them

/** The part of a view that neither its edges nor the boxes laid over it hide, as shares of its size. */
const FREE = { west: 0.12, east: 0.88, north: 0.14, south: 0.66 };

/** @typedef {object} App the loaded city: packs, spec, base, state, labels, names, map */

/**
 * Return the rows of the streets and sections that the changes touch.
 * @param {App} app @param {object[]} closures
 */
export function closedRows(app, closures) {
  const { roads } = app.packs;
  return closures.flatMap((c) => c.links.map((id) => roads.rowOf(id)).filter((row) => row >= 0));
}

/**
 * Move the map, if need be, so that all that is changed lies in the free part of each view, with room around for where traffic goes.
 * @param {App} app @param {object[]} closures
 */
export function bringIntoView(app, closures) {
  const { roads } = app.packs;
  const spots = closedRows(app, closures).flatMap((row) => {
    const [a, b] = roads.span(row);
    return [a, b - 1].map((i) => [roads.lonlat[i * 2], roads.lonlat[i * 2 + 1]]);
  });
  spots.push(...closures.filter((c) => c.lonlat).map((c) => c.lonlat));
  if (spots.length === 0) return;
  const viewport = app.map.viewport();
  const { width, height } = viewport;
  const at = spots.map((spot) => viewport.project(spot));
  const [xs, ys] = [0, 1].map((k) => at.map((p) => p[k]));
  const [west, east, north, south] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const inside = west > FREE.west * width && east < FREE.east * width && north > FREE.north * height && south < FREE.south * height;
  if (inside) return;
  const shrink = Math.max((east - west) / ((FREE.east - FREE.west) * width), (south - north) / ((FREE.south - FREE.north) * height), 1);
  const zoom = app.map.view.zoom - Math.log2(shrink);
  const lower = ((FREE.north + FREE.south) / 2 - 0.5) * height * shrink; // the free part lies higher than the middle
  const [longitude, latitude] = viewport.unproject([(west + east) / 2, (north + south) / 2 - lower]);
  app.map.move({ ...app.map.view, longitude, latitude, zoom });
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
  const changes = app.changes.at(c ? "closed@b" : "closed", s.closures, ctx);
  const selected = s.selected?.key === "roads" ? app.state.selection(streetRows(app, s.selected.row), ctx) : [];
  const theme = app.spec.themes[s.theme];
  const shownKeys = new Set(app.spec.layers.filter((d) => BaseLayers.shown(d, s.switched)).map((d) => d.twin.key));
  const wanted = (label) => (label.style === "ward" ? shownKeys.has("admin") : label.style !== "place" || shownKeys.has("places"));
  const { layers: sensors, taken } = sensorLayers(c ? null : s.live, app.packs, { ...ctx, shown: shownKeys });
  app.fitted = s.switched.labels === false ? [] : fitting(app.labels, viewport, wanted, taken);
  const muted = c && s.trips ? values.map((l) => l.clone({ opacity: UNDER_VEHICLES })) : values;
  app.below = [...ground, ...selected, ...changes.below, ...muted, ...changes.above, ...points, ...sensors];
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
