/** Finding streets, bridges and places by name, whatever the accents. */

import { el } from "./dom.js";
import { plain, t } from "./i18n.js";
import { validOn } from "./shapes.js";

/** @typedef {{name: string, key: string, rows: number[], hint: string, plain: string, weight: number}} Found */

/** Names of the city, searched without accents; streets count once, however many sections they have. */
export class NameIndex {
  /** @param {Record<string, import("./pack.js").Pack>} packs @param {string} day yyyy-MM-dd the map is of */
  constructor(packs, day) {
    /** @type {Found[]} */
    this.entries = [];
    this.collect(packs.roads, "road", 0);
    for (const key of ["places", "waterways", "bike_stations", "gauges"]) this.collect(packs[key], key, 1);
    const now = (row) => validOn(packs.admin, row, day);
    this.collect(packs.admin, "admin", 1, now);
    this.collect(packs.admin, "admin_old", 1.5, (row) => !now(row)); // behind those of today, and called what they are
  }

  /**
   * @param {import("./pack.js").Pack|undefined} pack @param {string} hint @param {number} weight
   * @param {(row: number) => boolean} [wanted]
   */
  collect(pack, hint, weight, wanted = () => true) {
    const byName = new Map();
    for (let row = 0; row < (pack?.count ?? 0); row++) {
      const name = pack.value("name", row);
      if (!name || !wanted(row)) continue;
      if (!byName.has(name)) byName.set(name, []);
      byName.get(name).push(row);
    }
    for (const [name, rows] of byName) {
      this.entries.push({ name, key: pack.key, rows, hint: t(`search.${hint}`), plain: plain(name), weight });
    }
  }

  /**
   * Return what fits best: names that begin with the text, then words that do, then the rest.
   * @param {string} text @param {{only?: string, limit?: number}} [options]
   */
  find(text, { only, limit = 8 } = {}) {
    const wanted = plain(text).trim();
    if (!wanted) return [];
    const score = (e) => (e.plain.startsWith(wanted) ? 0 : e.plain.includes(` ${wanted}`) ? 1 : 2) + e.weight * 0.5;
    return this.entries
      .filter((e) => (!only || e.key === only) && e.plain.includes(wanted))
      .sort((a, b) => score(a) - score(b) || a.name.localeCompare(b.name, "vi"))
      .slice(0, limit);
  }
}

/**
 * Make an input suggest names: arrows and Enter choose, Escape closes.
 * @param {HTMLInputElement} input @param {HTMLElement} list
 * @param {(text: string) => Found[]} find @param {(found: Found) => void} choose
 */
export function suggest(input, list, find, choose) {
  let found = [];
  let at = -1;
  const close = () => { list.hidden = true; at = -1; };
  const take = (entry) => { input.value = ""; close(); choose(entry); };
  const draw = () => {
    list.replaceChildren(
      ...found.map((entry, i) =>
        el("li", { role: "option", "aria-selected": String(i === at), onmousedown: (e) => { e.preventDefault(); take(entry); } },
          entry.name, el("small", {}, entry.hint)),
      ),
    );
    list.hidden = found.length === 0;
  };
  input.addEventListener("input", () => { found = find(input.value); at = found.length ? 0 : -1; draw(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length);
      draw();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (found[at]) take(found[at]);
    }
  });
}
