/** Vehicles on the move: tracks of a run made timed lines around the view, and the clock that plays them. */

import { grown, within } from "./baselayers.js";
import { between } from "./shapes.js";

const deck = globalThis.deck;

/** How long a vehicle's tail is [s of the simulated time]. */
export const TRAIL_S = 45;

/** Simulated seconds that pass in a second while the page plays. */
const PLAY_X = 60;

/** Longest step of the picture [s]: where drawing is slow the vehicles go slower instead of jumping. */
const LONGEST_STEP_S = 0.4;

/** A picture that takes longer is slow [ms]. */
const SLOW_MS = 60;

/** Most corners of the lines drawn at once: more make a computer that draws in software too slow. */
const MOST_CORNERS = 60_000;

const WIDTH_PX = [[10, 1.6], [13, 2.6], [15, 4], [18, 7]];

/** Colour of each class, light and dark ground alike: apart from the colours of speed. */
export const CLASS_COLOURS = {
  motorcycle: [16, 110, 70], car: [150, 20, 120], bus: [20, 60, 190], truck: [110, 60, 20], bicycle: [120, 140, 0],
};

/** Builds TripsLayers of the tracks of the two runs of a comparison. */
export class Trips {
  /** @param {import("./pack.js").Pack} roads */
  constructor(roads) {
    this.roads = roads;
    this.tracks = {};
    this.made = {};
  }

  /** @param {"a"|"b"} side @param {import("./pack.js").Pack|null} pack */
  set(side, pack) {
    this.tracks[side] = pack;
    delete this.made[side];
  }

  /** Return the classes that have tracks: key and title. */
  classes() {
    return (this.tracks.a ?? this.tracks.b)?.header.classes ?? [];
  }

  /**
   * Return the layers of a moment.
   * @param {{clock: number, from: number, to: number}} at simulated time and the interval it lies in [s]
   * @param {{zoom: number, bounds: number[]}} ctx
   */
  layers({ clock, from, to }, ctx) {
    return ["a", "b"].filter((side) => this.tracks[side]).map((side) => new deck.TripsLayer({
      id: `trips@${side}`, data: this.around(side, from, to, ctx), _pathType: "open", positionFormat: "XY",
      currentTime: clock, trailLength: TRAIL_S, fadeTrail: true, widthUnits: "pixels", getWidth: 1,
      widthScale: between(WIDTH_PX, ctx.zoom), widthMinPixels: 1.5, capRounded: true, jointRounded: true,
    }));
  }

  /** Return the lines of an interval around the view; the same object until either changes. */
  around(side, from, to, ctx) {
    const kept = this.made[side];
    if (kept && kept.from === from && kept.to === to && within(ctx.bounds, kept.box)) return kept.data;
    const box = grown(ctx.bounds);
    const runs = this.runs(this.tracks[side], from - TRAIL_S, to, box);
    const data = this.lines(this.tracks[side], runs);
    this.made[side] = { from, to, box, data };
    return data;
  }

  /**
   * Return the unbroken pieces of tracks inside a time and a box: vehicle, first entry, last entry plus one.
   * @param {import("./pack.js").Pack} tracks
   */
  runs(tracks, from, to, [west, south, east, north]) {
    const { first, link, entered_s: entered, left_s: left } = tracks.arrays;
    const boxes = this.roads.boxes();
    const inBox = (k) => boxes[k] <= east && boxes[k + 1] <= north && boxes[k + 2] >= west && boxes[k + 3] >= south;
    const start = this.roads.arrays.start_indices;
    const found = [];
    let corners = 0;
    for (let v = 0; v < tracks.count; v++) {
      let begin = -1;
      for (let i = first[v]; i < first[v + 1]; i++) {
        const leaves = i + 1 < first[v + 1] ? entered[i + 1] : left[v];
        const seen = leaves >= from && entered[i] <= to && inBox(link[i] * 4);
        if (seen && begin < 0) begin = i;
        if (seen) corners += start[link[i] + 1] - start[link[i]];
        if (begin >= 0 && (!seen || i + 1 === first[v + 1])) {
          found.push([v, begin, seen ? i + 1 : i]);
          begin = -1;
        }
      }
    }
    const every = Math.ceil(corners / MOST_CORNERS);
    return every > 1 ? found.filter(([v]) => v % every === 0) : found;
  }

  /** @param {import("./pack.js").Pack} tracks @param {number[][]} runs */
  lines(tracks, runs) {
    const { link, entered_s: entered, left_s: left, kind, first } = tracks.arrays;
    const names = tracks.header.classes.map((c) => c.key);
    const start = this.roads.arrays.start_indices;
    const total = runs.reduce((sum, [, a, b]) => {
      for (let i = a; i < b; i++) sum += start[link[i] + 1] - start[link[i]];
      return sum;
    }, 0);
    const positions = new Float64Array(total * 2);
    const times = new Float32Array(total);
    const colour = new Uint8Array(total * 4);
    const startIndices = new Uint32Array(runs.length + 1);
    let at = 0;
    runs.forEach(([v, a, b], n) => {
      const rgb = CLASS_COLOURS[names[kind[v]]] ?? [90, 90, 90];
      for (let i = a; i < b; i++) {
        const leaves = i + 1 < first[v + 1] ? entered[i + 1] : left[v];
        const begin = at;
        for (let p = start[link[i]]; p < start[link[i] + 1]; p++, at++) {
          positions[at * 2] = this.roads.lonlat[p * 2];
          positions[at * 2 + 1] = this.roads.lonlat[p * 2 + 1];
          colour.set([rgb[0], rgb[1], rgb[2], 255], at * 4);
        }
        spread(positions, times, begin, at, entered[i], leaves);
      }
      startIndices[n + 1] = at;
    });
    return {
      length: runs.length, startIndices,
      attributes: {
        getPath: { value: positions, size: 2 }, getTimestamps: { value: times, size: 1 },
        getColor: { value: colour, size: 4, normalized: true },
      },
    };
  }
}

/** Give the corners of one link their times, in proportion to the way from its start. */
function spread(positions, times, begin, end, enters, leaves) {
  const way = [0];
  for (let p = begin + 1; p < end; p++) {
    const [dx, dy] = [positions[p * 2] - positions[p * 2 - 2], positions[p * 2 + 1] - positions[p * 2 - 1]];
    way.push(way.at(-1) + Math.hypot(dx * Math.cos((positions[p * 2 + 1] * Math.PI) / 180), dy));
  }
  const whole = way.at(-1) || 1;
  way.forEach((d, j) => { times[begin + j] = enters + (leaves - enters) * (d / whole); });
}

/** The clock of the moving picture; calls `tick(clock)` for each picture it wants drawn. */
export class TripClock {
  /** @param {(clock: number) => void} tick */
  constructor(tick) {
    this.tick = tick;
    this.now = 0;
    this.on = false;
  }

  /** @param {boolean} on @param {number} end when it starts again from 0 [s] */
  play(on, end) {
    this.end = end;
    if (on === this.on) return;
    this.on = on;
    this.last = performance.now();
    if (on) requestAnimationFrame(() => this.step());
  }

  step() {
    if (!this.on) return;
    const now = performance.now();
    this.now += Math.min(LONGEST_STEP_S, (now - this.last) / 1000) * PLAY_X;
    if (this.now >= this.end) this.now = 0;
    this.last = now;
    this.tick(this.now);
    // Where a picture takes long to draw, the page gets as much time for everything else.
    requestAnimationFrame(() => {
      const cost = performance.now() - now;
      setTimeout(() => requestAnimationFrame(() => this.step()), cost > SLOW_MS ? cost : 0);
    });
  }
}
