/** Sensors on the map: stock of bikes, water levels with their alarm, and what is stale or silent in grey. */

import { number, t } from "./i18n.js";

const deck = globalThis.deck;
export const HEALTH = { stale: [217, 138, 31], silent: [150, 150, 150] };
const ALARM = [[223, 234, 245], [255, 233, 176], [255, 199, 143], [224, 68, 54]];

/**
 * Return how each sensor is, by id.
 * @param {object} live
 * @returns {Map<string, "fresh"|"stale"|"silent">}
 */
export const healthOf = (live) => new Map((live.sensors ?? []).map((s) => [s.id, s.health]));

/**
 * Return the layers of the live sensors.
 * @param {object|null} live
 * @param {Record<string, import("./pack.js").Pack>} packs
 * @param {{zoom: number, theme: string, shown: Set<string>}} ctx
 * @returns {{layers: object[], taken: {at: [number, number], offset: [number, number], size: [number, number]}[]}}
 */
export function sensorLayers(live, packs, ctx) {
  if (!live) return { layers: [], taken: [] };
  const health = healthOf(live);
  const at = (pack, row) => [pack.lonlat[row * 2], pack.lonlat[row * 2 + 1]];
  const dots = [];
  for (const key of ["cameras", "bike_stations", "gauges"]) {
    const pack = packs[key];
    if (!pack || !ctx.shown.has(key) || ctx.zoom < (key === "cameras" ? 13 : 11)) continue;
    for (const [id, state] of health) {
      const row = pack.rowOf(id);
      if (row >= 0 && state !== "fresh") dots.push({ at: at(pack, row), colour: HEALTH[state], size: key === "cameras" ? 4.5 : 6.5 });
    }
  }
  const badges = [];
  if (packs.bike_stations && ctx.shown.has("bike_stations") && ctx.zoom >= 13) {
    for (const s of live.stations ?? []) {
      const row = packs.bike_stations.rowOf(s.id);
      if (row < 0 || s.bikes === null) continue;
      const stale = health.get(s.id) !== "fresh";
      badges.push({ at: at(packs.bike_stations, row), text: `${s.bikes}/${s.docks ?? "?"}`, stale, fill: [224, 242, 240] });
    }
  }
  if (packs.gauges && ctx.shown.has("gauges")) {
    for (const g of live.gauges ?? []) {
      const row = packs.gauges.rowOf(g.id);
      if (row < 0 || g.level_m === null) continue;
      const text = `${number(g.level_m, 2)} m${g.alarm ? ` ${t("live.alarm", { n: g.alarm })}` : ""}`;
      badges.push({ at: at(packs.gauges, row), text, stale: health.get(g.id) !== "fresh", fill: ALARM[g.alarm ?? 0] });
    }
  }
  const layers = [
    new deck.ScatterplotLayer({
      id: "sensor-health", data: dots, getPosition: (d) => d.at, getFillColor: (d) => d.colour, radiusUnits: "pixels",
      getRadius: (d) => d.size, stroked: true, getLineColor: [255, 255, 255], lineWidthUnits: "pixels", getLineWidth: 1.2,
    }),
    new deck.TextLayer({
      id: "sensor-values", data: badges, getPosition: (d) => d.at, getText: (d) => d.text, getSize: 11, getPixelOffset: [0, 16],
      getColor: (d) => (d.stale ? [120, 120, 120] : [24, 44, 52]), background: true, backgroundPadding: [4, 1, 4, 1],
      backgroundBorderRadius: 3, getBackgroundColor: (d) => (d.stale ? [232, 232, 232] : d.fill), characterSet: "auto",
      fontFamily: '"Noto Sans", "DejaVu Sans", sans-serif', fontWeight: 600, fontSettings: { fontSize: 26, buffer: 4 },
    }),
  ];
  const taken = badges.map(({ at: spot, text }) => ({ at: spot, offset: [0, 16], size: [text.length * 7 + 8, 15] }));
  return { layers, taken };
}
