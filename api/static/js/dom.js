/** Making elements without a framework. */

import { t } from "./i18n.js";

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} [props] properties; `on…` are listeners, others with a dash are attributes
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name.includes("-") || name === "role" || name === "for") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter((c) => c !== null && c !== undefined));
  return made;
}

/**
 * Make an input for a day, written dd/MM/yyyy whatever the browser's language, kept as ISO.
 * @param {Record<string, any>} props with `needed` it may not be left empty
 * @param {string|undefined} iso @param {(iso: string|undefined) => void} keep "" for an empty field, undefined for no day
 * @returns {HTMLElement}
 */
export function dayInput({ needed = false, ...props }, iso, keep) {
  const shown = iso ? iso.split("-").reverse().join("/") : "";
  const take = (e) => {
    const text = e.target.value.trim();
    const read = text === "" && !needed ? "" : isoDay(text);
    e.target.setCustomValidity(read === undefined ? t("params.day") : "");
    keep(read);
  };
  const form = { placeholder: "dd/mm/yyyy", inputMode: "numeric", autocomplete: "off" };
  return el("input", { type: "text", ...form, ...props, value: shown, oninput: take });
}

/** Return a day as ISO; undefined where the calendar has no such day. @param {string} text dd/MM/yyyy */
function isoDay(text) {
  const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  const made = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const exists = year && made.getUTCMonth() === Number(month) - 1 && made.getUTCDate() === Number(day);
  return exists ? made.toISOString().slice(0, 10) : undefined;
}

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/**
 * Show a message until it can have been read; one that the pointer is on, or whose fold is open, stays.
 * @param {...(Node|string)} parts
 */
export function toast(...parts) {
  const box = byId("toast");
  box.replaceChildren(...parts);
  box.hidden = false;
  clearInterval(toast.timer);
  const until = performance.now() + Math.max(6000, 60 * box.textContent.length);
  toast.timer = setInterval(() => {
    if (performance.now() < until || box.matches(":hover") || box.querySelector("details[open]")) return;
    box.hidden = true;
    clearInterval(toast.timer);
  }, 500);
}

/** @param {number[]} c */
export const css = (c) => `rgba(${c[0]}, ${c[1]}, ${c[2]}, ${(c[3] ?? 255) / 255})`;

/**
 * Make a short line or dot for a legend.
 * @param {number[]} colour
 * @param {"line"|"dot"|"point"|"thin"|"closed"|"changed"|"signal"|"parcel"} shape
 */
export function swatch(colour, shape) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("width", shape === "point" ? "12" : "28");
  svg.setAttribute("height", "12");
  svg.setAttribute("aria-hidden", "true");
  const add = (tag, attributes) => {
    const node = document.createElementNS(ns, tag);
    for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
    svg.append(node);
  };
  const stroke = css(colour);
  if (shape === "point") add("circle", { cx: 6, cy: 6, r: 4.5, fill: stroke, stroke: "#fff" });
  else if (shape === "parcel") add("circle", { cx: 14, cy: 6, r: 5, fill: css([...colour, 90]), stroke, "stroke-width": 2 });
  else if (shape === "signal") {
    add("rect", { x: 3, y: 0.5, width: 22, height: 11, rx: 5.5, fill: "#28282c", stroke, "stroke-width": 1.5 });
    for (const [cx, fill] of [[8, "#e23c32"], [14, "#ecba28"], [20, "#28aa5a"]]) add("circle", { cx, cy: 6, r: 2.6, fill });
  } else if (shape === "dot") add("circle", { cx: 14, cy: 6, r: 5, fill: stroke, stroke: "#fff" });
  else add("line", { x1: 1, y1: 6, x2: 27, y2: 6, stroke, "stroke-width": shape === "thin" ? 2.5 : 6, "stroke-linecap": "round" });
  if (shape === "changed") add("line", { x1: 1, y1: 6, x2: 27, y2: 6, stroke: "#fff", "stroke-width": 2.4 });
  if (shape === "closed") {
    add("circle", { cx: 14, cy: 6, r: 5, fill: "#fff", stroke, "stroke-width": 2 });
    add("path", { d: "M11.5 3.5l5 5m0-5l-5 5", stroke, "stroke-width": 1.6 });
  }
  return svg;
}
