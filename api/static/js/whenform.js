/** The hours, weekdays and dates of a change in the form, and what is wrong with them. */

import { dayInput, el } from "./dom.js";
import { number, t } from "./i18n.js";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const ALWAYS = { from: "", to: "", overnight: false, days: [], first: "", last: "" };
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/**
 * Return the fields.
 * @param {object} f the form: `ALWAYS` and what the user made of it
 * @param {() => void} check called when something was typed
 * @returns {HTMLElement[]}
 */
export function whenFields(f, check) {
  const clock = (name, placeholder) => el("label", {}, t(`change.${name}`),
    el("input", { type: "text", id: `change-${name}`, inputMode: "numeric", autocomplete: "off", placeholder, value: f[name],
      oninput: (e) => { f[name] = e.target.value.trim(); check(); } }));
  const date = (name) => el("label", {}, t(`change.${name}`),
    dayInput({ id: `change-${name}` }, f[name], (iso) => { f[name] = iso; check(); }));
  const tick = (id, words, on, keep) => el("label", {},
    el("input", { type: "checkbox", id, checked: on, onchange: (e) => { keep(e.target.checked); check(); } }), words);
  const day = (name) => tick(`change-day-${name}`, t(`day.${name}`), f.days.includes(name), (on) => {
    f.days = on ? [...f.days, name] : f.days.filter((d) => d !== name);
  });
  return [
    el("div", { class: "grid" }, clock("from", "18:00"), clock("to", "22:00")),
    el("div", { class: "tick" }, tick("change-overnight", t("change.overnight"), f.overnight, (on) => { f.overnight = on; })),
    el("fieldset", { class: "boxes" }, el("legend", {}, t("change.days")), ...DAYS.map(day)),
    el("div", { class: "grid" }, date("first"), date("last")),
  ];
}

/**
 * Return what is wrong, in words, by the field that is to be mended.
 * @param {object} f
 * @returns {Record<string, string>}
 */
export function whenFaults(f) {
  const faults = {};
  for (const name of ["from", "to"]) if (f[name] && !CLOCK.test(f[name])) faults[name] = t("change.bad_hour", { hour: f[name] });
  for (const name of ["first", "last"]) if (f[name] === undefined) faults[name] = t("params.day");
  if (f.first && f.last && f.last < f.first) faults.last = t("change.bad_dates");
  if (faults.from || faults.to) return faults;
  const [from, to] = [minute(f.from || "00:00"), minute(f.to || "24:00")];
  if (f.from === "24:00") faults.from = t("change.late_hour");
  else if (from === to) faults.to = t("change.same_hour");
  else if (to < from && !f.overnight) faults.to = t("change.reversed", { from: f.from, to: f.to });
  else if (to > from && f.overnight) faults.to = t("change.too_long", { hours: number((to - from) / 60 + 24, 1) });
  return faults;
}

/** Return the windows of time of the form, as the service takes them; none for always. @param {object} f */
export function whenOf({ from, to, days, first, last }) {
  if (!from && !to && !first && !last && days.length === 0) return [];
  return [{ from_time: from || "00:00", to_time: to || "24:00", days: DAYS.filter((d) => days.includes(d)),
    first_day: first || null, last_day: last || null }];
}

const minute = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
