/** The tables of a comparison: bridges, junctions, streets, wards, with baseline, what-if and difference. */

import { el } from "./dom.js";
import { figure, language, number, pick, signed, t, unit } from "./i18n.js";
import { json } from "./net.js";
import { tell } from "./problem.js";

/** Tables whose rows are put in order by what changed; the others by what the what-if has. */
const BY_DIFFERENCE = ["junctions", "streets", "wards"];
const GROUPED = ["bridges"]; // rows come by what they belong to, the one that changes most first and open
const OPEN_AT_FIRST = ["bridges"];
const MORE_ROWS = 60;

/** Owns the tables of one comparison; each is fetched when it is opened. */
export class ResultTables {
  /** @param {(lonlat: number[]) => void} fly */
  constructor(fly) {
    this.fly = fly;
    this.root = el("div", { id: "tables" });
    this.open = new Set(OPEN_AT_FIRST);
    this.chosen = {};
    addEventListener("beforeprint", () => {
      for (const box of this.root.querySelectorAll("details")) box.open = true;
    });
  }

  /** @param {{a: string, b: string, tables: object[]}|null} c */
  show(c) {
    this.c = c;
    this.root.replaceChildren(...(c?.tables ?? []).map((table) => this.table(table)), ...(c ? [this.files(c)] : []));
  }

  /** @param {{key: string, title: object}} table */
  table({ key, title }) {
    const body = el("div", { class: "table-body" });
    const box = el("details", { id: `table-${key}`, class: "result-table" }, el("summary", {},
      key === "junctions" ? t("table.junctions") : pick(title)), body);
    box.addEventListener("toggle", () => {
      if (!box.open) this.open.delete(key);
      else if (!body.childElementCount) this.fill(key, body);
      if (box.open) this.open.add(key);
    });
    box.open = this.open.has(key);
    return box;
  }

  /** @param {string} key @param {HTMLElement} body */
  async fill(key, body) {
    const { by, limit } = this.chosen[key] ?? {};
    const order = BY_DIFFERENCE.includes(key) ? "difference" : "value";
    const query = new URLSearchParams({ a: this.c.a, b: this.c.b, order, ...(by ? { by } : {}), ...(limit ? { limit } : {}) });
    try {
      const found = await json(`/api/v1/compare/tables/${key}?${query}`);
      body.replaceChildren(...this.parts(found, order, body));
    } catch (error) {
      tell(error);
    }
  }

  /** @param {object} found @param {string} order @param {HTMLElement} body */
  parts(found, order, body) {
    const again = (change) => {
      this.chosen[found.key] = { ...this.chosen[found.key], ...change };
      this.fill(found.key, body);
    };
    const k = found.columns.findIndex((c) => c.key === found.ordered_by);
    const column = found.columns[k];
    const words = (c) => `${pick(c.title)}${unit(c.unit, " [", "]")}`;
    const options = found.columns.map((c) => el("option", { value: c.key, selected: c === column }, words(c)));
    const head = ["table.name", "kpi.a", "kpi.b", "kpi.difference"].map((word) => el("th", { scope: "col" }, t(word)));
    const rows = found.rows.filter((r) => r.a[k] !== null || r.b[k] !== null);
    const csv = `/api/v1/compare/tables/${found.key}?a=${this.c.a}&b=${this.c.b}&f=csv&lang=${language()}`;
    const more = found.rows.length < found.total && found.rows.length < MORE_ROWS;
    return [
      el("div", { class: "row" },
        el("select", { "aria-label": t("table.column"), onchange: (e) => again({ by: e.target.value }) }, ...options),
        el("a", { class: "button", href: csv, download: "", title: t("table.csv") }, "CSV")),
      el("table", { class: "kpi named" }, el("caption", { class: "unseen" }, pick(found.title)), el("thead", {}, el("tr", {}, ...head)),
        ...this.bodies(found, rows, k, column)),
      ...(rows.some((r) => r.generated) ? [el("p", { class: "hint" }, t("table.generated"))] : []),
      el("p", { class: "hint" }, t(`table.by_${GROUPED.includes(found.key) ? "group" : order}`,
        { n: number(rows.length, 0), total: number(found.total, 0), column: pick(column.title).toLowerCase() })),
      ...(more ? [el("button", { type: "button", class: "button", onclick: () => again({ limit: MORE_ROWS }) }, t("table.more"))] : []),
    ];
  }

  /** Return the rows, or the rows of each group behind its heading: its sum is its first row. */
  bodies(found, rows, k, column) {
    if (!GROUPED.includes(found.key)) return [el("tbody", {}, ...rows.map((r) => this.row(r, k, column)))];
    const groups = [...new Set(rows.map((r) => r.group))].map((group) => rows.filter((r) => r.group === group));
    const most = (list) => Math.max(...list.map((r) => Math.abs(r.difference[k] ?? 0)));
    return groups.sort((p, q) => most(q) - most(p)).map((list, n) => {
      const [sums, others] = [list.filter((r) => !r.lonlat), list.filter((r) => r.lonlat)];
      const head = sums.length ? sums : others.slice(0, 1);
      const inner = el("tbody", { hidden: n > 0 }, ...(sums.length ? others : others.slice(1)).map((r) => this.row(r, k, column)));
      const flip = el("button", { type: "button", class: "more", "aria-expanded": String(n === 0), "aria-label": t("table.group") },
        n === 0 ? "▾" : "▸");
      flip.addEventListener("click", () => {
        inner.hidden = !inner.hidden;
        flip.setAttribute("aria-expanded", String(!inner.hidden));
        flip.textContent = inner.hidden ? "▸" : "▾";
      });
      const top = head.map((r) => this.row(r, k, column));
      if (inner.childElementCount) top[0].firstElementChild.prepend(flip);
      return [el("tbody", {}, ...top), inner];
    }).flat();
  }

  /** @param {object} r @param {number} k @param {object} column */
  row(r, k, column) {
    const [a, b, d, half] = [r.a[k], r.b[k], r.difference[k], r.half_width[k]];
    const certain = half === null || Math.abs(d) > half;
    const worse = column.better && d && certain ? ((d > 0) === (column.better === "higher") ? "better" : "worse") : "";
    const percent = d && a && Math.abs(d) >= 0.005 ? el("small", {}, ` (${signed((100 * d) / a)} %)`) : null;
    const interval = half !== null && d && half >= 0.005 ? el("span", { class: "ci" }, `± ${figure(half)}`) : null;
    const name = r.lonlat
      ? el("button", { type: "button", class: "place", onclick: () => this.fly(r.lonlat) }, pick(r.name))
      : el("span", {}, pick(r.name));
    const notes = [r.lonlat ? r.group : "", r.generated ? t("table.alley") : ""].filter(Boolean).join(" · ");
    const group = notes ? [el("small", {}, notes)] : [];
    return el("tr", { class: r.lonlat ? "" : "total" }, el("th", { scope: "row" }, name, ...group),
      el("td", {}, figure(a)), el("td", {}, figure(b)), el("td", {}, el("span", { class: worse }, signed(d)), percent, interval));
  }

  /** Links of both runs as files, and the printed sheet. */
  files({ a, b }) {
    const file = (f, words) => el("a", { class: "button", href: `/api/v1/compare/links?a=${a}&b=${b}&f=${f}`, download: "" }, words);
    return el("div", { class: "files" }, el("h2", {}, t("files.title")),
      el("div", { class: "row" }, file("gpkg", "GeoPackage"), file("geojson", "GeoJSON"), file("csv", "CSV"),
        el("button", { type: "button", class: "button", id: "print", onclick: () => print() }, t("files.print"))),
      el("p", { class: "hint" }, t("files.hint")));
  }
}
