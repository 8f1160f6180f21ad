/** The parameters of a scenario as fields of the form: in groups, with bounds, units and numbers as the language writes them. */

import { dayInput, el } from "./dom.js";
import { language, number, numberOf, pick, t, unit } from "./i18n.js";

const FIRST = ["date", "start_h", "duration_min", "replications", "demand_scale"];
const CLOCK = ["start_h"]; // hours of the day, written as on a clock
const TABLE = ["object", "array"];
/** Groups in the order shown; a parameter belongs to the first whose pattern its name matches. */
const GROUPS = [
  ["demand", /^(festival_|segment_|peaks$|\w+_tours$|truck_factor|trips_per_|through_|gateway_|gravity_|zones$|floor_area|households_)/],
  ["modes", /^(value_of_time|time_weight|nest_|\w+_ownership|\w+_occupancy|bus_|bike_share_|walk_kmh|most_walk|choice_)/],
  ["bikes", /^(stations|docks|fill_|rentals_|reach_|ride_|round_trip|decay_|truck|handle_|look_|ahead_|least_)/],
  ["routes", /^(way_choice|change_band|habits|informed_|update_)/],
  ["network", /^(bicycle_kmh|junction_|jam_|traffic_)/],
  ["period", /./],
];
const GROUPED_FROM = 6; // fewer parameters need no headings

/**
 * Return the fields of a scenario: the usual ones open, the others in groups behind their headings.
 * @param {Record<string, object>} properties of the JSON schema
 * @param {{value: (name: string, p: object) => any, standard: (name: string, p: object) => any,
 *   keep: (name: string, value: any) => void, open: Set<string>}} form
 * @returns {HTMLElement[]}
 */
export function paramFields(properties, form) {
  const all = Object.entries(properties);
  const make = ([name, p]) =>
    field(name, { ...p, default: form.standard(name, p) }, form.value(name, p), (value) => form.keep(name, value));
  const rest = all.filter(([name]) => !FIRST.includes(name));
  const groups = new Map(GROUPS.map(([key]) => [key, []]));
  for (const entry of rest) groups.get(GROUPS.find(([, names]) => names.test(entry[0]))[0]).push(entry);
  const box = (key, entries) => el("details", { class: "params", id: `params-${key}`, open: form.open.has(key),
    ontoggle: (e) => { form.open[e.target.open ? "add" : "delete"](key); } },
    el("summary", {}, t(`params.${key}`, { n: number(entries.length, 0) })), ...entries.map(make));
  const shown = rest.length < GROUPED_FROM ? (rest.length ? [["all", rest]] : []) : [...groups].filter(([, e]) => e.length);
  const first = FIRST.flatMap((name) => all.filter(([other]) => other === name));
  return [...first.map(make), ...shown.map(([key, entries]) => box(key, entries))];
}

/** @param {string} name @param {object} p @param {any} value @param {(value: any) => void} keep */
function field(name, p, value, keep) {
  const [words, more] = parted(pick({ vi: p.vi ?? p.title ?? name, en: p.en ?? p.title ?? name }));
  const clock = CLOCK.includes(name);
  const input = clock ? clockInput(p, value, keep) : inputOf(p, value, keep);
  input.id = `param-${name}`;
  const table = TABLE.includes(p.type);
  const notes = [more, table ? t("params.json") : clock ? "" : boundsOf(p), sourceOf(p), wasOf(p, value, clock)];
  const text = notes.filter(Boolean).join(" · ");
  const kind = ["field", table ? "table" : "", differs(p, value) ? "set" : ""].filter(Boolean).join(" ");
  return el("label", { class: kind }, el("span", {}, words), input,
    el("span", { class: "unit" }, table || clock ? "" : unit(p.unit)), ...(text ? [el("small", {}, text)] : []));
}

/** Part a name from what explains it, in brackets or behind a semicolon. @param {string} words */
function parted(words) {
  const [, name, bracket, clause] = /^(.+?)(?: \((.+)\)|; (.+))$/.exec(words) ?? [];
  return name ? [name, bracket ?? clause] : [words, ""];
}

const differs = (p, value) => p.default !== undefined && JSON.stringify(value) !== JSON.stringify(p.default);

/** Say what a value was before somebody, or a ready-made what-if, set it; tables are too long for that. */
function wasOf(p, value, clock) {
  if (!differs(p, value) || TABLE.includes(p.type)) return "";
  const day = p.format === "date" ? String(p.default).split("-").reverse().join("/") : "";
  return t("params.was", { value: day || (clock ? hourText(p.default) : number(p.default)) });
}

/** Return hours of the day as on a clock. @param {number} hours */
export function hourText(hours) {
  const minutes = Math.round(hours * 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

/** An input for an hour of the day, written 17:30; a plain number of hours is understood as well. */
function clockInput(p, value, keep) {
  const take = (e) => {
    const [, h, m] = /^(\d{1,2})[:hg](\d{2})?$/.exec(e.target.value.trim()) ?? [];
    const read = h === undefined ? numberOf(e.target.value) : Number(h) + Number(m ?? 0) / 60;
    const wrong = Number.isNaN(read) || Number(m ?? 0) > 59 || read < (p.minimum ?? 0) || read > (p.maximum ?? 24);
    e.target.setCustomValidity(wrong ? t("params.clock") : "");
    if (!wrong) keep(read);
  };
  return el("input", { type: "text", inputMode: "numeric", autocomplete: "off", oninput: take, value: hourText(Number(value)) });
}

/** @param {object} p @param {any} value @param {(value: any) => void} keep */
function inputOf(p, value, keep) {
  if (p.enum) {
    const options = p.enum.map((v) => el("option", { value: v, selected: v === value }, String(v)));
    return el("select", { onchange: (e) => keep(e.target.value) }, ...options);
  }
  if (p.type === "boolean") return el("input", { type: "checkbox", checked: value, onchange: (e) => keep(e.target.checked) });
  if (p.type === "number" || p.type === "integer") return numberInput(p, value, keep);
  if (TABLE.includes(p.type)) return tableInput(p, value, keep);
  if (p.format === "date") return dayInput({ needed: true }, String(value ?? ""), keep);
  return el("input", { type: "text", value: String(value ?? ""), oninput: (e) => keep(e.target.value) });
}

/** An input for a number with the language's decimal sign; it is invalid outside the bounds. */
function numberInput(p, value, keep) {
  const take = (e) => {
    const read = numberOf(e.target.value);
    const wrong = Number.isNaN(read) || (p.type === "integer" && !Number.isInteger(read))
      || read < (p.minimum ?? -Infinity) || read > (p.maximum ?? Infinity);
    e.target.setCustomValidity(wrong ? [t(p.type === "integer" ? "params.whole" : "params.number"), boundsOf(p)].join(" ") : "");
    if (!wrong) keep(read);
  };
  const shown = String(value ?? "");
  return el("input", { type: "text", inputMode: "decimal", autocomplete: "off", oninput: take,
    value: language() === "vi" ? shown.replace(".", ",") : shown });
}

/** An input for a list or a table, written as JSON. */
function tableInput(p, value, keep) {
  const take = (e) => {
    let read;
    try {
      read = JSON.parse(e.target.value);
    } catch {
      read = null;
    }
    const right = p.type === "array" ? Array.isArray(read) : read !== null && typeof read === "object" && !Array.isArray(read);
    e.target.setCustomValidity(right ? "" : t(p.type === "array" ? "params.need_list" : "params.need_table"));
    if (right) keep(read);
  };
  return el("input", { type: "text", class: "json", spellcheck: false, autocomplete: "off", oninput: take,
    value: JSON.stringify(value ?? (p.type === "array" ? [] : {})) });
}

function boundsOf({ minimum, maximum }) {
  if (minimum === undefined || maximum === undefined) return "";
  return t("run.bounds", { low: number(minimum), high: number(maximum) });
}

/** Say where a default comes from; in Vietnamese at least whether it is an assumption, sources being in English. */
function sourceOf({ source = "" }) {
  if (language() === "en") return source;
  return /assum/i.test(source) ? t("run.assumed") : "";
}
