/** Which labels fit: by priority, none over another, long street names only on long streets; drawn by TextLayers. */

const deck = globalThis.deck;
const FONT = '"Be Vietnam Pro", "Noto Sans", "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';
const STYLES = {
  ward: { token: "text_ward", weight: 600, spaced: true },
  water: { token: "text_water", weight: "italic 500" },
  bridge: { token: "text", weight: 700 },
  street: { token: "text", weight: 400 },
  place: { token: "text_place", weight: 600 },
};
const PAD_PX = 5;
/** Letters are drawn at twice their size: sharp, and cheap to scale. */
const SHARP_PX = 26 * Math.min(2, globalThis.devicePixelRatio || 1);
const M_PER_PX_0 = 156_543.03;
const measure = document.createElement("canvas").getContext("2d");
const widths = new Map();

/** @param {string} text @param {number} size @param {string} style */
function widthOf(text, size, style) {
  const key = `${style}/${text}`;
  if (!widths.has(key)) {
    measure.font = `${STYLES[style].weight} 100px ${FONT}`;
    widths.set(key, Math.max(...text.split("\n").map((line) => measure.measureText(line).width)) / 100);
  }
  return widths.get(key) * size;
}

/**
 * Choose the labels that fit a view.
 * @param {import("./labelset.js").Label[]} labels sorted by rank
 * @param {{project: (xy: number[]) => number[], width: number, height: number, zoom: number}} viewport
 * @param {(label: import("./labelset.js").Label) => boolean} wanted
 * @param {{at: [number, number], offset: [number, number], size: [number, number]}[]} [taken] what stands there already
 */
export function fitting(labels, viewport, wanted = () => true, taken = []) {
  const boxes = taken.map(({ at, offset, size }) => {
    const [x, y] = viewport.project(at);
    return [[x + offset[0] - size[0] / 2, y + offset[1] - size[1] / 2, ...size]];
  });
  const chosen = [];
  const metresPerPixel = (M_PER_PX_0 * Math.cos((16.47 * Math.PI) / 180)) / 2 ** (viewport.zoom + 1);
  const seen = new Map();
  for (const label of labels) {
    if (viewport.zoom < label.from || viewport.zoom > label.to || !wanted(label)) continue;
    const [cx, cy] = viewport.project(label.at);
    if (cx < -40 || cy < -20 || cx > viewport.width + 40 || cy > viewport.height + 20) continue;
    const wide = widthOf(label.text, label.size, label.style);
    if (label.lengthM && label.lengthM / metresPerPixel < wide * 0.75) continue;
    const near = seen.get(label.text);
    if (near?.some(([nx, ny]) => Math.hypot(nx - cx, ny - cy) < 420)) continue;
    const high = label.size * 1.25 * label.text.split("\n").length;
    const free = (offset) => {
      const box = boxesOf(cx + offset[0], cy + offset[1], wide, high, label.angle);
      return boxes.some((placed) => box.some((p) => placed.some((q) => overlap(p, q)))) ? null : box;
    };
    const offset = (label.offsets ?? [[0, 0]]).find(free);
    if (!offset) continue;
    boxes.push(free(offset));
    seen.set(label.text, [...(near ?? []), [cx, cy]]);
    chosen.push({ ...label, offset });
  }
  return chosen;
}

/** Cover a turned label with small upright squares, so that a slanted street does not block its whole bounding box. */
function boxesOf(x, y, wide, high, angle) {
  const turn = (-angle * Math.PI) / 180;
  const n = Math.abs(angle) < 4 ? 1 : Math.max(1, Math.ceil(wide / (high * 1.5)));
  const out = [];
  for (let i = 0; i < n; i++) {
    const d = ((i + 0.5) / n - 0.5) * wide;
    const [w, h] = n === 1 ? [wide, high] : [(wide / n) * 1.1, high * 1.2];
    out.push([x + d * Math.cos(turn) - w / 2 - PAD_PX, y + d * Math.sin(turn) - h / 2 - 2, w + 2 * PAD_PX, h + 4]);
  }
  return out;
}

/** @param {number[]} p @param {number[]} q */
const overlap = (p, q) => p[0] < q[0] + q[2] && q[0] < p[0] + p[2] && p[1] < q[1] + q[3] && q[1] < p[1] + p[3];

/**
 * Return the text layers: a soft halo below, crisp letters above.
 * @param {import("./labelset.js").Label[]} chosen
 * @param {Record<string, number[]>} theme
 */
export function textLayers(chosen, theme) {
  const made = [];
  for (const [style, { token, weight }] of Object.entries(STYLES)) {
    const data = chosen.filter((label) => label.style === style);
    if (data.length === 0) continue;
    const common = {
      data, getPosition: (d) => d.at, getText: (d) => d.text, getSize: (d) => d.size, getAngle: (d) => d.angle,
      getPixelOffset: (d) => d.offset ?? [0, 0], lineHeight: 1.15, fontFamily: FONT, fontWeight: weight, characterSet: "auto",
    };
    made.push(
      new deck.TextLayer({
        ...common, id: `halo-${style}`, getColor: theme.text_halo, outlineColor: theme.text_halo, outlineWidth: 11,
        fontSettings: { sdf: true, fontSize: 48, buffer: 16, radius: 18, smoothing: 0.12 },
        updateTriggers: { getColor: theme.text_halo.join() },
      }),
      new deck.TextLayer({
        ...common, id: `label-${style}`, getColor: theme[token], fontSettings: { fontSize: SHARP_PX, buffer: 4 },
        updateTriggers: { getColor: theme[token].join() },
      }),
    );
  }
  return made;
}
