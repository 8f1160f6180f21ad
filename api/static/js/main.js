/** The page: loads the city, keeps one state, and draws map, panels and permalink from it. */

import { BaseLayers } from "./baselayers.js";
import { ChangeLayers, lookOf } from "./changelayers.js";
import { described } from "./changepanel.js";
import { controls } from "./controls.js";
import { Comparison, drawIndicators, drawTimeline } from "./comparison.js";
import { byId, el } from "./dom.js";
import { language, loadWords, number, pick, t, translate } from "./i18n.js";
import { allLabels } from "./labelset.js";
import { drawInspector, drawLayers } from "./layerpanel.js";
import { drawLegend } from "./legend.js";
import { drawFeed, drawLive } from "./livepanel.js";
import { MapView } from "./mapview.js";
import { fromBase64, json, listen, pack } from "./net.js";
import { tell } from "./problem.js";
import { RunPanel } from "./runpanel.js";
import { bringIntoView, drawScene, streetRows, tip } from "./scene.js";
import { Replay } from "./replay.js";
import { ResultTables } from "./resulttables.js";
import { NameIndex } from "./search.js";
import { chooseRows } from "./shapes.js";
import { NO_FLOW, NOT_OBSERVED, StateLayers } from "./statelayers.js";
import { createStore, readHash, writeHash } from "./store.js";

const NO_MEASURE = ["network-as-of", "land-use", "floor-area", "raise-ground"]; // changes no traffic order speaks of
const AT_START = 14; // layers that show only from this zoom on are fetched when first needed
const darkByDefault = matchMedia("(prefers-color-scheme: dark)").matches;
const linked = readHash(location.hash);
const store = createStore({
  lang: "vi", theme: darkByDefault ? "dark" : "light", switched: {}, view: null, tab: "run", live: null, closures: [], picking: false,
  selected: null, comparison: null, step: 0, show: "speed", whole: true, playing: false, trips: false,
  ...linked,
});
const app = { link: { connected: false, receivedAt: 0 }, ready: false, drawn: 0, coming: new Set() };
globalThis.hueTwin = { store, app };

/** Load the city; everything after is drawn from the store. */
async function start() {
  const { lang } = store.get();
  await loadWords(lang);
  translate();
  const [city, spec, scenarios] = await Promise.all([
    json("/api/v1/city"), json(`/api/v1/map/spec?lang=${lang}`), json("/api/v1/scenarios").catch(() => []),
  ]);
  app.urls = new Map(spec.layers.map((def) => [def.twin.key, def.data]));
  const first = new Set(spec.layers.filter((def) => !(def.twin.minZoom >= AT_START)).map((def) => def.twin.key));
  const packs = Object.fromEntries(await Promise.all([...first].map(async (key) => [key, await pack(app.urls.get(key))])));
  const day = new Date().toISOString().slice(0, 10);
  const counts = packs.admin ? { admin: chooseRows(packs.admin, { valid: true }, day).length } : {};
  Object.assign(app, { city, spec, packs, day, scenarios, counts });
  app.base = new BaseLayers(spec, packs, day);
  app.state = new StateLayers(spec, packs.roads);
  app.replay = new Replay(app, store, { schedule, legend: drawLegendNow });
  app.tables = new ResultTables(([longitude, latitude]) => app.map.move({ ...app.map.view, longitude, latitude, zoom: 15.5 }));
  app.labels = allLabels(packs, day);
  app.names = new NameIndex(packs, day);
  app.changes = new ChangeLayers(packs.roads, (name) => app.names.entries.find((e) => e.key === "roads" && e.name === name)?.rows ?? []);
  app.home = { ...spec.initialViewState };
  const view = store.get().view ? { ...app.home, ...store.get().view } : app.home;
  const onView = (v) => store.set({ view: short(v) });
  app.map = new MapView(byId("map"), { view, onView, onClick: clicked, tip: (info) => tip(app, info) });
  app.run = new RunPanel(byId("section-run"), { scenarios, names: app.names, store, onDone: (ids) => openComparison(ids),
    onTaken: (closures) => bringIntoView(app, closures) });
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
    const [answer, run] = await Promise.all([
      json(`/api/v1/compare?a=${ids.a}&b=${ids.b}`), json(`/api/v1/runs/${ids.b}`),
    ]);
    const { interventions = [], params = {} } = run.request ?? {};
    const ordered = interventions.some((i) => !NO_MEASURE.includes(i.kind));
    const comparison = new Comparison(ids, { ...answer, params, ordered });
    const told = interventions.filter((i) => i.kind !== "raise-ground"); // its outline is in metres here
    const closures = told.length ? await described(told) : [];
    const step = store.get().linked ? store.get().step : Math.floor(comparison.steps / 2);
    store.set({
      comparison, show: store.get().linked && linked.show ? linked.show : comparison.flow.a.length ? "change" : "speed",
      closures: closures.length ? closures : store.get().closures, linked: null, tab: "run",
      step: Math.max(0, Math.min(step, comparison.steps - 1)),
    });
    bringIntoView(app, store.get().closures);
  } catch (error) {
    tell(error);
  }
}

function followLive() {
  const take = (live) => {
    live.decoded = { ratio: fromBase64(live.links.ratio, Uint8Array), flow: fromBase64(live.links.flow_veh_h, Uint16Array) };
    app.link.receivedAt = Date.now();
    const before = store.get().live;
    const same = before && before.links.ratio === live.links.ratio && before.links.flow_veh_h === live.links.flow_veh_h;
    if (same) live.decoded = before.decoded;
    store.set({ live });
  };
  json("/api/v1/live").then(take).catch(() => store.set({ live: null }));
  listen("/api/v1/live/stream", { state: take }, (connected) => {
    app.link.connected = connected;
    drawFeed(store.get().live, { ...app.link, now: Date.now() });
  });
  setInterval(() => drawFeed(store.get().live, { ...app.link, now: Date.now() }), 5000);
}

/** Fetch tables the view asks for, each once. */
app.wanted = (keys) => {
  for (const key of keys) {
    if (app.coming.has(key)) continue;
    app.coming.add(key);
    pack(app.urls.get(key)).then((found) => { app.packs[key] = found; schedule(); }).catch((error) => tell(error));
  }
};

/** Ask for one drawing of the map in the next frame. */
function schedule() {
  clearTimeout(app.later);
  app.later = 0;
  if (app.frame) return;
  app.frame = requestAnimationFrame(() => {
    app.frame = 0;
    const began = performance.now();
    drawScene(app, store.get());
    requestAnimationFrame(() => { app.costMs = performance.now() - began; });
  });
}

/** Ask for a drawing that may wait: on a slow machine live values take a tenth of its time and no more. */
function scheduleLive() {
  if (!app.later && !app.frame) app.later = setTimeout(schedule, Math.min(20_000, (app.costMs ?? 0) * 9));
}

function clicked(info) {
  const s = store.get();
  if (s.picking) {
    const hit = app.base.picked(app.map.nearest(info, app.base.layersOf("roads")) ?? { index: -1 });
    if (!hit) return;
    const name = app.packs.roads.value("name", hit.row);
    if (name) app.run.changes.street(name);
    else app.run.changes.links(bothWays(hit.row));
    store.set({ picking: false });
    return;
  }
  store.set({ selected: info.layer ? app.base.picked(info) : null });
}

/** Return the ids of a section in both directions. @param {number} row */
function bothWays(row) {
  const { ids, arrays } = app.packs.roads;
  const back = arrays.reverse[row];
  return [ids[row], ...(back >= 0 ? [ids[back]] : [])];
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
    const button = (text, onclick) => el("button", { type: "button", class: "button", onclick }, text);
    if (name) actions.push(button(t("inspector.close_street"), () => app.run.changes.add({ kind: "close-street", name })));
    actions.push(button(t("inspector.close_section"), () => app.run.changes.add({ kind: "close-link", links: bothWays(row) })));
  }
  const pack = app.packs[selected.key];
  drawInspector({ pack, row: selected.row, spec: app.spec, more, actions, onClose: () => store.set({ selected: null }) });
}

/** Fly to a feature and show it. */
function show(key, row) {
  const p = app.packs[key];
  const rows = key === "roads" ? streetRows(app, row) : [row];
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
  const toggle = (key, on) => store.set({ switched: { ...store.get().switched, [key]: on } });
  if (s.tab === "layers") drawLayers(byId("section-layers"), app.spec, s.switched, toggle, app.counts);
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
  byId("side-b").textContent = `B · ${t(s.show === "change" ? "compare.b_change" : "compare.b")}`;
  const names = s.closures.map((x) => x.name ?? x.label);
  if (c && app.shownResult?.c !== c) setTimeout(() => app.run.result.scrollIntoView({ block: "start" }), 0);
  const shown = { c, words: `${s.lang} ${names.join("|")}` };
  if (app.shownResult?.c !== c || app.shownResult.words !== shown.words) {
    app.tables.show(c);
    const leave = () => store.set({ comparison: null, playing: false });
    drawIndicators(app.run.result, c, { names, leave, tables: app.tables.root });
  }
  app.shownResult = shown;
  const toggled = (patch) => Object.fromEntries(
    Object.entries(patch).map(([k, v]) => [k, v === "toggle" ? !store.get()[k] : v]));
  drawTimeline(c, s, (patch) => store.set(toggled(patch)));
}

function drawLegendNow() {
  const s = store.get();
  drawLegend({
    spec: app.spec, show: s.show, whole: s.whole && Boolean(s.comparison?.change), comparing: Boolean(s.comparison),
    theme: s.theme, looks: new Set(s.closures.map((x) => lookOf(x.change))),
    classes: s.comparison && s.trips ? app.replay.trips.classes() : [],
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
  app.names = new NameIndex(app.packs, app.day);
  app.run.names = app.names;
  translate();
  app.run.draw();
  redrawAll();
}

/** Draw only what a change touches. */
function wire() {
  store.subscribe((s, before, changed) => {
    const any = (...names) => names.some((n) => changed.has(n));
    if (any("lang")) changeLanguage(s.lang).catch((error) => tell(error));
    if (any("theme")) drawTexts();
    if (any("tab", "live", "switched", "picking")) drawPanels();
    if (any("closures", "picking")) app.run.draw();
    if (any("comparison", "step", "trips", "playing")) app.replay.follow(any("comparison", "step"));
    if (any("comparison", "step", "show", "whole", "playing", "closures", "trips")) drawCompare();
    if (any("theme", "comparison", "show", "whole", "closures", "trips")) drawLegendNow();
    if (any("selected", "live", "step", "comparison")) drawSelected();
    if (any("live")) drawFeed(s.live, { ...app.link, now: Date.now() });
    const drawn = ["view", "theme", "switched", "closures", "comparison", "step", "show", "whole", "selected", "trips"];
    if (any(...drawn)) schedule();
    else if (any("live") && !s.comparison) (before.live ? scheduleLive : schedule)();
    clearTimeout(app.linkTimer);
    app.linkTimer = setTimeout(() => history.replaceState(null, "", writeHash(store.get())), 250);
  });
  controls({ store, app, show, play: () => store.set({ playing: !store.get().playing, whole: false }) });
}

start().catch((error) => {
  byId("loading").textContent = error.message;
  throw error;
});
