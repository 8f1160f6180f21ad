/** From a table's pack to what deck.gl draws: rows chosen, lines, rings and polygons as binary attributes. */

/** @typedef {import("./pack.js").Pack} Pack */

/**
 * Return the rows a layer draws.
 * @param {Pack} pack
 * @param {object} [select] column → allowed values; `not`, `valid` and `oneOfPair` as named
 * @param {string} [day] yyyy-MM-dd, for rows that are valid between dates
 */
export function chooseRows(pack, select = {}, day = "") {
  const { valid, oneOfPair, not = {}, ...columns } = select;
  const reverse = pack.arrays.reverse;
  const rows = [];
  for (let row = 0; row < pack.count; row++) {
    if (valid && !validOn(pack, row, day)) continue;
    if (oneOfPair && reverse && reverse[row] >= 0 && reverse[row] < row) continue;
    if (Object.entries(columns).some(([c, allowed]) => !allowed.includes(pack.value(c, row)))) continue;
    if (Object.entries(not).some(([c, barred]) => barred.includes(pack.value(c, row)))) continue;
    rows.push(row);
  }
  return Uint32Array.from(rows);
}

/**
 * Say whether a row is in force on a day; an open end reads NaT.
 * @param {Pack} pack
 * @param {number} row
 * @param {string} day
 */
export function validOn(pack, row, day) {
  const from = pack.value("valid_from", row);
  const to = pack.value("valid_to", row);
  return (!from || from === "NaT" || from <= day) && (!to || to === "NaT" || day < to);
}

/**
 * Return lines as binary path data; `owner[i]` is the row of path i.
 * @param {Pack} pack
 * @param {Uint32Array} rows
 */
export function lines(pack, rows) {
  const first = pack.arrays.start_indices;
  return gather(pack, Array.from(rows, (row) => [first[row], first[row + 1], row]));
}

/**
 * Return the outlines of areas as binary path data.
 * @param {Pack} pack
 * @param {Uint32Array} rows
 */
export function rings(pack, rows) {
  const { ring_first: ring, part_first: part, shape_first: shape } = pack.arrays;
  const spans = [];
  for (const row of rows) {
    for (let r = part[shape[row]]; r < part[shape[row + 1]]; r++) spans.push([ring[r], ring[r + 1], row]);
  }
  return gather(pack, spans);
}

/**
 * @param {Pack} pack
 * @param {number[][]} spans first vertex, last plus one, row
 */
function gather(pack, spans) {
  const total = spans.reduce((sum, [a, b]) => sum + b - a, 0);
  const positions = new Float64Array(total * 2);
  const startIndices = new Uint32Array(spans.length + 1);
  const vertexRow = new Uint32Array(total);
  let at = 0;
  spans.forEach(([a, b, row], i) => {
    positions.set(pack.lonlat.subarray(a * 2, b * 2), at * 2);
    vertexRow.fill(row, at, at + b - a);
    at += b - a;
    startIndices[i + 1] = at;
  });
  return {
    length: spans.length,
    startIndices,
    vertexRow,
    owner: Uint32Array.from(spans, (s) => s[2]),
    attributes: { getPath: { value: positions, size: 2 } },
  };
}

/**
 * Return polygons with holes, one object per part.
 * @param {Pack} pack
 * @param {Uint32Array} rows
 */
export function polygons(pack, rows) {
  const { ring_first: ring, part_first: part, shape_first: shape } = pack.arrays;
  const made = [];
  for (const row of rows) {
    for (let p = shape[row]; p < shape[row + 1]; p++) {
      const start = ring[part[p]];
      const holes = [];
      for (let r = part[p] + 1; r < part[p + 1]; r++) holes.push((ring[r] - start) * 2);
      const positions = pack.lonlat.subarray(start * 2, ring[part[p + 1]] * 2);
      made.push({ row, polygon: { positions, holeIndices: holes } });
    }
  }
  return made;
}

/**
 * Return points as binary data.
 * @param {Pack} pack
 * @param {Uint32Array} rows
 */
export function points(pack, rows) {
  const positions = new Float64Array(rows.length * 2);
  rows.forEach((row, i) => positions.set(pack.lonlat.subarray(row * 2, row * 2 + 2), i * 2));
  return { length: rows.length, owner: rows, attributes: { getPosition: { value: positions, size: 2 } } };
}

/**
 * Return one colour per vertex (or point) from a function of the row.
 * @param {Uint32Array} rowOf
 * @param {(row: number) => number[]} colour
 */
export function colours(rowOf, colour) {
  const out = new Uint8Array(rowOf.length * 4);
  rowOf.forEach((row, i) => {
    const c = colour(row);
    out.set([c[0], c[1], c[2], c[3] ?? 255], i * 4);
  });
  return { value: out, size: 4, normalized: true };
}

/**
 * Return the value between (zoom, value) stops, exponential as the ground grows.
 * @param {number[][]} stops
 * @param {number} zoom
 */
export function between(stops, zoom) {
  if (zoom <= stops[0][0]) return stops[0][1];
  for (let i = 1; i < stops.length; i++) {
    const [z0, v0] = stops[i - 1];
    const [z1, v1] = stops[i];
    if (zoom <= z1) return v0 * (v1 / v0) ** ((zoom - z0) / (z1 - z0));
  }
  return stops.at(-1)[1];
}
