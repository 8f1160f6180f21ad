/** A traffic signal in the form: a plan of fixed times, or vehicles that decide, and what is wrong with either. */

import { el } from "./dom.js";
import { number, t } from "./i18n.js";

export const SIGNALS = ["signal", "signal-actuated"];
export const TIMING = { cycle: 60, green: 26, least: 7, most: 40, gap: 3 };
const FIELDS = { signal: ["cycle", "green"], "signal-actuated": ["least", "most", "gap"] };
const SHORTEST_CYCLE_S = 20;
const LONGEST_CYCLE_S = 300;
const LOST_S = 4; // after each of the two phases: yellow and all red
const PHASES = 2;

/**
 * Return the fields of a kind of signal, and the line that says what follows from them.
 * @param {object} f the form @param {() => void} check called when something was typed
 * @returns {HTMLElement[]}
 */
export function signalFields(f, check) {
  const follows = el("p", { class: "hint", id: "change-follows" }, followsWords(f));
  const field = (name) => el("label", {}, t(`change.${name}`),
    el("input", { type: "text", id: `change-${name}`, inputMode: "decimal", autocomplete: "off", value: shown(f[name]),
      oninput: (e) => {
        f[name] = e.target.value.trim() === "" ? NaN : Number(e.target.value.trim().replace(",", "."));
        follows.textContent = followsWords(f);
        check();
      } }));
  return [el("div", { class: "grid" }, ...FIELDS[f.kind].map(field)), follows];
}

/**
 * Return what is wrong, in words, by the field that is to be mended.
 * @param {object} f
 * @returns {Record<string, string>}
 */
export function signalFaults(f) {
  if (!SIGNALS.includes(f.kind)) return {};
  const missing = FIELDS[f.kind].filter((name) => Number.isNaN(f[name]));
  if (missing.length) return Object.fromEntries(missing.map((name) => [name, t("change.need_number", { field: t(`change.${name}`) })]));
  return f.kind === "signal" ? planFaults(f) : actuatedFaults(f);
}

function planFaults({ cycle, green }) {
  if (cycle < SHORTEST_CYCLE_S || cycle > LONGEST_CYCLE_S) {
    return { cycle: t("change.bad_cycle", { low: number(SHORTEST_CYCLE_S, 0), high: number(LONGEST_CYCLE_S, 0) }) };
  }
  if (green <= 0) return { green: t("change.no_green") };
  const room = cycle - PHASES * LOST_S;
  if (green >= cycle) return { green: t("change.green_over_cycle", { green: number(green), cycle: number(cycle) }) };
  const told = { green: number(green), room: number(room), lost: number(LOST_S, 0) };
  return green >= room ? { green: t("change.green_leaves_none", told) } : {};
}

function actuatedFaults({ least, most, gap }) {
  const longest = LONGEST_CYCLE_S / PHASES - LOST_S;
  if (least <= 0) return { least: t("change.no_green") };
  if (most < least) return { most: t("change.most_under_least", { least: number(least), most: number(most) }) };
  if (most > longest) return { most: t("change.bad_most", { high: number(longest, 0) }) };
  return gap > 0 ? {} : { gap: t("change.bad_gap") };
}

/** Return the change as the service takes it. @param {object} f @param {string} street @param {object[]} when */
export function signalChange(f, street, when) {
  const junction = [street, f.start];
  return f.kind === "signal"
    ? { kind: "signal-split", junction, cycle_s: f.cycle, first_share: f.green / (f.cycle - PHASES * LOST_S), lost_s: LOST_S, when }
    : { kind: "signal-actuated", junction, min_green_s: f.least, max_green_s: f.most, gap_s: f.gap, lost_s: LOST_S, when };
}

/** Say what the crossing street gets, or how the vehicles decide. */
function followsWords(f) {
  if (Object.keys(signalFaults(f)).length) return "";
  if (f.kind === "signal") return t("change.other_green", { n: number(f.cycle - PHASES * LOST_S - f.green), lost: number(LOST_S, 0) });
  return t("change.by_vehicles", { least: number(f.least), most: number(f.most), gap: number(f.gap), lost: number(LOST_S, 0) });
}

const shown = (value) => (Number.isNaN(value) ? "" : number(value));
