/** The page: loads the city, keeps one state, and draws map, panels and permalink from it. */

import { BaseLayers } from "./baselayers.js";
import { controls } from "./controls.js";
import { Comparison, drawIndicators, drawTimeline } from "./comparison.js";
import { byId, el, toast } from "./dom.js";
import { language, loadWords, number, pick, t, translate } from "./i18n.js";
import { fitting, textLayers } from "./labels.js";
import { allLabels } from "./labelset.js";
import { drawInspector, drawLayers } from "./layerpanel.js";
import { drawLegend, drawScale } from "./legend.js";
import { drawFeed, drawLive } from "./livepanel.js";
import { MapView } from "./mapview.js";
import { fromBase64, json, listen, pack } from "./net.js";
import { RunPanel } from "./runpanel.js";
import { NameIndex } from "./search.js";
import { NO_FLOW, NOT_OBSERVED, StateLayers } from "./statelayers.js";
import { createStore, readHash, writeHash } from "./store.js";

const PLAY_MS = 900;
const darkByDefault = matchMedia("(prefers-color-scheme: dark)").matches;
const linked = readHash(location.hash);
const store = createStore({
  lang: "vi", theme: darkByDefault ? "dark" : "light", switched: {}, view: null, tab: "run", live: null, closures: [], picking: false,
  selected: null, comparison: null, step: 0, show: "speed", playing: false, ...linked,
});
const app = { link: { connected: false, receivedAt: 0 }, ready: false, drawn: 0 };
globalThis.hueTwin = { store, app };

/** Load the city; everything after is drawn from the store. */
async function start() {
  const { lang } = store.get();
  await loadWords(lang);
  translate();
  const [city, spec, scenarios] = await Promise.all([
    json("/api/v1/city"), json(`/api/v1/map/spec?lang=${lang}`), json("/api/v1/scenarios").catch(() => []),
  ]);
  const urls = new Map(spec.layers.map((def) => [def.twin.key, def.data]));
  const packs = Object.fromEntries(await Promise.all([...urls].map(async ([key, url]) => [key, await pack(url)])));
  const day = new Date().toISOString().slice(0, 10);
  Object.assign(app, { city, spec, packs, day, scenarios });
  app.base = new BaseLayers(spec, packs, day);
  app.state = new StateLayers(spec, packs.roads);
  app.labels = allLabels(packs, day);
  app.names = new NameIndex(packs);
  app.home = { ...spec.initialViewState };
  const view = store.get().view ? { ...app.home, ...store.get().view } : app.home;
  app.map = new MapView(byId("map"), { view, onView: (v) => store.set({ view: short(v) }), onClick: clicked, onHover: () => {} });
  app.run = new RunPanel(byId("section-run"), { scenarios, names: app.names, store, onDone: (ids) => openComparison(ids) });
  store.set({ view: short(view) });
  wire();
  followLive();
  redrawAll();
  byId("loading").hidden = true;
  app.ready = true;
  if (store.get().linked) await openComparison(store.get().linked);
}

const short = ({ longitude, latitude, zoom }) => ({ longitude, latitude, zoom });

/** Fetch both runs side by side and show them. */
async function openComparison(ids) {
  try {
    const answer = await json(`/api/v1/compare?a=${ids.a}&b=${ids.b}`);
    const comparison = new Comparison(ids, answer);
    const step = store.get().linked ? store.get().step : Math.floor(comparison.steps / 2);
    store.set({ comparison, step: Math.max(0, Math.min(step, comparison.steps - 1)), linked: null, tab: "run" });
  } catch (error) {
    toast(error.message);
  }
}

function followLive() {
  const take = (live) => {
    live.decoded = { ratio: fromBase64(live.links.ratio, Uint8Array), flow: fromBase64(live.links.flow_veh_h, Uint16Array) };
    app.link.receivedAt = Date.now();
    store.set({ live });
  };
  json("/api/v1/live").then(take).catch(() => store.set({ live: null }));
  listen("/api/v1/live/stream", { state: take }, (connected) => {
    app.link.connected = connected;
    drawFeed(store.get().live, { ...app.link, now: Date.now() });
  });
  setInterval(() => drawFeed(store.get().live, { ...app.link, now: Date.now() }), 5000);
}

/** Ask for one drawing of the map in the next frame. */
function schedule() {
  if (app.frame) return;
  app.frame = requestAnimationFrame(() => {
    app.frame = 0;
    drawMap();
  });
}

function closedRows() {
  const roads = app.packs.roads;
  const { closures } = store.get();
  const rows = [];
  for (const c of closures) {
    if (c.kind === "close-street") rows.push(...(app.names.entries.find((e) => e.key === "roads" && e.name === c.name)?.rows ?? []));
    else rows.push(...c.links.map((id) => roads.rowOf(id)).filter((row) => row >= 0));
  }
  return rows;
}

function drawMap() {
  const s = store.get();
  const ctx = { zoom: app.map.view.zoom, theme: s.theme, switched: s.switched };
  const layers = app.base.at(ctx);
  const points = layers.filter((l) => l instanceof globalThis.deck.ScatterplotLayer);
  const ground = layers.filter((l) => !points.includes(l));
  const values = [];
  const c = s.comparison;
  if (c?.steps) {
    const step = Math.min(s.step, c.steps - 1);
    values.push(...app.state.speed("speed@a", c.ratio.a[step], ctx));
    const change = s.show === "change" && c.flow.a[step] && c.flow.b[step];
    values.push(...(change ? app.state.change("change@b", c.flow.a[step], c.flow.b[step], ctx) : app.state.speed("speed@b", c.ratio.b[step], ctx)));
  } else if (s.live && s.switched.live !== false) values.push(...app.state.speed("speed", s.live.decoded.ratio, ctx));
  const closed = app.state.closed(c ? "closed@b" : "closed", closedRows(), ctx);
  const selected = s.selected?.key === "roads" ? app.state.selection(streetRows(s.selected.row), ctx) : [];
  const theme = app.spec.themes[s.theme];
  const shownKeys = new Set(app.spec.layers.filter((d) => BaseLayers.shown(d, s.switched)).map((d) => d.twin.key));
  const wanted = (label) => (label.style === "ward" ? shownKeys.has("admin") : label.style !== "place" || shownKeys.has("places"));
  app.fitted = s.switched.labels === false ? [] : fitting(app.labels, app.map.viewport(), wanted);
  app.map.draw([...ground, ...selected, ...values, ...closed, ...points, ...textLayers(app.fitted, theme)]);
  drawScale(app.map.view.latitude, app.map.view.zoom);
  app.drawn += 1;
}

/** Return every section of the street a row belongs to. */
function streetRows(row) {
  const name = app.packs.roads.value("name", row);
  return name ? app.names.entries.find((e) => e.key === "roads" && e.name === name).rows : [row];
}

function clicked(info) {
  const hit = info.layer ? app.base.picked(info) : null;
  const s = store.get();
  if (s.picking) {
    if (hit?.key !== "roads") return;
    const name = app.packs.roads.value("name", hit.row);
    if (name) app.run.close(name);
    else closeSection(hit.row);
    store.set({ picking: false });
    return;
  }
  store.set({ selected: hit });
}

/** @param {number} row */
function closeSection(row) {
  const roads = app.packs.roads;
  const back = roads.arrays.reverse[row];
  const links = [roads.ids[row], ...(back >= 0 ? [roads.ids[back]] : [])];
  app.run.closeLinks(links, roads.value("name", row) ? `${roads.value("name", row)} (${roads.ids[row]})` : roads.ids[row]);
}

function drawSelected() {
  const { selected, live, comparison: c, step } = store.get();
  if (!selected) {
    byId("inspector").hidden = true;
    return;
  }
  const more = [];
  const actions = [];
  if (selected.key === "roads") {
    const row = selected.row;
    const percent = (v) => (v === undefined || v === NOT_OBSERVED ? t("live.no_value") : `${number(v, 0)} %`);
    const flow = (v) => (v === undefined || v === NO_FLOW ? t("live.no_value") : number(v, 0));
    if (c?.steps) {
      more.push([t("field.ratio_ab"), `${percent(c.ratio.a[step]?.[row])} → ${percent(c.ratio.b[step]?.[row])}`]);
      more.push([t("field.flow_ab"), `${flow(c.flow.a[step]?.[row])} → ${flow(c.flow.b[step]?.[row])}`]);
    } else if (live) {
      more.push([t("field.ratio"), percent(live.decoded.ratio[row])], [t("field.flow"), flow(live.decoded.flow[row])]);
    }
    const name = app.packs.roads.value("name", row);
    if (name) actions.push(el("button", { type: "button", class: "button", onclick: () => app.run.close(name) }, t("inspector.close_street")));
    actions.push(el("button", { type: "button", class: "button", onclick: () => closeSection(row) }, t("inspector.close_section")));
  }
  const pack = app.packs[selected.key];
  drawInspector({ pack, row: selected.row, spec: app.spec, more, actions, onClose: () => store.set({ selected: null }) });
}

/** Fly to a feature and show it. */
function show(key, row) {
  const p = app.packs[key];
  const rows = key === "roads" ? streetRows(row) : [row];
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const r of rows) {
    const [a, b] = p.span(r);
    for (let i = a; i < b; i++) {
      const [x, y] = p.lonlat.subarray(i * 2, i * 2 + 2);
      box.splice(0, 4, Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y));
    }
  }
  if (Number.isFinite(box[0])) app.map.fit(box);
  store.set({ selected: { key, row } });
}

function drawTexts() {
  const s = store.get();
  document.documentElement.dataset.theme = s.theme;
  document.title = `${t("product")} – ${pick({ vi: app.city.notice_vi, en: app.city.notice_en })}`;
  byId("city-name").textContent = app.city.name === "hue" ? t("city.hue") : app.city.name;
  byId("notice").textContent = pick({ vi: app.city.notice_vi, en: app.city.notice_en });
  for (const b of document.querySelectorAll("[data-lang]")) b.setAttribute("aria-pressed", String(b.dataset.lang === s.lang));
  byId("picking").textContent = t("run.picking");
}

function drawPanels() {
  const s = store.get();
  for (const tab of ["run", "live", "layers"]) {
    byId(`tab-${tab}`).setAttribute("aria-selected", String(s.tab === tab));
    byId(`section-${tab}`).hidden = s.tab !== tab;
  }
  if (s.tab === "live") drawLive(byId("section-live"), s.live, app.packs, show);
  if (s.tab === "layers") drawLayers(byId("section-layers"), app.spec, s.switched, (key, on) => store.set({ switched: { ...s.switched, [key]: on } }));
  byId("picking").hidden = !s.picking;
}

function drawCompare() {
  const s = store.get();
  const c = s.comparison;
  document.body.classList.toggle("comparing", Boolean(c));
  app.map.setSplit(Boolean(c));
  for (const id of ["divider", "side-a", "side-b"]) byId(id).hidden = !c;
  byId("feed").hidden = Boolean(c);
  byId("side-a").textContent = `A · ${t("compare.a")}`;
  byId("side-b").textContent = `B · ${t("compare.b")}`;
  const names = s.closures.map((x) => x.name ?? x.label);
  drawIndicators(app.run.result, c, { names, leave: () => store.set({ comparison: null, playing: false }) });
  drawTimeline(c, s, (patch) => store.set(patch.playing === "toggle" ? { playing: !store.get().playing } : patch));
}

function drawLegendNow() {
  const s = store.get();
  drawLegend({
    spec: app.spec, show: s.show, comparing: Boolean(s.comparison), theme: s.theme, closed: s.closures.length > 0,
  });
}

function redrawAll() {
  drawTexts();
  drawPanels();
  drawCompare();
  drawLegendNow();
  drawSelected();
  drawFeed(store.get().live, { ...app.link, now: Date.now() });
  schedule();
}

/** Change the language everywhere; the map keeps its place. */
async function changeLanguage(lang) {
  if (lang === language()) return;
  await loadWords(lang);
  app.spec = await json(`/api/v1/map/spec?lang=${lang}`);
  app.base.spec = app.spec;
  app.state.spec = app.spec;
  app.names = new NameIndex(app.packs);
  app.run.names = app.names;
  translate();
  app.run.draw();
  redrawAll();
}

/** Draw only what a change touches. */
function wire() {
  store.subscribe((s, before, changed) => {
    const any = (...names) => names.some((n) => changed.has(n));
    if (any("lang")) changeLanguage(s.lang).catch((error) => toast(error.message));
    if (any("theme")) drawTexts();
    if (any("tab", "live", "switched", "picking")) drawPanels();
    if (any("closures", "picking")) app.run.draw();
    if (any("comparison", "step", "show", "playing", "closures")) drawCompare();
    if (any("theme", "comparison", "show", "closures")) drawLegendNow();
    if (any("selected", "live", "step", "comparison")) drawSelected();
    if (any("live")) drawFeed(s.live, { ...app.link, now: Date.now() });
    if (any("playing")) play(s.playing);
    if (any("view", "theme", "switched", "live", "closures", "comparison", "step", "show", "selected")) schedule();
    clearTimeout(app.linkTimer);
    app.linkTimer = setTimeout(() => history.replaceState(null, "", writeHash(store.get())), 250);
  });
  controls({ store, app, show, play: () => store.set({ playing: !store.get().playing }) });
}

/** @param {boolean} on */
function play(on) {
  clearInterval(app.player);
  if (!on) return;
  app.player = setInterval(() => {
    const { comparison: c, step } = store.get();
    if (!c) store.set({ playing: false });
    else store.set({ step: (step + 1) % c.steps });
  }, PLAY_MS);
}

start().catch((error) => {
  byId("loading").textContent = error.message;
  throw error;
});
