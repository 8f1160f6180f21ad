/** What is laid over the streets: observed or simulated speed, change of flow, closures, the selection. */

import { grown, within } from "./baselayers.js";
import { between, chooseRows, colours, lines } from "./shapes.js";

const deck = globalThis.deck;
export const NOT_OBSERVED = 255;
export const NO_FLOW = 65535;
const RANK_SHARE = [1, 0.8, 0.62, 0.42, 0.32];
export const WIDTH_PX = [[10, 1.2], [12, 2.4], [14, 5.0], [16, 10.0], [18, 22.0]];
/** Change of flow [vehicles an hour] and its colour: orange for more, purple for less, apart for every eye. */
export const CHANGE = [
  { below: -200, light: [84, 39, 136], dark: [150, 98, 236] },
  { below: -50, light: [153, 142, 195], dark: [190, 180, 226] },
  { below: 50, light: [176, 174, 170], dark: [104, 108, 114] },
  { below: 200, light: [241, 163, 64], dark: [250, 196, 120] },
  { below: Infinity, light: [179, 88, 6], dark: [240, 124, 32] },
];

/** Queue [vehicles] and density [PCU/km] and their colours: the further from the ground's, the more. */
const DEEPER = {
  light: [[214, 204, 222], [188, 150, 190], [168, 92, 150], [140, 40, 105], [84, 10, 62]],
  dark: [[90, 80, 100], [150, 112, 160], [196, 112, 180], [232, 110, 180], [255, 160, 205]],
};
export const SCALES = {
  queue: { key: "queue_veh", below: [2, 5, 10, 25, Infinity] },
  density: { key: "density_pcu_km", below: [10, 25, 50, 90, Infinity] },
};
export const scaleColours = (show, theme) => SCALES[show].below.map((below, i) => ({ below, colour: DEEPER[theme][i] }));

/** Width of a class of speed as a share of the street's: what is slow is seen first. */
const SPEED_SHARE = [1.25, 1.1, 0.95, 0.75, 0.5];

/** Colour of a flow whose width says how much it is. */
export const FLOW = { light: [58, 104, 148], dark: [104, 160, 216] };

/** Return the width of a flow [vehicles an hour] as a share of a main street's. */
const flowShare = (vehicles) => (vehicles <= 0 ? 0.12 : Math.min(1.8, 0.2 + Math.sqrt(vehicles / 2500)));

/** Draws values per link; the geometry is gathered once. */
export class StateLayers {
  /** @param {object} spec @param {import("./pack.js").Pack} roads */
  constructor(spec, roads) {
    this.spec = spec;
    this.roads = roads;
    const part = (from, ranks) => ({ from, rows: chooseRows(roads, { class_rank: ranks, oneOfPair: true }) });
    this.parts = { main: part(0, [0, 1, 2]), local: part(13.2, [3]), alley: part(15, [4]) };
    this.made = new Map();
  }

  /**
   * Return the layers of speed ratios ×100; a street shows the worse of its two directions.
   * @param {string} id
   * @param {Uint8Array|null} ratio
   * @param {{zoom: number, theme: string}} ctx
   */
  speed(id, ratio, ctx) {
    if (!ratio) return [];
    const grey = this.spec.themes[ctx.theme].not_observed;
    const value = (row) => {
      const back = this.roads.arrays.reverse[row];
      return back >= 0 ? Math.min(ratio[row], ratio[back]) : ratio[row];
    };
    const colour = (row) => {
      const v = value(row);
      return v === NOT_OBSERVED ? grey : this.spec.speedRatio.find((c) => v < c.below * 100)?.[ctx.theme] ?? grey;
    };
    const slow = (row) => this.spec.speedRatio.findIndex((c) => value(row) < c.below * 100);
    const share = (row) => (value(row) === NOT_OBSERVED ? 0.4 : SPEED_SHARE[slow(row)] ?? 0.5);
    return this.draw(id, ratio, ctx, colour, share);
  }

  /**
   * Return the layers of the change in flow, both directions together.
   * @param {string} id
   * @param {object} token identity of the values
   * @param {(row: number) => number} one change in one direction [vehicles an hour], 0 where it is not known
   * @param {{zoom: number, theme: string}} ctx
   */
  change(id, token, one, ctx) {
    const grey = this.spec.themes[ctx.theme].not_observed;
    const diff = (row) => {
      const back = this.roads.arrays.reverse[row];
      return one(row) + (back >= 0 ? one(back) : 0);
    };
    const colour = (row) => {
      const d = diff(row);
      return Math.abs(d) < 50 ? grey : CHANGE.find((c) => d < c.below)[ctx.theme];
    };
    const share = (row) => (Math.abs(diff(row)) < 50 ? 0.3 : flowShare(Math.abs(diff(row)) * 4));
    return this.draw(id, token, ctx, colour, share, true);
  }

  /**
   * Return the layers of a flow: the wider, the more vehicles in both directions.
   * @param {string} id @param {Uint16Array} flow @param {{zoom: number, theme: string}} ctx
   */
  flow(id, flow, ctx) {
    const one = (row) => (row < 0 || flow[row] === NO_FLOW ? 0 : flow[row]);
    const both = (row) => one(row) + one(this.roads.arrays.reverse[row]);
    return this.draw(id, flow, ctx, () => FLOW[ctx.theme], (row) => flowShare(both(row)), true);
  }

  /**
   * Return the layers of queues or densities; a street shows the larger of its two directions.
   * @param {string} id @param {Float32Array|null} values @param {"queue"|"density"} show @param {{zoom: number, theme: string}} ctx
   */
  scaled(id, values, show, ctx) {
    if (!values) return [];
    const grey = this.spec.themes[ctx.theme].not_observed;
    const classes = scaleColours(show, ctx.theme);
    const one = (row) => (row < 0 || Number.isNaN(values[row]) ? 0 : values[row]);
    const value = (row) => Math.max(one(row), one(this.roads.arrays.reverse[row]));
    const level = (row) => classes.findIndex((c) => value(row) < c.below);
    const colour = (row) => (level(row) < 1 ? grey : classes[level(row)].colour);
    return this.draw(id, values, ctx, colour, (row) => (level(row) < 1 ? 0.3 : 0.6 + 0.25 * level(row)));
  }

  /**
   * @param {string} id @param {object} token identity of the values @param {{zoom: number, theme: string}} ctx
   * @param {(row: number) => number[]} colour @param {(row: number) => number} share of the street's width
   * @param {boolean} [absolute] the share counts from a main street's width for every class
   */
  draw(id, token, ctx, colour, share, absolute = false) {
    const out = [];
    for (const [name, part] of Object.entries(this.parts)) {
      if (ctx.zoom < part.from || part.rows.length === 0) continue;
      const key = `${id}-${name}`;
      const shape = this.around(part, ctx.bounds);
      const kept = this.made.get(key);
      if (!kept || kept.token !== token || kept.theme !== ctx.theme || kept.shape !== shape) {
        const width = Float32Array.from(
          shape.vertexRow, (r) => (absolute ? 1 : RANK_SHARE[this.roads.arrays.class_rank[r]]) * share(r),
        );
        const attributes = {
          ...shape.attributes, getColor: colours(shape.vertexRow, colour), getWidth: { value: width, size: 1 },
        };
        this.made.set(key, { token, theme: ctx.theme, shape, data: { ...shape, attributes } });
      }
      out.push(
        new deck.PathLayer({
          id: key, data: this.made.get(key).data, _pathType: "open", positionFormat: "XY", widthUnits: "pixels",
          widthScale: between(WIDTH_PX, ctx.zoom), widthMinPixels: 0.7, jointRounded: false, capRounded: false,
        }),
      );
    }
    return out;
  }

  /** Return the lines of a part around the view; the same object until the view leaves them. */
  around(part, bounds) {
    if (!part.box || !within(bounds, part.box)) {
      part.box = grown(bounds);
      part.shape = lines(this.roads, this.roads.touching(part.rows, part.box));
    }
    return part.shape;
  }

  /** @param {number[]} rows @param {{zoom: number}} ctx */
  selection(rows, ctx) {
    if (rows.length === 0) return [];
    return [
      new deck.PathLayer({
        id: "selection", data: lines(this.roads, Uint32Array.from(rows)), _pathType: "open", positionFormat: "XY",
        getColor: [0, 150, 136, 190], widthUnits: "pixels", getWidth: 1, widthScale: between(WIDTH_PX, ctx.zoom) * 1.8,
      }),
    ];
  }
}
