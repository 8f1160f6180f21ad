/** The list of layers with switches, and the inspector of one feature. */

import { byId, el } from "./dom.js";
import { number, t } from "./i18n.js";
import { BaseLayers } from "./baselayers.js";

const GROUPS = ["base", "network", "sensors", "land", "plan"];

/**
 * Fill the layer list.
 * @param {HTMLElement} root
 * @param {object} spec
 * @param {Record<string, boolean>} switched
 * @param {(key: string, on: boolean) => void} toggle
 * @param {Record<string, number>} counts of tables of which some rows are history
 */
export function drawLayers(root, spec, switched, toggle, counts) {
  const drawn = new Map();
  for (const def of spec.layers) {
    const name = def.twin.panel ?? def.twin.key;
    if (!drawn.has(name)) drawn.set(name, def);
  }
  const sections = GROUPS.map((group) => {
    const rows = spec.layerList.filter((l) => l.group === group && drawn.has(l.key));
    if (rows.length === 0) return null;
    const list = rows.map((l) => {
      const on = BaseLayers.shown(drawn.get(l.key), switched);
      const box = el("input", { type: "checkbox", checked: on, onchange: (e) => toggle(l.key, e.target.checked) });
      return el("label", {}, box, l.title, el("small", {}, number(counts[l.key] ?? l.count, 0)));
    });
    return el("div", { class: "layers" }, el("h2", {}, t(`group.${group}`)), ...list);
  });
  const extra = ["live", "labels"].map((key) => {
    const box = el("input", { type: "checkbox", checked: switched[key] ?? true, onchange: (e) => toggle(key, e.target.checked) });
    return el("label", {}, box, t(`layer.${key}`));
  });
  root.replaceChildren(
    el("div", { class: "layers" }, el("h2", {}, t("group.now")), ...extra),
    ...sections.filter(Boolean),
    el("p", { class: "hint" }, t("layers.hint")),
  );
}

const UNITS = { length_m: "m", width_m: "m", free_speed_mps: "m/s", capacity_pcu_h: "PCU/h", area_km2: "km²", legal_area_m2: "m²" };
const FACTS = ["road_class", "kind", "unit_type", "purpose", "status", "owner", "river", "lanes", "width_m", "length_m",
  "free_speed_mps", "capacity_pcu_h", "area_km2", "population", "docks", "capacity", "storeys", "households",
  "valid_from", "valid_to", "ward_code", "map_sheet", "parcel_no", "legal_area_m2"];

/**
 * Show what is known about a feature and how well; `more` adds live or simulated facts.
 * @param {{pack: import("./pack.js").Pack, row: number, spec: object, more: [string, string][], actions: Node[], onClose: () => void}} o
 */
export function drawInspector({ pack, row, spec, more, actions, onClose }) {
  const box = byId("inspector");
  const layer = spec.layerList.find((l) => l.key === pack.key);
  const accuracy = pack.value("accuracy_m", row);
  const facts = FACTS.map((column) => [column, pack.value(column, row)]).filter(([, v]) => v !== null && v !== "" && v !== "NaT");
  const rows = [
    ...facts.map(([column, value]) => [t(`field.${column}`), factText(column, value, spec)]),
    ...more,
    [t("field.provenance"), t(`provenance.${pack.value("provenance", row)}`)],
    [t("field.accuracy"), accuracy === null ? t("field.unknown") : `±${number(accuracy, 0)} m`],
    [t("field.source"), pack.value("source", row) || t("field.unknown")],
  ];
  box.replaceChildren(
    el("h2", {}, pack.value("name", row) || t("field.unnamed")),
    el("button", { type: "button", class: "close", "aria-label": t("close"), onclick: onClose }, "✕"),
    el("p", { class: "hint" }, `${layer?.title ?? pack.key} · ${pack.ids[row]}`),
    el("dl", { class: "facts" }, ...rows.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
    ...(actions.length ? [el("div", { class: "row actions" }, ...actions)] : []),
  );
  box.hidden = false;
}

/** @param {string} column @param {string|number} value @param {object} spec */
function factText(column, value, spec) {
  if (column === "free_speed_mps") return `${number(value * 3.6, 0)} km/h`;
  if (column === "kind") return spec.kinds[value] ?? String(value);
  if (column === "road_class") return t(`road.${String(value).replace(/_link$/, "")}`).replace(/^road\./, "");
  if (typeof value === "number") return `${number(value)}${UNITS[column] ? ` ${UNITS[column]}` : ""}`;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return value.split("-").reverse().join("/");
  const key = `value.${value}`;
  const words = t(key);
  return words === key ? String(value) : words;
}
