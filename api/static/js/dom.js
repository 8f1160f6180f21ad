/** Making elements without a framework. */

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
 * @param {Record<string, any>} props @param {string} iso @param {(iso: string) => void} keep "" while it is no day
 * @returns {HTMLElement}
 */
export function dayInput(props, iso, keep) {
  const shown = iso ? iso.split("-").reverse().join("/") : "";
  const take = (e) => {
    const [, day, month, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(e.target.value.trim()) ?? [];
    keep(year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "");
  };
  const form = { pattern: "\\d{1,2}/\\d{1,2}/\\d{4}", placeholder: "dd/mm/yyyy", inputMode: "numeric", autocomplete: "off" };
  return el("input", { type: "text", ...form, ...props, value: shown, oninput: take });
}

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

/**
 * Show a message for some seconds.
 * @param {string} text
 */
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 6000);
}

/** @param {number[]} c */
export const css = (c) => `rgba(${c[0]}, ${c[1]}, ${c[2]}, ${(c[3] ?? 255) / 255})`;

/**
 * Make a short line or dot for a legend.
 * @param {number[]} colour
 * @param {"line"|"dot"|"point"|"thin"|"closed"} shape
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
  else if (shape === "dot") add("circle", { cx: 14, cy: 6, r: 5, fill: stroke, stroke: "#fff" });
  else add("line", { x1: 1, y1: 6, x2: 27, y2: 6, stroke, "stroke-width": shape === "thin" ? 2.5 : 6, "stroke-linecap": "round" });
  if (shape === "closed") {
    add("circle", { cx: 14, cy: 6, r: 5, fill: "#fff", stroke, "stroke-width": 2 });
    add("path", { d: "M11.5 3.5l5 5m0-5l-5 5", stroke, "stroke-width": 1.6 });
  }
  return svg;
}
