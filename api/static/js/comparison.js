/** The comparison: indicators of baseline and what-if with their difference, and the time slider over both maps. */

import { byId, el } from "./dom.js";
import { number, pick, signed, span, t } from "./i18n.js";
import { fromBase64 } from "./net.js";

const HIGHER_IS_BETTER = /completed|done|arrived|served|throughput|speed|reach/;
const LOWER_IS_BETTER = /time|delay|queue|wait|lost|unserved|stuck|length|distance|missed|unfinished|en_route|left|blocked|jam/;

/** Two runs side by side, decoded. */
export class Comparison {
  /** @param {{a: string, b: string}} ids @param {object} answer */
  constructor(ids, answer) {
    Object.assign(this, { ...ids, indicators: answer.indicators ?? [], notes: answer.notes ?? [] });
    const links = answer.links ?? {};
    const decode = (list, Kind) => (Array.isArray(list) ? list : list ? [list] : []).map((text) => fromBase64(text, Kind));
    this.ratio = { a: decode(links.ratio_a, Uint8Array), b: decode(links.ratio_b, Uint8Array) };
    this.flow = { a: decode(links.flow_a, Uint16Array), b: decode(links.flow_b, Uint16Array) };
    this.times = links.time_s ?? this.ratio.a.map((_, i) => i);
    this.steps = Math.min(this.ratio.a.length, this.ratio.b.length);
  }
}

/**
 * Fill the table of indicators.
 * @param {HTMLElement} root @param {Comparison|null} c @param {{leave: () => void, names: string[]}} o
 */
export function drawIndicators(root, c, { leave, names }) {
  if (!c) {
    root.replaceChildren();
    return;
  }
  const level = c.indicators.find((i) => i.level)?.level ?? 0.95;
  const head = el("tr", {}, ...["kpi.indicator", "kpi.a", "kpi.b", "kpi.difference"].map((k) => el("th", { scope: "col" }, t(k))));
  const rows = c.indicators.flatMap((i) => indicator(i));
  root.replaceChildren(
    el("h2", {}, t("kpi.title")),
    el("p", { class: "hint" }, names.length ? t("kpi.closed", { names: names.join(", ") }) : t("kpi.no_closure")),
    el("table", { class: "kpi", id: "kpi" }, el("thead", {}, head), el("tbody", {}, ...rows)),
    el("p", { class: "hint" }, t("kpi.ci", { level: number(level * 100, 0) })),
    el("ul", { class: "notes" }, ...c.notes.map((n) => el("li", {}, pick(n)))),
    el("div", { class: "row actions" }, el("button", { type: "button", class: "button", id: "leave", onclick: leave }, t("kpi.leave"))),
  );
}

/** @param {object} i */
function indicator(i) {
  const sense = senseOf(i);
  const certain = !i.ci || i.ci[0] > 0 || i.ci[1] < 0;
  const verdict = !i.difference || !sense || !certain ? "" : Math.sign(i.difference) === sense ? "better" : "worse";
  const arrow = !i.difference ? "" : i.difference > 0 ? "▲ " : "▼ ";
  const mode = i.mode && i.mode !== "all" ? ` · ${modeName(i.mode)}` : "";
  const unit = i.unit && i.unit !== "1" ? ` [${i.unit}]` : "";
  const ci = i.ci ? el("span", { class: "ci" }, `${signed(i.ci[0])} … ${signed(i.ci[1])}`) : null;
  const words = verdict ? t(`kpi.${verdict}`) : certain ? "" : t("kpi.uncertain");
  return [
    el("tr", { class: "name" }, el("td", { colSpan: 4 }, pick(i.title) || i.key, el("small", {}, unit + mode))),
    el("tr", { class: "values" }, el("td"), el("td", {}, number(i.a)), el("td", {}, number(i.b)),
      el("td", { class: verdict, title: words }, `${arrow}${signed(i.difference)}`, ci,
        words ? el("span", { class: "ci" }, words) : null)),
  ];
}

/** Say whether more of an indicator is good (1), bad (-1) or neither (0). */
function senseOf(i) {
  if (i.better) return i.better === "higher" ? 1 : i.better === "lower" ? -1 : 0;
  if (LOWER_IS_BETTER.test(i.key)) return -1;
  return HIGHER_IS_BETTER.test(i.key) ? 1 : 0;
}

/** @param {string} mode */
function modeName(mode) {
  const key = `mode.${mode}`;
  const words = t(key);
  return words === key ? mode : words;
}

/**
 * Fill the time slider.
 * @param {Comparison|null} c @param {{step: number, show: string, playing: boolean}} s @param {(patch: object) => void} set
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
    box.replaceChildren(
      el("button", { type: "button", id: "play", "aria-label": t("time.play"), onclick: () => set({ playing: "toggle" }) }, "▶"),
      el("input", { type: "range", id: "time", min: 0, max: c.steps - 1, step: 1, value: String(step), "aria-label": t("time.slider"),
        oninput: (e) => set({ step: Number(e.target.value), playing: false }) }),
      el("output", { htmlFor: "time" }),
      el("button", { type: "button", id: "show-speed", onclick: () => set({ show: "speed" }) }, t("show.speed")),
      el("button", { type: "button", id: "show-change", onclick: () => set({ show: "change" }) }, t("show.change")),
    );
  }
  box.querySelector("output").textContent = t("time.at", { time: span(c.times[step] ?? 0) });
  box.querySelector("#play").textContent = s.playing ? "❚❚" : "▶";
  box.querySelector("#show-speed").setAttribute("aria-pressed", String(s.show === "speed"));
  box.querySelector("#show-change").setAttribute("aria-pressed", String(s.show === "change"));
}
