/** The comparison: indicators of baseline and what-if with their difference, and the time slider over both maps. */

import { byId, el } from "./dom.js";
import { dayWords, exact, figure, number, pick, signed, span, t, unit } from "./i18n.js";
import { fromBase64 } from "./net.js";
import { NO_FLOW } from "./statelayers.js";
import { SHOWS } from "./store.js";

const FIRST = [
  "mean_travel_time_s", "mean_delay_s", "completed", "unreachable", "cut_off", "unfinished", "mean_speed_kmh", "queue_max_veh",
  "time_spent_veh_h", "vkt_km", "hospital_mean_min", "hospital_10min_percent", "hospital_15min_percent", "market_mean_min",
  "market_10min_percent", "market_15min_percent", "co2_kg", "energy_mj", "nox_kg", "pm25_kg", "co_kg",
];
const MODES = ["", "motorcycle", "car", "bus", "truck", "bicycle"]; // as they are met in Huế
const INNER = ["link_entries"]; // how much the engine did: nothing a planner asks

/** Two runs side by side, decoded. */
export class Comparison {
  /** @param {{a: string, b: string}} ids @param {object} answer */
  constructor(ids, answer) {
    Object.assign(this, { ...ids, indicators: answer.indicators ?? [], notes: answer.notes ?? [], tables: answer.tables ?? [],
      verdict: answer.verdict ?? [] });
    const links = answer.links ?? {};
    const decode = (list, Kind) => (Array.isArray(list) ? list : list ? [list] : []).map((text) => fromBase64(text, Kind));
    this.ratio = { a: decode(links.ratio_a, Uint8Array), b: decode(links.ratio_b, Uint8Array) };
    this.flow = { a: decode(links.flow_a, Uint16Array), b: decode(links.flow_b, Uint16Array) };
    this.params = answer.params ?? {};
    this.ordered = answer.ordered ?? false; // whether a traffic order can be written of its changes
    this.startH = this.params.start_h ?? null;
    this.times = links.time_s ?? this.ratio.a.map((_, i) => i);
    this.steps = Math.min(this.ratio.a.length, this.ratio.b.length);
    this.change = links.change_veh_h ? fromBase64(links.change_veh_h, Int16Array) : null;
    this.unclear = links.change_unclear ? fromBase64(links.change_unclear, Uint8Array) : null;
  }

  /** Say whether either world locked up: from then on its figures predict nothing. */
  locked() {
    return this.indicators.some((i) => i.key === "gridlocks" && (i.a > 0 || i.b > 0));
  }

  /** Return the baseline's mean flow over the period, made once. */
  meanFlow() {
    this.mean ??= Uint16Array.from(this.flow.a[0] ?? [], (_, row) => {
      const known = this.flow.a.map((f) => f[row]).filter((v) => v !== NO_FLOW);
      return known.length ? known.reduce((sum, v) => sum + v, 0) / known.length : NO_FLOW;
    });
    return this.mean;
  }

  /** Return the beginning and end of an interval [s of simulated time]. */
  interval(step) {
    const to = this.times[step] ?? 0;
    return [this.times[step - 1] ?? Math.max(0, to - ((this.times[step + 1] ?? 2 * to) - to)), to];
  }

  /** Return an interval in words. */
  clock(step) {
    return this.startH === null ? this.hour(this.times[step] ?? 0) : this.interval(step).map((s) => this.hour(s)).join("–");
  }

  /** Return the whole period in words. */
  period() {
    return [this.interval(0)[0], this.times.at(-1) ?? 0].map((s) => this.hour(s)).join("–");
  }

  /** Return the hour of the simulated day where it is known, else the time since the start. */
  hour(seconds) {
    if (this.startH === null) return t("time.at", { time: span(seconds) });
    const minutes = Math.round(this.startH * 60 + seconds / 60) % 1440;
    return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  }
}

/**
 * Fill the table of indicators.
 * @param {HTMLElement} root @param {Comparison|null} c @param {{leave: () => void, names: string[], tables: HTMLElement}} o
 */
export function drawIndicators(root, c, { leave, names, tables }) {
  if (!c) {
    root.replaceChildren();
    return;
  }
  const level = c.indicators.find((i) => i.level)?.level ?? 0.95;
  const otherTrips = c.indicators.some((i) => i.key === "trips" && i.difference);
  const head = el("tr", {}, ...["kpi.indicator", "kpi.a", "kpi.b", "kpi.difference"].map((k) => el("th", { scope: "col" }, t(k))));
  const said = c.verdict.map((v) => el("p", {}, pick(v)));
  const groups = grouped(c.indicators.filter((i) => !INNER.includes(i.key)));
  const moved = groups.filter((g) => g.some((i) => i.difference));
  const still = groups.filter((g) => !moved.includes(g)).map((g) => pick(g[0].title) || g[0].key);
  const rows = moved.flatMap((g) => group(g));
  root.replaceChildren(
    el("h2", {}, t("kpi.title")),
    ...(said.length ? [el("div", { class: c.locked() ? "verdict bad" : "verdict", id: "verdict" }, ...said)] : []),
    el("p", { class: "hint" }, names.length ? t("kpi.closed", { names: names.join("; ") }) : t("kpi.no_closure")),
    el("p", { class: "hint", id: "about" }, t("kpi.about", {
      day: c.params.date ? dayWords(c.params.date) : "", hours: c.steps ? c.period() : "", n: number(c.params.replications ?? 1, 0),
      a: c.a.slice(0, 8), b: c.b.slice(0, 8),
    })),
    el("table", { class: "kpi", id: "kpi" }, el("thead", {}, head), el("tbody", {}, ...rows)),
    ...(still.length ? [el("p", { class: "hint" }, t("kpi.unchanged", { names: still.join(", ").toLowerCase() }))] : []),
    el("p", { class: "hint" }, t(otherTrips ? "kpi.ci_trips" : "kpi.ci", { level: number(level * 100, 0) })),
    tables,
    el("ul", { class: "notes" }, ...c.notes.map((n) => el("li", {}, pick(n)))),
    el("div", { class: "row actions" }, el("button", { type: "button", class: "button", id: "leave", onclick: leave }, t("kpi.leave")),
      ...(c.ordered ? [el("a", { class: "button", id: "order", target: "_blank", rel: "noopener",
        href: `/api/v1/runs/${c.b}/order?baseline=${c.a}&f=html` }, t("kpi.order"))] : [])),
  );
}

/** Return the indicators by key: the one about all first, the most important key first. */
function grouped(indicators) {
  const byKey = new Map();
  for (const i of indicators) byKey.set(i.key, [...(byKey.get(i.key) ?? []), i]);
  const place = (g) => (FIRST.indexOf(g[0].key) + FIRST.length + 1) % (FIRST.length + 1);
  return [...byKey.values()].map((g) => g.sort((p, q) => MODES.indexOf(p.mode) - MODES.indexOf(q.mode)))
    .sort((p, q) => place(p) - place(q));
}

/** Return the rows of one key: name, all, and the modes of travel behind a button. */
function group([first, ...modes]) {
  const mode = first.mode ? ` · ${modeName(first.mode)}` : "";
  const more = modes.map((i) => values(i, modeName(i.mode), "mode"));
  for (const row of more) row.hidden = true;
  const words = { "aria-label": t("kpi.modes"), title: t("kpi.modes") };
  const open = el("button", { type: "button", class: "more", "aria-expanded": "false", ...words }, "▸");
  open.addEventListener("click", () => {
    const shut = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!shut));
    open.textContent = shut ? "▸" : "▾";
    for (const row of more) row.hidden = shut;
  });
  const name = el("tr", { class: "name" },
    el("td", { colSpan: 4 }, ...(modes.length ? [open] : []),
      pick(first.title) || first.key, el("small", {}, unit(first.unit, " [", "]") + mode)));
  return [name, values(first, "", "values"), ...more];
}

/** @param {object} i @param {string} title @param {string} kind */
function values(i, title, kind) {
  const sense = senseOf(i);
  const certain = !i.ci || i.ci[0] > 0 || i.ci[1] < 0;
  const verdict = !i.difference || !sense || !certain ? "" : Math.sign(i.difference) === sense ? "better" : "worse";
  const arrow = !i.difference ? "" : i.difference > 0 ? "▲ " : "▼ ";
  const words = verdict ? t(`kpi.${verdict}`) : i.difference && !certain ? t("kpi.uncertain") : "";
  const ci = i.ci && i.difference ? el("span", { class: "ci" }, `${signed(i.ci[0])} … ${signed(i.ci[1])}`) : null;
  return el("tr", { class: kind }, el("td", {}, title), el("td", {}, level(i.a, i)), el("td", {}, level(i.b, i)),
    el("td", {}, el("span", { class: verdict, title: words }, `${arrow}${signed(i.difference)}${words ? ` ${words}` : ""}`), ci));
}

/** Return a value of an indicator, with as many decimals as show the difference. */
function level(value, { difference, unit: of }) {
  const size = Math.abs(difference ?? 0);
  return size >= 0.005 && size < 10 ? exact(value, size < 1 && of !== "1" ? 2 : 1) : figure(value);
}

/** Say whether more of an indicator is good (1), bad (-1) or neither (0); what rounds to nothing is neither. */
const senseOf = ({ better, difference }) => (Math.abs(difference) < 0.005 ? 0 : { higher: 1, lower: -1 }[better] ?? 0);

/** @param {string} mode */
function modeName(mode) {
  const key = `mode.${mode}`;
  const words = t(key);
  return words === key ? mode : words;
}

/**
 * Fill the time slider.
 * @param {Comparison|null} c @param {{step: number, show: string, whole: boolean, playing: boolean, trips: boolean}} s
 * @param {(patch: object) => void} set
 */
export function drawTimeline(c, s, set) {
  const box = byId("timeline");
  box.hidden = !c || c.steps === 0;
  if (box.hidden) return;
  const step = Math.min(s.step, c.steps - 1);
  const slider = box.querySelector("input");
  if (slider && box.dataset.lang === document.documentElement.lang && Number(slider.max) === c.steps - 1) {
    slider.value = String(step);
  } else {
    box.dataset.lang = document.documentElement.lang;
    const button = (id, words, onclick) => el("button", { type: "button", id, onclick }, words);
    box.replaceChildren(
      el("div", { class: "row" },
        button("whole", t("time.whole"), () => set({ whole: "toggle", playing: false })),
        el("button", { type: "button", id: "play", "aria-label": t("time.play"),
          onclick: () => set({ playing: "toggle", whole: false }) }, "▶"),
        el("input", { type: "range", id: "time", min: 0, max: c.steps - 1, step: 1, value: String(step),
          "aria-label": t("time.slider"), oninput: (e) => set({ step: Number(e.target.value), playing: false, whole: false }) }),
        el("output", { htmlFor: "time" })),
      el("div", { class: "row", role: "group", "aria-label": t("show.label") },
        ...SHOWS.map((show) => button(`show-${show}`, t(`show.${show}`), () => set({ show }))),
        button("show-trips", t("show.trips"), () => set({ trips: "toggle" }))),
    );
  }
  const whole = s.whole && s.show === "change" && Boolean(c.change);
  box.querySelector("#whole").hidden = s.show !== "change" || !c.change;
  box.querySelector("#whole").setAttribute("aria-pressed", String(whole));
  slider?.classList.toggle("idle", whole);
  box.querySelector("output").textContent = whole ? c.period() : c.clock(step);
  box.querySelector("#play").textContent = s.playing ? "❚❚" : "▶";
  for (const show of SHOWS) box.querySelector(`#show-${show}`).setAttribute("aria-pressed", String(s.show === show));
  box.querySelector("#show-trips").setAttribute("aria-pressed", String(Boolean(s.trips)));
}
