/** What could be labelled: wards, waters, bridges, streets, places; each with a place, an angle and a priority. */

import { validOn } from "./shapes.js";

/**
 * @typedef {object} Label
 * @property {string} text
 * @property {[number, number]} at
 * @property {number} angle degrees, counter-clockwise, readable from the south
 * @property {"ward"|"water"|"bridge"|"street"|"place"} style
 * @property {number} size pixels
 * @property {number} rank lower goes first
 * @property {number} from zoom
 * @property {number} to zoom
 * @property {number} [lengthM] ground length a street or river label lies along
 * @property {[number, number][]} [offsets] pixels from the point, the best first
 */

const STREET_FROM = [12.6, 13.4, 14.3, 15.4, 16.4];
const PLACE_FROM = {
  heritage: 12.8, hospital: 13.4, market: 13.6, university: 14, station: 14, venue: 14.2, shelter: 15, school: 15,
  clinic: 15.2, mall: 14, boat_launch: 15, walkway: 14.6,
};
const M_PER_DEG = 111_320;

/**
 * Return every label of the city.
 * @param {Record<string, import("./pack.js").Pack>} packs
 * @param {string} day
 * @returns {Label[]}
 */
export function allLabels(packs, day) {
  return [
    ...wards(packs.admin, day), ...waters(packs.waterways, packs.water), ...streets(packs.roads),
    ...points(packs.places, "place", (kind) => PLACE_FROM[kind] ?? 15.5),
    ...points(packs.bike_stations, "place", () => 14.8), ...points(packs.gauges, "water", () => 12.5),
  ].sort((a, b) => a.rank - b.rank);
}

/** @param {import("./pack.js").Pack|undefined} pack @param {string} day @returns {Label[]} */
function wards(pack, day) {
  const out = [];
  for (let row = 0; row < (pack?.count ?? 0); row++) {
    if (!validOn(pack, row, day)) continue;
    const at = centreOf(pack, row);
    if (!at) continue;
    const area = pack.value("area_km2", row) ?? 10;
    out.push({
      text: pack.value("name", row), at, angle: 0, style: "ward", size: 14, rank: 20 - Math.min(9, area / 20),
      from: area > 40 ? 9.6 : 11, to: 15.2,
    });
  }
  return out;
}

/** Return the middle of the widest horizontal chord through the largest part: a point inside, where words have room. */
function centreOf(pack, row) {
  const { ring_first: ring, part_first: part, shape_first: shape } = pack.arrays;
  let best = null;
  for (let p = shape?.[row] ?? 0; p < (shape?.[row + 1] ?? 0); p++) {
    const a = ring[part[p]];
    const b = ring[part[p] + 1];
    if (!best || b - a > best[1] - best[0]) best = [a, b];
  }
  if (!best) return null;
  const xy = pack.lonlat.subarray(best[0] * 2, best[1] * 2);
  let [low, high] = [Infinity, -Infinity];
  for (let i = 1; i < xy.length; i += 2) [low, high] = [Math.min(low, xy[i]), Math.max(high, xy[i])];
  let chosen = null;
  for (const share of [0.5, 0.42, 0.58, 0.35, 0.65]) {
    const y = low + share * (high - low);
    const cuts = [];
    for (let i = 0; i + 3 < xy.length; i += 2) {
      const [x0, y0, x1, y1] = xy.subarray(i, i + 4);
      if (y0 <= y !== y1 <= y) cuts.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
    }
    cuts.sort((x, y2) => x - y2);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const wide = cuts[i + 1] - cuts[i];
      if (!chosen || wide > chosen.wide) chosen = { wide, at: [(cuts[i] + cuts[i + 1]) / 2, y] };
    }
  }
  return chosen?.at ?? null;
}

/** @param {import("./pack.js").Pack|undefined} pack @param {import("./pack.js").Pack|undefined} surfaces @returns {Label[]} */
function waters(pack, surfaces) {
  const out = [];
  for (let row = 0; row < (pack?.count ?? 0); row++) {
    const text = pack.value("name", row);
    const wide = pack.value("width_m", row) ?? 10;
    if (!text) continue;
    const [a, b] = pack.span(row);
    const parts = wide > 100 ? [0.3, 0.45, 0.6, 0.75, 0.9] : [0.5];
    for (const share of parts) {
      const spot = along(pack.lonlat.subarray(a * 2, b * 2), share, wide > 100 ? 500 : 200);
      if (!spot) continue;
      const size = wide > 100 ? 16 : 12;
      out.push({ text, ...spot, style: "water", size, rank: wide > 100 ? 5 : 30, from: wide > 100 ? 11 : 13.2, to: 18 });
    }
  }
  for (let row = 0; row < (surfaces?.count ?? 0); row++) {
    const kind = surfaces.value("kind", row);
    const text = surfaces.value("name", row);
    if (!text || !["lake", "lagoon", "island", "sea"].includes(kind)) continue;
    const at = centreOf(surfaces, row);
    const big = kind === "lagoon" || kind === "sea";
    const style = kind === "island" ? "place" : "water";
    if (at) out.push({ text, at, angle: 0, style, size: big ? 15 : 12, rank: big ? 6 : 32, from: big ? 10 : 13.6, to: 18 });
  }
  return out;
}

/** @param {import("./pack.js").Pack|undefined} pack @returns {Label[]} */
function streets(pack) {
  const byName = new Map();
  for (let row = 0; row < (pack?.count ?? 0); row++) {
    const name = pack.value("name", row);
    if (!name || (pack.arrays.reverse[row] >= 0 && pack.arrays.reverse[row] < row)) continue;
    if (!byName.has(name)) byName.set(name, []);
    byName.get(name).push(row);
  }
  const out = [];
  for (const [text, rows] of byName) {
    const chains = chain(pack, rows);
    const rank = Math.min(...rows.map((row) => pack.arrays.class_rank[row]));
    const bridge = rows.every((row) => pack.arrays.bridge[row]);
    const total = chains.reduce((sum, c) => sum + c.lengthM, 0);
    const shares = chains.length && chains[0].lengthM > 2500 ? [0.5, 0.2, 0.8] : [0.5];
    for (const share of shares) {
      const spot = along(chains[0].xy, share, Math.min(300, chains[0].lengthM * 0.6));
      if (!spot) continue;
      out.push({
        text, ...spot, style: bridge ? "bridge" : "street", size: bridge ? 12.5 : 12,
        rank: bridge ? 8 + (total < 150 ? 24 : 0) : 40 + rank * 10 - Math.min(9, total / 400), to: 20,
        from: bridge ? (total > 250 ? 12.9 : 14.4) : STREET_FROM[rank], lengthM: bridge ? undefined : chains[0].lengthM,
        angle: bridge ? 0 : spot.angle, offsets: bridge ? [[0, 0], [-40, 6], [40, -6], [0, 16], [0, -16]] : undefined,
      });
    }
  }
  return out;
}

/** Join sections that touch end to end; longest first. */
function chain(pack, rows) {
  const left = new Set(rows);
  const { tail, head } = pack.arrays;
  const made = [];
  while (left.size) {
    const start = left.values().next().value;
    left.delete(start);
    let links = [{ row: start, flip: false }];
    for (let grown = true; grown; ) {
      grown = false;
      for (const row of left) {
        const last = links.at(-1);
        const first = links[0];
        const end = last.flip ? tail[last.row] : head[last.row];
        const begin = first.flip ? head[first.row] : tail[first.row];
        if (tail[row] === end) links.push({ row, flip: false });
        else if (head[row] === end) links.push({ row, flip: true });
        else if (head[row] === begin) links = [{ row, flip: false }, ...links];
        else if (tail[row] === begin) links = [{ row, flip: true }, ...links];
        else continue;
        left.delete(row);
        grown = true;
        break;
      }
    }
    const xy = [];
    let lengthM = 0;
    for (const { row, flip } of links) {
      lengthM += pack.arrays.length_m[row];
      const [a, b] = pack.span(row);
      const piece = [];
      for (let i = a; i < b; i++) piece.push([pack.lonlat[i * 2], pack.lonlat[i * 2 + 1]]);
      if (flip) piece.reverse();
      xy.push(...piece.flat());
    }
    made.push({ xy, lengthM });
  }
  return made.sort((p, q) => q.lengthM - p.lengthM);
}

/**
 * Return the point at a share of a line and the direction of the line around it.
 * @param {ArrayLike<number>} xy @param {number} share @param {number} spanM metres over which the direction is taken
 */
function along(xy, share, spanM) {
  const n = xy.length / 2;
  if (n < 2) return null;
  const kx = M_PER_DEG * Math.cos((xy[1] * Math.PI) / 180);
  const at = [0];
  for (let i = 1; i < n; i++) {
    at.push(at[i - 1] + Math.hypot((xy[i * 2] - xy[i * 2 - 2]) * kx, (xy[i * 2 + 1] - xy[i * 2 - 1]) * M_PER_DEG));
  }
  const point = (m) => {
    let i = 1;
    while (i < n - 1 && at[i] < m) i++;
    const w = Math.min(1, Math.max(0, (m - at[i - 1]) / (at[i] - at[i - 1] || 1)));
    return [0, 1].map((k) => xy[i * 2 - 2 + k] + w * (xy[i * 2 + k] - xy[i * 2 - 2 + k]));
  };
  const middle = at[n - 1] * share;
  const [p, q] = [point(middle - spanM / 2), point(middle + spanM / 2)];
  let angle = (Math.atan2((q[1] - p[1]) * M_PER_DEG, (q[0] - p[0]) * kx) * 180) / Math.PI;
  if (angle > 90) angle -= 180;
  if (angle < -90) angle += 180;
  return { at: point(middle), angle };
}

/**
 * @param {import("./pack.js").Pack|undefined} pack @param {"place"|"water"} style
 * @param {(kind: string) => number} from @returns {Label[]}
 */
function points(pack, style, from) {
  const out = [];
  for (let row = 0; row < (pack?.count ?? 0); row++) {
    const kind = pack.value("kind", row) ?? pack.key;
    const text = pack.value("name", row);
    if (!text || kind === "camera" || kind === "community-team" || (kind === "bike_station" && pack.key === "places")) continue;
    const start = from(kind);
    const words = folded(text);
    out.push({
      text: words, at: [pack.lonlat[row * 2], pack.lonlat[row * 2 + 1]], angle: 0, style, size: 12,
      rank: 12 + (start - 12) * 12, from: start, to: 20, offsets: words.includes("\n") ? [[0, -20], [0, 20]] : [[0, -13], [0, 13]],
    });
  }
  return out;
}

/** Leave out what stands in brackets, and break a long name in two lines of like length. */
function folded(text) {
  const short = text.replace(/\s*\(.*?\)/g, "");
  if (short.length < 24) return short;
  const breaks = [...short.matchAll(/ /g)].map((m) => m.index);
  const at = breaks.sort((a, b) => Math.abs(a - short.length / 2) - Math.abs(b - short.length / 2))[0];
  return at === undefined ? short : `${short.slice(0, at)}\n${short.slice(at + 1)}`;
}
